//! `--chart`: who reaches which port.

use std::path::Path;

use crate::{empty_folder, folder, json, run};

const WEB: &str = "services:\n  web:\n    image: nginx\n    ports: ['80:80']\n";

#[test]
fn the_demo_has_a_chart() {
    let (out, err, code) = run(Path::new(env!("CARGO_MANIFEST_DIR")), &["--chart", "tests/demo"]);
    insta::assert_snapshot!(out);
    assert_eq!((err.as_str(), code), ("", 0));
}

#[test]
fn each_form_is_written() {
    let folder = folder(&[("compose.yaml", WEB)]);
    let form = |form: &str| {
        let (out, err, code) = run(folder.path(), &["--chart", "--output-format", form]);
        assert_eq!((err.as_str(), code), ("", 0), "{form}");
        out
    };
    assert!(form("text").starts_with("compose.yaml: 1 service, 1 published port\n"));
    assert_eq!(json(&form("json"))["stacks"][0]["published"][0]["port_first"], 80);
    assert!(form("mermaid").starts_with("flowchart LR\n"));
    assert!(form("dot").starts_with("digraph portolan {\n"));
    assert!(form("svg").starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
}

#[test]
fn each_stack_has_a_section_and_one_file_may_be_named() {
    let folder = folder(&[
        ("a/compose.yaml", WEB),
        ("a/compose.override.yaml", "services:\n  web:\n    ports: ['443:443']\n"),
        ("b/docker-compose.yml", WEB),
    ]);
    let titles = |paths: &[&str]| -> Vec<String> {
        let (out, ..) = run(folder.path(), &[&["--chart"], paths].concat());
        out.lines().filter(|line| line.contains("service, ")).map(str::to_owned).collect()
    };
    let [a, b] = [
        "a/compose.yaml + a/compose.override.yaml: 1 service, 2 published ports",
        "b/docker-compose.yml: 1 service, 1 published port",
    ];
    assert_eq!(titles(&[]), [a, b]);
    assert_eq!(titles(&["b"]), [b]);
    assert_eq!(titles(&["a/compose.yaml"]), [a]);
}

#[test]
fn colours_are_for_terminals() {
    let clash =
        "services:\n  a:\n    image: a\n    ports: ['80:80']\n  b:\n    image: b\n    ports: ['80:80']\n";
    let folder = folder(&[("compose.yaml", clash)]);
    let (plain, ..) = run(folder.path(), &["--chart"]);
    assert!(plain.contains("^ conflict: also published by b\n") && !plain.contains('\u{1b}'), "{plain}");
    let (coloured, ..) = run(folder.path(), &["--chart", "--color=always"]);
    assert!(coloured.contains("\u{1b}[31m"), "{coloured}");
}

#[test]
fn where_there_is_no_stack_it_says_so() {
    let said = "portolan: there is no compose file, and so no stack to chart\n";
    let empty = || (String::new(), said.to_owned(), 0);
    assert_eq!(run(empty_folder().path(), &["--chart"]), empty());
    let folder = folder(&[("Dockerfile", "FROM a\nEXPOSE 80\n")]);
    assert_eq!(run(folder.path(), &["--chart", "Dockerfile"]), empty());
    let (out, ..) = run(folder.path(), &["--chart", "--output-format=json"]);
    assert_eq!(json(&out)["stacks"].as_array().map(Vec::len), Some(0));
    let (_, err, code) = run(folder.path(), &["--chart", "gone"]);
    assert!(err.starts_with("portolan: gone: "), "{err}");
    assert_eq!(code, 2);
}

#[test]
fn forms_belong_to_their_modes() {
    let folder = folder(&[("compose.yaml", WEB)]);
    for (arguments, said) in [
        (
            ["--chart", "--output-format=sarif"],
            "--output-format sarif is for the findings of --check; --chart knows text, json, mermaid, dot and svg",
        ),
        (["--check", "--output-format=svg"], "--output-format svg is for --chart"),
        (
            ["--list", "--output-format=mermaid"],
            "--output-format mermaid is for --chart; the rest knows text and json",
        ),
    ] {
        let (out, err, code) = run(folder.path(), &arguments);
        assert_eq!((out.as_str(), err, code), ("", format!("portolan: {said}\n"), 2));
    }
    let (_, err, code) = run(folder.path(), &["--check", "--output-file", "svg=ports.svg"]);
    assert!(err.contains("there is no format `svg`"), "{err}");
    assert_eq!(code, 2);
}
