//! `uppercase-protocol`: a protocol in capitals.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `uppercase_protocol.md`.
pub static RULE: Rule = Rule {
    name: "uppercase-protocol",
    summary: "a protocol in capitals",
    severity: Severity::Hint,
    is_opt_in: false,
    languages: &[Language::Dockerfile, Language::Compose],
    tag: None,
    docs: include_str!("uppercase_protocol.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
