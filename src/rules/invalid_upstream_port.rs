//! `invalid-upstream-port`: a port where an upstream takes none, or none where nginx needs one.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `invalid_upstream_port.md`.
pub static RULE: Rule = Rule {
    name: "invalid-upstream-port",
    summary: "a port where an upstream takes none, or none where nginx needs one",
    severity: Severity::Error,
    is_opt_in: false,
    languages: &[Language::Nginx],
    tag: None,
    docs: include_str!("invalid_upstream_port.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
