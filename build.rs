//! The commit that the program is built from, for `--version`: as the variable `PORTOLAN_COMMIT` says it, or the package
//! of the crate, or git. Without any of them the program does not tell.

use std::env;
use std::fs;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=PORTOLAN_COMMIT");
    let commit = env::var("PORTOLAN_COMMIT").ok().or_else(packaged).or_else(checked_out);
    println!("cargo::rustc-env=PORTOLAN_BUILT_FROM={}", commit.as_deref().unwrap_or_default().trim());
}

/// What `cargo package` wrote beside the sources.
fn packaged() -> Option<String> {
    /// How much of a commit is told.
    const SHORT: usize = 9;
    let written = fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, commit) = written.split_once("\"sha1\":")?;
    let commit = commit.trim_start().strip_prefix('"')?;
    commit.get(..SHORT).map(str::to_owned)
}

/// The commit that is checked out, and its day. While the program is worked on, nobody wants to build it anew for every
/// commit: then it is not told.
fn checked_out() -> Option<String> {
    if env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        return None;
    }
    // Every commit and every checkout adds a line there.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    if fs::exists(&log).unwrap_or_default() {
        println!("cargo::rerun-if-changed={log}");
    }
    git(&["show", "--no-patch", "--format=%h %cs", "HEAD"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| said.trim().to_owned())
}
