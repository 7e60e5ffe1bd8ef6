//! `invalid-port-range`: a range that ends before it starts, or that does not fit the range it is mapped to.

use super::{Context, Rule, replacing_port, written_at};
use crate::finding::{Finding, Fix, Safety, Severity};
use crate::languages::{EntryStyle, Language};
use crate::port::{PortRange, PortUse, Role};

/// See `invalid_port_range.md`.
pub static RULE: Rule = Rule {
    name: "invalid-port-range",
    summary: "a range that ends before it starts, or two mapped ranges of different length",
    severity: Severity::Error,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("invalid_port_range.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for port in cx.unusual_ports().filter(|port| port.role.is_structural()) {
        let Some(range) = port.range else { continue };
        if range.is_empty() {
            let message = format!("the range {range} ends before it starts");
            let help = Some(format!("write {}-{}", range.last, range.first));
            let fix = swapping(cx, port, range);
            findings.push(Finding { help, fix, ..RULE.finding(written_at(port), message) });
        }
        let host = port.pair.map(|pair| &cx.scan.uses[pair]).filter(|pair| pair.role.is_host());
        findings.extend(host.and_then(|host| unequal(host, port)));
    }
}

/// The fix that turns `range` round, unless it would not fit the other half of its mapping then.
fn swapping(cx: &Context<'_>, port: &PortUse, range: PortRange) -> Option<Fix> {
    let swapped = PortRange { first: range.last, last: range.first };
    let other =
        port.pair.and_then(|pair| cx.scan.uses[pair].range).map(|other| other.first.abs_diff(other.last));
    let length = swapped.last - swapped.first;
    let fits = other.is_none_or(|other| other == length || port.role.is_host() && other == 0);
    // The long syntax has a `target` for one port alone.
    let is_target = port.role == Role::Container
        && port.entry.is_some_and(|entry| cx.scan.entries[entry].style == EntryStyle::Long);
    let text = swapped.to_string();
    (fits && !is_target).then(|| replacing_port(cx, port, text, Safety::Safe)).flatten()
}

/// Docker maps a range to a range of the same length, and a range to a single port; nothing else.
fn unequal(host: &PortUse, container: &PortUse) -> Option<Finding> {
    let (outer, inner) = (host.range?, container.range?);
    if inner.is_single() || outer.is_empty() || inner.is_empty() || outer.len() == inner.len() {
        return None;
    }
    let message = format!(
        "the host's {outer} holds {}, the container's {inner} holds {}",
        count(outer.len()),
        count(inner.len()),
    );
    let help = Some("map ranges of the same length, or a range to a single port".to_owned());
    Some(Finding { help, ..RULE.finding(written_at(host), message) })
}

fn count(ports: u32) -> String {
    if ports == 1 { "1 port".to_owned() } else { format!("{ports} ports") }
}
