//! `random-host-port`: a published port that gets another number on the host at every start.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

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

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
