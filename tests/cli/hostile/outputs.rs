//! Places that a report cannot be written to.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use super::{bounded, run};
use crate::{MAIL, folder, said};

#[test]
fn a_full_disk_is_told() {
    let folder =
        folder(&[("Dockerfile", MAIL), ("compose.yaml", "services: {a: {image: b, ports: ['80:80']}}\n")]);
    let root = folder.path();
    for arguments in [
        &["--check"][..],
        &["--check", "--output-format=json"],
        &["--check", "--statistics"],
        &["--list"],
        &["--chart"],
        &["--lookup", "80"],
        &["--rules"],
        &["--explain", "reserved-port"],
        &["--man"],
        &["--completions", "bash"],
        &["--check", "--diff", "--unsafe-fixes"],
    ] {
        let full = File::create("/dev/full").unwrap();
        let output = bounded(root).args(arguments).stdout(full).stderr(Stdio::piped()).output().unwrap();
        let (_, err, code) = said(output);
        assert!(
            err.contains("portolan: cannot write the output: No space left on device"),
            "{arguments:?}: {err}"
        );
        assert_eq!(code, 2, "{arguments:?}");
    }
    let (out, err, code) = run(root, ["--check", "--output-file=sarif=/dev/full"]);
    assert!(out.contains("deregistered-port"), "the other report is written: {out}");
    assert!(err.starts_with("portolan: the report cannot be written to /dev/full: No space left"), "{err}");
    assert_eq!(code, 2);
    for wrong in ["json=.", "json=nowhere/report.json", "json=Dockerfile/report.json"] {
        let (out, err, code) = run(root, ["--check", "--output-file", wrong]);
        assert!(err.starts_with("portolan: the report cannot be written to "), "{err}");
        assert_eq!((out.as_str(), err.lines().count(), code), ("", 1, 2));
    }
}

#[test]
fn streams_that_are_closed_stop_nothing() {
    let folder = folder(&[("Dockerfile", "FROM a\nEXPOSE 585\n")]);
    let root = folder.path();
    let run = |redirection: &str| {
        let script = format!("\"$0\" --check --fix --unsafe-fixes {redirection}");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_portolan")]).current_dir(root);
        said(command.output().unwrap())
    };
    for closed in [">&-", "2>&-", "<&-", "<&- >&- 2>&-", "nowhere 2>&-"] {
        fs::write(root.join("Dockerfile"), "FROM a\nEXPOSE 585\n").unwrap();
        let (_, _, code) = run(closed);
        assert_eq!(code, if closed.starts_with("nowhere") { 2 } else { 0 }, "{closed}");
        let is_named = closed.starts_with("nowhere");
        let text = fs::read_to_string(root.join("Dockerfile")).unwrap();
        assert_eq!(text.contains("585"), is_named, "{closed}: {text}");
    }
}
