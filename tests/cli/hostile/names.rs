//! Names that a file can have, and that look like something else.

use std::fs;

use super::{name, run};
use crate::{empty_folder, json};

#[test]
fn every_name_is_shown_on_one_line_and_its_file_is_checked() {
    let folder = empty_folder();
    let root = folder.path();
    let names = [
        &b"a\n::error::b.dockerfile"[..],
        b"b\r\t.dockerfile",
        b"c\xff\xfe.dockerfile",
        b"d\x1b[2J\x9b.dockerfile",
        "e\u{202e}\u{9b}31m.dockerfile".as_bytes(),
        b"f\" '$(x)`y`.dockerfile",
        b"g,h=i%0A:1:1: error.dockerfile",
    ];
    for it in names {
        fs::write(root.join(name(it)), "FROM a\nEXPOSE 585\n").unwrap();
    }
    fs::create_dir(root.join(name(b"\xff\n"))).unwrap();
    fs::write(root.join(name(b"\xff\n/compose.yaml")), "services: {a: {image: b, ports: ['99999:80']}}\n")
        .unwrap();
    let (out, err, code) = run(root, ["--check", "--output-format=concise"]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.contains(".dockerfile:2:8: warning: ") && line.ends_with(']'))
            .count(),
        names.len(),
        "{out}"
    );
    assert!(lines.iter().any(|line| line.starts_with("\u{fffd}\\n/compose.yaml:1:")), "{out}");
    assert!(lines[0].starts_with("a\\n::error::b.dockerfile:2:8: "), "{out}");
    assert_eq!((err.as_str(), code), ("", 1));
    let (out, ..) = run(root, ["--check", "--output-format=github"]);
    assert!(
        out.lines().all(|line| line.starts_with("::warning file=") || line.starts_with("::error file=")),
        "{out}"
    );
    assert!(out.contains("file=a%0A%3A%3Aerror%3A%3Ab.dockerfile,line=2"), "{out}");
    let (out, ..) = run(root, ["--check", "--output-format=json"]);
    let files: Vec<String> = json(&out)["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["file"].as_str().unwrap().to_owned())
        .collect();
    assert!(files.contains(&"a\n::error::b.dockerfile".to_owned()), "{files:?}");
    assert!(files.contains(&"e\u{202e}\u{9b}31m.dockerfile".to_owned()), "{files:?}");
    for format in ["text", "markdown", "gitlab", "sarif", "junit", "checkstyle", "rdjson", "ndjson"] {
        let (out, err, code) = run(root, ["--check", "--output-format", format]);
        assert!(out.matches(".dockerfile").count() >= names.len(), "{format}: {out}");
        assert_eq!((err.as_str(), code), ("", 1), "{format}");
    }
    let (out, err, code) = run(root, ["--chart"]);
    assert!(out.contains("99999") || out.contains("80"), "{out}");
    assert_eq!((err.as_str(), code), ("", 0));
}
