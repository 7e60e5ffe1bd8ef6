//! The open documents, and what stands in them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tower_lsp::ls_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use super::convert;
use crate::config::{Config, Settings};
use crate::discovery::{Configuration, Discovery, NAMES};
use crate::finding::Finding;
use crate::languages::{self, Language, Memory, Scan};
use crate::lint::judge;
use crate::text::{Encoding, Text};

/// Texts above this many bytes are looked at beside the task that reads messages, not on it.
pub const LARGE: usize = 64 << 10;

/// A document as it stands: taken under the lock, worked on outside it. Copying it copies no text.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its address.
    pub uri: Uri,
    /// The client's count of its edits.
    pub version: i32,
    /// Its text.
    pub text: Text,
    /// The configuration that it falls under.
    pub configuration: Option<Arc<Configuration>>,
    /// The client's name for its language.
    language_id: String,
    /// What the last reading of the document left behind, whatever its text was then.
    memory: Memory,
    /// What was read in it, once somebody asked; shared by all snapshots of this text under this configuration.
    reading: Arc<OnceLock<Arc<Reading>>>,
}

impl Document {
    /// Whether it is a configuration of ours.
    pub fn is_configuration(&self) -> bool {
        is_configuration(&self.uri)
    }

    /// What stands in it. A text is read once; a large one, beside the task that reads messages.
    pub async fn read(&self) -> Arc<Reading> {
        if self.reading.get().is_none() && self.text.len() > LARGE {
            let document = self.clone();
            let work = move || {
                let reading = document.reading.get_or_init(|| Arc::new(Reading::of(&document)));
                reading.findings();
            };
            // If it panics, so does the same below, where it is answered for.
            let _ = tokio::task::spawn_blocking(work).await;
        }
        Arc::clone(self.reading.get_or_init(|| Arc::new(Reading::of(self))))
    }
}

/// Whether a document is a configuration of ours.
pub fn is_configuration(uri: &Uri) -> bool {
    let path = convert::path(uri);
    NAMES.contains(&path.rsplit('/').next().unwrap_or_default())
}

/// What stands in a document.
#[derive(Debug, Default)]
pub struct Reading {
    /// Its text.
    pub text: String,
    /// What it is; `None`: nothing we read.
    pub language: Option<Language>,
    /// Its ports; none where it is nothing we read.
    pub scan: Scan,
    /// What is asked of the linter there.
    pub settings: Settings,
    /// What the next reading of nearly the same text goes by.
    pub memory: Memory,
    findings: OnceLock<Vec<Finding>>,
}

impl Reading {
    /// What the linter finds, in the order of the text; in a configuration, what is wrong with that.
    pub fn findings(&self) -> &[Finding] {
        self.findings.get_or_init(|| match self.language {
            Some(language) => judge(&self.text, language, &self.scan, &[], &self.settings),
            None => Vec::new(),
        })
    }

    fn of(document: &Document) -> Self {
        let (uri, text) = (&document.uri, document.text.to_string());
        if document.is_configuration() {
            let findings = Config::read(&text).err().unwrap_or_default().into();
            return Self { text, findings, ..Self::default() };
        }
        let configuration = document.configuration.as_ref();
        let path = convert::file(uri);
        let configured = configuration.zip(path.as_ref()).and_then(|(it, path)| it.language(path));
        let by_itself = || languages::detect(&convert::path(uri), Some(&document.language_id), &text);
        let Some(language) = configured.or_else(by_itself) else { return Self { text, ..Self::default() } };
        let path = path.unwrap_or_else(|| PathBuf::from(convert::path(uri)));
        let settings = configuration.map(|it| it.settings_for(&path)).unwrap_or_default();
        let mut memory = document.memory.clone();
        let scan = languages::scan_after(&text, language, &mut memory);
        Self { text, language: Some(language), scan, settings, findings: OnceLock::new(), memory }
    }
}

/// The open documents by their addresses, and the configurations they fall under, of which an open one speaks as it stands
/// in the editor. No lock is held across an `.await`.
#[derive(Debug, Default)]
pub struct Documents {
    /// The folders of the workspace; under the configuration of the first fall the documents that are no files.
    folders: Mutex<Vec<PathBuf>>,
    open: Mutex<HashMap<Uri, Document>>,
    discovery: Discovery,
}

impl Documents {
    /// Opens a document, or opens it anew.
    pub fn open(&self, item: TextDocumentItem) {
        let document = Document {
            uri: item.uri.clone(),
            version: item.version,
            text: Text::new(&item.text),
            configuration: None,
            language_id: item.language_id,
            memory: Memory::default(),
            reading: Arc::default(),
        };
        lock(&self.open).insert(item.uri, document);
    }

    /// Applies edits in their order, each to what the one before left; tells whether the document is open.
    pub fn change(
        &self,
        uri: &Uri,
        version: i32,
        changes: &[TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) -> bool {
        let mut open = lock(&self.open);
        let Some(document) = open.get_mut(uri) else { return false };
        document.version = version;
        if let Some(reading) = document.reading.get() {
            document.memory = reading.memory.clone();
        }
        document.reading = Arc::default();
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
        lock(&self.open).remove(uri);
    }

    /// The document as it stands, if it is open.
    pub fn snapshot(&self, uri: &Uri) -> Option<Document> {
        // The lock is taken twice: of an open configuration the discovery asks for the text.
        let is_open = lock(&self.open).contains_key(uri);
        let configuration = is_open.then(|| self.configuration(uri))?;
        let mut open = lock(&self.open);
        let document = open.get_mut(uri)?;
        if !is_same(&document.configuration, &configuration) {
            document.configuration = configuration;
            document.reading = Arc::default();
        }
        Some(document.clone())
    }

    /// The addresses of all open documents.
    pub fn addresses(&self) -> Vec<Uri> {
        lock(&self.open).keys().cloned().collect()
    }

    /// The open documents that fall under another configuration now than when they were last looked at.
    pub fn reconfigured(&self) -> Vec<Uri> {
        let known: Vec<_> =
            lock(&self.open).values().map(|it| (it.uri.clone(), it.configuration.clone())).collect();
        let is_other =
            |(uri, known): &(Uri, Option<Arc<Configuration>>)| !is_same(&self.configuration(uri), known);
        known.into_iter().filter(is_other).map(|(uri, _)| uri).collect()
    }

    /// Whether the file at `path` is open.
    pub fn is_open(&self, path: &Path) -> bool {
        self.text_of(path).is_some()
    }

    /// The folders of the workspace.
    pub fn folders(&self) -> Vec<PathBuf> {
        lock(&self.folders).clone()
    }

    /// Adds some folders to the workspace, after others are taken out of it.
    pub fn change_folders(&self, removed: &[PathBuf], added: Vec<PathBuf>) {
        let mut folders = lock(&self.folders);
        folders.retain(|folder| !removed.contains(folder));
        for folder in added {
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
    }

    /// Looks for configurations anew from now on.
    pub fn forget_configurations(&self) {
        self.discovery.forget();
    }

    /// The configuration that the file at `path` falls under.
    pub fn configuration_of(&self, path: &Path) -> Option<Arc<Configuration>> {
        self.discovery.of_file(path, |path| self.text_of(path))
    }

    /// The configuration that the document falls under.
    fn configuration(&self, uri: &Uri) -> Option<Arc<Configuration>> {
        match convert::file(uri) {
            Some(path) => self.configuration_of(&path),
            None => self.discovery.of_folder(self.folders().first()?, |path| self.text_of(path)),
        }
    }

    /// The text of the file at `path`, if it is open.
    fn text_of(&self, path: &Path) -> Option<String> {
        let open = lock(&self.open);
        let document = open.iter().find(|(uri, _)| convert::file(uri).as_deref() == Some(path));
        document.map(|(_, document)| document.text.to_string())
    }
}

/// Whether the two are one, or neither is there.
fn is_same(one: &Option<Arc<Configuration>>, other: &Option<Arc<Configuration>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// A panic elsewhere leaves whole entries behind, so they stay in use.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
