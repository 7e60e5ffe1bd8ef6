//! One port of a service, wherever the files of its stack name it.
//!
//! Two services that are built from one Dockerfile share what that exposes: who renames a port there renames it for both. So
//! "the same port" is found by following such places from service to service.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::configuration::upstreams;
use super::{EntryPlace, Image, Part, Place, Stack};
use crate::languages::Language;
use crate::port::{PortUse, Role, Transport};
use crate::text::Span;

/// A port that a service listens at, in its own container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServicePort {
    /// The service: an index into [`Stack::services`].
    pub service: usize,
    /// The number.
    pub number: u16,
    /// The transport; TCP where nothing says it.
    pub transport: Transport,
}

/// A place that names a [`ServicePort`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mention {
    /// The place.
    pub place: Place,
    /// What it does there.
    pub kind: MentionKind,
}

/// What a place does that names a port of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MentionKind {
    /// The service publishes it: the container's side of an entry of `ports`.
    Mapping,
    /// The service exposes it: `expose`.
    Expose,
    /// Its image exposes it: `EXPOSE`.
    Image,
    /// Its nginx listens there.
    Listen,
    /// The service says it of itself: a health check, a label for a proxy.
    Itself,
    /// Another service reaches it there.
    Reference,
    /// A variable of a Dockerfile from which such a place has its number.
    Variable,
}

/// Why a port cannot be given another number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No service is known to have it.
    Unknown,
    /// It is a port of the host, which each may choose as they like.
    Host,
    /// It is one of a range.
    Range,
    /// It is written in a way that nobody can change there: it comes from a variable of another file, or is put together.
    Composed,
}

impl Stack {
    /// The port at byte `offset` of a file.
    #[must_use]
    pub fn place_at(&self, file: usize, offset: usize) -> Option<Place> {
        let uses = &self.files.get(file)?.scan.uses;
        let at = uses.iter().enumerate().filter(|(_, port)| port.span.touches(offset));
        at.max_by_key(|(_, port)| port.span.start).map(|(port, _)| Place { file, port })
    }

    /// The port that stands at `place`.
    #[must_use]
    pub fn port(&self, place: Place) -> &PortUse {
        &self.files[place.file].scan.uses[place.port]
    }

    /// Where the number at `place` is written, and can be changed; `None` where it is put together, or from elsewhere.
    #[must_use]
    pub fn written(&self, place: Place) -> Option<(usize, Span)> {
        let port = self.port(place);
        let span = port.variable.as_ref().and_then(|variable| variable.definition).unwrap_or(port.span);
        let written: u32 = span.of(&self.files[place.file].file.text).parse().ok()?;
        (port.range?.is_single() && port.range?.first == written).then_some((place.file, span))
    }

    /// Every place that names a port of a service, each with that port.
    #[must_use]
    pub fn mentions(&self) -> Vec<(ServicePort, Mention)> {
        let mut mentions = Vec::new();
        for service in 0..self.services.len() {
            self.mentions_of(service, &mut mentions);
        }
        self.mentions_for_proxies(&mut mentions);
        let declared: HashSet<ServicePort> = mentions.iter().map(|(port, _)| *port).collect();
        for reference in self.references.iter() {
            let kind =
                if reference.from == reference.to { MentionKind::Itself } else { MentionKind::Reference };
            let Some(mut port) = self.service_port(reference.to, reference.at) else { continue };
            let over_udp = ServicePort { transport: Transport::Udp, ..port };
            // A reference rarely says the transport.
            let is_said = self.port(reference.at).protocol.transport().is_some();
            if !is_said && !declared.contains(&port) && declared.contains(&over_udp) {
                port = over_udp;
            }
            mentions.push((port, Mention { place: reference.at, kind }));
        }
        mentions.sort();
        mentions.dedup();
        mentions
    }

    /// Adds where the service of that index, its image and its nginx name its own ports.
    fn mentions_of(&self, service: usize, mentions: &mut Vec<(ServicePort, Mention)>) {
        let own = &self.services[service];
        let mut add = |place: Place, kind: MentionKind| {
            if let Some(port) = self.service_port(service, place) {
                mentions.push((port, Mention { place, kind }));
            }
        };
        own.mappings
            .iter()
            .filter_map(|entry| self.container(*entry))
            .for_each(|it| add(it, MentionKind::Mapping));
        own.exposed.iter().for_each(|place| add(*place, MentionKind::Expose));
        if let Image::Built { ports, .. } = &own.image {
            ports.iter().for_each(|place| add(*place, MentionKind::Image));
        }
        for fragment in &own.configuration {
            let uses = &self.files[fragment.file].scan.uses;
            let listens = inside(uses, fragment.span).filter(|&port| uses[port].role == Role::Listen);
            listens.for_each(|port| add(Place { file: fragment.file, port }, MentionKind::Listen));
        }
    }

    /// Adds where services tell a proxy which port of theirs it is to reach.
    fn mentions_for_proxies(&self, mentions: &mut Vec<(ServicePort, Mention)>) {
        let mut owners: HashMap<(usize, usize), Vec<usize>> = HashMap::new();
        for (index, service) in self.services.iter().enumerate() {
            for body in &service.bodies {
                let scope = self.files[body.file].scan.services[body.service].scope;
                owners.entry((body.file, scope)).or_default().push(index);
            }
        }
        for (file, member) in self.files.iter().enumerate() {
            let routers = member.scan.uses.iter().enumerate().filter(|(_, it)| it.role == Role::Router);
            for (port, found) in routers {
                let place = Place { file, port };
                let own = found.scope.and_then(|scope| owners.get(&(file, scope)));
                for &service in own.into_iter().flatten() {
                    let mention = Mention { place, kind: MentionKind::Itself };
                    mentions.extend(self.service_port(service, place).map(|port| (port, mention)));
                }
            }
        }
    }

    /// The port of `service` that stands at `place`; `None` for ranges, and where the number is not known.
    fn service_port(&self, service: usize, place: Place) -> Option<ServicePort> {
        let port = self.port(place);
        let number = port.range?.port().filter(|number| *number > 0)?;
        Some(ServicePort { service, number, transport: port.protocol.transport().unwrap_or(Transport::Tcp) })
    }

    /// The container's side of an entry of `ports`.
    #[must_use]
    pub fn container(&self, entry: EntryPlace) -> Option<Place> {
        let port = self.files[entry.file].scan.entries[entry.entry].container?;
        Some(Place { file: entry.file, port })
    }

    /// The host's side of an entry of `ports`.
    #[must_use]
    pub fn host(&self, entry: EntryPlace) -> Option<Place> {
        let port = self.files[entry.file].scan.entries[entry.entry].host?;
        Some(Place { file: entry.file, port })
    }

    /// The entries by which the ports of the host lead to `port`.
    pub fn published(&self, port: ServicePort) -> impl Iterator<Item = EntryPlace> + '_ {
        let entries = self.services[port.service].mappings.iter().copied();
        entries.filter(move |entry| {
            self.container(*entry).and_then(|it| self.service_port(port.service, it)) == Some(port)
        })
    }

    /// The ports of services that `place` names. A port of the host stands for the container's.
    #[must_use]
    pub fn ports_at(&self, place: Place) -> BTreeSet<ServicePort> {
        self.ports_among(&self.mentions(), place)
    }

    fn ports_among(&self, mentions: &[(ServicePort, Mention)], place: Place) -> BTreeSet<ServicePort> {
        let at =
            |place: Place| mentions.iter().filter(move |(_, it)| it.place == place).map(|(port, _)| *port);
        let own = self.port(place);
        let meant = own.pair.filter(|_| own.role.is_host()).map_or(place, |port| Place { port, ..place });
        let mut ports: BTreeSet<ServicePort> = at(meant).collect();
        if ports.is_empty() && own.role == Role::Variable {
            let fed = |it: &Place| self.definition(*it) == Some(own.span) && it.file == place.file;
            ports.extend(mentions.iter().filter(|(_, it)| fed(&it.place)).map(|(port, _)| *port));
        }
        ports
    }

    /// Where the file gives the variable its value from which the number at `place` comes.
    fn definition(&self, place: Place) -> Option<Span> {
        self.port(place).variable.as_ref()?.definition
    }

    /// Every place that must say the same as `place` does, itself included, in the order of the files; none where no service
    /// is known to have the port.
    #[must_use]
    pub fn same_port(&self, place: Place) -> Vec<Mention> {
        let mentions = self.mentions();
        let mut by_port: HashMap<ServicePort, Vec<usize>> = HashMap::new();
        let mut by_place: HashMap<(usize, Span), Vec<usize>> = HashMap::new();
        let places: Vec<_> = mentions.iter().map(|(_, mention)| self.written(mention.place)).collect();
        for (index, ((port, _), place)) in mentions.iter().zip(&places).enumerate() {
            by_port.entry(*port).or_default().push(index);
            if let Some(place) = place {
                by_place.entry(*place).or_default().push(index);
            }
        }
        let mut ports = self.ports_among(&mentions, place);
        let mut queue: Vec<ServicePort> = ports.iter().copied().collect();
        let mut found: BTreeSet<Mention> = BTreeSet::new();
        let mut written: HashSet<(usize, Span)> = HashSet::new();
        while let Some(port) = queue.pop() {
            for &index in &by_port[&port] {
                found.insert(mentions[index].1);
                let Some(place) = places[index].filter(|place| written.insert(*place)) else { continue };
                for (other, _) in by_place[&place].iter().map(|&index| mentions[index]) {
                    if ports.insert(other) {
                        queue.push(other);
                    }
                }
            }
        }
        let variables: Vec<Mention> =
            written.iter().filter_map(|(file, span)| self.variable_at(*file, *span)).collect();
        found.extend(variables);
        found.into_iter().collect()
    }

    /// The value of a variable of a Dockerfile that stands at `span`.
    fn variable_at(&self, file: usize, span: Span) -> Option<Mention> {
        let uses = self.files[file].scan.uses.iter();
        let port = uses.enumerate().find(|(_, it)| it.span == span && it.role == Role::Variable)?.0;
        Some(Mention { place: Place { file, port }, kind: MentionKind::Variable })
    }

    /// Where the port at `place` is declared: by the compose service that has it, and by the Dockerfile that this is built
    /// from; at the place itself where nothing else declares it. None where no service is known to have it.
    #[must_use]
    pub fn definitions(&self, place: Place) -> Vec<Place> {
        let mentions = self.mentions();
        let ports = self.ports_among(&mentions, place);
        let own = mentions.iter().find(|(_, it)| it.place == place).map(|(_, it)| it.kind);
        let is_declared = |kind: MentionKind| match own {
            Some(MentionKind::Mapping | MentionKind::Expose) => kind == MentionKind::Image,
            _ => matches!(kind, MentionKind::Mapping | MentionKind::Expose | MentionKind::Image),
        };
        let declared = mentions.iter().filter(|(port, it)| ports.contains(port) && is_declared(it.kind));
        let mut declared: Vec<Mention> = declared.map(|(_, it)| *it).collect();
        declared.sort_by_key(|it| (it.kind, it.place));
        let mut places: Vec<Place> = declared.into_iter().map(|it| it.place).collect();
        places.dedup();
        if places.is_empty() && own.is_some() {
            places.push(place);
        }
        places
    }

    /// What to change so that the port at `place` has another number everywhere: spans of digits in the files, in their order.
    ///
    /// # Errors
    ///
    /// Why it cannot be done.
    pub fn renamed(&self, place: Place) -> Result<Vec<(usize, Span)>, Refusal> {
        let port = self.port(place);
        if port.role.is_host() {
            return Err(Refusal::Host);
        }
        if port.range.is_some_and(|range| !range.is_single()) {
            return Err(Refusal::Range);
        }
        let mentions = self.same_port(place);
        if mentions.is_empty() {
            return Err(Refusal::Unknown);
        }
        let spans: Option<BTreeSet<(usize, Span)>> =
            mentions.iter().map(|it| self.written(it.place)).collect();
        spans.map(|spans| spans.into_iter().collect()).ok_or(Refusal::Composed)
    }

    /// The `upstream` of nginx that a `*_pass` at byte `offset` of a file names: the file that defines it, and where its name
    /// stands there.
    #[must_use]
    pub fn upstream_at(&self, file: usize, offset: usize) -> Option<(usize, Span)> {
        let member = self.files.get(file)?;
        let text: &str = &member.file.text;
        let mut targets = member.scan.directives.iter().filter_map(|it| it.target);
        let name = targets.find(|it| it.host.touches(offset))?.host.of(text).to_ascii_lowercase();
        let has_it = |service: &&super::Service| service.configuration.iter().any(|it| it.file == file);
        let mut services = self.services.iter().filter(has_it);
        services.find_map(|service| {
            let upstreams = upstreams(&service.configuration, |file| Arc::clone(&self.files[file].scan));
            let (file, scope) = *upstreams.get(&name)?;
            Some((file, self.files[file].scan.scopes[scope].span))
        })
    }
}

/// The ports that stand in `whole`: indexes into `uses`, which are in the order of the file.
pub fn inside(uses: &[PortUse], whole: Span) -> impl Iterator<Item = usize> + '_ {
    let first = uses.partition_point(|port| port.span.start < whole.start);
    let behind = uses.partition_point(|port| port.span.start < whole.end);
    (first..behind).filter(move |&port| uses[port].span.end <= whole.end)
}

/// Those of `stacks` that are projects of their own: a file that another one includes or extends begins a stack, and so does
/// each of several files that bring each other along, but nobody starts them so. In their order.
#[must_use]
pub fn outermost(stacks: &[Arc<Stack>]) -> Vec<Arc<Stack>> {
    let compose = |stack: &Stack| -> BTreeSet<PathBuf> {
        let files = stack.files.iter().filter(|it| it.file.language == Some(Language::Compose));
        files.map(|it| it.file.path.clone()).collect()
    };
    let held: Vec<BTreeSet<PathBuf>> = stacks.iter().map(|stack| compose(stack)).collect();
    let mut holders: HashMap<&PathBuf, Vec<usize>> = HashMap::new();
    for (index, stack) in stacks.iter().enumerate() {
        let included = stack.files.iter().filter(|it| it.part == Part::Included);
        included.for_each(|it| holders.entry(&it.file.path).or_default().push(index));
    }
    let mut seen: HashSet<&BTreeSet<PathBuf>> = HashSet::new();
    let mut kept = Vec::new();
    for (index, stack) in stacks.iter().enumerate() {
        let Some(first) = stack.files.first().map(|it| &it.file.path) else { continue };
        let is_held = holders.get(first).is_some_and(|holders| {
            holders.iter().any(|&other| other != index && held[other].len() > held[index].len())
        });
        if !is_held && seen.insert(&held[index]) {
            kept.push(Arc::clone(stack));
        }
    }
    kept
}
