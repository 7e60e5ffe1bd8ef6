//! The comments in compose files that speak to dclint.

use super::order::{Names, dclint};
use super::{Silences, is_within};
use crate::languages::{List, Scan, Service};
use crate::rules::Tool;
use crate::suppress::comment::{BLANKS, line_at, line_end_behind};
use crate::text::Span;

/// Reads a compose file, line by line.
pub struct ComposeFile<'t, 's> {
    text: &'t str,
    scan: &'s Scan,
    /// Whether nothing was read so far.
    is_first: bool,
    /// The lists `ports`.
    lists: Vec<Span>,
}

impl<'t, 's> ComposeFile<'t, 's> {
    /// Nothing of `text` is read yet.
    pub fn new(text: &'t str, scan: &'s Scan) -> Self {
        Self { text, scan, is_first: true, lists: lists(scan) }
    }

    /// Reads a `line` of a compose file; the first of its bytes that is not blank is `body`.
    pub fn read(&mut self, line: Span, body: usize, silences: &mut Silences<'t>) {
        let written = line.of(self.text);
        let content = written.trim();
        let is_first = self.is_first && !content.trim_start_matches(BLANKS).is_empty() && content != "---";
        self.is_first &= !is_first;
        let Some((hash, order)) = dclint(written) else { return };
        let hash = line.start + hash;
        if is_within(hash, &self.scan.stretches, Span::new(0, self.text.len())) {
            return;
        }
        let names = match order.names.trim() {
            "" => Names::All,
            names => Names::Listed(names, char::is_whitespace),
        };
        match order.extent {
            // It wants this one alone on its line, and with a single space.
            "disable-file"
                if is_first && content.trim_start_matches(BLANKS).starts_with("# dclint disable-file") =>
            {
                silences.add(Tool::Dclint, Some(Span::new(0, self.text.len())), Names::All, None);
            }
            "disable" if is_first => {
                silences.add(Tool::Dclint, Some(Span::new(0, self.text.len())), names, None);
            }
            "disable-line" => {
                let next = || line_at(self.text, line_end_behind(self.text, line.end));
                let line = if hash == body { next() } else { line };
                silences.add(Tool::Dclint, Some(line), names, None);
                let from = self.lists.partition_point(|list| list.start < line.start);
                if let Some(list) = self.lists.get(from).filter(|list| list.start <= line.end) {
                    silences.add_where(Tool::Dclint, *list, names, None, |it| it.is_told_at_key);
                }
            }
            _ => {}
        }
    }
}

/// The lists `ports` of the services, each from its key to its last entry, in the order of the file.
fn lists(scan: &Scan) -> Vec<Span> {
    let list = |service: &Service| {
        let key = service.ports?;
        let entries = service.entries.iter().map(|&index| &scan.entries[index]);
        // What an alias brings stands somewhere else.
        let own = entries.filter(|entry| entry.list == List::Ports && entry.scope == Some(service.scope));
        let end = own.map(|entry| entry.span.end).max()?;
        (key.start < end).then(|| Span::new(key.start, end))
    };
    let mut lists: Vec<Span> = scan.services.iter().filter_map(list).collect();
    lists.sort();
    lists
}
