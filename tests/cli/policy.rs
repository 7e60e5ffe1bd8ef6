//! What a check fails for.

use crate::{folder, json, run};

/// An error, a warning, an info and a hint.
const ALL: [(&str, &str); 3] = [
    ("a.dockerfile", "FROM a\nEXPOSE 70000\n"),
    ("b.dockerfile", "FROM a\nEXPOSE 585 80/TCP\n"),
    ("compose.yaml", "services:\n  a:\n    image: b\n    ports: ['5432:5432']\n"),
];

#[test]
fn a_check_fails_for_what_it_is_told_to_fail_for() {
    let folder = folder(&ALL);
    for (level, file, code) in [
        ("error", "a.dockerfile", 1),
        ("error", "b.dockerfile", 0),
        ("warning", "b.dockerfile", 1),
        ("warning", "compose.yaml", 0),
        ("info", "compose.yaml", 1),
        ("never", "a.dockerfile", 0),
    ] {
        let (_, err, found) = run(folder.path(), &["--check", "--fail-on", level, file]);
        assert_eq!((err.as_str(), found), ("", code), "{level}: {file}");
    }
    assert_eq!(run(folder.path(), &["--check", "--exit-zero"]).2, 0);
    assert_eq!(run(folder.path(), &["--check", "--exit-zero", "missing"]).2, 2, "that is no finding");
}

#[test]
fn hints_are_reported_where_they_count() {
    let folder = folder(&[("Dockerfile", "FROM a\nEXPOSE 80/TCP\n")]);
    assert_eq!(run(folder.path(), &["--check", "--fail-on=info"]).0, "nothing found in 1 file\n");
    let (out, _, code) = run(folder.path(), &["--check", "--fail-on=hint"]);
    assert!(out.starts_with("hint[uppercase-protocol]: ") && out.contains("1 hint in 1 file\n"), "{out}");
    assert_eq!(code, 1);
}

#[test]
fn some_warnings_can_be_borne() {
    let folder =
        folder(&[("a.dockerfile", "FROM a\nEXPOSE 585 994\n"), ("b.dockerfile", "FROM a\nEXPOSE 70000\n")]);
    for (most, paths, code) in [
        ("2", &["a.dockerfile"][..], 0),
        ("1", &["a.dockerfile"], 1),
        ("0", &["a.dockerfile"], 1),
        ("2", &["a.dockerfile", "b.dockerfile"], 1),
    ] {
        let found = run(folder.path(), &[&["--check", "--max-warnings", most][..], paths].concat());
        assert_eq!(found.2, code, "{most}: {paths:?}");
    }
    let (out, ..) = run(folder.path(), &["--check", "--max-warnings=1", "a.dockerfile"]);
    assert!(out.ends_with("\nmore warnings than --max-warnings 1\n"), "{out}");
    let both = ["--check", "--fail-on=error", "--max-warnings=1", "a.dockerfile"];
    assert_eq!(run(folder.path(), &both).2, 1);
    let (_, err, code) = run(folder.path(), &["--check", "--max-warnings", "few"]);
    assert!(err.contains("invalid value 'few' for '--max-warnings <NUMBER>'"), "{err}");
    assert_eq!(code, 2);
}

#[test]
fn statistics_count_by_rule_and_file() {
    let folder = folder(&[
        ("a.dockerfile", "FROM a\nEXPOSE 585\n"),
        ("b/Dockerfile", "FROM a\nEXPOSE 585 994\n"),
        ("c.dockerfile", "FROM a\nEXPOSE 80\n"),
    ]);
    let (out, err, code) = run(folder.path(), &["--check", "--statistics"]);
    insta::assert_snapshot!(out);
    assert_eq!((err.as_str(), code), ("", 1));
    let (out, ..) = run(folder.path(), &["--check", "--statistics", "--output-format", "json"]);
    let counts = json(&out);
    assert_eq!(counts["rules"][0]["rule"], "deregistered-port");
    assert_eq!((&counts["rules"][0]["count"], &counts["rules"][0]["fixable"]), (&2.into(), &2.into()));
    assert_eq!(counts["files"][0]["file"], "b/Dockerfile");
    let many: Vec<_> =
        (0..30).map(|number| (format!("{number:02}.dockerfile"), "FROM a\nEXPOSE 585\n")).collect();
    let many: Vec<_> = many.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let folder = crate::folder(&many);
    let (out, ..) = run(folder.path(), &["--check", "--statistics"]);
    assert!(out.contains("    10  in 10 more files\n"), "{out}");
    assert_eq!(
        run(folder.path(), &["--check", "--statistics", "--ignore=all"]).0,
        "nothing found in 30 files\n"
    );
}
