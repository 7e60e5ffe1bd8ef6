//! The server: each message of the protocol to the room that answers it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{
    CodeAction, CodeActionParams, CodeActionProviderCapability, CodeActionResponse,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, ExecuteCommandOptions, ExecuteCommandParams, Hover,
    HoverParams, HoverProviderCapability, InitializeParams, InitializeResult, InitializedParams, LSPAny,
    SaveOptions, ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, Uri,
};
use tower_lsp::{Client, LanguageServer};

use super::abilities::Abilities;
use super::diagnostics::{self, Changed};
use super::documents::{self, Documents};
use super::options::Options;
use super::{code_action, configuration, convert, hover, log};

/// The server's side of one conversation.
#[derive(Debug)]
pub struct Server {
    /// Whether the client has asked for the shutdown.
    pub shut_down: Arc<AtomicBool>,
    client: Client,
    documents: Arc<Documents>,
    changed: Arc<Changed>,
    abilities: OnceLock<Arc<Abilities>>,
    options: Mutex<Options>,
}

impl Server {
    /// A server that nobody has spoken to.
    pub fn new(client: Client) -> Self {
        Self {
            shut_down: Arc::default(),
            client,
            documents: Arc::default(),
            changed: Arc::default(),
            abilities: OnceLock::new(),
            options: Mutex::default(),
        }
    }

    /// Asks for the findings of a document that has changed; of all of them, where it is a configuration.
    fn publish(&self, uri: Uri) {
        if documents::is_configuration(&uri) {
            self.publish_all();
        }
        self.changed.add(uri);
    }

    /// Asks for the findings of all documents, under the configurations as they are now.
    fn publish_all(&self) {
        self.documents.forget_configurations();
        self.documents.addresses().into_iter().for_each(|uri| self.changed.add(uri));
    }

    /// What the client can take; nothing before the handshake.
    fn abilities(&self) -> Arc<Abilities> {
        self.abilities.get().cloned().unwrap_or_default()
    }

    /// The user's settings as they are now.
    fn options(&self) -> Options {
        self.options.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let abilities = Arc::new(Abilities::of(&params));
        // A second handshake is refused by the framework.
        if self.abilities.set(Arc::clone(&abilities)).is_ok() {
            self.documents.change_folders(&[], configuration::folders(&params));
            let (client, documents, changed) =
                (self.client.clone(), Arc::clone(&self.documents), Arc::clone(&self.changed));
            tokio::spawn(diagnostics::publish(client, documents, changed, Arc::clone(&abilities)));
        }
        Ok(InitializeResult {
            capabilities: capabilities(&abilities),
            server_info: Some(ServerInfo {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..InitializeResult::default()
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        if self.abilities().workspace.watches_files {
            tokio::spawn(configuration::watch(self.client.clone()));
        }
    }

    async fn shutdown(&self) -> Result<()> {
        self.shut_down.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let uri = params.text_document.uri.clone();
        self.documents.open(params.text_document);
        // Not every client tells when a configuration changes on the disk.
        self.documents.forget_configurations();
        self.publish(uri);
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let (uri, version) = (params.text_document.uri, params.text_document.version);
        if !self.documents.change(&uri, version, &params.content_changes, self.abilities().encoding) {
            return log(format_args!("a change to a document that is not open: {}", uri.as_str()));
        }
        self.publish(uri);
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.documents.forget_configurations();
        self.publish(params.text_document.uri);
    }

    async fn did_change_watched_files(&self, _: DidChangeWatchedFilesParams) {
        self.publish_all();
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.documents.close(&params.text_document.uri);
        self.publish(params.text_document.uri);
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let at = params.text_document_position_params;
        let Some(document) = self.documents.snapshot(&at.text_document.uri) else { return Ok(None) };
        Ok(hover::hover(&document, at.position, &self.abilities()).await)
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let Some(document) = self.documents.snapshot(&params.text_document.uri) else { return Ok(None) };
        let range = convert::from_range(params.range);
        let actions = code_action::code_actions(&document, range, &params.context, &self.abilities()).await;
        Ok(Some(actions))
    }

    async fn code_action_resolve(&self, params: CodeAction) -> Result<CodeAction> {
        code_action::resolve(params, &self.documents, &self.abilities()).await
    }

    async fn execute_command(&self, mut params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        let Some(data) = params.arguments.pop().filter(|_| params.command == code_action::APPLY) else {
            return Err(Error::invalid_params(format!("no such command: {}", params.command)));
        };
        let edit = code_action::edit_of(&data, &self.documents, &self.abilities()).await?;
        let client = self.client.clone();
        // Whether the client does it is its own affair, and nobody waits for that.
        tokio::spawn(async move { client.apply_edit(edit).await });
        Ok(None)
    }
}

/// What the server can do for a client of those abilities.
fn capabilities(abilities: &Abilities) -> ServerCapabilities {
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
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        ..ServerCapabilities::default()
    }
}
