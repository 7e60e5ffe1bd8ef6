//! For GitHub Actions: a workflow command a finding, which the runner turns into an annotation in the pull request.
//!
//! What the commands may hold is written in
//! [GitHub's documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands), how
//! they are escaped in the runner's own code.

use std::io::{self, Write};

use super::file::Reported;
use super::{Files, is_treacherous};
use crate::finding::Severity;

/// Writes the findings of `files`.
///
/// # Errors
///
/// Those of `out`.
pub fn github(files: Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in files {
        let name = file.name();
        for finding in &file.findings {
            let (command, place, said) = (command(finding.severity), place(finding), said(&name, finding));
            writeln!(out, "::{command} file={},{place}::{said}", property(&name))?;
        }
    }
    Ok(())
}

const fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "notice",
    }
}

/// Where it is, as properties of the command.
fn place(finding: &Reported) -> String {
    let place = finding.place;
    let title = property(&format!("Portolan ({})", finding.rule));
    format!(
        "line={},col={},endLine={},endColumn={},title={title}",
        place.line, place.column, place.end_line, place.end_column
    )
}

/// What is wrong, what to do about it, and where else to look; the log of a job shows this alone, so it says where it is
/// as well.
fn said(file: &str, finding: &Reported) -> String {
    let help = finding.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let elsewhere: String = finding.elsewhere().map(|place| format!("\n{place}")).collect();
    let place = finding.place;
    data(&format!("{file}:{}:{}: {}{help}{elsewhere}", place.line, place.column, finding.message))
}

/// What may stand behind the second `::`. The log is shown like a terminal, so that nothing is left which one would obey.
fn data(text: &str) -> String {
    let mut data = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '%' => data.push_str("%25"),
            '\r' => data.push_str("%0D"),
            '\n' => data.push_str("%0A"),
            '\t' => data.push(char),
            char if is_treacherous(char) => data.extend(char.escape_default()),
            char => data.push(char),
        }
    }
    data
}

/// What may stand behind a `=`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
