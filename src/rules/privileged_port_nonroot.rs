//! `privileged-port-nonroot`: a port below 1024 in an image whose user is not root.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `privileged_port_nonroot.md`.
pub static RULE: Rule = Rule {
    name: "privileged-port-nonroot",
    summary: "a port below 1024 in an image whose user is not root",
    severity: Severity::Info,
    is_opt_in: true,
    languages: &[Language::Dockerfile],
    tag: None,
    docs: include_str!("privileged_port_nonroot.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
