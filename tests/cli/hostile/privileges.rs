//! What the user who runs the program may not look at.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::{MAIL, folder, said};

/// Runs it in `folder` as nobody, who may read what all may; `None`, which is told, where that cannot be done.
fn run_as_nobody(folder: &Path, arguments: &[&str]) -> Option<(String, String, i32)> {
    let program = env!("CARGO_BIN_EXE_portolan");
    let is_root = Command::new("id").arg("-u").output().expect("id is there").stdout == b"0\n";
    let mut command = if is_root {
        let mut setpriv = Command::new("setpriv");
        setpriv.args(["--reuid=65534", "--regid=65534", "--clear-groups", program]);
        setpriv
    } else {
        Command::new(program)
    };
    let output = command.current_dir(folder).args(arguments).output();
    let output = output.ok().filter(|it| !String::from_utf8_lossy(&it.stderr).starts_with("setpriv:"));
    if output.is_none() {
        eprintln!("passed over: setpriv cannot run {program} as nobody here");
    }
    output.map(said)
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_may_not_be_read_is_told_and_the_rest_is_checked() {
    let folder = folder(&[
        ("closed/Dockerfile", MAIL),
        ("closed.dockerfile", MAIL),
        ("open/Dockerfile", MAIL),
        ("listed/Dockerfile", MAIL),
        ("silent/portolan.toml", "[ports]\n"),
        ("silent/Dockerfile", MAIL),
        ("hidden/.gitignore", "*\n"),
        ("hidden/Dockerfile", MAIL),
        ("stack/compose.yaml", "services: {a: {build: ../closed, env_file: ../closed.dockerfile}}\n"),
    ]);
    let root = folder.path();
    set_mode(root, 0o755);
    for path in ["closed", "closed.dockerfile", "silent/portolan.toml", "hidden/.gitignore"] {
        set_mode(&root.join(path), 0);
    }
    // Its names can be read, and nothing more.
    set_mode(&root.join("listed"), 0o444);
    let run = run_as_nobody(root, &["--check", "--output-format=concise"]);
    set_mode(&root.join("closed"), 0o755);
    set_mode(&root.join("listed"), 0o755);
    let Some((out, err, code)) = run else { return };
    assert!(out.contains("open/Dockerfile:2:12") && out.contains("hidden/Dockerfile:2:12"), "{out}");
    assert!(!out.contains("closed") && !out.contains("silent") && !out.contains("listed"), "{out}");
    let told = |start: &str| {
        err.lines().filter(|line| line.starts_with(start) && line.contains("Permission denied")).count()
    };
    assert_eq!(told("portolan: closed: "), 1, "{err}");
    assert_eq!(told("portolan: closed.dockerfile: "), 1, "{err}");
    assert_eq!(told("portolan: listed/Dockerfile: "), 1, "{err}");
    assert!(
        err.contains("silent/portolan.toml:1:1")
            && err.contains("the file cannot be read: Permission denied"),
        "{err}"
    );
    assert_eq!(code, 2);
}

#[test]
fn what_may_not_be_written_is_not_fixed() {
    let folder =
        folder(&[("Dockerfile", "FROM a\nEXPOSE 585\n"), ("web/Dockerfile", "FROM a\nEXPOSE 585\n")]);
    let root = folder.path();
    set_mode(root, 0o755);
    let Some((_, err, code)) = run_as_nobody(root, &["--check", "--fix", "--unsafe-fixes"]) else { return };
    let told = err.lines().filter(|line| line.contains(" is not fixed: ")).count();
    assert_eq!((told, code), (2, 2), "{err}");
    for path in ["Dockerfile", "web/Dockerfile"] {
        assert_eq!(fs::read_to_string(root.join(path)).unwrap(), "FROM a\nEXPOSE 585\n");
    }
    assert_eq!(fs::read_dir(root.join("web")).unwrap().count(), 1);
}
