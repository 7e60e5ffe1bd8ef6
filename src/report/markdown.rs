//! For job summaries and comments: a table in [GitHub's Markdown](https://github.github.com/gfm/#tables-extension-).

use std::io::{self, Write};

use super::file::{FileReport, Reported};
use super::{Files, Summary, printable};

/// How many findings are shown: a job summary may hold 1 MiB, and nobody reads more.
const MOST: usize = 1000;

/// Writes the findings of `files`, and how many they are.
///
/// # Errors
///
/// Those of `out`.
pub fn markdown(files: Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## Portolan\n")?;
    let mut summary = Summary::default();
    let mut shown = 0;
    for file in files {
        summary += file.summary();
        for finding in &file.findings {
            if shown == 0 {
                writeln!(out, "| severity | place | rule | what |\n| --- | --- | --- | --- |")?;
            }
            shown += 1;
            if shown <= MOST {
                row(&file, finding, out)?;
            }
        }
    }
    if shown > 0 {
        writeln!(out)?;
    }
    if shown > MOST {
        writeln!(out, "{} more are not shown.\n", shown - MOST)?;
    }
    writeln!(out, "{summary}")?;
    if let Some(fixes) = summary.fixes() {
        writeln!(out, "\n{fixes}")?;
    }
    Ok(())
}

fn row(file: &FileReport, finding: &Reported, out: &mut dyn Write) -> io::Result<()> {
    let place = format!("{}:{}:{}", file.name(), finding.place.line, finding.place.column);
    let help = finding.help.as_ref().map(|help| format!("<br>{}", escaped(help))).unwrap_or_default();
    let elsewhere: String = finding.elsewhere().map(|place| format!("<br>{}", escaped(&place))).collect();
    let (message, url) = (escaped(&finding.message), finding.url());
    writeln!(
        out,
        "| {} | {} | [`{}`]({url}) | {message}{help}{elsewhere} |",
        finding.severity,
        escaped(&place),
        finding.rule
    )
}

/// Text as it is, whatever it means in Markdown and HTML, on one line.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in printable(text).chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // An e-mail address, a mention or a reference to an issue is none here.
            '@' => escaped.push_str("&#64;"),
            '#' => escaped.push_str("&#35;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '$' => escaped.extend(['\\', char]),
            _ => escaped.push(char),
        }
    }
    escaped
}
