//! `host-port-conflict`: two services that publish the same port of the host.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `host_port_conflict.md`.
pub static RULE: Rule = Rule {
    name: "host-port-conflict",
    summary: "two services that publish the same port of the host",
    severity: Severity::Error,
    is_opt_in: false,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("host_port_conflict.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
