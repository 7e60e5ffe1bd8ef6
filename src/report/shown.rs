//! The texts that findings are shown in: that of their file, and those of other files that they are about.

use std::path::{Path, PathBuf};

use foldhash::{HashMap, HashMapExt};

use super::file::{Place, slashed};
use super::printable;
use crate::finding::{Elsewhere, Finding, Related};
use crate::text::{Encoding, LineIndex, Span};

/// A text, and what it takes to name places in it.
#[derive(Debug)]
pub struct Shown<'a> {
    /// The file, as the report names it.
    pub path: PathBuf,
    /// The same as a terminal may show it.
    pub name: String,
    /// What it holds.
    pub text: &'a str,
    /// The lines of that.
    pub lines: LineIndex<'a>,
}

impl<'a> Shown<'a> {
    /// The file that the report names `path` and that holds `text`.
    #[must_use]
    pub fn new(path: PathBuf, text: &'a str) -> Self {
        let name = printable(&slashed(&path));
        Self { path, name, text, lines: LineIndex::new(text) }
    }

    /// Where `span` is in it; what lies behind its end is its end.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        let [start, end] = [span.start, span.end].map(|at| self.lines.position(at, Encoding::Utf32));
        let [byte_column, end_byte_column] =
            [span.start, span.end].map(|at| self.lines.position(at, Encoding::Utf8).character + 1);
        Place {
            line: start.line + 1,
            column: start.character + 1,
            end_line: end.line + 1,
            end_column: end.character + 1,
            byte_column,
            end_byte_column,
        }
    }
}

/// The file that findings are in, and the others that they are about, whose lines are counted once for all of them.
#[derive(Debug)]
pub struct Texts<'a> {
    /// The file itself.
    pub own: Shown<'a>,
    /// The others. One file may be there with two texts, since it can change while others are read: which is meant, its
    /// address says.
    others: HashMap<(&'a Path, *const u8), Shown<'a>>,
}

impl<'a> Texts<'a> {
    /// The file that the report names `path` and that holds `text`, without others.
    #[must_use]
    pub fn new(path: &Path, text: &'a str) -> Self {
        Self { own: Shown::new(path.to_owned(), text), others: HashMap::new() }
    }

    /// The same with what `findings` are about; `named` says how the report names a file.
    pub fn with_others(
        mut self,
        findings: impl Iterator<Item = &'a Finding>,
        named: &dyn Fn(&Path) -> PathBuf,
    ) -> Self {
        let files = findings.flat_map(|finding| &finding.related).filter_map(|it| it.file.as_ref());
        for file in files {
            self.others.entry(key(file)).or_insert_with(|| Shown::new(named(&file.path), &file.text));
        }
        self
    }

    /// The text that `related` stands in; `None` where that is none of these.
    #[must_use]
    pub fn of(&self, related: &'a Related) -> Option<&Shown<'a>> {
        match &related.file {
            None => Some(&self.own),
            Some(file) => self.others.get(&key(file)),
        }
    }
}

fn key(file: &Elsewhere) -> (&Path, *const u8) {
    (&file.path, file.text.as_ptr())
}
