//! The server: each message of the protocol to the room that answers it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{
    CodeAction, CodeActionParams, CodeActionResponse, CompletionItem, CompletionParams, CompletionResponse,
    CreateFilesParams, DeleteFilesParams, DidChangeConfigurationParams, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentDiagnosticParams,
    DocumentDiagnosticReportResult, DocumentHighlight, DocumentHighlightParams, DocumentLink,
    DocumentLinkParams, DocumentSymbolParams, DocumentSymbolResponse, ExecuteCommandParams,
    GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams, InitializeParams, InitializeResult,
    InitializedParams, InlayHint, InlayHintParams, LSPAny, Location, PrepareRenameResponse, ReferenceParams,
    RenameFilesParams, RenameParams, ServerInfo, SetTraceParams, TextDocumentPositionParams, Uri,
    WorkDoneProgressCancelParams, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport,
    WorkspaceDiagnosticReportResult, WorkspaceEdit, WorkspaceFolder, WorkspaceSymbolParams,
    WorkspaceSymbolResponse,
};
use tower_lsp::{Client, LanguageServer};

use super::abilities::Abilities;
use super::chart::{ChartParams, ChartResult};
use super::documents::Document;
use super::session::Session;
use super::spot::Spot;
use super::{
    capabilities, chart, client_process, code_action, completion, convert, diagnostics, documents, fault,
    hover, inlay_hint, links, log, navigation, progress, registration, rename, symbols, workspace,
    workspace_symbols,
};

/// The server's side of one conversation.
#[derive(Debug)]
pub struct Server {
    /// What is known of the conversation.
    pub session: Arc<Session>,
}

impl Server {
    /// A server that nobody has spoken to.
    pub fn new(client: Client) -> Self {
        Self { session: Arc::new(Session::new(client)) }
    }

    /// `$/setTrace`: how much the client wants to hear of the conversation.
    pub async fn set_trace(&self, params: SetTraceParams) {
        self.session.trace.set(params.value);
    }

    /// `window/workDoneProgress/cancel`: the user wants no more of what takes so long.
    pub async fn cancel_progress(&self, params: WorkDoneProgressCancelParams) {
        if progress::is_ours(&params.token) {
            self.session.workspace.cancel();
        }
    }

    /// `portolan/fault`: a panic on demand, for tests.
    #[cfg(debug_assertions)]
    pub async fn fault(&self, fault: super::faults::Fault) -> Result<()> {
        super::faults::set(fault);
        Ok(())
    }

    /// `portolan/chart`: who reaches which port.
    pub async fn chart(&self, params: ChartParams) -> Result<ChartResult> {
        Ok(chart::chart(&self.session, params).await)
    }

    fn abilities(&self) -> &Abilities {
        self.session.abilities()
    }

    /// The document at `uri` as it stands, if it is open.
    fn document(&self, uri: &Uri) -> Option<Document> {
        self.session.documents.snapshot(uri)
    }
}

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let complaints = self.session.begin(&params);
        self.session.complain(complaints);
        if let Some(process) = params.process_id {
            client_process::watch(process.into());
        }
        tokio::spawn(diagnostics::attend(Arc::clone(&self.session)));
        Ok(InitializeResult {
            capabilities: capabilities::of(self.abilities()),
            server_info: Some(ServerInfo {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..InitializeResult::default()
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        tokio::spawn(registration::register(Arc::clone(&self.session)));
        tokio::spawn(registration::watch_named(Arc::clone(&self.session)));
        tokio::spawn(registration::ask_for_settings(Arc::clone(&self.session)));
        tokio::spawn(workspace::keep(Arc::clone(&self.session)));
        self.session.workspace.want_all();
    }

    async fn shutdown(&self) -> Result<()> {
        self.session.shut_down.store(true, Ordering::Relaxed);
        self.session.workspace.wake();
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let uri = params.text_document.uri.clone();
        self.session.documents.open(params.text_document);
        if let Some(path) = documents::path(&uri) {
            self.session.project.opened(&path);
            self.session.look_for_untold_changes(&path);
        }
        // Not every client tells when a configuration changes on the disk.
        self.session.look_at_reconfigured();
        self.session.look_at(uri);
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let (uri, version) = (params.text_document.uri, params.text_document.version);
        let encoding = self.abilities().encoding;
        fault("change", uri.as_str());
        if !self.session.documents.change(&uri, version, &params.content_changes, encoding) {
            return log(format_args!("a change to a document that is not open: {}", uri.as_str()));
        }
        if let Some(path) = documents::path(&uri) {
            self.session.project.edited(path);
        }
        self.session.look_at(uri);
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.session.look_at_reconfigured();
        if let Some(path) = documents::path(&params.text_document.uri) {
            self.session.look_for_untold_changes(&path);
        }
        self.session.look_at(params.text_document.uri);
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        let uri = params.text_document.uri;
        self.session.documents.close(&uri);
        self.session.shown.forget(&uri);
        if let Some(path) = documents::path(&uri) {
            self.session.project.closed(&path);
        }
        self.session.file_changed(&uri);
        self.session.look_at(uri);
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        params.changes.iter().for_each(|change| self.session.file_changed(&change.uri));
    }

    async fn did_create_files(&self, params: CreateFilesParams) {
        params.files.iter().for_each(|file| self.session.file_named(&file.uri));
    }

    async fn did_rename_files(&self, params: RenameFilesParams) {
        for file in &params.files {
            self.session.file_named(&file.old_uri);
            self.session.file_named(&file.new_uri);
        }
    }

    async fn did_delete_files(&self, params: DeleteFilesParams) {
        params.files.iter().for_each(|file| self.session.file_named(&file.uri));
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let paths = |folders: Vec<WorkspaceFolder>| -> Vec<PathBuf> {
            folders.iter().filter_map(|folder| convert::file(&folder.uri)).collect()
        };
        self.session.documents.change_folders(&paths(params.event.removed), paths(params.event.added));
        self.session.look_at_all();
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        if self.abilities().workspace.configuration {
            tokio::spawn(registration::ask_for_settings(Arc::clone(&self.session)));
        } else {
            self.session.heed(&params.settings);
        }
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        Ok(diagnostics::of_document(&self.session, params).await.into())
    }

    async fn workspace_diagnostic(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        let items = diagnostics::of_workspace(&self.session, &params).await;
        Ok(WorkspaceDiagnosticReport { items }.into())
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let at = params.text_document_position_params;
        fault("hover", at.text_document.uri.as_str());
        let Some(document) = self.document(&at.text_document.uri) else { return Ok(None) };
        Ok(hover::hover(&document, at.position, &self.session).await)
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let at = params.text_document_position;
        let Some(document) = self.document(&at.text_document.uri) else { return Ok(None) };
        let context = params.context.as_ref();
        let list = completion::completion(&document, at.position, context, &self.session).await;
        Ok(list.map(CompletionResponse::List))
    }

    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        Ok(completion::resolve(item, &self.session.documents, self.abilities()).await)
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let Some(document) = self.document(&params.text_document.uri) else { return Ok(None) };
        let options = self.session.options().inlay_hints;
        Ok(Some(inlay_hint::hints(&document, params.range, options, self.abilities()).await))
    }

    async fn inlay_hint_resolve(&self, hint: InlayHint) -> Result<InlayHint> {
        Ok(inlay_hint::resolve(hint, &self.session.documents, self.abilities()).await)
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        let Some(document) = self.document(&params.text_document.uri) else { return Ok(None) };
        Ok(Some(symbols::symbols(&document, self.abilities()).await))
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        while self.session.project.catch_up().await {}
        let symbols =
            beside(&self.session, move |session| workspace_symbols::symbols(session, &params.query));
        Ok(Some(WorkspaceSymbolResponse::Flat(symbols.await?)))
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        let Some(spot) = Spot::of(&self.session, &at).await else { return Ok(None) };
        beside(&self.session, move |session| navigation::definition(session, &spot)).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let asked = params.context;
        let Some(spot) = Spot::of(&self.session, &params.text_document_position).await else {
            return Ok(None);
        };
        beside(&self.session, move |session| navigation::references(session, &spot, asked)).await
    }

    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        let at = params.text_document_position_params;
        let Some(spot) = Spot::of(&self.session, &at).await else { return Ok(None) };
        beside(&self.session, move |session| navigation::highlights(session, &spot)).await
    }

    async fn prepare_rename(
        &self,
        params: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>> {
        let Some(spot) = Spot::of(&self.session, &params).await else { return Ok(None) };
        beside(&self.session, move |session| rename::prepare(session, &spot)).await?
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let at = params.text_document_position;
        if let Some(path) = documents::path(&at.text_document.uri) {
            self.session.look_for_untold_changes(&path);
        }
        let Some(spot) = Spot::of(&self.session, &at).await else { return Ok(None) };
        beside(&self.session, move |session| rename::rename(session, &spot, &params.new_name))
            .await?
            .map(Some)
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        let Some(document) = self.document(&params.text_document.uri) else { return Ok(None) };
        Ok(Some(links::links(&document, self.abilities()).await))
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let Some(document) = self.document(&params.text_document.uri) else { return Ok(None) };
        let range = convert::from_range(params.range);
        let actions = code_action::code_actions(&document, range, &params.context, &self.session).await;
        Ok(Some(actions))
    }

    async fn code_action_resolve(&self, params: CodeAction) -> Result<CodeAction> {
        code_action::resolve(params, &self.session).await
    }

    async fn execute_command(&self, mut params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        let Some(data) = params.arguments.pop().filter(|_| params.command == code_action::APPLY) else {
            return Err(Error::invalid_params(format!("no such command: {}", params.command)));
        };
        let edit = code_action::edit_of(&data, &self.session).await?;
        let client = self.session.client.clone();
        // Whether the client does it is its own affair, and nobody waits for that.
        tokio::spawn(async move { client.apply_edit(edit).await });
        Ok(None)
    }
}

/// Does `work` beside the task that reads messages: how much it is depends on files that nobody has looked at yet.
async fn beside<T: Send + 'static>(
    session: &Arc<Session>,
    work: impl FnOnce(&Session) -> T + Send + 'static,
) -> Result<T> {
    let session = Arc::clone(session);
    let done = tokio::task::spawn_blocking(move || work(&session)).await;
    done.map_err(|error| {
        log(format_args!("a request could not be answered: {error}"));
        Error::internal_error()
    })
}
