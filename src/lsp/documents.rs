//! The open documents.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tower_lsp::ls_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use super::convert;
use crate::languages::{self, Language};
use crate::text::{Encoding, Text};

/// A document as it stands: taken under the lock, worked on outside it. Copying it copies no text.
#[derive(Clone, Debug)]
pub struct Document {
    /// The client's count of its edits.
    pub version: i32,
    /// Its text.
    pub text: Text,
    /// The client's name for its language.
    language_id: String,
}

impl Document {
    /// What the document is, by its name, the client's word for it and its text as it stands; `None`: nothing we read.
    pub fn language(&self, uri: &Uri, text: &str) -> Option<Language> {
        languages::detect(&convert::path(uri), Some(&self.language_id), text)
    }
}

/// The open documents by their addresses. No lock is held across an `.await`.
#[derive(Debug, Default)]
pub struct Documents {
    open: Mutex<HashMap<Uri, Document>>,
}

impl Documents {
    /// Opens a document, or opens it anew.
    pub fn open(&self, item: TextDocumentItem) {
        let document =
            Document { version: item.version, text: Text::new(&item.text), language_id: item.language_id };
        self.lock().insert(item.uri, document);
    }

    /// Applies edits in their order, each to what the one before left; tells whether the document is open.
    pub fn change(
        &self,
        uri: &Uri,
        version: i32,
        changes: &[TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) -> bool {
        let mut open = self.lock();
        let Some(document) = open.get_mut(uri) else { return false };
        document.version = version;
        for change in changes {
            match change.range {
                Some(range) => document.text.replace(convert::from_range(range), &change.text, encoding),
                None => document.text = Text::new(&change.text),
            }
        }
        true
    }

    /// Closes a document.
    pub fn close(&self, uri: &Uri) {
        self.lock().remove(uri);
    }

    /// The document as it stands, if it is open.
    pub fn snapshot(&self, uri: &Uri) -> Option<Document> {
        self.lock().get(uri).cloned()
    }

    /// A panic elsewhere leaves whole documents behind, so they stay in use.
    fn lock(&self) -> MutexGuard<'_, HashMap<Uri, Document>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
