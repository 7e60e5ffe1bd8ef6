//! `--check`: what is wrong with the ports in files.

use std::io::{self, Write};

use super::{Arguments, Outcome, OutputFormat, walk};
use crate::finding::Severity;
use crate::lint::lint;
use crate::report::{self, Summary};

/// Checks what `arguments` name and writes the report.
///
/// # Errors
///
/// Those of `out`.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> io::Result<Outcome> {
    let (files, outcome) = walk::visit(arguments, |source| {
        let mut findings = lint(source.text, source.language, &source.settings);
        findings.retain(|finding| finding.severity < Severity::Hint);
        let report = match arguments.output_format {
            _ if findings.is_empty() => Report::default(),
            OutputFormat::Text => {
                Report { text: report::text(source.path, source.text, &findings), ..Report::default() }
            }
            OutputFormat::Json => {
                Report { findings: report::json(source.path, source.text, &findings), ..Report::default() }
            }
        };
        Report { summary: Summary::of(&findings), ..report }
    });
    let summary: Summary = files.iter().map(|file| file.summary).sum();
    match arguments.output_format {
        OutputFormat::Text => {
            for file in &files {
                out.write_all(file.text.as_bytes())?;
            }
            writeln!(out, "{summary}")?;
        }
        OutputFormat::Json => report::write_json(files.into_iter().flat_map(|file| file.findings), out)?,
    }
    let found = if summary.fails() { Outcome::Found } else { Outcome::Clean };
    Ok(outcome.max(found))
}

/// What one file adds to the report.
#[derive(Debug, Default)]
struct Report {
    text: String,
    findings: Vec<report::JsonFinding>,
    summary: Summary,
}
