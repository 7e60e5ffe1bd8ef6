//! `unused-suppression`: a suppression of what is not found there.

use super::{Context, Rule, Tag};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `unused_suppression.md`.
pub static RULE: Rule = Rule {
    name: "unused-suppression",
    summary: "a comment that ignores what is not found there",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: Some(Tag::Unnecessary),
    docs: include_str!("unused_suppression.md"),
    check,
};

/// Finds nothing: [`suppress`](crate::suppress) does, which knows what was found.
fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
