//! `ports` and `expose`.

use super::Reader;
use super::yaml::{Node, Style};
use crate::languages::port_spec::{self, Roles};
use crate::languages::sourced::Sourced;
use crate::languages::{Entry, EntryStyle, Field, List, whole_lines};
use crate::port::Role;
use crate::text::Span;

/// The roles in `ports`.
pub const PORTS: Roles = Roles { host: Role::Host, container: Role::Container };

/// The roles in `expose`, where a mapping is a mistake.
pub const EXPOSE: Roles = Roles { host: Role::ServiceExpose, container: Role::ServiceExpose };

impl Reader<'_> {
    /// Reads a list of ports in the short and the long syntax.
    pub(super) fn ports(&mut self, list: Node<'_>, roles: Roles, scope: Option<usize>) {
        if !self.is_new(list, "ports") {
            return;
        }
        let first = self.listed.len();
        for item in list.items() {
            if let Some(&entry) = self.items.get(&item.id()) {
                self.listed.push(entry);
            }
            if !self.is_new(item, "value") {
                continue;
            }
            let kind = if roles.host == Role::Host { List::Ports } else { List::ServiceExpose };
            let style = match item.style() {
                _ if item.is_mapping() => EntryStyle::Long,
                Some(Style::Plain) => EntryStyle::Plain,
                _ => EntryStyle::Quoted,
            };
            let mut entry = Entry { scope, ..Entry::new(kind, style, item.span()) };
            let spec =
                if item.is_mapping() { self.long_syntax(item, &mut entry) } else { self.interpolated(item) };
            entry.removal = removal(item);
            let index = port_spec::push_entry(&spec, roles, entry, &mut self.scan);
            if self.has_aliases {
                self.items.insert(item.id(), index);
            }
            self.listed.push(index);
        }
        self.lists.insert(list.id(), first..self.listed.len());
    }

    /// What the [long syntax](https://github.com/compose-spec/compose-spec/blob/main/05-services.md#long-syntax-4) of
    /// `item` is in the short one. Each part of it knows where it stands.
    fn long_syntax<'t>(&mut self, item: Node<'t>, entry: &mut Entry) -> Sourced<'t> {
        let entries: Vec<_> = self.entries(item, "long syntax").collect();
        let field = |name: &str| {
            let value = entries.iter().find(|(key, _)| key.raw() == name);
            value.map(|(_, value)| self.interpolated(*value)).filter(|text| !text.text().is_empty())
        };
        if let (Some((first, _)), Some((_, last))) = (item.entries().next(), item.entries().last()) {
            entry.span = Span::new(first.span().start, last.span().end.max(first.span().end));
        }
        let fields =
            item.entries().map(|(key, value)| Field { key: key.outer_span(), value: value.outer_span() });
        entry.fields = fields.collect();
        entry.app_protocol = field("app_protocol").map(|text| text.text().into());
        entry.mode = field("mode").map(|text| text.text().into());
        let separator =
            |spec: &mut Sourced<'t>, text: &'static str| spec.push_resolved(text, Span::default());
        let mut spec = Sourced::default();
        if let Some(address) = field("host_ip") {
            spec.push_whole(&address);
            separator(&mut spec, ":");
        }
        if let Some(published) = field("published") {
            spec.push_whole(&published);
        }
        if !spec.text().is_empty() {
            separator(&mut spec, ":");
        }
        if let Some(target) = field("target") {
            spec.push_whole(&target);
        }
        if let Some(protocol) = field("protocol") {
            separator(&mut spec, "/");
            spec.push_whole(&protocol);
        }
        spec
    }
}

/// What to take out so that `item` is gone from its list, and nothing else.
fn removal(item: Node<'_>) -> Option<Span> {
    if item.is_block() {
        return None;
    }
    let (text, outer) = (item.text(), item.outer_span());
    let last = item.last().outer_span();
    let span = Span::new(outer.start, outer.end.max(last.end));
    let before = text[..span.start].trim_end_matches([' ', '\t']);
    if before.ends_with('-') {
        return whole_lines(text, Span::new(before.len() - 1, span.end));
    }
    if item.is_mapping() {
        return None;
    }
    if before.ends_with(',') {
        return Some(Span::new(before.len() - 1, span.end));
    }
    let behind = text[span.end..].trim_start().strip_prefix(',')?;
    before.ends_with('[').then(|| Span::new(span.start, text.len() - behind.trim_start().len()))
}
