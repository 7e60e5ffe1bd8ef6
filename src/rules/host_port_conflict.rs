//! `host-port-conflict`: two services that publish the same port of the host.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr};

use super::{Context, Rule, published, written_at};
use crate::finding::{Finding, Related, Severity};
use crate::languages::{Entry, Language, Service};
use crate::port::{PortRange, PortUse, Transport};

/// See `host_port_conflict.md`.
pub static RULE: Rule = Rule {
    name: "host-port-conflict",
    summary: "a port of the host that is published twice",
    severity: Severity::Error,
    is_opt_in: false,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("host_port_conflict.md"),
    check,
};

/// How many published entries are compared with each other. No file has so many; it bounds the work for one that does.
const MOST: usize = 2000;

/// A published entry of a service.
#[derive(Clone, Copy, Debug)]
struct Claim<'a> {
    service: &'a Service,
    /// The service's name.
    name: &'a str,
    entry: &'a Entry,
    host: &'a PortUse,
    /// The host's ports.
    ports: PortRange,
    /// The container's ports.
    target: PortRange,
    transport: Transport,
    /// The address of the host; `None` for all of them.
    address: Option<IpAddr>,
}

/// When two entries that want the same port meet, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meeting {
    /// Whenever the services run.
    Always,
    /// Unless the environment gives a variable another value than its default.
    ByDefault,
    /// If one starts the profile of one of them.
    WithProfile,
    /// If one starts two profiles that look like alternatives.
    Alternatives,
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let all = cx.scan.services.iter().flat_map(|service| {
        published(cx, service).filter_map(move |(entry, host)| Claim::of(cx, service, entry, host))
    });
    let mut claims: Vec<Claim<'_>> = Vec::new();
    for claim in all.take(MOST) {
        let mut own = claims.iter().rev().take_while(|other| other.service.scope == claim.service.scope);
        if !own.any(|other| claim.repeats(other)) {
            claims.push(claim);
        }
    }
    let mut told = HashSet::new();
    for (index, claim) in claims.iter().enumerate() {
        let earlier = claims[..index].iter().filter(|other| claim.meets(other));
        let finding = match earlier.min_by_key(|other| claim.meeting(other)) {
            Some(other) => Some(conflict(cx, claim, other)),
            None if !claim.is_fixed() => crowded(claim, &claims),
            None => None,
        };
        findings.extend(finding.filter(|_| told.insert(written_at(claim.host))));
    }
}

/// The finding that `claim` meets `other`, which stands before it.
fn conflict(cx: &Context<'_>, claim: &Claim<'_>, other: &Claim<'_>) -> Finding {
    let ports = claim.common(other);
    let is_are =
        if ports.is_single() { "port {} is" } else { "ports {} are" }.replace("{}", &ports.to_string());
    let is_own = claim.service.scope == other.service.scope;
    let by = if is_own { "the same service".to_owned() } else { format!("`{}`", other.name) };
    let unless = match claim.meeting(other) {
        Meeting::Always => "",
        Meeting::ByDefault => ", unless a variable says otherwise",
        Meeting::WithProfile => ", once a profile is active",
        Meeting::Alternatives => ", their profiles cannot run together",
    };
    let message = format!("host {is_are} already published by {by}{unless}");
    // An entry that two services share stands nowhere else.
    let is_shared = claim.host.span == other.host.span;
    let span = if is_shared { cx.scan.scopes[other.service.scope].span } else { written_at(other.host) };
    let related = vec![Related::here(span, "here for the first time".to_owned())];
    let severity = match claim.meeting(other) {
        Meeting::Always => Severity::Error,
        Meeting::ByDefault | Meeting::WithProfile => Severity::Warning,
        Meeting::Alternatives => Severity::Info,
    };
    Finding { severity, related, ..RULE.finding(written_at(claim.host), message) }
}

/// The finding that `claim`, which takes any one port of its range, is left none: other entries are certain to take as
/// many as there are.
fn crowded(claim: &Claim<'_>, claims: &[Claim<'_>]) -> Option<Finding> {
    let rivals = || claims.iter().filter(|other| other.runs_whenever_runs(claim));
    let fixed = rivals().filter(|rival| rival.is_fixed());
    let mut taken: Vec<PortRange> = fixed.map(|rival| claim.common(rival)).collect();
    taken.sort_by_key(|ports| ports.first);
    let (mut free, mut next) = (0, claim.ports.first);
    for ports in taken {
        free += ports.first.saturating_sub(next);
        next = next.max(ports.last + 1);
    }
    free += (claim.ports.last + 1).saturating_sub(next);
    let seekers = rivals().filter(|rival| !rival.is_fixed() && rival.ports == claim.ports);
    let before = seekers.take_while(|rival| rival.host.span < claim.host.span).count();
    let message = format!("no host port of {} is left, others publish all of them", claim.ports);
    usize::try_from(free)
        .is_ok_and(|free| free <= before)
        .then(|| RULE.finding(written_at(claim.host), message))
}

impl<'a> Claim<'a> {
    /// What `entry` claims; `None` where that is not known, and where the service starts no container.
    fn of(cx: &Context<'a>, service: &'a Service, entry: &'a Entry, host: &'a PortUse) -> Option<Self> {
        let ports = host.range.filter(|ports| ports.first > 0 && ports.last <= 65535 && !ports.is_empty())?;
        let target = cx.scan.uses[entry.container?].range?;
        let transport = host.protocol.transport()?;
        let address = match entry.address.as_deref() {
            None => None,
            Some(written) => Some(written.trim_matches(['[', ']']).parse().ok()?),
        };
        if service.replicas.as_ref().is_some_and(|replicas| replicas.value == "0") {
            return None;
        }
        let name = &cx.scan.scopes[service.scope].name;
        Some(Self { service, name, entry, host, ports, target, transport, address })
    }

    /// Whether it takes all of its ports. Else it takes any one of several, which is free.
    fn is_fixed(&self) -> bool {
        self.ports.is_single() || !self.target.is_single()
    }

    /// Whether it is part of a mapping that its service has already, which Compose drops.
    fn repeats(&self, other: &Self) -> bool {
        let address = |claim: &Self| claim.address.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
        let shift = |claim: &Self| claim.ports.first.wrapping_sub(claim.target.first);
        self.common(other) == self.ports
            && (self.transport, address(self), self.is_fixed(), shift(self))
                == (other.transport, address(other), other.is_fixed(), shift(other))
    }

    /// Whether both are certain to want the same port.
    fn meets(&self, other: &Self) -> bool {
        // Parts of one service, in two documents.
        let is_continued = || self.name == other.name && self.service.scope != other.service.scope;
        self.overlaps(other) && self.is_fixed() && other.is_fixed() && !is_continued()
    }

    /// When it meets `other`, if they want the same port.
    fn meeting(&self, other: &Self) -> Meeting {
        let [one, two] = [self, other].map(|claim| &claim.service.profiles);
        if one.is_empty() != two.is_empty() {
            return Meeting::WithProfile;
        }
        if !one.is_empty() && !one.iter().any(|profile| two.contains(profile)) {
            return Meeting::Alternatives;
        }
        let [one, two] =
            [self, other].map(|claim| claim.host.variable.as_ref().map(|variable| &variable.name));
        if one == two { Meeting::Always } else { Meeting::ByDefault }
    }

    /// Whether it is there, and takes some of the ports of `claim`, whenever the service of `claim` runs.
    fn runs_whenever_runs(&self, claim: &Self) -> bool {
        let is_other = !std::ptr::eq(self.entry, claim.entry) || self.service.scope != claim.service.scope;
        let profiles = &self.service.profiles;
        is_other
            && self.overlaps(claim)
            && self.host.variable.is_none()
            && (profiles.is_empty() || profiles == &claim.service.profiles)
    }

    /// Whether both name the same port of the same address, on one host.
    fn overlaps(&self, other: &Self) -> bool {
        // Each is compared with each: what rules out nearly all comes first.
        if self.common(other).is_empty() || self.transport != other.transport {
            return false;
        }
        let meet = |one: IpAddr, two: IpAddr| {
            one.is_ipv4() == two.is_ipv4() && (one == two || one.is_unspecified() || two.is_unspecified())
        };
        let addresses_meet = self.address.zip(other.address).is_none_or(|(one, two)| meet(one, two));
        // A swarm has many hosts, and puts such containers where there is room.
        let is_spread = [self, other].iter().all(|claim| claim.entry.mode.as_deref() == Some("host"))
            && (self.service.is_for_swarm || other.service.is_for_swarm);
        addresses_meet && !is_spread
    }

    /// The ports that both name; an empty range where there are none.
    fn common(&self, other: &Self) -> PortRange {
        PortRange {
            first: self.ports.first.max(other.ports.first),
            last: self.ports.last.min(other.ports.last),
        }
    }
}
