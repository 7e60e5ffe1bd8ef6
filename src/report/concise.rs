//! For people and for the editors of old: a finding a line, as GCC writes it, `file:line:column: severity: message [rule]`.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::{Files, printable};
use crate::finding::Severity;

/// Writes the findings of `files`, coloured; the stream takes the colours out where it must.
///
/// # Errors
///
/// Those of `out`.
pub fn concise(files: Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    const BOLD: Style = Style::new().bold();
    for file in files {
        let name = printable(&file.name());
        for finding in &file.findings {
            let (place, level) = (finding.place, style(finding.severity));
            writeln!(
                out,
                "{BOLD}{name}:{}:{}:{BOLD:#} {level}{}:{level:#} {} [{}]",
                place.line,
                place.column,
                finding.severity,
                printable(&finding.message),
                finding.rule
            )?;
        }
        if !file.findings.is_empty() {
            out.flush()?;
        }
    }
    Ok(())
}

const fn style(severity: Severity) -> Style {
    let color = match severity {
        Severity::Error => AnsiColor::BrightRed,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Info => AnsiColor::BrightBlue,
        Severity::Hint => AnsiColor::BrightGreen,
    };
    color.on_default().bold()
}
