//! `undefined-port-variable`: a port that hangs on a variable nobody gives a value.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `undefined_port_variable.md`.
pub static RULE: Rule = Rule {
    name: "undefined-port-variable",
    summary: "a port that hangs on a variable nobody gives a value",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Dockerfile, Language::Compose],
    tag: None,
    docs: include_str!("undefined_port_variable.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
