//! Looking through bytes: for one of a set, for the end of a line, for the end of white space.

use memchr::memchr2;

/// A set of bytes.
#[derive(Clone, Copy, Debug)]
pub struct ByteSet([bool; 256]);

impl ByteSet {
    /// The set of `bytes`.
    pub const fn of(bytes: &[u8]) -> Self {
        let mut table = [false; 256];
        let mut index = 0;
        while index < bytes.len() {
            table[bytes[index] as usize] = true;
            index += 1;
        }
        Self(table)
    }

    /// The offset of the first of them in `text`, from byte `at` on.
    pub fn find(&self, text: &[u8], at: usize) -> Option<usize> {
        text[at..].iter().position(|&byte| self.0[usize::from(byte)]).map(|width| at + width)
    }
}

/// The offset of the end of the line that byte `at` stands in, before its line end.
pub fn line_end(text: &[u8], at: usize) -> usize {
    memchr2(b'\n', b'\r', &text[at..]).map_or(text.len(), |width| at + width)
}

/// The offset of the first byte from `at` on that is no space or tab.
pub fn blank_end(text: &[u8], at: usize) -> usize {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    text[at..].iter().position(|byte| !is_blank(byte)).map_or(text.len(), |width| at + width)
}
