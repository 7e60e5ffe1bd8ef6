//! For programs: one JSON object, `{"version":1,"findings":[…]}`, or an object a line for each finding.
//!
//! Lines and columns count from 1, columns in characters; an end is the place behind the last character. A place among
//! `related` has a `file` where it stands in another one than the finding.

use std::io::{self, Write};

use serde::Serialize;

use super::file::{FileReport, Place, Reported, ReportedFix, ReportedRelated, slashed};
use super::stream::{Lines, Stream};
use super::{Files, findings};

/// Writes the findings of `files` as one object, a finding a line.
///
/// # Errors
///
/// Those of `out`.
pub fn json(files: Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Report<F> {
        version: usize,
        findings: F,
    }
    let report = Report { version: 1, findings: Stream::of(findings(files, JsonFinding::new)) };
    report.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Lines::at(2)))?;
    writeln!(out)
}

/// Writes the findings of `files`, an object a line.
///
/// # Errors
///
/// Those of `out`.
pub fn ndjson(files: Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in findings(files, JsonFinding::new) {
        finding.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Lines::at(0)))?;
        writeln!(out)?;
    }
    Ok(())
}

#[derive(Debug, Serialize)]
struct JsonFinding {
    rule: &'static str,
    severity: &'static str,
    message: String,
    help: Option<String>,
    file: String,
    #[serde(flatten)]
    place: Place,
    related: Vec<JsonRelated>,
    fix: Option<JsonFix>,
    fingerprint: String,
    url: String,
}

#[derive(Debug, Serialize)]
struct JsonRelated {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(flatten)]
    place: Place,
}

#[derive(Debug, Serialize)]
struct JsonFix {
    title: String,
    safety: &'static str,
    edits: Vec<JsonEdit>,
}

#[derive(Debug, Serialize)]
struct JsonEdit {
    #[serde(flatten)]
    place: Place,
    text: String,
}

impl JsonFinding {
    fn new(file: &FileReport, finding: &Reported) -> Self {
        let related = |it: &ReportedRelated| JsonRelated {
            message: it.message.clone(),
            file: it.file.as_deref().map(slashed),
            place: it.place,
        };
        Self {
            rule: finding.rule,
            severity: finding.severity.name(),
            message: finding.message.clone(),
            help: finding.help.clone(),
            file: file.name(),
            place: finding.place,
            related: finding.related.iter().map(related).collect(),
            fix: finding.fix.as_ref().map(JsonFix::new),
            fingerprint: finding.fingerprint.clone(),
            url: finding.url(),
        }
    }
}

impl JsonFix {
    fn new(fix: &ReportedFix) -> Self {
        let edits = fix.edits.iter().map(|edit| JsonEdit { place: edit.place, text: edit.text.clone() });
        Self { title: fix.title.clone(), safety: fix.safety.name(), edits: edits.collect() }
    }
}
