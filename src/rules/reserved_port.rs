//! `reserved-port`: a number that IANA keeps for itself.

use super::{Context, Rule, judge_by_registry};
use crate::finding::{Finding, Severity};
use crate::languages::Language;
use crate::registry::{self, Assignment, Status};

/// See `reserved_port.md`.
pub static RULE: Rule = Rule {
    name: "reserved-port",
    summary: "a number that IANA keeps for itself",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("reserved_port.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    judge_by_registry(cx, &RULE, Status::Reserved, message, findings);
}

fn message(number: u16, record: &Assignment) -> String {
    let mut message = format!("port {number} is reserved by IANA");
    if let Some(former) = registry::formerly(number).next() {
        message.push_str(&format!(", formerly {}", former.service));
    }
    if !record.replacement.is_empty() {
        message.push_str(&format!(", in practice {}", record.replacement));
    }
    let reference = match record.reference {
        "" => replacement_reference(record).unwrap_or_default(),
        own => own,
    };
    if !reference.is_empty() {
        message.push_str(&format!(" ({})", reference.replace(';', ", ")));
    }
    message
}

/// The standard of the service that is used in the number's stead.
fn replacement_reference(record: &Assignment) -> Option<&'static str> {
    registry::assignments(record.replacement_port()?).next().map(|instead| instead.reference)
}
