//! `--diff-base` in a repository that would have git run a program.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{bytes, found};
use crate::folder;

/// git with nobody's own settings.
fn git(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::null());
    command
}

fn done(folder: &Path, arguments: &[&str]) {
    let output = git(folder, arguments).output().expect("git is there");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

/// A repository in which a line was changed since the last commit, and a program that leaves a trace when it is run.
struct Trap {
    folder: TempDir,
    program: String,
    traces: PathBuf,
}

impl Trap {
    fn new(attributes: &str) -> Self {
        let text = "FROM a\nEXPOSE 585\nEXPOSE 80\n";
        let folder = folder(&[("Dockerfile", text), ("x.dockerfile", text), (".gitattributes", attributes)]);
        let root = folder.path().to_owned();
        done(&root, &["init", "--quiet", "--initial-branch=main"]);
        done(&root, &["add", "--all"]);
        done(&root, &["commit", "--quiet", "--message=one"]);
        fs::write(root.join("Dockerfile"), "FROM a\nEXPOSE 585\nEXPOSE 994\n").unwrap();
        // The same text at another time: git has to look whether it is the same.
        fs::write(root.join("x.dockerfile"), text).unwrap();
        let traces = root.join(".git/traces");
        let program = root.join(".git/program").to_str().unwrap().to_owned();
        let trap = Self { program, traces, folder };
        trap.set_program("cat");
        trap
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    /// What the program does beside leaving a trace.
    fn set_program(&self, does: &str) {
        fs::write(&self.program, format!("#!/bin/sh\necho \"$@\" >>'{}'\n{does}\n", self.traces.display()))
            .unwrap();
        fs::set_permissions(&self.program, Permissions::from_mode(0o755)).unwrap();
    }

    fn set(&self, key: &str, value: &str) {
        done(self.root(), &["config", key, value]);
    }

    /// Whether the program was run.
    fn is_sprung(&self) -> bool {
        let is_there = self.traces.exists();
        let _ = fs::remove_file(&self.traces);
        is_there
    }

    /// That the program is not run when the difference is asked for, and that git would have run it.
    fn assert_harmless(&self, what: &str) {
        let _ = git(self.root(), &["diff", "HEAD"]).output().unwrap();
        let _ = git(self.root(), &["status"]).output().unwrap();
        assert!(self.is_sprung(), "{what} is no trap");
        let index = bytes(&self.root().join(".git/index"));
        // The times of the files are others again, so that an index would be written.
        fs::write(self.root().join("x.dockerfile"), "FROM a\nEXPOSE 585\nEXPOSE 80\n").unwrap();
        let (places, err, code) = found(self.root(), &["--diff-base", "HEAD"]);
        assert!(!self.is_sprung(), "{what} is run: {err}");
        assert_eq!((places, err.as_str(), code), (vec!["Dockerfile:3:8".to_owned()], "", 1), "{what}");
        assert!(index == bytes(&self.root().join(".git/index")), "{what}: the index is written");
    }
}

#[test]
fn git_runs_no_program_that_the_repository_names() {
    let trap = Trap::new("");
    trap.set("core.fsmonitor", &trap.program);
    trap.assert_harmless("core.fsmonitor");

    let trap = Trap::new("");
    trap.set("diff.external", &trap.program);
    trap.assert_harmless("diff.external");

    let trap = Trap::new("* diff=evil\n");
    trap.set("diff.evil.textconv", &trap.program);
    trap.assert_harmless("diff.evil.textconv");

    let trap = Trap::new("* diff=evil\n");
    trap.set("diff.evil.command", &trap.program);
    trap.assert_harmless("diff.evil.command");

    for name in ["evil", "e.v=il", "E \"v\\il"] {
        let trap = Trap::new("");
        fs::write(
            trap.root().join(".git/info/attributes"),
            format!("* filter={}\n", name.replace([' ', '"', '\\'], "")),
        )
        .unwrap();
        for key in ["clean", "smudge", "required"] {
            let value = if key == "required" { "true" } else { &trap.program };
            let name = name.replace([' ', '"', '\\'], "");
            trap.set(&format!("filter.{name}.{key}"), value);
        }
        trap.assert_harmless(&format!("filter {name}"));
    }

    let trap = Trap::new("* filter=evil\n");
    trap.set("filter.evil.process", &trap.program);
    trap.assert_harmless("a filter that goes on running");

    let trap = Trap::new("");
    trap.set("core.hooksPath", trap.root().join(".git/own").to_str().unwrap());
    fs::create_dir(trap.root().join(".git/own")).unwrap();
    fs::copy(&trap.program, trap.root().join(".git/own/post-index-change")).unwrap();
    trap.assert_harmless("core.hooksPath");

    let trap = Trap::new("");
    fs::create_dir_all(trap.root().join(".git/hooks")).unwrap();
    fs::copy(&trap.program, trap.root().join(".git/hooks/post-index-change")).unwrap();
    trap.assert_harmless("a hook");
}

#[test]
fn git_fetches_nothing_that_is_missing() {
    for url in ["ext::PROGRAM", "ssh://x.invalid/y", "FOLDER"] {
        let trap = Trap::new("");
        trap.set_program("exit 1");
        let root = trap.root().to_str().unwrap().to_owned();
        trap.set("core.repositoryFormatVersion", "1");
        trap.set("extensions.partialClone", "origin");
        trap.set("remote.origin.url", &url.replace("PROGRAM", &trap.program).replace("FOLDER", &root));
        trap.set("remote.origin.promisor", "true");
        trap.set("remote.origin.uploadpack", &trap.program);
        trap.set("core.sshCommand", &trap.program);
        trap.set("protocol.allow", "always");
        trap.set("protocol.ext.allow", "always");
        let listed = git(trap.root(), &["rev-parse", "HEAD:Dockerfile"]).output().unwrap();
        let blob = String::from_utf8(listed.stdout).unwrap().trim().to_owned();
        fs::remove_file(trap.root().join(".git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
        let _ = git(trap.root(), &["diff", "HEAD"]).output().unwrap();
        assert!(trap.is_sprung(), "{url} is no trap");
        let (places, err, code) = found(trap.root(), &["--diff-base", "HEAD"]);
        assert!(!trap.is_sprung(), "{url} is run: {err}");
        assert_eq!((places.len(), err.lines().count(), code), (0, 1, 2), "{url}: {err}");
    }
}

#[test]
fn settings_of_the_repository_change_nothing_of_what_is_found() {
    let trap = Trap::new("* -diff\n*.dockerfile binary\n");
    for (key, value) in [
        ("diff.orderFile", "/dev/zero"),
        ("diff.interHunkContext", "100"),
        ("diff.context", "100"),
        ("diff.noPrefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.relative", "true"),
        ("diff.colorMoved", "plain"),
        ("color.ui", "always"),
        ("color.diff", "always"),
        ("core.pager", &trap.program),
        ("pager.diff", &trap.program),
        ("pager.config", &trap.program),
        ("core.editor", &trap.program),
        ("core.quotePath", "true"),
        ("alias.diff", &format!("!{}", trap.program)),
        ("alias.rev-parse", &format!("!{}", trap.program)),
        ("alias.config", &format!("!{}", trap.program)),
        ("diff.wordRegex", "."),
        ("diff.algorithm", "histogram"),
        ("status.short", "true"),
    ] {
        trap.set(key, value);
    }
    let (places, err, code) = found(trap.root(), &["--diff-base", "HEAD"]);
    assert_eq!((places, err.as_str(), code), (vec!["Dockerfile:3:8".to_owned()], "", 1));
    assert!(!trap.is_sprung());
}

#[test]
fn a_revision_is_no_option_and_its_name_is_printed_plainly() {
    let trap = Trap::new("");
    for wrong in
        ["--output=x", "-Ox", "--help", "HEAD\u{1b}[2J", "HEAD:Dockerfile", "", "@{-9}", "main..HEAD"]
    {
        let (out, err, code) = super::run(trap.root(), ["--check", &format!("--diff-base={wrong}")]);
        assert_eq!((out.as_str(), code), ("", 2), "{wrong}: {err}");
        assert!(!err.contains('\u{1b}') && err.contains("--diff-base"), "{err}");
    }
    assert!(!trap.root().join("x").exists());
}
