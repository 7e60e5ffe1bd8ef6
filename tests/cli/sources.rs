//! Which files are read.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::{MAIL, WEB, folder, portolan, run, said};

fn run_with(folder: &Path, arguments: &[&str], input: &[u8]) -> (String, String, i32) {
    let mut command = portolan(folder);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    said(child.wait_with_output().unwrap())
}

#[test]
fn files_can_be_listed() {
    let folder = folder(&[
        ("a.dockerfile", MAIL),
        ("b c.dockerfile", MAIL),
        ("d/Dockerfile", MAIL),
        ("notes.txt", "585"),
        ("list", "a.dockerfile\r\n\nnotes.txt\nd\n"),
    ]);
    let found = |out: &str| -> Vec<String> {
        let places = out.lines().filter_map(|line| line.split_once(": "));
        places.map(|(place, _)| place.split(':').next().unwrap().to_owned()).collect()
    };
    let check = ["--check", "--output-format=concise", "--files-from"];
    let (out, err, _) = run(folder.path(), &[&check[..], &["list"]].concat());
    assert_eq!((found(&out), err.as_str()), (vec!["a.dockerfile".to_owned(), "d/Dockerfile".to_owned()], ""));
    let (out, err, _) =
        run_with(folder.path(), &[&check[..], &["-"]].concat(), b"b c.dockerfile\0a.dockerfile\0");
    assert_eq!(
        (found(&out), err.as_str()),
        (vec!["b c.dockerfile".to_owned(), "a.dockerfile".to_owned()], "")
    );
    let (out, err, code) = run_with(folder.path(), &[&check[..], &["-"]].concat(), b"");
    assert_eq!((out.as_str(), err.as_str(), code), ("no file was checked\n", "", 0), "not everything here");
    let (out, err, code) =
        run_with(folder.path(), &[&check[..], &["-"]].concat(), b"gone.dockerfile\na.dockerfile\n");
    assert_eq!(found(&out), ["a.dockerfile"]);
    assert!(err.starts_with("portolan: gone.dockerfile: "), "{err}");
    assert_eq!(code, 2);
    let (_, err, code) = run(folder.path(), &[&check[..], &["no-list"]].concat());
    assert!(err.starts_with("portolan: the list of files no-list cannot be read: "), "{err}");
    assert_eq!(code, 2);
}

#[test]
fn what_is_excluded_can_stay_so_though_it_is_named() {
    let folder = folder(&[
        ("portolan.toml", "exclude = ['vendor/', '*.old.dockerfile']\n"),
        ("vendor/deep/Dockerfile", MAIL),
        ("a.old.dockerfile", MAIL),
        ("b.dockerfile", WEB),
        ("values.yaml", "a: 585\n"),
    ]);
    let named = ["vendor/deep/Dockerfile", "a.old.dockerfile", "b.dockerfile", "values.yaml"];
    let (out, err, code) = run(folder.path(), &[&["--check"][..], &named].concat());
    assert!(out.ends_with("2 warnings in 3 files\n2 fixable with --fix --unsafe-fixes\n"), "{out}");
    assert!(err.starts_with("portolan: values.yaml is passed over: "), "{err}");
    assert_eq!(code, 1);
    let (out, err, code) = run(folder.path(), &[&["--check", "--force-exclude"][..], &named].concat());
    assert_eq!((out.as_str(), err.as_str(), code), ("nothing found in 1 file\n", "", 0));
    let absolute = folder.path().join("vendor/deep/Dockerfile");
    let (out, ..) = run(folder.path(), &["--check", "--force-exclude", absolute.to_str().unwrap()]);
    assert_eq!(out, "no file was checked\n");
    let whole = ["--check", "--output-format=concise", absolute.to_str().unwrap()];
    assert!(run(folder.path(), &whole).0.starts_with("vendor/deep/Dockerfile:2:12: "), "named from here");
    let stdin = ["--check", "--force-exclude", "-", "--stdin-filename", "vendor/deep/Dockerfile", "--fix"];
    let (out, err, code) = run_with(folder.path(), &stdin, MAIL.as_bytes());
    assert_eq!(
        (out.as_str(), err.as_str(), code),
        (MAIL, "no file was checked\n", 0),
        "it goes on as it came"
    );
}

#[test]
fn the_order_is_that_of_the_paths_whatever_is_done_first() {
    let long = format!("FROM a\n{}", "EXPOSE 80\n".repeat(20_000));
    let mut files = vec![("a/Dockerfile".to_owned(), long + "EXPOSE 585\n")];
    files.extend((0..200).map(|number| (format!("b/{number:03}.dockerfile"), MAIL.to_owned())));
    files.push(("a.dockerfile".to_owned(), MAIL.to_owned()));
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = folder(&files);
    let (out, ..) = run(folder.path(), &["--check", "--output-format=concise"]);
    let found: Vec<&str> =
        out.lines().filter_map(|line| line.split_once(":")).map(|(file, _)| file).collect();
    let mut expected: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    expected.sort_by(|one, other| Path::new(one).cmp(Path::new(other)));
    assert_eq!(found[..202], expected);
    assert_eq!(run(folder.path(), &["--check", "--output-format=concise"]).0, out);
}
