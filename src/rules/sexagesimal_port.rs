//! `sexagesimal-port`: a mapping that YAML 1.1 reads as a number to the base of sixty.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `sexagesimal_port.md`.
pub static RULE: Rule = Rule {
    name: "sexagesimal-port",
    summary: "a mapping that YAML 1.1 reads as a number to the base of sixty",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("sexagesimal_port.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
