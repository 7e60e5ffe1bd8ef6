//! `--baseline`: what was there already is not reported again.

use std::fs;

use crate::{folder, json, run};

const CHECK: [&str; 3] = ["--check", "--baseline", "ports.json"];

#[test]
fn only_what_is_new_is_reported() {
    let folder = folder(&[
        ("a.dockerfile", "FROM a\nEXPOSE 585\nEXPOSE 585\n"),
        ("b/Dockerfile", "FROM a\nEXPOSE 994\n"),
    ]);
    let (out, err, code) = run(folder.path(), &["--check", "--baseline", "ports.json"]);
    assert_eq!((out.as_str(), code), ("", 2));
    assert_eq!(err, "portolan: there is no baseline ports.json; --write-baseline writes one\n");
    let with_file = [&CHECK[..], &["--output-file=sarif=a.sarif"]].concat();
    assert_eq!(run(folder.path(), &with_file).2, 2);
    assert!(!folder.path().join("a.sarif").exists(), "no report is begun that cannot be written");

    let (out, err, code) = run(folder.path(), &[&CHECK[..], &["--write-baseline"]].concat());
    assert_eq!((out.as_str(), err.as_str(), code), ("ports.json holds 3 findings\n", "", 0));
    let written = fs::read_to_string(folder.path().join("ports.json")).unwrap();
    let known = json(&written);
    assert_eq!(known["version"], 1);
    assert_eq!(known["findings"][2]["file"], "b/Dockerfile");
    assert_eq!(run(folder.path(), &CHECK), ("nothing found in 2 files\n".to_owned(), String::new(), 0));

    // Lines move, a finding of the same kind is new, and another file is looked at from elsewhere.
    let moved = "# ours\n\nFROM a\n  EXPOSE 585\nEXPOSE 585\nEXPOSE 585\n";
    fs::write(folder.path().join("a.dockerfile"), moved).unwrap();
    let (out, err, code) = run(folder.path(), &[&CHECK[..], &["--output-format=concise"]].concat());
    assert!(out.starts_with("a.dockerfile:6:8: warning: port 585"), "{out}");
    assert!(out.contains("\n1 warning in 2 files\n"), "{out}");
    assert_eq!((err.as_str(), code), ("", 1));
    let there = folder.path().join("b");
    assert_eq!(run(&there, &["--check", "--baseline", "../ports.json"]).0, "nothing found in 1 file\n");
}

#[test]
fn what_is_gone_is_told_and_taken_out() {
    let folder = folder(&[
        ("a.dockerfile", "FROM a\nEXPOSE 585 994\n"),
        ("b.dockerfile", "FROM a\nEXPOSE 47\n"),
        ("c.dockerfile", "FROM a\nEXPOSE 51\n"),
    ]);
    run(folder.path(), &[&CHECK[..], &["--write-baseline"]].concat());
    fs::write(folder.path().join("a.dockerfile"), "FROM a\nEXPOSE 585 80\n").unwrap();
    fs::remove_file(folder.path().join("b.dockerfile")).unwrap();
    // The line of 585 has changed, so that it is judged anew.
    let (out, err, code) = run(folder.path(), &CHECK);
    assert!(
        out.contains("3 findings of ports.json are not found any more; --prune-baseline takes them out\n"),
        "{out}"
    );
    assert!(out.contains("1 warning in 2 files\n"), "{out}");
    assert_eq!((err.as_str(), code), ("", 1));
    let json_too = [&CHECK[..], &["--output-format", "json"]].concat();
    let (out, err, _) = run(folder.path(), &json_too);
    assert_eq!(json(&out)["findings"].as_array().unwrap().len(), 1);
    assert!(err.starts_with("3 findings of ports.json are not found any more"), "{err}");

    let (out, ..) = run(folder.path(), &[&CHECK[..], &["--prune-baseline"]].concat());
    assert!(out.contains("3 findings are not found any more and taken out of ports.json\n"), "{out}");
    let known = json(&fs::read_to_string(folder.path().join("ports.json")).unwrap());
    assert_eq!(known["findings"].as_array().unwrap().len(), 1);
    assert_eq!(known["findings"][0]["file"], "c.dockerfile");
    let (out, ..) = run(folder.path(), &CHECK);
    assert!(!out.contains("any more"), "{out}");
}

#[test]
fn what_was_not_read_stays_in_the_baseline() {
    let folder = folder(&[("a.dockerfile", "FROM a\nEXPOSE 585\n"), ("b.dockerfile", "FROM a\nEXPOSE 47\n")]);
    run(folder.path(), &[&CHECK[..], &["--write-baseline"]].concat());
    fs::write(folder.path().join("a.dockerfile"), "FROM a\nEXPOSE 585 994\n").unwrap();
    let (out, ..) = run(folder.path(), &[&CHECK[..], &["--write-baseline", "a.dockerfile"]].concat());
    assert_eq!(out, "ports.json holds 3 findings\n");
    let (out, ..) = run(folder.path(), &[&CHECK[..], &["--prune-baseline", "a.dockerfile"]].concat());
    assert_eq!(out, "nothing found in 1 file\n");
    assert_eq!(run(folder.path(), &CHECK).0, "nothing found in 2 files\n");
}

#[test]
fn what_was_not_looked_for_is_not_gone() {
    let folder = folder(&[("Dockerfile", "FROM a\nEXPOSE 585 80/TCP\n")]);
    let (out, ..) = run(folder.path(), &[&CHECK[..], &["--write-baseline", "--fail-on=hint"]].concat());
    assert_eq!(out, "ports.json holds 2 findings\n");
    let pruned = [&CHECK[..], &["--prune-baseline", "--ignore=deregistered-port"]].concat();
    assert_eq!(run(folder.path(), &pruned).0, "nothing found in 1 file\n");
    assert_eq!(
        run(folder.path(), &[&CHECK[..], &["--fail-on=hint"]].concat()).0,
        "nothing found in 1 file\n"
    );
}

#[test]
fn what_a_comment_takes_out_needs_no_baseline() {
    let text = "FROM a\n# portolan: ignore[deregistered-port] -- ours\nEXPOSE 585\nEXPOSE 585\n";
    let folder = folder(&[("Dockerfile", text)]);
    let (out, ..) = run(folder.path(), &[&CHECK[..], &["--write-baseline"]].concat());
    assert_eq!(out, "ports.json holds 1 finding\n");
    let (out, ..) = run(folder.path(), &[&CHECK[..], &["--output-format=sarif"]].concat());
    let log = json(&out);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let kinds: Vec<_> = results.iter().map(|result| &result["suppressions"][0]["kind"]).collect();
    assert_eq!(kinds, ["inSource", "external"]);
    assert_eq!(results[0]["suppressions"][0]["justification"], "ours");
}

#[test]
fn a_broken_baseline_is_told_and_kept() {
    for (text, said) in [
        (
            "{\"version\":1,\"findings\":[{}]}",
            "ports.json is no baseline: missing field `file` at line 1 column 27",
        ),
        ("", "ports.json is no baseline: EOF while parsing"),
        ("{\"version\":9,\"findings\":[]}", "the baseline ports.json has version 9; this program knows 1"),
    ] {
        let folder = folder(&[("ports.json", text), ("Dockerfile", "FROM a\nEXPOSE 585\n")]);
        for more in [&[][..], &["--write-baseline"], &["--prune-baseline"]] {
            let (out, err, code) = run(folder.path(), &[&CHECK[..], more].concat());
            assert!(err.contains(said), "{err}");
            assert_eq!((out.as_str(), code), ("", 2));
        }
        assert_eq!(fs::read_to_string(folder.path().join("ports.json")).unwrap(), text);
    }
    let folder = folder(&[("Dockerfile", "FROM a\nEXPOSE 585\n")]);
    let (_, err, code) = run(folder.path(), &["--check", "--baseline", "no/ports.json", "--write-baseline"]);
    assert!(err.starts_with("portolan: the baseline no/ports.json cannot be written: "), "{err}");
    assert_eq!(code, 2);
    let (_, err, code) = run(folder.path(), &["--check", "--write-baseline"]);
    assert!(err.contains("--baseline <FILE>"), "{err}");
    assert_eq!(code, 2);
}
