//! The stacks of the user's files, kept up to date with what is typed and with what changes on the disk.
//!
//! Whoever wants to know of a stack links it first if it is out of date, and nothing else: a keystroke costs the stacks that
//! the file is asked for by, and a file that no stack asks for costs nothing. No lock is held while something is linked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::disk::{Disk, Files};
use super::documents::{Documents, LARGE, Reading};
use super::stacks::{Change, Linking, Stacks};
use super::{fault, survived_here, worker};
use crate::discovery;
use crate::languages::{self, Language, NameVerdict};
use crate::project::{self, File, Stack, View};

/// How many folders above a file are looked into for the compose file that it belongs to.
const HIGHEST: usize = 8;

/// How many stacks are linked between two looks at what the user types.
const AT_ONCE: usize = 16;

/// The stacks of the user's files.
#[derive(Debug)]
pub struct Project {
    documents: Arc<Documents>,
    disk: Disk,
    stacks: Mutex<Stacks>,
    origins: Mutex<Origins>,
    /// Held from the moment at which something near a file is known until stacks begin there: who knows it goes by that.
    looking: Mutex<()>,
    /// The files of stacks that were linked since somebody asked which they are.
    affected: Mutex<BTreeSet<PathBuf>>,
}

/// Where stacks begin.
#[derive(Debug, Default)]
struct Origins {
    /// The compose files in the folders of the workspace.
    workspace: BTreeSet<PathBuf>,
    /// For each open file what was found near it.
    near: BTreeMap<PathBuf, Near>,
}

impl Origins {
    /// Whether there are some near a file that the workspace does not have.
    fn is_news(&self, near: &Near) -> bool {
        near.compose.iter().any(|path| !self.workspace.contains(path))
    }
}

/// The compose files near a file.
#[derive(Debug, Default)]
struct Near {
    /// Whether they were looked for since something changed there.
    is_known: bool,
    folders: Vec<PathBuf>,
    compose: Vec<PathBuf>,
}

impl Project {
    /// A project of which nothing is known yet, beside the `documents` that are open in it.
    pub fn new(documents: Arc<Documents>) -> Self {
        Self {
            documents,
            disk: Disk::default(),
            stacks: Mutex::default(),
            origins: Mutex::default(),
            looking: Mutex::default(),
            affected: Mutex::default(),
        }
    }

    /// Takes in that the file at `path` is open from now on.
    pub fn opened(&self, path: &Path) {
        lock(&self.origins).near.entry(path.to_owned()).or_default().is_known = false;
        lock(&self.stacks).touch(Change::Tree(path.to_owned()));
    }

    /// Takes in that the text of the open file at `path` is another one.
    pub fn edited(&self, path: PathBuf) {
        lock(&self.stacks).touch(Change::Text(path));
    }

    /// Takes in that the file at `path` is open no more; what lies there on the disk is another matter.
    pub fn closed(&self, path: &Path) {
        let has_changed = {
            let mut origins = lock(&self.origins);
            origins.near.remove(path).is_some_and(|near| origins.is_news(&near))
        };
        if has_changed {
            self.set_roots();
        }
    }

    /// Takes in that something came to be at `path`, is otherwise there, or is gone.
    pub fn changed(&self, path: &Path) {
        self.disk.forget(path);
        for near in lock(&self.origins).near.values_mut() {
            if near.folders.iter().any(|folder| path.parent() == Some(folder)) {
                near.is_known = false;
            }
        }
        lock(&self.stacks).touch(Change::Tree(path.to_owned()));
    }

    /// Looks whether files on the disk changed without anybody telling, of those that share a stack with that at `path`.
    pub fn recheck(&self, path: &Path) {
        let asked = lock(&self.stacks).asked_with(path);
        for path in self.disk.recheck(asked) {
            lock(&self.stacks).touch(Change::Tree(path));
        }
    }

    /// Takes in that anything may be otherwise on the disk.
    pub fn changed_everywhere(&self) {
        self.disk.forget_all();
        let folders = self.documents.folders();
        let is_within = |path: &Path| folders.iter().any(|folder| path.starts_with(folder));
        {
            let mut origins = lock(&self.origins);
            origins.workspace.retain(|path| is_within(path));
            origins.near.values_mut().for_each(|near| near.is_known = false);
        }
        lock(&self.stacks).touch(Change::Everything);
    }

    /// Takes in which compose files there are at `path` or below it in the folders of the workspace; everywhere, where there
    /// is no `path`.
    pub fn set_compose_files(&self, path: Option<&Path>, found: impl IntoIterator<Item = PathBuf>) {
        let has_changed = {
            let workspace = &mut lock(&self.origins).workspace;
            let before = workspace.clone();
            workspace.retain(|it| path.is_some_and(|path| !it.starts_with(path)));
            workspace.extend(found);
            *workspace != before
        };
        if has_changed {
            self.set_roots();
        }
    }

    /// The file at `path` as it lies on the disk; `None` where it is nothing we read.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub fn on_disk(&self, path: &Path) -> std::io::Result<Option<Arc<File>>> {
        self.disk.detected(path, &self.documents)
    }

    /// Keeps what was read of the file at `path` only if a stack holds it.
    pub fn let_go(&self, path: &Path) {
        self.disk.let_go(path);
    }

    /// The stacks that what was read in a document is a part of, linked beside the task that reads messages where that may
    /// take its time.
    pub async fn views(self: &Arc<Self>, reading: &Arc<Reading>) -> Vec<View> {
        let Some(path) = &reading.path else { return Vec::new() };
        if self.is_costly(path) {
            let (project, reading) = (Arc::clone(self), Arc::clone(reading));
            // Whoever panics there leaves the document without its stacks.
            return worker::beside(move || project.views_here(&reading)).await.unwrap_or_default();
        }
        self.views_here(reading)
    }

    /// As [`views`](Self::views), here and now.
    fn views_here(&self, reading: &Reading) -> Vec<View> {
        let Some(path) = &reading.path else { return Vec::new() };
        self.link_about(path);
        if lock(&self.stacks).views(path).is_empty() {
            return Vec::new();
        }
        reading.file(reading.language).map(|file| self.views_of(&file)).unwrap_or_default()
    }

    /// The stacks that `file` is a part of as what it is. One that is not as it stands in the editor or on the disk is put in
    /// the place of that.
    pub fn views_of(&self, file: &Arc<File>) -> Vec<View> {
        self.link_about(&file.path);
        let is_it = |view: &View| Arc::ptr_eq(&view.stack.files[view.file].file, file);
        let views = || {
            let mut views = lock(&self.stacks).views(&file.path);
            views.retain(|view| view.stack.files[view.file].file.language == file.language);
            views
        };
        let mut found = views();
        if !found.iter().all(is_it) && self.is_current(file) {
            // Nobody has told, as happens where a configuration gives the file another language.
            lock(&self.stacks).touch(Change::Text(file.path.clone()));
            self.link_about(&file.path);
            found = views();
        }
        let with_it = |view: View| if is_it(&view) { Some(view) } else { self.view_with(&view, file) };
        found.into_iter().filter_map(with_it).collect()
    }

    /// Links the stacks that the file at `path` may be a part of, where they are out of date.
    fn link_about(&self, path: &Path) {
        self.look_around(|file| file == path);
        let roots = {
            let stacks = lock(&self.stacks);
            let mut roots = stacks.stale_about(path);
            // A stack that did not ask for the file may do so now; nobody waits for a large one that did not.
            let is_small = |root: &&PathBuf| stacks.weight(root).is_none_or(|weight| weight <= LARGE);
            let open = || stacks.stale().filter(is_small).chain(stacks.awaited());
            if open().nth(AT_ONCE).is_none() {
                roots.extend(open().cloned());
            } else {
                let is_above = |root: &&PathBuf| root.parent().is_some_and(|folder| path.starts_with(folder));
                roots.extend(open().filter(is_above).take(AT_ONCE).cloned());
            }
            roots
        };
        self.link(roots);
    }

    /// Links some of what is out of date, beside the task that reads messages; whether there is more.
    pub async fn catch_up(self: &Arc<Self>) -> bool {
        let is_settled = lock(&self.stacks).stale().next().is_none();
        if is_settled && lock(&self.origins).near.values().all(|near| near.is_known) {
            return false;
        }
        let project = Arc::clone(self);
        let work = move || {
            project.look_around(|_| true);
            let roots: Vec<PathBuf> = lock(&project.stacks).stale().take(AT_ONCE).cloned().collect();
            project.link(roots);
        };
        // Whoever panics there has said so.
        let _ = tokio::task::spawn_blocking(work).await;
        lock(&self.stacks).stale().next().is_some()
    }

    /// Links all that is out of date, as long as `is_wanted` says so before each.
    pub fn catch_up_here(&self, is_wanted: impl Fn() -> bool) {
        self.look_around(|_| true);
        let roots: Vec<PathBuf> = {
            let mut stacks = lock(&self.stacks);
            let roots: Vec<PathBuf> = stacks.stale().cloned().collect();
            stacks.claim(roots.iter().cloned());
            roots
        };
        roots.into_iter().take_while(|_| is_wanted()).for_each(|root| self.link([root]));
    }

    /// The files of stacks that were linked since this was asked for the last time.
    pub fn take_affected(&self) -> BTreeSet<PathBuf> {
        std::mem::take(&mut lock(&self.affected))
    }

    /// The stacks that the file at `path` is a part of, as they were linked last.
    pub fn views_at(&self, path: &Path) -> Vec<View> {
        lock(&self.stacks).views(path)
    }

    /// All stacks, in the order of the compose files that they begin with, as they were linked last.
    pub fn stacks(&self) -> Vec<Arc<Stack>> {
        lock(&self.stacks).all()
    }

    /// All that some stack asked for, files and folders, whether they are there or not; and how often that became something
    /// else. `None` where that is as often as is `known`.
    pub fn asked(&self, known: usize) -> Option<(BTreeSet<PathBuf>, usize)> {
        let stacks = lock(&self.stacks);
        let (asked, changes) = stacks.asked();
        (changes != known).then(|| (asked.cloned().collect(), changes))
    }

    /// Whether it may take its time to link what the file at `path` is a part of.
    fn is_costly(&self, path: &Path) -> bool {
        let stacks = lock(&self.stacks);
        let weight = |root: &PathBuf| stacks.weight(root).unwrap_or(LARGE + 1);
        let (stale, about) = (stacks.stale().take(AT_ONCE + 1), stacks.stale_about(path));
        let bytes: usize = stale.chain(&about).map(weight).sum();
        bytes > LARGE || lock(&self.origins).near.get(path).is_some_and(|near| !near.is_known)
    }

    /// Links the stacks of those `roots`.
    fn link(&self, roots: impl IntoIterator<Item = PathBuf>) {
        let files = Files { documents: &self.documents, disk: &self.disk, instead: None };
        for root in roots {
            let linking = lock(&self.stacks).begin(root);
            let mut ended = Ended { project: self, linking: &linking, stack: None };
            let what = format_args!("the stack of {}", linking.root.display()).to_string();
            let link = || {
                fault("linking", &linking.root.to_string_lossy());
                let before = linking.before.as_ref();
                let again = before.and_then(|(stack, edited)| project::relink(stack, edited, &files));
                Arc::new(again.unwrap_or_else(|| project::link(&linking.root, &files)))
            };
            ended.stack = survived_here(&what, link);
        }
    }

    /// The view of the same stack with `file` in the place of what it holds at that path.
    fn view_with(&self, view: &View, file: &Arc<File>) -> Option<View> {
        let files = Files { documents: &self.documents, disk: &self.disk, instead: Some(file) };
        let stack = Arc::new(project::link(&view.stack.root, &files));
        let file = stack.files.iter().position(|member| Arc::ptr_eq(&member.file, file))?;
        Some(View { stack, file })
    }

    /// Whether `file` is the one that stands in the editor.
    fn is_current(&self, file: &Arc<File>) -> bool {
        let document = self.documents.at(&file.path);
        document.and_then(|it| it.read_here().file(file.language)).is_some_and(|now| Arc::ptr_eq(&now, file))
    }

    /// Looks for compose files near those open files that are `wanted`.
    fn look_around(&self, wanted: impl Fn(&Path) -> bool) {
        let is_unknown = |(path, near): &(&PathBuf, &Near)| !near.is_known && wanted(path);
        let unknown: Vec<PathBuf> =
            lock(&self.origins).near.iter().filter(is_unknown).map(|(path, _)| path.clone()).collect();
        for path in unknown {
            // Of what cannot be looked at nobody knows more by looking again.
            let near = survived_here("what lies near a file", || self.near(&path));
            let near = near.unwrap_or_else(|| Near { is_known: true, ..Near::default() });
            let _turn = lock(&self.looking);
            if self.is_news_near(&path, near) {
                self.set_roots();
            }
        }
        // Somebody else may be at it.
        drop(lock(&self.looking));
    }

    /// Takes in what was found near an open file; whether stacks begin elsewhere now.
    fn is_news_near(&self, path: &Path, near: Near) -> bool {
        let mut origins = lock(&self.origins);
        // It may be closed by now.
        let Some(known) = origins.near.get_mut(path) else { return false };
        let before = std::mem::replace(known, near);
        let now = &origins.near[path];
        before.compose != now.compose && (origins.is_news(&before) || origins.is_news(now))
    }

    /// The file at `path` if it is a compose file; of one outside the workspace also those in its folder and above it, up to
    /// that of the repository.
    fn near(&self, path: &Path) -> Near {
        let is_compose = |path: &PathBuf| {
            let verdict = languages::by_name(&path.to_string_lossy());
            verdict == NameVerdict::Is(Language::Compose)
        };
        let mut near = Near { is_known: true, ..Near::default() };
        let is_within = self.documents.folders().iter().any(|folder| path.starts_with(folder));
        for folder in path.ancestors().skip(1).take(if is_within { 0 } else { HIGHEST }) {
            near.compose.extend(discovery::files_in(folder).into_iter().filter(is_compose));
            near.folders.push(folder.to_owned());
            if folder.join(".git").exists() {
                break;
            }
        }
        let document = self.documents.at(path);
        if document.is_some_and(|it| it.read_here().language == Some(Language::Compose)) {
            near.compose.push(path.to_owned());
        }
        near
    }

    /// Begins stacks where they begin by now, and ends those that do not any more.
    fn set_roots(&self) {
        let compose: BTreeSet<PathBuf> = {
            let origins = lock(&self.origins);
            let near = origins.near.values().flat_map(|near| &near.compose);
            origins.workspace.iter().chain(near).cloned().collect()
        };
        let roots = project::roots(compose.iter().map(PathBuf::as_path)).into_iter().collect();
        let parts = lock(&self.stacks).set_roots(&roots);
        lock(&self.affected).extend(parts);
    }
}

/// What comes of a linking, which is taken in though it breaks off.
struct Ended<'a> {
    project: &'a Project,
    linking: &'a Linking,
    stack: Option<Arc<Stack>>,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        let parts = lock(&self.project.stacks).end(self.linking, self.stack.take());
        lock(&self.project.affected).extend(parts);
    }
}

/// A panic elsewhere leaves whole entries behind, so they stay in use.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
