//! The text of a document that is edited.

use std::fmt;

use ropey::Rope;

use super::{Encoding, Position, Range, Span, line_ends};

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

impl fmt::Display for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rope.chunks().try_for_each(|chunk| out.write_str(chunk))
    }
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
