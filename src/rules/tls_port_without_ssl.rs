//! `tls-port-without-ssl`: a TLS port without TLS, or port 80 with it.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `tls_port_without_ssl.md`.
pub static RULE: Rule = Rule {
    name: "tls-port-without-ssl",
    summary: "a TLS port without TLS, or port 80 with it",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Nginx],
    tag: None,
    docs: include_str!("tls_port_without_ssl.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
