//! The commands of the README and of the help, run as they are written, and the README's word on every option.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{empty_folder, folder, json, run, said};

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// The lines of the blocks that are marked as a console.
fn commands(text: &str) -> Vec<&str> {
    let blocks = text.split("```console\n").skip(1).filter_map(|rest| rest.split_once("```"));
    blocks.flat_map(|(block, _)| block.lines()).filter(|line| line.contains("portolan -")).collect()
}

#[cfg(unix)]
#[test]
fn the_commands_do_what_they_can() {
    let folder = folder(&[
        ("Dockerfile", "FROM alpine\nEXPOSE 80\n"),
        ("compose.yaml", "services:\n  a:\n    image: b\n    ports: ['127.0.0.1:8080:80']\n"),
        ("site.conf", "server { listen 80; }\n"),
        ("nginx/nginx.conf", "http { server { listen 80; } }\n"),
    ]);
    let root = folder.path();
    let path = Path::new(env!("CARGO_BIN_EXE_portolan")).parent().unwrap().display();
    let shell = |line: &str| {
        let mut shell = Command::new("sh");
        shell.current_dir(root).args(["-c", line]).env("HOME", root).env_remove("GITHUB_ACTIONS");
        shell.env("PATH", format!("{path}:{}", env::var("PATH").unwrap()));
        said(shell.output().unwrap())
    };
    let ready = "git init -q && git add . && git -c user.name=a -c user.email=a@example.com commit -q -m a && \
                 git update-ref refs/remotes/origin/main HEAD && \
                 mkdir -p .local/share/man/man1 .local/share/bash-completion/completions";
    let (_, err, code) = shell(ready);
    assert_eq!(code, 0, "{err}");
    let (readme, (help, ..)) = (readme(), run(root, &["--help"]));
    let examples = help.split_once("Examples:\n").unwrap().1.lines();
    let examples: Vec<&str> = examples.map(|line| line.trim_start().split("  ").next().unwrap()).collect();
    let commands = commands(&readme);
    assert!(commands.len() > 15 && examples.len() > 10, "{commands:?} {examples:?}");
    for command in commands.into_iter().chain(examples) {
        let (_, err, code) = shell(command);
        assert_eq!((err.as_str(), code), ("", 0), "{command}");
    }
    for made in
        ["portolan.sarif", "summary.md", "portolan.xml", "portolan-junit.xml", "portolan-baseline.json"]
    {
        assert!(root.join(made).is_file(), "{made} is not there");
    }
}

#[test]
fn every_option_is_explained() {
    let (help, ..) = run(empty_folder().path(), &["--help"]);
    let options = help.lines().filter_map(|line| line.trim_start().strip_prefix("--"));
    let readme = readme();
    for option in options.map(|line| line.split([' ', ',']).next().unwrap()) {
        assert!(
            option == "help" || readme.contains(&format!("--{option}")),
            "the README is silent on --{option}"
        );
    }
}

#[test]
fn the_rules_of_other_linters_are_those_of_the_list() {
    let (list, ..) = run(empty_folder().path(), &["--compat", "--output-format=json"]);
    let row = |line: &str| {
        let counterpart = json(line);
        let word = |key: &str| counterpart[key].as_str().map(str::to_owned);
        let quoted = |word: &str| format!("`{word}`");
        let rules =
            counterpart["rules"].as_array().unwrap().iter().map(|rule| quoted(rule.as_str().unwrap()));
        let rules = rules.collect::<Vec<_>>().join(", ");
        let [tool, identifier, note] = ["tool", "identifier", "note"].map(|key| word(key).unwrap());
        let comment = word("comment").map_or(String::new(), |it| quoted(&it));
        let cells = [&tool, &quoted(&identifier), &rules, &note, &comment].map(|cell| format!(" {cell} "));
        format!("|{}|\n", cells.join("|").replace("  ", " "))
    };
    let table: String = list.lines().map(row).collect();
    assert!(
        readme().contains(&format!("| --- | --- | --- | --- | --- |\n{table}\n")),
        "the README's table of other linters is to be:\n{table}"
    );
}
