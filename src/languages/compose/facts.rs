//! What a service says beside its ports, as compose sees it: with what it merges.

use std::collections::HashMap;

use super::yaml::Node;
use super::{Reader, interpolated};
use crate::languages::{Service, Setting, Wiring, whole_lines};
use crate::text::Span;

/// The mappings that a service is merged from, itself included, its profiles, and the entries of one mapping that are of
/// interest here; more are not looked at, so that merges of merges take no more than linear time.
const MOST: usize = 16;

/// The bytes of a value; a longer one is none, so that what is merged again and again takes no more than linear space.
const LONGEST: usize = 256;

/// The keys of `deploy` that nothing but a swarm reads.
const OF_A_SWARM: [&str; 5] = ["endpoint_mode", "mode", "placement", "rollback_config", "update_config"];

/// The other keys that are of interest here, those of `deploy` included.
const WANTED: [&str; 10] =
    ["<<", "deploy", "expose", "image", "net", "network_mode", "ports", "profiles", "replicas", "scale"];

/// The entries of mappings that are of interest here. A long mapping may be merged again and again, so it is read once.
#[derive(Debug, Default)]
pub struct Wanted<'t>(HashMap<usize, Vec<(Node<'t>, Node<'t>)>>);

impl<'t> Wanted<'t> {
    fn of(&mut self, mapping: Node<'t>) -> Vec<(Node<'t>, Node<'t>)> {
        let is_wanted =
            |(key, _): &(Node<'t>, Node<'t>)| WANTED.contains(&key.raw()) || OF_A_SWARM.contains(&key.raw());
        let read = || mapping.entries().filter(is_wanted).take(MOST).collect();
        self.0.entry(mapping.id()).or_insert_with(read).clone()
    }

    /// The wanted entries of the mapping `body` and of those that it merges, the strongest first.
    fn merged(&mut self, body: Node<'t>) -> Vec<(Node<'t>, Node<'t>)> {
        let (mut mappings, mut entries) = (vec![body], Vec::new());
        let mut next = 0;
        while let Some(&mapping) = mappings.get(next) {
            let own = self.of(mapping);
            for (_, value) in own.iter().filter(|(key, _)| key.raw() == "<<") {
                let merged =
                    std::iter::once(*value).chain(value.items()).filter(|merged| merged.is_mapping());
                mappings.extend(merged.take(MOST.saturating_sub(mappings.len())));
            }
            entries.extend(own);
            next += 1;
        }
        entries
    }
}

impl Reader {
    /// Takes note of the service `body`, whose scope is `scope`. The lists of ports were read before.
    pub(super) fn describe<'t>(&mut self, scope: usize, body: Node<'t>, wanted: &mut Wanted<'t>) {
        let entries = wanted.merged(body);
        let entry = |name: &str| entries.iter().copied().find(|(key, _)| key.raw() == name);
        let value = |name: &str| entry(name).map(|(_, value)| value);
        let ports = entry("ports");
        let deploy = value("deploy").map_or_else(Vec::new, |deploy| wanted.of(deploy));
        let replicas = || deploy.iter().find(|(key, _)| key.raw() == "replicas").map(|(_, value)| *value);
        let mut service = Service {
            scope,
            ports: ports.map(|(key, _)| key.span()),
            ports_removal: ports.and_then(|(key, value)| whole_entry(key, value)),
            entries: Vec::new(),
            image: value("image").and_then(setting),
            network_mode: value("network_mode").or_else(|| value("net")).and_then(setting),
            replicas: value("scale").or_else(replicas).and_then(setting),
            is_for_swarm: deploy.iter().any(|(key, _)| OF_A_SWARM.contains(&key.raw())),
            profiles: value("profiles")
                .into_iter()
                .flat_map(Node::items)
                .take(MOST)
                .filter_map(setting)
                .map(|profile| profile.value)
                .collect(),
            wiring: Wiring::default(),
        };
        let exposed = entries.iter().filter(|(key, _)| key.raw() == "expose").map(|(_, list)| *list);
        for list in ports.map(|(_, list)| list).into_iter().chain(exposed) {
            let entries = self.lists.get(&list.id()).map_or(&[][..], Vec::as_slice);
            // Aliases may name a long list again and again: no more of it is told than the file has bytes.
            if let Some(left) = self.allowance.checked_sub(entries.len()) {
                self.allowance = left;
                service.entries.extend(entries);
            }
        }
        self.scan.services.push(service);
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

/// The text of a scalar, unless it is too long to mean anything: every service that merges it gets a copy.
fn setting(value: Node<'_>) -> Option<Setting> {
    value.style().filter(|_| value.span().len() <= LONGEST)?;
    Some(Setting { value: interpolated(value).text().to_owned(), span: value.span() })
}

#[cfg(test)]
mod tests {
    use crate::languages::Service;
    use crate::languages::compose::scan;

    /// The ports of every service of `text`, each as it is written, and what else the service says.
    fn services(text: &str) -> Vec<String> {
        let scan = scan(text);
        let describe = |service: &super::Service| {
            let entries: Vec<&str> =
                service.entries.iter().map(|&entry| scan.entries[entry].span.of(text)).collect();
            let value = |setting: &Option<super::Setting>| {
                setting.as_ref().map_or_else(|| "-".to_owned(), |setting| setting.value.clone())
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
                let setting = |it: &Option<super::Setting>| it.as_ref().map_or(0, |it| it.value.len());
                let profiles: usize = service.profiles.iter().map(String::len).sum();
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
