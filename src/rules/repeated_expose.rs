//! `repeated-expose`: a port that is exposed twice.

use super::{Context, Rule, Tag, removing};
use crate::finding::{Finding, Related, Safety, Severity};
use crate::languages::{Entry, Language, List};
use crate::port::{PortRange, Protocol, Transport};

/// See `repeated_expose.md`.
pub static RULE: Rule = Rule {
    name: "repeated-expose",
    summary: "a port that is exposed twice",
    severity: Severity::Hint,
    is_opt_in: false,
    languages: &[Language::Dockerfile, Language::Compose],
    tag: Some(Tag::Unnecessary),
    docs: include_str!("repeated_expose.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut exposed: Vec<Exposed<'_>> = exposed(cx).collect();
    // Each list and transport by itself; there, a range before the ranges within it.
    exposed.sort_by_key(|it| {
        (it.list, it.transport, it.range.first, std::cmp::Reverse(it.range.last), it.entry.span)
    });
    let mut widest: Option<&Exposed<'_>> = None;
    for it in &exposed {
        match widest {
            Some(other) if it.is_within(other) => findings.push(finding(cx, it, other)),
            _ => widest = Some(it),
        }
    }
}

/// A port or range that a list exposes.
#[derive(Debug)]
struct Exposed<'a> {
    /// The number of its list: a Dockerfile's stage is one, however many instructions it takes.
    list: usize,
    transport: Transport,
    range: PortRange,
    entry: &'a Entry,
    /// Whether the number is written in the entry itself.
    is_literal: bool,
    /// Whether the protocol is.
    has_protocol: bool,
}

impl Exposed<'_> {
    fn is_within(&self, other: &Self) -> bool {
        (self.list, self.transport) == (other.list, other.transport) && self.range.last <= other.range.last
    }

    fn says_more_than(&self, other: &Self) -> bool {
        self.has_protocol && !other.has_protocol
    }
}

/// What the lists of the file expose, in the order in which it was read.
fn exposed<'a>(cx: &Context<'a>) -> impl Iterator<Item = Exposed<'a>> {
    let (mut list, mut before) = (0, None::<&Entry>);
    let scan = cx.scan;
    scan.entries.iter().filter(|entry| entry.list != List::Ports && !entry.is_trigger).filter_map(
        move |entry| {
            // A list that a merge brings along is read after the service's own, and stands before it.
            if before.is_some_and(|it| it.scope != entry.scope || entry.span < it.span) {
                list += 1;
            }
            before = Some(entry);
            let port = &scan.uses[entry.container?];
            let (range, transport) =
                (port.range.filter(|range| !range.is_empty())?, port.protocol.transport()?);
            let is_literal = port.variable.is_none();
            let has_protocol = matches!(port.protocol, Protocol::Written(..));
            Some(Exposed { list, transport, range, entry, is_literal, has_protocol })
        },
    )
}

fn finding(cx: &Context<'_>, it: &Exposed<'_>, other: &Exposed<'_>) -> Finding {
    let message = format!("port {}/{} is exposed already", it.range, it.transport);
    let related = Related { span: other.entry.span, message: "exposed here".to_owned() };
    // A build may give an argument another value.
    let is_certain = it.is_literal && other.is_literal;
    let safety = if is_certain { Safety::Safe } else { Safety::Unsafe };
    // Of two that are the same, the one stays that says its protocol.
    let goes = if it.range == other.range && it.says_more_than(other) { other.entry } else { it.entry };
    let title = format!("Remove the repeated {}", goes.span.of(cx.text));
    let fix = goes.removal.map(|span| removing(title, span, safety));
    Finding { related: vec![related], fix, ..RULE.finding(it.entry.span, message) }
}
