//! What lies in the folders of the workspace: the findings of every file that nobody has open.
//!
//! One task reads the files, on a thread of its own, when somebody says that they changed; documents that are being edited
//! come first. Nothing is read outside the folders, nor what .gitignore hides or a configuration excludes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, mpsc, watch};
use tower_lsp::ls_types::{Diagnostic, Uri};

use super::diagnostics::{publish_workspace, result_id};
use super::options::LogLevel;
use super::progress::{self, Step};
use super::session::Session;
use super::{convert, log};
use crate::config::Config;
use crate::discovery::{self, NAMES};
use crate::finding::Finding;
use crate::languages::{self, NameVerdict};
use crate::lint::lint;
use crate::text::LineIndex;

/// Files of more bytes than this are looked at only while they are open.
const LARGEST: u64 = 4 << 20;

/// The files of the workspace, and what is to be read again.
#[derive(Debug, Default)]
pub struct Workspace {
    files: Mutex<BTreeMap<PathBuf, File>>,
    wanted: Mutex<Wanted>,
    notify: Notify,
    /// Whether the user wants no more of it.
    is_cancelled: AtomicBool,
    state: watch::Sender<State>,
}

/// What was found in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Its address.
    pub uri: Uri,
    /// The name of what was found.
    pub result_id: String,
    /// What was found.
    pub diagnostics: Arc<[Diagnostic]>,
}

/// What is to be read again.
#[derive(Debug, Default)]
struct Wanted {
    everything: bool,
    paths: BTreeSet<PathBuf>,
}

/// How far the reading is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// How often what was found has changed.
    pub generation: usize,
    /// Whether everything was read that was to be read.
    pub is_settled: bool,
}

impl Workspace {
    /// Asks for everything to be read again.
    pub fn want_all(&self) {
        self.want(|wanted| wanted.everything = true);
    }

    /// Asks for what lies at `path` to be read again, a file or a folder, or to be forgotten where nothing does.
    pub fn want_path(&self, path: PathBuf) {
        self.want(|wanted| wanted.paths.extend([path]));
    }

    /// Reads no more of what it is reading.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Waits until the reading is as far as `is_enough` wants it.
    pub async fn until(&self, is_enough: impl Fn(State) -> bool) -> State {
        let mut state = self.state.subscribe();
        let reached = state.wait_for(|state| is_enough(*state)).await.map(|state| *state);
        // The sender lives as long as the workspace does.
        reached.unwrap_or_default()
    }

    /// Wakes whoever waits for a change, though there was none.
    pub fn wake(&self) {
        self.state.send_modify(|state| state.generation += 1);
    }

    /// What was found in each file, in the order of their paths.
    pub fn files(&self) -> Vec<(PathBuf, File)> {
        lock(&self.files).iter().map(|(path, file)| (path.clone(), file.clone())).collect()
    }

    /// What was found in the file at `path`, if it lies in the workspace.
    pub fn file(&self, path: &Path) -> Option<File> {
        lock(&self.files).get(path).cloned()
    }

    /// Whether what is being read is of no use any more.
    fn is_to_stop(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed) || lock(&self.wanted).everything
    }

    fn want(&self, more: impl FnOnce(&mut Wanted)) {
        more(&mut lock(&self.wanted));
        self.state.send_if_modified(|state| std::mem::take(&mut state.is_settled));
        self.notify.notify_one();
    }

    /// What is to be read; waits until there is something.
    async fn take(&self) -> Wanted {
        loop {
            let wanted = std::mem::take(&mut *lock(&self.wanted));
            if wanted.everything || !wanted.paths.is_empty() {
                return wanted;
            }
            self.notify.notified().await;
        }
    }

    /// Says that what was wanted is read, unless more is wanted by now.
    fn settle(&self, has_changed: bool) {
        let wanted = lock(&self.wanted);
        let is_settled = !wanted.everything && wanted.paths.is_empty();
        self.state.send_modify(|state| {
            state.generation += usize::from(has_changed);
            state.is_settled = is_settled;
        });
    }
}

/// Reads what is wanted for as long as the server runs.
pub async fn keep(session: Arc<Session>) {
    let mut published = BTreeMap::new();
    let mut is_first = true;
    loop {
        let wanted = session.workspace.take().await;
        session.workspace.is_cancelled.store(false, Ordering::Relaxed);
        let (steps, receiver) = mpsc::unbounded_channel();
        if wanted.everything {
            tokio::spawn(progress::show(Arc::clone(&session), receiver));
        }
        let reader = Arc::clone(&session);
        let work = tokio::task::spawn_blocking(move || read(&reader, &wanted, &steps));
        let has_changed = work.await.unwrap_or_else(|error| {
            log(format_args!("the workspace could not be read: {error}"));
            false
        });
        session.workspace.settle(has_changed);
        publish_workspace(&session, &mut published).await;
        if has_changed && !is_first {
            session.ask_again();
        }
        is_first = false;
    }
}

/// Reads what is `wanted`; whether anything else is found now than before.
fn read(session: &Arc<Session>, wanted: &Wanted, steps: &mpsc::UnboundedSender<Step>) -> bool {
    let folders = session.documents.folders();
    if wanted.everything {
        return read_all(session, &folders, steps);
    }
    let changed: Vec<bool> = wanted.paths.iter().map(|path| read_path(session, &folders, path)).collect();
    changed.contains(&true)
}

/// Reads all that lies in the `folders`.
fn read_all(session: &Arc<Session>, folders: &[PathBuf], steps: &mpsc::UnboundedSender<Step>) -> bool {
    let paths: BTreeSet<PathBuf> =
        folders.iter().flat_map(|folder| candidates(session, folder, folder)).collect();
    // Whoever shows the steps may have gone.
    let _ = steps.send(Step::Counted(paths.len()));
    let read = |path: PathBuf| {
        let file = file(session, &path);
        let _ = steps.send(Step::Read);
        Some((path, file?))
    };
    let is_wanted = |_: &PathBuf| !session.workspace.is_to_stop();
    let count = paths.len();
    let files: BTreeMap<_, _> = paths.into_iter().take_while(is_wanted).filter_map(read).collect();
    if session.workspace.is_to_stop() {
        session.tell(LogLevel::Info, "the reading of the workspace was broken off".to_owned());
        return false;
    }
    let found: usize = files.values().map(|file| file.diagnostics.len()).sum();
    let summary = format!("{} of {count} files of the workspace are ours; {found} findings", files.len());
    let has_changed = *lock(&session.workspace.files) != files;
    // Nobody wants to be told the same again.
    session.tell(if has_changed { LogLevel::Info } else { LogLevel::Debug }, summary);
    *lock(&session.workspace.files) = files;
    has_changed
}

/// Reads what lies at `path`, a file or a folder; what was there and is no more, or is not looked at, is forgotten.
fn read_path(session: &Arc<Session>, folders: &[PathBuf], path: &Path) -> bool {
    let folder = folders.iter().find(|folder| path.starts_with(folder));
    let folder = folder.filter(|folder| is_looked_at(session, folder, path));
    let paths = folder.into_iter().flat_map(|folder| candidates(session, folder, path));
    let found: BTreeMap<_, _> =
        paths.filter_map(|path| Some((path.clone(), file(session, &path)?))).collect();
    let mut files = lock(&session.workspace.files);
    let is_there = |(it, _): &(&PathBuf, &File)| it.starts_with(path);
    if files.range(path.to_owned()..).take_while(is_there).eq(&found) {
        return false;
    }
    files.retain(|it, _| !it.starts_with(path));
    files.extend(found);
    true
}

/// Whether a walk through a `folder` of the workspace comes to `path`, whatever that is.
fn is_looked_at(session: &Session, folder: &Path, path: &Path) -> bool {
    let is_excluded = |within: &Path| {
        let configuration = session.documents.configuration_of(within);
        configuration.is_some_and(|it| it.excludes(within, true))
    };
    let mut folders = path.ancestors().take_while(|it| *it != folder);
    let is_folder = path.is_dir();
    !folders.any(|it| (it != path || is_folder) && is_excluded(it)) && discovery::is_walked(folder, path)
}

/// The files at or below `path` in a `folder` of the workspace that may be in a language we read, and the configurations.
fn candidates<'a>(
    session: &Arc<Session>,
    folder: &'a Path,
    path: &'a Path,
) -> impl Iterator<Item = PathBuf> + 'a {
    let (asked, excluding) = (Arc::clone(session), Arc::clone(session));
    let excludes = move |path: &Path| {
        excluding.documents.configuration_of(path).is_some_and(|it| it.excludes(path, true))
    };
    let mut below = discovery::files_below(path, excludes).peekable();
    // A walk through a file comes to nothing.
    let itself = (path != folder && below.peek().is_none()).then(|| path.to_owned());
    let may_be_read = move |path: &PathBuf| {
        let configuration = asked.documents.configuration_of(path);
        if path.file_name().is_some_and(|name| NAMES.iter().any(|own| name == *own)) {
            return true;
        }
        let is_excluded = configuration.as_ref().is_some_and(|it| it.excludes(path, false));
        let is_named = || configuration.as_ref().is_some_and(|it| it.language(path).is_some());
        !is_excluded && (languages::by_name(&path.to_string_lossy()) != NameVerdict::No || is_named())
    };
    itself.into_iter().chain(below.filter_map(Result::ok)).filter(may_be_read)
}

/// What is found in the file at `path`; `None` where it is nothing we read, or cannot be read.
fn file(session: &Arc<Session>, path: &Path) -> Option<File> {
    session.changed.wait_until_idle();
    let uri = Uri::from_file_path(path)?;
    let text = match discovery::text_of(path, LARGEST) {
        Ok(text) => text?,
        Err(error) => {
            session.tell(LogLevel::Warning, format!("{}: {error}", path.display()));
            return None;
        }
    };
    let findings = findings(session, path, &text)?;
    let (lines, abilities) = (LineIndex::new(&text), session.abilities());
    let range = |span| lines.range(span, abilities.encoding);
    let diagnostics: Vec<Diagnostic> = findings
        .iter()
        .map(|finding| convert::to_diagnostic(finding, &uri, range, &abilities.diagnostics))
        .collect();
    Some(File { uri, result_id: result_id(&diagnostics), diagnostics: diagnostics.into() })
}

/// What the linter finds in `text`, which the file at `path` holds; `None` where it is nothing we read.
fn findings(session: &Session, path: &Path, text: &str) -> Option<Vec<Finding>> {
    if path.file_name().is_some_and(|name| NAMES.iter().any(|own| name == *own)) {
        return Some(Config::read(text).err().unwrap_or_default());
    }
    let configuration = session.documents.configuration_of(path);
    let configured = configuration.as_ref().and_then(|it| it.language(path));
    let language = configured.or_else(|| languages::detect(&path.to_string_lossy(), None, text))?;
    let settings = configuration.map(|it| it.settings_for(path)).unwrap_or_default();
    Some(lint(text, language, &settings))
}

/// A panic elsewhere leaves whole entries behind, so they stay in use.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
