//! `ephemeral-host-port`: a host port in the range from which the system draws ports for clients.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

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

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
