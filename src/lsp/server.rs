//! The server: each message of the protocol to the room that answers it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProviderCapability, CodeActionResponse,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, Hover, HoverParams, HoverProviderCapability,
    InitializeParams, InitializeResult, InitializedParams, SaveOptions, ServerCapabilities, ServerInfo,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    Uri,
};
use tower_lsp::{Client, LanguageServer};

use super::diagnostics::{self, Changed};
use super::documents::{self, Documents};
use super::{code_action, configuration, convert, hover, log};
use crate::describe::Markup;
use crate::text::Encoding;

/// The server's side of one conversation.
#[derive(Debug)]
pub struct Server {
    /// Whether the client has asked for the shutdown.
    pub shut_down: Arc<AtomicBool>,
    client: Client,
    documents: Arc<Documents>,
    changed: Arc<Changed>,
    handshake: OnceLock<Handshake>,
}

/// What `initialize` settles.
#[derive(Clone, Debug, Default)]
struct Handshake {
    encoding: Encoding,
    markup: Markup,
    /// Whether the client can tell when a configuration changes on the disk.
    is_watching: bool,
}

impl Server {
    /// A server that nobody has spoken to.
    pub fn new(client: Client) -> Self {
        Self {
            shut_down: Arc::default(),
            client,
            documents: Arc::default(),
            changed: Arc::default(),
            handshake: OnceLock::new(),
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

    fn handshake(&self) -> Handshake {
        self.handshake.get().cloned().unwrap_or_default()
    }
}

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        if let Some(root) = configuration::root(&params) {
            // A second handshake changes nothing.
            let _ = self.documents.root.set(root);
        }
        let is_watching = configuration::is_watching(&params);
        let capabilities = params.capabilities;
        let offered = capabilities.general.and_then(|general| general.position_encodings);
        let formats = capabilities
            .text_document
            .and_then(|documents| documents.hover)
            .and_then(|hover| hover.content_format)
            .unwrap_or_default();
        let handshake = Handshake {
            encoding: convert::encoding(offered.as_deref()),
            markup: hover::markup(&formats),
            is_watching,
        };
        let encoding = handshake.encoding;
        if self.handshake.set(handshake).is_ok() {
            let (client, documents, changed) =
                (self.client.clone(), Arc::clone(&self.documents), Arc::clone(&self.changed));
            tokio::spawn(diagnostics::publish(client, documents, changed, encoding));
        }
        Ok(InitializeResult {
            capabilities: capabilities_in(encoding),
            server_info: Some(ServerInfo {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..InitializeResult::default()
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        if self.handshake().is_watching {
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
        if !self.documents.change(&uri, version, &params.content_changes, self.handshake().encoding) {
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
        let handshake = self.handshake();
        Ok(hover::hover(&at.text_document.uri, &document, at.position, handshake.encoding, handshake.markup))
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let uri = params.text_document.uri;
        let Some(document) = self.documents.snapshot(&uri) else { return Ok(None) };
        let (range, encoding) = (convert::from_range(params.range), self.handshake().encoding);
        Ok(Some(code_action::code_actions(&uri, &document, range, &params.context, encoding)))
    }
}

fn capabilities_in(encoding: Encoding) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(convert::to_encoding(encoding)),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, code_action::FIX_ALL]),
            ..CodeActionOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        ..ServerCapabilities::default()
    }
}
