//! What lies in the folders of the workspace: the findings of every file that nobody has open.
//!
//! One task reads the files, on a thread of its own, when somebody says that they changed; documents that are being edited
//! come first. Nothing is read outside the folders, nor what .gitignore hides or a configuration excludes.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, mpsc, watch};
use tower_lsp::ls_types::{Diagnostic, Uri};

use super::diagnostics::{publish_workspace, result_id};
use super::disk::LARGEST;
use super::options::LogLevel;
use super::progress::{self, Step};
use super::session::Session;
use super::{convert, fault, log, survived, survived_here};
use crate::config::Config;
use crate::discovery::{self, NAMES};
use crate::finding::Finding;
use crate::languages::{self, Language, NameVerdict};
use crate::lint::judge;
use crate::project;
use crate::text::LineIndex;

/// The files of the workspace, and what is to be read again.
#[derive(Debug, Default)]
pub struct Workspace {
    files: Mutex<BTreeMap<PathBuf, File>>,
    wanted: Mutex<Wanted>,
    notify: Notify,
    /// Whether the user wants no more of it.
    is_cancelled: AtomicBool,
    /// Whether all files are still to be looked at, so that none need be asked for.
    is_linking: AtomicBool,
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
    /// Files that say what they said, in which something else may be found since.
    again: BTreeSet<PathBuf>,
}

impl Wanted {
    fn is_empty(&self) -> bool {
        !self.everything && self.paths.is_empty() && self.again.is_empty()
    }
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

    /// Asks for the file at `path` to be looked at again, if it is one of those that were, since something changed that its
    /// findings hang on.
    pub fn want_again(&self, path: PathBuf) {
        if !self.is_linking.load(Ordering::Relaxed) && lock(&self.files).contains_key(&path) {
            self.want(|wanted| wanted.again.extend([path]));
        }
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
            if !wanted.is_empty() {
                return wanted;
            }
            self.notify.notified().await;
        }
    }

    /// Says that what was wanted is read, unless more is wanted by now.
    fn settle(&self, has_changed: bool) {
        let wanted = lock(&self.wanted);
        let is_settled = wanted.is_empty();
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
        let is_only_again = !wanted.everything && wanted.paths.is_empty();
        session.workspace.is_cancelled.store(false, Ordering::Relaxed);
        let (steps, receiver) = mpsc::unbounded_channel();
        if wanted.everything {
            tokio::spawn(progress::show(Arc::clone(&session), receiver));
        }
        let reader = Arc::clone(&session);
        let work = tokio::task::spawn_blocking(move || read(&reader, &wanted, &steps));
        let has_changed = work.await.unwrap_or_else(|error| {
            log(format_args!("the workspace could not be read: {error}"));
            session.workspace.is_linking.store(false, Ordering::Relaxed);
            false
        });
        session.workspace.settle(has_changed);
        // Which files are open may be otherwise; while somebody types, nothing is but what was found.
        if has_changed || !is_only_again {
            survived("the files of the workspace", publish_workspace(&session, &mut published)).await;
        }
        session.watch.notify_one();
        if has_changed && !is_first {
            session.ask_again();
        }
        is_first = false;
    }
}

/// Reads what is `wanted`; whether anything else is found now than before.
fn read(session: &Arc<Session>, wanted: &Wanted, steps: &mpsc::UnboundedSender<Step>) -> bool {
    let folders = session.documents.folders();
    let has_changed = if wanted.everything {
        read_all(session, &folders, steps)
    } else {
        read_some(session, &folders, wanted)
    };
    session.spread();
    has_changed
}

/// Reads all that lies in the `folders`: the compose files, then whatever hangs together with them, and what is found in each
/// file at last. Of the files that hang together with nothing, none is kept.
fn read_all(session: &Arc<Session>, folders: &[PathBuf], steps: &mpsc::UnboundedSender<Step>) -> bool {
    let (workspace, project) = (&session.workspace, &session.project);
    let paths: BTreeSet<PathBuf> =
        folders.iter().flat_map(|folder| candidates(session, folder, folder)).collect();
    // Whoever shows the steps may have gone.
    let _ = steps.send(Step::Counted(paths.len()));
    let count = paths.len();
    let is_wanted = || !workspace.is_to_stop();

    workspace.is_linking.store(true, Ordering::Relaxed);
    project.changed_everywhere();
    let compose = compose_files(session, paths.iter().take_while(|_| is_wanted()));
    if is_wanted() {
        project.set_compose_files(None, compose.iter().map(|file| file.path.clone()));
    }
    drop(compose);
    project.catch_up_here(|| {
        session.changed.wait_until_idle();
        is_wanted()
    });
    session.spread();
    workspace.is_linking.store(false, Ordering::Relaxed);

    let read = |path: PathBuf| {
        let file = file(session, &path);
        let _ = steps.send(Step::Read);
        Some((path, file?))
    };
    let files: BTreeMap<_, _> = paths.into_iter().take_while(|_| is_wanted()).filter_map(read).collect();
    if !is_wanted() {
        session.tell(LogLevel::Info, "the reading of the workspace was broken off".to_owned());
        return false;
    }
    let found: usize = files.values().map(|file| file.diagnostics.len()).sum();
    let stacks = session.stacks().len();
    let summary = format!(
        "{} of {count} files of the workspace are ours, in {stacks} stacks; {found} findings",
        files.len()
    );
    let has_changed = *lock(&workspace.files) != files;
    // Nobody wants to be told the same again.
    session.tell(if has_changed { LogLevel::Info } else { LogLevel::Debug }, summary);
    *lock(&workspace.files) = files;
    has_changed
}

/// Reads what is `wanted` and lies in the `folders`, files and folders; what was there and is no more, or is not looked at,
/// is forgotten.
fn read_some(session: &Arc<Session>, folders: &[PathBuf], wanted: &Wanted) -> bool {
    let within = |path: &PathBuf| {
        let folder = folders.iter().find(|folder| path.starts_with(folder));
        let folder = folder.filter(|folder| is_looked_at(session, folder, path));
        let paths: Vec<PathBuf> =
            folder.into_iter().flat_map(|folder| candidates(session, folder, path)).collect();
        let compose = compose_files(session, paths.iter());
        session.project.set_compose_files(Some(path), compose.iter().map(|file| file.path.clone()));
        (path.clone(), paths)
    };
    let within: Vec<(PathBuf, Vec<PathBuf>)> = wanted.paths.iter().map(within).collect();
    session.project.catch_up_here(|| {
        session.changed.wait_until_idle();
        !session.workspace.is_to_stop()
    });
    let mut has_changed = false;
    for (path, paths) in within {
        let found =
            paths.into_iter().filter_map(|path| Some((path.clone(), file(session, &path)?))).collect();
        has_changed |= replace(session, &path, found);
    }
    for path in &wanted.again {
        let is_known = lock(&session.workspace.files).contains_key(path);
        let found = is_known.then(|| file(session, path)).flatten();
        has_changed |=
            found.is_some_and(|file| replace(session, path, BTreeMap::from([(path.clone(), file)])));
    }
    has_changed
}

/// Puts what was `found` at `path` and below it in the place of what was found there before; whether that is something else.
fn replace(session: &Session, path: &Path, found: BTreeMap<PathBuf, File>) -> bool {
    let mut files = lock(&session.workspace.files);
    let is_there = |(it, _): &(&PathBuf, &File)| it.starts_with(path);
    if files.range(path.to_owned()..).take_while(is_there).eq(&found) {
        return false;
    }
    files.retain(|it, _| !it.starts_with(path));
    files.extend(found);
    true
}

/// Those of `paths` that are compose files, which their texts may tell.
fn compose_files<'p>(session: &Session, paths: impl Iterator<Item = &'p PathBuf>) -> Vec<Arc<project::File>> {
    let may_be = |path: &&PathBuf| {
        let by_name = languages::by_name(&path.to_string_lossy());
        let configured = || session.documents.configuration_of(path).and_then(|it| it.language(path));
        let is_named_so = matches!(
            by_name,
            NameVerdict::Is(Language::Compose)
                | NameVerdict::Likely(Language::Compose)
                | NameVerdict::Maybe(Language::Compose)
        );
        is_named_so || configured() == Some(Language::Compose)
    };
    let read = |path: &PathBuf| {
        session.changed.wait_until_idle();
        // Whoever looks for findings in it tells why it cannot be read.
        let file = survived_here(&path.to_string_lossy(), || session.project.on_disk(path))?.ok().flatten();
        let compose = file.filter(|file| file.language == Some(Language::Compose));
        if compose.is_none() {
            session.project.let_go(path);
        }
        compose
    };
    paths.filter(may_be).filter_map(read).collect()
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
    let found = survived_here(&path.to_string_lossy(), || findings(session, path))?;
    let (text, findings) = match found {
        Ok(found) => found?,
        Err(error) => {
            session.tell(LogLevel::Warning, format!("{}: {error}", path.display()));
            return None;
        }
    };
    let (lines, abilities) = (LineIndex::new(&text), session.abilities());
    let range = |span| lines.range(span, abilities.encoding);
    let address = |path: &Path| session.documents.address(path);
    let diagnostics = convert::to_diagnostics(&findings, &uri, range, address, abilities);
    Some(File { uri, result_id: result_id(&diagnostics), diagnostics: diagnostics.into() })
}

/// What the file at `path` holds, and what the linter finds in it; `None` where it is nothing we read.
fn findings(session: &Session, path: &Path) -> io::Result<Option<(Arc<str>, Vec<Finding>)>> {
    fault("workspace", &path.to_string_lossy());
    if path.file_name().is_some_and(|name| NAMES.iter().any(|own| name == *own)) {
        let Some(text) = discovery::text_of(path, LARGEST)? else { return Ok(None) };
        let mistakes = Config::read(&text).err().unwrap_or_default();
        return Ok(Some((text.into(), mistakes)));
    }
    let Some(file) = session.project.on_disk(path)? else { return Ok(None) };
    let found = file.language.map(|language| {
        let configuration = session.documents.configuration_of(path);
        let settings = configuration.map(|it| it.settings_for(path)).unwrap_or_default();
        // Of one that is open, what is found as it stands in the editor is shown.
        let is_open = session.documents.is_open(path);
        let project = if is_open { Vec::new() } else { session.project.views_of(&file) };
        (Arc::clone(&file.text), judge(&file.text, language, &file.scan, &project, &settings))
    });
    drop(file);
    session.project.let_go(path);
    Ok(found)
}

/// A panic elsewhere leaves whole entries behind, so they stay in use.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
