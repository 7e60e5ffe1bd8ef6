//! `syntax-error`: a place from which on the file cannot be read as it is meant.

use super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::languages::{Breakage, Language};

/// See `syntax_error.md`.
pub static RULE: Rule = Rule {
    name: "syntax-error",
    summary: "a place from which on the file cannot be read as it is meant",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("syntax_error.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let finding = |breakage: &Breakage| RULE.finding(breakage.span, breakage.message.clone());
    findings.extend(cx.scan.breakages.iter().map(finding));
}
