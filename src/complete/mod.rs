//! What can stand at a place that somebody types at: ports, transports, the forms of compose's `ports`, the names of rules
//! in a comment to the linter, and the words of a `portolan.toml`.
//!
//! Whether a port can stand somewhere is asked of the scanner and of nobody else: a number is written where the cursor is,
//! and where the scanner takes that for a port, there is the place of one. So nothing is offered that would not be read as
//! a port afterwards.

use crate::finding::Finding;
use crate::languages::{Language, Memory, Scan};
use crate::registry::TeamPorts;
use crate::text::Span;

mod comments;
mod configuration;
mod cursor;
mod forms;
mod naming;
mod place;
mod ports;
mod subject;
mod surroundings;
mod values;
mod word;

pub use configuration::configuration;
pub use subject::{Subject, Unknown};

/// How many items are offered at once.
pub const MOST: usize = 50;

/// What can stand at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The items, the likeliest first; no more than [`MOST`] and a few forms.
    pub items: Vec<Item>,
    /// The bytes that an item replaces: the whole word at the cursor, which lies on one line.
    pub span: Span,
    /// Whether there are others, of which some fit when more is typed.
    pub is_cut: bool,
    /// Whether what is typed is a whole number that people use, so that a list that opened by itself may go again.
    pub is_typed_out: bool,
    /// The blanks before the first word of the line, for snippets of several lines.
    pub indentation: String,
}

/// Something that can stand there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// What the list shows: `postgresql 5432/tcp`.
    pub label: String,
    /// One or two words that stand beside the label in the list: `PostgreSQL`. May be empty.
    pub aside: String,
    /// What it is, in one line: `PostgreSQL, 5432/tcp`. May be empty.
    pub detail: String,
    /// What kind of thing it is.
    pub kind: Kind,
    /// What is compared with what is typed further; it begins with what is typed already.
    pub filter: String,
    /// What takes the word's place as it is; `None` where only a snippet makes sense.
    pub text: Option<String>,
    /// What takes its place where the client knows snippets, in their notation: `$1`, `${1:80}`. Lines behind the first are
    /// indented as against the line that the word stands in.
    pub snippet: Option<String>,
    /// What a page of documentation can be had of.
    pub subject: Option<Subject>,
    /// Whether it should be used no more.
    pub is_out_of_use: bool,
    /// Whether it is what is meant, as far as the file shows.
    pub is_preferred: bool,
}

/// A kind of [`Item`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A port, or another value.
    #[default]
    Value,
    /// A word of the language, such as a transport.
    Keyword,
    /// The name of a rule or set of rules.
    Rule,
    /// A key of a table.
    Key,
    /// Several values with a form around them.
    Form,
}

/// What can stand at byte `at` of `text`, a file of `language`; `scan` is what it says as it stands, and `findings` what the
/// linter finds in it, which is asked for in a comment to the linter alone. `memory` is what that scan left behind.
pub fn complete<'f>(
    text: &str,
    language: Language,
    scan: &Scan,
    memory: &Memory,
    team: &TeamPorts,
    findings: impl FnOnce() -> &'f [Finding],
    at: usize,
) -> Completion {
    let at = text.floor_char_boundary(at);
    let completion = comments::complete(text, language, scan, findings, at)
        .or_else(|| ports::complete(text, language, scan, memory, team, at));
    Completion { indentation: word::indentation(text, at).to_owned(), ..completion.unwrap_or_default() }
}
