//! The files of a folder that anybody would look at: a walk as ripgrep walks.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::{DirEntry, WalkBuilder};

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
    let refused: Arc<Mutex<Vec<String>>> = Arc::default();
    let refusals = Arc::clone(&refused);
    // What hides something in a folder may lie in one above it, too.
    let above = super::absolute(folder);
    let complaint = above.ancestors().find_map(refusal).map(|why| format!("{}: {why}", folder.display()));
    let enters = move |entry: &DirEntry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        if !is_folder || entry.depth() == 0 {
            return true;
        }
        if is_git(entry) || excludes(entry.path()) {
            return false;
        }
        let refusal = refusal(entry.path());
        let is_entered = refusal.is_none();
        lock(&refused).extend(refusal.map(|why| format!("{}: {why}", entry.path().display())));
        is_entered
    };
    let walk = complaint.is_none().then(|| walk(folder).filter_entry(enters).build());
    // Behind the last entry comes what was refused after it.
    let entries = walk.into_iter().flatten().map(Some).chain([None]);
    let found = entries.flat_map(move |entry| {
        let entry = match entry {
            Some(Ok(entry)) if entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_file()) => {
                (!is_git(&entry)).then(|| Ok(entry.into_path()))
            }
            Some(Err(error)) => Some(Err(error.to_string())),
            _ => None,
        };
        std::mem::take(&mut *lock(&refusals)).into_iter().map(Err).chain(entry)
    });
    complaint.map(Err).into_iter().chain(found)
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
