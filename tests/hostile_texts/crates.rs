//! Regular expressions take time that grows with the text: no crate that the program is made of can backtrack.

use std::collections::{HashMap, HashSet};
use std::fs;

/// The crates that match patterns by backtracking.
const BACKTRACKING: &[&str] =
    &["fancy-regex", "onig", "onig_sys", "pcre", "pcre2", "pcre2-sys", "regress", "oniguruma"];

/// The crates that each package in the lock file is made of, by its name.
fn locked() -> HashMap<String, HashSet<String>> {
    let lock = fs::read_to_string("Cargo.lock").unwrap();
    let mut packages: HashMap<String, HashSet<String>> = HashMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let quoted = |line: &str| line.split('"').nth(1).map(str::to_owned);
        let name = package.lines().find(|line| line.starts_with("name = ")).and_then(quoted).unwrap();
        let listed = package.split_once("dependencies = [").map_or("", |(_, list)| list);
        let list = listed.lines().take_while(|line| *line != "]").filter_map(quoted);
        let named = list.filter_map(|name| name.split(' ').next().map(str::to_owned));
        packages.entry(name).or_default().extend(named);
    }
    packages
}

/// What `Cargo.toml` lists under `[dependencies]`, by the names of the packages.
fn listed() -> Vec<String> {
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let section = manifest.split("\n[").find_map(|section| section.strip_prefix("dependencies]\n")).unwrap();
    let entry = |line: &str| {
        let (name, value) = line.split_once(" = ").filter(|(name, _)| !name.starts_with('#'))?;
        let renamed = value.split_once("package = \"").and_then(|(_, rest)| rest.split('"').next());
        Some(renamed.unwrap_or(name).to_owned())
    };
    section.lines().filter_map(entry).collect()
}

#[test]
fn no_regular_expression_can_backtrack() {
    let locked = locked();
    let mut queue = listed();
    assert!(queue.len() > 20 && queue.iter().any(|name| name == "regex"), "{queue:?}");
    let mut seen = HashSet::new();
    while let Some(name) = queue.pop() {
        assert!(!BACKTRACKING.contains(&name.as_str()), "{name} backtracks");
        let needs = locked.get(&name).unwrap_or_else(|| panic!("{name} is not locked"));
        queue.extend(needs.iter().filter(|name| seen.insert((*name).clone())).cloned());
    }
    assert!(seen.contains("regex-automata"), "the lock file is read");
}
