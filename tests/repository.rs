//! The shape of the house: who may import whom, and which room owns which crate.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of `src/` from the ground up, and what each may import beside itself.
const ROOMS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("port", &["text"]),
    ("registry", &["port"]),
    ("finding", &["text"]),
    ("languages", &["port", "text"]),
    ("project", &["languages", "port", "text"]),
    ("rules", &["project", "registry", "languages", "port", "finding", "text"]),
    ("config", &["rules", "registry", "languages", "port", "finding", "text"]),
    ("discovery", &["config", "project", "languages", "finding", "text"]),
    ("suppress", &["rules", "languages", "finding", "text"]),
    ("fix", &["finding", "text"]),
    ("refactor", &["rules", "languages", "port", "finding", "text"]),
    ("lint", &["suppress", "config", "rules", "project", "languages", "finding"]),
    ("describe", &["project", "registry", "languages", "port", "text"]),
    (
        "complete",
        &["describe", "registry", "suppress", "config", "rules", "languages", "port", "finding", "text"],
    ),
    ("outline", &["describe", "registry", "languages", "port", "text"]),
    ("links", &["registry", "languages", "port", "text"]),
    ("report", &["rules", "finding", "text"]),
    ("chart", &["report", "describe", "registry", "project", "languages", "port", "text"]),
    (
        "cli",
        &[
            "chart",
            "report",
            "describe",
            "registry",
            "fix",
            "lint",
            "discovery",
            "suppress",
            "config",
            "rules",
            "project",
            "languages",
            "port",
            "finding",
            "text",
        ],
    ),
    (
        "lsp",
        &[
            "chart",
            "complete",
            "links",
            "outline",
            "describe",
            "fix",
            "refactor",
            "lint",
            "discovery",
            "suppress",
            "config",
            "rules",
            "project",
            "languages",
            "finding",
            "text",
        ],
    ),
];

/// Words that only the rooms named may hold.
const OWNED: &[(&str, &[&str])] = &[
    ("std::fs", &["cli", "discovery"]),
    ("std::env", &["cli", "main"]),
    ("std::process", &["cli", "lsp", "main"]),
    ("std::net::Tcp", &[]),
    ("std::net::Udp", &[]),
    ("libc::", &["discovery"]),
    ("tokio::", &["lsp"]),
    ("tower_lsp::", &["lsp"]),
    ("ropey::", &["text"]),
    ("granit_parser::", &["languages"]),
    ("smallvec::", &["languages", "project"]),
    ("thin_vec::", &["languages"]),
    ("annotate_snippets::", &["report"]),
    ("quick_xml::", &["report"]),
    ("xxhash_rust::", &["report"]),
    ("foldhash::", &["languages", "rules", "project", "suppress", "report", "discovery", "cli"]),
    ("indicatif::", &["cli"]),
    ("toml::", &["config"]),
    ("schemars::", &["config"]),
    ("strsim::", &["config", "rules"]),
    ("similar::", &["cli"]),
    ("serde_json::", &["config", "report", "chart", "cli", "lsp"]),
    ("async fn", &["lsp"]),
];

/// Every source file with its room: the folder or file directly below `src/`.
fn sources() -> Vec<(String, PathBuf, String)> {
    let mut sources = Vec::new();
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_some_and(|extension| extension == "rs") {
                let room = path.iter().nth(1).unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
                let text = fs::read_to_string(&path).unwrap();
                sources.push((room, path, text));
            }
        }
    }
    sources
}

/// The lines of code: no comments, nothing behind the start of the unit tests.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().take_while(|line| *line != "#[cfg(test)]");
    lines.filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn imports_point_one_way() {
    for (room, path, text) in sources() {
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            assert!(room == "lib" || room == "main", "{} is in no room", path.display());
            continue;
        };
        for line in code(&text) {
            for import in line.split("crate::").skip(1) {
                let end = import.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(import.len());
                let import = &import[..end];
                let is_fine = import == room || allowed.contains(&import);
                assert!(is_fine, "{} imports {import}: {line}", path.display());
            }
        }
    }
}

#[test]
fn every_crate_has_its_room() {
    for (room, path, text) in sources() {
        for line in code(&text) {
            for (word, rooms) in OWNED {
                let is_fine = !line.contains(word) || rooms.contains(&room.as_str());
                assert!(is_fine, "{} may not use {word}: {line}", path.display());
            }
            let counts_for_the_protocol = path == Path::new("src/lsp/convert.rs");
            assert!(
                room != "lsp" || counts_for_the_protocol || !line.contains("u32"),
                "{}: {line}",
                path.display()
            );
        }
    }
}

#[test]
fn every_file_says_what_it_is() {
    for (_, path, text) in sources() {
        assert!(
            text.starts_with("//! ") || text.starts_with("// "),
            "{} has no first sentence",
            path.display()
        );
    }
}

#[test]
fn what_is_shipped_has_the_version_of_the_program() {
    let version = env!("CARGO_PKG_VERSION");
    for (file, line) in [
        ("editors/vscode/package.json", format!("\"version\": \"{version}\",")),
        ("editors/emacs/portolan.el", format!(";; Version: {version}")),
        ("editors/zed/extension.toml", format!("version = \"{version}\"")),
        ("editors/zed/Cargo.toml", format!("version = \"{version}\"")),
        ("packages/deb/changelog", format!("portolan ({version}-1) unstable; urgency=medium")),
        ("packages/npm/package.json", format!("\"version\": \"{version}\",")),
        ("packages/pypi/pyproject.toml", format!("version = \"{version}\"")),
    ] {
        let text = fs::read_to_string(file).unwrap();
        assert!(text.lines().any(|own| own.trim() == line), "{file} has no line `{line}`");
    }
}

#[test]
fn every_promise_of_safety_names_tests_that_there_are() {
    let page = fs::read_to_string("SECURITY.md").unwrap();
    let promises: Vec<&str> = page.lines().filter(|line| line.starts_with("| **")).collect();
    assert!(promises.len() >= 10, "{promises:?}");
    for promise in promises {
        let tests: Vec<_> = promise.split('`').filter_map(|code| code.split_once(".rs::")).collect();
        assert!(!tests.is_empty(), "{promise}");
        for (file, test) in tests {
            let text = fs::read_to_string(format!("{file}.rs")).unwrap_or_default();
            assert!(text.contains(&format!("\nfn {test}() {{")), "there is no {test} in {file}.rs");
        }
    }
}
