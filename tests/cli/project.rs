//! Findings that hang on several files: they are there however the file is named, and nothing is said of files outside of
//! the run.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::{folder, json, portolan, run, said};

const BASE: &str = "services:\n  db:\n    image: postgres\n    ports: ['127.0.0.1:5432:5432']\n";
const OVERRIDE: &str = "services:\n  db:\n    ports: ['127.0.0.1:5433:5432']\n";
const FOUND: &str = "compose.override.yaml:3:24: warning: port 5432 of `db` stays published as 127.0.0.1:5432 by \
                     compose.yaml [override-appends-port]";

/// A project in which something is found in one file that hangs on another, with a third beside them.
fn project() -> TempDir {
    folder(&[
        ("compose.yaml", BASE),
        ("compose.override.yaml", OVERRIDE),
        ("web/Dockerfile", "FROM a\nEXPOSE 80\n"),
    ])
}

/// What is found, a finding a line, and how many files that took.
fn found(folder: &Path, arguments: &[&str]) -> (Vec<String>, String) {
    let arguments = [&["--check", "--output-format=concise"][..], arguments].concat();
    let (out, err, code) = run(folder, &arguments);
    assert_eq!(err, "", "{arguments:?}");
    assert!(code < 2, "{code}");
    let mut lines: Vec<String> = out.lines().map(str::to_owned).collect();
    lines.retain(|line| !line.contains("fixable with") && !line.starts_with("Fixed"));
    let last = lines.pop().unwrap_or_default();
    (lines, last)
}

/// What is found where `text` comes over standard input.
fn found_in_stdin(folder: &Path, name: &str, text: &str) -> String {
    let mut child = portolan(folder)
        .args(["--check", "--output-format=concise", "-", "--stdin-filename", name])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    said(child.wait_with_output().unwrap()).0
}

#[test]
fn what_hangs_on_another_file_is_found_and_both_are_shown() {
    let project = project();
    let (out, err, code) = run(project.path(), &["--check"]);
    assert!(out.contains("\n --> compose.override.yaml:3:24\n"), "{out}");
    assert!(out.contains("\n ::: compose.yaml:4:24\n"), "{out}");
    assert!(out.ends_with("1 warning in 3 files\n1 fixable with --fix --unsafe-fixes\n"), "{out}");
    assert_eq!((err.as_str(), code), ("", 1));
    let nothing = (Vec::new(), "nothing found in 3 files".to_owned());
    assert_eq!(found(project.path(), &["--no-project"]), nothing);
}

#[test]
fn one_file_is_judged_with_the_files_around_it_and_they_are_not() {
    let project = project();
    fs::write(project.path().join("compose.yaml"), BASE.replace("db:", "db:\n    expose: ['585']")).unwrap();
    let expected = (vec![FOUND.to_owned()], "1 warning in 1 file".to_owned());
    assert_eq!(found(project.path(), &["compose.override.yaml"]), expected);
    let by_list = project.path().join("list");
    fs::write(&by_list, "compose.override.yaml\n").unwrap();
    assert_eq!(found(project.path(), &["--files-from", "list"]), expected);
    let (lines, summary) = found(&project.path().join("web"), &["../compose.override.yaml"]);
    assert_eq!((lines, summary.as_str()), (vec![format!("../{FOUND}")], "1 warning in 1 file"));
    let whole = project.path().join("compose.override.yaml");
    let report = ["--check", "--output-format=json", whole.to_str().unwrap()];
    let report = json(&run(&project.path().join("web"), &report).0);
    let related = &report["findings"][0]["related"][0];
    assert!(related["file"].as_str().unwrap().ends_with("/compose.yaml"), "{report}");
    assert_eq!((&related["line"], &related["column"]), (&5.into(), &24.into()));
}

#[test]
fn compose_files_above_a_named_file_are_looked_for_up_to_the_repository() {
    let base = "services:\n  web:\n    image: b\n    ports: ['8080:80']\n";
    let more = "services:\n  web:\n    ports: ['8081:80']\n";
    let project = folder(&[
        ("compose.yaml", "include: [{ path: [repository/base.yaml, repository/web/other.yaml] }]\n"),
        ("repository/.git/config", ""),
        ("repository/compose.yaml", "include: [{ path: [base.yaml, web/more.yaml] }]\n"),
        ("repository/base.yaml", base),
        ("repository/web/more.yaml", more),
        ("repository/web/other.yaml", more),
    ]);
    let root = project.path().join("repository/web");
    let (lines, summary) = found(&root, &["more.yaml", "other.yaml"]);
    assert_eq!(summary, "1 warning in 2 files", "{lines:?}");
    assert!(lines[0].starts_with("more.yaml:3:14: ") && lines[0].contains("published as 8080"), "{lines:?}");
    let (lines, _) = found(project.path(), &[]);
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[test]
fn standard_input_stands_in_place_of_its_file() {
    let project = project();
    let out = found_in_stdin(project.path(), "compose.override.yaml", &OVERRIDE.replace("5433", "5434"));
    assert!(
        out.starts_with("compose.override.yaml:3:24: warning: port 5432 of `db` stays published"),
        "{out}"
    );
    let mended = OVERRIDE.replace("ports:", "ports: !override");
    let out = found_in_stdin(project.path(), "compose.override.yaml", &mended);
    assert_eq!(out, "nothing found in 1 file\n");
    let root = project.path();
    fs::rename(root.join("compose.override.yaml"), root.join("compose.override.yml")).unwrap();
    let new = found_in_stdin(&root.join("web"), "../compose.override.yaml", OVERRIDE);
    assert_eq!(new, "nothing found in 1 file\n", "compose reads one of the two, and it is the other one");
    fs::remove_file(root.join("compose.override.yml")).unwrap();
    let new = found_in_stdin(&root.join("web"), "../compose.override.yaml", OVERRIDE);
    assert!(new.contains("stays published as 127.0.0.1:5432 by compose.yaml"), "{new}");
}

#[test]
fn an_excluded_file_is_read_and_not_judged() {
    let project = project();
    let root = project.path();
    fs::write(root.join("portolan.toml"), "exclude = ['compose.yaml']\n").unwrap();
    let found_there = |summary: &str| (vec![FOUND.to_owned()], summary.to_owned());
    assert_eq!(found(root, &[]), found_there("1 warning in 2 files"));
    fs::write(root.join("portolan.toml"), "exclude = ['compose.override.yaml']\n").unwrap();
    assert_eq!(found(root, &[]).1, "nothing found in 2 files");
    assert_eq!(found(root, &["compose.override.yaml"]), found_there("1 warning in 1 file"));
}

#[test]
fn comments_baselines_and_statistics_know_what_hangs_on_other_files() {
    let project = project();
    let root = project.path();
    let baseline = ["--baseline", "baseline.json"];
    let written = run(root, &[&["--check", "--write-baseline"][..], &baseline].concat());
    assert_eq!(written, ("baseline.json holds 1 finding\n".to_owned(), String::new(), 0));
    assert_eq!(found(root, &baseline).1, "nothing found in 3 files");
    fs::write(root.join("compose.yaml"), format!("# more\n{BASE}")).unwrap();
    assert_eq!(found(root, &baseline).1, "nothing found in 3 files", "the other file does not count");
    let (out, ..) = run(root, &["--check", "--statistics"]);
    assert!(out.contains("1  override-appends-port  warning  1 fixable"), "{out}");
    let ignored =
        OVERRIDE.replace("    ports", "    # portolan: ignore[override-appends-port] -- both\n    ports");
    fs::write(root.join("compose.override.yaml"), ignored).unwrap();
    assert_eq!(found(root, &[]).1, "nothing found in 3 files");
    assert_eq!(found(root, &["--no-project"]).0.len(), 0, "nor is the comment called unused");
}

#[test]
fn what_is_mended_in_one_file_counts_in_the_next() {
    let rules = "override-appends-port,sensitive-port-published";
    let project = folder(&[
        ("compose.yaml", "services:\n  db:\n    image: m\n    ports: ['5432:5432', '8081:81']\n"),
        ("compose.override.yaml", OVERRIDE),
    ]);
    let root = project.path();
    let (lines, _) = found(root, &["--select", rules]);
    assert!(lines[0].contains("port 5432 of `db` stays published as 5432 by compose.yaml"), "{lines:?}");
    let (lines, _) = found(root, &["--select", rules, "--fix", "--unsafe-fixes"]);
    assert!(fs::read_to_string(root.join("compose.yaml")).unwrap().contains("'127.0.0.1:5432:5432'"));
    assert_eq!(lines, [FOUND], "the report is on what is there now");
    let both = OVERRIDE.replace("5432']", "5432', '8082:81']");
    fs::write(root.join("compose.override.yaml"), both).unwrap();
    let (out, _, code) = run(root, &["--check", "--diff", "--unsafe-fixes"]);
    assert!(out.contains("+    ports: !override ['127.0.0.1:5433:5432', '8082:81']\n"), "{out}");
    assert_eq!((out.matches("+++").count(), code), (1, 1));
    let (out, ..) = run(root, &["--check", "--fix", "--unsafe-fixes"]);
    assert_eq!(out, "Fixed 2 problems in 1 file\nnothing found in 2 files\n");
}

#[test]
fn a_finding_is_new_if_what_it_hangs_on_is() {
    let project = project();
    let root = project.path();
    let git = |arguments: &[&str]| {
        let names = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        let status = Command::new("git").current_dir(root).args(names).args(arguments).status().unwrap();
        assert!(status.success(), "{arguments:?}");
    };
    fs::write(root.join("compose.yaml"), BASE.replace("5432:5432", "6000:6000")).unwrap();
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "one"]);
    assert_eq!(found(root, &["--diff-base", "HEAD"]).1, "nothing found in 3 files");
    fs::write(root.join("compose.yaml"), BASE).unwrap();
    let expected = (vec![FOUND.to_owned()], "1 warning in 3 files".to_owned());
    assert_eq!(found(root, &["--diff-base", "HEAD"]), expected, "the file itself did not change");
    let in_web = found(&root.join("web"), &["--diff-base", "HEAD", "../compose.override.yaml"]);
    assert_eq!(in_web, (vec![format!("../{FOUND}")], "1 warning in 1 file".to_owned()));
    git(&["commit", "--quiet", "--all", "--message", "two"]);
    assert_eq!(found(root, &["--diff-base", "HEAD"]).1, "nothing found in 3 files");
    fs::write(root.join("compose.yaml"), format!("# more\n{BASE}")).unwrap();
    assert_eq!(found(root, &["--diff-base", "HEAD"]).1, "nothing found in 3 files", "another line");
}

#[test]
fn circles_and_gaps_end_and_are_silent() {
    let compose = "include:\n  - other.yaml\n  - nowhere.yaml\nservices:\n  a:\n    extends: { file: compose.yaml, service: a }\n    \
                   build: nowhere\n    env_file: /dev/zero\n    volumes: ['./pipe:/etc/nginx/nginx.conf', '/dev:/etc/nginx/conf.d']\n";
    let other = "include: [compose.yaml, other.yaml]\nservices:\n  b:\n    extends: { file: compose.yaml, service: a }\n";
    let project = folder(&[("compose.yaml", compose), ("other.yaml", other)]);
    #[cfg(unix)]
    assert!(Command::new("mkfifo").arg(project.path().join("pipe")).status().unwrap().success());
    let (lines, summary) = found(project.path(), &[]);
    assert_eq!((lines, summary.as_str()), (Vec::new(), "nothing found in 2 files"));
}

#[test]
fn many_projects_in_one_folder_come_to_an_end() {
    let project = TempDir::new().unwrap();
    let compose = "services:\n  web:\n    build: .\n    volumes: ['./nginx.conf:/etc/nginx/nginx.conf', '../shared:/etc/nginx/conf.d']\n";
    for number in 0..250 {
        let folder = project.path().join(format!("{}/{number}", number % 50));
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in [
            ("compose.yaml", compose),
            ("compose.override.yaml", "services:\n  web:\n    ports: ['8080:80']\n"),
            ("Dockerfile", "FROM a\nEXPOSE 80\n"),
            ("nginx.conf", "events {}\nhttp { server { listen 80; } }\n"),
            ("values.yaml", "replicas: 1\n"),
            ("main.go", ""),
            ("main_test.go", ""),
            ("go.mod", ""),
            ("README.md", ""),
            ("LICENSE", ""),
        ] {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    let (lines, summary) = found(project.path(), &[]);
    assert_eq!((lines, summary.as_str()), (Vec::new(), "nothing found in 1000 files"));
}
