//! `--check`: what is wrong with the ports in files.

use std::io::{self, Write};
use std::path::Path;

use super::{Arguments, Outcome, OutputFormat, walk};
use crate::config::Settings;
use crate::finding::{Finding, Severity};
use crate::languages::Language;
use crate::lint::lint;
use crate::report::{self, Summary};

/// Checks what `arguments` name and writes the report.
///
/// # Errors
///
/// Those of `out`.
pub fn run(arguments: &Arguments, out: &mut impl Write) -> io::Result<Outcome> {
    let (reports, outcome) = walk::visit(arguments, |source| {
        let findings = findings(source.text, source.language, &source.settings);
        Report::new(arguments, source.path, source.text, &findings)
    });
    Ok(outcome.max(write(arguments, reports, None, out)?))
}

/// What is found in a file and reported: all but hints.
pub fn findings(text: &str, language: Language, settings: &Settings) -> Vec<Finding> {
    let mut findings = lint(text, language, settings);
    findings.retain(|finding| finding.severity < Severity::Hint);
    findings
}

/// Writes the whole report, for people with what was `done` before.
///
/// # Errors
///
/// Those of `out`.
pub fn write(
    arguments: &Arguments,
    reports: Vec<Report>,
    done: Option<&str>,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    let summary: Summary = reports.iter().map(|file| file.summary).sum();
    match arguments.output_format {
        OutputFormat::Text => {
            for file in &reports {
                out.write_all(file.text.as_bytes())?;
            }
            if let Some(done) = done {
                writeln!(out, "{done}")?;
            }
            writeln!(out, "{summary}")?;
            if let Some(fixes) = summary.fixes() {
                writeln!(out, "{fixes}")?;
            }
        }
        OutputFormat::Json => report::write_json(reports.into_iter().flat_map(|file| file.findings), out)?,
    }
    Ok(if summary.fails() { Outcome::Found } else { Outcome::Clean })
}

/// What one file adds to the report.
#[derive(Debug, Default)]
pub struct Report {
    text: String,
    findings: Vec<report::JsonFinding>,
    summary: Summary,
}

impl Report {
    /// The report on the file at `path`.
    pub fn new(arguments: &Arguments, path: &Path, text: &str, findings: &[Finding]) -> Self {
        let report = match arguments.output_format {
            _ if findings.is_empty() => Self::default(),
            OutputFormat::Text => Self { text: report::text(path, text, findings), ..Self::default() },
            OutputFormat::Json => Self { findings: report::json(path, text, findings), ..Self::default() },
        };
        Self { summary: Summary::of(findings), ..report }
    }
}
