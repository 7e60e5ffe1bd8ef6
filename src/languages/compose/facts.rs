//! What a service says beside its ports, as compose sees it: with what it merges.

use std::ops::Range;

use foldhash::HashMap;
use smallvec::SmallVec;
use thin_vec::ThinVec;

use super::yaml::Node;
use super::{Mappings, Reader};
use crate::languages::addresses::names_port;
use crate::languages::{MergeTag, Merging, Service, Setting, whole_lines};
use crate::text::Span;

/// The mappings that a service is merged from, itself included, and its profiles; more are not looked at, so that merges
/// of merges take no more than linear time.
const MOST: usize = 16;

/// The entries of one mapping that are of interest here; more are not looked at. There are fewer names for them.
const MOST_ENTRIES: usize = 32;

/// The bytes of a value; a longer one is none, so that what is merged again and again takes no more than linear space.
const LONGEST: usize = 256;

/// A key that is of interest here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Build,
    Command,
    Configs,
    ContainerName,
    Deploy,
    Entrypoint,
    EnvFile,
    Environment,
    Expose,
    Extends,
    ExternalLinks,
    Hostname,
    Image,
    Links,
    Merge,
    Net,
    NetworkMode,
    Networks,
    Ports,
    Profiles,
    Replicas,
    Scale,
    Volumes,
    /// One of `deploy` that nothing but a swarm reads.
    OfASwarm,
}

impl Key {
    /// The key that is written like that.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "<<" => Self::Merge,
            "build" => Self::Build,
            "command" => Self::Command,
            "configs" => Self::Configs,
            "container_name" => Self::ContainerName,
            "deploy" => Self::Deploy,
            "entrypoint" => Self::Entrypoint,
            "env_file" => Self::EnvFile,
            "environment" => Self::Environment,
            "expose" => Self::Expose,
            "extends" => Self::Extends,
            "external_links" => Self::ExternalLinks,
            "hostname" => Self::Hostname,
            "image" => Self::Image,
            "links" => Self::Links,
            "net" => Self::Net,
            "network_mode" => Self::NetworkMode,
            "networks" => Self::Networks,
            "ports" => Self::Ports,
            "profiles" => Self::Profiles,
            "replicas" => Self::Replicas,
            "scale" => Self::Scale,
            "volumes" => Self::Volumes,
            "endpoint_mode" | "mode" | "placement" | "rollback_config" | "update_config" => Self::OfASwarm,
            _ => return None,
        })
    }
}

/// An entry of a mapping that is of interest here.
#[derive(Clone, Copy, Debug)]
struct Fact<'t> {
    is: Key,
    key: Node<'t>,
    value: Node<'t>,
}

/// The entries of mappings that are of interest here. A long mapping may be merged again and again, so it is read once; one to
/// which a single way leads is not remembered.
#[derive(Debug, Default)]
pub struct Wanted<'t> {
    /// Those of all mappings that are remembered, or of the last one that was read.
    facts: Vec<Fact<'t>>,
    /// Which of them are those of that mapping.
    read: HashMap<usize, Range<usize>>,
    /// Whether a name in that `environment` is that of a port.
    named_like_ports: HashMap<usize, bool>,
}

/// What a service says of what is of interest here, with what it merges.
#[derive(Debug)]
pub struct Facts<'t> {
    /// What is said of each key in the strongest place.
    strongest: SmallVec<[Fact<'t>; 8]>,
    /// All that is said of `expose`, the strongest first.
    exposed: Vec<Node<'t>>,
    /// Whether it merges more mappings than are looked at.
    pub is_cut: bool,
}

impl<'t> Wanted<'t> {
    fn of(&mut self, mapping: Node<'t>) -> &[Fact<'t>] {
        let fact = |(key, value): (Node<'t>, Node<'t>)| Some(Fact { is: Key::named(key.raw())?, key, value });
        let facts = mapping.entries().filter_map(fact).take(MOST_ENTRIES);
        if !mapping.may_be_shared() {
            self.facts.clear();
            self.facts.extend(facts);
            return &self.facts;
        }
        let range = self.read.entry(mapping.id()).or_insert_with(|| {
            let start = self.facts.len();
            self.facts.extend(facts);
            start..self.facts.len()
        });
        &self.facts[range.clone()]
    }

    /// What the mapping `body` says, and those that it merges.
    fn merged(&mut self, body: Node<'t>) -> Facts<'t> {
        let mut facts = Facts { strongest: SmallVec::new(), exposed: Vec::new(), is_cut: false };
        let mut mappings = Mappings::from([body]);
        let mut next = 0;
        while let Some(&mapping) = mappings.get(next) {
            for fact in self.of(mapping) {
                match fact.is {
                    Key::Merge => mappings.extend(merged_by(fact.value, MOST - mappings.len())),
                    Key::Expose => facts.exposed.push(fact.value),
                    _ => {}
                }
                if facts.strongest(fact.is).is_none() {
                    facts.strongest.push(*fact);
                }
            }
            next += 1;
        }
        facts.is_cut = mappings.len() == MOST;
        facts
    }

    /// Whether a name in `environment`, a mapping with what it merges or a list, is that of a port. So it is where it
    /// merges more mappings than are looked at.
    pub fn names_ports(&mut self, environment: Node<'t>) -> bool {
        let mut mappings = Mappings::from([environment]);
        let mut next = 0;
        while let Some(&mapping) = mappings.get(next) {
            let read = || {
                let names = mapping.entries().map(|(name, _)| name);
                let mut names = names.chain(mapping.items()).map(Node::raw);
                names.any(|name| names_port(name.split('=').next().unwrap_or_default()))
            };
            let is_named_like_a_port = if mapping.may_be_shared() {
                *self.named_like_ports.entry(mapping.id()).or_insert_with(read)
            } else {
                read()
            };
            if is_named_like_a_port || mappings.len() == MOST {
                return true;
            }
            let merges = self.of(mapping).iter().filter(|fact| fact.is == Key::Merge);
            for merge in merges {
                mappings.extend(merged_by(merge.value, MOST - mappings.len()));
            }
            next += 1;
        }
        false
    }
}

impl<'t> Facts<'t> {
    /// What is said of `key` in the strongest place.
    fn strongest(&self, key: Key) -> Option<Fact<'t>> {
        self.strongest.iter().find(|fact| fact.is == key).copied()
    }

    /// The value of `key`, unless that is one that is taken back.
    pub fn value(&self, key: Key) -> Option<Node<'t>> {
        let value = self.strongest(key)?.value;
        (value.tag() != Some(MergeTag::Reset)).then_some(value)
    }

    /// How `body`, which is where they come from, is merged.
    pub fn merging(&self, body: Node<'t>) -> Merging {
        let facts = self.strongest.iter();
        let mut tagged: Vec<_> =
            facts.filter_map(|fact| Some((fact.is, fact.key, fact.value.tag()?))).collect();
        tagged.sort_by_key(|(is, ..)| *is);
        let keys = tagged.into_iter().map(|(_, key, tag)| (key.raw().to_owned(), tag)).collect();
        Merging { whole: body.tag(), keys }
    }
}

/// The mappings that `value`, which stands behind `<<`, is or holds, but no more than `most`.
pub fn merged_by<'t>(value: Node<'t>, most: usize) -> impl Iterator<Item = Node<'t>> {
    std::iter::once(value).chain(value.items()).take(most).filter(|merged| merged.is_mapping())
}

impl Reader<'_> {
    /// Takes note of the service `body`, whose scope is `scope`. The lists of ports were read before.
    pub(super) fn describe<'t>(&mut self, scope: usize, body: Node<'t>, wanted: &mut Wanted<'t>) {
        let facts = wanted.merged(body);
        let setting = |key: Key| facts.value(key).and_then(|value| self.setting_of(value));
        let ports = facts.strongest(Key::Ports);
        let deploy = facts.value(Key::Deploy).map_or(&[][..], |deploy| wanted.of(deploy));
        let replicas = || deploy.iter().find(|fact| fact.is == Key::Replicas).map(|fact| fact.value);
        let mut service = Service {
            scope,
            ports: ports.map(|ports| ports.key.span()),
            ports_removal: ports.and_then(|ports| whole_entry(ports.key, ports.value)),
            entries: ThinVec::new(),
            image: setting(Key::Image),
            network_mode: facts
                .value(Key::NetworkMode)
                .or_else(|| facts.value(Key::Net))
                .and_then(|value| self.setting_of(value))
                .map(Box::new),
            replicas: facts
                .value(Key::Scale)
                .or_else(replicas)
                .and_then(|value| self.setting_of(value))
                .map(Box::new),
            is_for_swarm: deploy.iter().any(|fact| fact.is == Key::OfASwarm),
            profiles: facts
                .value(Key::Profiles)
                .into_iter()
                .flat_map(Node::items)
                .take(MOST)
                .filter_map(|profile| self.setting_of(profile))
                .map(|profile| profile.value)
                .collect(),
            wiring: self.wiring(body, &facts, wanted),
        };
        for list in ports.map(|ports| ports.value).into_iter().chain(facts.exposed) {
            let entries = self.lists.get(&list.id()).map_or(&[][..], |range| &self.listed[range.clone()]);
            // Aliases may name a long list again and again: no more of it is told than the file has bytes.
            if let Some(left) = self.allowance.checked_sub(entries.len()) {
                self.allowance = left;
                service.entries.extend_from_slice(entries);
            }
        }
        self.scan.services.push(service);
    }

    /// The text of a scalar, unless it is too long to mean anything: every service that merges it gets a copy.
    fn setting_of(&self, value: Node<'_>) -> Option<Setting> {
        value.style().filter(|_| value.span().len() <= LONGEST)?;
        Some(Setting { value: self.values.text(value).into(), span: value.span() })
    }
}

/// The lines of the entry of a mapping, if nothing else stands there.
fn whole_entry(key: Node<'_>, value: Node<'_>) -> Option<Span> {
    let last = value.last();
    // An alias leads somewhere else, and so does a last node that is one.
    let is_below = last.span().start > key.span().end;
    is_below
        .then(|| whole_lines(key.text(), Span::new(key.outer_span().start, last.outer_span().end)))
        .flatten()
}

#[cfg(test)]
mod tests {
    use crate::languages::{Language, Scan, Service};

    fn scan(text: &str) -> Scan {
        crate::languages::scan(text, Language::Compose)
    }

    /// The ports of every service of `text`, each as it is written, and what else the service says.
    fn services(text: &str) -> Vec<String> {
        let scan = scan(text);
        let describe = |service: &super::Service| {
            let entries: Vec<&str> =
                service.entries.iter().map(|&entry| scan.entries[entry].span.of(text)).collect();
            let value = |setting: &Option<Box<super::Setting>>| {
                setting.as_ref().map_or("-".into(), |setting| setting.value.clone())
            };
            let name = &scan.scopes[service.scope].name;
            let (mode, replicas) = (value(&service.network_mode), value(&service.replicas));
            format!("{name} {entries:?} {mode} {replicas} {:?}", service.profiles)
        };
        scan.services.iter().map(describe).collect()
    }

    #[test]
    fn a_service_has_what_it_merges() {
        let text = "
x-base: &base
  network_mode: ${MODE:-host}
  ports: &ports ['80:80', &one '81:81']
  expose: [82]
services:
  a: {<<: *base, deploy: {replicas: 2}}
  b: {<<: [*base], ports: [*one, 83], scale: 3, network_mode: none, profiles: [dev, test]}
  c: {ports: *ports}
  d: &d {<<: *d}
";
        assert_eq!(
            services(text),
            [
                r#"a ["80:80", "81:81", "82"] host 2 []"#,
                r#"b ["81:81", "83", "82"] none 3 ["dev", "test"]"#,
                r#"c ["80:80", "81:81"] - - []"#,
                "d [] - - []",
            ]
        );
    }

    #[test]
    fn what_is_merged_again_and_again_takes_linear_space() {
        let merging = (0..20_000).map(|n| format!("  s{n}: {{<<: *b}}\n")).collect::<String>();
        for value in [
            format!("profiles: [{}]", "p,".repeat(100_000)),
            format!("profiles: [{}]", "p".repeat(200_000)),
            format!("network_mode: {}", "m".repeat(200_000)),
            format!("scale: {}", "1".repeat(200_000)),
            (0..50_000).map(|n| format!("k{n}: 1\n  ")).collect(),
        ] {
            let scan = scan(&format!("x-b: &b\n  {value}\nservices:\n{merging}"));
            let held = |service: &Service| {
                let setting = |it: &Option<Box<super::Setting>>| it.as_ref().map_or(0, |it| it.value.len());
                let profiles: usize = service.profiles.iter().map(|profile| profile.len()).sum();
                profiles + setting(&service.network_mode) + setting(&service.replicas)
            };
            assert!(scan.services.len() == 20_000 && scan.services.iter().map(held).max() <= Some(1000));
        }
    }

    #[test]
    fn ports_that_go_take_nothing_else_along() {
        let removed = |body: &str| {
            let text = format!("services:\n  a:\n{body}");
            scan(&text).services[0].ports_removal.map(|span| span.of(&text).to_owned())
        };
        let block = "    ports:\n      - 80:80\n      - target: 81\n        published: \"82\"\n";
        assert_eq!(removed(&format!("{block}    image: b\n")).as_deref(), Some(block));
        assert_eq!(removed("    ports: ['80:80'] # why\n"), None);
        assert_eq!(removed("    ports:\n      - 80 # why\n"), None);
    }

    #[test]
    fn entries_that_go_leave_a_list() {
        let rest = |list: &str, index: usize| {
            let text = format!("services:\n  a:\n    ports:{list}\n    image: b\n");
            let removal = scan(&text).entries[index].removal?;
            let rest = [&text[..removal.start], &text[removal.end..]].concat();
            Some(
                rest.strip_prefix("services:\n  a:\n    ports:")?
                    .strip_suffix("\n    image: b\n")?
                    .to_owned(),
            )
        };
        assert_eq!(rest(" [80, '81', 82]", 0).as_deref(), Some(" ['81', 82]"));
        assert_eq!(rest(" [80, '81', 82]", 1).as_deref(), Some(" [80, 82]"));
        assert_eq!(rest(" [80]", 0), None);
        assert_eq!(rest("\n      - 80\n      - '81'", 0).as_deref(), Some("\n      - '81'"));
        assert_eq!(rest("\n    - 80\n    - {target: 81}\n    - 82", 1), None);
        assert_eq!(
            rest("\n      - target: 80\n        mode: host\n      - 81", 0).as_deref(),
            Some("\n      - 81")
        );
        assert_eq!(rest("\n      - 80 # why\n      - 81", 0), None);
    }
}
