//! `textDocument/completion` and `completionItem/resolve`: what can be typed at a place, and what each of it is.
//!
//! An item carries all that is needed to resolve it, so nothing is kept between the two.

use std::cell::OnceCell;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::{
    CompletionContext, CompletionItem, CompletionItemKind, CompletionItemLabelDetails, CompletionItemTag,
    CompletionList, CompletionOptions, CompletionOptionsCompletionItem, CompletionTextEdit,
    CompletionTriggerKind, Documentation, InsertReplaceEdit, InsertTextFormat, InsertTextMode, Position,
    TextEdit, Uri,
};

use super::abilities::{Abilities, CompletionAbilities};
use super::convert;
use super::documents::{Document, Documents, LARGE};
use super::seen::Seen;
use super::session::Session;
use crate::complete::{self, Completion, Item, Kind, Subject};
use crate::config::Settings;
use crate::languages::Memory;
use crate::text::Span;

/// The characters behind which a port, a transport or a name often stands. Behind others an editor asks by itself, when a
/// word begins.
const TRIGGERS: [&str; 7] = [" ", ":", "/", "=", "[", "\"", "'"];

/// What an item is of, for the request that resolves it.
#[derive(Debug, Deserialize, Serialize)]
struct Data {
    /// The document that it was offered in, whose team knows more.
    uri: Uri,
    /// The name of the subject.
    subject: String,
    /// The detail, where it is still to come.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    detail: String,
}

/// What the server says of its completions.
pub fn options() -> CompletionOptions {
    CompletionOptions {
        resolve_provider: Some(true),
        trigger_characters: Some(TRIGGERS.map(str::to_owned).into()),
        completion_item: Some(CompletionOptionsCompletionItem { label_details_support: Some(true) }),
        ..CompletionOptions::default()
    }
}

/// What can be typed at `position`, if anything is known of the document.
pub async fn completion(
    document: &Document,
    position: Position,
    context: Option<&CompletionContext>,
    session: &Session,
) -> Option<CompletionList> {
    let (abilities, seen) = (session.abilities(), session.see(document).await);
    let at = document.text.offset(convert::from_position(position), abilities.encoding);
    let is_configuration = document.is_configuration();
    if seen.reading.language.is_none() && !is_configuration {
        return None;
    }
    let memory = document.memory();
    let found = if seen.reading.text.len() > LARGE {
        // A panic there is one here, and is answered for.
        tokio::task::spawn_blocking(move || find(&seen, &memory, is_configuration, at)).await.ok()?
    } else {
        find(&seen, &memory, is_configuration, at)
    };
    let is_asked_again = context
        .is_some_and(|it| it.trigger_kind == CompletionTriggerKind::TRIGGER_FOR_INCOMPLETE_COMPLETIONS);
    if is_asked_again && found.is_typed_out {
        // The list would stand in the way of the key that ends the line.
        return Some(CompletionList { is_incomplete: true, items: Vec::new() });
    }
    let offer = Offer { document, found: &found, at, abilities };
    let items = found.items.iter().enumerate().filter_map(|(order, item)| offer.item(order, item)).collect();
    Some(CompletionList { is_incomplete: found.is_cut, items })
}

/// The `item` with its documentation, and its detail where that is still to come.
pub async fn resolve(item: CompletionItem, documents: &Documents, abilities: &Abilities) -> CompletionItem {
    let data: Option<Data> = item.data.clone().and_then(|data| serde_json::from_value(data).ok());
    let Some(data) = data else { return item };
    let detail = item.detail.clone().or(Some(data.detail).filter(|detail| !detail.is_empty()));
    let markup = abilities.completion.documentation;
    let Ok(subject) = Subject::from_str(&data.subject) else { return item };
    let page = match documents.snapshot(&data.uri) {
        Some(document) => subject.page(&document.read().await.settings.team, markup),
        // It is closed meanwhile.
        None => subject.page(&Settings::default().team, markup),
    };
    let documentation = Some(Documentation::MarkupContent(convert::to_markup(page, markup)));
    CompletionItem { detail, documentation, ..item }
}

fn find(seen: &Seen, memory: &Memory, is_configuration: bool, at: usize) -> Completion {
    let reading = &seen.reading;
    if is_configuration {
        return complete::configuration(&reading.text, at);
    }
    let Some(language) = reading.language else { return Completion::default() };
    let (text, team) = (&reading.text, &reading.settings.team);
    let found = OnceCell::new();
    let findings = || &**found.get_or_init(|| reading.findings(&seen.project));
    complete::complete(text, language, &reading.scan, memory, team, findings, at)
}

/// What is offered at a place, and to whom.
struct Offer<'a> {
    document: &'a Document,
    found: &'a Completion,
    /// The cursor.
    at: usize,
    abilities: &'a Abilities,
}

impl Offer<'_> {
    /// The item for the client, the one of that place in the list; `None` if it cannot take it.
    fn item(&self, order: usize, item: &Item) -> Option<CompletionItem> {
        let can = &self.abilities.completion;
        let snippet = item.snippet.as_deref().filter(|_| can.snippets);
        let has_lines = snippet.is_some_and(|snippet| snippet.contains('\n'));
        let mode = has_lines.then(|| insert_mode(can)).flatten();
        let text = match (snippet, mode) {
            (Some(snippet), Some(InsertTextMode::AS_IS)) => {
                snippet.replace('\n', &format!("\n{}", self.found.indentation))
            }
            (Some(snippet), _) => snippet.to_owned(),
            (None, _) => item.text.clone()?,
        };
        let is_late = can.late_detail && item.subject.is_some();
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let data = item.subject.map(|subject| Data {
            uri: self.document.uri.clone(),
            subject: subject.to_string(),
            detail: if is_late { item.detail.clone() } else { String::new() },
        });
        let details = some(&item.aside).filter(|_| can.label_details);
        Some(CompletionItem {
            label: item.label.clone(),
            label_details: details
                .map(|aside| CompletionItemLabelDetails { detail: None, description: Some(aside) }),
            kind: kind(item.kind, can),
            detail: some(&item.detail).filter(|_| !is_late),
            deprecated: (item.is_out_of_use && can.deprecated && !can.deprecated_tag).then_some(true),
            tags: (item.is_out_of_use && can.deprecated_tag).then(|| vec![CompletionItemTag::DEPRECATED]),
            preselect: (item.is_preferred && can.preselect).then_some(true),
            sort_text: Some(format!("{order:03}")),
            filter_text: Some(item.filter.clone()),
            insert_text_format: snippet.map(|_| InsertTextFormat::SNIPPET),
            insert_text_mode: mode,
            text_edit: Some(self.edit(text)),
            data: data.and_then(|data| serde_json::to_value(data).ok()),
            ..CompletionItem::default()
        })
    }

    /// The edit that puts `new_text` in the place of the word.
    fn edit(&self, new_text: String) -> CompletionTextEdit {
        let range = |span: Span| convert::to_range(self.document.text.range(span, self.abilities.encoding));
        let word = self.found.span;
        if self.abilities.completion.insert_replace && self.at < word.end {
            let insert = range(Span::new(word.start, self.at.max(word.start)));
            return CompletionTextEdit::InsertAndReplace(InsertReplaceEdit {
                new_text,
                insert,
                replace: range(word),
            });
        }
        CompletionTextEdit::Edit(TextEdit { range: range(word), new_text })
    }
}

/// How the lines behind the first are to be indented: as the line itself is, where the client can be told so.
fn insert_mode(can: &CompletionAbilities) -> Option<InsertTextMode> {
    let known = [InsertTextMode::ADJUST_INDENTATION, InsertTextMode::AS_IS];
    known.into_iter().find(|mode| can.insert_modes.contains(mode))
}

fn kind(kind: Kind, can: &CompletionAbilities) -> Option<CompletionItemKind> {
    let kind = match kind {
        Kind::Value | Kind::Rule => CompletionItemKind::VALUE,
        Kind::Keyword => CompletionItemKind::KEYWORD,
        Kind::Key => CompletionItemKind::PROPERTY,
        Kind::Form => CompletionItemKind::SNIPPET,
    };
    // These four are of the first version of the protocol, which a client knows that names none.
    let is_known = can.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind));
    is_known.then_some(kind)
}
