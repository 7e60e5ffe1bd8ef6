//! `exposed-ssh`: an SSH server in a container.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::Language;

/// See `exposed_ssh.md`.
pub static RULE: Rule = Rule {
    name: "exposed-ssh",
    summary: "an SSH server in a container",
    severity: Severity::Warning,
    is_opt_in: true,
    languages: &[Language::Dockerfile, Language::Compose],
    tag: None,
    docs: include_str!("exposed_ssh.md"),
    check,
};

fn check(_cx: &Context<'_>, _findings: &mut Vec<Finding>) {}
