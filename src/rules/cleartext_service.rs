//! `cleartext-service`: a service that sends everything, passwords too, in clear text.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `cleartext_service.md`.
pub static RULE: Rule = Rule {
    name: "cleartext-service",
    summary: "a service that sends everything, passwords too, in clear text",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("cleartext_service.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
