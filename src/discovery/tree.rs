//! The files of a folder that anybody would look at: a walk as ripgrep walks.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::lock;
use super::read::{Unread, regular};

/// The files below `folder`, those of one folder by their names; what cannot be looked at comes in between, with the reason.
///
/// What .gitignore and .ignore hide is passed over, hidden files are not, and `.git` is. So are the folders that
/// `excludes` names, and, as nobody can say what they hide, those whose .gitignore or .ignore is nothing to read.
pub fn files_below(
    folder: &Path,
    excludes: impl Fn(&Path) -> bool + Send + Sync + 'static,
) -> impl Iterator<Item = Result<PathBuf, String>> {
    let refused = Refused::default();
    let refusals = Arc::clone(&refused);
    let complaint = complaint(folder);
    let walk = complaint.is_none().then(|| walk(folder).filter_entry(entering(excludes, refused)).build());
    // Behind the last entry comes what was refused after it.
    let entries = walk.into_iter().flatten().map(Some).chain([None]);
    let found = entries.flat_map(move |entry| {
        let entry = match entry {
            Some(Ok(entry)) => is_file(&entry).then(|| Ok(entry.into_path())),
            Some(Err(error)) => Some(Err(error.to_string())),
            None => None,
        };
        std::mem::take(&mut *lock(&refusals)).into_iter().map(|(_, said)| Err(said)).chain(entry)
    });
    complaint.map(Err).into_iter().chain(found)
}

/// What `look` makes of the files of [`files_below`], in the same order, without those of which it makes nothing. It looks on
/// several threads, each of which has a state of its own.
pub fn found_below<T: Send, S: Default + Send>(
    folder: &Path,
    excludes: impl Fn(&Path) -> bool + Send + Sync + 'static,
    look: impl Fn(&Path, &mut S) -> Option<T> + Sync,
) -> Vec<Result<T, String>> {
    if let Some(complaint) = complaint(folder) {
        return vec![Err(complaint)];
    }
    let refused = Refused::default();
    let walk = walk(folder).filter_entry(entering(excludes, Arc::clone(&refused))).build_parallel();
    let found = Mutex::new(Vec::new());
    walk.run(|| {
        let (mut state, look, found) = (S::default(), &look, &found);
        Box::new(move |entry| {
            let made = match entry {
                Ok(entry) if is_file(&entry) => {
                    look(entry.path(), &mut state).map(|it| (entry.into_path(), Ok(it)))
                }
                Ok(_) => None,
                Err(error) => Some((place_of(&error).unwrap_or(folder).to_owned(), Err(said(&error)))),
            };
            lock(found).extend(made);
            WalkState::Continue
        })
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.extend(std::mem::take(&mut *lock(&refused)).into_iter().map(|(path, said)| (path, Err(said))));
    found.sort_by_cached_key(|(path, _)| place_in_order(path));
    found.into_iter().map(|(_, it)| it).collect()
}

/// What the paths of a walk are ordered by, and quickly: bytes that compare as the parts of a path do, of which one that goes on
/// comes behind the folder that it goes on from.
fn place_in_order(path: &Path) -> Vec<u8> {
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    bytes.map(|&byte| if std::path::is_separator(char::from(byte)) { 0 } else { byte }).collect()
}

/// The folders into which a walk did not go, each with the reason.
type Refused = Arc<Mutex<Vec<(PathBuf, String)>>>;

/// Why nobody can walk through `folder`. What hides something in it may lie in one above it, too.
fn complaint(folder: &Path) -> Option<String> {
    let above = super::absolute(folder);
    above.ancestors().find_map(refusal).map(|why| format!("{}: {why}", folder.display()))
}

/// Whether a walk looks at an entry, or goes into it. Notes those that are `refused`.
fn entering(
    excludes: impl Fn(&Path) -> bool + Send + Sync + 'static,
    refused: Refused,
) -> impl Fn(&DirEntry) -> bool + Send + Sync + 'static {
    move |entry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        if !is_folder || entry.depth() == 0 {
            return true;
        }
        if is_git(entry) || excludes(entry.path()) {
            return false;
        }
        let refusal = refusal(entry.path());
        let is_entered = refusal.is_none();
        let path = entry.path();
        lock(&refused).extend(refusal.map(|why| (path.to_owned(), format!("{}: {why}", path.display()))));
        is_entered
    }
}

/// Whether a walk came to a file.
fn is_file(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_file()) && !is_git(entry)
}

/// Where a walk could not go on.
fn place_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => place_of(err),
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}

/// Why a walk could not go on, in the words of one that goes on a single thread.
fn said(error: &ignore::Error) -> String {
    // What is above the folder to walk through has no depth.
    let is_below = matches!(error, ignore::Error::WithDepth { .. });
    match place_of(error).zip(error.io_error()).filter(|_| is_below) {
        Some((path, why)) => format!("{0}: IO error for operation on {0}: {why}", path.display()),
        None => error.to_string(),
    }
}

/// Why nobody can say what is hidden in `folder`; `None` where that can be said. A pipe by such a name would never end, and a
/// giant is more than patterns that somebody wrote.
fn refusal(folder: &Path) -> Option<String> {
    const MOST: u64 = 1 << 20;
    [".gitignore", ".ignore"].into_iter().find_map(|name| {
        let metadata = fs::metadata(folder.join(name)).ok().filter(|it| !it.is_dir())?;
        let why = match regular(&metadata) {
            Ok(length) if length <= MOST => return None,
            Ok(_) => Unread::Large(MOST),
            Err(why) => why,
        };
        Some(format!("the folder is passed over, since nobody can say what its {name} hides: {why}"))
    })
}

/// Whether git keeps its own things there. To take a path apart takes time, so its end is looked at first.
fn is_git(entry: &DirEntry) -> bool {
    entry.path().as_os_str().as_encoded_bytes().ends_with(b".git") && entry.file_name() == ".git"
}

/// Whether `path`, a file or a folder below `folder`, is one that a walk through `folder` comes to.
#[must_use]
pub fn is_walked(folder: &Path, path: &Path) -> bool {
    let above = super::absolute(folder);
    if above.ancestors().any(|folder| refusal(folder).is_some()) {
        return false;
    }
    let wanted = path.to_owned();
    let enters = move |entry: &DirEntry| {
        wanted.starts_with(entry.path()) && (wanted == entry.path() || refusal(entry.path()).is_none())
    };
    let mut walk = walk(folder).filter_entry(enters).build();
    walk.any(|entry| entry.is_ok_and(|entry| entry.path() == path))
}

/// What lies right in `folder` and is no folder, by the names; none where it is no folder that can be looked into. What the
/// names lead to is looked at where one of them is read.
#[must_use]
pub fn files_in(folder: &Path) -> Vec<PathBuf> {
    let is_file = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| !kind.is_dir());
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut files: Vec<PathBuf> = entries.filter(is_file).map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn walk(folder: &Path) -> WalkBuilder {
    let mut builder = WalkBuilder::new(folder);
    builder.hidden(false).require_git(false);
    // What lies in one folder differs by the names alone; to take these out of the paths takes time.
    builder.sort_by_file_path(|one, other| one.as_os_str().cmp(other.as_os_str()));
    builder
}
