//! What the program is built from: no code of ours is unsafe, and of the crates it uses SECURITY.md names those that have
//! unsafe code, each with why.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use regex::Regex;
use serde_json::Value;

/// The targets that are released.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// Crates that search with backtracking, so that a pattern and a text exist for which they take for ever.
const BACKTRACKING: [&str; 5] = ["fancy-regex", "onig", "oniguruma", "pcre2", "regress"];

#[test]
fn the_list_of_unsafe_crates_is_complete_and_up_to_date() {
    let unsafe_word = Regex::new(r"\bunsafe\s*(\{|fn\b|impl\b|trait\b|extern\b)").unwrap();
    let uses_it = |text: String| {
        text.lines().any(|line| unsafe_word.is_match(line.split("//").next().unwrap_or_default()))
    };
    let found: BTreeSet<String> = crates_in_the_program()
        .into_iter()
        .filter(|(_, folder)| rust_files(&Path::new(folder).join("src")).into_iter().any(uses_it))
        .map(|(name, _)| name)
        .collect();
    let page = fs::read_to_string("SECURITY.md").unwrap();
    let (_, section) = page.split_once("\n## Unsafe code").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ") && line.contains('`'));
    let names = rows.flat_map(|row| row.split('|').nth(1).unwrap_or_default().split(", "));
    let told: BTreeSet<String> = names.map(|name| name.trim().trim_matches('`').to_owned()).collect();
    let missing: Vec<_> = found.difference(&told).collect();
    let gone: Vec<_> = told.difference(&found).collect();
    assert!(missing.is_empty() && gone.is_empty(), "to be added: {missing:?}; to be taken out: {gone:?}");
}

#[test]
fn no_regular_expression_can_backtrack() {
    let names: Vec<String> = crates_in_the_program().into_keys().collect();
    assert!(names.iter().any(|name| name == "regex"), "{names:?}");
    for engine in BACKTRACKING {
        assert!(names.iter().all(|name| name != engine), "{engine} is in the program");
    }
}

/// The crates whose code is in the program, and the folder of each; macros and what only runs while it is built are not.
fn crates_in_the_program() -> BTreeMap<String, String> {
    let arguments = ["metadata", "--format-version", "1", "--locked", "--filter-platform", PLATFORM];
    let output = Command::new(env!("CARGO")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let by_id = |list: &'static str, of: &Value| -> BTreeMap<String, Value> {
        let items = of[list].as_array().unwrap().iter();
        items.map(|it| (it["id"].as_str().unwrap().to_owned(), it.clone())).collect()
    };
    let (packages, nodes) = (by_id("packages", &metadata), by_id("nodes", &metadata["resolve"]));
    let is_macro = |package: &Value| {
        package["targets"].as_array().unwrap().iter().any(|target| target["kind"][0] == "proc-macro")
    };
    let root = metadata["resolve"]["root"].as_str().unwrap();
    let (mut seen, mut next) = (BTreeSet::new(), vec![root]);
    while let Some(id) = next.pop() {
        if is_macro(&packages[id]) || !seen.insert(id) {
            continue;
        }
        let dependencies = nodes[id]["deps"].as_array().unwrap().iter();
        let is_normal =
            |it: &&Value| it["dep_kinds"].as_array().unwrap().iter().any(|it| it["kind"].is_null());
        next.extend(dependencies.filter(is_normal).map(|it| it["pkg"].as_str().unwrap()));
    }
    seen.remove(root);
    let described = seen.into_iter().map(|id| &packages[id]);
    let folder =
        |it: &Value| Path::new(it["manifest_path"].as_str().unwrap()).parent().unwrap().display().to_string();
    described.map(|it| (it["name"].as_str().unwrap().to_owned(), folder(it))).collect()
}

/// The texts of the Rust files in `folder` and below.
fn rust_files(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(rust_files(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            texts.push(String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned());
        }
    }
    texts
}
