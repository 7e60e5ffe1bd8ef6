//! For GitLab: a [code quality report](https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format), a
//! finding a line.

use std::io::{self, Write};

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_128;

use super::file::{FileReport, Reported};
use super::stream::{Lines, Stream};
use super::{Files, findings};
use crate::finding::Severity;

/// Writes the findings of `files`.
///
/// # Errors
///
/// Those of `out`.
pub fn gitlab(files: Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    let issues = Stream::of(findings(files, Issue::new));
    issues.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Lines::at(1)))?;
    writeln!(out)
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    /// Unlike ours it must be unique in the project.
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Range,
}

#[derive(Serialize)]
struct Range {
    begin: usize,
    end: usize,
}

impl Issue {
    fn new(file: &FileReport, finding: &Reported) -> Self {
        let help = finding.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        let path = file.name();
        Self {
            description: format!("{}{help}", finding.message),
            check_name: finding.rule,
            fingerprint: format!(
                "{:032x}",
                xxh3_128([&path, "\0", &finding.fingerprint].concat().as_bytes())
            ),
            severity: severity(finding.severity),
            location: Location {
                path,
                lines: Range { begin: finding.place.line, end: finding.place.end_line },
            },
        }
    }
}

/// What GitLab calls that severity; above ours it has `blocker`.
const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Info => "minor",
        Severity::Hint => "info",
    }
}
