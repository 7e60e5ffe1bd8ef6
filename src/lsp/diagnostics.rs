//! `textDocument/publishDiagnostics`: findings for the client, whenever a document changes.
//!
//! One task publishes, so that what it says of a document comes in the order of the document's versions. It looks at a
//! document as it stands when its turn comes: edits that come faster than they can be looked at are looked at once.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tower_lsp::Client;
use tower_lsp::ls_types::{Diagnostic, MessageType, Uri};

use super::configuration::Told;
use super::documents::{self, Document, Documents};
use super::{configuration, convert};
use crate::lint::lint;
use crate::text::Encoding;

/// Texts above this many bytes are looked at beside the task that reads messages, not on it.
const LARGE: usize = 64 << 10;

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
pub async fn publish(client: Client, documents: Arc<Documents>, changed: Arc<Changed>, encoding: Encoding) {
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
            let version = document.version;
            let diagnostics = diagnose(uri.clone(), document, encoding).await;
            client.publish_diagnostics(uri, diagnostics, Some(version)).await;
        }
    }
}

async fn diagnose(uri: Uri, document: Document, encoding: Encoding) -> Vec<Diagnostic> {
    if document.text.len() <= LARGE {
        return findings(&uri, &document, encoding);
    }
    let work = tokio::task::spawn_blocking(move || findings(&uri, &document, encoding));
    work.await.unwrap_or_default()
}

fn findings(uri: &Uri, document: &Document, encoding: Encoding) -> Vec<Diagnostic> {
    let text = document.text.to_string();
    let findings = if documents::is_configuration(uri) {
        configuration::mistakes(&text)
    } else {
        let Some(language) = document.language(uri, &text) else { return Vec::new() };
        lint(&text, language, &document.settings(uri))
    };
    let findings = findings.into_iter();
    findings.map(|finding| convert::to_diagnostic(finding, uri, &document.text, encoding)).collect()
}
