//! What the command line names: files, folders and lists of them, in its order, each once.

use std::fs;
use std::path::{Path, PathBuf};

use foldhash::{HashSet, HashSetExt};

use super::Arguments;
use crate::discovery;

/// What somebody named.
pub enum Named {
    /// A folder to walk through.
    Folder(PathBuf),
    /// Something else.
    One(Job),
}

impl Named {
    /// Whether it is a folder to walk through.
    pub const fn is_folder(&self) -> bool {
        matches!(self, Self::Folder(_))
    }
}

/// What `arguments` name, in its order, each thing once.
pub fn named(arguments: &Arguments) -> (Vec<Named>, Once) {
    let mut found = Vec::new();
    let listed = arguments.sources.listed().unwrap_or_else(|said| {
        found.push(Named::One(Job::Failure(said)));
        Vec::new()
    });
    let is_list = arguments.sources.files_from.as_deref() == Some(Path::new("-"));
    let here = (arguments.paths.is_empty() && arguments.sources.files_from.is_none()).then(|| ".".into());
    let paths: Vec<PathBuf> = arguments.paths.iter().cloned().chain(listed).chain(here).collect();
    let mut once = Once::new(&paths);
    for path in paths {
        let metadata = fs::metadata(&path).ok();
        if path.as_os_str() == "-" && is_list {
            let said = "standard input is the list of files and cannot be one of them".to_owned();
            found.push(Named::One(Job::Failure(said)));
        } else if metadata.as_ref().is_some_and(fs::Metadata::is_dir) {
            found.push(Named::Folder(path));
        } else if !once.is_first(&path) {
            continue;
        } else if path.as_os_str() == "-" {
            found.push(Named::One(Job::Stdin));
        } else {
            let why =
                metadata.filter(|_| !is_handed_over(&path)).and_then(|it| discovery::regular(&it).err());
            found.push(Named::One(match why {
                Some(why) => Job::Failure(format!("{} is not read: {why}", path.display())),
                None => Job::File { path, is_named: true, address: None },
            }));
        }
    }
    (found, once)
}

/// What to look at.
#[derive(Clone, Debug)]
pub enum Job {
    /// A file, which may be one that somebody named. The stacks may know it by its address, and then know what it is.
    File {
        /// Its path, as it was named or walked to.
        path: PathBuf,
        /// Whether somebody named it.
        is_named: bool,
        /// By what the stacks know it.
        address: Option<u64>,
    },
    /// Standard input.
    Stdin,
    /// What could not be walked, or not be listed, and why.
    Failure(String),
}

/// Sees to it that a file is handed out once, however often it is named, and where it is named rather than where a walk comes
/// to it.
pub struct Once {
    /// What is named, if that is several things: otherwise nothing comes twice.
    named: HashSet<PathBuf>,
    handed_out: HashSet<PathBuf>,
}

impl Once {
    /// Nothing yet, where `paths` are named.
    fn new(paths: &[PathBuf]) -> Self {
        let several = if paths.len() > 1 { paths } else { &[] };
        let named = several.iter().map(|path| discovery::absolute(path)).collect();
        Self { named, handed_out: HashSet::new() }
    }

    /// Whether the file at `path`, which is named, was not handed out yet.
    pub fn is_first(&mut self, path: &Path) -> bool {
        self.named.is_empty() || self.handed_out.insert(discovery::absolute(path))
    }

    /// Whether the file at `path`, to which a walk comes, was not handed out yet and will not be.
    pub fn is_only(&mut self, path: &Path) -> bool {
        self.named.is_empty() || {
            let path = discovery::absolute(path);
            !self.named.contains(&path) && self.handed_out.insert(path)
        }
    }
}

/// Whether `path` leads to what the program was started with, such as the `/dev/fd/63` that a shell writes in the place of
/// `<(…)`: it may be a pipe, for somebody writes to it.
pub fn is_handed_over(path: &Path) -> bool {
    cfg!(unix) && (path == Path::new("/dev/stdin") || path.starts_with("/dev/fd"))
}
