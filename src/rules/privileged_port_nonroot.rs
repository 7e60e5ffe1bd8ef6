//! `privileged-port-nonroot`: a port below 1024 in an image whose user is not root.

use super::{Context, Rule, written_at};
use crate::finding::{Finding, Related, Severity};
use crate::languages::Language;
use crate::port::Role;

/// See `privileged_port_nonroot.md`.
pub static RULE: Rule = Rule {
    name: "privileged-port-nonroot",
    summary: "a port below 1024 in an image whose user is not root",
    severity: Severity::Info,
    is_opt_in: true,
    languages: &[Language::Dockerfile],
    tag: None,
    docs: include_str!("privileged_port_nonroot.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for port in cx.ports().filter(|port| port.role == Role::Expose) {
        let Some(ports) = port.range.filter(|ports| (1..1024).contains(&ports.first)) else { continue };
        let Some(user) = port.scope.and_then(|stage| cx.scan.scopes[stage].user.as_deref()) else { continue };
        let name = user.value.split(':').next().unwrap_or_default();
        if matches!(name, "root" | "0" | "") || name.contains('$') {
            continue;
        }
        let is_below =
            if ports.is_single() { "port {} is" } else { "ports {} start" }.replace("{}", &ports.to_string());
        let message =
            format!("{is_below} below 1024 and may be refused to the user `{name}`, listen on 1024 or above");
        let related = vec![Related::here(user.span, "the user is set here".to_owned())];
        findings.push(Finding { related, ..RULE.finding(written_at(port), message) });
    }
}
