//! A service, merged from all that the files say of it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use foldhash::{HashMap, HashSet, HashSetExt};
use smallvec::SmallVec;
use smol_str::SmolStr;

use super::link::Linker;
use super::{Body, EntryPlace, Name, NameKind, Place, Reach, Service};
use crate::languages::{self, Entry, List, MergeTag, Scan, Setting};
use crate::port::{PortRange, Transport};

/// What is published, by which an entry of a later file takes the place of one of an earlier file.
pub type Key<'a> = (Option<&'a str>, Option<PortRange>, PortRange, Option<Transport>);

impl Linker<'_> {
    /// Merges each of `services` from its bodies.
    pub fn merge(&self, services: &mut [Service]) {
        for service in services.iter_mut() {
            let bodies = &service.bodies;
            service.mappings = self.mappings(bodies);
            service.exposed = self.exposed(bodies);
            service.profiles = self.profiles(bodies);
            service.names = self.names(service, bodies);
            service.may_listen_elsewhere = self.may_listen_elsewhere(bodies);
        }
        let names_another = |body: &Body| {
            let own = self.own(*body);
            own.network_mode.is_some() || !own.wiring.links.is_empty()
        };
        // Hardly any service names another one here.
        let is_asked_for = services.iter().any(|service| service.bodies.iter().any(names_another));
        let named = services.iter().enumerate().filter(|_| is_asked_for);
        let known: HashMap<SmolStr, usize> =
            named.map(|(index, service)| (service.name.clone(), index)).collect();
        let usual = Arc::new(BTreeSet::from(["default".into()]));
        for index in 0..services.len() {
            services[index].reach = self.reach(&services[index].bodies, &known, &usual);
            if let Reach::Of(other) = services[index].reach {
                services[other].is_shared = true;
            }
            for place in 0..services[index].bodies.len() {
                let body = services[index].bodies[place];
                for link in &self.own(body).wiring.links {
                    let Some((name, alias)) = link.value.split_once(':') else { continue };
                    let Some(&other) = known.get(name) else { continue };
                    services[other].names.push(Name { name: alias.into(), kind: NameKind::Link(index) });
                }
            }
        }
    }

    /// What the file says of a service at that place.
    pub fn own(&self, body: Body) -> &languages::Service {
        &self.scan(body.file).services[body.service]
    }

    /// The value that is in force for `key`: that of the last body that has one, unless a later one resets it.
    pub fn value<'a, T>(
        &'a self,
        bodies: &[Body],
        key: &str,
        of: impl Fn(&'a languages::Service) -> Option<T>,
    ) -> Option<(Body, T)> {
        for &body in bodies.iter().rev() {
            let own = self.own(body);
            if tag(own, key) == Some(MergeTag::Reset) {
                return None;
            }
            if let Some(value) = of(own) {
                return Some((body, value));
            }
        }
        None
    }

    /// The bodies whose values of `key` are added up, the weakest first.
    pub fn added_up<'b>(&self, bodies: &'b [Body], key: &str) -> Cow<'b, [Body]> {
        if bodies.iter().all(|body| tag(self.own(*body), key).is_none()) {
            return bodies.into();
        }
        let mut kept: Vec<Body> = Vec::new();
        for &body in bodies {
            match tag(self.own(body), key) {
                Some(MergeTag::Reset) => kept.clear(),
                Some(MergeTag::Override) => kept = vec![body],
                None => kept.push(body),
            }
        }
        kept.into()
    }

    /// The entries of that list, each with its place.
    fn entries(&self, body: Body, list: List) -> impl Iterator<Item = (EntryPlace, &Entry)> {
        let scan = self.scan(body.file);
        let entries = scan.services[body.service].entries.iter().map(|&entry| (entry, &scan.entries[entry]));
        let place = move |entry| EntryPlace { file: body.file, entry, service: body.service };
        entries.filter(move |(_, entry)| entry.list == list).map(move |(index, entry)| (place(index), entry))
    }

    /// The entries of `ports`: those of all bodies, of which one that says the same as one before it takes its place.
    fn mappings(&self, bodies: &[Body]) -> Vec<EntryPlace> {
        let kept = self.added_up(bodies, "ports");
        let entries = kept.iter().flat_map(|&body| self.entries(body, List::Ports));
        let mut mappings: Vec<EntryPlace> = entries.map(|(place, _)| place).collect();
        let key = |place: &EntryPlace| {
            let scan = self.scan(place.file);
            key(scan, &scan.entries[place.entry])
        };
        if has_repeats(&mappings, key) {
            // The last of those that say the same stays.
            let mut known = HashSet::new();
            mappings.reverse();
            mappings.retain(|place| key(place).is_none_or(|key| known.insert(key)));
            mappings.reverse();
        }
        mappings
    }

    fn exposed(&self, bodies: &[Body]) -> Vec<Place> {
        let kept = self.added_up(bodies, "expose");
        let entries = kept.iter().flat_map(|&body| self.entries(body, List::ServiceExpose));
        entries
            .filter_map(|(place, entry)| Some(Place { file: place.file, port: entry.container? }))
            .collect()
    }

    fn profiles(&self, bodies: &[Body]) -> Vec<SmolStr> {
        let kept = self.added_up(bodies, "profiles");
        let all: BTreeSet<&SmolStr> = kept.iter().flat_map(|body| &self.own(*body).profiles).collect();
        all.into_iter().cloned().collect()
    }

    fn names(&self, service: &Service, bodies: &[Body]) -> SmallVec<[Name; 1]> {
        let mut names = SmallVec::from([Name { name: service.name.clone(), kind: NameKind::Service }]);
        let mut add = |found: Option<&Setting>, kind: NameKind| {
            let name = found.filter(|it| is_name(&it.value)).map(|it| it.value.clone());
            names.extend(name.map(|name| Name { name, kind }));
        };
        let container = self.value(bodies, "container_name", |it| it.wiring.container_name.as_deref());
        add(container.map(|(_, it)| it), NameKind::Container);
        let host = self.value(bodies, "hostname", |it| it.wiring.hostname.as_deref());
        add(host.map(|(_, it)| it), NameKind::Host);
        for &body in &*self.added_up(bodies, "networks") {
            for network in self.own(body).wiring.networks.iter().flatten() {
                for alias in &network.aliases {
                    add(Some(alias), NameKind::Alias(network.name.value.clone()));
                }
            }
        }
        names
    }

    fn may_listen_elsewhere(&self, bodies: &[Body]) -> bool {
        bodies.iter().any(|&body| {
            let wiring = &self.own(body).wiring;
            // What a list of variables says is not looked into here.
            wiring.has_command || wiring.sets_port || !wiring.env_files.is_empty()
        })
    }

    /// Whom a service shares a network with; the network of those that name none is the `usual` one.
    fn reach(
        &self,
        bodies: &[Body],
        known: &HashMap<SmolStr, usize>,
        usual: &Arc<BTreeSet<SmolStr>>,
    ) -> Reach {
        let mode = self.value(bodies, "network_mode", |it| it.network_mode.as_deref());
        if let Some((_, mode)) = mode {
            return match mode.value.as_str() {
                "host" => Reach::Host,
                "none" => Reach::Alone,
                mode => match mode.strip_prefix("service:").and_then(|name| known.get(name)) {
                    Some(&other) => Reach::Of(other),
                    None => Reach::Unknown,
                },
            };
        }
        let mut names = BTreeSet::new();
        for &body in &*self.added_up(bodies, "networks") {
            names.extend(
                self.own(body).wiring.networks.iter().flatten().map(|network| network.name.value.clone()),
            );
        }
        if names.iter().any(|name| name.contains('$')) {
            return Reach::Unknown;
        }
        Reach::Networks(if names.is_empty() { Arc::clone(usual) } else { Arc::new(names) })
    }
}

/// What `entry` publishes; `None` where that is not known.
pub fn key<'a>(scan: &'a Scan, entry: &'a Entry) -> Option<Key<'a>> {
    let container = &scan.uses[entry.container?];
    // What hangs on a variable without a value may say anything.
    let host = match entry.host {
        Some(host) => Some(scan.uses[host].range?),
        None => None,
    };
    Some((entry.address.as_deref(), host, container.range?, container.protocol.transport()))
}

/// Whether two of the `mappings` publish the same, by what their keys tell.
pub fn has_repeats<'a>(mappings: &[EntryPlace], key: impl Fn(&EntryPlace) -> Option<Key<'a>>) -> bool {
    match mappings {
        [] | [_] => false,
        // Hardly any service has more.
        [one, other] => key(one).is_some_and(|it| Some(it) == key(other)),
        many => {
            let mut known = HashSet::with_capacity(many.len());
            !many.iter().filter_map(key).all(|key| known.insert(key))
        }
    }
}

/// How the value of `key` in a service is merged, if not as usual.
fn tag(service: &languages::Service, key: &str) -> Option<MergeTag> {
    let keys = &service.wiring.merging.keys;
    keys.iter().find(|(name, _)| name == key).map(|(_, tag)| *tag)
}

/// Whether something could be the name of a host.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(['$', ' ', '/', ':'])
}
