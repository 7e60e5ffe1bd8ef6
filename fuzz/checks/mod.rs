//! What must hold of any text, however hostile: a check for each fuzzer, none of which knows of fuzzing.
//!
//! A check panics where a promise is broken. The fuzzers call it with what they make up, and `tests/fuzz_replay.rs` with the
//! seeds, with what once broke it, and with the same few changes to those each time.

mod configuration;
mod edits;
mod faces;
mod fixes;
mod model;
mod places;
mod project;
mod scanners;
pub mod seeds;
mod suppression;

pub use configuration::configuration;
pub use edits::edits;
pub use project::project;
pub use scanners::{compose, dockerfile, nginx};
pub use suppression::suppression;

use portolan::languages::Language;

/// A promise about texts, and texts to begin with.
pub struct Check {
    /// The name of its fuzzer.
    pub name: &'static str,
    /// Panics where the promise is broken.
    pub run: fn(&str),
    /// Some inputs that show what there can be.
    pub seeds: fn(&seeds::Sources) -> Vec<String>,
}

/// Every check, one for each fuzzer.
pub const CHECKS: &[Check] = &[
    Check { name: "dockerfile", run: dockerfile, seeds: |it| it.of(Language::Dockerfile) },
    Check { name: "compose", run: compose, seeds: |it| it.of(Language::Compose) },
    Check { name: "nginx", run: nginx, seeds: |it| it.of(Language::Nginx) },
    Check { name: "fixes", run: fixes, seeds: seeds::Sources::chosen },
    Check { name: "suppression", run: suppression, seeds: seeds::Sources::chosen },
    Check { name: "configuration", run: configuration, seeds: seeds::Sources::configurations },
    Check { name: "edits", run: edits, seeds: seeds::Sources::scripts },
    Check { name: "project", run: project, seeds: seeds::Sources::projects },
];

/// Every fix of `input`, whose first character chooses the language, takes its finding out and brings no mistake, and every
/// finding can be ignored.
pub fn fixes(input: &str) {
    let Some((language, text)) = chosen(input) else { return };
    fixes::assert_fixes_are_sound(text, language, language.name(), fixes::assert_no_more);
    fixes::assert_everything_can_be_ignored(text, language, language.name());
}

/// What stands between the parts of an input that has several.
const SEPARATOR: char = '\u{1e}';

/// The language that the first character of an input chooses, and the text behind it.
fn chosen(input: &str) -> Option<(Language, &str)> {
    let mut rest = input.chars();
    let choice = u32::from(rest.next()?);
    let language = match choice % 3 {
        0 => Language::Compose,
        1 => Language::Dockerfile,
        _ => Language::Nginx,
    };
    Some((language, rest.as_str()))
}

/// The character that chooses a language.
fn choice(language: Language) -> char {
    match language {
        Language::Compose => 'c',
        Language::Dockerfile => 'd',
        Language::Nginx => 'n',
    }
}
