//! Text whose every byte knows where the file writes it, after quotes, escapes and variables are resolved.

use std::borrow::Cow;
use std::ops::Range;

use smallvec::{SmallVec, smallvec};

use crate::port::Variable;
use crate::text::Span;

/// The mark that stands in for a variable without a known value. A real `$` in a resolved text is as little part of a
/// port as it is, so one mark serves both.
pub const UNKNOWN: char = '$';

/// A resolved text and where each part of it comes from. Most texts are a part of the file as they are, and not copied.
#[derive(Clone, Debug, Default)]
pub struct Sourced<'t> {
    text: Cow<'t, str>,
    pieces: SmallVec<[Piece; 1]>,
    variables: Vec<Variable>,
}

/// A run of the resolved text with one origin.
#[derive(Clone, Debug)]
struct Piece {
    /// Offset in the resolved text of its first byte; it reaches to the next piece.
    at: usize,
    /// The bytes of the file that it comes from.
    source: Span,
    /// Whether those bytes are the very same, so that a part of the run is a part of them.
    verbatim: bool,
    /// The variable that it came through: an index into `Sourced::variables`.
    variable: Option<usize>,
}

impl<'t> Sourced<'t> {
    /// Text that stands in the file as it is, from byte `at` on.
    pub fn verbatim(text: &'t str, at: usize) -> Self {
        if text.is_empty() {
            return Self::default();
        }
        let source = Span::new(at, at + text.len());
        let piece = Piece { at: 0, source, verbatim: true, variable: None };
        Self { text: Cow::Borrowed(text), pieces: smallvec![piece], variables: Vec::new() }
    }

    /// The resolved text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The resolved text, without where it comes from.
    pub fn into_text(self) -> Cow<'t, str> {
        self.text
    }

    /// Adds text that stands in the file as it is, from byte `at` on.
    pub fn push_verbatim(&mut self, text: &'t str, at: usize) {
        self.push(text.into(), Span::new(at, at + text.len()), true, None);
    }

    /// Adds `text` as what the bytes at `source` stand for: an escape, or nothing but another spelling.
    pub fn push_resolved(&mut self, text: impl Into<Cow<'t, str>>, source: Span) {
        self.push(text.into(), source, false, None);
    }

    /// Adds the value of a variable that the bytes at `source` refer to. `None`: the value is not known.
    pub fn push_variable(&mut self, value: Option<&str>, source: Span, variable: Variable) {
        self.variables.push(variable);
        let variable = Some(self.variables.len() - 1);
        let value = value.map_or_else(|| UNKNOWN.to_string(), str::to_owned);
        self.push(value.into(), source, false, variable);
    }

    /// Adds the default of the variable `name`, which is written inside the reference to it. Where the default itself
    /// came through a variable, that one is kept: it is nearer to the number.
    pub fn push_default(&mut self, default: &Self, name: &str) {
        let outer = self.variables.len();
        self.variables.push(Variable { name: name.into(), definition: None });
        let inner = self.variables.len();
        self.variables.extend(default.variables.iter().cloned());
        for (piece, text) in default.runs() {
            let variable = Some(piece.variable.map_or(outer, |variable| variable + inner));
            self.push(text, piece.source, piece.verbatim, variable);
        }
    }

    /// Adds another resolved text, with what is known of it.
    pub fn push_whole(&mut self, other: &Self) {
        self.push_part(other, 0..other.text.len());
    }

    /// The bytes of the file that `range` of the resolved text comes from.
    pub fn span(&self, range: Range<usize>) -> Span {
        let Some(first) = self.piece_at(range.start) else {
            return Span::default();
        };
        let last = self.piece_at(range.end.saturating_sub(1).max(range.start)).unwrap_or(first);
        let start =
            if first.verbatim { first.source.start + (range.start - first.at) } else { first.source.start };
        let end = if last.verbatim { last.source.start + (range.end - last.at) } else { last.source.end };
        Span::new(start, end.max(start))
    }

    /// The first variable that `range` of the resolved text came through.
    pub fn variable(&self, range: Range<usize>) -> Option<&Variable> {
        let from = self.pieces.partition_point(|piece| piece.at <= range.start).saturating_sub(1);
        let within = self.pieces[from..].iter().take_while(|piece| piece.at < range.end);
        within.filter_map(|piece| piece.variable).map(|index| &self.variables[index]).next()
    }

    /// A part of it, with what is known of that part.
    pub fn slice(&self, range: Range<usize>) -> Self {
        let mut part = Self::default();
        part.push_part(self, range);
        part
    }

    /// Adds `range` of another resolved text, with what is known of that part.
    pub fn push_part(&mut self, other: &Self, range: Range<usize>) {
        let from = other.pieces.partition_point(|piece| piece.at <= range.start).saturating_sub(1);
        for (index, piece) in other.pieces.iter().enumerate().skip(from) {
            let start = range.start.max(piece.at);
            let end = range.end.min(other.pieces.get(index + 1).map_or(other.text.len(), |next| next.at));
            if start >= end {
                break;
            }
            let source = if piece.verbatim {
                Span::new(piece.source.start + (start - piece.at), piece.source.start + (end - piece.at))
            } else {
                piece.source
            };
            let variable = piece.variable.map(|variable| {
                self.variables.push(other.variables[variable].clone());
                self.variables.len() - 1
            });
            self.push(other.part(start..end), source, piece.verbatim, variable);
        }
    }

    fn push(&mut self, text: Cow<'t, str>, source: Span, verbatim: bool, variable: Option<usize>) {
        if text.is_empty() {
            return;
        }
        let grows = self.pieces.last().is_some_and(|piece| {
            verbatim && piece.verbatim && piece.variable == variable && piece.source.end == source.start
        });
        if grows && let Some(piece) = self.pieces.last_mut() {
            piece.source.end = source.end;
        } else {
            self.pieces.push(Piece { at: self.text.len(), source, verbatim, variable });
        }
        self.text += text;
    }

    /// The piece that holds byte `offset` of the resolved text; the last one for its end.
    fn piece_at(&self, offset: usize) -> Option<&Piece> {
        let index = self.pieces.partition_point(|piece| piece.at <= offset);
        self.pieces.get(index.checked_sub(1)?)
    }

    /// Every piece with its text.
    fn runs(&self) -> impl Iterator<Item = (&Piece, Cow<'t, str>)> {
        let ends = self.pieces.iter().skip(1).map(|piece| piece.at).chain([self.text.len()]);
        self.pieces.iter().zip(ends).map(|(piece, end)| (piece, self.part(piece.at..end)))
    }

    /// The text of `range`.
    fn part(&self, range: Range<usize>) -> Cow<'t, str> {
        match &self.text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
            Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str) -> Variable {
        Variable { name: name.into(), definition: None }
    }

    #[test]
    fn a_part_of_verbatim_text_is_a_part_of_the_file() {
        // ${IP:-127.0.0.1:8080}:80 at byte 10 of a file
        let mut default = Sourced::default();
        default.push_verbatim("127.0.0.1:8080", 16);
        let mut spec = Sourced::default();
        spec.push_default(&default, "IP");
        spec.push_verbatim(":80", 31);
        assert_eq!(spec.text(), "127.0.0.1:8080:80");
        assert_eq!(spec.span(10..14), Span::new(26, 30));
        assert_eq!(spec.variable(10..14), Some(&variable("IP")));
        assert_eq!(spec.span(15..17), Span::new(32, 34));
        assert_eq!(spec.variable(15..17), None);
        let host = spec.slice(10..14);
        assert_eq!((host.text(), host.span(0..4)), ("8080", Span::new(26, 30)));
    }

    #[test]
    fn a_value_from_elsewhere_is_the_whole_reference() {
        let mut word = Sourced::default();
        word.push_variable(Some("8000-8010"), Span::new(7, 13), variable("PORTS"));
        word.push_verbatim("/udp", 13);
        assert_eq!(word.span(0..4), Span::new(7, 13));
        assert_eq!(word.span(0..9), Span::new(7, 13));
        assert_eq!(word.span(10..13), Span::new(14, 17));
    }

    #[test]
    fn nothing_in_it_asks_for_no_place() {
        assert_eq!(Sourced::default().span(0..0), Span::default());
        assert_eq!(Sourced::default().variable(0..0), None);
    }
}
