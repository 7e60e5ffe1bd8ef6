//! For people: findings with the line, the caret and the help, as rustc prints them.

use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::printable;
use crate::finding::{Finding, Severity};
use crate::rules::Rule;
use crate::text::{Encoding, Text};

/// The report on the file at `path`, coloured; the stream it is written to takes the colours out where it must.
#[must_use]
pub fn text(path: &Path, text: &str, findings: &[Finding]) -> String {
    let lines = Text::new(text);
    let path = printable(&path.to_string_lossy());
    let renderer = Renderer::styled();
    let render = |finding| renderer.render(&[group(&path, text, &lines, finding)]) + "\n\n";
    findings.iter().map(render).collect()
}

fn group<'a>(path: &'a str, text: &'a str, lines: &Text, finding: &'a Finding) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
        Severity::Hint => Level::NOTE.with_name("hint"),
    };
    // The renderer looks at all that it is given, so it gets the lines that it shows.
    let [first, last] =
        [finding.span.start, finding.span.end].map(|at| lines.position(at, Encoding::Utf8).line);
    let (start, end) = (lines.line(first).start, lines.line(last).end);
    let caret = AnnotationKind::Primary.span(finding.span.start - start..finding.span.end - start);
    let snippet = Snippet::source(&text[start..end]).line_start(first + 1).path(path).annotation(caret);
    let title = level.primary_title(printable(&finding.message)).id(finding.rule);
    let title = match Rule::named(finding.rule) {
        Some(rule) => title.id_url(rule.url()),
        None => title,
    };
    let group = title.element(snippet);
    match &finding.help {
        Some(help) => group.element(Level::HELP.message(printable(help))),
        None => group,
    }
}
