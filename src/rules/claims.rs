//! What services claim of the host: ports that one container has at a time.

use std::net::{IpAddr, Ipv4Addr};

use smol_str::SmolStr;

use super::{Around, Context, can_publish, published, written_at};
use crate::languages::{self, Entry};
use crate::port::{PortRange, PortUse, Transport};
use crate::project::{Body, By, EntryPlace, Service};
use crate::text::Span;

/// A published entry of a service.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Whose it is: a number that tells services apart.
    pub owner: usize,
    /// The service's name.
    pub name: &'a str,
    /// Where that stands: the file and the bytes there.
    pub named_at: (usize, Span),
    /// The profiles that start the service.
    profiles: &'a [SmolStr],
    /// Whether the service is for a swarm.
    is_for_swarm: bool,
    /// The entry.
    pub entry: &'a Entry,
    /// What the entry belongs to: its file, and the service there.
    body: (usize, usize),
    /// Whether the service has it from another one, which it extends.
    is_inherited: bool,
    /// The host's port.
    pub host: &'a PortUse,
    /// The file of the place where it is told of: an index into the files of the stack.
    pub file: usize,
    /// The place where it is told of.
    pub span: Span,
    /// The host's ports.
    pub ports: PortRange,
    /// The container's ports.
    pub target: PortRange,
    /// The transport.
    transport: Transport,
    /// The address of the host; `None` for all of them.
    pub address: Option<IpAddr>,
}

/// When two entries that want the same port meet, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meeting {
    /// Whenever the services run.
    Always,
    /// Unless the environment gives a variable another value than its default.
    ByDefault,
    /// If one starts the profile of one of them.
    WithProfile,
    /// If one starts two profiles that look like alternatives.
    Alternatives,
}

/// How many published entries are compared with each other. No project has so many; it bounds the work for one that does.
const MOST: usize = 2000;

/// The claims of the services of a file that stands alone, in the order of its services.
pub fn in_file<'a>(cx: &Context<'a>) -> Vec<Claim<'a>> {
    let scan = cx.scan;
    let all = scan.services.iter().enumerate().flat_map(|(index, service)| {
        let entries = published(cx, service);
        entries.filter_map(move |(entry, host)| {
            let first = Claim::new(entry, host, &scan.uses[entry.container?])?;
            let body = (0, index);
            let claim = Claim {
                owner: service.scope,
                name: &scan.scopes[service.scope].name,
                named_at: (0, scan.scopes[service.scope].span),
                profiles: &service.profiles,
                is_for_swarm: service.is_for_swarm,
                body,
                span: written_at(host),
                ..first
            };
            starts(service).then_some(claim)
        })
    });
    without_repetitions(all.take(MOST))
}

/// The claims of the services of a stack, in the order of its files and of their text.
pub fn in_stack(around: Around<'_>) -> Vec<Claim<'_>> {
    let services = around.stack.services.iter().enumerate();
    let all = services.filter(|(_, service)| publishes(around, service)).flat_map(|(owner, service)| {
        let claim = move |&place: &EntryPlace| Claim::in_service(around, owner, service, place);
        service.mappings.iter().filter_map(claim)
    });
    let mut claims = without_repetitions(all.take(MOST));
    claims.sort_by_key(|claim| (claim.file, claim.span));
    claims
}

/// Whether the service of a stack has containers, and a network to publish from.
fn publishes(around: Around<'_>, service: &Service) -> bool {
    let described = service.bodies.iter().map(|body| &around.scan(body.file).services[body.service]);
    { described }.all(|it| can_publish(it) && starts(it))
}

/// Whether a service has containers.
fn starts(service: &languages::Service) -> bool {
    service.replicas.as_ref().is_none_or(|replicas| replicas.value != "0")
}

/// `claims` without those that their services have already, which Compose drops. Those of one service follow each other.
fn without_repetitions<'a>(all: impl Iterator<Item = Claim<'a>>) -> Vec<Claim<'a>> {
    let mut claims: Vec<Claim<'a>> = Vec::new();
    for claim in all {
        let mut own = claims.iter().rev().take_while(|other| other.owner == claim.owner);
        if !own.any(|other| claim.repeats(other)) {
            claims.push(claim);
        }
    }
    claims
}

impl<'a> Claim<'a> {
    /// What `entry` claims, by its ports, for a service of which nothing is known yet; `None` where that is not known.
    fn new(entry: &'a Entry, host: &'a PortUse, container: &'a PortUse) -> Option<Self> {
        let ports = host.range.filter(|ports| ports.first > 0 && ports.last <= 65535 && !ports.is_empty())?;
        let address = match entry.address.as_deref() {
            None => None,
            Some(written) => Some(written.trim_matches(['[', ']']).parse().ok()?),
        };
        Some(Self {
            owner: 0,
            name: "",
            named_at: (0, host.span),
            profiles: &[],
            is_for_swarm: false,
            entry,
            body: (0, 0),
            is_inherited: false,
            host,
            file: 0,
            span: host.span,
            ports,
            target: container.range?,
            transport: host.protocol.transport()?,
            address,
        })
    }

    /// What the entry at `place` claims for a service of a stack. What that has from another service, which it extends, is
    /// told of where it says so.
    fn in_service(around: Around<'a>, owner: usize, service: &'a Service, place: EntryPlace) -> Option<Self> {
        let (scan, entry) = (around.scan(place.file), around.entry(place));
        let host = &scan.uses[entry.host?];
        let first = Self::new(entry, host, &scan.uses[entry.container?])?;
        let at = |body: &Body| (body.file, body.service);
        let is_own = |body: &Body| body.by == By::Itself;
        let is_inherited =
            !service.bodies.iter().any(|it| is_own(it) && at(it) == (place.file, place.service));
        let own = service.bodies.iter().rfind(|body| is_own(body))?;
        let (home, own_service) = (around.scan(own.file), &around.scan(own.file).services[own.service]);
        let named_at = (own.file, home.scopes[own_service.scope].span);
        let (file, span) = if is_inherited {
            let extends = own_service.wiring.extends.as_ref().map(|extends| extends.service.span);
            (own.file, extends.unwrap_or(named_at.1))
        } else {
            (place.file, written_at(host))
        };
        let described = service.bodies.iter().map(|body| &around.scan(body.file).services[body.service]);
        Some(Self {
            owner,
            name: &service.name,
            named_at,
            profiles: &service.profiles,
            is_for_swarm: { described }.any(|it| it.is_for_swarm),
            body: (place.file, place.service),
            is_inherited,
            file,
            span,
            ..first
        })
    }

    /// Whether it takes all of its ports. Else it takes any one of several, which is free.
    pub fn is_fixed(&self) -> bool {
        self.ports.is_single() || !self.target.is_single()
    }

    /// Whether it is part of a mapping that its service has already.
    fn repeats(&self, other: &Self) -> bool {
        let address = |claim: &Self| claim.address.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
        let shift = |claim: &Self| claim.ports.first.wrapping_sub(claim.target.first);
        self.common(other) == self.ports
            && (self.transport, address(self), self.is_fixed(), shift(self))
                == (other.transport, address(other), other.is_fixed(), shift(other))
    }

    /// Whether a file publishes what one before it, which it is merged over, publishes of the same service elsewhere.
    pub fn is_appended_to(&self, other: &Self) -> bool {
        self.owner == other.owner
            && self.body.0 != other.body.0
            && !self.is_inherited
            && !other.is_inherited
            && (self.target, self.transport) == (other.target, other.transport)
    }

    /// Whether both are certain to want the same port.
    pub fn meets(&self, other: &Self) -> bool {
        // Parts of one service, in two documents.
        let is_continued =
            || self.name == other.name && self.body.0 == other.body.0 && self.body != other.body;
        self.overlaps(other) && self.is_fixed() && other.is_fixed() && !is_continued()
    }

    /// When it meets `other`, if they want the same port.
    pub fn meeting(&self, other: &Self) -> Meeting {
        let [one, two] = [self.profiles, other.profiles];
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
    pub fn runs_whenever_runs(&self, claim: &Self) -> bool {
        let is_other = !std::ptr::eq(self.entry, claim.entry) || self.owner != claim.owner;
        is_other
            && self.overlaps(claim)
            && self.host.variable.is_none()
            && (self.profiles.is_empty() || self.profiles == claim.profiles)
    }

    /// Whether both name the same port of the same address, on one host.
    pub fn overlaps(&self, other: &Self) -> bool {
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
            && (self.is_for_swarm || other.is_for_swarm);
        addresses_meet && !is_spread
    }

    /// The ports that both name; an empty range where there are none.
    pub fn common(&self, other: &Self) -> PortRange {
        PortRange {
            first: self.ports.first.max(other.ports.first),
            last: self.ports.last.min(other.ports.last),
        }
    }
}
