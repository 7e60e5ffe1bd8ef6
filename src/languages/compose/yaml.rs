//! YAML as a tree that knows where each scalar stands, read as far as it can be read.
//!
//! The only module that knows the YAML parser. Aliases are resolved where a node is reached: nobody outside sees one.

use std::ops::Range;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};

use granit_parser::{Event, Parser, ScalarStyle, ScanError, StrInput, Tag, options};

use super::ordinary;
use super::patch::Before;
use super::recovery::{self, Breakage};
use crate::languages::MergeTag;
use crate::text::Span;

/// The documents of a file.
#[derive(Debug)]
pub struct Tree<'t> {
    text: &'t str,
    reading: Reading,
    /// Where the text stops to be YAML for the first time, and why.
    breakage: Option<(usize, String)>,
}

/// A node of a [`Tree`]: cheap to copy, and no alias unless to an unknown anchor.
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    tree: &'t Tree<'t>,
    index: usize,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`, where `''` is a quote.
    SingleQuoted,
    /// `"…"`, with escapes.
    DoubleQuoted,
    /// A block behind `|`: its line ends are kept.
    Literal,
    /// A block behind `>`: its line ends become spaces.
    Folded,
}

/// A node as the tree stores it. All of them lie in the order of the file, each before its children; the children of a
/// mapping are its keys and values by turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is.
    pub kind: Kind,
    /// The bytes of a scalar, without its quotes or block header; of another node nobody asks for them.
    pub span: Span,
    /// The index behind its last descendant, as [`stored`] makes it.
    pub end: u32,
    /// Its tag, if that is one of compose.
    pub tag: Option<MergeTag>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A scalar.
    Scalar(Style),
    /// A list.
    Sequence,
    /// Keys and values.
    Mapping,
    /// The index of the node that it stands for, as [`stored`] makes it; `None` where no such anchor stands before it.
    Alias(Option<u32>),
}

/// What one run of the parser makes of a text.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The nodes.
    pub records: Vec<Record>,
    /// The indices of the documents' roots.
    pub roots: Vec<usize>,
    /// Whether any node is an alias, or has a name for one.
    pub has_anchors: bool,
    /// Where the text stops to be YAML for the first time.
    pub breakage: Option<Breakage>,
    /// What the parser says of that.
    pub complaint: String,
}

impl<'t> Tree<'t> {
    /// Reads `text`. Of text that is not YAML it holds what stands around the broken places.
    pub fn parse(text: &'t str) -> Self {
        let mut reading = Reading::of(text);
        let mut first = None;
        if let Some(breakage) = reading.breakage {
            first = Some((breakage.at, reading.complaint));
            let repaired = recovery::repair(text, breakage, first_breakage);
            reading = Reading::of(&repaired);
        }
        Self { text, reading, breakage: first }
    }

    /// The tree of `text`, in which `reading` was read.
    pub const fn of(text: &'t str, reading: Reading) -> Self {
        Self { text, reading, breakage: None }
    }

    /// What the next text that is much like this one can be read by.
    pub fn into_before(self, text: &Arc<str>) -> Option<Before> {
        Before::new(text, self.reading).filter(|_| self.breakage.is_none())
    }

    /// The byte at which the text stops to be YAML for the first time, and what the parser says of it.
    pub fn breakage(&self) -> Option<(usize, &str)> {
        self.breakage.as_ref().map(|(at, complaint)| (*at, complaint.as_str()))
    }

    /// Whether two ways may lead to the same node.
    pub const fn has_aliases(&self) -> bool {
        self.reading.has_anchors
    }

    /// The root of each document that has one.
    pub fn documents(&'t self) -> impl Iterator<Item = Node<'t>> {
        self.reading.roots.iter().map(|&index| self.node(index))
    }

    /// Every scalar, in the order of the file.
    pub fn scalars(&'t self) -> impl Iterator<Item = Node<'t>> {
        self.scalars_in(0..self.reading.records.len())
    }

    /// Every scalar among the nodes of those indices, in the order of the file.
    pub fn scalars_in(&'t self, indices: Range<usize>) -> impl Iterator<Item = Node<'t>> {
        let is_scalar = |&index: &usize| matches!(self.reading.records[index].kind, Kind::Scalar(_));
        indices.filter(is_scalar).map(|index| Node { tree: self, index })
    }

    /// The node at `index`, or the one for which an alias there stands. That one is no alias: YAML has no anchors on
    /// aliases.
    pub fn node(&'t self, index: usize) -> Node<'t> {
        let index = match self.reading.records[index].kind {
            Kind::Alias(Some(target)) => target as usize,
            _ => index,
        };
        Node { tree: self, index }
    }
}

impl<'t> Node<'t> {
    /// What tells it from the other nodes of its file.
    pub const fn id(self) -> usize {
        self.index
    }

    /// The bytes of a scalar, without quotes or block header.
    pub fn span(self) -> Span {
        self.record().span
    }

    /// Whether another way than the one here may lead to it.
    pub const fn may_be_shared(self) -> bool {
        self.tree.has_aliases()
    }

    /// The text of the file.
    pub const fn text(self) -> &'t str {
        self.tree.text
    }

    /// The bytes of a scalar, with its quotes.
    pub fn outer_span(self) -> Span {
        self.record().outer_span()
    }

    /// The indices of it and of all nodes within it.
    pub fn indices(self) -> Range<usize> {
        self.index..self.record().end()
    }

    /// The last node within it, or itself where there is none; an alias counts where it stands.
    pub fn last(self) -> Self {
        Node { tree: self.tree, index: self.record().end() - 1 }
    }

    /// What stands at [`Self::span`]: a scalar as it is written, before escapes are resolved. Empty for other nodes.
    pub fn raw(self) -> &'t str {
        self.style().map_or("", |_| self.span().of(self.tree.text))
    }

    /// How a scalar is written; `None` for other nodes.
    pub fn style(self) -> Option<Style> {
        match self.record().kind {
            Kind::Scalar(style) => Some(style),
            _ => None,
        }
    }

    /// Its tag, if that says how it is merged.
    pub fn tag(self) -> Option<MergeTag> {
        self.record().tag
    }

    /// Whether it is a scalar in block style.
    pub fn is_block(self) -> bool {
        matches!(self.style(), Some(Style::Literal | Style::Folded))
    }

    /// Whether it is a mapping.
    pub fn is_mapping(self) -> bool {
        self.record().kind == Kind::Mapping
    }

    /// The items of a sequence; none of another node.
    pub fn items(self) -> impl Iterator<Item = Self> {
        self.children(Kind::Sequence)
    }

    /// The keys and values of a mapping, without what it merges; none of another node.
    pub fn entries(self) -> impl Iterator<Item = (Self, Self)> {
        let mut children = self.children(Kind::Mapping);
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// The values that a mapping has for `key`: more than one where the key is repeated.
    pub fn values<'k>(self, key: &'k str) -> impl Iterator<Item = Self> + use<'t, 'k> {
        self.entries().filter(move |(name, _)| name.raw() == key).map(|(_, value)| value)
    }

    /// Whether it is a mapping with an entry for `key`.
    pub fn has(self, key: &str) -> bool {
        self.values(key).next().is_some()
    }

    fn children(self, parent: Kind) -> impl Iterator<Item = Self> {
        let record = self.record();
        let end = if record.kind == parent { record.end() } else { 0 };
        let within = move |index: usize| (index < end).then_some(index);
        let next = move |&index: &usize| within(self.tree.reading.records[index].end());
        std::iter::successors(within(self.index + 1), next).map(|index| self.tree.node(index))
    }

    fn record(self) -> Record {
        self.tree.reading.records[self.index]
    }
}

/// An index among records as each of them keeps it: there are many of them, and a text of more than 32 bits can count is none
/// of compose.
pub fn stored(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

impl Record {
    /// The index behind its last descendant.
    pub const fn end(&self) -> usize {
        self.end as usize
    }

    /// The bytes of a scalar, with its quotes.
    pub const fn outer_span(self) -> Span {
        let Self { kind, span, .. } = self;
        if kind.is_quoted() { Span { start: span.start - 1, end: span.end + 1 } } else { span }
    }
}

impl Reading {
    /// Reads `text` up to its first error, and from there on only the documents that follow.
    pub fn of(text: &str) -> Self {
        let Some(reading) = ordinary::read(text) else { return Self::parsed(text) };
        // The fuzzers look for a text that the two read otherwise.
        #[cfg(fuzzing)]
        assert_eq!(reading.records, Self::parsed(text).records);
        reading
    }

    /// As [`of`](Self::of), by the parser, however ordinary the text is.
    pub fn parsed(text: &str) -> Self {
        let mut parser = parser(text);
        // Most files have fewer.
        let mut reading = Self { records: Vec::with_capacity(text.len() / 12), ..Self::default() };
        let mut open = Vec::new();
        let mut anchors = HashMap::new();
        let mut understood = 0;
        while let Some(next) = parser.next_event() {
            let (event, span) = match next {
                Ok((event, span)) => (event, span.byte_range().unwrap_or_default()),
                Err(error) => {
                    if reading.breakage.is_none() {
                        reading.breakage = Some(Breakage { at: place(&error), understood });
                        reading.complaint = error.info().to_owned();
                    }
                    reading.close(&mut open);
                    if !matches!(parser.proceed_next_document(), Ok(true)) {
                        break;
                    }
                    continue;
                }
            };
            let span = Span::new(span.start, span.end);
            understood = span.end;
            let (kind, anchor, tag) = match event {
                Event::Scalar(_, style, anchor, tag) => (Kind::Scalar(style.into()), anchor, tag),
                Event::SequenceStart(_, anchor, tag) => (Kind::Sequence, anchor, tag),
                Event::MappingStart(_, anchor, tag) => (Kind::Mapping, anchor, tag),
                Event::Alias(anchor) => (Kind::Alias(anchors.get(&anchor).copied()), 0, None),
                Event::UnresolvedAlias(_) => (Kind::Alias(None), 0, None),
                Event::SequenceEnd | Event::MappingEnd => {
                    let end = stored(reading.records.len());
                    if let Some(closed) = open.pop().and_then(|open: usize| reading.records.get_mut(open)) {
                        closed.end = end;
                    }
                    continue;
                }
                _ => continue,
            };
            let at = reading.records.len();
            if open.is_empty() {
                reading.roots.push(at);
            }
            if anchor != 0 {
                anchors.insert(anchor, stored(at));
            }
            reading.has_anchors |= anchor != 0 || matches!(kind, Kind::Alias(_));
            if matches!(kind, Kind::Sequence | Kind::Mapping) {
                open.push(at);
            }
            let span = if kind.is_quoted() { Span::new(span.start + 1, span.end - 1) } else { span };
            let tag = tag.and_then(|tag| merge_tag(&tag));
            reading.records.push(Record { kind, span, end: stored(at + 1), tag });
        }
        reading.close(&mut open);
        reading
    }

    /// Ends every node that is still open.
    fn close(&mut self, open: &mut Vec<usize>) {
        let end = stored(self.records.len());
        for open in open.drain(..) {
            self.records[open].end = end;
        }
    }
}

/// What `tag` says of how a value is merged, if it is one of the two that do.
fn merge_tag(tag: &Tag) -> Option<MergeTag> {
    match (tag.handle(), tag.suffix()) {
        ("!", "reset") => Some(MergeTag::Reset),
        ("!", "override") => Some(MergeTag::Override),
        _ => None,
    }
}

/// A parser that goes on after unknown aliases, and tells of no comments.
fn parser(text: &str) -> Parser<'_, StrInput<'_>> {
    let options = options! { emit_comments: false, emit_unresolved_aliases: true };
    Parser::new_from_str_with_options(text, options)
}

/// Where `text` stops to be YAML for the first time.
fn first_breakage(text: &str) -> Option<Breakage> {
    let mut parser = parser(text);
    let mut understood = 0;
    loop {
        match parser.next_event()? {
            Ok((_, span)) => understood = span.byte_range().unwrap_or_default().end,
            Err(error) => return Some(Breakage { at: place(&error), understood }),
        }
    }
}

/// The byte at which the parser gave up. As it reads a string, it knows.
fn place(error: &ScanError) -> usize {
    error.marker().byte_offset().unwrap_or_default()
}

impl Kind {
    const fn is_quoted(self) -> bool {
        matches!(self, Self::Scalar(Style::SingleQuoted | Style::DoubleQuoted))
    }
}

impl From<ScalarStyle> for Style {
    fn from(style: ScalarStyle) -> Self {
        match style {
            ScalarStyle::Plain => Self::Plain,
            ScalarStyle::SingleQuoted => Self::SingleQuoted,
            ScalarStyle::DoubleQuoted => Self::DoubleQuoted,
            ScalarStyle::Literal => Self::Literal,
            ScalarStyle::Folded => Self::Folded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scalars of `text` in the order of the file.
    fn scalars(text: &str) -> Vec<&str> {
        let tree = Tree::parse(text);
        tree.reading
            .records
            .iter()
            .filter(|node| matches!(node.kind, Kind::Scalar(_)))
            .map(|node| node.span.of(text))
            .collect()
    }

    #[test]
    fn spans_are_bytes() {
        assert_eq!(
            scalars("# 💣\r\né: '💣'\r\nb: \"c\"\rd: |\n  💣 80\n"),
            ["é", "💣", "b", "c", "d", "💣 80\n"]
        );
    }

    #[test]
    fn aliases_are_resolved() {
        let tree = Tree::parse("a: &x {b: 1}\nc: *x\nd: *y\n");
        let root = tree.documents().next().unwrap();
        let [a, c, d] = ["a", "c", "d"].map(|key| root.values(key).next().unwrap());
        assert_eq!(a.id(), c.id());
        assert!(a.has("b") && !d.is_mapping() && d.style().is_none() && d.raw().is_empty());
    }

    #[test]
    fn tags_that_say_how_to_merge() {
        let text = "a: !reset []\nb: !override\n  - 80\nc: !reset null\nd: !reset\ne: !x 1\nf: &g !override {h: 1}\ni: *g\nj: !override '80'\n";
        let tree = Tree::parse(text);
        let root = tree.documents().next().unwrap();
        let tags: Vec<_> = root.entries().map(|(key, value)| (key.raw(), value.tag(), value.raw())).collect();
        let (reset, over) = (Some(MergeTag::Reset), Some(MergeTag::Override));
        assert_eq!(
            tags,
            [
                ("a", reset, ""),
                ("b", over, ""),
                ("c", reset, "null"),
                ("d", reset, ""),
                ("e", None, "1"),
                ("f", over, ""),
                ("i", over, ""),
                ("j", over, "80"),
            ]
        );
    }

    #[test]
    fn broken_text_keeps_what_stands_around() {
        assert_eq!(scalars("a:\n  - 80\n  - \"81\n  - 82\n  - \"83\"\n"), ["a", "80", "82", "83"]);
        assert_eq!(scalars("a: [80, 81\nb:\n  - 82\n"), ["b", "82"]);
        assert_eq!(scalars("a:\n  bb\n    c: 80\n  d: 81\n"), ["a", "b", "c", "80", "d", "81"]);
        assert_eq!(scalars("a:\n\t- 80\n\t- 81\n"), ["a", "80", "81"]);
        assert_eq!(scalars("a: }\n---\nb: 80\n"), ["b", "80"]);
    }
}
