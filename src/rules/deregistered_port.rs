//! `deregistered-port`: a number whose assignment IANA withdrew.

use super::{Context, Rule, Tag, help_on_replacement, public_port, written_at};
use crate::finding::{Finding, Severity};
use crate::languages::Language;
use crate::registry::{self, Assignment, Status};

/// See `deregistered_port.md`.
pub static RULE: Rule = Rule {
    name: "deregistered-port",
    summary: "a number whose assignment IANA withdrew",
    severity: Severity::Warning,
    languages: &Language::ALL,
    tag: Some(Tag::Deprecated),
    docs: include_str!("deregistered_port.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for port in cx.ports() {
        let Some((number, transport)) = public_port(port) else { continue };
        let record = registry::assignments_on(number, transport).next();
        let Some(record) = record.filter(|record| record.status == Status::Deregistered) else { continue };
        if !registry::has_current_user(number, transport) {
            let help = help_on_replacement(&record);
            findings.push(Finding { help, ..RULE.finding(written_at(port), message(number, &record)) });
        }
    }
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
