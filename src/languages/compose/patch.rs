//! A text that is much like the one before it, read by what that one held: only the part that changed is parsed.
//!
//! The part is an entry of the top mapping, or of a mapping that is a value in it, such as a service: whole lines from its
//! key to the next entry's. It is parsed by itself, with a key where the one before it and the next one stand. What comes
//! of that is taken only if it is what the whole text would have given; else the whole text is parsed. Nothing is patched
//! where anything is out of the ordinary: anchors, directives, several documents, text that is no YAML.

use std::ops::Range;
use std::sync::Arc;

use super::yaml::{Kind, Reading, Record, Style, stored};
use crate::languages::Scan;
use crate::languages::change::Change;
use crate::text::Span;

/// A text, and what was read in it.
#[derive(Clone, Debug)]
pub struct Before {
    pub text: Arc<str>,
    pub reading: Reading,
    /// What was found in it, where a part of that may be found anew by itself.
    pub found: Option<Found>,
}

/// What was found in a text.
#[derive(Clone, Debug)]
pub struct Found {
    pub scan: Arc<Scan>,
    /// How many bytes were told of the wiring at most.
    pub words: usize,
    /// The service that was read last by itself, by its number, and how many bytes were told of that.
    pub last: Option<(usize, usize)>,
}

/// How to come from what a text held to what the next one does.
pub struct Patch {
    change: Change,
    entry: Entry,
    /// What stands in the entry now: its places count from its start, its indices from 0.
    own: Vec<Record>,
}

impl Before {
    /// What to remember of `reading`, which is that of `text`; `None` where it could not be patched.
    pub fn new(text: &Arc<str>, reading: Reading) -> Option<Self> {
        let is_ordinary = reading.breakage.is_none()
            && !reading.has_anchors
            && reading.roots == [0]
            && !text.starts_with('%')
            && memchr::memmem::find(text.as_bytes(), b"\n%").is_none();
        is_ordinary.then(|| Self { text: Arc::clone(text), reading, found: None })
    }

    /// How to come to what stands in `text`, if the way there is short enough.
    pub fn patch(&self, text: &str) -> Option<Patch> {
        // A line that is added to an entry may look like the start of the next one.
        let ways = [Change::between(&self.text, text), Change::foremost(&self.text, text)];
        let around = |change: Change| Some((change, self.entry_around(&change)?));
        let mut ways: Vec<(Change, Entry)> = ways.into_iter().filter_map(around).collect();
        ways.sort_by_key(|(_, entry)| entry.within.is_none());
        ways.into_iter().find_map(|(change, entry)| self.patch_of(change, entry, text))
    }

    /// How to come to what stands in `text` after that `change`, which is within `entry`.
    fn patch_of(&self, change: Change, entry: Entry, text: &str) -> Option<Patch> {
        let part = &text[entry.lines.start..change.now(entry.lines.end)];
        let is_marker = |line: &str| ["---", "...", "%"].iter().any(|mark| line.starts_with(mark));
        let ends_line = part.ends_with(['\n', '\r']) || entry.lines.end == self.text.len();
        if !ends_line || part.split(['\n', '\r']).any(is_marker) {
            return None;
        }
        let own = entry.read(part)?;
        Some(Patch { change, entry, own })
    }

    /// The service that is patched, if the patch is one of that alone: its number. Nothing that another service says hangs on
    /// it then.
    pub fn service(&self, patch: &Patch) -> Option<Service> {
        let (records, entry) = (&self.reading.records, &patch.entry);
        let services = entry.within? + 1;
        let name = |key: usize| records[key].span.of(&self.text);
        let mut sections = self.children(0).step_by(2).filter(|key| name(*key) == "services");
        let is_only = sections.next() == entry.within && sections.next().is_none();
        let is_one = patch.own.first()?.end == 1 && patch.own.get(1)?.end() == patch.own.len();
        let mut names = self.children(services).step_by(2);
        let number = names.by_ref().position(|key| key == entry.records.start)?;
        let count = number + 1 + names.count();
        let (lines, change) = (entry.lines, patch.change);
        (is_only && is_one).then_some(Service { number, count, lines, change, node: entry.records.start })
    }

    /// The children of the node at `index`.
    fn children(&self, index: usize) -> impl Iterator<Item = usize> {
        let records = &self.reading.records;
        let within = move |child: usize| (child < records[index].end()).then_some(child);
        std::iter::successors(within(index + 1), move |&child| within(records[child].end()))
    }

    /// The entry that the change is within, behind the first byte of its key.
    fn entry_around(&self, change: &Change) -> Option<Entry> {
        let records = &self.reading.records;
        // A mapping in braces has rules of its own.
        let is_block = |between: &str| !between.contains(['{', '[']);
        if !is_block(&self.text[..records.get(1)?.outer_span().start]) {
            return None;
        }
        let top = self.entry_of(0, self.text.len(), change)?;
        let (key, value) = (top.records.start, top.records.start + 1);
        let within = records.get(value + 1).and_then(|first| {
            let is_whole = records[value].kind == Kind::Mapping && records[value].end() == top.records.end;
            let between =
                &self.text[records[key].span.end..first.outer_span().start.max(records[key].span.end)];
            (is_whole && is_block(between)).then(|| self.entry_of(value, top.lines.end, change)).flatten()
        });
        Some(match within {
            Some(entry) => Entry {
                follower: entry.follower.or(top.follower),
                parent: Some(top.column),
                within: Some(key),
                ..entry
            },
            None => top,
        })
    }

    /// The entry of the mapping at `index`, the last of which ends at byte `end`, that the change is within.
    fn entry_of(&self, index: usize, end: usize, change: &Change) -> Option<Entry> {
        let records = &self.reading.records;
        let mapping = records.get(index).filter(|it| it.kind == Kind::Mapping)?;
        let mut key = index + 1;
        while key < mapping.end() {
            let behind = records.get(key + 1)?.end();
            let (start, column) = self.line_of(key)?;
            let is_last = behind >= mapping.end();
            let end = if is_last { end } else { self.line_of(behind)?.0 };
            if change.before.start > start + column && change.before.end <= end {
                let follower = (!is_last).then_some(column);
                return Some(Entry {
                    records: key..behind,
                    lines: Span::new(start, end),
                    column,
                    follower,
                    parent: None,
                    within: None,
                });
            }
            key = behind;
        }
        None
    }

    /// The start of the line of the key at `index`, and how many spaces are before it; `None` where anything else is.
    fn line_of(&self, index: usize) -> Option<(usize, usize)> {
        let key = self.reading.records.get(index).filter(|key| matches!(key.kind, Kind::Scalar(_)))?;
        let at = key.outer_span().start;
        let start = self.text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
        self.text[start..at].bytes().all(|byte| byte == b' ').then_some((start, at - start))
    }

    /// What stands in the text to which the `patch` leads.
    pub fn patched(self, patch: Patch) -> Reading {
        let Patch { change, entry, own } = patch;
        let mut reading = self.reading;
        let (first, last) = (entry.records.start, entry.records.end);
        let moved = |record: &Record| stored(record.end() + own.len() + first - last);
        // What holds the entry ends behind it.
        for record in reading.records[..first].iter_mut().filter(|record| record.end() > first) {
            record.end = moved(record);
        }
        for record in &mut reading.records[last..] {
            record.span = Span::new(change.now(record.span.start), change.now(record.span.end));
            record.end = moved(record);
        }
        let own = own.iter().map(|record| Record {
            span: record.span.shifted(entry.lines.start),
            end: stored(record.end() + first),
            ..*record
        });
        reading.records.splice(first..last, own.collect::<Vec<_>>());
        reading
    }
}

/// An entry of a mapping.
struct Entry {
    /// Its key and all that belongs to its value.
    records: Range<usize>,
    /// The bytes from the start of its key's line to the start of the next entry's.
    lines: Span,
    /// How many spaces are before its key.
    column: usize,
    /// How many are before the key that follows; `None` at the end of the text.
    follower: Option<usize>,
    /// How many are before the key whose value it is part of; `None` where it is at the top.
    parent: Option<usize>,
    /// The index of that key.
    within: Option<usize>,
}

/// A service that is patched.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// How many services stand before it, and how many there are.
    pub number: usize,
    pub count: usize,
    /// Its lines before.
    pub lines: Span,
    pub change: Change,
    /// The index of its name among the nodes.
    pub node: usize,
}

impl Entry {
    /// What stands in `part`, the lines that the entry has now: its places count from there, its indices from 0. `None`
    /// unless it is entries of that mapping alone.
    fn read(&self, part: &str) -> Option<Vec<Record>> {
        let key = |column: usize| format!("{}x:\n", " ".repeat(column));
        let [before, behind] = [self.parent, self.follower].map(|column| column.map(key).unwrap_or_default());
        let parsed = Reading::of(&[&before, part, &behind].concat());
        let records = &parsed.records;
        let is_key = |index: usize, at: usize| {
            let is_there =
                |it: &Record| it.kind == Kind::Scalar(Style::Plain) && it.span == Span::new(at, at + 1);
            records.get(index).is_some_and(is_there)
        };
        let is_mapping = |index: usize, end: usize| {
            records.get(index).is_some_and(|it| it.kind == Kind::Mapping && it.end() == end)
        };
        let first = if self.parent.is_some() { 3 } else { 1 };
        let end = records.len() - if self.follower.is_some() { 2.min(records.len()) } else { 0 };
        let is_within = self.follower == Some(self.column) || self.follower.is_none();
        let is_as_it_was = parsed.breakage.is_none()
            && !parsed.has_anchors
            && parsed.roots == [0]
            && is_mapping(0, records.len())
            && self.parent.is_none_or(|column| {
                is_key(1, column) && is_mapping(2, if is_within { records.len() } else { end })
            })
            && self.follower.is_none_or(|column| is_key(end, before.len() + part.len() + column))
            && records.get(first)?.outer_span().start == before.len() + self.column;
        let moved = |record: &Record| Record {
            span: Span::new(record.span.start - before.len(), record.span.end - before.len()),
            end: stored(record.end() - first),
            ..*record
        };
        is_as_it_was.then(|| records[first..end].iter().map(moved).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "# the stack
name: shop
services:
  web:
    image: nginx:1 # the front
    ports:
      - \"8080:80\"
      - 127.0.0.1:8443:443/tcp

  'db':
    command: >-
      postgres
      -p 5432

    environment: {PORT: 5432, HOST: '::1'}
    expose: [5432]
  # the last one
  cache:
    ports:
    - target: 6379
      published: 6379
    profiles:
volumes:
  data:
";

    /// The two readings of `now`, after that of `before` and by itself; `None` where nothing can be patched.
    fn readings(before: &str, now: &str) -> Option<(Reading, Reading)> {
        let before = Before::new(&Arc::from(before), Reading::of(before))?;
        let patch = before.patch(now)?;
        Some((before.patched(patch), Reading::of(now)))
    }

    fn assert_same(before: &str, now: &str) -> bool {
        let Some((patched, whole)) = readings(before, now) else { return false };
        assert_eq!(whole.breakage.map(|it| it.at), None, "{before:?} -> {now:?}");
        assert_eq!(
            (&patched.records, &patched.roots),
            (&whole.records, &whole.roots),
            "{before:?} -> {now:?}"
        );
        true
    }

    #[test]
    fn what_is_typed_into_an_entry_is_read_with_it_alone() {
        for (from, to) in [
            ("8080:80", "8081:80"),
            ("nginx:1", "nginx:12"),
            ("      - 127.0.0.1:8443:443/tcp\n", ""),
            ("127.0.0.1:8443:443/tcp\n", "127.0.0.1:8443:443/tcp\n      - 💣\n"),
            ("      -p 5432\n", "      -p 5432\n      more\n\n\n"),
            ("[5432]", "[5432, 80]"),
            ("    expose: [5432]\n", "    expose: |\n"),
            ("published: 6379", "published: '6379'"),
            ("profiles:\n", "profiles: [a]\n    x: |+\n      y\n\n"),
            ("  data:\n", "  data:\n    driver: local\n"),
            ("name: shop", "name: shops"),
            ("'db':", "'dbs':"),
        ] {
            let now = TEXT.replacen(from, to, 1);
            assert!(assert_same(TEXT, &now), "{from:?} -> {to:?}");
        }
    }

    #[test]
    fn what_reaches_further_is_not_patched() {
        for (from, to) in [
            ("\"8080:80\"", "\"8080:80"),
            ("image: nginx:1", "image: &x nginx:1"),
            ("image: nginx:1", "image: *x"),
            ("nginx:1 # the front\n", "nginx:1\n---\n"),
            ("  web:", "  web"),
            ("  web:", "   web:"),
            ("  web:", "web:"),
            ("name", "# name"),
            ("[5432]\n", "[5432"),
        ] {
            assert!(readings(TEXT, &TEXT.replacen(from, to, 1)).is_none(), "{from:?} -> {to:?}");
        }
        for before in
            ["", "{a: 1,\nb: 2}", "a: &x 1\nb: *x\n", "a: 1\n---\nb: 2\n", "%YAML 1.2\n---\na: 1\n", "- a\n"]
        {
            assert!(readings(before, &format!("{before}x")).is_none(), "{before:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn patched_is_as_read_anew(at in 0..TEXT.len(), length in 0..12_usize, new in PIECES, shape in 0..3_usize) {
            let text = match shape {
                0 => TEXT.to_owned(),
                1 => TEXT.replace('\n', "\r\n"),
                _ => TEXT.trim_end().replace("volumes:\n  data:", ""),
            };
            let at = text.floor_char_boundary(at.min(text.len()));
            let end = text.floor_char_boundary((at + length).min(text.len()));
            assert_same(&text, &[&text[..at], &new, &text[end..]].concat());
        }
    }

    /// What somebody may type.
    const PIECES: &str = "([a-z0-9:#'\"\\[\\]{}|>?&*!%,. \t-]|\n|\n  |\n    |\n      - |\r\n|: |: \\|\n|---\n|\\.\\.\\.\n|!reset |!override |💣){0,4}";
}
