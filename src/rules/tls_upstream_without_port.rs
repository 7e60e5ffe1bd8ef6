//! `tls-upstream-without-port`: TLS to an upstream server without a port, for which nginx takes 80.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `tls_upstream_without_port.md`.
pub static RULE: Rule = Rule {
    name: "tls-upstream-without-port",
    summary: "TLS to an upstream server without a port, for which nginx takes 80",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Nginx],
    tag: None,
    docs: include_str!("tls_upstream_without_port.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
