//! `uppercase-protocol`: a protocol in capitals.

use super::{Context, Rule, replacing};
use crate::finding::{Finding, Safety, Severity};
use crate::languages::Language;
use crate::port::{PortUse, Protocol};

/// See `uppercase_protocol.md`.
pub static RULE: Rule = Rule {
    name: "uppercase-protocol",
    summary: "a protocol in capitals",
    severity: Severity::Hint,
    is_opt_in: false,
    languages: &[Language::Dockerfile, Language::Compose],
    tag: None,
    docs: include_str!("uppercase_protocol.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // A protocol on the host's half is wrong in lower case too.
    let ports = cx.unusual_ports().filter(|port| port.role.is_structural() && !port.role.is_host());
    findings.extend(ports.filter_map(|port| judge(cx, port)));
}

fn judge(cx: &Context<'_>, port: &PortUse) -> Option<Finding> {
    let Protocol::Written(transport, span) = port.protocol else { return None };
    let (written, name) = (span.of(cx.text), transport.name());
    if written == name || !written.eq_ignore_ascii_case(name) {
        return None;
    }
    let message = format!("`{written}` is written `{name}`");
    let fix = Some(replacing(cx.text, span, name.to_owned(), Safety::Safe));
    Some(Finding { fix, ..RULE.finding(span, message) })
}
