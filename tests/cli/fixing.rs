//! `--fix` and `--diff` as their user sees them: the real binary and real files.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

use crate::{empty_folder, folder, portolan, run};

/// A suppression that is of no use, which is safe to take out, and a finding that is not to be mended.
const BEFORE: &str = "FROM alpine\n# portolan: ignore[reserved-port]\nEXPOSE 80 70000\n";
const AFTER: &str = "FROM alpine\nEXPOSE 80 70000\n";
/// The same without the finding that stays.
const CLEAN_BEFORE: &str = "FROM alpine\n# portolan: ignore[reserved-port]\nEXPOSE 80\n";
const CLEAN_AFTER: &str = "FROM alpine\nEXPOSE 80\n";

fn run_with(folder: &Path, arguments: &[&str], input: &[u8]) -> (Vec<u8>, String, i32) {
    let mut child = portolan(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // What does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    (output.stdout, String::from_utf8(output.stderr).unwrap(), output.status.code().unwrap())
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_can_be_mended_is_and_the_rest_is_reported() {
    let folder = folder(&[
        ("a.dockerfile", BEFORE.as_bytes()),
        ("b.dockerfile", CLEAN_BEFORE.as_bytes()),
        ("c.dockerfile", CLEAN_AFTER.as_bytes()),
    ]);
    let (out, _, code) = run(folder.path(), &["--check"]);
    assert!(out.ends_with("1 error, 2 warnings in 3 files\n2 fixable with --fix\n"), "{out}");
    assert!(out.contains("= fix: Stop ignoring reserved-port\n"), "{out}");
    assert_eq!(code, 1);

    let (out, err, code) = run(folder.path(), &["--check", "--fix"]);
    assert!(out.ends_with("Fixed 2 problems in 2 files\n1 error in 3 files\n"), "{out}");
    assert!(out.contains("a.dockerfile:2:11"), "the place as it is now: {out}");
    assert_eq!((err.as_str(), code), ("", 1));
    assert_eq!(
        (read(&folder, "a.dockerfile"), read(&folder, "b.dockerfile")),
        (AFTER.into(), CLEAN_AFTER.into())
    );
    assert_eq!(names(&folder), ["a.dockerfile", "b.dockerfile", "c.dockerfile"], "nothing is left behind");

    fs::write(folder.path().join("b.dockerfile"), CLEAN_BEFORE).unwrap();
    let (_, err, code) = run(folder.path(), &["--check", "--fix", "b.dockerfile", "./b.dockerfile"]);
    assert_eq!((err.as_str(), code), ("", 0), "named twice");
    let (out, _, code) = run(folder.path(), &["--check", "--fix", "b.dockerfile"]);
    assert_eq!((out.as_str(), code), ("nothing found in 1 file\n", 0));
}

#[test]
fn json_tells_what_remains_and_what_would_mend_it() {
    let folder = folder(&[("Dockerfile", BEFORE.as_bytes())]);
    let (out, _, code) = run(folder.path(), &["--check", "--output-format", "json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let [finding, other] = &report["findings"].as_array().unwrap()[..] else { panic!("{out}") };
    let edit = serde_json::json!({"line": 2, "column": 1, "end_line": 3, "end_column": 1, "text": ""});
    let title = "Stop ignoring reserved-port";
    assert_eq!(finding["fix"], serde_json::json!({"title": title, "safety": "safe", "edits": [edit]}));
    assert_eq!(finding["related"], serde_json::json!([]));
    assert_eq!((finding["line"].as_u64(), other["fix"].is_null()), (Some(2), true));
    assert_eq!(code, 1);

    let (out, err, code) = run(folder.path(), &["--check", "--fix", "--output-format", "json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    assert_eq!((err.as_str(), code), ("Fixed 1 problem in 1 file\n", 1));
}

#[test]
fn a_difference_is_shown_and_nothing_is_written() {
    let unended = CLEAN_BEFORE.trim_end();
    let folder = folder(&[("sub/Dockerfile", unended.as_bytes()), ("b.dockerfile", CLEAN_AFTER.as_bytes())]);
    let modified = |name: &str| fs::metadata(folder.path().join(name)).unwrap().modified().unwrap();
    let before = modified("sub/Dockerfile");
    let (out, err, code) = run(folder.path(), &["--check", "--diff"]);
    assert_eq!(
        out,
        "--- a/sub/Dockerfile\n+++ b/sub/Dockerfile\n@@ -1,3 +1,2 @@\n FROM alpine\n-# portolan: ignore[reserved-port]\n \
         EXPOSE 80\n\\ No newline at end of file\n"
    );
    assert_eq!((err.as_str(), code), ("Would fix 1 problem in 1 file\n", 1));
    assert_eq!((read(&folder, "sub/Dockerfile").as_str(), modified("sub/Dockerfile")), (unended, before));
    assert_eq!(names(&folder), ["b.dockerfile", "sub"]);

    let (out, err, code) = run(folder.path(), &["--check", "--diff", "b.dockerfile"]);
    assert_eq!((out.as_str(), err.as_str(), code), ("", "", 0));
}

#[test]
fn line_ends_and_the_bytes_beside_the_fix_stay() {
    let text =
        "\u{feff}FROM alpine\r\n\t# portolan: ignore[reserved-port]\r\nEXPOSE 80 \r\n\r\n# 💣\u{1b}[31m\rx";
    let folder = folder(&[("Dockerfile", text.as_bytes())]);
    run(folder.path(), &["--check", "--fix"]);
    assert_eq!(read(&folder, "Dockerfile"), text.replace("\t# portolan: ignore[reserved-port]\r\n", ""));
}

#[test]
fn what_is_no_utf_8_is_not_fixed() {
    let mut bytes = CLEAN_BEFORE.as_bytes().to_vec();
    bytes.extend(b"# caf\xe9\n");
    let folder = folder(&[("a.dockerfile", &bytes[..]), ("b.dockerfile", CLEAN_BEFORE.as_bytes())]);
    let (out, err, code) = run(folder.path(), &["--check", "--fix"]);
    assert_eq!(err, "portolan: a.dockerfile is not fixed: it is not UTF-8\n");
    assert!(out.contains("Fixed 1 problem in 1 file\n1 warning in 2 files\n"), "{out}");
    assert_eq!(code, 1);
    assert_eq!(fs::read(folder.path().join("a.dockerfile")).unwrap(), bytes);
}

#[test]
fn standard_input_comes_out_mended() {
    let folder = empty_folder();
    let fix = ["--check", "--fix", "-", "--stdin-filename", "Dockerfile"];
    let coloured = format!("{BEFORE}# \u{1b}[31m\n");
    let (out, err, code) = run_with(folder.path(), &fix, coloured.as_bytes());
    assert_eq!(String::from_utf8(out).unwrap(), format!("{AFTER}# \u{1b}[31m\n"));
    assert!(
        err.contains("Dockerfile:2:11") && err.contains("Fixed 1 problem in 1 file\n1 error in 1 file\n"),
        "{err}"
    );
    assert_eq!(code, 1);

    // Whatever happens, what came in comes out.
    let broken = b"FROM a\n# portolan: ignore[reserved-port]\nEXPOSE 80\n# caf\xe9\n";
    for input in [CLEAN_AFTER.as_bytes(), b"", broken] {
        let (out, ..) = run_with(folder.path(), &fix, input);
        assert_eq!(out, input);
    }
    let (out, err, _) = run_with(folder.path(), &["--check", "--fix", "-"], b"no such thing\xff");
    assert_eq!(out, b"no such thing\xff");
    assert!(err.contains("passed over"), "{err}");

    let diff = ["--check", "--diff", "-", "--stdin-filename", "Dockerfile"];
    let (out, _, code) = run_with(folder.path(), &diff, CLEAN_BEFORE.as_bytes());
    assert!(String::from_utf8(out).unwrap().starts_with("--- a/Dockerfile\n+++ b/Dockerfile\n@@ "));
    assert_eq!(code, 1);
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    let folder = empty_folder();
    for arguments in [
        &["--fix"][..],
        &["--list", "--fix"],
        &["--check", "--fix", "--diff"],
        &["--check", "--unsafe-fixes"],
    ] {
        let (out, err, code) = run(folder.path(), arguments);
        assert_eq!((out.as_str(), code), ("", 2), "{arguments:?}");
        assert!(err.contains("Usage: portolan --check"), "{err}");
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn permissions_stay_and_the_file_is_a_new_one() {
        let folder = folder(&[("Dockerfile", CLEAN_BEFORE.as_bytes())]);
        let path = folder.path().join("Dockerfile");
        set_mode(&path, 0o751);
        let before = fs::metadata(&path).unwrap();
        run(folder.path(), &["--check", "--fix"]);
        let after = fs::metadata(&path).unwrap();
        assert_eq!(after.permissions().mode() & 0o7777, 0o751);
        assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
        // Somebody who has the old file open goes on reading it whole.
        assert_ne!(after.ino(), before.ino());
        assert_eq!(read(&folder, "Dockerfile"), CLEAN_AFTER);
    }

    #[test]
    fn a_link_stays_and_what_it_leads_to_is_mended() {
        let folder = folder(&[("real/web.dockerfile", CLEAN_BEFORE.as_bytes())]);
        symlink("real/web.dockerfile", folder.path().join("Dockerfile")).unwrap();
        let (out, err, code) = run(folder.path(), &["--check", "--fix", "Dockerfile"]);
        assert_eq!(
            (out.as_str(), err.as_str(), code),
            ("Fixed 1 problem in 1 file\nnothing found in 1 file\n", "", 0)
        );
        assert!(fs::symlink_metadata(folder.path().join("Dockerfile")).unwrap().is_symlink());
        assert_eq!(read(&folder, "real/web.dockerfile"), CLEAN_AFTER);
        assert_eq!(names(&folder), ["Dockerfile", "real"]);
    }

    #[test]
    fn what_cannot_be_written_is_told_and_the_rest_is_mended() {
        let folder = folder(&[
            ("a.dockerfile", CLEAN_BEFORE.as_bytes()),
            ("b/b.dockerfile", CLEAN_BEFORE.as_bytes()),
            ("c.dockerfile", CLEAN_BEFORE.as_bytes()),
        ]);
        set_mode(&folder.path().join("a.dockerfile"), 0o444);
        set_mode(&folder.path().join("b"), 0o555);
        // Root writes wherever it likes.
        let is_root = fs::write(folder.path().join("b/probe"), "").is_ok();
        let (out, err, code) = run(folder.path(), &["--check", "--fix"]);
        set_mode(&folder.path().join("b"), 0o755);
        assert!(err.contains("portolan: a.dockerfile is not fixed: it is read-only\n"), "{err}");
        assert_eq!(
            err.contains("b/b.dockerfile is not fixed: cannot write to its folder, "),
            !is_root,
            "{err}"
        );
        assert!(out.contains("a.dockerfile:2:20"), "what is not fixed is reported: {out}");
        assert_eq!(code, 2);
        assert_eq!(read(&folder, "a.dockerfile"), CLEAN_BEFORE);
        assert_eq!(read(&folder, "c.dockerfile"), CLEAN_AFTER);
    }
}

#[test]
fn every_file_is_mended_though_nobody_reads_of_it() {
    let many = format!("{BEFORE}{}", "EXPOSE 70000\n".repeat(4));
    let files: Vec<(String, &str)> =
        (0..150).map(|number| (format!("{number}.dockerfile"), &*many)).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let folder = folder(&files);
    let mut child = portolan(folder.path())
        .args(["--check", "--fix"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().code().unwrap() < 2);
    for (name, _) in files {
        assert!(!read(&folder, name).contains("ignore"), "{name} is as it was");
    }
}
