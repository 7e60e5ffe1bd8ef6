//! An entry of a list of YAML as it stands among the others, so that it can be written anew.

use super::{Entry, EntryStyle};
use crate::text::{Span, end_of_line};

/// An entry of `ports` that stands in its list in a plain way: no anchor, no tag, no key or dash of its own line before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'t> {
    /// The bytes of it, with its quotes or braces.
    pub outer: Span,
    /// What is around it.
    pub layout: Layout<'t>,
}

/// How the list is written that an [`Item`] stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout<'t> {
    /// Behind a dash, on lines that it has to itself but for a comment.
    Block {
        /// What stands before it on its line: spaces, a dash, and spaces.
        before: &'t str,
        /// The byte behind its last line, comment and all, where the line's end stands.
        end: usize,
        /// How lines end there.
        end_of_line: &'static str,
    },
    /// Between brackets and commas.
    Flow,
}

impl<'t> Item<'t> {
    /// How `entry` stands in `text`, if that is plain.
    #[must_use]
    pub fn of(text: &'t str, entry: &Entry) -> Option<Self> {
        let outer = outer(text, entry)?;
        let before = &text[..outer.start];
        let dash = before.trim_end_matches(' ');
        if let Some(indentation) = dash.strip_suffix('-').filter(|_| dash.len() < before.len()) {
            let line = indentation.trim_end_matches(' ');
            let is_plain = line.is_empty() || line.ends_with(['\n', '\r']);
            let before = &before[line.len()..];
            let behind = text[outer.end..].split(['\n', '\r']).next().unwrap_or_default();
            let comment = behind.trim_start_matches([' ', '\t']);
            let is_comment = comment.starts_with('#') && comment.len() < behind.len();
            let end = outer.end + behind.len();
            let layout = Layout::Block { before, end, end_of_line: end_of_line(text, end) };
            return (is_plain && (comment.is_empty() || is_comment)).then_some(Self { outer, layout });
        }
        let is_between =
            before.trim_end().ends_with(['[', ',']) && text[outer.end..].trim_start().starts_with([']', ',']);
        is_between.then_some(Self { outer, layout: Layout::Flow })
    }

    /// What stands before a line that goes on with the item, with the end of the line above.
    #[must_use]
    pub fn continuation(&self) -> Option<String> {
        match self.layout {
            Layout::Block { before, end_of_line, .. } => {
                Some(format!("{end_of_line}{}", " ".repeat(before.len())))
            }
            Layout::Flow => None,
        }
    }

    /// Where a further item goes that follows this one, and what stands before it there.
    #[must_use]
    pub fn successor(&self) -> (usize, String) {
        match self.layout {
            Layout::Block { before, end, end_of_line } => (end, format!("{end_of_line}{before}")),
            Layout::Flow => (self.outer.end, ", ".to_owned()),
        }
    }

    /// The bytes that are about the item alone: from its dash to the end of its last line, or what is between the commas.
    #[must_use]
    pub const fn place(&self) -> Span {
        match self.layout {
            Layout::Block { before, end, .. } => Span::new(self.outer.start - before.len(), end),
            Layout::Flow => self.outer,
        }
    }
}

/// The bytes of `entry` with what encloses it; `None` where that does not enclose it alone.
fn outer(text: &str, entry: &Entry) -> Option<Span> {
    let Span { start, end } = entry.span;
    match entry.style {
        EntryStyle::Word => None,
        EntryStyle::Plain => Some(entry.span),
        EntryStyle::Quoted => {
            let (before, behind) = (text[..start].chars().next_back()?, text[end..].chars().next()?);
            let is_quoted = matches!(before, '"' | '\'') && before == behind;
            is_quoted.then(|| Span::new(start - 1, end + 1))
        }
        EntryStyle::Long => {
            let (first, last) = (entry.fields.first()?, entry.fields.last()?);
            let inner =
                (first.key.start < last.value.end).then(|| Span::new(first.key.start, last.value.end))?;
            let before = text[..inner.start].trim_end();
            if !before.ends_with('{') {
                return Some(inner);
            }
            let behind = text[inner.end..].trim_start();
            let behind = behind.strip_prefix(',').map_or(behind, str::trim_start);
            let behind = behind.strip_prefix('}')?;
            Some(Span::new(before.len() - 1, text.len() - behind.len()))
        }
    }
}
