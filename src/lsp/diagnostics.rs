//! `textDocument/publishDiagnostics`: findings for the client, whenever a document changes.
//!
//! One task publishes, so that what it says of a document comes in the order of the document's versions. It looks at a
//! document as it stands when its turn comes: edits that come faster than they can be looked at are looked at once.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tower_lsp::Client;
use tower_lsp::ls_types::{Diagnostic, MessageType, Uri};

use super::abilities::Abilities;
use super::configuration::Told;
use super::convert;
use super::documents::{Document, Documents};

/// The documents that have changed since they were last published.
#[derive(Debug, Default)]
pub struct Changed {
    queue: Mutex<Vec<Uri>>,
    notify: Notify,
}

impl Changed {
    /// Asks for `uri` to be published.
    pub fn add(&self, uri: Uri) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if !queue.contains(&uri) {
            queue.push(uri);
        }
        self.notify.notify_one();
    }

    /// The next documents to publish, those asked for first before the others; waits until there are any.
    async fn take(&self) -> Vec<Uri> {
        loop {
            let queue = std::mem::take(&mut *self.queue.lock().unwrap_or_else(PoisonError::into_inner));
            if !queue.is_empty() {
                return queue;
            }
            self.notify.notified().await;
        }
    }
}

/// Publishes changed documents for as long as the server runs; a document that is closed by then is cleared.
pub async fn publish(
    client: Client,
    documents: Arc<Documents>,
    changed: Arc<Changed>,
    abilities: Arc<Abilities>,
) {
    let mut told = Told::default();
    loop {
        for uri in changed.take().await {
            let Some(document) = documents.snapshot(&uri) else {
                client.publish_diagnostics(uri, Vec::new(), None).await;
                continue;
            };
            if let Some(message) = told.news(&document, &documents) {
                client.show_message(MessageType::ERROR, message).await;
            }
            let diagnostics = diagnostics(&document, &abilities).await;
            let version = abilities.diagnostics.version.then_some(document.version);
            client.publish_diagnostics(uri, diagnostics, version).await;
        }
    }
}

/// What is found in `document`.
async fn diagnostics(document: &Document, abilities: &Abilities) -> Vec<Diagnostic> {
    let reading = document.read().await;
    let range = |span| document.text.range(span, abilities.encoding);
    let to_diagnostic =
        |finding| convert::to_diagnostic(finding, &document.uri, range, &abilities.diagnostics);
    reading.findings().iter().map(to_diagnostic).collect()
}
