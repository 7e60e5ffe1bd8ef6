//! What a code action can be: `textDocument.codeAction` and `workspace.workspaceEdit`.

use tower_lsp::ls_types::ClientCapabilities;

/// What a code action can be.
#[derive(Clone, Debug, Default)]
pub struct CodeActionAbilities {
    /// It can be an action, with a kind and an edit.
    pub literals: bool,
    /// It can be a command, since the client applies the edits that a command asks for.
    pub commands: bool,
    /// It can be the preferred one.
    pub preferred: bool,
    /// Its edit can come later: what it stands for is kept, and its edit is asked for.
    pub lazy_edits: bool,
    /// Its edit can name the version of the document that it is about.
    pub versioned_edits: bool,
}

impl CodeActionAbilities {
    /// What the client says of itself.
    pub(super) fn of(all: &ClientCapabilities) -> Self {
        let own = all.text_document.as_ref().and_then(|it| it.code_action.as_ref());
        let workspace = all.workspace.as_ref();
        let resolves = own.and_then(|it| it.resolve_support.as_ref());
        let resolves_edits = resolves.is_some_and(|it| it.properties.iter().any(|name| name == "edit"));
        Self {
            literals: own.is_some_and(|it| it.code_action_literal_support.is_some()),
            commands: workspace.and_then(|it| it.apply_edit).unwrap_or_default(),
            preferred: own.and_then(|it| it.is_preferred_support).unwrap_or_default(),
            lazy_edits: resolves_edits && own.and_then(|it| it.data_support).unwrap_or_default(),
            versioned_edits: workspace
                .and_then(|it| it.workspace_edit.as_ref()?.document_changes)
                .unwrap_or_default(),
        }
    }
}
