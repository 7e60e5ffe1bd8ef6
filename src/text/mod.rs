//! Places in text: byte spans, editor positions, and the only arithmetic between them.
//!
//! Everything else in the project speaks of bytes. Lines end at `\n`, `\r\n` and `\r`, and at nothing else, as the
//! Language Server Protocol says.

use std::borrow::Cow;

mod index;
mod rope;

pub use index::LineIndex;
pub use rope::Text;

/// A half-open range of bytes, `start..end`, in the text of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte; never below `start`.
    pub end: usize,
}

impl Span {
    /// The span from byte `start` up to byte `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The same span, `bytes` further on: from a slice of a file to the file.
    #[must_use]
    pub const fn shifted(self, bytes: usize) -> Self {
        Self { start: self.start + bytes, end: self.end + bytes }
    }

    /// The length in bytes.
    #[must_use]
    pub const fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the span holds no byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether a cursor at byte `offset` touches the span; a cursor right behind its last byte does.
    #[must_use]
    pub const fn touches(self, offset: usize) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// The bytes of `text` that the span covers; empty where it does not fit into `text`.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// How the line of `text` ends that byte `at` stands in. The last line, which has no end, counts as the first one does; a text
/// of one line is given `\n`.
#[must_use]
pub fn end_of_line(text: &str, at: usize) -> &'static str {
    let end = |from: usize| memchr::memchr2(b'\n', b'\r', &text.as_bytes()[from..]).map(|width| from + width);
    match end(at).or_else(|| end(0)).map(|end| &text.as_bytes()[end..]) {
        Some([b'\r', b'\n', ..]) => "\r\n",
        Some([b'\r', ..]) => "\r",
        _ => "\n",
    }
}

/// What the `bytes` of a file say: UTF-8, in which every byte that is none is replaced by U+FFFD, or UTF-16, if they begin with
/// its byte order mark. The mark stays, as U+FEFF.
#[must_use]
pub fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let units: fn([u8; 2]) -> u16 = match (str::from_utf8(bytes), bytes) {
        (Ok(text), _) => return Cow::Borrowed(text),
        (_, [0xff, 0xfe, ..]) => u16::from_le_bytes,
        (_, [0xfe, 0xff, ..]) => u16::from_be_bytes,
        _ => return String::from_utf8_lossy(bytes),
    };
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text = char::decode_utf16(pairs.iter().map(|pair| units(*pair)));
    let text = text.map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER));
    Cow::Owned(text.chain(rest.iter().map(|_| char::REPLACEMENT_CHARACTER)).collect())
}

/// What an editor counts a column in.
///
/// [`PositionEncodingKind`](https://microsoft.github.io/language-server-protocol/specifications/lsp/3.18/specification/#positionEncodingKind)
/// in the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: the protocol's default.
    #[default]
    Utf16,
    /// Unicode scalar values, which is what people call characters.
    Utf32,
}

/// A place as an editor names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, counted from 0.
    pub line: usize,
    /// The distance from the line's start, from 0, in units of an [`Encoding`].
    pub character: usize,
}

/// A half-open range between two positions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The first position inside.
    pub start: Position,
    /// The first position behind.
    pub end: Position,
}

/// The offset behind each line end of `text`.
fn line_ends(text: &str) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b'\n', b'\r', bytes)
        .filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'))
        .map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    #[test]
    fn a_column_counts_in_the_units_of_its_encoding() {
        let text = Text::new("# 💣é 80\nEXPOSE 80\n");
        let offset = "# 💣é ".len();
        let columns = ENCODINGS.map(|encoding| text.position(offset, encoding).character);
        assert_eq!(columns, [9, 6, 5]);
        for encoding in ENCODINGS {
            assert_eq!(text.offset(text.position(offset, encoding), encoding), offset);
        }
    }

    #[test]
    fn lines_end_at_lf_crlf_and_cr_only() {
        let text = Text::new("a\r\nb\rc\nd\u{2028}e\u{b}f\u{85}g");
        assert_eq!(text.lines(), 4);
        assert_eq!(text.position("a\r\nb\rc\n".len(), Encoding::Utf8), Position { line: 3, character: 0 });
    }

    #[test]
    fn a_line_ends_as_it_is_written() {
        let ends = |text| [0, 2, 4].map(|at| end_of_line(text, at));
        assert_eq!(ends("ab\r\ncd"), ["\r\n"; 3]);
        assert_eq!(ends("a\nb\rc"), ["\n", "\r", "\n"]);
        assert_eq!(end_of_line("", 0), "\n");
    }

    #[test]
    fn positions_outside_are_clamped() {
        let text = Text::new("ab\r\n💣\n");
        for encoding in ENCODINGS {
            let at = |line, character| text.offset(Position { line, character }, encoding);
            assert_eq!(at(0, 99), 2, "the line's end, before its line end");
            assert_eq!(at(0, usize::MAX), 2);
            assert_eq!(at(9, 0), text.to_string().len(), "the end of the text");
            assert_eq!(at(2, 5), text.to_string().len());
        }
        let inside = Position { line: 1, character: 1 };
        assert_eq!(text.offset(inside, Encoding::Utf16), 4, "the start of the character");
        assert_eq!(text.offset(inside, Encoding::Utf8), 4);
    }

    #[test]
    fn an_index_says_what_a_text_says() {
        let long = "💣 é\r".repeat(300) + &"x💣".repeat(1000);
        for text in ["", "a", "a\r\nb\rc\n\nd\u{2028}e\u{85}\r", "\r\r\n\n\r", "💣\r\né", &long] {
            let (rope, index) = (Text::new(text), LineIndex::new(text));
            for encoding in ENCODINGS {
                for offset in 0..=text.len() + 2 {
                    let [one, other] = [rope.position(offset, encoding), index.position(offset, encoding)];
                    assert_eq!(one, other, "{offset} in {text:?}");
                }
            }
            for line in 0..rope.lines() + 2 {
                assert_eq!(rope.line(line), index.line(line), "{line} of {text:?}");
            }
        }
    }

    #[test]
    fn a_line_is_found_wherever_the_pieces_of_the_rope_meet() {
        for length in (900..4400).step_by(9) {
            let mut text = "a line of ten\n".repeat(length / 14) + &"x".repeat(length % 14);
            let mut rope = Text::new(&text);
            let check = |rope: &Text, text: &str| {
                let index = LineIndex::new(text);
                for line in 0..rope.lines() {
                    let start = rope.offset(Position { line, character: 0 }, Encoding::Utf16);
                    assert_eq!(start, index.line(line).start, "line {line} of {length} bytes");
                }
            };
            check(&rope, &text);
            // Another piece begins where something is put in.
            let at = Position { line: 20, character: 0 };
            rope.replace(Range { start: at, end: at }, "y\n", Encoding::Utf16);
            text.insert_str(20 * 14, "y\n");
            check(&rope, &text);
        }
    }

    #[test]
    fn a_replacement_is_the_same_in_every_encoding() {
        for (encoding, end) in ENCODINGS.into_iter().zip([4, 2, 1]) {
            let mut text = Text::new("💣 80\n");
            let range = Range { start: Position::default(), end: Position { line: 0, character: end } };
            text.replace(range, "port", encoding);
            assert_eq!(text.to_string(), "port 80\n");
        }
    }
}
