//! The open documents.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tower_lsp::ls_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use super::convert;
use crate::config::Settings;
use crate::discovery::{Configuration, Discovery, NAMES};
use crate::languages::{self, Language};
use crate::text::{Encoding, Text};

/// A document as it stands: taken under the lock, worked on outside it. Copying it copies no text.
#[derive(Clone, Debug)]
pub struct Document {
    /// The client's count of its edits.
    pub version: i32,
    /// Its text.
    pub text: Text,
    /// The configuration that it falls under.
    pub configuration: Option<Arc<Configuration>>,
    /// The client's name for its language.
    language_id: String,
}

impl Document {
    /// What the document is, by its name, the client's word for it and its text as it stands; `None`: nothing we read.
    pub fn language(&self, uri: &Uri, text: &str) -> Option<Language> {
        let configured = || self.configuration.as_ref()?.language(&convert::file(uri)?);
        configured().or_else(|| languages::detect(&convert::path(uri), Some(&self.language_id), text))
    }

    /// What is asked of the linter there.
    pub fn settings(&self, uri: &Uri) -> Settings {
        let Some(configuration) = &self.configuration else { return Settings::default() };
        let path = convert::file(uri).unwrap_or_else(|| PathBuf::from(convert::path(uri)));
        configuration.settings_for(&path)
    }
}

/// Whether a document is a configuration of ours.
pub fn is_configuration(uri: &Uri) -> bool {
    let path = convert::path(uri);
    NAMES.contains(&path.rsplit('/').next().unwrap_or_default())
}

/// The open documents by their addresses, and the configurations they fall under, of which an open one speaks as it stands
/// in the editor. No lock is held across an `.await`.
#[derive(Debug, Default)]
pub struct Documents {
    /// The folder whose configuration documents without a file fall under.
    pub root: OnceLock<PathBuf>,
    open: Mutex<HashMap<Uri, Document>>,
    discovery: Discovery,
}

impl Documents {
    /// Opens a document, or opens it anew.
    pub fn open(&self, item: TextDocumentItem) {
        let document = Document {
            version: item.version,
            text: Text::new(&item.text),
            configuration: None,
            language_id: item.language_id,
        };
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
        let document = self.lock().get(uri).cloned()?;
        Some(Document { configuration: self.configuration(uri), ..document })
    }

    /// The addresses of all open documents.
    pub fn addresses(&self) -> Vec<Uri> {
        self.lock().keys().cloned().collect()
    }

    /// Whether the file at `path` is open.
    pub fn is_open(&self, path: &Path) -> bool {
        self.text_of(path).is_some()
    }

    /// Looks for configurations anew from now on.
    pub fn forget_configurations(&self) {
        self.discovery.forget();
    }

    /// The configuration that the document falls under.
    fn configuration(&self, uri: &Uri) -> Option<Arc<Configuration>> {
        let open = |path: &Path| self.text_of(path);
        match convert::file(uri) {
            Some(path) => self.discovery.of_file(&path, open),
            None => self.discovery.of_folder(self.root.get()?, open),
        }
    }

    /// The text of the file at `path`, if it is open.
    fn text_of(&self, path: &Path) -> Option<String> {
        let open = self.lock();
        let document = open.iter().find(|(uri, _)| convert::file(uri).as_deref() == Some(path));
        document.map(|(_, document)| document.text.to_string())
    }

    /// A panic elsewhere leaves whole documents behind, so they stay in use.
    fn lock(&self) -> MutexGuard<'_, HashMap<Uri, Document>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
