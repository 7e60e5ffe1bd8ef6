//! What an item of a completion can carry: `textDocument.completion`.

use tower_lsp::ls_types::{
    CompletionClientCapabilities, CompletionItemKind, CompletionItemTag, InsertTextMode,
};

use super::markup;
use crate::describe::Markup;

/// What an item of a completion can carry.
#[derive(Clone, Debug, Default)]
pub struct CompletionAbilities {
    /// The markup of its documentation.
    pub documentation: Markup,
    /// Whether it may be a snippet.
    pub snippets: bool,
    /// Whether it may have words beside its label.
    pub label_details: bool,
    /// Whether its detail may come when it is looked at.
    pub late_detail: bool,
    /// Whether it may be tagged as deprecated.
    pub deprecated_tag: bool,
    /// Whether it may be called deprecated in the older way.
    pub deprecated: bool,
    /// Whether it may be selected beforehand.
    pub preselect: bool,
    /// Whether it may replace what stands behind the cursor, or not, as the user likes.
    pub insert_replace: bool,
    /// How the client indents what it inserts; those that it can be told to do.
    pub insert_modes: Vec<InsertTextMode>,
    /// The kinds that it knows; `None`: those of the first version of the protocol.
    pub kinds: Option<Vec<CompletionItemKind>>,
}

impl CompletionAbilities {
    /// What the client says of itself.
    pub(super) fn of(all: &CompletionClientCapabilities) -> Self {
        let kinds = all.completion_item_kind.as_ref().and_then(|it| it.value_set.clone());
        let Some(item) = &all.completion_item else { return Self { kinds, ..Self::default() } };
        let late = item.resolve_support.as_ref().map(|it| it.properties.as_slice()).unwrap_or_default();
        let modes = item.insert_text_mode_support.as_ref().map(|it| it.value_set.clone());
        let tags = item.tag_support.as_ref().map(|it| it.value_set.as_slice()).unwrap_or_default();
        Self {
            documentation: markup(item.documentation_format.as_deref()),
            snippets: item.snippet_support.unwrap_or_default(),
            label_details: item.label_details_support.unwrap_or_default(),
            late_detail: late.iter().any(|property| property == "detail"),
            deprecated_tag: tags.contains(&CompletionItemTag::DEPRECATED),
            deprecated: item.deprecated_support.unwrap_or_default(),
            preselect: item.preselect_support.unwrap_or_default(),
            insert_replace: item.insert_replace_support.unwrap_or_default(),
            insert_modes: modes.unwrap_or_default(),
            kinds,
        }
    }
}
