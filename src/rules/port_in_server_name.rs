//! `port-in-server-name`: a port in a server name, which then never matches.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `port_in_server_name.md`.
pub static RULE: Rule = Rule {
    name: "port-in-server-name",
    summary: "a port in a server name, which then never matches",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Nginx],
    tag: None,
    docs: include_str!("port_in_server_name.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
