//! For people: findings with the line, the caret and the help, as rustc prints them.

use std::borrow::Cow;
use std::io::{self, Write};

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::shown::{Shown, Texts};
use super::{Drawing, Files, is_treacherous, printable};
use crate::finding::{Finding, Related, Safety, Severity};
use crate::rules::Rule;
use crate::text::{Encoding, Span};

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

/// `finding` in its file.
#[must_use]
pub fn draw(texts: &Texts<'_>, finding: &Finding, drawing: Drawing) -> String {
    let renderer = match drawing {
        Drawing::Coloured => Renderer::styled(),
        Drawing::Plain => Renderer::plain(),
        Drawing::None => return String::new(),
    };
    let drawing = renderer.render(&[group(texts, finding)]) + "\n\n";
    // The renderer does so with most of what a terminal might obey in the lines of a file. The rest of it is no ASCII, as are
    // the colours.
    if drawing.bytes().all(|byte| byte <= b'~') {
        return drawing;
    }
    drawing.replace(|char: char| char > '~' && is_treacherous(char), "\u{fffd}")
}

fn group<'a>(texts: &'a Texts<'_>, finding: &'a Finding) -> Group<'a> {
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
    let places = Places::of(texts, finding);
    let mut group = match &places.stretches[..] {
        [own, ..] if own.places[0].kind == AnnotationKind::Primary => Group::with_title(title),
        _ => {
            let place = texts.own.place(finding.span);
            title.element(Origin::path(&*texts.own.name).line(place.line).char_column(place.column))
        }
    };
    group = group.elements(places.stretches.into_iter().map(Stretch::snippet));
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    for (shown, related) in places.long {
        let (name, place) = (&shown.name, shown.place(related.span));
        let said = printable(&related.message);
        group = group.element(Level::NOTE.message(format!("{said}: {name}:{}:{}", place.line, place.column)));
    }
    if let Some(fix) = &finding.fix {
        let caution = if fix.safety == Safety::Unsafe { " (unsafe)" } else { "" };
        group = group
            .element(Level::HELP.with_name("fix").message(format!("{}{caution}", printable(&fix.title))));
    }
    group
}

/// Where a finding points at.
struct Places<'a> {
    /// Those whose lines are shown, the finding's own first.
    stretches: Vec<Stretch<'a>>,
    /// Those whose lines are too long for that.
    long: Vec<(&'a Shown<'a>, &'a Related)>,
}

/// Lines of a file that are shown in one piece.
struct Stretch<'a> {
    shown: &'a Shown<'a>,
    /// The first and the last of them, from 0.
    lines: [usize; 2],
    places: Vec<Place>,
}

/// A place to point at.
struct Place {
    kind: AnnotationKind,
    span: Span,
    label: Option<String>,
}

impl<'a> Places<'a> {
    /// The place of `finding` and the first of those that it is about beside its own.
    fn of(texts: &'a Texts<'_>, finding: &'a Finding) -> Self {
        const MOST: usize = 10;
        let mut places = Self { stretches: Vec::new(), long: Vec::new() };
        if !is_long(&texts.own, finding.span) {
            places.add(&texts.own, Place { kind: AnnotationKind::Primary, span: finding.span, label: None });
        }
        for related in finding.related.iter().take(MOST) {
            match texts.of(related) {
                Some(shown) if is_long(shown, related.span) => places.long.push((shown, related)),
                Some(shown) => {
                    let (span, label) = (related.span, Some(printable(&related.message)));
                    places.add(shown, Place { kind: AnnotationKind::Context, span, label });
                }
                None => {}
            }
        }
        places
    }

    /// Adds a place in `shown`: in one piece with others where they are near, for the renderer looks at all that it is given.
    fn add(&mut self, shown: &'a Shown<'a>, place: Place) {
        const NEAR: usize = 50;
        let [start, end] = rows(shown, place.span);
        let is_near = |stretch: &&mut Stretch<'_>| {
            let [first, last] = stretch.lines;
            let is_same_file = std::ptr::eq(stretch.shown, shown);
            is_same_file && last.saturating_sub(start).max(end.saturating_sub(first)) <= NEAR
        };
        match self.stretches.iter_mut().find(is_near) {
            Some(stretch) => {
                stretch.lines = [stretch.lines[0].min(start), stretch.lines[1].max(end)];
                stretch.places.push(place);
            }
            None => self.stretches.push(Stretch { shown, lines: [start, end], places: vec![place] }),
        }
    }
}

impl<'a> Stretch<'a> {
    /// The lines with what is pointed at in them.
    fn snippet(self) -> Snippet<'a, Annotation<'a>> {
        let Self { shown, lines: [first, last], places } = self;
        let (start, end) = (shown.lines.line(first).start, shown.lines.line(last).end);
        let within = |at: usize| shown.text.floor_char_boundary(at).clamp(start, end) - start;
        let annotation = |it: Place| {
            it.kind.span(within(it.span.start)..within(it.span.end)).label(it.label.map(Cow::Owned))
        };
        let snippet = Snippet::source(&shown.text[start..end]).line_start(first + 1).path(&*shown.name);
        snippet.annotations(places.into_iter().map(annotation))
    }
}

/// Whether the lines of `span` are too long to be shown: nobody reads them, and a line that is full of findings would be
/// looked at once for each.
fn is_long(shown: &Shown<'_>, span: Span) -> bool {
    const LONGEST: usize = 4000;
    let [first, last] = rows(shown, span);
    shown.lines.line(last).end - shown.lines.line(first).start > LONGEST
}

/// The first and the last line of `span`, from 0.
fn rows(shown: &Shown<'_>, span: Span) -> [usize; 2] {
    [span.start, span.end].map(|at| shown.lines.position(at, Encoding::Utf8).line)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::finding::{Elsewhere, Fix};

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

    /// The drawing without colours, which is the coloured one without its colours.
    fn plain(texts: &Texts<'_>, finding: &Finding) -> String {
        let plain = draw(texts, finding, Drawing::Plain);
        let coloured = draw(texts, finding, Drawing::Coloured);
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
        plain
    }

    fn shown(text: &str, finding: Finding) -> String {
        let texts = Texts::new(Path::new("a/Dockerfile"), text);
        plain(&texts, &finding)
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

    /// What is shown of a finding at `90` that is about the `words` of another file.
    fn shown_elsewhere(text: &str, other: &str, spans: &[Span]) -> String {
        let file = Elsewhere { path: "/b/compose.yaml".into(), text: other.into() };
        let about = |span: &Span| Related {
            file: Some(file.clone()),
            span: *span,
            message: format!("this {} is the other", span.start),
        };
        let finding = Finding { related: spans.iter().map(about).collect(), ..finding(text, "90", &[]) };
        let named = |path: &Path| path.strip_prefix("/").unwrap().to_owned();
        let texts = Texts::new(Path::new("a/Dockerfile"), text).with_others([&finding].into_iter(), &named);
        plain(&texts, &finding)
    }

    #[test]
    fn a_place_in_another_file_stands_below_with_its_lines() {
        let other = "services:\n  💣: {}\n  web:\n    ports:\n      - '8080:80'\n";
        let at = |word: &str| Span::new(other.find(word).unwrap(), other.find(word).unwrap() + word.len());
        let shown = shown_elsewhere("EXPOSE 90\n", other, &[at("80'"), at("web")]);
        assert_eq!(
            shown.trim_end(),
            "\
warning[reserved-port]: something is wrong
 --> a/Dockerfile:1:8
  |
1 | EXPOSE 90
  |        ^^
  |
 ::: b/compose.yaml:3:3
  |
3 |   web:
  |   --- this 23 is the other
4 |     ports:
5 |       - '8080:80'
  |               --- this 53 is the other
  |
  = help: something helps
  = fix: Replace it (unsafe)"
        );
    }

    #[test]
    fn another_file_may_be_anything() {
        let start = Span::new(0, 0);
        let empty = shown_elsewhere("EXPOSE 90\n", "", &[start, Span::new(7, 9)]);
        assert!(empty.contains("::: b/compose.yaml:1:1\n"), "{empty}");
        let changed = shown_elsewhere("EXPOSE 90\n", "💣\n", &[Span::new(1, 2), Span::new(1, 99)]);
        assert!(changed.contains("::: b/compose.yaml:1:1\n"), "{changed}");
        let long = format!("{}\nweb\n", "x".repeat(5000));
        let long = shown_elsewhere("EXPOSE 90\n", &long, &[Span::new(4000, 4001), Span::new(5001, 5004)]);
        assert!(long.contains("= note: this 4000 is the other: b/compose.yaml:1:4001\n"), "{long}");
        assert!(long.contains("::: b/compose.yaml:2:1\n") && long.len() < 500, "{long}");
        let far = format!("web\n{}web\n", "\n".repeat(100_000));
        let far = shown_elsewhere("EXPOSE 90\n", &far, &[Span::new(0, 3), Span::new(100_004, 100_007)]);
        assert!(far.contains("::: b/compose.yaml:1:1\n") && far.contains("::: b/compose.yaml:100002:1\n"));
        assert!(far.len() < 600, "{far}");
    }
}
