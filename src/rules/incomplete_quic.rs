//! `incomplete-quic`: HTTP/3 that no browser finds its way to.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `incomplete_quic.md`.
pub static RULE: Rule = Rule {
    name: "incomplete-quic",
    summary: "HTTP/3 that no browser finds its way to",
    severity: Severity::Info,
    is_opt_in: false,
    languages: &[Language::Nginx],
    tag: None,
    docs: include_str!("incomplete_quic.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
