//! Positions in a plain string, as the protocol words it: what a document is compared with.

use portolan::text::{Encoding, Position};

/// The offset of a position in a plain string.
pub fn model_offset(text: &str, position: Position, encoding: Encoding) -> usize {
    let mut starts = vec![0];
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let is_crlf = char == '\r' && chars.peek().is_some_and(|(_, next)| *next == '\n');
        if (char == '\n' || char == '\r') && !is_crlf {
            starts.push(at + 1);
        }
    }
    let Some(&start) = starts.get(position.line) else { return text.len() };
    let end = starts.get(position.line + 1).copied().unwrap_or(text.len());
    let line = text[start..end].trim_end_matches(['\r', '\n']);
    let mut units = 0;
    for (at, char) in line.char_indices() {
        units += match encoding {
            Encoding::Utf8 => char.len_utf8(),
            Encoding::Utf16 => char.len_utf16(),
            Encoding::Utf32 => 1,
        };
        if units > position.character {
            return start + at;
        }
    }
    start + line.len()
}
