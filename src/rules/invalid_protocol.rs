//! `invalid-protocol`: a suffix that names no transport, two of them, or one on the host's half.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;
use crate::port::{PortUse, Protocol};

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
    findings.extend(cx.structural_ports().filter_map(|port| judge(cx, port)));
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
        return Some(Finding { help, ..RULE.finding(span, message) });
    }
    if is_transport {
        return None;
    }
    if written.contains('/') {
        let message = format!("`{written}` is more than one protocol");
        let help = Some("list the port once for each".to_owned());
        return Some(Finding { help, ..RULE.finding(span, message) });
    }
    // Engines may know more protocols than the short syntax, so the long one is only suspect.
    let is_suffix = cx.text[..span.start].ends_with('/');
    let severity = if is_suffix { Severity::Error } else { Severity::Warning };
    let message = format!("`{written}` is no transport protocol, write tcp, udp or sctp");
    Some(Finding { severity, ..RULE.finding(span, message) })
}
