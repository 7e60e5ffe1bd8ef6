//! `sensitive-port-published`: a database, admin or debug port that is published on every address of the host.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `sensitive_port_published.md`.
pub static RULE: Rule = Rule {
    name: "sensitive-port-published",
    summary: "a database, admin or debug port that is published on every address of the host",
    severity: Severity::Info,
    is_opt_in: false,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("sensitive_port_published.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
