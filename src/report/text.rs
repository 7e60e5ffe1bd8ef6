//! For people: findings with the line, the caret and the help, as rustc prints them.

use std::path::Path;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::printable;
use crate::finding::{Finding, Safety, Severity};
use crate::rules::Rule;
use crate::text::{Encoding, Span, Text};

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
    let url = Rule::named(finding.rule).map(Rule::url).unwrap_or_default();
    let title = level.primary_title(&finding.message).id(finding.rule).id_url(url);
    let mut group = title.elements(snippets(path, text, lines, finding));
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(help));
    }
    if let Some(fix) = &finding.fix {
        let caution = if fix.safety == Safety::Unsafe { " (unsafe)" } else { "" };
        group = group.element(Level::HELP.with_name("fix").message(format!("{}{caution}", fix.title)));
    }
    group
}

/// The lines of the finding, and those of the places that it is about beside its own: in one piece with them where they
/// are near, for the renderer looks at all that it is given.
fn snippets<'a>(
    path: &'a str,
    text: &'a str,
    lines: &Text,
    finding: &'a Finding,
) -> Vec<Snippet<'a, Annotation<'a>>> {
    const NEAR: usize = 50;
    let rows = |span: Span| [span.start, span.end].map(|at| lines.position(at, Encoding::Utf8).line);
    let [mut first, mut last] = rows(finding.span);
    let mut near = vec![(AnnotationKind::Primary, finding.span, None)];
    let mut far = Vec::new();
    for related in &finding.related {
        let [start, end] = rows(related.span);
        if last.saturating_sub(start).max(end.saturating_sub(first)) > NEAR {
            far.push((start, end, vec![(AnnotationKind::Context, related.span, Some(&related.message))]));
            continue;
        }
        (first, last) = (first.min(start), last.max(end));
        near.push((AnnotationKind::Context, related.span, Some(&related.message)));
    }
    far.insert(0, (first, last, near));
    let snippet = |(first, last, places): (usize, usize, Vec<(AnnotationKind, Span, Option<&'a String>)>)| {
        let (start, end) = (lines.line(first).start, lines.line(last).end);
        let annotation = |(kind, span, label): (AnnotationKind, Span, Option<&'a String>)| {
            let annotation = kind.span(span.start - start..span.end.min(end) - start);
            match label {
                Some(label) => annotation.label(label),
                None => annotation,
            }
        };
        let annotations = places.into_iter().map(annotation);
        Snippet::source(&text[start..end]).line_start(first + 1).path(path).annotations(annotations)
    };
    far.into_iter().map(snippet).collect()
}
