//! `sensitive-port-published`: a datastore, an administration or a debugger's port that every machine can reach.

use foldhash::{HashSet, HashSetExt};

use super::{Context, Rule, binding, is_every_address, written_at};
use crate::finding::{Finding, Severity};
use crate::languages::{Entry, Language, List, Service};
use crate::port::{PortUse, Transport};
use crate::registry;

/// See `sensitive_port_published.md`.
pub static RULE: Rule = Rule {
    name: "sensitive-port-published",
    summary: "a database, admin or debug port that is published on every address of the host",
    severity: Severity::Info,
    is_opt_in: false,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("sensitive_port_published.md"),
    check,
};

/// Docker's own API without TLS: whoever reaches it is root on the host.
const DOCKER: u16 = 2375;

/// Ports of which it is known what listens there and that it trusts whoever reaches it, or is a worthwhile target; in their
/// order.
const SENSITIVE: &[u16] = &[
    1433, 1521, 2019, 2181, DOCKER, 2379, 2380, 3306, 3389, 4369, 5005, 5432, 5672, 5900, 5984, 6333, 6379,
    7199, 7687, 7700, 8009, 8086, 8529, 8983, 9042, 9200, 9222, 9229, 9300, 9901, 10250, 10255, 11211, 15672,
    19530, 25672, 26257, 26379, 27017, 27018, 27019, 28015, 33060,
];

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.scan.services.iter().filter(|service| publishes(service)) {
        let first = findings.len();
        let entries = service.entries.iter().map(|&entry| &cx.scan.entries[entry]);
        findings.extend(entries.clone().filter_map(|entry| judge(cx, service, entry)));
        // A mapping that stands there twice is one to Docker, until one of them gets another address.
        let hosts = |entry: &Entry| entry.host.and_then(|host| cx.scan.uses[host].range);
        let mut seen = HashSet::new();
        let has_repeats = findings.len() > first && !entries.filter_map(hosts).all(|host| seen.insert(host));
        if has_repeats {
            findings[first..].iter_mut().for_each(|finding| finding.fix = None);
        }
    }
}

/// Whether Docker publishes the ports of the service: not where it has no network of its own.
fn publishes(service: &Service) -> bool {
    let mode = service.network_mode.as_ref().map_or("", |mode| mode.value.as_str());
    !(matches!(mode, "host" | "none") || mode.starts_with("service:") || mode.starts_with("container:"))
}

fn judge(cx: &Context<'_>, service: &Service, entry: &Entry) -> Option<Finding> {
    let (container, what) = sensitive(cx, entry)?;
    let number = container.range?.port()?;
    let message = if entry.host.is_some() {
        format!(
            "port {number} (usually {what}) is published on every address of the host, bind it to 127.0.0.1 if only this machine needs it"
        )
    } else {
        format!(
            "port {number} (usually {what}) is published on a random port of every address of the host, use `expose` if only other services need it"
        )
    };
    let severity = if number == DOCKER { Severity::Error } else { RULE.severity };
    // A swarm publishes on every node and takes no address; who wants the port here alone names one of the host's too.
    let has_fix = !service.is_for_swarm && entry.host.is_some();
    let fix = if has_fix { binding(cx.text, cx.scan, entry) } else { None };
    Some(Finding { severity, fix, ..RULE.finding(written_at(container), message) })
}

/// The sensitive port that the entry publishes on every address of the host, if it does, and what listens there.
pub(super) fn sensitive<'a>(cx: &Context<'a>, entry: &Entry) -> Option<(&'a PortUse, &'static str)> {
    let container = &cx.scan.uses[entry.container?];
    let number = container.range?.port().filter(|number| SENSITIVE.binary_search(number).is_ok())?;
    let has_known_host = entry.host.is_none_or(|host| cx.scan.uses[host].range.is_some());
    if entry.list != List::Ports
        || !is_every_address(entry.address.as_deref())
        || !has_known_host
        || container.protocol.transport() != Some(Transport::Tcp)
        || cx.team.find(number, Transport::Tcp).is_some()
    {
        return None;
    }
    Some((container, product(number)?))
}

/// What listens on the port.
fn product(number: u16) -> Option<&'static str> {
    registry::in_practice(number).find(|it| it.transport == Transport::Tcp).map(|it| it.product)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sensitive_port_has_a_name() {
        assert!(SENSITIVE.is_sorted());
        for &number in SENSITIVE {
            let known = registry::in_practice(number).filter(|it| it.transport == Transport::Tcp);
            assert_eq!(known.count(), 1, "{number}");
        }
    }
}
