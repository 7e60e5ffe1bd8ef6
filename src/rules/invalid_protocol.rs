//! `invalid-protocol`: a suffix that names no transport, two of them, or one on the host's half.

use super::host_mapping_in_expose::is_list_with_commas;
use super::missing_udp::is_of_udp;
use super::{Context, Rule, removing, replacing};
use crate::finding::{Edit, Finding, Fix, Safety, Severity};
use crate::languages::Language;
use crate::port::{PortUse, Protocol, Transport};
use crate::text::Span;

/// See `invalid_protocol.md`.
pub static RULE: Rule = Rule {
    name: "invalid-protocol",
    summary: "a protocol other than tcp, udp and sctp, a second one, or one on the host's half",
    severity: Severity::Error,
    is_opt_in: false,
    languages: &[Language::Dockerfile, Language::Compose],
    tag: None,
    docs: include_str!("invalid_protocol.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let ports = cx.unusual_ports().filter(|port| port.role.is_structural());
    findings.extend(ports.filter_map(|port| judge(cx, port)));
}

fn judge(cx: &Context<'_>, port: &PortUse) -> Option<Finding> {
    let (span, is_transport) = match port.protocol {
        Protocol::Written(_, span) => (span, true),
        Protocol::Unrecognized(span) => (span, false),
        Protocol::Implied(_) | Protocol::Unknown => return None,
    };
    let written = span.of(cx.text);
    if port.role.is_host() {
        let message = format!(
            "`{written}` stands on the host's half, Docker reads a protocol behind the container's port"
        );
        let help = Some("move it to the end, as in 8389:389/udp".to_owned());
        let fix = moving(cx, port, span);
        return Some(Finding { help, fix, ..RULE.finding(span, message) });
    }
    let is_of_list = || port.entry.is_some_and(|entry| is_list_with_commas(cx, &cx.scan.entries[entry]));
    if is_transport || is_of_list() {
        return None;
    }
    if written.contains('/') {
        let message = format!("`{written}` is more than one protocol");
        let help = Some("list the port once for each".to_owned());
        let fix = keeping_one(cx, port, span);
        return Some(Finding { help, fix, ..RULE.finding(span, message) });
    }
    // Engines may know more protocols than the short syntax, so the long one is only suspect.
    let is_suffix = cx.text[..span.start].ends_with('/');
    let severity = if is_suffix { Severity::Error } else { Severity::Warning };
    let message = format!("`{written}` is no transport protocol, write tcp, udp or sctp");
    // HTTP runs over TCP, which is what no suffix means.
    let is_http = matches!(written.to_ascii_lowercase().as_str(), "http" | "https");
    let fix = if is_http && !is_of_udp(port) { dropping(cx, span) } else { None };
    Some(Finding { severity, fix, ..RULE.finding(span, message) })
}

/// The fix that takes the protocol at `span` out of the host's half, and puts it behind the container's port where that
/// one has none and would be another without it.
fn moving(cx: &Context<'_>, host: &PortUse, span: Span) -> Option<Fix> {
    let mut fix = dropping(cx, span)?;
    let container = &cx.scan.uses[host.pair?];
    let Protocol::Written(transport, _) = host.protocol else { return Some(fix) };
    if matches!(container.protocol, Protocol::Implied(_)) && transport != Transport::Tcp {
        let behind = container.span.end;
        if container.variable.is_some() || cx.text[behind..].starts_with('/') {
            return None;
        }
        fix.title = format!("Move /{} to the end", span.of(cx.text));
        fix.edits.push(Edit { span: Span::new(behind, behind), text: format!("/{transport}") });
    }
    Some(fix)
}

/// The fix that keeps the first of the protocols at `span` that is one.
fn keeping_one(cx: &Context<'_>, port: &PortUse, span: Span) -> Option<Fix> {
    let is_protocol = |name: &&str| matches!(*name, "tcp" | "udp" | "sctp");
    if span.of(cx.text).contains('$') {
        return None;
    }
    match span.of(cx.text).split('/').find(is_protocol) {
        Some(name) => Some(replacing(cx.text, span, name.to_owned(), Safety::Safe)),
        None if is_of_udp(port) => None,
        None => dropping(cx, span),
    }
}

/// The fix that takes out what stands at `span`, and the slash before it.
fn dropping(cx: &Context<'_>, span: Span) -> Option<Fix> {
    let dropped = Span::new(span.start.checked_sub(1)?, span.end);
    let is_literal = dropped.of(cx.text).starts_with('/') && !span.of(cx.text).contains('$');
    is_literal.then(|| removing(format!("Remove {}", dropped.of(cx.text)), dropped, Safety::Safe))
}
