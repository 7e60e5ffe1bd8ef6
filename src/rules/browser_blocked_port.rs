//! `browser-blocked-port`: a web page on a port that browsers refuse to open.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `browser_blocked_port.md`.
pub static RULE: Rule = Rule {
    name: "browser-blocked-port",
    summary: "a web page on a port that browsers refuse to open",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Compose, Language::Nginx],
    tag: None,
    docs: include_str!("browser_blocked_port.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
