//! Comments take findings out, and do nothing else: the text with words in their place that no linter knows has the same.

use portolan::config::{Level, Settings};
use portolan::finding::Finding;
use portolan::languages;
use portolan::lint::lint_with_suppressed;
use portolan::rules::RULES;
use portolan::suppress::{ignoring, names_at};

use super::chosen;
use super::places::{assert_edits_are_sound, assert_findings_are_sound, is_place};

/// What begins the comments that are heeded, and what nobody heeds in its place, each as long as the other.
const WORDS: [(&str, &str); 7] = [
    ("portolan:", "p0rtolan:"),
    ("hadolint", "had0lint"),
    ("dclint", "dcl1nt"),
    ("trivy:ignore", "tr1vy:ignore"),
    (":skip=", ":sk1p="),
    ("ally", "4lly"),
    ("skip", "sk1p"),
];

/// Lints `input`, whose first character chooses the language, with every rule at work.
pub fn suppression(input: &str) {
    let Some((language, text)) = chosen(input) else { return };
    let mut settings = Settings::default();
    RULES.iter().for_each(|rule| settings.set(rule, Level::On));
    let scan = languages::scan(text, language);
    let linted = lint_with_suppressed(text, language, &[], &settings);
    assert_findings_are_sound(&linted.findings, text);
    for it in &linted.suppressed {
        assert!(is_place(text, it.finding.span), "{it:?}");
        assert!(it.reason.as_ref().is_none_or(|reason| text.contains(reason)), "{it:?}");
    }
    let found = linted.findings.iter().chain(linted.suppressed.iter().map(|it| &it.finding));
    let plain = unheeded(text);
    let bare = lint_with_suppressed(&plain, language, &[], &settings);
    assert!(bare.suppressed.is_empty(), "{plain}");
    assert_eq!(places(found), places(bare.findings.iter()), "{language:?} {text}");
    for finding in &linted.findings {
        if let Some(fix) = ignoring(text, language, &scan, finding) {
            assert_edits_are_sound(&fix.edits, text);
        }
    }
    for at in (0..8).map(|eighth| text.floor_char_boundary(text.len() * eighth / 8)) {
        assert!(names_at(text, language, &scan, at).is_none_or(|names| is_place(text, names.span)));
    }
}

/// The rules with the places where they found something, but for those that look at the comments.
fn places<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<(usize, usize, &'static str)> {
    let of_ports = findings.filter(|it| !["unknown-rule", "unused-suppression"].contains(&it.rule));
    let mut places: Vec<_> = of_ports.map(|it| (it.span.start, it.span.end, it.rule)).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// `text` with nothing in it that a linter heeds.
fn unheeded(text: &str) -> String {
    let mut text = text.to_owned();
    for (word, other) in WORDS {
        let lower = text.to_ascii_lowercase();
        for (at, _) in lower.match_indices(word) {
            text.replace_range(at..at + word.len(), other);
        }
    }
    text
}
