//! `reserved-port`: a number that IANA keeps for itself.

use super::{Context, Rule, help_on_replacement, public_port, written_at};
use crate::finding::{Finding, Severity};
use crate::languages::Language;
use crate::registry::{self, Assignment, Status};

/// See `reserved_port.md`.
pub static RULE: Rule = Rule {
    name: "reserved-port",
    summary: "a number that IANA keeps for itself",
    severity: Severity::Warning,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("reserved_port.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for port in cx.ports() {
        // 0 has a rule of its own.
        let Some((number @ 1.., transport)) = public_port(port) else { continue };
        let record = registry::assignments_on(number, transport).next();
        let Some(record) = record.filter(|record| record.status == Status::Reserved) else { continue };
        if !registry::has_current_user(number, transport) {
            let help = help_on_replacement(&record);
            findings.push(Finding { help, ..RULE.finding(written_at(port), message(number, &record)) });
        }
    }
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
