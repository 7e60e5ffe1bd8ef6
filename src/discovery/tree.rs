//! The files of a folder that anybody would look at: a walk as ripgrep walks, and one file of it.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

/// The files below `folder`, those of one folder by their names; what cannot be looked at comes as an error in between.
///
/// What .gitignore and .ignore hide is passed over, hidden files are not, and `.git` is. So are the folders that
/// `excludes` names.
pub fn files_below(
    folder: &Path,
    excludes: impl Fn(&Path) -> bool + Send + Sync + 'static,
) -> impl Iterator<Item = Result<PathBuf, ignore::Error>> {
    let enters = move |entry: &DirEntry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        !is_folder || entry.depth() == 0 || (!is_git(entry) && !excludes(entry.path()))
    };
    let walk = walk(folder).filter_entry(enters).build();
    walk.filter_map(|entry| match entry {
        Ok(entry) if entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_file()) => {
            (!is_git(&entry)).then(|| Ok(entry.into_path()))
        }
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    })
}

/// Whether git keeps its own things there. To take a path apart takes time, so its end is looked at first.
fn is_git(entry: &DirEntry) -> bool {
    entry.path().as_os_str().as_encoded_bytes().ends_with(b".git") && entry.file_name() == ".git"
}

/// Whether `path`, a file or a folder below `folder`, is one that a walk through `folder` comes to.
#[must_use]
pub fn is_walked(folder: &Path, path: &Path) -> bool {
    let wanted = path.to_owned();
    let mut walk = walk(folder).filter_entry(move |entry| wanted.starts_with(entry.path())).build();
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

/// The text of the file at `path`, in which bytes that are no UTF-8 are replaced by U+FFFD; `None` where it has more than
/// `most` bytes, or is no regular file: a pipe would never end, and a device is not to be touched.
///
/// # Errors
///
/// Those of the file system.
pub fn text_of(path: &Path, most: u64) -> io::Result<Option<String>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() || metadata.len() > most {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    // What the system makes up for whoever asks says that it is empty, and may wait until there is something to say.
    if metadata.len() > 0 {
        fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    }
    Ok(Some(
        String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    ))
}

fn walk(folder: &Path) -> WalkBuilder {
    let mut builder = WalkBuilder::new(folder);
    builder.hidden(false).require_git(false);
    // What lies in one folder differs by the names alone; to take these out of the paths takes time.
    builder.sort_by_file_path(|one, other| one.as_os_str().cmp(other.as_os_str()));
    builder
}
