//! For Markdown: the chart as a flowchart of [Mermaid](https://mermaid.js.org/syntax/flowchart.html), which GitHub and GitLab
//! draw.

use std::fmt::Write;

use super::{Chart, NodeKind, Number, PortState, Sheet, words};
use crate::report::is_treacherous;

/// The chart as a flowchart.
#[must_use]
pub fn mermaid(chart: &Chart) -> String {
    let mut out = "flowchart LR\n".to_owned();
    let is_one = chart.sheets.len() == 1;
    for (index, sheet) in chart.sheets.iter().enumerate() {
        if is_one {
            write_sheet(&mut out, sheet, index, "  ");
        } else {
            line(&mut out, "  ", &format!("subgraph k{index} [{}]", quoted(&chart.title(sheet))));
            write_sheet(&mut out, sheet, index, "    ");
            line(&mut out, "  ", "end");
        }
    }
    line(&mut out, "  ", "classDef conflict stroke:#cf222e,stroke-width:2px");
    line(&mut out, "  ", "classDef unknown stroke:#9a6700,stroke-dasharray:4 3");
    line(&mut out, "  ", "classDef dangling stroke:#cf222e,stroke-dasharray:4 3");
    out
}

/// Writes the nodes and ways of a sheet. Their names begin with what no word of Mermaid is, and with the number of the sheet.
fn write_sheet(out: &mut String, sheet: &Sheet, number: usize, indent: &str) {
    for (name, origin) in [("o", words::ANYONE), ("m", words::LOCAL)] {
        if sheet.published.iter().any(|port| words::origin(port) == origin) {
            line(out, indent, &format!("{name}{number}(({}))", quoted(origin)));
        }
    }
    for (index, port) in sheet.published.iter().enumerate() {
        let class = match port.number {
            _ if !port.conflicts.is_empty() => ":::conflict",
            Number::Known(..) => "",
            Number::Unknown(_) | Number::Random => ":::unknown",
        };
        line(out, indent, &format!("h{number}_{index}([{}]){class}", quoted(&words::host(port))));
    }
    for (index, node) in sheet.nodes.iter().enumerate() {
        let marks = words::marks_of_node(node);
        let title = if marks.is_empty() {
            node.name.clone()
        } else {
            format!("{} ({})", node.name, marks.join(", "))
        };
        let class = if node.kind == NodeKind::Missing { ":::dangling" } else { "" };
        if node.ports.is_empty() {
            line(out, indent, &format!("s{number}_{index}[{}]{class}", quoted(&title)));
            continue;
        }
        line(out, indent, &format!("subgraph s{number}_{index} [{}]", quoted(&title)));
        for (at, port) in node.ports.iter().enumerate() {
            let label = [words::port(port), port.service.clone()].join(" ");
            let class = match port.state {
                PortState::Dangling => ":::dangling",
                PortState::Declared if port.number.range().is_none() => ":::unknown",
                PortState::Declared | PortState::Assumed => class,
            };
            let id = format!("p{number}_{index}_{at}");
            line(out, indent, &format!("  {id}[{}]{class}", quoted(label.trim_end())));
        }
        line(out, indent, "end");
    }
    for (index, port) in sheet.published.iter().enumerate() {
        let origin = if port.is_local() { "m" } else { "o" };
        let (node, at) = (port.to.node, port.to.port);
        line(out, indent, &format!("{origin}{number} --> h{number}_{index} --> p{number}_{node}_{at}"));
    }
    for link in &sheet.links {
        let target = format!("p{number}_{}_{}", link.to.node, link.to.port);
        let from = link.from;
        let arrow = if sheet.port(link.to).state == PortState::Dangling { "-.->" } else { "-->" };
        if link.through.is_empty() {
            line(out, indent, &format!("s{number}_{from} {arrow} {target}"));
        }
        for port in &link.through {
            line(out, indent, &format!("p{number}_{from}_{port} {arrow} {target}"));
        }
    }
}

/// `text` in quotes, with what means something there as [entity
/// codes](https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters).
fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for char in text.chars() {
        match char {
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' | ';' | '*' | '_' | '$' | '{' | '}' | '@' => {
                quoted.push_str(&format!("#{};", u32::from(char)));
            }
            char if is_treacherous(char) => quoted.push(' '),
            char => quoted.push(char),
        }
    }
    quoted + "\""
}

fn line(out: &mut String, indent: &str, text: &str) {
    // A string takes all that is written.
    let _ = writeln!(out, "{indent}{text}");
}
