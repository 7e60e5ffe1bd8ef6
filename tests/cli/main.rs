//! The command line as its user sees it: the real binary in a folder of its own.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

mod baseline;
mod chart;
mod configuration;
mod diff_base;
mod fixing;
mod generated;
#[cfg(target_os = "linux")]
mod hostile;
mod outputs;
mod policy;
mod project;
mod readme;
mod sources;

const MAIL: &str = "FROM alpine\nEXPOSE 143 585\n";
const WEB: &str = "FROM alpine\nEXPOSE 8080\n";

/// A folder that holds these files.
fn folder(files: &[(&str, impl AsRef<[u8]>)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn empty_folder() -> TempDir {
    TempDir::new().unwrap()
}

fn portolan(folder: &Path) -> Command {
    within(folder, Command::new(env!("CARGO_BIN_EXE_portolan")))
}

/// `command`, run in `folder` with nothing on its standard input and without what changes how reports look.
fn within(folder: &Path, mut command: Command) -> Command {
    command
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("GITHUB_ACTIONS")
        .stdin(Stdio::null());
    command
}

/// Runs it in `folder`; what it says on standard output and error, and its exit code.
fn run(folder: &Path, arguments: &[&str]) -> (String, String, i32) {
    said(portolan(folder).args(arguments).output().unwrap())
}

fn said(output: Output) -> (String, String, i32) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_finding_is_shown_as_rustc_shows_one() {
    let folder = folder(&[("mail/Dockerfile", MAIL)]);
    let (out, err, code) = run(folder.path(), &["--check"]);
    insta::assert_snapshot!(out);
    assert_eq!((err.as_str(), code), ("", 1));
}

#[test]
fn the_demo_shows_585_and_994_in_each_language() {
    let (out, err, code) = run(Path::new(env!("CARGO_MANIFEST_DIR")), &["--check", "tests/demo"]);
    insta::assert_snapshot!(out);
    assert_eq!((err.as_str(), code), ("", 1));
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let folder = folder(&[("Dockerfile", MAIL)]);
    let (plain, ..) = run(folder.path(), &["--check"]);
    assert!(!plain.contains('\u{1b}'));
    let (coloured, ..) = run(folder.path(), &["--check", "--color", "always"]);
    assert!(coloured.contains("\u{1b}["));
    let (never, ..) = run(folder.path(), &["--check", "--color=never"]);
    assert_eq!(never, plain);
}

#[test]
fn json_counts_from_1_and_columns_in_characters() {
    let folder = folder(&[("a.dockerfile", "FROM a\nEXPOSE \"{💣}\" 585\n"), ("b.dockerfile", WEB)]);
    let (out, err, code) = run(folder.path(), &["--check", "--output-format", "json"]);
    let report = json(&out);
    assert_eq!(report["version"], 1);
    let [finding] = &report["findings"].as_array().unwrap()[..] else { panic!("{out}") };
    assert_eq!(finding["rule"], "deregistered-port");
    assert_eq!(finding["severity"], "warning");
    assert_eq!(finding["message"], "port 585 was deregistered on 2006-04-25, use 993");
    assert_eq!(finding["file"], "a.dockerfile");
    let place = ["line", "column", "end_line", "end_column"].map(|key| finding[key].as_u64().unwrap());
    assert_eq!(place, [2, 14, 2, 17]);
    assert_eq!((err.as_str(), code), ("", 1));
    let (out, _, code) = run(folder.path(), &["--check", "--output-format=json", "b.dockerfile"]);
    assert_eq!((&json(&out)["findings"], code), (&Value::Array(Vec::new()), 0));
}

#[test]
fn nothing_found_is_said_and_is_0() {
    let folder = folder(&[("Dockerfile", WEB), ("notes.txt", "EXPOSE 585")]);
    assert_eq!(run(folder.path(), &["--check"]), ("nothing found in 1 file\n".to_owned(), String::new(), 0));
}

#[test]
fn hints_are_for_editors() {
    let folder = folder(&[("compose.yaml", "services:\n  a:\n    image: b\n    ports: ['0:80']\n")]);
    assert_eq!(run(folder.path(), &["--check"]).0, "nothing found in 1 file\n");
}

#[test]
fn a_walk_heeds_gitignore_and_sees_hidden_files() {
    let folder = folder(&[
        (".gitignore", "/vendor\n"),
        (".git/Dockerfile", MAIL),
        ("vendor/Dockerfile", MAIL),
        (".devcontainer/Dockerfile", MAIL),
        ("z/Dockerfile", MAIL),
        ("a/Dockerfile", MAIL),
    ]);
    let files = |arguments: &[&str]| -> Vec<String> {
        let (out, ..) = run(folder.path(), arguments);
        let findings = json(&out)["findings"].as_array().unwrap().clone();
        findings.iter().map(|finding| finding["file"].as_str().unwrap().to_owned()).collect()
    };
    let walked = ["--check", "--output-format=json"];
    assert_eq!(files(&walked), [".devcontainer/Dockerfile", "a/Dockerfile", "z/Dockerfile"]);
    assert_eq!(
        files(&[&walked[..], &["vendor/Dockerfile", "./a"]].concat()),
        ["vendor/Dockerfile", "a/Dockerfile"]
    );
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_checked() {
    let folder = folder(&[("Dockerfile", MAIL)]);
    let (out, err, code) = run(folder.path(), &["--check", "nowhere", "Dockerfile"]);
    assert!(out.contains("deregistered-port") && out.contains("1 warning in 1 file\n"), "{out}");
    assert!(err.starts_with("portolan: nowhere: ") && err.lines().count() == 1, "{err}");
    assert_eq!(code, 2);
}

#[cfg(unix)]
#[test]
fn a_broken_link_in_a_folder_stops_nothing() {
    let folder = folder(&[("Dockerfile", MAIL)]);
    std::os::unix::fs::symlink("nowhere", folder.path().join("compose.yaml")).unwrap();
    std::os::unix::fs::symlink(".", folder.path().join("loop")).unwrap();
    let (out, err, code) = run(folder.path(), &["--check"]);
    assert!(out.contains("1 warning in 1 file\n"), "{out}");
    assert_eq!((err.as_str(), code), ("", 1));
}

#[test]
fn a_file_that_nobody_reads_is_passed_over_aloud() {
    let folder = folder(&[("notes.txt", "EXPOSE 585"), ("Dockerfile", WEB)]);
    let (out, err, code) = run(folder.path(), &["--check", "notes.txt", "Dockerfile"]);
    assert_eq!((out.as_str(), code), ("nothing found in 1 file\n", 0));
    assert!(err.contains("notes.txt is passed over") && err.contains("--language"), "{err}");
    let (out, err, code) = run(folder.path(), &["--check", "--language", "dockerfile", "notes.txt"]);
    assert!(out.contains("notes.txt:1:8"), "{out}");
    assert_eq!((err.as_str(), code), ("", 1));
}

#[test]
fn bytes_that_are_no_utf_8_cost_nothing_but_themselves() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("Dockerfile"), b"FROM a\n# \xff\xfe\nEXPOSE 585\n").unwrap();
    fs::write(folder.path().join("bom.dockerfile"), "\u{feff}FROM a\r\nEXPOSE 585\r\n").unwrap();
    let (out, _, code) = run(folder.path(), &["--check", "--output-format=json"]);
    let lines: Vec<Value> =
        json(&out)["findings"].as_array().unwrap().iter().map(|it| it["line"].clone()).collect();
    assert_eq!((lines, code), (vec![Value::from(3), Value::from(2)], 1));
}

#[test]
fn standard_input_is_a_file_with_the_name_it_is_given() {
    let folder = empty_folder();
    let check = |arguments: &[&str]| {
        let mut child = portolan(folder.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(MAIL.as_bytes()).unwrap();
        said(child.wait_with_output().unwrap())
    };
    let (out, err, code) = check(&["--check", "-", "--stdin-filename", "some/Dockerfile"]);
    assert!(out.contains("some/Dockerfile:2:12"), "{out}");
    assert_eq!((err.as_str(), code), ("", 1));
    let (out, ..) = check(&["--check", "--language=dockerfile", "-"]);
    assert!(out.contains("<stdin>:2:12"), "{out}");
    let (_, err, _) = check(&["--check", "-"]);
    assert!(err.contains("<stdin> is passed over"), "{err}");
}

#[test]
fn the_list_has_a_row_for_every_port() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/demo");
    let (out, err, code) = run(&demo, &["--list"]);
    insta::assert_snapshot!(out);
    assert_eq!((err.as_str(), code), ("", 0));
    let (out, ..) = run(&demo, &["--list", "--output-format=json", "compose.yaml"]);
    let rows: Vec<Value> = out.lines().map(json).collect();
    let row = rows.iter().find(|row| row["port_first"] == 5432 && row["kind"] == "ports.host").unwrap();
    assert_eq!((&row["line"], &row["column"], &row["transport"]), (&29.into(), &31.into(), &"tcp".into()));
    assert_eq!((&row["address"], &row["scope"]), (&"127.0.0.1".into(), &"db".into()));
    assert_eq!((&row["variable"], &row["resolved_from_default"]), (&"DB_PORT".into(), &true.into()));
}

#[test]
fn lookup_tells_what_is_known_of_a_number() {
    let folder = empty_folder();
    for query in ["585", "994", "9000", "993", "49152", "4"] {
        let (out, err, code) = run(folder.path(), &["--lookup", query]);
        insta::assert_snapshot!(format!("lookup_{query}"), out);
        assert_eq!((err.as_str(), code), ("", 0));
    }
    assert_eq!(run(folder.path(), &["--lookup", "585/udp"]), run(folder.path(), &["--lookup", "585"]));
    let (out, ..) = run(folder.path(), &["--lookup", "585", "--output-format", "json"]);
    let known = json(&out);
    assert_eq!(known["port"], 585);
    assert_eq!(known["assignments"][0]["status"], "deregistered");
    assert_eq!(known["assignments"][0]["replacement"], "993");
    assert_eq!(known["wikipedia"][0]["tcp"], "no");
}

#[test]
fn lookup_finds_names_old_and_new() {
    let folder = empty_folder();
    let ports = |name: &str| -> Vec<u64> {
        let (out, err, code) = run(folder.path(), &["--lookup", name, "--output-format=json"]);
        assert_eq!((err.as_str(), code), ("", 0), "{name}");
        json(&out)["ports"].as_array().unwrap().iter().map(|known| known["port"].as_u64().unwrap()).collect()
    };
    assert_eq!(ports("imaps"), [993, 585]);
    assert_eq!(ports("postgres"), [5432]);
    assert_eq!(ports("PostgreSQL"), [5432]);
    assert_eq!(ports("ircs"), [6697, 994]);
    for wrong in ["65536", "no-such-service", ""] {
        let (out, err, code) = run(folder.path(), &["--lookup", wrong]);
        assert_eq!((out.as_str(), err.lines().count(), code), ("", 1, 2), "{wrong}: {err}");
    }
}

#[test]
fn lookup_finds_what_begins_so() {
    let folder = empty_folder();
    let (out, err, code) = run(folder.path(), &["--lookup", "postg*"]);
    assert_eq!((out.lines().next(), err.as_str(), code), (Some("5432/tcp  PostgreSQL"), "", 0));
    let (out, ..) = run(folder.path(), &["--lookup", "8*", "--output-format=json"]);
    let ports = json(&out)["ports"].as_array().unwrap().clone();
    assert_eq!(ports.len(), 50);
    assert_eq!((&ports[0]["port"], &ports[1]["port"]), (&8.into(), &80.into()));
    assert_eq!(ports[1]["text"][0], "80/tcp, udp, sctp  http");
    let (out, ..) = run(folder.path(), &["--lookup", "*"]);
    assert!(out.lines().last().unwrap().ends_with(" more"), "{out}");
    let (out, err, code) = run(folder.path(), &["--lookup", "no-such-service*"]);
    assert_eq!((out.as_str(), err.lines().count(), code), ("", 1, 2), "{err}");
    std::fs::write(folder.path().join("portolan.toml"), "[ports]\n7070 = \"billing-api\"\n").unwrap();
    let (out, ..) = run(folder.path(), &["--lookup", "bil*"]);
    assert!(out.starts_with("7070  billing-api, a port of your own."), "{out}");
}

#[test]
fn rules_are_listed_and_explained() {
    let folder = empty_folder();
    let (list, _, code) = run(folder.path(), &["--rules"]);
    insta::assert_snapshot!(list);
    assert_eq!(code, 0);
    for rule in list.lines().map(|line| line.split(' ').next().unwrap()) {
        let (page, err, code) = run(folder.path(), &["--explain", rule]);
        assert!(page.starts_with(&format!("# {rule}\n")), "{page}");
        assert_eq!((err.as_str(), code), ("", 0));
    }
    let (out, err, code) = run(folder.path(), &["--explain", "no-such-rule"]);
    assert_eq!((out.as_str(), err.lines().count(), code), ("", 1, 2));
}

#[test]
fn a_wrong_word_gets_a_clear_sentence() {
    let folder = empty_folder();
    for (arguments, sentence) in [
        (&["--chek"][..], "unexpected argument '--chek'"),
        (&["--check", "--list"], "cannot be used with"),
        (&["--lookup"], "a value is required"),
        (&["--check", "--language", "toml"], "[possible values: dockerfile, compose, nginx]"),
        (&["Dockerfile"], "say what to do with the paths"),
    ] {
        let (out, err, code) = run(folder.path(), arguments);
        assert!(err.contains(sentence), "{arguments:?}: {err}");
        assert_eq!((out.as_str(), code), ("", 2), "{arguments:?}");
    }
}

#[test]
fn a_pipe_that_closes_is_no_error() {
    let many = format!("FROM a\n{}", "EXPOSE 585\n".repeat(5000));
    let folder = folder(&[("Dockerfile", &many)]);
    for mode in ["--check", "--list"] {
        let mut child =
            portolan(folder.path()).arg(mode).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let (_, err, code) = said(child.wait_with_output().unwrap());
        assert_eq!(err, "", "{mode}");
        assert!(code < 2, "{mode}: {code}");
    }
}

#[test]
fn what_a_file_holds_cannot_reach_the_terminal_raw() {
    let folder = folder(&[("a\u{1b}[31m/Dockerfile", "FROM a\nEXPOSE 585 \u{1b}[2J\u{7}\n")]);
    for arguments in [
        &["--check", "--color=always"][..],
        &["--list", "--color=always"],
        &["--check", "--output-format=json"],
    ] {
        let (out, ..) = run(folder.path(), arguments);
        assert!(
            !out.contains("\u{1b}[31m/") && !out.contains("\u{1b}[2J") && !out.contains('\u{7}'),
            "{out:?}"
        );
    }
}

#[test]
fn help_is_short_and_complete() {
    let folder = empty_folder();
    let (help, err, code) = run(folder.path(), &["--help"]);
    assert_eq!((err.as_str(), code), ("", 0));
    for word in ["--check", "--list", "--lookup", "--explain", "--rules", "--stdio", "Exit codes", "NO_COLOR"]
    {
        assert!(help.contains(word), "{word} is missing: {help}");
    }
}

#[test]
fn the_readme_shows_what_is_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    for arguments in [&["--check", "tests/demo"][..], &["--lookup", "585"], &["--lookup", "9000"]] {
        let (out, ..) = run(root, arguments);
        assert!(readme.contains(&out), "{arguments:?}: {out}");
    }
    let (rules, ..) = run(root, &["--rules", "--output-format=json"]);
    let row = |rule: serde_json::Value| {
        let [name, severity, summary] =
            ["name", "severity", "summary"].map(|key| rule[key].as_str().unwrap().to_owned());
        let page = format!("src/rules/{}.md", name.replace('-', "_"));
        let level = if rule["opt_in"] == true { format!("off ({severity})") } else { severity };
        format!("| [`{name}`]({page}) | {level} | {summary} |\n")
    };
    let table: String = rules.lines().map(|line| row(json(line))).collect();
    assert!(
        readme.contains(&format!("| --- | --- | --- |\n{table}\n")),
        "the README's table is to be:\n{table}"
    );
    let (json, ..) = run(root, &["--check", "--output-format=json", "tests/demo/Dockerfile"]);
    assert!(readme.contains(&json), "{json}");
}
