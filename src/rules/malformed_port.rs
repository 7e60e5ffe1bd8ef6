//! `malformed-port`: an entry in a list of ports that is no port.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `malformed_port.md`.
pub static RULE: Rule = Rule {
    name: "malformed-port",
    summary: "an entry in a list of ports that is no port",
    severity: Severity::Error,
    is_opt_in: false,
    languages: &[Language::Dockerfile, Language::Compose],
    tag: None,
    docs: include_str!("malformed_port.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
