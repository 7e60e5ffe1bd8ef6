//! For [reviewdog](https://github.com/reviewdog/reviewdog/tree/master/proto/rdf): one object of its Diagnostic Format, a
//! finding a line.

use std::io::{self, Write};

use serde::Serialize;

use super::file::{FileReport, Place, Reported, ReportedFix, ReportedRelated, slashed};
use super::stream::{Lines, Stream};
use super::{Files, findings};
use crate::finding::Severity;

/// Writes the findings of `files`.
///
/// # Errors
///
/// Those of `out`.
pub fn rdjson(files: Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    let result = DiagnosticResult {
        source: Link { name: "portolan", url: env!("CARGO_PKG_REPOSITORY") },
        diagnostics: Stream::of(findings(files, Diagnostic::new)),
    };
    result.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Lines::at(2)))?;
    writeln!(out)
}

#[derive(Serialize)]
struct DiagnosticResult<D> {
    source: Link,
    diagnostics: D,
}

#[derive(Serialize)]
struct Link {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Diagnostic {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related>,
}

#[derive(Serialize)]
struct Location {
    path: String,
    range: Range,
}

/// Columns count bytes there.
#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Related {
    message: String,
    location: Location,
}

impl Diagnostic {
    fn new(file: &FileReport, finding: &Reported) -> Self {
        let help = finding.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
        let own = file.name();
        let related = |it: &ReportedRelated| Related {
            message: it.message.clone(),
            location: Location {
                path: it.file.as_deref().map_or_else(|| own.clone(), slashed),
                range: Range::new(it.place),
            },
        };
        Self {
            message: format!("{}{help}", finding.message),
            related_locations: finding.related.iter().map(related).collect(),
            location: Location { range: Range::new(finding.place), path: own },
            severity: severity(finding.severity),
            code: Code { value: finding.rule, url: finding.url() },
            suggestions: finding.fix.as_ref().and_then(suggestion).into_iter().collect(),
        }
    }
}

/// A suggestion is one change of one place, which people accept one by one: a fix of several would be torn apart.
fn suggestion(fix: &ReportedFix) -> Option<Suggestion> {
    let [edit] = &fix.edits[..] else { return None };
    Some(Suggestion { range: Range::new(edit.place), text: edit.text.clone() })
}

impl Range {
    const fn new(place: Place) -> Self {
        Self {
            start: Position { line: place.line, column: place.byte_column },
            end: Position { line: place.end_line, column: place.end_byte_column },
        }
    }
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Info | Severity::Hint => "INFO",
    }
}
