//! Other linters' rules beside ours: an example of each, which ours finds as well, and the comment that silences both.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashSet;

use portolan::config::{Level, Settings};
use portolan::finding::Finding;
use portolan::languages::Language;
use portolan::lint::{lint, lint_with_suppressed};
use portolan::rules::{COMPAT, Counterpart, RULES, Rule};

/// Where the comment of the tool goes that silences its rule.
const PLACE: &str = "#\n";

const TOO_LARGE: &str = "FROM alpine:3\n#\nEXPOSE 70000\n";
const MAPPING: &str = "#\nFROM alpine:3\nEXPOSE 8080:80\n";
const CAPITALS: &str = "#\nFROM alpine:3\nEXPOSE 80/TCP\n";
const SSH: &str = "FROM alpine:3\n#\nEXPOSE 22\n";
const PUBLISHED: &str = "services:\n  a:\n    image: b:1\n    #\n    ports:\n      - '5432:5432'\n";

/// What the rule of that identifier finds in its own tool.
fn example(identifier: &str) -> (Language, &'static str) {
    match identifier {
        "DL3011" | "hadolint/DL3011" | "DS-0008" | "UNIX Ports Out Of Range" => {
            (Language::Dockerfile, TOO_LARGE)
        }
        "ExposeInvalidFormat" => (Language::Dockerfile, MAPPING),
        "ExposeProtoCasing" => (Language::Dockerfile, CAPITALS),
        "buildkit/ExposeInvalidFormat" => {
            (Language::Dockerfile, "FROM alpine:3\n#\nEXPOSE 127.0.0.1:80:80\n")
        }
        "buildkit/ExposeProtoCasing" => (Language::Dockerfile, "FROM alpine:3\n#\nEXPOSE 53/UDP\n"),
        "CKV_DOCKER_1" | "DS-0004" | "Exposing Port 22 (SSH)" => (Language::Dockerfile, SSH),
        "docker:S6473" => (Language::Dockerfile, "FROM alpine:3\nEXPOSE 22 23\n"),
        "no-duplicate-exported-ports" => (
            Language::Compose,
            "services:\n  a:\n    image: b:1\n    ports:\n      - '8080:80'\n  c:\n    image: d:1\n    #\n    ports:\n      - '8080:80'\n",
        ),
        "no-unbound-port-interfaces" | "CL-0005" => (Language::Compose, PUBLISHED),
        "require-quotes-in-ports" => (
            Language::Compose,
            "services:\n  a:\n    image: b:1\n    ports:\n      #\n      - 127.0.0.1:8080:80\n",
        ),
        "service-ports-alphabetical-order" => (
            Language::Compose,
            "services:\n  a:\n    image: b:1\n    ports:\n      - '127.0.0.1:8443:443'\n      - '127.0.0.1:8080:80'\n",
        ),
        "default_server_flag" => (
            Language::Nginx,
            "http {\n  server { listen 80; server_name a; }\n  server { listen 80; server_name b; }\n}\n",
        ),
        _ => panic!("{identifier} has no example"),
    }
}

/// The settings with which every rule looks.
fn all() -> Settings {
    let mut settings = Settings::default();
    RULES.iter().for_each(|rule| settings.set(rule, Level::On));
    settings
}

fn is_of(counterpart: &Counterpart) -> impl Fn(&Finding) -> bool {
    |finding| counterpart.rules.iter().any(|rule| rule.name == finding.rule)
}

#[test]
fn ours_find_what_the_other_finds() {
    for counterpart in COMPAT {
        let (language, text) = example(counterpart.identifier);
        let found = lint(text, language, &all());
        for rule in counterpart.rules {
            let is_found = found.iter().any(|finding| finding.rule == rule.name);
            assert!(is_found, "{} does not find what {} does: {found:?}", rule.name, counterpart.identifier);
            assert!(rule.languages.contains(&language));
        }
        assert!(!counterpart.rules.is_empty() || found.is_empty(), "{found:?}");
    }
}

#[test]
fn the_comment_for_the_other_silences_ours_and_nothing_else() {
    for counterpart in COMPAT {
        let Some(comment) = counterpart.comment() else { continue };
        let (language, text) = example(counterpart.identifier);
        let places = text.matches(PLACE).count();
        assert_eq!(places, 1, "the example of {} has a place for {comment}", counterpart.identifier);
        let text = text.replace(PLACE, &format!("{comment}\n"));
        let linted = lint_with_suppressed(&text, language, &[], &all());
        for rule in counterpart.rules {
            assert!(linted.suppressed.iter().any(|it| it.finding.rule == rule.name), "{comment}: {linted:?}");
        }
        assert!(linted.suppressed.iter().all(|it| is_of(counterpart)(&it.finding)), "{comment}");
        assert!(!linted.findings.iter().any(is_of(counterpart)), "{comment}");

        let unknown = comment.replace(counterpart.identifier, "X0");
        let linted = lint_with_suppressed(&text.replace(&comment, &unknown), language, &[], &all());
        assert_eq!(linted.suppressed, [], "{unknown}");
    }
}

#[test]
fn every_counterpart_says_what_it_is() {
    let mut seen = HashSet::new();
    for counterpart in COMPAT {
        assert!(seen.insert((counterpart.tool, counterpart.identifier)));
        assert!(counterpart.is_called(counterpart.identifier));
        assert!(!counterpart.is_called("X0"));
        let note = counterpart.note;
        assert!(!note.is_empty() && !note.ends_with('.') && !note.contains("  "), "{note}");
    }
    let tools = COMPAT.chunk_by(|one, other| one.tool == other.tool);
    assert_eq!(tools.count(), COMPAT.iter().map(|it| it.tool).collect::<HashSet<_>>().len());
}

#[test]
fn the_page_of_a_rule_names_its_counterparts() {
    for counterpart in COMPAT {
        for rule in counterpart.rules {
            let references = references(rule);
            for word in [counterpart.tool.name(), counterpart.identifier] {
                assert!(references.contains(word), "{}.md does not name {word}", rule.name);
            }
        }
    }
}

fn references(rule: &Rule) -> &str {
    rule.docs.split_once("\n## References\n").unwrap().1
}
