//! What the client can take, as it says in `initialize`: a client that lacks an ability is sent nothing that needs it.

use tower_lsp::ls_types::{
    ClientCapabilities, ClientDiagnosticsTagOptions, CompletionClientCapabilities, CompletionItemKind,
    CompletionItemTag, DiagnosticTag, InitializeParams, InsertTextMode, MarkupKind, SymbolKind, SymbolTag,
};

use super::convert;
use crate::describe::Markup;
use crate::text::Encoding;

/// What the client can take. Everything is false, plain or UTF-16 for a client that says nothing.
#[derive(Clone, Debug, Default)]
pub struct Abilities {
    /// How positions are counted.
    pub encoding: Encoding,
    /// The markup of hovers.
    pub hover: Markup,
    /// What an item of a completion can carry.
    pub completion: CompletionAbilities,
    /// Whether the tooltip of an inlay hint can be asked for when it is needed.
    pub resolves_hint_tooltip: bool,
    /// What a document symbol can be.
    pub symbols: SymbolAbilities,
    /// Whether a document link can have a tooltip.
    pub link_tooltip: bool,
    /// What a diagnostic can carry, and how it travels.
    pub diagnostics: DiagnosticAbilities,
    /// What a code action can be.
    pub code_actions: CodeActionAbilities,
    /// What the client does for the workspace.
    pub workspace: WorkspaceAbilities,
    /// Whether the client shows the progress of work that nobody asked it for: `window.workDoneProgress`.
    pub progress: bool,
}

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

/// What a diagnostic can carry, and how it travels.
#[derive(Clone, Debug, Default)]
pub struct DiagnosticAbilities {
    /// Whether the client asks for diagnostics (`textDocument/diagnostic`); then none are published.
    pub pull: bool,
    /// Whether the answer for one document can bring those of others.
    pub related_documents: bool,
    /// Whether it can be asked to ask again.
    pub refresh: bool,
    /// Whether it wants the version of the document that published diagnostics are about.
    pub version: bool,
    /// Whether it shows other places.
    pub related_information: bool,
    /// Whether it links the code to a page.
    pub code_description: bool,
    /// The tags it knows.
    pub tags: Vec<DiagnosticTag>,
}

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

/// What a document symbol can be.
#[derive(Clone, Debug, Default)]
pub struct SymbolAbilities {
    /// Whether symbols can lie within each other.
    pub hierarchical: bool,
    /// The kinds that the client knows; none: those of the protocol's first version.
    pub kinds: Vec<SymbolKind>,
    /// Whether it shows that a symbol is out of use.
    pub shows_deprecated: bool,
}

/// What the client does for the workspace.
#[derive(Clone, Debug, Default)]
pub struct WorkspaceAbilities {
    /// It answers `workspace/configuration`.
    pub configuration: bool,
    /// It can be asked to tell when its settings change.
    pub watches_settings: bool,
    /// It can be asked to tell when files change on the disk.
    pub watches_files: bool,
    /// It works in several folders, and tells when they change.
    pub folders: bool,
    /// It tells when a user creates files.
    pub tells_created: bool,
    /// It tells when a user renames files.
    pub tells_renamed: bool,
    /// It tells when a user deletes files.
    pub tells_deleted: bool,
    /// It can be asked to ask for inlay hints again.
    pub inlay_hint_refresh: bool,
}

impl Abilities {
    /// What the client says of itself.
    pub fn of(params: &InitializeParams) -> Self {
        let all = &params.capabilities;
        let offered = all.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let document = all.text_document.as_ref();
        let hover = document.and_then(|it| it.hover.as_ref()?.content_format.as_deref());
        Self {
            encoding: convert::encoding(offered),
            hover: markup(hover),
            completion: document
                .and_then(|it| it.completion.as_ref())
                .map(CompletionAbilities::of)
                .unwrap_or_default(),
            resolves_hint_tooltip: document
                .and_then(|it| it.inlay_hint.as_ref()?.resolve_support.as_ref())
                .is_some_and(|it| it.properties.iter().any(|property| property == "tooltip")),
            symbols: SymbolAbilities::of(all),
            link_tooltip: document
                .and_then(|it| it.document_link.as_ref()?.tooltip_support)
                .unwrap_or_default(),
            diagnostics: DiagnosticAbilities::of(all),
            code_actions: CodeActionAbilities::of(all),
            workspace: WorkspaceAbilities::of(all),
            progress: all.window.as_ref().and_then(|it| it.work_done_progress).unwrap_or_default(),
        }
    }
}

impl CompletionAbilities {
    fn of(all: &CompletionClientCapabilities) -> Self {
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

impl SymbolAbilities {
    fn of(all: &ClientCapabilities) -> Self {
        let symbol = all.text_document.as_ref().and_then(|it| it.document_symbol.as_ref());
        let tags = symbol.and_then(|it| it.tag_support.as_ref());
        Self {
            hierarchical: symbol.and_then(|it| it.hierarchical_document_symbol_support).unwrap_or_default(),
            kinds: symbol.and_then(|it| it.symbol_kind.as_ref()?.value_set.clone()).unwrap_or_default(),
            shows_deprecated: tags.is_some_and(|it| it.value_set.contains(&SymbolTag::DEPRECATED)),
        }
    }
}

impl DiagnosticAbilities {
    fn of(all: &ClientCapabilities) -> Self {
        let document = all.text_document.as_ref();
        let pull = document.and_then(|it| it.diagnostic.as_ref());
        let push = document.and_then(|it| it.publish_diagnostics.as_ref());
        let can = |by_pull: Option<bool>, by_push: Option<bool>| by_pull.or(by_push).unwrap_or_default();
        let tags = pull.and_then(|it| it.tag_support.as_ref()).map(known_tags);
        let tags = tags.or_else(|| Some(push?.tag_support.as_ref()?.value_set.clone()));
        Self {
            pull: pull.is_some(),
            related_documents: pull.and_then(|it| it.related_document_support).unwrap_or_default(),
            refresh: all
                .workspace
                .as_ref()
                .and_then(|it| it.diagnostics.as_ref()?.refresh_support)
                .unwrap_or_default(),
            version: push.and_then(|it| it.version_support).unwrap_or_default(),
            related_information: can(
                pull.and_then(|it| it.related_information),
                push.and_then(|it| it.related_information),
            ),
            code_description: can(
                pull.and_then(|it| it.code_description_support),
                push.and_then(|it| it.code_description_support),
            ),
            tags: tags.unwrap_or_default(),
        }
    }
}

impl CodeActionAbilities {
    fn of(all: &ClientCapabilities) -> Self {
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

impl WorkspaceAbilities {
    fn of(all: &ClientCapabilities) -> Self {
        let Some(all) = &all.workspace else { return Self::default() };
        let files = all.file_operations.as_ref();
        let settings = all.did_change_configuration.as_ref();
        Self {
            configuration: all.configuration.unwrap_or_default(),
            watches_settings: settings.and_then(|it| it.dynamic_registration).unwrap_or_default(),
            watches_files: all
                .did_change_watched_files
                .and_then(|it| it.dynamic_registration)
                .unwrap_or_default(),
            folders: all.workspace_folders.unwrap_or_default(),
            tells_created: files.and_then(|it| it.did_create).unwrap_or_default(),
            tells_renamed: files.and_then(|it| it.did_rename).unwrap_or_default(),
            tells_deleted: files.and_then(|it| it.did_delete).unwrap_or_default(),
            inlay_hint_refresh: all.inlay_hint.as_ref().and_then(|it| it.refresh_support).unwrap_or_default(),
        }
    }
}

/// The markup to write in for a client that reads `formats`.
pub fn markup(formats: Option<&[MarkupKind]>) -> Markup {
    let reads_markdown = formats.unwrap_or_default().contains(&MarkupKind::Markdown);
    if reads_markdown { Markup::Markdown } else { Markup::Plain }
}

/// The tags in an option whose type keeps them to itself.
fn known_tags(options: &ClientDiagnosticsTagOptions) -> Vec<DiagnosticTag> {
    let value = serde_json::to_value(options).unwrap_or_default();
    serde_json::from_value(value["valueSet"].clone()).unwrap_or_default()
}
