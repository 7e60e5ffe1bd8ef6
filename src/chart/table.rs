//! For people at a terminal: the ports as a table, a row for each way in.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use super::{Chart, End, NodeKind, Number, PortState, Sheet, words};
use crate::report::printable;

/// How many characters a cell has at most: host, service and port, who is known there, from where it is reached, where it is
/// written.
const WIDEST: [usize; 5] = [28, 40, 20, 44, 72];

/// What stands above the columns.
const HEADS: [&str; 5] = ["host", "service", "what", "reached from", "where"];

/// How the heads of the columns look.
const HEAD: Style = Style::new().dimmed();

/// How the name of a stack looks.
const TITLE: Style = Style::new().bold();

/// How what is wrong looks.
const WRONG: Style = AnsiColor::Red.on_default();

/// How what is not known looks.
const UNSURE: Style = AnsiColor::Yellow.on_default();

/// A row: its cells, what is to be said of it, and how it looks.
struct Row {
    cells: [String; 5],
    marks: Vec<String>,
    style: Style,
}

/// The chart as tables, one for each stack, coloured; the stream it is written to takes the colours out where it must.
/// What would move the cursor is escaped.
#[must_use]
pub fn table(chart: &Chart) -> String {
    let mut out = String::new();
    for (index, sheet) in chart.sheets.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let name = printable(&chart.title(sheet));
        // A string takes all that is written.
        let _ = writeln!(out, "{TITLE}{name}{TITLE:#}: {}", words::summary(sheet));
        write_rows(&mut out, &rows(chart, sheet));
        write_silent(&mut out, sheet);
    }
    out
}

fn write_rows(out: &mut String, rows: &[Row]) {
    if rows.is_empty() {
        return;
    }
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row.cells[column].chars().count());
        cells.max().unwrap_or(0).max(HEADS[column].len())
    };
    let widths: [usize; 5] = std::array::from_fn(width);
    let padded = |cells: [&str; 5]| {
        let cells = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let _ = writeln!(out, "  {HEAD}{}{HEAD:#}", padded(HEADS));
    for row in rows {
        let [style, cells] = [row.style.to_string(), padded(row.cells.each_ref().map(String::as_str))];
        let _ = write!(out, "  {style}{cells}{:#}", row.style);
        for mark in &row.marks {
            let _ = write!(out, "\n    {style}^ {}{:#}", printable(mark), row.style);
        }
        out.push('\n');
    }
}

/// The rows of a sheet: the ports of the host first, then those that only services reach, then those that nobody is known
/// to reach.
fn rows(chart: &Chart, sheet: &Sheet) -> Vec<Row> {
    let mut callers: Vec<Vec<Vec<String>>> =
        sheet.nodes.iter().map(|node| vec![Vec::new(); node.ports.len()]).collect();
    for link in &sheet.links {
        let from = &sheet.nodes[link.from];
        let through: Vec<String> = link.through.iter().map(|&port| words::port(&from.ports[port])).collect();
        let name = if through.is_empty() {
            from.name.clone()
        } else {
            format!("{}:{}", from.name, through.join(","))
        };
        callers[link.to.node][link.to.port].push(name);
    }
    let mut is_published: Vec<Vec<bool>> =
        sheet.nodes.iter().map(|node| vec![false; node.ports.len()]).collect();
    let mut rows = Vec::new();
    for published in &sheet.published {
        let is_first = !std::mem::replace(&mut is_published[published.to.node][published.to.port], true);
        let mut from = vec![words::origin(published).to_owned()];
        if is_first {
            from.extend(callers[published.to.node][published.to.port].iter().cloned());
        }
        let mut row = row(sheet, published.to, words::host(published), &from, chart.place(&published.at));
        if !published.conflicts.is_empty() {
            row.marks.splice(0..0, words::mark_of_host(sheet, published));
            row.style = WRONG;
        } else if published.number.range().is_none() {
            row.style = UNSURE;
        }
        rows.push(row);
    }
    let mut inner = [Vec::new(), Vec::new()];
    for (node, it) in sheet.nodes.iter().enumerate() {
        for (port, place) in it.ports.iter().enumerate() {
            if is_published[node][port] {
                continue;
            }
            let from = &callers[node][port];
            let place = place.mentions.first().map(|mention| chart.place(mention)).unwrap_or_default();
            let row = row(sheet, End { node, port }, "-".to_owned(), from, place);
            inner[usize::from(from.is_empty())].push(row);
        }
    }
    rows.extend(inner.into_iter().flatten());
    rows
}

fn row(sheet: &Sheet, end: End, host: String, from: &[String], place: String) -> Row {
    let (node, port) = (&sheet.nodes[end.node], sheet.port(end));
    let reached = if from.is_empty() { "-".to_owned() } else { from.join(", ") };
    let mut service = format!("{}:{}", words::clipped(&node.name, 24), words::port(port));
    if node.kind == NodeKind::Service {
        service.extend(words::marks_of_node(node).iter().map(|mark| format!(" ({mark})")));
    }
    let cells = [host, service, port.service.clone(), reached].map(|cell| printable(&cell));
    let mut widest = WIDEST.into_iter();
    let [host, service, what, reached] =
        cells.map(|cell| words::clipped(&cell, widest.next().unwrap_or(usize::MAX)));
    // The end of a path tells the most.
    let cells = [host, service, what, reached, words::end_of(&printable(&place), WIDEST[4])];
    // What is not known is written as it stands in the file, and says so itself.
    let is_dangling = port.state == PortState::Dangling;
    let mut marks: Vec<String> =
        words::mark_of_port(port).filter(|_| is_dangling).map(str::to_owned).into_iter().collect();
    if node.kind == NodeKind::Missing {
        marks.extend(words::marks_of_node(node));
    }
    let is_wrong = is_dangling || node.kind == NodeKind::Missing;
    let style = match port.number {
        _ if is_wrong => WRONG,
        Number::Known(..) => Style::new(),
        Number::Unknown(_) | Number::Random => UNSURE,
    };
    Row { cells, marks, style }
}

/// Writes which services have no ports, on lines that fit a terminal.
fn write_silent(out: &mut String, sheet: &Sheet) {
    const WIDTH: usize = 100;
    let nodes = sheet.nodes.iter().filter(|node| node.ports.is_empty());
    let names: Vec<String> = nodes.map(|node| printable(&node.name)).collect();
    let mut line = "  without ports:".to_owned();
    for (index, name) in names.iter().enumerate() {
        if line.chars().count() + name.chars().count() > WIDTH {
            // A string takes all that is written.
            let _ = writeln!(out, "{line}");
            line = "   ".to_owned();
        }
        let comma = if index + 1 < names.len() { "," } else { "" };
        line.push_str(&format!(" {name}{comma}"));
    }
    if !names.is_empty() {
        let _ = writeln!(out, "{line}");
    }
}
