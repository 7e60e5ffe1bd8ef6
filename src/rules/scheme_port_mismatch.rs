//! `scheme-port-mismatch`: a URL whose scheme and port contradict each other.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `scheme_port_mismatch.md`.
pub static RULE: Rule = Rule {
    name: "scheme-port-mismatch",
    summary: "a URL whose scheme and port contradict each other",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("scheme_port_mismatch.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
