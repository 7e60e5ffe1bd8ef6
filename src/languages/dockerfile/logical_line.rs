//! The text of one instruction: continued lines are joined, and every byte still knows its place in the file.

use std::borrow::Cow;
use std::iter;
use std::ops::Range;

use crate::text::Span;

/// One instruction as a single line. Ranges are bytes of its text, spans are bytes of the file.
#[derive(Clone, Debug)]
pub struct LogicalLine<'a> {
    text: Cow<'a, str>,
    /// Where the text starts in the file.
    at: usize,
    /// Where it goes on after a line's end, in order.
    joints: Vec<Joint>,
    /// The character that takes the meaning from the next one.
    escape: char,
}

/// A place where text of the next line of the file follows.
#[derive(Clone, Copy, Debug)]
struct Joint {
    /// Its offset in the joined text.
    at: usize,
    /// Its offset in the file.
    source: usize,
}

/// The bytes that most joined lines fit into, so that they grow no more. What an allocator gets back in pieces below a kilobyte
/// it keeps for the next line, where of a larger one it gives away parts, and each line would take memory of its own.
const ROOM: usize = 1000;

impl<'a> LogicalLine<'a> {
    /// The line `text`, which stands in the file from byte `at` on; `escape` is the escape character of the file.
    pub const fn new(text: &'a str, at: usize, escape: char) -> Self {
        Self { text: Cow::Borrowed(text), at, joints: Vec::new(), escape }
    }

    /// Adds the next line, which stands in the file from byte `at` on.
    pub fn join(&mut self, text: &str, at: usize) {
        if self.joints.is_empty() {
            self.joints.reserve(16);
            let mut joined = String::with_capacity(ROOM.max(self.text.len() + text.len()));
            joined.push_str(&self.text);
            self.text = Cow::Owned(joined);
        }
        self.joints.push(Joint { at: self.text.len(), source: at });
        self.text.to_mut().push_str(text);
    }

    /// The joined text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it takes several lines of the file.
    pub const fn is_continued(&self) -> bool {
        !self.joints.is_empty()
    }

    /// The escape character of the file.
    pub const fn escape(&self) -> char {
        self.escape
    }

    /// The bytes of the file that `range` comes from, from its first to its last.
    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.place(range.start);
        let end = if range.is_empty() { start } else { self.place(range.end - 1) + 1 };
        Span::new(start, end)
    }

    /// The parts of `range` that stand in the file in one piece, each with the byte where it does.
    pub fn runs(&self, range: Range<usize>) -> impl Iterator<Item = (&str, usize)> {
        let mut start = range.start;
        iter::from_fn(move || {
            if start >= range.end {
                return None;
            }
            let joint = self.joints.get(self.joints.partition_point(|joint| joint.at <= start));
            let end = joint.map_or(range.end, |joint| joint.at.min(range.end));
            let run = (&self.text[start..end], self.place(start));
            start = end;
            Some(run)
        })
    }

    /// The words of `range`: what white space parts outside of quotes. Quotes and escapes stay in them.
    pub fn words(&self, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let text = &self.text[..range.end];
        let mut rest = range.start;
        iter::from_fn(move || {
            let start = text.len() - text[rest..].trim_start().len();
            rest = start + word_width(&text[start..], self.escape);
            (start < rest).then_some(start..rest)
        })
    }

    /// What white space parts in `range`, quotes or not.
    pub fn fields(&self, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let text = &self.text[..range.end];
        let mut rest = range.start;
        iter::from_fn(move || {
            let start = text.len() - text[rest..].trim_start().len();
            rest = text[start..].find(char::is_whitespace).map_or(text.len(), |width| start + width);
            (start < rest).then_some(start..rest)
        })
    }

    /// The offset in the file of byte `offset` of the text.
    fn place(&self, offset: usize) -> usize {
        let behind = self.joints.partition_point(|joint| joint.at <= offset);
        let Some(joint) = self.joints[..behind].last() else {
            return self.at + offset;
        };
        joint.source + (offset - joint.at)
    }
}

/// The length in bytes of the word that `text` starts with; a quote without its fellow reaches to the end.
fn word_width(text: &str, escape: char) -> usize {
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match quote {
            None if char.is_whitespace() => return at,
            None if matches!(char, '"' | '\'') => quote = Some(char),
            Some(open) if open == char => quote = None,
            _ if char == escape && quote != Some('\'') => drop(chars.next()),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_a_joined_line_knows_its_place() {
        let file = "EXPOSE 80 \\\n  # two\n  443\n";
        let mut line = LogicalLine::new("EXPOSE 80 ", 0, '\\');
        line.join("  443", 20);
        assert_eq!(line.text(), "EXPOSE 80   443");
        assert_eq!(line.span(7..9).of(file), "80");
        assert_eq!(line.span(12..15).of(file), "443");
        assert_eq!(line.span(9..12), Span::new(9, 22));
        assert_eq!(line.span(15..15), Span::new(25, 25));
        assert_eq!(line.runs(7..15).collect::<Vec<_>>(), [("80 ", 7), ("  443", 20)]);
        assert_eq!(line.runs(3..3).count(), 0);
    }

    #[test]
    fn words_keep_their_quotes_and_escapes() {
        let words = |text: &str| -> Vec<String> {
            let line = LogicalLine::new(text, 0, '\\');
            line.words(0..text.len()).map(|range| text[range].to_owned()).collect()
        };
        assert_eq!(words("  a=1\tb=\"2 3\" c='4 \\' d=5\\ 6 "), ["a=1", "b=\"2 3\"", "c='4 \\'", "d=5\\ 6"]);
        assert_eq!(words("a=\"\\\" b\" \"c d"), ["a=\"\\\" b\"", "\"c d"]);
        assert_eq!(words("💣\u{a0}é\\"), ["💣", "é\\"]);
        assert_eq!(words(" \t"), [""; 0]);
    }
}
