//! Completion over whole files: it never breaks, it offers a port wherever one stands, and a port that it offers is one
//! to the scanner once it is taken.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use portolan::complete::{Completion, Kind, Subject, complete, configuration};
use portolan::languages::{self, Language, Memory, Scan};
use portolan::port::PortRange;
use portolan::registry::TeamPorts;
use proptest::prelude::*;

fn at(text: &str, language: Language, scan: &Scan, place: usize) -> Completion {
    complete(text, language, scan, &Memory::default(), &TeamPorts::default(), || &[], place)
}

/// The text with what an item inserts in the place of the word.
fn taken(text: &str, completion: &Completion, new: &str) -> String {
    [&text[..completion.span.start], new, &text[completion.span.end..]].concat()
}

/// Checks the first and the last port among what is offered: each is one to the scanner once it is taken. Tells how many
/// there are.
fn check(text: &str, language: Language, completion: &Completion) -> usize {
    let ports = completion.items.iter().filter(|item| item.kind == Kind::Value).filter_map(|item| {
        let Some(Subject::Port { number, .. }) = item.subject else { return None };
        Some((number, item.text.as_deref()?))
    });
    let ports: Vec<(u16, &str)> = ports.collect();
    for &(number, new) in ports.first().into_iter().chain(ports.last()) {
        let text = taken(text, completion, new);
        let start = completion.span.start + new.find(|it: char| it.is_ascii_digit()).unwrap();
        let range = Some(PortRange::single(u32::from(number)));
        let found = languages::scan(&text, language).uses;
        let is_there = found.iter().any(|port| port.span.start == start && port.range == range);
        assert!(is_there, "{number} is no port at byte {start} of {text}");
    }
    ports.len()
}

/// Checks the `places` of `text`.
fn check_all(text: &str, language: Language, places: impl Iterator<Item = usize>) {
    let scan = languages::scan(text, language);
    for place in places {
        let completion = at(text, language, &scan, place);
        let span = completion.span;
        assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
        assert!(!span.of(text).contains(['\n', '\r']), "an edit lies on one line");
        let line = text[..span.start].rsplit(['\n', '\r']).next().unwrap().trim_start();
        let ports = check(text, language, &completion);
        assert!(ports == 0 || !line.starts_with('#'), "a port in the comment {line}");
    }
    for port in &scan.uses {
        let written = port.span.of(text);
        if written.parse::<u16>().is_ok() && written.bytes().all(|byte| byte.is_ascii_digit()) {
            let completion = at(text, language, &scan, port.span.start);
            let line = text[..port.span.start].rsplit(['\n', '\r']).next().unwrap().trim_start();
            let is_offered = completion.span == port.span && !completion.items.is_empty();
            assert!(is_offered || line.starts_with('#'), "nothing at {written} of {text}");
        }
    }
}

/// The files below `folder` with their languages.
fn files(folder: &Path) -> Vec<(PathBuf, Language)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if let Ok(text) = fs::read_to_string(&path) {
            let language = languages::detect(path.to_str().unwrap(), None, &text);
            files.extend(language.map(|language| (path, language)));
        }
    }
    files
}

#[test]
fn every_byte_of_the_demo() {
    for (path, language) in files(Path::new("tests/demo")) {
        let text = fs::read_to_string(path).unwrap();
        check_all(&text, language, 0..=text.len());
    }
}

#[test]
fn places_all_over_the_fixtures() {
    let mut count = 0;
    for (path, language) in files(Path::new("tests/fixtures")) {
        let text = fs::read_to_string(path).unwrap();
        let scan = languages::scan(&text, language);
        let edges: Vec<usize> = scan.uses.iter().flat_map(|port| [port.span.start, port.span.end]).collect();
        // Each place is a scan or more; the demo is looked at byte by byte.
        let is_of_interest = |at: &usize| at % 8 == count % 8 || edges.contains(at);
        check_all(&text, language, (0..=text.len()).filter(is_of_interest));
        count += 1;
    }
    assert!(count > 60, "{count}");
}

/// Pieces of which files are made, and of which they are broken.
const PIECES: &[&str] = &[
    "FROM redis:7 AS base\n",
    "EXPOSE ",
    "ENV PORT=",
    "ARG P_PORT=\"",
    "RUN <<EOF\n",
    "EOF\n",
    "LABEL ",
    "# ",
    "\\\n",
    "services:\n",
    "  db:\n",
    "    image: postgres\n",
    "    ports:\n",
    "      - ",
    "    expose: [",
    "target: ",
    "published: ",
    "protocol: ",
    "mode: ",
    "host_ip: ",
    "environment:\n",
    "<<: *a",
    "server {\n",
    "listen ",
    "upstream u {",
    "proxy_pass http://u:",
    "}",
    ";",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "'",
    "\"",
    "/",
    "-",
    ":",
    "80",
    "70000",
    "8",
    "80-90",
    "8080:80",
    "${PORT}",
    "${PORT:-80}",
    "$P",
    "udp",
    "postg",
    "💣",
    "é",
    "[",
    "]",
    "{",
    "portolan: ignore[",
    "reserved-port",
    "\u{feff}",
    "\0",
];

proptest! {
    #[test]
    fn broken_files(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24), place in 0..400_usize) {
        let text = pieces.concat();
        let place = place % (text.len() + 1);
        for language in Language::ALL {
            let scan = languages::scan(&text, language);
            let completion = at(&text, language, &scan, place);
            check(&text, language, &completion);
        }
        let completion = configuration(&text, place);
        prop_assert!(text.is_char_boundary(completion.span.start) && text.is_char_boundary(completion.span.end));
    }
}

#[test]
fn long_texts_end() {
    for piece in PIECES {
        let text = piece.repeat(20_000 / piece.len());
        for language in Language::ALL {
            let scan = languages::scan(&text, language);
            for place in [0, text.len() / 2, text.len()] {
                let _ = at(&text, language, &scan, place);
            }
        }
    }
}
