//! `deregistered-port`: a number whose assignment IANA withdrew.

use super::{Context, Rule, Tag, judge_by_registry};
use crate::finding::{Finding, Severity};
use crate::languages::Language;
use crate::registry::{self, Assignment, Status};

/// See `deregistered_port.md`.
pub static RULE: Rule = Rule {
    name: "deregistered-port",
    summary: "a number whose assignment IANA withdrew",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: Some(Tag::Deprecated),
    docs: include_str!("deregistered_port.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    judge_by_registry(cx, &RULE, Status::Deregistered, message, findings);
}

fn message(number: u16, record: &Assignment) -> String {
    let mut message = format!("port {number} was deregistered");
    if !record.date.is_empty() {
        message.push_str(&format!(" on {}", record.date));
    }
    if !record.replacement.is_empty() {
        message.push_str(&format!(", use {}", record.replacement));
    } else if let Some(former) = registry::formerly(number).next() {
        message.push_str(&format!(", formerly {}", former.service));
    }
    message
}
