//! The reports as their readers see them: every form is held against its reader's schema, and read back with a reader's
//! rules it must say the same as the JSON.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

mod elsewhere;
mod forms;
mod gitlab;
mod rdjson;
mod sarif;
mod schemas;
mod xml;

/// Every form of the report but those for people alone.
const FORMS: [&str; 9] =
    ["json", "ndjson", "sarif", "github", "gitlab", "checkstyle", "junit", "rdjson", "markdown"];

/// A Dockerfile in which something of each severity is found, with and without fixes, and something held back.
const MIXED: &str = r#"FROM alpine
EXPOSE 143 585
EXPOSE 80/TCP 143 70000
# portolan: ignore[deregistered-port, repeated-expose] -- until the move, see <wiki> & "mail"
EXPOSE 585
LABEL "💣"="http://localhost:994" url="https://localhost:994"
"#;

/// Its neighbour, with places that are about others, and one behind a character of four bytes.
const NGINX: &str = "events {}
http {
  server { set $a '💣'; listen 994; }
  server { listen 8080; listen 8080; }
}
";

/// Another one.
const COMPOSE: &str = r#"services:
  web:
    image: web
    ports: ["585:80", "5432:5432"]
  mail:
    image: mail
    ports:
      - "585:80"
"#;

/// A folder that holds these files.
fn folder(files: &[(impl AsRef<OsStr>, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name.as_ref());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// A folder with findings of every kind.
fn mixed() -> TempDir {
    folder(&[("Dockerfile", MIXED), ("nginx/nginx.conf", NGINX), ("compose.yaml", COMPOSE)])
}

fn portolan(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portolan"));
    command.current_dir(folder).stdin(Stdio::null());
    for variable in ["NO_COLOR", "CLICOLOR_FORCE", "GITHUB_ACTIONS"] {
        command.env_remove(variable);
    }
    command
}

/// Runs a check that was asked for nothing impossible.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    let output = portolan(folder).arg("--check").args(arguments).output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() < Some(2), "{complaints}");
    output
}

/// The report on `folder` in that form, hints among it.
fn report(folder: &Path, form: &str) -> String {
    let output = run(folder, &["--fail-on", "hint", "--output-format", form]);
    String::from_utf8(output.stdout).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// The program of that name; where `PORTOLAN_TOOLS` is `required` it must be there, elsewhere it is passed over.
fn program(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap();
    let found = std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file());
    let is_required = std::env::var_os("PORTOLAN_TOOLS").is_some_and(|it| it == "required");
    assert!(found.is_some() || !is_required, "{name} is not on PATH, and every tool is required");
    if found.is_none() {
        // The test harness shows it where it is asked for with `--nocapture`.
        eprintln!("{name} is not on PATH, so that what it would check is passed over");
    }
    found
}

#[test]
fn the_samples_hold_something_of_everything() {
    let folder = mixed();
    let report = json(&report(folder.path(), "json"));
    let findings = list(&report["findings"]);
    for severity in ["error", "warning", "info", "hint"] {
        assert!(findings.iter().any(|it| it["severity"] == severity), "no {severity}");
    }
    for safety in ["safe", "unsafe"] {
        assert!(findings.iter().any(|it| it["fix"]["safety"] == safety), "no {safety} fix");
    }
    assert!(findings.iter().any(|it| it["fix"].is_null()));
    assert!(findings.iter().any(|it| it["help"].is_null()));
    assert!(findings.iter().any(|it| !list(&it["related"]).is_empty()));
    for file in ["Dockerfile", "compose.yaml", "nginx/nginx.conf"] {
        assert!(findings.iter().any(|it| it["file"] == file), "nothing in {file}");
    }
}

#[test]
fn one_run_writes_every_form_and_each_as_if_it_were_alone() {
    let folder = mixed();
    let out = TempDir::new().unwrap();
    let path = |form: &str| out.path().join(form);
    let mut arguments = vec!["--fail-on".to_owned(), "hint".to_owned()];
    for form in FORMS {
        arguments.extend(["--output-file".to_owned(), format!("{form}={}", path(form).display())]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run(folder.path(), &arguments);
    for form in FORMS {
        assert_eq!(fs::read_to_string(path(form)).unwrap(), report(folder.path(), form), "{form}");
    }
}
