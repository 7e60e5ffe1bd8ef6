//! `--list`: every port in files, and where it stands.

use std::io::{self, Write};
use std::ops::ControlFlow;

use serde::Serialize;

use super::place::Source;
use super::progress::Progress;
use super::{Arguments, Form, Outcome, walk};
use crate::languages::{Scan, scan};
use crate::port::PortUse;
use crate::report::{harmless, printable};
use crate::text::{Encoding, LineIndex, Position};

/// Lists the ports in what `arguments` name.
///
/// # Errors
///
/// Those of `out`.
pub fn run(arguments: &Arguments, form: Form, out: &mut impl Write) -> io::Result<Outcome> {
    let list = |source: &Source<'_>| {
        let scan = scan(source.text, source.language);
        if scan.uses.is_empty() {
            return String::new();
        }
        let (file, lines) = (source.path.to_string_lossy(), LineIndex::new(source.text));
        let rows: Vec<Row<'_>> =
            scan.uses.iter().map(|port| Row { file: &file, ..row(source, &lines, &scan, port) }).collect();
        match form {
            Form::Text => table(&file, &rows),
            Form::Json => rows.iter().map(json_line).collect(),
        }
    };
    let mut written = Ok(());
    let outcome = walk::visit(arguments, &Progress::new(), list, |rows| {
        written = out.write_all(rows.as_bytes());
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    written.map(|()| outcome)
}

/// A port as the list shows it. Lines and columns count from 1, columns in characters.
#[derive(Debug, Serialize)]
struct Row<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_column: usize,
    language: &'static str,
    kind: &'static str,
    /// The first number; null where it hangs on a variable without a value.
    port_first: Option<u32>,
    port_last: Option<u32>,
    transport: Option<&'static str>,
    address: Option<&'a str>,
    scheme: Option<&'a str>,
    /// The stage, service or block.
    scope: Option<&'a str>,
    variable: Option<&'a str>,
    /// Whether the number came through a variable.
    resolved_from_default: bool,
    text: &'a str,
}

fn row<'a>(source: &'a Source<'_>, lines: &LineIndex<'_>, scan: &'a Scan, port: &'a PortUse) -> Row<'a> {
    let Position { line, character } = lines.position(port.span.start, Encoding::Utf32);
    let end = lines.position(port.span.end, Encoding::Utf32);
    Row {
        file: "",
        line: line + 1,
        column: character + 1,
        end_column: end.character + 1,
        language: source.language.name(),
        kind: port.role.kind(),
        port_first: port.range.map(|range| range.first),
        port_last: port.range.map(|range| range.last),
        transport: port.protocol.transport().map(|transport| transport.name()),
        address: port.address.as_deref(),
        scheme: port.scheme.as_deref(),
        scope: port.scope.map(|scope| scan.scopes[scope].name.as_str()),
        variable: port.variable.as_ref().map(|variable| variable.name.as_str()),
        resolved_from_default: port.range.is_some() && port.variable.is_some(),
        text: port.span.of(source.text),
    }
}

fn json_line(row: &Row<'_>) -> String {
    let json = serde_json::to_string(row).expect("a row holds nothing but strings and numbers");
    harmless(&json).into_owned() + "\n"
}

/// The rows of one file below its name, in columns.
fn table(file: &str, rows: &[Row<'_>]) -> String {
    let cells: Vec<[String; 5]> = rows.iter().map(cells).collect();
    let width = |column: usize| cells.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 5] = std::array::from_fn(width);
    let mut table = printable(file) + "\n";
    for [place, port, transport, kind, about] in &cells {
        let row = format!(
            "  {place:>0$}  {port:>1$}  {transport:<2$}  {kind:<3$}  {about}",
            widths[0], widths[1], widths[2], widths[3]
        );
        table.push_str(&printable(row.trim_end()));
        table.push('\n');
    }
    table
}

fn cells(row: &Row<'_>) -> [String; 5] {
    let port = match (row.port_first, row.port_last) {
        (Some(first), Some(last)) if first != last => format!("{first}-{last}"),
        (Some(first), _) => first.to_string(),
        (None, _) => "?".to_owned(),
    };
    let mut about = Vec::new();
    about.extend(row.scope.filter(|scope| !scope.is_empty()).map(str::to_owned));
    about.extend(row.address.map(|address| match row.scheme {
        Some(scheme) => format!("{scheme}://{address}"),
        None => address.to_owned(),
    }));
    about.extend(row.variable.map(|variable| format!("${variable}")));
    [
        format!("{}:{}", row.line, row.column),
        port,
        row.transport.unwrap_or("-").to_owned(),
        row.kind.to_owned(),
        about.join("  "),
    ]
}
