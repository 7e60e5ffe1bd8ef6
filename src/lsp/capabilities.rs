//! What the server can do, as it says in the answer to `initialize`.

use tower_lsp::ls_types::{
    CodeActionProviderCapability, DiagnosticOptions, DiagnosticServerCapabilities, DocumentLinkOptions,
    DocumentSymbolOptions, ExecuteCommandOptions, FileOperationFilter, FileOperationPattern,
    FileOperationRegistrationOptions, HoverProviderCapability, InlayHintOptions, InlayHintServerCapabilities,
    OneOf, RenameOptions, SaveOptions, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkDoneProgressOptions,
    WorkspaceFileOperationsServerCapabilities, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};

use super::abilities::{Abilities, WorkspaceAbilities};
use super::{code_action, completion, convert};

/// What the server can do for a client of those abilities.
pub fn of(abilities: &Abilities) -> ServerCapabilities {
    let actions = &abilities.code_actions;
    ServerCapabilities {
        position_encoding: Some(convert::to_encoding(abilities.encoding)),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        code_action_provider: Some(CodeActionProviderCapability::Options(code_action::options(actions))),
        execute_command_provider: (!actions.literals && actions.commands).then(|| ExecuteCommandOptions {
            commands: vec![code_action::APPLY.to_owned()],
            ..ExecuteCommandOptions::default()
        }),
        completion_provider: Some(completion::options()),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        diagnostic_provider: abilities.diagnostics.pull.then(|| {
            DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some(env!("CARGO_PKG_NAME").to_owned()),
                // All depend on the configuration.
                inter_file_dependencies: true,
                workspace_diagnostics: true,
                ..DiagnosticOptions::default()
            })
        }),
        workspace: workspace_capabilities(&abilities.workspace),
        inlay_hint_provider: Some(OneOf::Right(InlayHintServerCapabilities::Options(InlayHintOptions {
            resolve_provider: Some(abilities.resolves_hint_tooltip),
            ..InlayHintOptions::default()
        }))),
        document_symbol_provider: Some(match abilities.symbols.labels {
            true => OneOf::Right(DocumentSymbolOptions {
                // Other servers have outlines of these files too.
                label: Some("Ports".to_owned()),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }),
            false => OneOf::Left(true),
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        rename_provider: Some(match abilities.prepares_rename {
            true => OneOf::Right(RenameOptions {
                prepare_provider: Some(true),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }),
            false => OneOf::Left(true),
        }),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        document_link_provider: Some(DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        ..ServerCapabilities::default()
    }
}

/// What the server wants to hear of the workspace, of what the client tells.
fn workspace_capabilities(abilities: &WorkspaceAbilities) -> Option<WorkspaceServerCapabilities> {
    let folders = abilities.folders.then_some(WorkspaceFoldersServerCapabilities {
        supported: Some(true),
        change_notifications: Some(OneOf::Left(true)),
    });
    let all = || {
        let pattern = FileOperationPattern { glob: "**/*".to_owned(), ..FileOperationPattern::default() };
        let filter = FileOperationFilter { scheme: Some("file".to_owned()), pattern };
        FileOperationRegistrationOptions { filters: vec![filter] }
    };
    let files = WorkspaceFileOperationsServerCapabilities {
        did_create: abilities.tells_created.then(all),
        did_rename: abilities.tells_renamed.then(all),
        did_delete: abilities.tells_deleted.then(all),
        ..WorkspaceFileOperationsServerCapabilities::default()
    };
    let file_operations = (files != WorkspaceFileOperationsServerCapabilities::default()).then_some(files);
    (folders.is_some() || file_operations.is_some())
        .then_some(WorkspaceServerCapabilities { workspace_folders: folders, file_operations })
}
