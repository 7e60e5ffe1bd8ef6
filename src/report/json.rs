//! For programs: one JSON object, `{"version": 1, "findings": […]}`.
//!
//! Lines and columns count from 1, columns in characters; an end is the place behind the last character.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::finding::{Edit, Finding, Fix, Related};
use crate::rules::Rule;
use crate::text::{Encoding, Text};

/// A finding as the JSON report shows it.
#[derive(Debug, Serialize)]
pub struct JsonFinding {
    rule: &'static str,
    severity: &'static str,
    message: String,
    help: Option<String>,
    file: String,
    #[serde(flatten)]
    place: JsonPlace,
    related: Vec<JsonRelated>,
    fix: Option<JsonFix>,
    url: String,
}

#[derive(Debug, Serialize)]
struct JsonPlace {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Debug, Serialize)]
struct JsonRelated {
    message: String,
    #[serde(flatten)]
    place: JsonPlace,
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
    place: JsonPlace,
    text: String,
}

/// The findings in the file at `path`.
#[must_use]
pub fn json(path: &Path, text: &str, findings: &[Finding]) -> Vec<JsonFinding> {
    let lines = Text::new(text);
    let place = |span| {
        let range = lines.range(span, Encoding::Utf32);
        JsonPlace {
            line: range.start.line + 1,
            column: range.start.character + 1,
            end_line: range.end.line + 1,
            end_column: range.end.character + 1,
        }
    };
    let related = |it: &Related| JsonRelated { message: it.message.clone(), place: place(it.span) };
    let edit = |it: &Edit| JsonEdit { place: place(it.span), text: it.text.clone() };
    let fix = |it: &Fix| JsonFix {
        title: it.title.clone(),
        safety: it.safety.name(),
        edits: it.edits.iter().map(edit).collect(),
    };
    let convert = |finding: &Finding| JsonFinding {
        rule: finding.rule,
        severity: finding.severity.name(),
        message: finding.message.clone(),
        help: finding.help.clone(),
        file: path.to_string_lossy().into_owned(),
        place: place(finding.span),
        related: finding.related.iter().map(related).collect(),
        fix: finding.fix.as_ref().map(fix),
        url: Rule::named(finding.rule).map(Rule::url).unwrap_or_default(),
    };
    findings.iter().map(convert).collect()
}

/// Writes the whole report, a finding a line.
///
/// # Errors
///
/// Those of `out`.
pub fn write_json(findings: impl Iterator<Item = JsonFinding>, out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"{\"version\": 1, \"findings\": [")?;
    for (index, finding) in findings.enumerate() {
        out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &finding)?;
    }
    out.write_all(b"\n]}\n")
}
