//! The files that stacks are made of: as they stand in the editor, or else as they lie on the disk, each read once.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::documents::{Documents, Reading};
use super::stacks::from;
use crate::discovery;
use crate::languages::{self, Language};
use crate::project::{File, Tree};

/// Files of more bytes than this are looked at only while they are open.
pub const LARGEST: u64 = 4 << 20;

/// What was read from the disk, until somebody says that it changed.
#[derive(Debug, Default)]
pub struct Disk {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    files: BTreeMap<PathBuf, Entry>,
    folders: BTreeMap<PathBuf, Vec<PathBuf>>,
    /// How often something was forgotten: what is read meanwhile may be old, and is not kept.
    forgotten: u64,
}

/// A file that was read.
#[derive(Clone, Debug, Default)]
struct Entry {
    /// Its text; `None` where it could not be read.
    text: Option<Arc<str>>,
    /// What it says in the languages that it was asked for in.
    files: Vec<Arc<File>>,
    /// What it looked like from outside: a change of it leaves something else behind, as a rule.
    stamp: Option<(SystemTime, u64)>,
}

impl Disk {
    /// Forgets what lies at `path` and below it, and what the folder holds that it lies in.
    pub fn forget(&self, path: &Path) {
        let mut known = self.lock();
        known.forgotten += 1;
        take_below(path, &mut known.files);
        take_below(path, &mut known.folders);
        path.parent().and_then(|folder| known.folders.remove(folder));
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        let mut known = self.lock();
        *known = Known { forgotten: known.forgotten + 1, ..Known::default() };
    }

    /// Forgets those of `paths` that do not look any more as they did; returns them.
    pub fn recheck(&self, paths: impl IntoIterator<Item = PathBuf>) -> Vec<PathBuf> {
        let has_changed = |path: &PathBuf| {
            let stamp = stamp(path);
            let is_other_file = self.lock().files.get(path).is_some_and(|entry| entry.stamp != stamp);
            let files = self.lock().folders.get(path).cloned();
            is_other_file || files.is_some_and(|files| files != discovery::files_in(path))
        };
        let changed: Vec<PathBuf> = paths.into_iter().filter(has_changed).collect();
        changed.iter().for_each(|path| self.forget(path));
        changed
    }

    /// The file at `path`, in the language that its configuration, its name and its text tell; `None` where it is nothing we
    /// read.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub fn detected(&self, path: &Path, documents: &Documents) -> io::Result<Option<Arc<File>>> {
        let (entry, forgotten) = self.entry(path)?;
        let Some(text) = &entry.text else { return Ok(None) };
        let configured = documents.configuration_of(path).and_then(|it| it.language(path));
        let detected = || languages::detect(&path.to_string_lossy(), None, text);
        let Some(language) = configured.or_else(detected) else { return Ok(None) };
        // One that is open as it lies there is read already, or about to be.
        let open = documents.at(path).map(|document| document.read_here());
        let is_same = |reading: &Arc<Reading>| reading.language == Some(language) && reading.text == *text;
        let file = open.filter(is_same).and_then(|reading| reading.file(Some(language)));
        Ok(file.or_else(|| self.read_as(path, entry, Some(language), forgotten)))
    }

    /// Keeps what was read of the file at `path` only if somebody else does.
    pub fn let_go(&self, path: &Path) {
        let mut known = self.lock();
        let is_held = |entry: &Entry| entry.files.iter().any(|file| Arc::strong_count(file) > 1);
        if known.files.get(path).is_some_and(|entry| !is_held(entry)) {
            known.files.remove(path);
        }
    }

    fn file(&self, path: &Path, language: Option<Language>) -> Option<Arc<File>> {
        let (entry, forgotten) = self.entry(path).ok()?;
        self.read_as(path, entry, language, forgotten)
    }

    fn files_in(&self, folder: &Path) -> Vec<PathBuf> {
        let forgotten = {
            let known = self.lock();
            if let Some(files) = known.folders.get(folder) {
                return files.clone();
            }
            known.forgotten
        };
        let files = discovery::files_in(folder);
        let mut known = self.lock();
        if known.forgotten == forgotten {
            known.folders.insert(folder.to_owned(), files.clone());
        }
        files
    }

    /// What is known of the file at `path`, once it is read, and how often something had been forgotten by then.
    fn entry(&self, path: &Path) -> io::Result<(Entry, u64)> {
        let forgotten = {
            let known = self.lock();
            if let Some(entry) = known.files.get(path) {
                return Ok((entry.clone(), known.forgotten));
            }
            known.forgotten
        };
        let stamp = stamp(path);
        let text = discovery::text_of(path, LARGEST).map(|text| text.map(Arc::from));
        let entry = Entry { text: text.as_ref().ok().and_then(Clone::clone), files: Vec::new(), stamp };
        let mut known = self.lock();
        if known.forgotten == forgotten {
            known.files.insert(path.to_owned(), entry.clone());
        }
        text.map(|_| (entry, forgotten))
    }

    /// The file at `path`, of which that is known, as one of `language`.
    fn read_as(
        &self,
        path: &Path,
        entry: Entry,
        language: Option<Language>,
        forgotten: u64,
    ) -> Option<Arc<File>> {
        if let Some(file) = entry.files.into_iter().find(|file| file.language == language) {
            return Some(file);
        }
        let file = Arc::new(File::read(path.to_owned(), entry.text?, language));
        let mut known = self.lock();
        if known.forgotten == forgotten
            && let Some(entry) = known.files.get_mut(path)
        {
            // Another thread may have been faster.
            if let Some(other) = entry.files.iter().find(|file| file.language == language) {
                return Some(Arc::clone(other));
            }
            entry.files.push(Arc::clone(&file));
        }
        Some(file)
    }

    /// A panic elsewhere leaves whole entries behind, so they stay in use.
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes out of `map` what is at `path` and below it.
fn take_below<T>(path: &Path, map: &mut BTreeMap<PathBuf, T>) {
    let paths = map.range::<Path, _>(from(path)).map(|(it, _)| it).take_while(|it| it.starts_with(path));
    let paths: Vec<PathBuf> = paths.cloned().collect();
    paths.iter().for_each(|it| drop(map.remove(it)));
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = path.metadata().ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// The files of an editor's user.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// What is open, which counts as it stands there.
    pub documents: &'a Documents,
    /// What is not.
    pub disk: &'a Disk,
    /// A file that counts before both.
    pub instead: Option<&'a Arc<File>>,
}

impl Tree for Files<'_> {
    fn file(&self, path: &Path, language: Option<Language>) -> Option<Arc<File>> {
        if let Some(file) = self.instead.filter(|file| file.path == path && file.language == language) {
            return Some(Arc::clone(file));
        }
        match self.documents.at(path) {
            Some(document) => document.read_here().file(language),
            None => self.disk.file(path, language),
        }
    }

    fn files_in(&self, folder: &Path) -> Vec<PathBuf> {
        let mut files = self.disk.files_in(folder);
        let open = self.documents.files_in(folder);
        if !open.is_empty() {
            files.extend(open);
            files.sort();
            files.dedup();
        }
        files
    }
}
