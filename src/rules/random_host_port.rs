//! `random-host-port`: a published port that gets another number on the host at every start.

use super::sensitive_port_published::sensitive;
use super::{Context, Rule, can_publish, entries_of_ports, written_at};
use crate::finding::{Finding, Severity};
use crate::languages::{Entry, EntryStyle, Language, Service};
use crate::text::Span;

/// See `random_host_port.md`.
pub static RULE: Rule = Rule {
    name: "random-host-port",
    summary: "a published port that gets another number on the host at every start",
    severity: Severity::Info,
    is_opt_in: false,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("random_host_port.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // Replicas share no port of the host, so each is to have its own.
    let is_alone =
        |service: &Service| service.replicas.as_ref().is_none_or(|count| matches!(&*count.value, "0" | "1"));
    for service in cx.scan.services.iter().filter(|service| can_publish(service) && is_alone(service)) {
        findings.extend(entries_of_ports(cx, service).filter_map(|entry| judge(cx, entry)));
    }
}

fn judge(cx: &Context<'_>, entry: &Entry) -> Option<Finding> {
    if entry.host.is_some() {
        return None;
    }
    let container = &cx.scan.uses[entry.container?];
    let ports = container.range.filter(|ports| ports.first > 0)?;
    // What is refused gets no port at all.
    container.protocol.transport()?;
    // `127.0.0.1::80` asks for just that.
    let is_asked_for = entry.address.is_some();
    if is_asked_for || is_host_written(cx, entry, container.span.start) || sensitive(cx, entry).is_some() {
        return None;
    }
    let message = if ports.is_single() {
        format!(
            "port {ports} of the container gets another port of the host at every start, name one or use `expose`"
        )
    } else {
        format!(
            "ports {ports} of the container get other ports of the host at every start, name them or use `expose`"
        )
    };
    Some(RULE.finding(written_at(container), message))
}

/// Whether something stands in the place of the host's port that is none: `name:80`.
fn is_host_written(cx: &Context<'_>, entry: &Entry, container: usize) -> bool {
    if entry.style == EntryStyle::Long {
        return entry.span.of(cx.text).contains("published");
    }
    let before = Span::new(entry.span.start, container.max(entry.span.start)).of(cx.text);
    before.ends_with(':') && !before.ends_with("::")
}
