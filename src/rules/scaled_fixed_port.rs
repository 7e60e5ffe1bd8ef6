//! `scaled-fixed-port`: several replicas that want the same port of the host.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `scaled_fixed_port.md`.
pub static RULE: Rule = Rule {
    name: "scaled-fixed-port",
    summary: "several replicas that want the same port of the host",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("scaled_fixed_port.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
