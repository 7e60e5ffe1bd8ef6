//! JSON that is written while its parts still come: nothing is gathered first.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io;

use serde::{Serialize, Serializer};
use serde_json::ser::Formatter;

use super::is_treacherous;

/// The values of an iterator as a list, each taken when it is written. It can be written once: a second time it is empty.
pub struct Stream<I>(RefCell<Option<I>>);

impl<I> Stream<I> {
    /// The list of what `values` gives.
    pub fn of(values: I) -> Self {
        Self(RefCell::new(Some(values)))
    }
}

impl<I: Iterator<Item: Serialize>> Serialize for Stream<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.take().into_iter().flatten())
    }
}

/// JSON without spaces, but with the values of the lists at one depth on lines of their own, and without control
/// characters.
pub struct Lines {
    depth: usize,
    at: usize,
}

impl Lines {
    /// A line for each value of the lists that stand in `at` - 1 others and objects; with 0 all is on one line.
    pub const fn at(at: usize) -> Self {
        Self { depth: 0, at }
    }
}

/// JSON in which nothing is left that a terminal might obey, though JSON lets it stand: inside of strings it has another way to
/// be written, and outside of them it does not occur.
#[must_use]
pub fn harmless(json: &str) -> Cow<'_, str> {
    let is_harmful = |char: char| char > '~' && is_treacherous(char);
    if !json.contains(is_harmful) {
        return Cow::Borrowed(json);
    }
    let mut harmless = String::with_capacity(json.len());
    for char in json.chars() {
        if is_harmful(char) {
            harmless.push_str(&format!("\\u{:04x}", u32::from(char)));
        } else {
            harmless.push(char);
        }
    }
    Cow::Owned(harmless)
}

impl Formatter for Lines {
    fn begin_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        out.write_all(b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth -= 1;
        out.write_all(if self.depth + 1 == self.at { b"\n]" } else { b"]" })
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        let separator: &[u8] = match (first, self.depth == self.at) {
            (true, true) => b"\n",
            (true, false) => b"",
            (false, true) => b",\n",
            (false, false) => b",",
        };
        out.write_all(separator)
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        out.write_all(harmless(text).as_bytes())
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        out.write_all(b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth -= 1;
        out.write_all(b"}")
    }
}
