//! What the fuzzers demand, of the same inputs each time: the fixtures, what once broke a promise, and some changes to those.
//!
//! The fuzzers themselves are in `fuzz`; its README.md says how to run them.

#[path = "../fuzz/checks/mod.rs"]
mod checks;

use std::fs;
use std::panic;
use std::path::Path;

use checks::seeds::Sources;
use checks::{CHECKS, Check};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

/// How many changed seeds each check is run with.
const CHANGED: u32 = 100;

/// What a change puts in the place of some bytes, and how it finds those.
type Change = (Index, usize, Index);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The check of that name.
fn check(name: &str) -> &'static Check {
    CHECKS.iter().find(|check| check.name == name).expect("it is in the list")
}

/// The inputs that once broke the promise of `check`, each with its name.
fn regressions(check: &Check) -> Vec<(String, String)> {
    let Ok(files) = fs::read_dir(root().join("fuzz/regressions").join(check.name)) else { return Vec::new() };
    let paths = files.map(|file| file.expect("it can be read").path());
    let read = |path: &Path| fs::read(path).expect("it can be read");
    paths
        .map(|path| (path.display().to_string(), String::from_utf8_lossy(&read(&path)).into_owned()))
        .collect()
}

/// The words of the fuzzers' dictionary.
fn words() -> Vec<String> {
    let dictionary = fs::read_to_string(root().join("fuzz/portolan.dict")).expect("it is there");
    let quoted = |line: &str| Some(unescaped(line.strip_prefix('"')?.strip_suffix('"')?));
    dictionary.lines().filter_map(quoted).collect()
}

/// A word as the dictionary writes it, with its escapes resolved.
fn unescaped(word: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = word.bytes();
    while let Some(byte) = rest.next() {
        let escaped = if byte == b'\\' { rest.next() } else { None };
        bytes.push(match escaped {
            Some(b'x') => {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                u8::from_str_radix(&digits, 16).expect("two digits stand behind it")
            }
            other => other.unwrap_or(byte),
        });
    }
    String::from_utf8(bytes).expect("words are text")
}

/// Whether the promise is kept for `input`; what broke it is on standard error.
#[track_caller]
fn assert_kept(check: &Check, input: &str, name: &str) {
    let run = || (check.run)(input);
    assert!(panic::catch_unwind(run).is_ok(), "{} is broken by {name}: {input:?}", check.name);
}

fn replay(name: &str) {
    let check = check(name);
    let mut inputs = regressions(check);
    let seeds = (check.seeds)(&Sources::below(root())).into_iter().enumerate();
    inputs.extend(seeds.map(|(index, seed)| (format!("seed {index}"), seed)));
    for (name, input) in &inputs {
        assert_kept(check, input, name);
    }
    let words = words();
    let changes = prop::collection::vec((any::<Index>(), 0..9usize, any::<Index>()), 1..6);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[8; 32]);
    let config = ProptestConfig { cases: CHANGED, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new_with_rng(config, rng).run(&(any::<Index>(), changes), |(seed, changes)| {
        assert_kept(check, &changed(&seed.get(&inputs).1, &changes, &words), "a changed seed");
        Ok(())
    });
    assert!(outcome.is_ok(), "{outcome:?}");
}

/// `seed` after some changes.
fn changed(seed: &str, changes: &[Change], words: &[String]) -> String {
    let mut text = seed.to_owned();
    for (at, length, word) in changes {
        let start = text.floor_char_boundary(at.index(text.len() + 1));
        let end = text.floor_char_boundary((start + length).min(text.len()));
        text.replace_range(start..end, &words[word.index(words.len())]);
    }
    text
}

#[test]
fn dockerfiles() {
    replay("dockerfile");
}

#[test]
fn compose_files() {
    replay("compose");
}

#[test]
fn nginx_configuration() {
    replay("nginx");
}

#[test]
fn fixes() {
    replay("fixes");
}

#[test]
fn suppressions() {
    replay("suppression");
}

#[test]
fn configurations() {
    replay("configuration");
}

#[test]
fn edits() {
    replay("edits");
}

#[test]
fn projects() {
    replay("project");
}

#[test]
fn every_check_has_seeds_and_a_fuzzer() {
    let sources = Sources::below(root());
    for check in CHECKS {
        assert!((check.seeds)(&sources).len() >= 5, "{}", check.name);
        assert!(
            root().join("fuzz/targets").join(check.name).with_extension("rs").is_file(),
            "{}",
            check.name
        );
    }
    assert!(words().len() > 150);
}

#[test]
#[should_panic(expected = "is broken by a text")]
fn a_broken_promise_is_noticed() {
    let check = Check { name: "false", run: |text| assert!(text.is_empty()), seeds: |_| Vec::new() };
    assert_kept(&check, "a", "a text");
}
