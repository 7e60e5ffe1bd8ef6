//! `ephemeral-host-port`: a host port in the range from which the system draws ports for clients.

use super::{Context, Rule, written_at};
use crate::finding::{Finding, Severity};
use crate::languages::Language;
use crate::port::Role;

/// See `ephemeral_host_port.md`.
pub static RULE: Rule = Rule {
    name: "ephemeral-host-port",
    summary: "a host port in the range from which the system draws ports for clients",
    severity: Severity::Info,
    is_opt_in: true,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("ephemeral_host_port.md"),
    check,
};

/// What Linux draws from unless `net.ipv4.ip_local_port_range` says otherwise.
const EPHEMERAL: std::ops::RangeInclusive<u32> = 32768..=60999;

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for port in cx.ports().filter(|port| port.role == Role::Host) {
        let Some(ports) = port.range.filter(|ports| !ports.is_empty()) else { continue };
        if ports.last < *EPHEMERAL.start() || *EPHEMERAL.end() < ports.first {
            continue;
        }
        let [are, they] = if ports.is_single() { ["port {} is", "it"] } else { ["ports {} are", "they"] };
        let are = are.replace("{}", &ports.to_string());
        let message = format!(
            "host {are} in the range from which Linux draws ports for clients, {they} may be taken at start"
        );
        findings.push(RULE.finding(written_at(port), message));
    }
}
