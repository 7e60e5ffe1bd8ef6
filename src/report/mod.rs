//! The reports: one writer for each form of output.

use std::fmt;
use std::iter::Sum;

use crate::finding::{Finding, Safety, Severity};

mod json;
mod text;

pub use json::{JsonFinding, json, write_json};
pub use text::text;

/// How many findings of which severity, in how many files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    files: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
    safe_fixes: usize,
    unsafe_fixes: usize,
}

impl Summary {
    /// The summary of one file.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        let fixes = |safety| {
            findings.iter().filter_map(|it| it.fix.as_ref()).filter(|it| it.safety == safety).count()
        };
        Self {
            files: 1,
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            infos: count(Severity::Info),
            safe_fixes: fixes(Safety::Safe),
            unsafe_fixes: fixes(Safety::Unsafe),
        }
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

    /// Whether there is anything that a check should fail for.
    #[must_use]
    pub const fn fails(self) -> bool {
        self.errors + self.warnings > 0
    }
}

impl Sum for Summary {
    fn sum<I: Iterator<Item = Self>>(files: I) -> Self {
        files.fold(Self::default(), |sum, file| Self {
            files: sum.files + file.files,
            errors: sum.errors + file.errors,
            warnings: sum.warnings + file.warnings,
            infos: sum.infos + file.infos,
            safe_fixes: sum.safe_fixes + file.safe_fixes,
            unsafe_fixes: sum.unsafe_fixes + file.unsafe_fixes,
        })
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [(self.errors, "error"), (self.warnings, "warning"), (self.infos, "info")];
        let found: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, noun)| counted(*count, noun))
            .collect();
        let found = if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") };
        write!(out, "{found} in {}", counted(self.files, "file"))
    }
}

/// Text as it may be shown on a terminal: what would move the cursor or colour the screen is escaped.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_control() { printable.extend(char.escape_default()) } else { printable.push(char) }
    }
    printable
}

/// A number with its noun: `1 file`, `2 files`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
