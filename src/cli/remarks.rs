//! What is to be said of files, found while the stack around each was at hand, and kept until its turn in the report.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::languages::Language;
use crate::lint::Linted;

/// How much the remarks may weigh together, in bytes; of a file with more before it nothing is kept.
const MOST: usize = 16 << 20;

/// What is to be said of files, by their [addresses](Remarks::address).
#[derive(Debug, Default)]
pub struct Remarks {
    known: Mutex<Known>,
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct Known {
    /// `None` for a file of which something is expected, or was more than could be kept.
    files: HashMap<u64, Option<Remark>>,
    weight: usize,
}

/// What is to be said of a file where it holds a text of that hash, read in that language.
#[derive(Debug)]
struct Remark {
    text: u64,
    language: Language,
    linted: Linted,
}

impl Remarks {
    /// By what a file is known, given its path from the root.
    pub fn address(&self, path: &Path) -> u64 {
        self.hash(path.as_os_str())
    }

    /// Whether there is room for what is to be said of the file at `address`, and this is the first time that it is asked.
    /// What was kept of it before is gone.
    pub fn expects(&self, address: u64) -> bool {
        let mut known = self.known();
        let is_first = known.files.insert(address, None).is_none();
        is_first && known.weight < MOST
    }

    /// Keeps what is to be said of the file at `address` as long as it holds `text`.
    pub fn keep(&self, address: u64, language: Language, text: &str, linted: Linted) {
        let remark = Remark { text: self.hash(text), language, linted };
        let mut known = self.known();
        known.weight += remark.weight();
        known.files.insert(address, Some(remark));
    }

    /// What is to be said of the file at `path`, if that was kept and is about the same `text`.
    pub fn of(&self, path: &Path, language: Language, text: &str) -> Option<Linted> {
        let known = self.known();
        let remark = known.files.get(&self.address(path))?.as_ref()?;
        let is_same = remark.language == language && remark.text == self.hash(text);
        is_same.then(|| remark.linted.clone())
    }

    /// Forgets all of it, since a file has changed.
    pub fn forget(&self) {
        *self.known() = Known::default();
    }

    fn hash(&self, it: impl Hash) -> u64 {
        self.hasher.hash_one(it)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remark {
    /// How much it weighs, in bytes.
    fn weight(&self) -> usize {
        /// A finding with its words.
        const EACH: usize = 1 << 9;
        EACH / 4 + (self.linted.findings.len() + self.linted.suppressed.len()) * EACH
    }
}
