//! A compose file that is much like the one before it: where one service has changed, that one is read anew, and no other.
//!
//! Without anchors no service says anything of another, so that each has a part of its own in each list of what is found.

use std::ops::Range;
use std::sync::Arc;

use super::facts::Wanted;
use super::interpolation::Values;
use super::patch::{Before, Found, Service};
use super::wiring::Words;
use super::yaml::Tree;
use super::{Reader, read, stretches, takes_lines};
use crate::languages::Scan;
use crate::languages::environment::NOTHING;
use crate::languages::joining::Aim;
use crate::text::Span;

/// As [`scan`](super::scan), by what is remembered of a text `before`; remembers this one instead, or still that one where it
/// cannot.
pub fn scan_after(text: &Arc<str>, before: Option<Before>) -> (Arc<Scan>, Option<Before>) {
    let Some(mut before) = before else { return whole(text, Tree::parse(text)) };
    let Some(patch) = before.patch(text) else {
        let (scan, now) = whole(text, Tree::parse(text));
        return (scan, now.or(Some(before)));
    };
    let service = before.service(&patch).zip(before.found.take());
    let tree = Tree::of(text, before.patched(patch));
    let part = service.and_then(|(service, found)| Some((Part::of(&tree, service, &found)?, found.scan)));
    match part {
        Some((part, scan)) => part.join(scan, tree, text),
        None => whole(text, tree),
    }
}

/// All that the `tree` of a text says.
fn whole(text: &Arc<str>, tree: Tree<'_>) -> (Arc<Scan>, Option<Before>) {
    let (mut scan, words) = read(text, &tree, &NOTHING);
    scan.shrink();
    let scan = Arc::new(scan);
    let told = Words::of(text.len()).left - words.left;
    let found = (!words.is_short).then(|| Found { scan: Arc::clone(&scan), words: told, last: None });
    let before = tree.into_before(text).map(|before| Before { found, ..before });
    (scan, before)
}

/// What one service says.
struct Part {
    service: Service,
    scan: Scan,
    /// How many bytes were told of the wiring of the others at most.
    others: usize,
    /// How many are told of its own.
    words: usize,
}

impl Part {
    /// What the `service` says, if all others say what was `found`.
    fn of(tree: &Tree<'_>, service: Service, found: &Found) -> Option<Self> {
        let is_plain = |scan: &Scan, services: usize| {
            let is_whole = scan.parts.is_empty() && scan.breakages.is_empty();
            is_whole && scan.scopes.len() == services && scan.services.len() == services
        };
        let (name, body) = (tree.node(service.node), tree.node(service.node + 1));
        if !is_plain(&found.scan, service.count) || name.raw() == "<<" || takes_lines(name) {
            return None;
        }
        let others = match found.last {
            Some((number, words)) if number == service.number => found.words - words,
            _ => found.words,
        };
        let text = name.text();
        let mut reader = Reader::new(text, tree.has_aliases(), Values::of(&NOTHING, text.len()));
        reader.words.left = reader.words.left.checked_sub(others)?;
        let left = reader.words.left;
        reader.service(name, body);
        reader.describe(0, body, &mut Wanted::default());
        let (mut scan, words) = (reader.scan, reader.words);
        scan.sort();
        let own = stretches(tree.scalars_in(body.indices()), &scan);
        scan.stretches.extend(own);
        scan.stretches.sort();
        let part = Self { service, scan, others, words: left - words.left };
        (is_plain(&part.scan, 1) && !words.is_short && part.is_apart(&found.scan)).then_some(part)
    }

    /// Whether all that it says stands in its own lines, as did what it said `before`.
    fn is_apart(&self, before: &Scan) -> bool {
        let Service { number, lines, change, .. } = self.service;
        let now = Span::new(lines.start, change.now(lines.end));
        let is_within = |span: Span| now.start <= span.start && span.end <= now.end;
        let own = before.uses.iter().filter(|port| port.scope == Some(number)).count();
        self.scan.uses.iter().all(|port| is_within(port.span))
            && self.scan.files.iter().all(|file| is_within(file.span))
            && self.scan.stretches.iter().all(|stretch| is_within(*stretch))
            && own == within(&before.uses, lines, |port| port.span).len()
            && before.entries.is_sorted_by_key(|entry| entry.scope)
    }

    /// Puts it in the place of what it said in the text before, in which that `scan` was found.
    fn join(self, scan: Arc<Scan>, tree: Tree<'_>, text: &Arc<str>) -> (Arc<Scan>, Option<Before>) {
        let Self { service: Service { number, lines, change, .. }, scan: mut part, others, words } = self;
        let mut scan = Arc::unwrap_or_clone(scan);
        let uses = within(&scan.uses, lines, |port| port.span);
        let files = within(&scan.files, lines, |file| file.span);
        let stretches = within(&scan.stretches, lines, |stretch| *stretch);
        let first = scan.entries.partition_point(|entry| entry.scope < Some(number));
        let entries = first..scan.entries.partition_point(|entry| entry.scope <= Some(number));

        scan.for_each_span(&mut |span| {
            if span.start >= change.before.end {
                *span = Span::new(change.now(span.start), change.now(span.end));
            }
        });
        let moved = |index: &mut usize, before: &Range<usize>, now: usize| {
            if *index >= before.end {
                *index = *index + now - before.len();
            }
        };
        scan.for_each_index(&mut |aim, index| match aim {
            Aim::Uses => moved(index, &uses, part.uses.len()),
            Aim::Entries => moved(index, &entries, part.entries.len()),
            _ => {}
        });
        part.for_each_index(&mut |aim, index| match aim {
            Aim::Uses => *index += uses.start,
            Aim::Entries => *index += entries.start,
            Aim::Scopes => *index += number,
            _ => {}
        });
        scan.uses.splice(uses, part.uses);
        scan.files.splice(files, part.files);
        scan.stretches.splice(stretches, part.stretches);
        scan.entries.splice(entries, part.entries);
        scan.scopes.splice(number..=number, part.scopes);
        scan.services.splice(number..=number, part.services);

        let scan = Arc::new(scan);
        let found = Found { scan: Arc::clone(&scan), words: others + words, last: Some((number, words)) };
        let before = tree.into_before(text).map(|before| Before { found: Some(found), ..before });
        (scan, before)
    }
}

/// Which of `list`, whose places are in order, stand in those lines.
fn within<T>(list: &[T], lines: Span, place: impl Fn(&T) -> Span) -> Range<usize> {
    let first = list.partition_point(|it| place(it).start < lines.start);
    first..list.partition_point(|it| place(it).start < lines.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of the service that is read by itself when one text has become another, if one is.
    fn read(before: &str, now: &str) -> Option<usize> {
        let before = scan_after(&Arc::from(before), None).1;
        let now = scan_after(&Arc::from(now), before).1?;
        now.found?.last.map(|(number, _)| number)
    }

    #[test]
    fn a_service_that_stands_alone_is_read_by_itself() {
        let text = "services:\n  a:\n    ports: [80]\n  b:\n    ports: ['81:81']\nvolumes:\n  c:\n";
        for (from, to, expected) in [
            ("80", "8080", Some(0)),
            ("'81:81'", "'81:81', 82", Some(1)),
            ("b:", "bc:", Some(1)),
            ("    ports: [80]\n", "    ports: [80]\n    build: .\n", Some(0)),
            ("  b:\n", "  b:\n    image: x\n", Some(1)),
            ("80", "&p 80", None),
            ("c:", "cd:", None),
            ("services:", "# services:", None),
        ] {
            assert_eq!(read(text, &text.replacen(from, to, 1)), expected, "{from:?} -> {to:?}");
        }
    }
}
