//! Places in text: byte spans, editor positions, and the only arithmetic between them.
//!
//! Everything else in the project speaks of bytes. Lines end at `\n`, `\r\n` and `\r`, and at nothing else, as the
//! Language Server Protocol says.

use std::borrow::Cow;

use ropey::Rope;

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

/// The text of a document: cheap to edit, and able to translate between bytes and positions.
///
/// Every position is clamped as the protocol says: a column behind a line's end is the line's end, a line behind the
/// last is the end of the text, and a place inside a character is that character's start.
#[derive(Clone, Debug, Default)]
pub struct Text {
    rope: Rope,
}

impl Text {
    /// A document that holds `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { rope: Rope::from_str(text) }
    }

    /// The position of byte `offset`.
    #[must_use]
    pub fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let offset = offset.min(self.rope.len_bytes());
        if let Some((line, before)) = self.line_before(offset) {
            return Position { line, character: units(before, encoding) };
        }
        let char = self.rope.byte_to_char(offset);
        let line = self.rope.char_to_line(char);
        let start = self.rope.line_to_char(line);
        let character = match encoding {
            Encoding::Utf8 => self.rope.char_to_byte(char) - self.rope.char_to_byte(start),
            Encoding::Utf16 => self.rope.char_to_utf16_cu(char) - self.rope.char_to_utf16_cu(start),
            Encoding::Utf32 => char - start,
        };
        Position { line, character }
    }

    /// The byte offset of `position`.
    #[must_use]
    pub fn offset(&self, position: Position, encoding: Encoding) -> usize {
        if position.line >= self.rope.len_lines() {
            return self.rope.len_bytes();
        }
        if let Some((start, line)) = self.line_at(position.line) {
            return start + width(line, position.character, encoding);
        }
        let start = self.rope.line_to_char(position.line);
        let end = start + self.line_width(position.line);
        let char = match encoding {
            Encoding::Utf8 => {
                let byte = self.rope.char_to_byte(start).saturating_add(position.character);
                self.rope.byte_to_char(byte.min(self.rope.char_to_byte(end)))
            }
            Encoding::Utf16 => {
                let unit = self.rope.char_to_utf16_cu(start).saturating_add(position.character);
                self.rope.utf16_cu_to_char(unit.min(self.rope.char_to_utf16_cu(end)))
            }
            Encoding::Utf32 => start.saturating_add(position.character).min(end),
        };
        self.rope.char_to_byte(char)
    }

    /// The range that `span` covers.
    #[must_use]
    pub fn range(&self, span: Span, encoding: Encoding) -> Range {
        Range { start: self.position(span.start, encoding), end: self.position(span.end, encoding) }
    }

    /// Puts `text` in the place of `range`. A range that ends before it starts is read the other way round.
    pub fn replace(&mut self, range: Range, text: &str, encoding: Encoding) {
        let (one, other) = (self.offset(range.start, encoding), self.offset(range.end, encoding));
        let start = self.rope.byte_to_char(one.min(other));
        let end = self.rope.byte_to_char(one.max(other));
        self.rope.remove(start..end);
        self.rope.insert(start, text);
    }

    /// All of it, copied once.
    #[must_use]
    pub fn whole(&self) -> String {
        String::from(&self.rope)
    }

    /// The length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rope.len_bytes()
    }

    /// Whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rope.len_bytes() == 0
    }

    /// How many lines the text has; a text that ends with a line end has an empty last line.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.rope.len_lines()
    }

    /// The bytes of line `line` (from 0) without its line end; empty behind the last line.
    #[must_use]
    pub fn line(&self, line: usize) -> Span {
        if line >= self.rope.len_lines() {
            return Span::new(self.rope.len_bytes(), self.rope.len_bytes());
        }
        let start = self.rope.line_to_char(line);
        let end = start + self.line_width(line);
        Span::new(self.rope.char_to_byte(start), self.rope.char_to_byte(end))
    }

    /// The first byte of line `line`, which exists, and the line without its end, where that lies in one piece of the rope.
    /// To ask for it so takes one way through the tree.
    fn line_at(&self, line: usize) -> Option<(usize, &str)> {
        let (mut chunk, mut at, _, first) = self.rope.chunk_at_line_break(line);
        let mut start = match line - first {
            0 => 0,
            ends => self.line_ends(chunk, at)?.nth(ends - 1)?,
        };
        if start == chunk.len() {
            // It begins in the next piece, if there is one.
            let behind = at + start;
            (chunk, at, ..) = self.rope.chunk_at_byte(behind);
            start = behind - at;
        }
        let rest = &chunk[start..];
        let width = match memchr::memchr2(b'\n', b'\r', rest.as_bytes()) {
            Some(width) => width,
            None if at + chunk.len() == self.rope.len_bytes() => rest.len(),
            None => return None,
        };
        Some((at + start, &rest[..width]))
    }

    /// The line that byte `offset` stands in, and what stands before that byte in it, where that lies in one piece of the rope.
    fn line_before(&self, offset: usize) -> Option<(usize, &str)> {
        let (chunk, at, _, first) = self.rope.chunk_at_byte(offset);
        let before = chunk.floor_char_boundary(offset - at);
        let (mut line, mut start) = (first, (at == 0).then_some(0));
        for end in self.line_ends(chunk, at)?.take_while(|end| *end <= before) {
            line += 1;
            start = Some(end);
        }
        Some((line, &chunk[start?..before]))
    }

    /// The offset behind each line end of the piece `chunk` of the rope, which starts at byte `at`; `None` where a line end may
    /// lie in two pieces.
    fn line_ends<'c>(&self, chunk: &'c str, at: usize) -> Option<impl Iterator<Item = usize> + use<'c>> {
        let is_last = at + chunk.len() == self.rope.len_bytes();
        let is_whole = (at == 0 || !chunk.starts_with('\n')) && (is_last || !chunk.ends_with('\r'));
        is_whole.then(|| line_ends(chunk))
    }

    /// The characters of line `line`, which exists, without its line end.
    fn line_width(&self, line: usize) -> usize {
        // A slice of the rope would count all that it holds first.
        let [start, mut end] = [line, line + 1].map(|line| self.rope.line_to_char(line));
        while end > start && matches!(self.rope.char(end - 1), '\n' | '\r') {
            end -= 1;
        }
        end - start
    }
}

/// The offset behind each line end of `text`.
fn line_ends(text: &str) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b'\n', b'\r', bytes)
        .filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'))
        .map(|at| at + 1)
}

/// How many units of `encoding` a part of a line has.
fn units(part: &str, encoding: Encoding) -> usize {
    match encoding {
        Encoding::Utf8 => part.len(),
        Encoding::Utf16 => part.encode_utf16().count(),
        Encoding::Utf32 => part.chars().count(),
    }
}

/// How many bytes of `line` its first units of `encoding` have, `count` in all; of a character that is not whole, none.
fn width(line: &str, count: usize, encoding: Encoding) -> usize {
    let mut left = count;
    let size = |char: char| match encoding {
        Encoding::Utf8 => char.len_utf8(),
        Encoding::Utf16 => char.len_utf16(),
        Encoding::Utf32 => 1,
    };
    for (at, char) in line.char_indices() {
        match left.checked_sub(size(char)) {
            Some(rest) => left = rest,
            None => return at,
        }
    }
    line.len()
}

impl std::fmt::Display for Text {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.rope.chunks().try_for_each(|chunk| out.write_str(chunk))
    }
}

/// The lines of a text that does not change: made once in a pass, and then quicker than a [`Text`] to say where a byte is.
///
/// Both say the same.
#[derive(Clone, Debug)]
pub struct LineIndex<'t> {
    text: &'t str,
    /// Where each line starts, as a byte offset.
    starts: Vec<usize>,
    /// How many characters start before each multiple of [`STRIDE`] bytes, so that a long line need not be counted from its
    /// start.
    characters: Vec<usize>,
}

/// How many bytes at most are counted for a position.
const STRIDE: usize = 512;

impl<'t> LineIndex<'t> {
    /// The lines of `text`.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let starts = std::iter::once(0).chain(line_ends(text)).collect();
        let mut characters = vec![0];
        for stretch in bytes.chunks(STRIDE) {
            characters.push(characters[characters.len() - 1] + starting(stretch));
        }
        Self { text, starts, characters }
    }

    /// The position of byte `offset`; UTF-16 is counted from the line's start, the others are not.
    #[must_use]
    pub fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        let start = self.starts[line];
        let character = match encoding {
            Encoding::Utf8 => offset - start,
            Encoding::Utf16 => self.text[start..offset].encode_utf16().count(),
            Encoding::Utf32 => self.characters_before(offset) - self.characters_before(start),
        };
        Position { line, character }
    }

    /// The range that `span` covers.
    #[must_use]
    pub fn range(&self, span: Span, encoding: Encoding) -> Range {
        Range { start: self.position(span.start, encoding), end: self.position(span.end, encoding) }
    }

    /// The bytes of line `line` (from 0) without its line end; empty behind the last line.
    #[must_use]
    pub fn line(&self, line: usize) -> Span {
        let Some(&start) = self.starts.get(line) else { return Span::new(self.text.len(), self.text.len()) };
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        Span::new(start, start + self.text[start..end].trim_end_matches(['\n', '\r']).len())
    }

    /// How many characters start before byte `offset`.
    fn characters_before(&self, offset: usize) -> usize {
        let mark = offset / STRIDE;
        self.characters[mark] + starting(&self.text.as_bytes()[mark * STRIDE..offset])
    }
}

/// How many characters start in these bytes of a text.
fn starting(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0b1100_0000 != 0b1000_0000).count()
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
