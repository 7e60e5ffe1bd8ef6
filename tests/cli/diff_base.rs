//! `--diff-base`: only what stands on changed lines, by what the real git says.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::{folder, portolan, run, said};

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git is there");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A repository whose first commit holds these files.
fn repository(files: &[(&str, &str)]) -> TempDir {
    let folder = folder(files);
    git(folder.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(&folder, "one");
    folder
}

fn commit(folder: &TempDir, title: &str) {
    git(folder.path(), &["add", "--all"]);
    git(folder.path(), &["commit", "--quiet", "--message", title]);
}

fn found(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let arguments = [&["--check", "--output-format=concise"][..], arguments].concat();
    let (out, err, code) = run(folder, &arguments);
    assert_eq!(err, "", "{arguments:?}");
    assert!(code < 2, "{code}");
    let findings = out.lines().filter_map(|line| line.split_once(": ").map(|(place, _)| place.to_owned()));
    findings.collect()
}

#[test]
fn only_changed_lines_are_reported() {
    let repository = repository(&[
        ("a/Dockerfile", "FROM a\nEXPOSE 585\nEXPOSE 80\n"),
        ("b.dockerfile", "FROM a\nEXPOSE 994\n"),
        ("odd \u{e4}\t\"name\".dockerfile", "FROM a\nEXPOSE 80\n"),
        ("old.dockerfile", "FROM a\nEXPOSE 585\nRUN a\nRUN b\nRUN c\nEXPOSE 80\n"),
    ]);
    let root = repository.path();
    assert_eq!(found(root, &["--diff-base", "HEAD"]), [""; 0]);
    fs::write(root.join("a/Dockerfile"), "# new\nFROM a\nEXPOSE 585\nEXPOSE 994\n").unwrap();
    fs::write(root.join("odd \u{e4}\t\"name\".dockerfile"), "FROM a\nEXPOSE 585\n").unwrap();
    fs::write(root.join("new.dockerfile"), "FROM a\nEXPOSE 585\n").unwrap();
    fs::rename(root.join("old.dockerfile"), root.join("renamed.dockerfile")).unwrap();
    git(root, &["add", "renamed.dockerfile", "old.dockerfile"]);
    let odd = "odd \u{e4}\\t\"name\".dockerfile:2:8";
    let expected = ["a/Dockerfile:4:8", "new.dockerfile:2:8", odd];
    assert_eq!(found(root, &["--diff-base", "main"]), expected, "staged or not, or not known to git");
    assert_eq!(found(&root.join("a"), &["--diff-base", "main"]), ["Dockerfile:4:8"], "from a folder below");
    commit(&repository, "two");
    assert_eq!(found(root, &["--diff-base", "HEAD~1"]), expected, "committed");
    assert_eq!(found(root, &["--diff-base", "HEAD"]), [""; 0]);
}

#[test]
fn what_others_did_meanwhile_is_theirs() {
    let repository = repository(&[("Dockerfile", "FROM a\nEXPOSE 585\n\n\n\nEXPOSE 80\n")]);
    let root = repository.path();
    git(root, &["switch", "--quiet", "--create", "topic"]);
    fs::write(root.join("Dockerfile"), "FROM a\nEXPOSE 585\n\n\n\nEXPOSE 994\n").unwrap();
    commit(&repository, "ours");
    git(root, &["switch", "--quiet", "main"]);
    fs::write(root.join("Dockerfile"), "FROM a\nEXPOSE 443\n\n\n\nEXPOSE 80\n").unwrap();
    commit(&repository, "theirs");
    git(root, &["switch", "--quiet", "topic"]);
    assert_eq!(found(root, &["--diff-base", "main"]), ["Dockerfile:6:8"]);
}

#[test]
fn a_finding_about_a_changed_line_is_reported_where_it_stands() {
    let compose =
        "services:\n  a:\n    image: b\n    ports: ['8080:80']\n  c:\n    image: d\n    ports: ['8081:80']\n";
    let repository = repository(&[("compose.yaml", compose)]);
    let root = repository.path();
    // The conflict is found at the second place, and the first is what was changed.
    fs::write(root.join("compose.yaml"), compose.replace("8080", "8081")).unwrap();
    assert_eq!(found(root, &["--diff-base", "HEAD"]), ["compose.yaml:7:14"]);
}

#[test]
fn what_git_cannot_say_is_told() {
    let repository = repository(&[("Dockerfile", "FROM a\nEXPOSE 585\n")]);
    let root = repository.path();
    fs::write(root.join("Dockerfile"), "FROM a\nEXPOSE 585\nEXPOSE 994\n").unwrap();
    commit(&repository, "two");
    let fails = |folder: &Path, revision: &str, expected: &str| {
        let (out, err, code) = run(folder, &["--check", &format!("--diff-base={revision}")]);
        assert!(err.starts_with(&format!("portolan: --diff-base: {expected}")), "{err}");
        assert_eq!((out.as_str(), err.lines().count(), code), ("", 1, 2));
    };
    fails(root, "nowhere", "git knows no revision `nowhere`\n");
    fails(root, "--help", "git knows no revision `--help`\n");
    fails(crate::empty_folder().path(), "HEAD", "not a git repository");

    let clones = crate::empty_folder();
    let source = format!("file://{}", root.display());
    git(clones.path(), &["clone", "--quiet", "--depth=1", &source, "shallow"]);
    let shallow = clones.path().join("shallow");
    let said_so = "git knows no revision `HEAD~1`; this clone is shallow: get the history first";
    fails(&shallow, "HEAD~1", said_so);
    let first = git(root, &["rev-parse", "HEAD~1"]);
    git(&shallow, &["fetch", "--quiet", "--depth=1", "origin", &first]);
    let said_so = "and what is checked out have no commit in common; this clone is shallow";
    let (_, err, code) = run(&shallow, &["--check", "--diff-base", &first]);
    assert!(err.contains(said_so), "{err}");
    assert_eq!(code, 2);

    let (_, err, code) = said(
        portolan(root).env("PATH", "/nowhere").args(["--check", "--diff-base", "HEAD"]).output().unwrap(),
    );
    assert_eq!(err, "portolan: --diff-base calls git, which is not to be found on PATH\n");
    assert_eq!(code, 2);
}
