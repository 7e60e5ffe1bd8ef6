//! The lines of a text that stays as it is.

use super::{Encoding, Position, Range, Span, line_ends};

/// The lines of a text that does not change: made once in a pass, and then quicker than a [`Text`](super::Text) to say where a byte is.
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
            Encoding::Utf32 if offset - start <= STRIDE => starting(&self.text.as_bytes()[start..offset]),
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
    let is_start = |byte: &u8| u8::from(byte & 0b1100_0000 != 0b1000_0000);
    // So few that a byte holds their number are counted many at a time.
    bytes.chunks(255).map(|few| usize::from(few.iter().map(is_start).sum::<u8>())).sum()
}
