//! For people: findings with the line, the caret and the help, as rustc prints them.

use std::io::{self, Write};
use std::path::Path;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::file::slashed;
use super::{Files, printable};
use crate::finding::{Finding, Safety, Severity};
use crate::rules::Rule;
use crate::text::{Encoding, LineIndex, Span};

/// Writes the drawings of the findings of `files`.
///
/// # Errors
///
/// Those of `out`.
pub fn text(files: Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in files.filter(|file| !file.findings.is_empty()) {
        for finding in &file.findings {
            out.write_all(finding.drawing.as_bytes())?;
        }
        out.flush()?;
    }
    Ok(())
}

/// `finding` in the file at `path`, which holds `text` with these `lines`, coloured; the stream it is written to takes the
/// colours out where it must.
#[must_use]
pub fn draw(path: &Path, text: &str, lines: &LineIndex<'_>, finding: &Finding) -> String {
    let path = printable(&slashed(path));
    Renderer::styled().render(&[group(&path, text, lines, finding)]) + "\n\n"
}

fn group<'a>(path: &'a str, text: &'a str, lines: &LineIndex<'_>, finding: &'a Finding) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
        Severity::Hint => Level::NOTE.with_name("hint"),
    };
    let title = level.primary_title(printable(&finding.message)).id(finding.rule);
    let title = match Rule::named(finding.rule) {
        Some(rule) => title.id_url(rule.url()),
        None => title,
    };
    let mut group = if is_long(lines, finding.span) {
        let at = lines.position(finding.span.start, Encoding::Utf32);
        title.element(Origin::path(path).line(at.line + 1).char_column(at.character + 1))
    } else {
        title.elements(snippets(path, text, lines, finding))
    };
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    if let Some(fix) = &finding.fix {
        let caution = if fix.safety == Safety::Unsafe { " (unsafe)" } else { "" };
        group = group.element(Level::HELP.with_name("fix").message(format!("{}{caution}", fix.title)));
    }
    group
}

/// Whether the lines of `span` are too long to be shown: nobody reads them, and a line that is full of findings would be
/// looked at once for each.
fn is_long(lines: &LineIndex<'_>, span: Span) -> bool {
    const LONGEST: usize = 4000;
    let [first, last] = [span.start, span.end].map(|at| lines.position(at, Encoding::Utf8).line);
    lines.line(last).end - lines.line(first).start > LONGEST
}

/// The lines of the finding, and those of the first places that it is about beside its own: in one piece with them where they
/// are near, for the renderer looks at all that it is given.
fn snippets<'a>(
    path: &'a str,
    text: &'a str,
    lines: &LineIndex<'_>,
    finding: &'a Finding,
) -> Vec<Snippet<'a, Annotation<'a>>> {
    const NEAR: usize = 50;
    const MOST: usize = 10;
    let rows = |span: Span| [span.start, span.end].map(|at| lines.position(at, Encoding::Utf8).line);
    let [mut first, mut last] = rows(finding.span);
    let mut near = vec![Place { kind: AnnotationKind::Primary, span: finding.span, label: None }];
    let mut snippets = Vec::new();
    let related = finding.related.iter().take(MOST).filter(|related| !is_long(lines, related.span));
    for related in related {
        let place =
            Place { kind: AnnotationKind::Context, span: related.span, label: Some(&related.message) };
        let [start, end] = rows(related.span);
        if last.saturating_sub(start).max(end.saturating_sub(first)) > NEAR {
            snippets.push(snippet(path, text, lines, [start, end], vec![place]));
            continue;
        }
        (first, last) = (first.min(start), last.max(end));
        near.push(place);
    }
    snippets.insert(0, snippet(path, text, lines, [first, last], near));
    snippets
}

/// A place to point at.
struct Place<'a> {
    kind: AnnotationKind,
    span: Span,
    label: Option<&'a str>,
}

/// The lines from the first to the last with what is pointed at in them.
fn snippet<'a>(
    path: &'a str,
    text: &'a str,
    lines: &LineIndex<'_>,
    [first, last]: [usize; 2],
    places: Vec<Place<'a>>,
) -> Snippet<'a, Annotation<'a>> {
    let (start, end) = (lines.line(first).start, lines.line(last).end);
    let annotation = |place: Place<'a>| {
        place.kind.span(place.span.start - start..place.span.end - start).label(place.label)
    };
    let annotations = places.into_iter().map(annotation);
    Snippet::source(&text[start..end]).line_start(first + 1).path(path).annotations(annotations)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Fix, Related};

    fn finding(text: &str, word: &str, related: &[&str]) -> Finding {
        let span = |word: &str| {
            let start = text.find(word).expect("the word is there");
            Span::new(start, start + word.len())
        };
        let related =
            related.iter().map(|word| Related::here(span(word), format!("{word} is here"))).collect();
        Finding {
            rule: "reserved-port",
            severity: Severity::Warning,
            span: span(word),
            message: "something is wrong".to_owned(),
            help: Some("something helps".to_owned()),
            related,
            fix: Some(Fix { title: "Replace it".to_owned(), safety: Safety::Unsafe, edits: Vec::new() }),
        }
    }

    fn shown(text: &str, finding: Finding) -> String {
        let report = draw(Path::new("a/Dockerfile"), text, &LineIndex::new(text), &finding);
        anstream::adapter::strip_str(&report).to_string()
    }

    #[test]
    fn related_places_stand_beside_their_finding() {
        let text = "EXPOSE 80\n\n\n\n\nEXPOSE 💣 90 \\\n 91\n";
        let shown = shown(text, finding(text, "90", &["80", "91"]));
        assert_eq!(
            shown.trim_end(),
            "\
warning[reserved-port]: something is wrong
 --> a/Dockerfile:6:10
  |
1 | EXPOSE 80
  |        -- 80 is here
...
6 | EXPOSE 💣 90 \\
  |           ^^
7 |  91
  |  -- 91 is here
  |
  = help: something helps
  = fix: Replace it (unsafe)"
        );
    }

    #[test]
    fn a_line_that_is_too_long_is_named_and_not_shown() {
        let text = format!("EXPOSE 💣{} 90\nEXPOSE 91\n", " 80".repeat(2000));
        let long = shown(&text, finding(&text, "90", &["91"]));
        assert!(long.contains("a/Dockerfile:1:6010\n") && long.len() < 300, "{long}");
        let short = shown(&text, finding(&text, "91", &["90"]));
        assert!(short.contains("a/Dockerfile:2:8\n") && short.len() < 300, "{short}");
    }

    #[test]
    fn a_related_place_far_away_has_lines_of_its_own() {
        let text = format!("EXPOSE 80\n{}EXPOSE 90\n", "\n".repeat(99));
        let shown = shown(&text, finding(&text, "90", &["80"]));
        assert!(shown.contains("a/Dockerfile:101:8") && shown.contains("::: a/Dockerfile:1:8"), "{shown}");
    }
}
