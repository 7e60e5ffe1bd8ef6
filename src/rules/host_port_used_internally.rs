//! `host-port-used-internally`: a service that is called by its port of the host, where the container's is needed.

use std::cell::LazyCell;

use foldhash::{HashMap, HashMapExt, HashSet};

use super::{
    Around, Context, Mapping, Mentions, Offer, Rule, base_is_known_for, calling, line_before, stacks,
    written_at,
};
use crate::finding::{Finding, Severity};
use crate::languages::Language;
use crate::port::{PortUse, Role, Transport};
use crate::project::{Naming, Reference};
use crate::text::Span;

/// See `host_port_used_internally.md`.
pub static RULE: Rule = Rule {
    name: "host-port-used-internally",
    summary: "a service called by its port of the host, where only the container's is there",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("host_port_used_internally.md"),
    check,
};

/// Words of a setting that is about those who come from outside, and of one that names what is not called.
const OF_OUTSIDE: [&str; 10] = [
    "ADVERTISE",
    "ALLOWED",
    "CALLBACK",
    "CORS",
    "EXTERNAL",
    "ORIGIN",
    "PUBLIC",
    "REACT_APP_",
    "REDIRECT",
    "VITE_",
];

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let (mut found, mut served) = (Vec::new(), Vec::new());
    for around in stacks(cx) {
        let mentions = LazyCell::new(|| Mentions::of(around.stack));
        let mut offers = HashMap::new();
        for reference in around.references() {
            let port = around.port(reference.at);
            let Some(number) = number(port).filter(|_| reference.by == Naming::Network) else { continue };
            let service = &around.stack.services[reference.to];
            let Some(offer) = offers.entry(reference.to).or_insert_with(|| Offer::of(around, reference.to))
            else {
                continue;
            };
            let transport = port.protocol.transport().unwrap_or(Transport::Tcp);
            let mapping = offer.published_as(number).find(|mapping| mapping.transport == transport);
            let Some(mapping) = mapping.filter(|_| !offer.serves(number)) else {
                served.push(written_at(port));
                continue;
            };
            let is_of_image = base_is_known_for(&service.image, number, transport);
            if is_of_image || is_for_outside(cx, port) || mentions.hold(around, service, number) {
                continue;
            }
            found.push(finding(cx, around, reference, mapping, offer.target_of(number)));
        }
    }
    if found.is_empty() {
        return;
    }
    let served: HashSet<Span> = served.into_iter().collect();
    // Whoever is right in one stack may be wrong in another, which is started without what is missing there.
    findings.extend(found.into_iter().filter(|finding| !served.contains(&finding.span)));
}

/// The number of a port by which one service may call another; `None` where it is no such.
fn number(port: &PortUse) -> Option<u16> {
    let calls = matches!(
        port.role,
        Role::Environment
            | Role::Command
            | Role::Variable
            | Role::Healthcheck
            | Role::Upstream
            | Role::Pass
            | Role::Directive
    );
    port.range?.port().filter(|&number| number > 0 && calls)
}

/// Whether `port` stands in a text that may be for those outside.
fn is_for_outside(cx: &Context<'_>, port: &PortUse) -> bool {
    let line = line_before(cx.text, port.span.start);
    match port.role {
        Role::Environment | Role::Command | Role::Variable => {
            let line = line.to_ascii_uppercase();
            OF_OUTSIDE.iter().any(|word| line.contains(word))
        }
        // Most texts of nginx are for browsers.
        Role::Directive => !line.trim_start().starts_with("set "),
        _ => false,
    }
}

/// The finding that `reference` names the port of the host that `mapping` publishes.
fn finding(
    cx: &Context<'_>,
    around: Around<'_>,
    reference: &Reference,
    mapping: &Mapping<'_>,
    target: Option<u16>,
) -> Finding {
    let (port, name) = (around.port(reference.at), &around.stack.services[reference.to].name);
    let number = port.range.map_or(0, |range| range.first);
    let instead = target.map_or_else(|| mapping.targets.to_string(), |target| target.to_string());
    let message =
        format!("port {number} of `{name}` is on the host alone, other services reach it at {instead}");
    let entry = around.entry(mapping.place);
    let related = vec![around.related(mapping.place.file, entry.span, format!("`{name}` is published here"))];
    // A variable has other readers, who may be on the host.
    let target = target.filter(|_| port.variable.is_none());
    let fix = target.and_then(|it| calling(cx, port, it));
    Finding { related, fix, ..RULE.finding(written_at(port), message) }
}
