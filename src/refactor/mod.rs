//! The refactorings: what a person may want to write otherwise, though nothing is wrong with it.
//!
//! A refactoring is offered only where it is plain what it comes to: what hangs on an alias, an anchor or a template stays as
//! it is. To add one, write a file and put it into [`REFACTORINGS`].

use std::collections::HashMap;

use crate::finding::Edit;
use crate::languages::{Directive, Entry, EntryStyle, Item, List, ListenHost, Listener, Module, Scan};
use crate::port::{PortRange, Transport};
use crate::rules::{self, Ranges};
use crate::text::Span;

mod expose;
mod loopback;
mod syntax;
mod udp;

/// Every refactoring, in the order in which an editor lists what they offer.
pub static REFACTORINGS: &[&Refactoring] =
    &[&syntax::TO_LONG, &syntax::TO_SHORT, &loopback::RULE, &udp::RULE, &expose::RULE];

/// A way to write something otherwise.
#[derive(Debug)]
pub struct Refactoring {
    /// Its name, which no other has: `to-long-syntax`.
    pub name: &'static str,
    /// Adds what it can do at the place, in the order of the file.
    pub offer: fn(&Place<'_>, &mut Vec<Offer>),
}

/// What a refactoring can do at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What it does, as an editor's menu shows it: `Bind to 127.0.0.1`. No other of the refactoring's at the place has it.
    pub title: String,
    /// The changes of which it is made, in the order of the file, none of which overlaps another.
    pub edits: Vec<Edit>,
}

/// What is selected in a file.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The text of the file.
    pub text: &'a str,
    /// What it says about ports.
    pub scan: &'a Scan,
    /// The bytes that are selected; none where there is only a cursor.
    pub selection: Span,
}

impl Refactoring {
    /// What it can do at `place`.
    #[must_use]
    pub fn offers(&self, place: &Place<'_>) -> Vec<Offer> {
        let mut offers = Vec::new();
        (self.offer)(place, &mut offers);
        offers
    }
}

impl<'a> Place<'a> {
    /// Whether `span` is selected in part, or the cursor touches it.
    fn touches(&self, span: Span) -> bool {
        span.start <= self.selection.end && self.selection.start <= span.end
    }

    /// The entries of `list` that are selected, with their indexes.
    fn entries(&self, list: List) -> impl Iterator<Item = (usize, &'a Entry)> + use<'a> {
        let place = *self;
        let lines = place.lines();
        let entries = place.scan.entries.iter().enumerate();
        let near = entries.filter(move |(_, it)| {
            it.list == list && it.span.start <= lines.end && lines.start <= it.span.end
        });
        near.filter(move |(_, entry)| {
            let item = Item::of(place.text, entry);
            place.touches(item.map_or(entry.span, |item| item.place()))
        })
    }

    /// The directives that listen and are selected.
    fn listens(&self) -> impl Iterator<Item = &'a Directive> + use<'a> {
        let place = *self;
        let listens = place.scan.directives.iter().filter(|directive| directive.listener.is_some());
        listens.filter(move |directive| place.touches(directive.span))
    }

    /// The lines that are selected in part, without the end of the last one.
    fn lines(&self) -> Span {
        let Span { start, end } = self.selection;
        let before = self.text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let behind = self.text[end..].find(['\n', '\r']).map_or(self.text.len(), |width| end + width);
        Span::new(before, behind)
    }
}

/// Whether `entry` holds ports that exist, as many of the host as of the container where those are a range, and nothing
/// that is no port, as far as the file tells.
fn is_sound(scan: &Scan, entry: &Entry) -> bool {
    let [host, container] =
        [entry.host, entry.container].map(|port| port.and_then(|port| scan.uses[port].range));
    let is_valid = |range: PortRange| !range.is_empty() && range.last <= 65535;
    let fits = host.zip(container).is_none_or(|(host, it)| it.is_single() || it.len() == host.len());
    // The long syntax takes one port of the container alone.
    let is_one = entry.style != EntryStyle::Long || container.is_none_or(PortRange::is_single);
    entry.strays.is_empty() && host.is_none_or(is_valid) && container.is_none_or(is_valid) && fits && is_one
}

/// The sockets that a configuration of nginx opens.
struct Sockets {
    ranges: HashMap<SocketKey, Ranges>,
}

/// What two sockets must have in common to be in each other's way: the part of the configuration, the server where others
/// may listen on the same address, that address and the transport.
type SocketKey = (usize, Option<usize>, ListenHost, Transport);

impl Sockets {
    fn of(scan: &Scan) -> Self {
        let mut ranges: HashMap<SocketKey, Vec<PortRange>> = HashMap::new();
        for directive in &scan.directives {
            if let Some(listener) = &directive.listener {
                ranges.entry(Self::key(scan, directive, listener)).or_default().push(listener.ports);
            }
        }
        let ranges = ranges.into_iter();
        Self { ranges: ranges.map(|(key, ranges)| (key, ranges.into_iter().collect())).collect() }
    }

    /// Whether there is one already where `directive` would open `listener`.
    fn meet(&self, scan: &Scan, directive: &Directive, listener: &Listener) -> bool {
        let ranges = self.ranges.get(&Self::key(scan, directive, listener));
        ranges.is_some_and(|ranges| ranges.meet(listener.ports))
    }

    fn key(scan: &Scan, directive: &Directive, listener: &Listener) -> SocketKey {
        // Servers of HTTP that have an address in common are told apart by their names.
        let is_shared = rules::module_around(scan, directive) == Module::Http;
        let server = directive.scope.filter(|_| is_shared);
        (directive.section, server, listener.host.clone(), listener.transport)
    }
}

/// The offer that makes all of `edits`, each of which is one change of its own; it is called `one` where there is one
/// of them, and `several` of their count where there are more.
fn together(edits: Vec<Vec<Edit>>, one: &str, several: impl Fn(usize) -> String) -> Option<Offer> {
    let title = match edits.len() {
        0 => return None,
        1 => one.to_owned(),
        count => several(count),
    };
    // Entries come in the order in which they are read, which need not be that of the file.
    let mut edits = edits.concat();
    edits.sort_by_key(|edit| edit.span);
    Some(Offer { title, edits })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::edited;
    use crate::languages::{Language, scan};

    /// What is offered in `marked`, in which a `‸` is the cursor, or two of them the ends of a selection: each title with
    /// the text that comes of it.
    pub fn offered(refactoring: &Refactoring, marked: &str, language: Language) -> Vec<(String, String)> {
        let mut marks = marked.match_indices('‸').map(|(at, _)| at);
        let start = marks.next().expect("there is a cursor");
        let end = marks.next().map_or(start, |end| end - '‸'.len_utf8());
        let text = marked.replace('‸', "");
        let place = Place { text: &text, scan: &scan(&text, language), selection: Span::new(start, end) };
        let offers = refactoring.offers(&place).into_iter();
        offers.map(|offer| (offer.title, edited(&text, &offer.edits))).collect()
    }

    /// What the first offer makes of `marked`; the text itself where there is none.
    pub fn rewritten(refactoring: &Refactoring, marked: &str, language: Language) -> String {
        let first = offered(refactoring, marked, language).into_iter().next();
        first.map_or_else(|| marked.replace('‸', ""), |(_, text)| text)
    }

    /// The same of the lines of a compose service's `ports`.
    pub fn rewritten_ports(refactoring: &Refactoring, ports: &str) -> String {
        const HEAD: &str = "services:\n  a:\n    image: b\n    ports:\n";
        let text = rewritten(refactoring, &format!("{HEAD}{ports}"), Language::Compose);
        text.strip_prefix(HEAD).expect("what stands above stays").to_owned()
    }

    #[test]
    fn every_refactoring_has_a_name_of_its_own() {
        let mut names: Vec<&str> = REFACTORINGS.iter().map(|it| it.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), REFACTORINGS.len());
    }

    #[test]
    fn nothing_is_offered_where_nothing_is() {
        for refactoring in REFACTORINGS {
            for language in Language::ALL {
                for text in [
                    "‸",
                    "‸\r\n",
                    "# 💣 80‸",
                    "‸services:\n  a:\n    ports:\n      - ‸\n",
                    "FROM a\nEXPOSE ‸",
                ] {
                    assert_eq!(offered(refactoring, text, language), [], "{} {text:?}", refactoring.name);
                }
            }
        }
    }
}
