//! `--baseline`: what was there already, and is not reported again.
//!
//! The file is JSON with a finding a line, in the order of the files, so that its changes can be read. Paths in it count
//! from its folder.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::replace;
use crate::config::{Level, Settings};
use crate::discovery::{Unread, absolute, bytes_of};
use crate::report::{FileReport, Reported, Why};
use crate::rules::Rule;

/// What was there when the file was written.
#[derive(Debug)]
pub struct Baseline {
    path: PathBuf,
    /// The folder from which the paths in the file count.
    folder: PathBuf,
    entries: BTreeMap<String, Vec<Entry>>,
}

/// A finding as the file holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    file: String,
    rule: String,
    message: String,
    /// [`Reported::fingerprint`], by which alone the finding is known again.
    fingerprint: String,
}

impl Entry {
    /// Whether its rule looks under these `settings`: of one that does not, nobody knows what it would find. One that is
    /// not there any more finds nothing.
    pub fn could_be_found(&self, settings: &Settings) -> bool {
        Rule::named(&self.rule).is_none_or(|rule| settings.level(rule) != Level::Off)
    }
}

/// The file as a whole.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    findings: Vec<Entry>,
}

/// How many bytes the file may have: some hundred thousand findings.
const MOST: u64 = 256 << 20;

/// The form of the file that is written and understood.
const VERSION: u32 = 1;

impl Baseline {
    /// What the file at `path` holds; nothing if there is no such file and it `is_to_be_written`.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    pub fn read(path: &Path, is_to_be_written: bool) -> Result<Self, String> {
        let shown = path.display();
        let is_missing =
            |why: &Unread| matches!(why, Unread::Io(error) if error.kind() == ErrorKind::NotFound);
        let document = match bytes_of(path, MOST) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| format!("{shown} is no baseline: {error} (--write-baseline writes one)"))?,
            Err(why) if is_missing(&why) && is_to_be_written => {
                Document { version: VERSION, findings: Vec::new() }
            }
            Err(why) if is_missing(&why) => {
                return Err(format!("there is no baseline {shown}; --write-baseline writes one"));
            }
            Err(why) => return Err(format!("the baseline {shown} cannot be read: {why}")),
        };
        if document.version != VERSION {
            let version = document.version;
            return Err(format!("the baseline {shown} has version {version}; this program knows {VERSION}"));
        }
        let absolute = absolute(path);
        let folder = absolute.parent().unwrap_or(Path::new("")).to_owned();
        let mut entries = BTreeMap::<String, Vec<Entry>>::new();
        for entry in document.findings {
            entries.entry(entry.file.clone()).or_default().push(entry);
        }
        Ok(Self { path: path.to_owned(), folder, entries })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is known of the file at `path`.
    pub fn of_file(&self, path: &Path) -> Known<'_> {
        let entries = self.entries.get(&self.key(path)).map_or(&[][..], Vec::as_slice);
        Known { entries, fingerprints: entries.iter().map(|entry| entry.fingerprint.as_str()).collect() }
    }

    /// The file as the baseline names it.
    pub fn key(&self, path: &Path) -> String {
        let absolute = absolute(path);
        let relative = absolute.strip_prefix(&self.folder).unwrap_or(&absolute);
        relative.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
    }

    /// What it says of files that are not there any more.
    pub fn of_lost_files(&self) -> impl Iterator<Item = &Entry> {
        let lost = self.entries.iter().filter(|(file, _)| !self.folder.join(file).exists());
        lost.flat_map(|(_, entries)| entries)
    }

    /// Writes it without what is `gone`.
    ///
    /// # Errors
    ///
    /// Why it cannot be written.
    pub fn prune(&self, gone: &[Entry]) -> Result<(), String> {
        let mut numbers = HashMap::<&str, HashSet<&str>>::new();
        for entry in gone {
            numbers.entry(&entry.file).or_default().insert(&entry.fingerprint);
        }
        let is_gone = |entry: &&Entry| {
            numbers.get(entry.file.as_str()).is_some_and(|it| it.contains(entry.fingerprint.as_str()))
        };
        self.write(self.entries.values().flatten().filter(|entry| !is_gone(entry)).cloned().collect())
    }

    /// Writes it with what is `found` now in the files that were read, by their keys; what is known of others that are
    /// still there stays. Returns how many findings it holds.
    ///
    /// # Errors
    ///
    /// Why it cannot be written.
    pub fn renew(&self, mut found: BTreeMap<String, Vec<Entry>>) -> Result<usize, String> {
        for (file, entries) in &self.entries {
            if !found.contains_key(file) && self.folder.join(file).exists() {
                found.insert(file.clone(), entries.clone());
            }
        }
        let findings: Vec<Entry> = found.into_values().flatten().collect();
        let count = findings.len();
        self.write(findings).map(|()| count)
    }

    /// What is found in a file, as the baseline holds it.
    pub fn entries(&self, report: &FileReport) -> Vec<Entry> {
        let file = self.key(&report.path);
        let known = report.held_back.iter().filter(|held| held.why == Why::Baseline);
        let known = known.map(|held| &held.finding);
        let entry = |finding: &Reported| Entry {
            file: file.clone(),
            rule: finding.rule.to_owned(),
            message: finding.message.clone(),
            fingerprint: finding.fingerprint.clone(),
        };
        let mut findings: Vec<&Reported> = report.findings.iter().chain(known).collect();
        findings.sort_by_key(|finding| (finding.place.line, finding.place.column));
        findings.into_iter().map(entry).collect()
    }

    fn write(&self, findings: Vec<Entry>) -> Result<(), String> {
        let document = Document { version: VERSION, findings };
        let mut text = serde_json::to_string_pretty(&document)
            .map_err(|error| format!("the baseline cannot be written: {error}"))?;
        text.push('\n');
        replace::write(&self.path, text.as_bytes())
            .map_err(|error| format!("the baseline {} cannot be written: {error}", self.path.display()))
    }
}

/// What a baseline says of one file.
pub struct Known<'a> {
    entries: &'a [Entry],
    fingerprints: HashSet<&'a str>,
}

impl Known<'_> {
    /// Whether `finding` was there already.
    pub fn holds(&self, finding: &Reported) -> bool {
        self.fingerprints.contains(finding.fingerprint.as_str())
    }

    /// What was there and is not among `findings` any more.
    pub fn gone(&self, findings: &[Reported]) -> Vec<Entry> {
        if self.entries.is_empty() {
            return Vec::new();
        }
        let now: HashSet<&str> = findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
        self.entries.iter().filter(|entry| !now.contains(entry.fingerprint.as_str())).cloned().collect()
    }
}
