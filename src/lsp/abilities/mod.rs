//! What the client can take, as it says in `initialize`: a client that lacks an ability is sent nothing that needs it.

use tower_lsp::ls_types::{InitializeParams, MarkupKind};

use super::convert;
use crate::describe::Markup;
use crate::text::Encoding;

mod code_actions;
mod completion;
mod diagnostics;
mod symbols;
mod workspace;

pub use code_actions::CodeActionAbilities;
pub use completion::CompletionAbilities;
pub use diagnostics::DiagnosticAbilities;
pub use symbols::SymbolAbilities;
pub use workspace::WorkspaceAbilities;

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
    /// What a symbol of the workspace can be.
    pub workspace_symbols: SymbolAbilities,
    /// Whether a definition can be a link, which says what it leads from: `textDocument.definition.linkSupport`.
    pub link_support: bool,
    /// Whether the client asks what can be renamed before it asks for the new name: `textDocument.rename.prepareSupport`.
    pub prepares_rename: bool,
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
            workspace_symbols: SymbolAbilities::of_workspace(all),
            link_support: document.and_then(|it| it.definition?.link_support).unwrap_or_default(),
            prepares_rename: document.and_then(|it| it.rename.as_ref()?.prepare_support).unwrap_or_default(),
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

/// The markup to write in for a client that reads `formats`.
pub fn markup(formats: Option<&[MarkupKind]>) -> Markup {
    let reads_markdown = formats.unwrap_or_default().contains(&MarkupKind::Markdown);
    if reads_markdown { Markup::Markdown } else { Markup::Plain }
}
