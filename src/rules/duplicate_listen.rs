//! `duplicate-listen`: a socket that is listened on twice where nginx allows it once.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `duplicate_listen.md`.
pub static RULE: Rule = Rule {
    name: "duplicate-listen",
    summary: "a socket that is listened on twice where nginx allows it once",
    severity: Severity::Error,
    is_opt_in: false,
    languages: &[Language::Nginx],
    tag: None,
    docs: include_str!("duplicate_listen.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
