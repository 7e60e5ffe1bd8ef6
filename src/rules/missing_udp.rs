//! `missing-udp`: the port of a UDP service that is open for TCP alone.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `missing_udp.md`.
pub static RULE: Rule = Rule {
    name: "missing-udp",
    summary: "the port of a UDP service that is open for TCP alone",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("missing_udp.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
