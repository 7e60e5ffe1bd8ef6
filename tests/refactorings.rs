//! What the refactorings make of files: a text that says of its ports what it said before, but for what was asked for.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use portolan::config::Settings;
use portolan::finding::Severity;
use portolan::fix::edited;
use portolan::languages::{Entry, Language, Scan, detect, scan};
use portolan::lint::lint;
use portolan::port::{PortRange, Transport};
use portolan::refactor::{Offer, Place, REFACTORINGS};
use portolan::text::Span;

/// What an entry says, wherever it stands and however it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    list: String,
    scope: Option<usize>,
    host: Option<Option<(u32, u32)>>,
    container: Option<Option<(u32, u32)>>,
    transport: Option<Transport>,
    address: Option<String>,
    variables: Vec<String>,
}

impl Said {
    fn by(scan: &Scan, entry: &Entry) -> Self {
        let ends = |range: PortRange| (range.first, range.last);
        let ports: Vec<_> =
            [entry.host, entry.container].into_iter().flatten().map(|it| &scan.uses[it]).collect();
        let address = entry.address.as_deref().map(|it| it.trim_matches(['[', ']']).to_owned());
        Self {
            list: format!("{:?}", entry.list),
            scope: entry.scope,
            host: entry.host.map(|host| scan.uses[host].range.map(ends)),
            container: entry.container.map(|container| scan.uses[container].range.map(ends)),
            transport: entry.container.and_then(|container| scan.uses[container].protocol.transport()),
            address: address.filter(|it| !it.is_empty()),
            variables: ports.iter().filter_map(|port| Some(port.variable.as_ref()?.name.clone())).collect(),
        }
    }
}

/// What the entries of a file say, and how many errors and warnings there are and how often it breaks.
fn said(text: &str, language: Language) -> (Vec<Said>, usize, usize) {
    let scan = scan(text, language);
    let mut said: Vec<Said> = scan.entries.iter().map(|entry| Said::by(&scan, entry)).collect();
    said.sort();
    let bad = lint(text, language, &Settings::default());
    let bad = bad.iter().filter(|finding| finding.severity <= Severity::Warning).count();
    (said, bad, scan.breakages.len())
}

fn offers(text: &str, scan: &Scan, name: &str, selection: Span) -> Vec<Offer> {
    let refactoring = REFACTORINGS.iter().find(|it| it.name == name).unwrap();
    refactoring.offers(&Place { text, scan, selection })
}

/// Tries every refactoring at every port of `text`, and counts the offers of each.
#[track_caller]
fn try_all(text: &str, language: Language, place: &str) -> Vec<usize> {
    let found = scan(text, language);
    let before = said(text, language);
    let mut counts = vec![0; REFACTORINGS.len()];
    for port in &found.uses {
        for (refactoring, count) in REFACTORINGS.iter().zip(&mut counts) {
            for offer in refactoring.offers(&Place { text, scan: &found, selection: port.span }) {
                *count += 1;
                let context = || format!("{place}: {} at `{}`", offer.title, port.span.of(text));
                assert!(
                    offer.edits.is_sorted_by(|one, next| one.span.end <= next.span.start),
                    "{}",
                    context()
                );
                let after = edited(text, &offer.edits);
                let entry = port.entry.map(|entry| &found.entries[entry]);
                match refactoring.name {
                    "to-long-syntax" | "to-short-syntax" => {
                        assert_same(&before, &said(&after, language), &context, &after);
                        // The other way round, at the same place, it is a text as good as the one before.
                        let back = if refactoring.name == "to-long-syntax" {
                            "to-short-syntax"
                        } else {
                            "to-long-syntax"
                        };
                        let start = offer.edits[0].span.start + 1;
                        let offers = offers(&after, &scan(&after, language), back, Span::new(start, start));
                        let back = edited(
                            &after,
                            &offers
                                .first()
                                .unwrap_or_else(|| panic!("no way back: {}\n{after}", context()))
                                .edits,
                        );
                        if offer.edits.len() == 1 {
                            assert_same(&before, &said(&back, language), &context, &back);
                        }
                        if refactoring.name == "to-long-syntax" && offer.title == "Convert to the long syntax"
                        {
                            assert_eq!(bare(&back), bare(text), "{}", context());
                        }
                    }
                    "bind-to-loopback" => {
                        let (now, bad, broken) = said(&after, language);
                        // Servers of nginx that share an address share what one of them says of TLS.
                        let is_better = bad <= before.1 || language == Language::Nginx;
                        assert!(
                            is_better && broken <= before.2,
                            "{}
{after}",
                            context()
                        );
                        if let Some(entry) = entry {
                            let mut expected = before.0.clone();
                            let old = Said::by(&found, entry);
                            let place = expected.iter().position(|it| *it == old).unwrap();
                            expected[place].address = Some("127.0.0.1".to_owned());
                            expected.sort();
                            assert_eq!(now, expected, "{}\n{after}", context());
                        } else {
                            assert_eq!(scan(&after, language).uses.len(), found.uses.len(), "{}", context());
                        }
                    }
                    "add-udp" => {
                        let (now, bad, broken) = said(&after, language);
                        assert!(bad <= before.1 && broken <= before.2, "{}\n{after}", context());
                        if let Some(entry) = entry {
                            let mut expected = before.0.clone();
                            expected
                                .push(Said { transport: Some(Transport::Udp), ..Said::by(&found, entry) });
                            expected.sort();
                            assert_eq!(now, expected, "{}\n{after}", context());
                        } else {
                            assert_eq!(
                                scan(&after, language).uses.len(),
                                found.uses.len() + 1,
                                "{}",
                                context()
                            );
                        }
                    }
                    "add-expose" => {
                        // What is exposed is judged, as any other.
                        let (now, _, broken) = said(&after, language);
                        assert!(broken <= before.2, "{}\n{after}", context());
                        assert_eq!(now.len(), before.0.len() + 1, "{}\n{after}", context());
                    }
                    other => panic!("nobody looks at what {other} makes"),
                }
            }
        }
    }
    counts
}

#[track_caller]
fn assert_same(
    (one, bad, broken): &(Vec<Said>, usize, usize),
    (other, bad_now, broken_now): &(Vec<Said>, usize, usize),
    context: &dyn Fn() -> String,
    after: &str,
) {
    assert_eq!(one, other, "{}\n{after}", context());
    assert!(bad_now <= bad && broken_now <= broken, "{}\n{after}", context());
}

/// A text without quotes and without what the short syntax may be written with or without.
fn bare(text: &str) -> String {
    text.replace(['"', '\'', '[', ']'], "")
        .to_lowercase()
        .replace("/\n", "\n")
        .replace("::1", "_")
        .replace("- :", "- ")
}

#[test]
fn real_files_say_the_same_afterwards() {
    let mut counts = vec![0; REFACTORINGS.len()];
    let mut files = 0;
    let mut folders = vec![Path::new("tests/demo").to_owned(), Path::new("tests/fixtures").to_owned()];
    folders.extend(std::env::var_os("PORTOLAN_MORE_FILES").filter(|it| !it.is_empty()).map(Into::into));
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let path = path.to_str().unwrap();
            let Some(language) = detect(path, None, &text) else { continue };
            files += 1;
            for (sum, count) in counts.iter_mut().zip(try_all(&text, language, path)) {
                *sum += count;
            }
        }
    }
    let names = REFACTORINGS.iter().map(|it| it.name);
    let counts: Vec<_> = names.zip(counts).collect();
    println!("{files} files: {counts:?}");
    assert!(counts.iter().all(|(_, count)| *count > 0), "{counts:?}");
}
