//! `publish-all-interfaces`: a port that is published on every address of the host.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `publish_all_interfaces.md`.
pub static RULE: Rule = Rule {
    name: "publish-all-interfaces",
    summary: "a port that is published on every address of the host",
    severity: Severity::Info,
    is_opt_in: true,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("publish_all_interfaces.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
