//! `portolan.toml` as its user sees it: the real binary in a folder of its own.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{empty_folder, folder, run};

const MAIL: &str = "FROM alpine\nEXPOSE 585\n";
const WEB: &str = "FROM alpine\nEXPOSE 8080\n";

/// What `--check` finds, as `file severity rule`; nothing may be said on standard error.
fn found(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let (out, err, _) = run(folder, &[&["--check", "--output-format=json"], arguments].concat());
    assert_eq!(err, "");
    let report: Value = serde_json::from_str(&out).unwrap();
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let line = |it: &Value| format!("{} {} {}", word(it, "file"), word(it, "severity"), word(it, "rule"));
    report["findings"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn the_nearest_configuration_is_the_only_one() {
    let folder = folder(&[
        ("portolan.toml", "ignore = ['deregistered-port']"),
        ("Dockerfile", MAIL),
        ("a/b/Dockerfile", MAIL),
        ("c/portolan.toml", "severity.deregistered-port = 'error'"),
        ("c/Dockerfile", MAIL),
        ("c/d/e/Dockerfile", MAIL),
    ]);
    let expected = ["c/Dockerfile error deregistered-port", "c/d/e/Dockerfile error deregistered-port"];
    assert_eq!(found(folder.path(), &[]), expected);
    assert_eq!(found(folder.path(), &["Dockerfile", "c/Dockerfile"]), expected[..1]);
    let below = folder.path().join("c/d");
    assert_eq!(found(&below, &["e", "../../a"]), ["e/Dockerfile error deregistered-port"]);
    assert_eq!(found(folder.path(), &["--no-config"]).len(), 4);
}

#[test]
fn standard_input_falls_under_the_configuration_above_its_name() {
    let folder = folder(&[("c/portolan.toml", "[languages]\ndockerfile = ['*.df']")]);
    let (_, err, code) = run(folder.path(), &["--check", "-", "--stdin-filename", "c/new/web.df"]);
    assert_eq!((err.as_str(), code), ("", 0));
    let (_, err, _) = run(folder.path(), &["--check", "-", "--stdin-filename", "web.df"]);
    assert!(err.contains("is passed over"), "{err}");
}

#[test]
fn of_two_in_one_folder_the_visible_one_wins_aloud() {
    let folder = folder(&[
        ("portolan.toml", "ignore = ['deregistered-port']"),
        (".portolan.toml", "wrong"),
        ("Dockerfile", MAIL),
        ("a/.portolan.toml", "severity.deregistered-port = 'info'"),
        ("a/Dockerfile", MAIL),
    ]);
    let (out, err, code) = run(folder.path(), &["--check"]);
    assert_eq!(err, "portolan: .portolan.toml is not read: portolan.toml wins\n");
    assert!(out.starts_with("info[deregistered-port]") && out.contains("\n1 info in 2 files\n"), "{out}");
    assert_eq!(code, 0);
}

#[test]
fn a_configuration_can_be_named() {
    let folder = folder(&[
        ("portolan.toml", "ignore = ['deregistered-port']"),
        ("ci/strict.toml", "exclude = ['/b']\nseverity.deregistered-port = 'error'"),
        ("a/Dockerfile", MAIL),
        ("b/Dockerfile", MAIL),
    ]);
    assert_eq!(
        found(folder.path(), &["--config", "ci/strict.toml"]),
        ["a/Dockerfile error deregistered-port"]
    );
    let (out, err, code) = run(folder.path(), &["--check", "--config", "nowhere.toml"]);
    assert!(err.starts_with("error[configuration]: the file cannot be read: "), "{err}");
    assert!(err.contains("nowhere.toml:1:1"), "{err}");
    assert_eq!((out.as_str(), code), ("no file was checked\n", 2));
    let (_, err, code) = run(folder.path(), &["--check", "--config", "a.toml", "--no-config"]);
    assert!(err.contains("cannot be used with") && code == 2, "{err}");
}

#[test]
fn overrides_are_for_their_paths() {
    let folder = folder(&[
        (
            "portolan.toml",
            "[[overrides]]\npaths = ['legacy/']\nignore = ['all']\n\
             [[overrides]]\npaths = ['*.dev.dockerfile']\nseverity.deregistered-port = 'info'\n",
        ),
        ("legacy/Dockerfile", MAIL),
        ("a/web.dev.dockerfile", MAIL),
        ("a/web.dockerfile", MAIL),
    ]);
    assert_eq!(
        found(folder.path(), &[]),
        ["a/web.dev.dockerfile info deregistered-port", "a/web.dockerfile warning deregistered-port"]
    );
    let below = folder.path().join("a");
    assert_eq!(found(&below, &["../legacy/Dockerfile"]), [""; 0]);
}

#[test]
fn a_walk_heeds_exclude_and_a_name_does_not() {
    let folder = folder(&[
        ("portolan.toml", "exclude = ['vendor/', '*.old.dockerfile']"),
        ("vendor/x/Dockerfile", MAIL),
        ("a/vendor/Dockerfile", MAIL),
        ("a/web.old.dockerfile", MAIL),
        ("a/Dockerfile", MAIL),
    ]);
    assert_eq!(found(folder.path(), &[]), ["a/Dockerfile warning deregistered-port"]);
    assert_eq!(found(folder.path(), &["vendor", "a/web.old.dockerfile"]).len(), 2);
    let (list, ..) = run(folder.path(), &["--list"]);
    assert_eq!(list.matches("Dockerfile").count(), 1, "{list}");
}

#[test]
fn more_files_are_in_a_language_than_their_names_say() {
    let folder = folder(&[
        ("portolan.toml", "[languages]\ndockerfile = ['images/*.txt']\nnginx = ['*.vhost']"),
        ("images/web.txt", MAIL),
        ("notes.txt", MAIL),
        ("a.vhost", "server { listen 994; }"),
    ]);
    assert_eq!(
        found(folder.path(), &[]),
        ["a.vhost warning reserved-port", "images/web.txt warning deregistered-port"]
    );
    let (list, ..) = run(folder.path(), &["--list"]);
    assert!(list.contains("a.vhost") && list.contains("images/web.txt") && !list.contains("notes"), "{list}");
    assert_eq!(found(folder.path(), &["--language", "compose", "images/web.txt"]), [""; 0]);
}

#[test]
fn the_teams_own_ports_are_theirs() {
    let folder = folder(&[
        (
            "portolan.toml",
            "[ports]\n585 = { name = 'billing', url = 'https://wiki.example/billing', note = 'since 2024' }\n\
             7000-7099 = 'apps'\n'994/udp' = 'chat'\n",
        ),
        ("Dockerfile", "FROM alpine\nEXPOSE 585 7001 994/udp 994\n"),
    ]);
    assert_eq!(found(folder.path(), &[]), ["Dockerfile warning reserved-port"]);
    let lookup = |query: &str| run(folder.path(), &["--lookup", query]).0;
    let first = lookup("585").lines().next().unwrap().to_owned();
    assert_eq!(first, "585  billing, a port of your own. since 2024. https://wiki.example/billing");
    assert!(lookup("7001").starts_with("7001  apps, one of 7000-7099 of your own.\n"), "{}", lookup("7001"));
    assert!(lookup("994").starts_with("994/udp  chat, a port of your own.\n"), "{}", lookup("994"));
    assert!(lookup("Billing").starts_with("585  billing"), "{}", lookup("Billing"));
    let (json, ..) = run(folder.path(), &["--lookup", "billing", "--output-format=json"]);
    let known: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(known["ports"][0]["team"][0]["service"], "billing");
    let (_, err, code) = run(folder.path(), &["--lookup", "billing", "--no-config"]);
    assert!(err.contains("no service is known as `billing`") && code == 2, "{err}");
}

#[test]
fn the_command_line_has_the_last_word() {
    let folder = folder(&[
        ("portolan.toml", "ignore = ['deregistered-port']\n[severity]\nreserved-port = 'error'\n"),
        ("Dockerfile", "FROM alpine\nEXPOSE 585 994\n"),
    ]);
    let (mail, chat) = ("Dockerfile warning deregistered-port", "Dockerfile error reserved-port");
    let found = |arguments: &[&str]| found(folder.path(), arguments);
    assert_eq!(found(&[]), [chat]);
    assert_eq!(found(&["--select", "deregistered-port"]), [mail]);
    assert_eq!(found(&["--select", "deregistered-port,reserved-port"]), [mail, chat]);
    assert_eq!(found(&["--select=deregistered-port", "--select=reserved-port"]), [mail, chat]);
    assert_eq!(found(&["--select", "default", "--ignore", "reserved-port"]), [mail]);
    assert_eq!(found(&["--ignore", "all"]), [""; 0]);
    assert_eq!(
        found(&["--severity", "deregistered-port=error,reserved-port=info"]),
        ["Dockerfile error deregistered-port", "Dockerfile info reserved-port"]
    );
    assert_eq!(found(&["--severity", "reserved-port=off"]), [""; 0]);
}

#[test]
fn what_is_configured_holds_for_fixes() {
    let folder = folder(&[
        ("portolan.toml", "ignore = ['deregistered-port']"),
        ("Dockerfile", MAIL),
        ("wrong/portolan.toml", "wrong"),
        ("wrong/Dockerfile", MAIL),
    ]);
    let (out, _, code) = run(folder.path(), &["--check", "--fix", "--unsafe-fixes"]);
    assert_eq!((out.as_str(), code), ("nothing found in 1 file\n", 2));
    for file in ["Dockerfile", "wrong/Dockerfile"] {
        assert_eq!(fs::read_to_string(folder.path().join(file)).unwrap(), MAIL);
    }
}

#[test]
fn a_rule_that_is_off_can_be_asked_for_by_name_and_by_set() {
    let folder = folder(&[("Dockerfile", WEB)]);
    for arguments in [&["--select", "strict"][..], &["--select", "cis"], &["--severity", "exposed-ssh=error"]]
    {
        let (_, err, code) = run(folder.path(), &[&["--check"], arguments].concat());
        assert_eq!((err.as_str(), code), ("", 0), "{arguments:?}");
    }
}

#[test]
fn a_mistake_is_shown_where_it_stands_with_what_was_meant() {
    let folder = folder(&[
        (
            "portolan.toml",
            "# 💣\nignore = ['deregisterd-port']\nslect = []\n\n[severity]\nreserved-port = 'warn'\n\n\
             [ports]\n70000 = 'billing'\n90-80 = 'apps'\n\n[[overrides]]\npaths = ['a[b']\n",
        ),
        ("Dockerfile", MAIL),
        ("ok/portolan.toml", ""),
        ("ok/Dockerfile", MAIL),
    ]);
    let (out, err, code) = run(folder.path(), &["--check"]);
    insta::assert_snapshot!(err);
    assert!(out.contains("ok/Dockerfile:2:8") && out.contains("\n1 warning in 1 file\n"), "{out}");
    assert_eq!(code, 2);
    for mode in [&["--list"][..], &["--lookup", "80"], &["--check", "Dockerfile"]] {
        let (_, again, code) = run(folder.path(), mode);
        assert_eq!((again, code), (err.clone(), 2), "{mode:?}");
    }
    let (_, err, code) = run(&folder.path().join("ok"), &["--check", "../Dockerfile"]);
    assert!(err.contains("portolan.toml:2:11"), "{err}");
    assert_eq!(code, 2);
    let (_, err, code) = run(folder.path(), &["--check", "--no-config"]);
    assert_eq!((err.as_str(), code), ("", 1));
}

#[test]
fn a_wrong_name_on_the_command_line_is_told_likewise() {
    let folder = empty_folder();
    for (arguments, sentence) in [
        (["--select", "deregisterd-port"], "did you mean `deregistered-port`?"),
        (["--ignore", "kubernets"], "did you mean `kubernetes`?"),
        (["--severity", "reserved-port=warn"], "did you mean `warning`?"),
        (["--severity", "reserved-port"], "write `reserved-port=error`"),
    ] {
        let (out, err, code) = run(folder.path(), &[&["--check"], &arguments[..]].concat());
        assert!(err.contains(sentence), "{arguments:?}: {err}");
        assert_eq!((out.as_str(), code), ("", 2), "{arguments:?}");
    }
}

#[test]
fn what_a_configuration_holds_cannot_reach_the_terminal_raw() {
    let folder = folder(&[
        ("portolan.toml", "ignore = [\"\\u001b[31mred\"]\n[ports]\n80 = \"\\u001b[2J\"\n"),
        ("Dockerfile", MAIL),
        ("ok/portolan.toml", "[ports]\n80 = \"\\u001b[2J\\u0007\"\n"),
    ]);
    let (_, err, _) = run(folder.path(), &["--check", "--color=always"]);
    assert!(err.contains("red") && !err.contains("\u{1b}[31mred"), "{err:?}");
    let (out, ..) = run(&folder.path().join("ok"), &["--lookup", "80", "--color=always"]);
    assert!(!out.contains('\u{1b}') && !out.contains('\u{7}'), "{out:?}");
}
