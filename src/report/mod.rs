//! The reports: one writer for each form of output.
//!
//! A writer takes the reports on the files one by one, while others are still read, and keeps none of them.

use std::fmt;
use std::ops::AddAssign;
use std::sync::Arc;

use crate::finding::{Safety, Severity};

mod concise;
mod file;
mod github;
mod gitlab;
mod json;
mod markdown;
mod rdjson;
mod sarif;
mod shown;
mod statistics;
mod stream;
mod text;
mod xml;

pub use concise::concise;
pub use file::{
    Drawing, FileReport, HeldBack, Place, Reported, ReportedEdit, ReportedFix, ReportedRelated, Why,
};
pub use github::github;
pub use gitlab::gitlab;
pub use json::{json, ndjson};
pub use markdown::markdown;
pub use rdjson::rdjson;
pub use sarif::sarif;
pub use shown::Texts;
pub use statistics::{json_statistics, statistics};
pub use stream::harmless;
pub use text::{draw, text};
pub use xml::{checkstyle, junit};

/// The reports on files, in the order of their paths, as they come; those on which there is nothing to say are among them.
pub type Files<'a> = &'a mut dyn Iterator<Item = Arc<FileReport>>;

/// What `convert` makes of each finding of `files`.
fn findings<'a, T: 'a>(
    files: Files<'a>,
    convert: impl Fn(&FileReport, &Reported) -> T + 'a,
) -> impl Iterator<Item = T> + 'a {
    files.flat_map(move |file| {
        let converted: Vec<T> = file.findings.iter().map(|finding| convert(&file, finding)).collect();
        converted
    })
}

/// How many findings of which severity, in how many files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The files that were read.
    pub files: usize,
    /// The errors.
    pub errors: usize,
    /// The warnings.
    pub warnings: usize,
    /// What is a risk.
    pub infos: usize,
    /// What is good to know.
    pub hints: usize,
    safe_fixes: usize,
    unsafe_fixes: usize,
}

impl Summary {
    /// The summary of one file.
    #[must_use]
    pub fn of(findings: &[Reported]) -> Self {
        let mut summary = Self { files: 1, ..Self::default() };
        for finding in findings {
            *summary.count_mut(finding.severity) += 1;
            match finding.fix.as_ref().map(|fix| fix.safety) {
                Some(Safety::Safe) => summary.safe_fixes += 1,
                Some(Safety::Unsafe) => summary.unsafe_fixes += 1,
                None => {}
            }
        }
        summary
    }

    /// How many findings are at least as bad as `severity`.
    #[must_use]
    pub fn at_least(&self, severity: Severity) -> usize {
        let counts = [self.errors, self.warnings, self.infos, self.hints];
        counts[..=severity as usize].iter().sum()
    }

    /// How much of it can be fixed, and how, if there is any.
    #[must_use]
    pub fn fixes(&self) -> Option<String> {
        match (self.safe_fixes, self.unsafe_fixes) {
            (0, 0) => None,
            (safe, 0) => Some(format!("{safe} fixable with --fix")),
            (0, others) => Some(format!("{others} fixable with --fix --unsafe-fixes")),
            (safe, others) => Some(format!("{safe} fixable with --fix, {others} more with --unsafe-fixes")),
        }
    }

    const fn count_mut(&mut self, severity: Severity) -> &mut usize {
        match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Info => &mut self.infos,
            Severity::Hint => &mut self.hints,
        }
    }
}

impl AddAssign for Summary {
    fn add_assign(&mut self, file: Self) {
        self.files += file.files;
        self.errors += file.errors;
        self.warnings += file.warnings;
        self.infos += file.infos;
        self.hints += file.hints;
        self.safe_fixes += file.safe_fixes;
        self.unsafe_fixes += file.unsafe_fixes;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.files == 0 {
            return out.write_str("no file was checked");
        }
        let counts =
            [(self.errors, "error"), (self.warnings, "warning"), (self.infos, "info"), (self.hints, "hint")];
        let found: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, noun)| counted(*count, noun))
            .collect();
        let found = if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") };
        write!(out, "{found} in {}", counted(self.files, "file"))
    }
}

/// Text as it may be shown on a terminal, on one line: what would move the cursor, colour the screen or turn the text around
/// is escaped.
#[must_use]
pub fn printable(text: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut printable = String::with_capacity(text.len());
    for char in text.chars() {
        if is_treacherous(char) { printable.extend(char.escape_default()) } else { printable.push(char) }
    }
    printable
}

/// The same of several lines, in which tabs may stand.
#[must_use]
pub fn printable_lines(text: &str) -> String {
    let line = |line: &str| line.split('\t').map(printable).collect::<Vec<_>>().join("\t");
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Whether a terminal may obey `char`, end a line at it, or show what stands around it in
/// [another order](https://trojansource.codes).
#[must_use]
pub const fn is_treacherous(char: char) -> bool {
    matches!(
        char,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
    )
}

/// A number with its noun: `1 file`, `2 files`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
