//! For [Graphviz](https://graphviz.org/doc/info/lang.html): the chart in its language.

use std::fmt::Write;

use super::markup::escaped;
use super::{Chart, NodeKind, Number, PortState, Sheet, words};
use crate::report::is_treacherous;

/// The chart as a graph of Graphviz.
#[must_use]
pub fn dot(chart: &Chart) -> String {
    let mut out = "digraph portolan {\n  rankdir=LR\n  node [fontname=\"Helvetica\", fontsize=11]\n  edge [color=\"#57606a\"]\n"
        .to_owned();
    for (index, sheet) in chart.sheets.iter().enumerate() {
        // What its own name begins with is drawn with a frame around it.
        line(&mut out, "  ", &format!("subgraph cluster_{index} {{"));
        let name = quoted(&chart.title(sheet));
        line(&mut out, "    ", &format!("label={name}; fontname=\"Helvetica\"; color=\"#8c959f\""));
        write_sheet(&mut out, sheet, index);
        line(&mut out, "  ", "}");
    }
    out.push_str("}\n");
    out
}

fn write_sheet(out: &mut String, sheet: &Sheet, number: usize) {
    let indent = "    ";
    for (name, origin) in [("o", words::ANYONE), ("m", words::LOCAL)] {
        if sheet.published.iter().any(|port| words::origin(port) == origin) {
            line(out, indent, &format!("{name}{number} [label={}, shape=ellipse]", quoted(origin)));
        }
    }
    for (index, port) in sheet.published.iter().enumerate() {
        let style = match port.number {
            _ if !port.conflicts.is_empty() => ", color=\"#cf222e\", fontcolor=\"#cf222e\"",
            Number::Known(..) => "",
            Number::Unknown(_) | Number::Random => ", style=\"dashed\"",
        };
        let label = quoted(&words::host(port));
        line(out, indent, &format!("h{number}_{index} [label={label}, shape=box{style}]"));
    }
    for (index, node) in sheet.nodes.iter().enumerate() {
        let mut rows = format!("<tr><td port=\"name\"><b>{}</b></td></tr>", escaped(&node.name));
        let mut about = vec![node.image.clone()];
        about.extend(words::marks_of_node(node));
        for about in about.iter().filter(|about| !about.is_empty()) {
            let about = escaped(about);
            let _ = write!(rows, "<tr><td><font point-size=\"9\" color=\"#57606a\">{about}</font></td></tr>");
        }
        for (at, port) in node.ports.iter().enumerate() {
            let color = match port.state {
                PortState::Declared => "#1f2328",
                PortState::Assumed => "#57606a",
                PortState::Dangling => "#cf222e",
            };
            let label = escaped([words::port(port), port.service.clone()].join(" ").trim_end());
            let _ = write!(
                rows,
                "<tr><td port=\"p{at}\" align=\"left\"><font color=\"{color}\">{label}</font></td></tr>"
            );
        }
        let border = if node.kind == NodeKind::Service { "" } else { " style=\"dashed\"" };
        line(
            out,
            indent,
            &format!(
                "s{number}_{index} [shape=plain, label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\" \
                 cellpadding=\"4\"{border}>{rows}</table>>]"
            ),
        );
    }
    for (index, port) in sheet.published.iter().enumerate() {
        let origin = if port.is_local() { "m" } else { "o" };
        line(out, indent, &format!("{origin}{number} -> h{number}_{index}"));
        line(out, indent, &format!("h{number}_{index} -> s{number}_{}:p{}:w", port.to.node, port.to.port));
    }
    for link in &sheet.links {
        let style = if sheet.port(link.to).state == PortState::Dangling { " [style=dashed]" } else { "" };
        let target = format!("s{number}_{}:p{}:w", link.to.node, link.to.port);
        let from = link.from;
        if link.through.is_empty() {
            line(out, indent, &format!("s{number}_{from}:name:e -> {target}{style}"));
        }
        for port in &link.through {
            line(out, indent, &format!("s{number}_{from}:p{port}:e -> {target}{style}"));
        }
    }
}

/// `text` as a string of the language.
fn quoted(text: &str) -> String {
    let text: String = text.chars().map(|char| if is_treacherous(char) { ' ' } else { char }).collect();
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn line(out: &mut String, indent: &str, text: &str) {
    // A string takes all that is written.
    let _ = writeln!(out, "{indent}{text}");
}
