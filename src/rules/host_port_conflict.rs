//! `host-port-conflict`: two services that publish the same port of the host.

use foldhash::{HashMap, HashSet, HashSetExt};

use super::{Around, Claim, Context, Meeting, Rule, in_file, in_stack, stacks};
use crate::finding::{Finding, Related, Severity};
use crate::languages::Language;
use crate::port::{PortRange, PortSet, PortUse};

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

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut is_in_stack = false;
    for around in stacks(cx).filter(Around::holds_services) {
        is_in_stack = true;
        if !are_apart(hosts_in(around)) {
            judge(&in_stack(around), Some(around), findings);
        }
    }
    if !is_in_stack && !are_apart(hosts_alone(cx)) {
        judge(&in_file(cx), None, findings);
    }
}

/// The ports of the host that the services of a file that stands alone name. One that two of them share is there twice.
fn hosts_alone<'a>(cx: &Context<'a>) -> impl Iterator<Item = &'a PortUse> {
    let scan = cx.scan;
    let entries = scan.services.iter().flat_map(|service| &service.entries);
    entries.filter_map(|&entry| Some(&scan.uses[scan.entries[entry].host?]))
}

/// The ports of the host that the services of a stack name.
fn hosts_in(around: Around<'_>) -> impl Iterator<Item = &PortUse> {
    let places = around.stack.services.iter().flat_map(|service| &service.mappings);
    places.filter_map(move |place| Some(&around.scan(place.file).uses[around.entry(*place).host?]))
}

/// Whether no number is among two of the `hosts`, so that nothing is published twice.
fn are_apart<'a>(hosts: impl Iterator<Item = &'a PortUse>) -> bool {
    let mut taken = PortSet::new();
    // What is no port is never published.
    let ports = |range: PortRange| Some(u16::try_from(range.first).ok()?..=u16::try_from(range.last).ok()?);
    hosts.filter_map(|host| ports(host.range?)).flatten().all(|port| taken.insert(port))
}

/// Compares the claims of the file with all those before them.
fn judge(claims: &[Claim<'_>], around: Option<Around<'_>>, findings: &mut Vec<Finding>) {
    /// How few claims may each be compared with each.
    const FEW: usize = 16;
    let mut told = HashSet::new();
    let mut earlier = (claims.len() > FEW).then(Earlier::default);
    let is_here = |claim: &Claim<'_>| around.is_none_or(|around| around.file == claim.file);
    for (index, claim) in claims.iter().enumerate() {
        let before = match &earlier {
            _ if !is_here(claim) => Vec::new(),
            Some(earlier) => earlier.near(claim, index),
            None => (0..index).collect(),
        };
        if let Some(earlier) = &mut earlier {
            earlier.add(index, claim);
        }
        if !is_here(claim) {
            continue;
        }
        // What is published once more, over another file, is told of by a rule of its own.
        let meets = |other: &&Claim<'_>| claim.meets(other) && !claim.is_appended_to(other);
        let before = before.into_iter().map(|index| &claims[index]).filter(meets);
        let finding = match before.min_by_key(|other| claim.meeting(other)) {
            Some(other) => Some(conflict(around, claim, other)),
            None if !claim.is_fixed() => crowded(index, claims),
            None => None,
        };
        findings.extend(finding.filter(|_| told.insert(claim.span)));
    }
}

/// The claims that were seen, as indexes: who asks for one port need not look at those of all others.
#[derive(Default)]
struct Earlier {
    /// Those of one port, by that.
    single: HashMap<u32, Vec<usize>>,
    /// Those of several.
    ranges: Vec<usize>,
}

impl Earlier {
    /// Those among the first `count` that may want a port of `claim`, in their order.
    fn near(&self, claim: &Claim<'_>, count: usize) -> Vec<usize> {
        if !claim.ports.is_single() {
            return (0..count).collect();
        }
        let single = self.single.get(&claim.ports.first).into_iter().flatten();
        let mut near: Vec<usize> = single.chain(&self.ranges).copied().collect();
        near.sort_unstable();
        near
    }

    fn add(&mut self, index: usize, claim: &Claim<'_>) {
        if claim.ports.is_single() {
            self.single.entry(claim.ports.first).or_default().push(index);
        } else {
            self.ranges.push(index);
        }
    }
}

/// The finding that `claim` meets `other`, which stands before it.
fn conflict(around: Option<Around<'_>>, claim: &Claim<'_>, other: &Claim<'_>) -> Finding {
    let ports = claim.common(other);
    let is_are =
        if ports.is_single() { "port {} is" } else { "ports {} are" }.replace("{}", &ports.to_string());
    let is_own = claim.owner == other.owner;
    let by = if is_own { "the same service".to_owned() } else { format!("`{}`", other.name) };
    let unless = match claim.meeting(other) {
        Meeting::Always => "",
        Meeting::ByDefault => ", unless a variable says otherwise",
        Meeting::WithProfile => ", once a profile is active",
        Meeting::Alternatives => ", their profiles cannot run together",
    };
    let message = format!("host {is_are} already published by {by}{unless}");
    let first = "here for the first time".to_owned();
    // An entry that two services share stands nowhere else.
    let is_shared = (claim.file, claim.span) == (other.file, other.span);
    let (file, span) = if is_shared { other.named_at } else { (other.file, other.span) };
    let related = match around {
        Some(around) => around.related(file, span, first),
        None => Related::here(span, first),
    };
    let severity = match claim.meeting(other) {
        Meeting::Always => Severity::Error,
        Meeting::ByDefault | Meeting::WithProfile => Severity::Warning,
        Meeting::Alternatives => Severity::Info,
    };
    Finding { severity, related: vec![related], ..RULE.finding(claim.span, message) }
}

/// The finding that the claim of that index, which takes any one port of its range, is left none: other entries are certain
/// to take as many as there are.
fn crowded(index: usize, claims: &[Claim<'_>]) -> Option<Finding> {
    let claim = &claims[index];
    let rivals = || claims.iter().enumerate().filter(|(_, other)| other.runs_whenever_runs(claim));
    let fixed = rivals().filter(|(_, rival)| rival.is_fixed());
    let mut taken: Vec<PortRange> = fixed.map(|(_, rival)| claim.common(rival)).collect();
    taken.sort_by_key(|ports| ports.first);
    let (mut free, mut next) = (0, claim.ports.first);
    for ports in taken {
        free += ports.first.saturating_sub(next);
        next = next.max(ports.last + 1);
    }
    free += (claim.ports.last + 1).saturating_sub(next);
    let seekers = rivals().filter(|(_, rival)| !rival.is_fixed() && rival.ports == claim.ports);
    let before = seekers.take_while(|(other, _)| *other < index).count();
    let message = format!("no host port of {} is left, others publish all of them", claim.ports);
    usize::try_from(free).is_ok_and(|free| free <= before).then(|| RULE.finding(claim.span, message))
}
