//! A scanner reads any text: what it names is there, it says the same again, and what follows from it holds together.

use portolan::config::Settings;
use portolan::languages::{Environment, Language, Memory, detect, scan, scan_after, scan_in};
use portolan::lint::lint;

use super::faces::assert_answers;
use super::places::{assert_findings_are_sound, assert_sound};

/// Any text can be read as a Dockerfile.
pub fn dockerfile(text: &str) {
    assert_readable(text, Language::Dockerfile);
}

/// Any text can be read as a compose file, and with the memory of a text much like it.
pub fn compose(text: &str) {
    assert_readable(text, Language::Compose);
    let [one, other] = [text.len() / 3, text.len() / 2].map(|at| text.floor_char_boundary(at));
    let mut memory = Memory::default();
    for text in [&[&text[..one], &text[other..]].concat(), text, &text[..other], text] {
        let found = scan_after(&text.into(), Language::Compose, &mut memory);
        assert_eq!(*found, scan(text, Language::Compose), "a memory changes nothing: {text}");
    }
}

/// Any text can be read as nginx configuration.
pub fn nginx(text: &str) {
    assert_readable(text, Language::Nginx);
}

fn assert_readable(text: &str, language: Language) {
    let found = scan(text, language);
    assert_sound(&found, text);
    assert_eq!(found, scan(text, language), "twice the same");
    let environment = Environment::from_iter([("PORT", "8080"), ("A", "$PORT"), ("B", "a:80")]);
    assert_sound(&scan_in(text, language, &environment), text);
    let findings = lint(text, language, &Settings::default());
    assert_findings_are_sound(&findings, text);
    assert_answers(text, language, &found, &findings);
    for name in ["some.conf", "some.yaml", "some"] {
        let _ = detect(name, None, text);
    }
}
