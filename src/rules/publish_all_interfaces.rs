//! `publish-all-interfaces`: a port that is published on every address of the host.

use super::{Context, Rule, is_every_address, published, written_at};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `publish_all_interfaces.md`.
pub static RULE: Rule = Rule {
    name: "publish-all-interfaces",
    summary: "a port that is published on every address of the host",
    severity: Severity::Info,
    is_opt_in: true,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("publish_all_interfaces.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for (entry, host) in cx.scan.services.iter().flat_map(|service| published(cx, service)) {
        let Some(ports) = host.range.filter(|ports| !ports.is_empty()) else { continue };
        if !is_every_address(entry.address.as_deref()) {
            continue;
        }
        let verb =
            if ports.is_single() { "port {} is" } else { "ports {} are" }.replace("{}", &ports.to_string());
        let message = format!("host {verb} published on every address, name one such as 127.0.0.1");
        findings.push(RULE.finding(written_at(host), message));
    }
}
