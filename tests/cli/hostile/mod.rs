//! Trees that somebody made to break what reads them: nothing hangs, nothing swells, nothing is lost, and what is wrong is told.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Output};

use crate::{said, within};

mod changes;
mod escapes;
mod fixing;
mod names;
mod outputs;
mod patterns;
mod privileges;
mod repository;
mod stacks;
mod texts;
mod traced;
mod trees;

/// Every form of a report.
const FORMATS: [&str; 11] = [
    "text",
    "concise",
    "json",
    "ndjson",
    "sarif",
    "github",
    "gitlab",
    "checkstyle",
    "junit",
    "rdjson",
    "markdown",
];

/// The program in `folder`, ended if it hangs, and with no more memory than such a program needs: four gigabytes of addresses
/// are half of one in use.
fn bounded(folder: &Path) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -v 4000000; exec timeout -k 5 200 \"$0\" \"$@\""])
        .arg(env!("CARGO_BIN_EXE_portolan"));
    within(folder, command)
}

/// Runs it; what it says on standard output and error, and its exit code.
fn run<A: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = A>) -> (String, String, i32) {
    said(bounded(folder).args(arguments).output().unwrap())
}

/// Checks what `arguments` name with `input` on standard input.
fn run_with(folder: &Path, arguments: &[&str], input: &File) -> Output {
    bounded(folder).args(arguments).stdin(input.try_clone().unwrap()).output().unwrap()
}

/// Where something is found in `folder`, and what is said on standard error.
fn found(folder: &Path, arguments: &[&str]) -> (Vec<String>, String, i32) {
    let (out, err, code) = run(folder, [&["--check", "--output-format=concise"][..], arguments].concat());
    let places = out.lines().filter_map(|line| line.split_once(": ").map(|(place, _)| place.to_owned()));
    (places.collect(), err, code)
}

/// A file that seems to hold a gigabyte, and takes no place.
fn giant(path: &Path) {
    File::create(path).unwrap().set_len(1 << 30).unwrap();
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo is there").success());
}

fn link(target: &str, path: &Path) {
    std::os::unix::fs::symlink(target, path).unwrap();
}

/// The name that these bytes are.
fn name(bytes: &[u8]) -> &OsStr {
    OsStr::from_bytes(bytes)
}

/// The bytes of the file at `path`.
fn bytes(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap()
}
