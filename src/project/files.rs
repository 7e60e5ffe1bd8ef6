//! Files that are all at hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{File, Tree};
use crate::languages::{Language, detect};

/// Files that are all at hand, by their paths from the root of the disk.
#[derive(Debug, Default)]
pub struct Files(BTreeMap<PathBuf, Arc<File>>);

impl Files {
    /// The files with those paths and texts, each in the language that its name and text tell.
    #[must_use]
    pub fn new<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let read = |(path, text): (&str, &str)| {
            let file = File::read(path.into(), text.into(), detect(path, None, text));
            (file.path.clone(), Arc::new(file))
        };
        Self(files.into_iter().map(read).collect())
    }

    /// The paths of those that are compose files.
    pub fn compose_files(&self) -> impl Iterator<Item = &Path> {
        let files = self.0.values().filter(|file| file.language == Some(Language::Compose));
        files.map(|file| file.path.as_path())
    }
}

impl Tree for Files {
    fn file(&self, path: &Path, language: Option<Language>) -> Option<Arc<File>> {
        let file = self.0.get(path)?;
        if file.language == language {
            return Some(Arc::clone(file));
        }
        Some(Arc::new(File::read(file.path.clone(), Arc::clone(&file.text), language)))
    }

    fn files_in(&self, folder: &Path) -> Vec<PathBuf> {
        self.0.keys().filter(|path| path.parent() == Some(folder)).cloned().collect()
    }
}
