//! `wrong-transport`: a number that has a service on another transport only than the one written.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `wrong_transport.md`.
pub static RULE: Rule = Rule {
    name: "wrong-transport",
    summary: "a number that has a service on another transport only than the one written",
    severity: Severity::Hint,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("wrong_transport.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
