//! `unknown-rule`: a suppression that names no rule there is.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `unknown_rule.md`.
pub static RULE: Rule = Rule {
    name: "unknown-rule",
    summary: "a comment that ignores a rule that does not exist, or none",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("unknown_rule.md"),
    check,
};

/// Finds nothing: [`suppress`](crate::suppress) does, which reads the comments.
fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
