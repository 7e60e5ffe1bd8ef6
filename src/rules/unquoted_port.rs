//! `unquoted-port`: a mapping of ports without quotes.

use super::{Context, Rule};
use crate::finding::{Edit, Finding, Fix, Safety, Severity};
use crate::languages::{EntryStyle, Language, List};
use crate::text::Span;

/// See `unquoted_port.md`.
pub static RULE: Rule = Rule {
    name: "unquoted-port",
    summary: "a mapping of ports without quotes",
    severity: Severity::Info,
    is_opt_in: true,
    languages: &[Language::Compose],
    tag: None,
    docs: include_str!("unquoted_port.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for entry in cx.scan.entries.iter().filter(|entry| entry.list == List::Ports) {
        let written = entry.span.of(cx.text);
        let is_mapping = entry.host.is_some() || entry.address.is_some();
        if entry.style != EntryStyle::Plain || !is_mapping {
            continue;
        }
        let message =
            format!("the mapping {written} stands without quotes, YAML 1.1 takes some mappings for numbers");
        let fix = quoting(written, entry.span);
        findings.push(Finding { fix, ..RULE.finding(entry.span, message) });
    }
}

/// The fix that puts double quotes around what is `written` at `span`, if nothing in it needs an escape then and it is on one line.
fn quoting(written: &str, span: Span) -> Option<Fix> {
    let quote = |at: usize| Edit { span: Span::new(at, at), text: "\"".to_owned() };
    let edits = vec![quote(span.start), quote(span.end)];
    let title = format!("Put quotes around {written}");
    (!written.contains(['"', '\\', '\n', '\r'])).then_some(Fix { title, safety: Safety::Safe, edits })
}
