//! `EXPOSE`.

use std::ops::Range;

use thin_vec::thin_vec;

use super::Scanner;
use super::expansion::{Blanks, expand};
use super::instructions::Instruction;
use super::logical_line::LogicalLine;
use crate::languages::port_spec::{self, Roles};
use crate::languages::{Entry, EntryStyle, List, Side, Stray, is_template, whole_lines};
use crate::port::Role;
use crate::text::Span;

impl Scanner<'_> {
    /// Takes the ports of an `EXPOSE`, and the numbers in the variables that they come from.
    pub(super) fn read_expose(&mut self, instruction: &Instruction<'_>) {
        const ROLES: Roles = Roles { host: Role::ExposeHost, container: Role::Expose };
        let line = &instruction.line;
        let is_trigger = instruction.word.start > 0;
        let mut fields = whole_placeholders(line.text(), line.fields(instruction.arguments.clone()));
        // BuildKit knows no comment there, and refuses the line; but its writer meant one.
        let comment = fields.iter().position(|field| line.text()[field.clone()].starts_with('#'));
        let commented = fields.split_off(comment.unwrap_or(fields.len()));
        for (index, field) in fields.iter().enumerate() {
            let expansion = expand(line, field.clone(), Blanks::Part, &mut self.variables);
            let is_alone = expansion.words.len() == 1 && commented.is_empty() && !line.is_continued();
            let removal = if is_alone { self.removal(line, &fields, index) } else { None };
            for word in &expansion.words {
                let span = line.span(field.clone());
                let entry = Entry::new(List::Expose, EntryStyle::Word, span);
                let entry = Entry { removal, is_trigger, scope: self.scope, ..entry };
                port_spec::push_entry(word, ROLES, entry, &mut self.scan);
            }
            self.scan.uses.append(&mut self.variables.take_ports(expansion.definitions));
        }
        if let (Some(first), Some(last)) = (commented.first(), commented.last()) {
            self.push_comment(line, fields.last(), first.start..last.end);
        }
    }

    /// Adds the comment of an `EXPOSE`, which stands behind the field `before`, as an entry that holds no port.
    fn push_comment(&mut self, line: &LogicalLine<'_>, before: Option<&Range<usize>>, comment: Range<usize>) {
        let (text, span) = (line.text()[comment.clone()].to_owned(), line.span(comment.clone()));
        let before = before.filter(|_| !line.is_continued());
        self.scan.entries.push(Entry {
            removal: before.map(|before| line.span(before.end..comment.end)),
            strays: thin_vec![Stray { side: Side::Container, text, span }],
            scope: self.scope,
            ..Entry::new(List::Expose, EntryStyle::Word, span)
        });
    }

    /// What to take out of the `line` of an `EXPOSE` so that the field of that index is gone: the whole line where it is
    /// the only one.
    fn removal(&self, line: &LogicalLine<'_>, fields: &[Range<usize>], index: usize) -> Option<Span> {
        let field = &fields[index];
        match (index.checked_sub(1), fields.get(index + 1)) {
            (Some(before), _) => Some(line.span(fields[before].end..field.end)),
            (None, Some(behind)) => Some(line.span(field.start..behind.start)),
            (None, None) => whole_lines(self.text, line.span(0..line.text().trim_end().len())),
        }
    }
}

/// The `fields` of `text`, those joined that one placeholder of a template goes across: `{{ port | default(80) }}`.
fn whole_placeholders(text: &str, fields: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    if !is_template(text) {
        return fields.collect();
    }
    let mut joined: Vec<Range<usize>> = Vec::new();
    let mut is_open = false;
    for field in fields {
        let last = |marks: [&str; 3]| marks.iter().filter_map(|mark| text[field.clone()].rfind(mark)).max();
        let (opener, closer) = (last(["{{", "{%", "<%"]), last(["}}", "%}", "%>"]));
        match joined.last_mut().filter(|_| is_open) {
            Some(before) => before.end = field.end,
            None => joined.push(field),
        }
        is_open = if is_open { closer.is_none() || opener > closer } else { opener > closer };
    }
    joined
}
