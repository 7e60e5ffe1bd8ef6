//! For GitLab: a [code quality report](https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format), a
//! finding a line.

use std::io::{self, Write};

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_128;

use super::file::{FileReport, Place, Reported, ReportedRelated, slashed};
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
    /// GitLab does not look at them; others that read the format do, as
    /// [Code Climate](https://github.com/codeclimate/platform/blob/master/spec/analyzers/SPEC.md#other-locations) has it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other_locations: Vec<Location>,
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
        let other = |it: &ReportedRelated| {
            Location::new(it.file.as_deref().map_or_else(|| path.clone(), slashed), it.place)
        };
        Self {
            description: format!("{}{help}", finding.message),
            check_name: finding.rule,
            fingerprint: format!(
                "{:032x}",
                xxh3_128([&path, "\0", &finding.fingerprint].concat().as_bytes())
            ),
            severity: severity(finding.severity),
            other_locations: finding.related.iter().map(other).collect(),
            location: Location::new(path, finding.place),
        }
    }
}

impl Location {
    const fn new(path: String, place: Place) -> Self {
        Self { path, lines: Range { begin: place.line, end: place.end_line } }
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
