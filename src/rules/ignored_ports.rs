//! `ignored-ports`: published ports beside a network mode that takes none.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `ignored_ports.md`.
pub static RULE: Rule = Rule {
    name: "ignored-ports",
    summary: "published ports beside a network mode that takes none",
    severity: Severity::Error,
    is_opt_in: false,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("ignored_ports.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
