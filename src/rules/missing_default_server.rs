//! `missing-default-server`: an address on which nginx picks a default server by the order of the files.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `missing_default_server.md`.
pub static RULE: Rule = Rule {
    name: "missing-default-server",
    summary: "an address on which nginx picks a default server by the order of the files",
    severity: Severity::Info,
    is_opt_in: true,
    languages: &[Language::Nginx],
    tag: None,
    docs: include_str!("missing_default_server.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
