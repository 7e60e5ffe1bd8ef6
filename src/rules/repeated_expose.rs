//! `repeated-expose`: a port that is exposed twice.

use super::missing_udp::is_of_udp;
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
    /// Whether it says that a service of UDP is on TCP.
    is_deliberate: bool,
}

impl Exposed<'_> {
    fn is_within(&self, other: &Self) -> bool {
        (self.list, self.transport) == (other.list, other.transport) && self.range.last <= other.range.last
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
            let is_deliberate =
                is_of_udp(port) && matches!(port.protocol, Protocol::Written(Transport::Tcp, _));
            Some(Exposed { list, transport, range, entry, is_literal, is_deliberate })
        },
    )
}

fn finding(cx: &Context<'_>, it: &Exposed<'_>, other: &Exposed<'_>) -> Finding {
    let message = format!("port {}/{} is exposed already", it.range, it.transport);
    let related = Related::here(other.entry.span, "exposed here".to_owned());
    // A build may give an argument another value.
    let is_certain = it.is_literal && other.is_literal;
    let safety = if is_certain { Safety::Safe } else { Safety::Unsafe };
    let title = format!("Remove the repeated {}", it.entry.span.of(cx.text));
    // Where UDP is what one expects, the word for TCP is not to be lost with the entry.
    let removal = it.entry.removal.filter(|_| !it.is_deliberate || other.is_deliberate);
    let fix = removal.map(|span| removing(title, span, safety));
    Finding { related: vec![related], fix, ..RULE.finding(it.entry.span, message) }
}
