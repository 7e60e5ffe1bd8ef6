//! What a service says beside its ports, as compose sees it: with what it merges.

use super::yaml::Node;
use super::{Reader, interpolated};
use crate::languages::{Service, Setting, whole_lines};
use crate::text::Span;

/// The mappings that a service is merged from, itself included; more are not looked at, so that merges of merges take no
/// more than linear time.
const MOST: usize = 16;

/// The keys of `deploy` that nothing but a swarm reads.
const OF_A_SWARM: [&str; 5] = ["endpoint_mode", "mode", "placement", "rollback_config", "update_config"];

impl Reader {
    /// Takes note of the service `body`, whose scope is `scope`. The lists of ports were read before.
    pub(super) fn describe(&mut self, scope: usize, body: Node<'_>) {
        let mappings = merged(body);
        let entry = |name: &str| {
            let mut entries = mappings.iter().flat_map(|mapping| mapping.entries());
            entries.find(|(key, _)| key.raw() == name)
        };
        let value = |name: &str| entry(name).map(|(_, value)| value);
        let ports = entry("ports");
        let deploy = value("deploy");
        let replicas = || deploy.and_then(|deploy| deploy.values("replicas").next());
        let mut service = Service {
            scope,
            ports: ports.map(|(key, _)| key.span()),
            ports_removal: ports.and_then(|(key, value)| whole_entry(key, value)),
            entries: Vec::new(),
            network_mode: value("network_mode").or_else(|| value("net")).and_then(setting),
            replicas: value("scale").or_else(replicas).and_then(setting),
            is_for_swarm: deploy.is_some_and(|deploy| OF_A_SWARM.iter().any(|key| deploy.has(key))),
            profiles: value("profiles")
                .into_iter()
                .flat_map(Node::items)
                .map(|item| interpolated(item).text().to_owned())
                .collect(),
        };
        let lists = mappings.iter().flat_map(|mapping| mapping.values("expose"));
        for list in ports.map(|(_, list)| list).into_iter().chain(lists) {
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

/// The mapping `body` and those that it merges, the strongest first.
fn merged(body: Node<'_>) -> Vec<Node<'_>> {
    let mut mappings = vec![body];
    let mut next = 0;
    while let Some(mapping) = mappings.get(next) {
        for value in mapping.values("<<").collect::<Vec<_>>() {
            let merged = std::iter::once(value).chain(value.items()).filter(|merged| merged.is_mapping());
            mappings.extend(merged.take(MOST.saturating_sub(mappings.len())));
        }
        next += 1;
    }
    mappings
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

/// The text of a scalar.
fn setting(value: Node<'_>) -> Option<Setting> {
    value.style()?;
    Some(Setting { value: interpolated(value).text().to_owned(), span: value.span() })
}
