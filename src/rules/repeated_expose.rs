//! `repeated-expose`: a port that is exposed twice.

use super::{Context, Rule, Tag};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `repeated_expose.md`.
pub static RULE: Rule = Rule {
    name: "repeated-expose",
    summary: "a port that is exposed twice",
    severity: Severity::Hint,
    is_opt_in: false,
    languages: &[Language::Dockerfile, Language::Compose],
    tag: Some(Tag::Unnecessary),
    docs: include_str!("repeated_expose.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
