//! What an editor shows beside a text: hints, an outline and links, of every file that the tests have and at any place.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use portolan::describe::{Wanted, hints};
use portolan::languages::{Language, Scan, detect, scan};
use portolan::links::links;
use portolan::outline::{Symbol, outline};
use portolan::port::PortRange;
use portolan::registry::{TeamPort, TeamPorts};
use portolan::text::Span;

const ALL: Wanted = Wanted { services: true, variables: true, common_ports: true };

/// Every file below `folder` that is one of ours, with what it is.
fn files(folder: &Path) -> Vec<(PathBuf, String, Language)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let language = detect(path.to_str().unwrap(), None, &text);
                let by_ending = path.extension().and_then(|it| Language::from_name(it.to_str()?));
                files.extend(by_ending.or(language).map(|language| (path, text, language)));
            }
        }
    }
    files.sort();
    files
}

fn team() -> TeamPorts {
    let row = |range: &str, service: &str| TeamPort {
        range: PortRange::parse(range).unwrap(),
        transport: None,
        service: service.to_owned(),
        url: String::new(),
        note: String::new(),
    };
    TeamPorts { rows: vec![row("80", "front"), row("8000-8099", "back"), row("1-65535", "rest")] }
}

/// A hint stands behind a port: at its end, or behind what belongs to the same word and the quote that closes it.
fn assert_hints(text: &str, scan: &Scan, team: &TeamPorts) {
    let all = hints(text, scan, Span::new(0, text.len()), team, ALL);
    for hint in &all {
        let port = &scan.uses[hint.port];
        let between =
            text.get(port.span.end..hint.at).expect("a hint stands between characters, behind its port");
        assert!(!between.contains(char::is_whitespace), "{hint:?} {between:?}");
        assert!(!hint.label.is_empty() && !hint.label.contains(['\n', '\r']));
    }
    assert!(all.is_sorted_by(|one, other| one.at < other.at), "one at a place, in the order of the file");
    // Lines are what editors ask for; each has its own hints, however it is asked for.
    let mut by_line = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.trim_end_matches(['\n', '\r']).len();
        by_line.extend(hints(text, scan, Span::new(start, end), team, ALL));
        start += line.len();
    }
    assert_eq!(by_line, all);
    for end in [0, 1, text.len() / 2, text.len(), usize::MAX] {
        for start in [0, end / 2, end] {
            let within = Span::new(start, end);
            assert!(hints(text, scan, within, team, ALL).iter().all(|hint| within.touches(hint.at)));
        }
    }
}

/// Every symbol lies in the text and within the one around it, and what is shown of it lies in it.
fn assert_nested(symbols: &[Symbol], around: Span, text: &str) {
    assert!(symbols.is_sorted_by_key(|symbol| symbol.span.start));
    for symbol in symbols {
        let Symbol { span, selection, .. } = symbol;
        assert!(around.start <= span.start && span.end <= around.end, "{symbol:#?}");
        assert!(span.start <= selection.start && selection.end <= span.end, "{symbol:#?}");
        assert!(
            text.get(span.start..span.end).is_some() && text.get(selection.start..selection.end).is_some()
        );
        assert!(!symbol.name.trim().is_empty() && !symbol.name.contains(['\n', '\r']), "{symbol:#?}");
        assert_nested(&symbol.children, *span, text);
    }
}

fn assert_links(text: &str, language: Language, scan: &Scan, path: &str, team: &TeamPorts) {
    let links = links(text, language, scan, path, team);
    for link in &links {
        assert!(text.get(link.span.start..link.span.end).is_some_and(|text| !text.is_empty()), "{link:?}");
    }
    assert!(links.is_sorted_by(|one, other| one.span.end <= other.span.start), "none overlaps");
}

fn assert_sound(text: &str, language: Language, path: &str) {
    let scan = scan(text, language);
    for team in [TeamPorts::default(), team()] {
        assert_hints(text, &scan, &team);
        assert_nested(&outline(text, &scan, &team), Span::new(0, text.len()), text);
        assert_links(text, language, &scan, path, &team);
    }
}

#[test]
fn every_file_has_sound_annotations() {
    let files: Vec<_> =
        ["tests/fixtures", "tests/demo"].into_iter().flat_map(|it| files(Path::new(it))).collect();
    assert!(files.len() > 80, "{}", files.len());
    for (path, text, language) in files {
        let path = path.to_str().unwrap();
        eprintln!("{path}");
        assert_sound(&text, language, path);
        assert_sound(&text.replace('\n', "\r\n"), language, path);
        assert_sound(&format!("\u{feff}{text}"), language, path);
        // As if it were being typed.
        for (end, _) in text.char_indices().step_by(199) {
            assert_sound(&text[..end], language, path);
        }
    }
}
