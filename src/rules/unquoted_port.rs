//! `unquoted-port`: a mapping of ports without quotes.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `unquoted_port.md`.
pub static RULE: Rule = Rule {
    name: "unquoted-port",
    summary: "a mapping of ports without quotes",
    severity: Severity::Info,
    is_opt_in: true,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("unquoted_port.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
