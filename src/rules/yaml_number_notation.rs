//! `yaml-number-notation`: a number in a notation that YAML turns into another one.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `yaml_number_notation.md`.
pub static RULE: Rule = Rule {
    name: "yaml-number-notation",
    summary: "a number in a notation that YAML turns into another one",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("yaml_number_notation.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
