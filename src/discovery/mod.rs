//! Which configuration a file falls under, the nearest `portolan.toml` in the folders above it, which files a folder has, and
//! what they hold.
//!
//! This is the one room beside the command line that reads files.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use foldhash::HashMap;

use crate::config::{self, Config, FileSize, Settings};
use crate::finding::{Finding, Severity};
use crate::languages::Language;
use crate::project::straightened;
use crate::text::Span;

mod disk;
mod hidden;
mod kept;
mod queue;
mod read;
mod tree;

pub use disk::{Disk, LARGEST};
pub use hidden::Signs;
pub use kept::Kept;
pub use read::{Unread, bytes_of, read, read_from, regular, text_of, text_of_file};
pub use tree::{files_below, files_in, found_below, is_walked};

/// What a configuration is called; in one folder the first wins.
pub const NAMES: [&str; 2] = ["portolan.toml", ".portolan.toml"];

/// A configuration as it was found.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The file it stands in.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// What is wrong with it; then what is asked for is what it said when nothing was, if it ever did.
    pub mistakes: Vec<Finding>,
    /// The file beside it that is not read, since this one wins.
    pub shadowed: Option<PathBuf>,
    /// The folder that it speaks of.
    folder: PathBuf,
    config: Config,
}

impl Configuration {
    /// What it asks for the file at `path`.
    #[must_use]
    pub fn settings_for(&self, path: &Path) -> Settings {
        self.config.settings_for(&self.relative(path))
    }

    /// Whether a walk passes over the file or folder at `path` itself.
    #[must_use]
    pub fn excludes(&self, path: &Path, is_folder: bool) -> bool {
        self.config.excludes(&self.relative(path), is_folder)
    }

    /// How large the files below it may be that are read, if it says so.
    #[must_use]
    pub const fn max_file_size(&self) -> Option<FileSize> {
        self.config.max_file_size
    }

    /// The language that the file at `path` is in, if this says so.
    #[must_use]
    pub fn language(&self, path: &Path) -> Option<Language> {
        self.config.language(&self.relative(path))
    }

    /// `path` from the folder that this speaks of.
    fn relative(&self, path: &Path) -> PathBuf {
        let path = absolute(path);
        path.strip_prefix(&self.folder).map(Path::to_owned).unwrap_or(path)
    }
}

/// The configurations that were found, by the folders from which they were looked for.
#[derive(Debug, Default)]
pub struct Discovery {
    found: Mutex<HashMap<OsString, Option<Arc<Configuration>>>>,
    /// Each configuration as it was last read: one that still says the same is the same.
    read: Mutex<HashMap<PathBuf, Arc<Configuration>>>,
    /// What each file said when nothing was wrong with it.
    good: Mutex<HashMap<PathBuf, Config>>,
}

impl Discovery {
    /// The configuration that the file at `path` falls under. A file that `open` knows is not read from the disk.
    pub fn of_file(&self, path: &Path, open: impl Fn(&Path) -> Option<String>) -> Option<Arc<Configuration>> {
        self.nearest(absolute(path).parent()?, open)
    }

    /// The configuration that the files in `folder` fall under. A file that `open` knows is not read from the disk.
    pub fn of_folder(
        &self,
        folder: &Path,
        open: impl Fn(&Path) -> Option<String>,
    ) -> Option<Arc<Configuration>> {
        self.nearest(&absolute(folder), open)
    }

    /// Takes note that the files in `folder`, in which no configuration lies, fall under the one that is `nearest`.
    pub fn learn(&self, folder: &Path, nearest: Option<&Arc<Configuration>>) {
        lock(&self.found).insert(absolute(folder).into_os_string(), nearest.cloned());
    }

    /// The configuration in `folder`, given from the root of the disk, or in the nearest one above that has any.
    fn nearest(&self, folder: &Path, open: impl Fn(&Path) -> Option<String>) -> Option<Arc<Configuration>> {
        let mut passed = Vec::new();
        let mut nearest = None;
        for folder in folder.ancestors() {
            if let Some(known) = lock(&self.found).get(folder.as_os_str()) {
                nearest = known.clone();
                break;
            }
            passed.push(folder.as_os_str().to_owned());
            if let Some(configuration) = self.within(folder, &open) {
                nearest = Some(configuration);
                break;
            }
        }
        lock(&self.found).extend(passed.into_iter().map(|folder| (folder, nearest.clone())));
        nearest
    }

    /// The configuration at `path`, which speaks of `folder`.
    pub fn at(&self, path: &Path, folder: &Path) -> Configuration {
        self.understood(path.to_owned(), absolute(folder), text(path), None)
    }

    /// Looks anew from now on. What is found again and says the same is the same [`Arc`] as before.
    pub fn forget(&self) {
        lock(&self.found).clear();
    }

    /// The configuration that lies in `folder`.
    fn within(&self, folder: &Path, open: impl Fn(&Path) -> Option<String>) -> Option<Arc<Configuration>> {
        let mut found = NAMES.iter().filter_map(|name| {
            let path = folder.join(name);
            let read = open(&path).map_or_else(|| text(&path), Ok);
            // A folder above may be closed to us: what cannot even be seen there is nobody's configuration.
            let is_there = match &read {
                Ok(_) => true,
                Err(Unread::Io(error)) if error.kind() == io::ErrorKind::NotFound => false,
                Err(_) => fs::metadata(&path).is_ok_and(|it| !it.is_dir()),
            };
            is_there.then_some((path, read))
        });
        let (path, read) = found.next()?;
        let shadowed = found.next().map(|(path, _)| path);
        let before = lock(&self.read).get(&path).cloned();
        let is_same = |it: &Configuration| {
            // What could not be read has no text either.
            let was_read = it.mistakes.is_empty() || !it.text.is_empty();
            was_read && read.as_ref().is_ok_and(|text| *text == it.text) && it.shadowed == shadowed
        };
        if let Some(before) = before.filter(|it| is_same(it)) {
            return Some(before);
        }
        let configuration = Arc::new(self.understood(path, folder.to_owned(), read, shadowed));
        lock(&self.read).insert(configuration.path.clone(), Arc::clone(&configuration));
        Some(configuration)
    }

    fn understood(
        &self,
        path: PathBuf,
        folder: PathBuf,
        read: Result<String, Unread>,
        shadowed: Option<PathBuf>,
    ) -> Configuration {
        let (text, config) = match read {
            Ok(text) => {
                let config = Config::read(&text);
                (text, config)
            }
            Err(error) => (String::new(), Err(vec![unreadable(&error)])),
        };
        let mut good = lock(&self.good);
        let (config, mistakes) = match config {
            Ok(config) => {
                good.insert(path.clone(), config.clone());
                (config, Vec::new())
            }
            Err(mistakes) => (good.get(&path).cloned().unwrap_or_default(), mistakes),
        };
        Configuration { path, text, mistakes, shadowed, folder, config }
    }
}

/// The finding that a configuration cannot be read.
fn unreadable(error: &Unread) -> Finding {
    Finding {
        rule: config::MISTAKE,
        severity: Severity::Error,
        span: Span { start: 0, end: 0 },
        message: format!("the file cannot be read: {error}"),
        help: None,
        related: Vec::new(),
        fix: None,
    }
}

/// What the configuration at `path` says.
fn text(path: &Path) -> Result<String, Unread> {
    let bytes = bytes_of(path, LARGEST)?;
    let is_no_text = |_| Unread::Io(io::Error::new(io::ErrorKind::InvalidData, "it is not valid UTF-8"));
    String::from_utf8(bytes).map_err(is_no_text)
}

/// `path` from the root, without steps that lead nowhere or back; links are not looked at.
#[must_use]
pub fn absolute(path: &Path) -> PathBuf {
    /// The current folder, which stays the same.
    static HERE: LazyLock<Option<PathBuf>> = LazyLock::new(|| std::path::absolute(".").ok());
    let path = match &*HERE {
        // Without a current folder there is nothing above a relative path but itself.
        Some(here) if !path.is_absolute() => Cow::Owned(here.join(path)),
        _ => Cow::Borrowed(path),
    };
    straightened(path)
}

/// A panic elsewhere leaves whole entries behind, so they stay in use.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
