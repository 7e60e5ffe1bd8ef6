//! `host-mapping-in-expose`: a mapping, or a list with commas, where only container ports can stand.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `host_mapping_in_expose.md`.
pub static RULE: Rule = Rule {
    name: "host-mapping-in-expose",
    summary: "a mapping, or a list with commas, where only container ports can stand",
    severity: Severity::Error,
    is_opt_in: false,
    languages: &[Language::Dockerfile, Language::Compose],
    tag: None,
    docs: include_str!("host_mapping_in_expose.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
