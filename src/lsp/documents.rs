//! The open documents, and what stands in them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tower_lsp::ls_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use super::{convert, fault, worker};
use crate::config::{Config, Settings};
use crate::discovery::{self, Configuration, Discovery, NAMES};
use crate::finding::Finding;
use crate::languages::{self, Language, Memory, Scan};
use crate::lint::judge;
use crate::project::{File, Stack, View};
use crate::text::{Encoding, Text};

/// Texts above this many bytes are looked at beside the task that reads messages, not on it.
pub const LARGE: usize = 64 << 10;

/// A document as it stands: taken under the lock, worked on outside it. Copying it copies no text.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its address.
    pub uri: Uri,
    /// Where it is, where it is a file: from the root of the disk.
    pub path: Option<PathBuf>,
    /// The client's count of its edits.
    pub version: i32,
    /// Its text.
    pub text: Text,
    /// The configuration that it falls under.
    pub configuration: Option<Arc<Configuration>>,
    /// The client's name for its language.
    language_id: String,
    /// What the last reading of the document left behind, whatever its text was then. Whoever reads takes it and puts another
    /// there.
    memory: Arc<Mutex<Memory>>,
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
            // If it panics, so does the same below, where it is answered for.
            let _ = worker::beside(move || drop(document.read_here())).await;
        }
        self.read_here()
    }

    /// What the last reading of the document left behind.
    pub fn memory(&self) -> Memory {
        lock(&self.memory).clone()
    }

    /// What stands in it, read by whoever asks.
    pub fn read_here(&self) -> Arc<Reading> {
        Arc::clone(self.reading.get_or_init(|| Arc::new(Reading::of(self))))
    }
}

/// Whether a document is a configuration of ours.
pub fn is_configuration(uri: &Uri) -> bool {
    let path = convert::path(uri);
    NAMES.contains(&path.rsplit('/').next().unwrap_or_default())
}

/// Where a document is, from the root of the disk, where it is a file.
pub fn path(uri: &Uri) -> Option<PathBuf> {
    convert::file(uri).map(|path| discovery::absolute(&path))
}

/// What stands in a document.
#[derive(Debug, Default)]
pub struct Reading {
    /// Its text.
    pub text: Arc<str>,
    /// What it is; `None`: nothing we read.
    pub language: Option<Language>,
    /// Its ports; none where it is nothing we read.
    pub scan: Arc<Scan>,
    /// Where it is, where it is a file.
    pub path: Option<PathBuf>,
    /// What is asked of the linter there.
    pub settings: Settings,
    /// What it is to the project: in its own language, and in those that other files take it for.
    files: Mutex<Vec<Arc<File>>>,
    found: Mutex<Option<Found>>,
}

/// What was found in a document among the files of some stacks.
#[derive(Clone, Debug)]
struct Found {
    stacks: Vec<Arc<Stack>>,
    findings: Arc<[Finding]>,
}

impl Reading {
    /// What the linter finds where the document is a part of the stacks in `project`, in the order of the text; in a
    /// configuration, what is wrong with that. What was found is found at once as long as the stacks are the same.
    pub fn findings(&self, project: &[View]) -> Arc<[Finding]> {
        let found = lock(&self.found).clone();
        let is_same = |found: &Found| {
            let (known, now) = (found.stacks.iter(), project.iter().map(|view| &view.stack));
            self.language.is_none()
                || (known.len() == now.len() && known.zip(now).all(|(known, now)| Arc::ptr_eq(known, now)))
        };
        if let Some(found) = found.filter(is_same) {
            return found.findings;
        }
        fault("judging", &self.text);
        let findings: Arc<[Finding]> = match self.language {
            Some(language) => judge(&self.text, language, &self.scan, project, &self.settings).into(),
            None => Arc::default(),
        };
        let stacks = project.iter().map(|view| Arc::clone(&view.stack)).collect();
        *lock(&self.found) = Some(Found { stacks, findings: Arc::clone(&findings) });
        findings
    }

    /// The file that it is to the project if it is taken for one of `language`; with `None` for a list of variables. `None`
    /// where it is no file.
    pub fn file(&self, language: Option<Language>) -> Option<Arc<File>> {
        let path = self.path.as_ref()?;
        let mut files = lock(&self.files);
        if let Some(file) = files.iter().find(|file| file.language == language) {
            return Some(Arc::clone(file));
        }
        let (path, text) = (path.clone(), Arc::clone(&self.text));
        let file = Arc::new(match language.filter(|_| language == self.language) {
            Some(language) => File::scanned(path, text, language, Arc::clone(&self.scan)),
            None => File::read(path, text, language),
        });
        files.push(Arc::clone(&file));
        Some(file)
    }

    fn of(document: &Document) -> Self {
        let (uri, text) = (&document.uri, Arc::<str>::from(document.text.whole()));
        fault("reading", &text);
        if document.is_configuration() {
            let findings = Config::read(&text).err().unwrap_or_default().into();
            let found = Mutex::new(Some(Found { stacks: Vec::new(), findings }));
            return Self { text, found, ..Self::default() };
        }
        let configuration = document.configuration.as_ref();
        let path = document.path.as_ref();
        let configured = configuration.zip(path).and_then(|(it, path)| it.language(path));
        let by_itself = || languages::detect(&convert::path(uri), Some(&document.language_id), &text);
        let Some(language) = configured.or_else(by_itself) else {
            return Self { text, path: path.cloned(), ..Self::default() };
        };
        let mut memory = std::mem::take(&mut *lock(&document.memory));
        let scan = languages::scan_after(&text, language, &mut memory);
        *lock(&document.memory) = memory;
        let by_name = path.cloned().unwrap_or_else(|| PathBuf::from(convert::path(uri)));
        let settings = configuration.map(|it| it.settings_for(&by_name)).unwrap_or_default();
        let (language, path) = (Some(language), path.cloned());
        Self { text, language, scan, path, settings, ..Self::default() }
    }
}

/// The open documents by their addresses, and the configurations they fall under, of which an open one speaks as it stands
/// in the editor. No lock is held across an `.await`.
#[derive(Debug, Default)]
pub struct Documents {
    /// The folders of the workspace; under the configuration of the first fall the documents that are no files.
    folders: Mutex<Vec<PathBuf>>,
    open: Mutex<Open>,
    discovery: Discovery,
}

/// The open documents.
#[derive(Debug, Default)]
struct Open {
    documents: HashMap<Uri, Document>,
    /// The addresses of those that are files.
    addresses: HashMap<PathBuf, Uri>,
}

impl Documents {
    /// Opens a document, or opens it anew.
    pub fn open(&self, item: TextDocumentItem) {
        let path = path(&item.uri);
        let document = Document {
            uri: item.uri.clone(),
            path: path.clone(),
            version: item.version,
            text: Text::new(&item.text),
            configuration: None,
            language_id: item.language_id,
            memory: Arc::default(),
            reading: Arc::default(),
        };
        let mut open = lock(&self.open);
        open.addresses.extend(path.map(|path| (path, item.uri.clone())));
        open.documents.insert(item.uri, document);
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
        let Some(document) = open.documents.get_mut(uri) else { return false };
        document.version = version;
        // What was found is to be in nobody's hands but those of the next reading, which goes by it.
        let before = std::mem::take(&mut document.reading);
        let before = Arc::into_inner(before).and_then(OnceLock::into_inner).and_then(Arc::into_inner);
        let findings = before.map(|before| before.found);
        if document.text.len() > LARGE {
            // To take them apart takes a while, for which nobody is to wait.
            worker::later(move || drop(findings));
        }
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
        let mut open = lock(&self.open);
        open.documents.remove(uri);
        // The same file may be open under another address.
        open.addresses.retain(|_, address| address != uri);
    }

    /// The document as it stands, if it is open.
    pub fn snapshot(&self, uri: &Uri) -> Option<Document> {
        // The lock is taken twice: of an open configuration the discovery asks for the text.
        let is_open = lock(&self.open).documents.contains_key(uri);
        let configuration = is_open.then(|| self.configuration(uri))?;
        let mut open = lock(&self.open);
        let document = open.documents.get_mut(uri)?;
        fault("locked", uri.as_str());
        if !is_same(&document.configuration, &configuration) {
            document.configuration = configuration;
            document.reading = Arc::default();
        }
        Some(document.clone())
    }

    /// The addresses of all open documents.
    pub fn addresses(&self) -> Vec<Uri> {
        lock(&self.open).documents.keys().cloned().collect()
    }

    /// The open documents that fall under another configuration now than when they were last looked at.
    pub fn reconfigured(&self) -> Vec<Uri> {
        let known: Vec<_> = lock(&self.open)
            .documents
            .values()
            .map(|it| (it.uri.clone(), it.configuration.clone()))
            .collect();
        let is_other =
            |(uri, known): &(Uri, Option<Arc<Configuration>>)| !is_same(&self.configuration(uri), known);
        known.into_iter().filter(is_other).map(|(uri, _)| uri).collect()
    }

    /// Whether the file at `path` is open.
    pub fn is_open(&self, path: &Path) -> bool {
        lock(&self.open).addresses.contains_key(path)
    }

    /// The file at `path` as it stands, if it is open.
    pub fn at(&self, path: &Path) -> Option<Document> {
        let uri = lock(&self.open).addresses.get(path).cloned();
        self.snapshot(&uri?)
    }

    /// The open files.
    pub fn paths(&self) -> Vec<PathBuf> {
        lock(&self.open).addresses.keys().cloned().collect()
    }

    /// The open files right in `folder`.
    pub fn files_in(&self, folder: &Path) -> Vec<PathBuf> {
        let open = lock(&self.open);
        open.addresses.keys().filter(|path| path.parent() == Some(folder)).cloned().collect()
    }

    /// The address of the file at `path`: the client's own for it, if it is open.
    pub fn address(&self, path: &Path) -> Option<Uri> {
        let uri = lock(&self.open).addresses.get(path).cloned();
        uri.or_else(|| Uri::from_file_path(path))
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
        let document = open.documents.get(open.addresses.get(path)?)?;
        Some(document.text.whole())
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
