//! What a terminal would obey, wherever it comes from: nothing of it reaches one raw, in any form.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use portolan::report::is_treacherous;
use tempfile::TempDir;

use super::{FORMATS, bounded, name};
use crate::folder;

/// Colours, a cleared screen, a title, a link, the clipboard, all that with C1, and text that runs backwards.
const EVIL: &str = "\u{1b}[31m\u{1b}[2J\u{1b}]0;t\u{7}\u{1b}]8;;x\u{1b}\\\u{1b}]52;c;AA==\u{7}\u{8}\u{7f}\u{9b}31m\u{9d}0;t\u{9c}\u{85}\
                    \u{202e}\u{2066}\u{61c}\u{200f}\u{2028}\r";

/// The same as JSON, TOML and YAML have it in a string.
fn escaped() -> String {
    EVIL.chars().map(|char| format!("\\u{:04x}", u32::from(char))).collect()
}

/// A tree that is full of it.
fn tree() -> TempDir {
    let e = escaped();
    let file = |name: &str| format!("{name}{}", EVIL.replace('\r', ""));
    let compose = format!(
        "services:\n  \"a{e}\":\n    image: \"b{e}\"\n    container_name: \"c{e}\"\n    networks: [\"n{e}\"]\n    profiles: [\"p{e}\"]\n    \
         environment: {{PORT: \"80{e}\", URL: \"http://x{e}:9/\"}}\n    ports: [\"99999:80\", \"8080:80\", \"{e}:80\", \"${{P}}:81\", \"80:80/{e}\"]\n    \
         healthcheck: {{test: \"curl http://localhost:1{e}/\"}}\n  d:\n    build: \"./{e}\"\n    ports: [\"8080:81\", '585:585']\n    \
         environment: [\"URL=http://a{e}:81/\"]\n    network_mode: \"service:x{e}\"\n"
    );
    let dockerfile = format!(
        "FROM a{EVIL}\nARG P=99999{EVIL}\nEXPOSE $P\nEXPOSE 585 {EVIL} 99999{EVIL} 80/{EVIL}\nENV X=\"{EVIL}\"\n\
         # portolan: ignore[deregistered-port] -- because {EVIL}\nEXPOSE 994\n# portolan: ignore[{EVIL}]\nEXPOSE 995\n"
    );
    let nginx = format!(
        "http {{ upstream \"u{EVIL}\" {{ server \"x{EVIL}:99999\"; }}\nserver {{ listen 99999{EVIL}; listen 80; listen \"80\" {EVIL};\n\
         server_name \"{EVIL}\"; location / {{ proxy_pass \"http://u{EVIL}:99999\"; }} }} }}\n"
    );
    let ports = format!(
        "[ports]\n8080 = {{ name = \"team{e}\", note = \"n{e}\", url = \"https://x/{e}\" }}\n585 = \"old{e}\"\n[languages]\nnginx = [\"*{e}\"]\n"
    );
    folder(
        &[
            (file("x/compose.yaml"), compose.clone()),
            (file("compose"), String::new()),
            ("compose.yaml".to_owned(), compose.clone()),
            (format!("{}/compose.yaml", file("y")), compose),
            (format!("{}/Dockerfile", file("web")), dockerfile.clone()),
            ("Dockerfile".to_owned(), dockerfile),
            ("nginx.conf".to_owned(), nginx),
            ("portolan.toml".to_owned(), ports),
            (".env".to_owned(), format!("P=99999{EVIL}\nQ={EVIL}\n")),
            (
                "broken/portolan.toml".to_owned(),
                format!("\"k{e}\" = 1\nselect = [\"r{e}\"]\nx = '{}'\n", EVIL.replace('\r', "")),
            ),
            ("broken/Dockerfile".to_owned(), "FROM a\n".to_owned()),
            ("worse/portolan.toml".to_owned(), format!("k = {EVIL}\n")),
            ("worse/Dockerfile".to_owned(), "FROM a\n".to_owned()),
            (format!("{}/portolan.toml", file("z")), "x = 1\n".to_owned()),
            (format!("{}/Dockerfile", file("z")), "FROM a\n".to_owned()),
        ]
        .each_ref()
        .map(|(name, text)| (name.as_str(), text)),
    )
}

/// What of `text` a terminal might obey, beside the colours of the reports and the links to the pages of the rules.
fn treacherous(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some(at) = rest.find(|char| is_treacherous(char) && char != '\n') {
        let here = &rest[at..];
        let colour = here
            .strip_prefix("\u{1b}[")
            .and_then(|it| it.split_once('m'))
            .filter(|(code, _)| code.bytes().all(|it| it.is_ascii_digit() || it == b';'));
        let link = here.strip_prefix("\u{1b}]8;;").and_then(|it| it.split_once("\u{1b}\\"));
        let link = link
            .filter(|(url, _)| url.is_empty() || url.starts_with("https://github.com/portolan/portolan/"));
        let Some((_, behind)) = colour.or(link) else {
            let start = text.floor_char_boundary((text.len() - here.len()).saturating_sub(200));
            let end = text.ceil_char_boundary((text.len() - here.len() + 50).min(text.len()));
            return Some(format!("{:?} in {:?}", here.chars().next(), &text[start..end]));
        };
        rest = behind;
    }
    None
}

/// What `command` writes, where it takes every stream for a terminal.
fn written(command: &mut Command) -> [String; 2] {
    let output = command.env("CLICOLOR_FORCE", "1").output().unwrap();
    [output.stdout, output.stderr]
        .map(|bytes| String::from_utf8(bytes).expect("nothing is printed but UTF-8"))
}

fn assert_harmless<A: AsRef<OsStr>>(folder: &Path, arguments: &[A]) -> [String; 2] {
    let written = written(bounded(folder).args(arguments));
    for stream in &written {
        let shown: Vec<_> =
            arguments.iter().map(|it| it.as_ref().to_string_lossy().escape_debug().to_string()).collect();
        assert_eq!(treacherous(stream), None, "{shown:?}");
    }
    written
}

#[test]
fn what_files_hold_and_are_called_is_shown_and_not_obeyed() {
    let tree = tree();
    let root = tree.path();
    for format in FORMATS {
        for color in ["always", "never", "auto"] {
            let [out, err] = assert_harmless(
                root,
                &["--check", "--fail-on=hint", "--select=all", "--output-format", format, "--color", color],
            );
            assert!(out.matches("99999").count() > 5, "{format}: {out}");
            assert!(err.contains("portolan.toml"), "{err}");
        }
        let file = format!("{format}=report");
        assert_harmless(root, &["--check", "--output-file", &file]);
        let report = fs::read_to_string(root.join("report")).unwrap();
        assert_eq!(treacherous(&report), None, "{format}");
        fs::remove_file(root.join("report")).unwrap();
    }
    for arguments in [
        &["--check", "--statistics"][..],
        &["--check", "--statistics", "--output-format=json"],
        &["--list"],
        &["--list", "--output-format=json"],
        &["--chart"],
        &["--chart", "--color=always"],
        &["--chart", "--output-format=json"],
        &["--chart", "--output-format=mermaid"],
        &["--chart", "--output-format=dot"],
        &["--chart", "--output-format=svg"],
        &["--lookup", "8080"],
        &["--lookup", "8080", "--output-format=json"],
        &["--lookup", "585"],
        &["--lookup", "team*"],
        &["--lookup", "team*", "--output-format=json"],
        &["--check", "broken", "worse"],
        &["--check", "--no-config"],
    ] {
        let written = assert_harmless(root, arguments);
        assert!(written.concat().len() > 50, "{arguments:?}");
    }
    let baseline = format!("baseline{EVIL}.json");
    for more in [&["--write-baseline"][..], &[], &["--prune-baseline"]] {
        assert_harmless(root, &[&["--check", "--baseline", &baseline][..], more].concat());
        fs::write(root.join("Dockerfile"), "FROM a\n").unwrap();
    }
}

#[test]
fn what_is_typed_is_shown_and_not_obeyed() {
    let folder = folder(&[("Dockerfile", "FROM a\nEXPOSE 585\n")]);
    let root = folder.path();
    let evil = EVIL.to_owned() + "\n::error::";
    let with = |option: &str| format!("{option}{evil}");
    for arguments in [
        vec!["--check".into(), evil.clone()],
        vec!["--check".into(), with("--")],
        vec![with("--")],
        vec![with("-")],
        vec![evil.clone()],
        vec!["--check".into(), with("--language=")],
        vec!["--check".into(), with("--select=")],
        vec!["--check".into(), with("--ignore=")],
        vec!["--check".into(), with("--severity=")],
        vec!["--check".into(), with("--severity=x=")],
        vec!["--check".into(), with("--max-file-size=")],
        vec!["--check".into(), with("--config=")],
        vec!["--check".into(), with("--files-from=")],
        vec!["--check".into(), with("--baseline=")],
        vec!["--check".into(), with("--diff-base=")],
        vec!["--check".into(), with("--output-format=")],
        vec!["--check".into(), with("--output-file=./x/")],
        vec!["--check".into(), with("--output-file=x=")],
        vec!["--check".into(), with("--output-file=json=x/")],
        vec!["--check".into(), with("--color=")],
        vec!["--check".into(), with("--fail-on=")],
        vec!["--check".into(), with("--max-warnings=")],
        vec!["--check".into(), "-".into(), with("--stdin-filename=")],
        vec!["--lookup".into(), evil.clone()],
        vec!["--lookup".into(), with("1")],
        vec!["--lookup".into(), evil.clone() + "*"],
        vec!["--explain".into(), evil.clone()],
        vec!["--completions".into(), evil.clone()],
    ] {
        let [out, err] = assert_harmless(root, &arguments);
        assert!(
            !err.lines().chain(out.lines()).any(|line| line.starts_with("::error")),
            "{arguments:?}: {err}"
        );
        assert!(!err.is_empty(), "{arguments:?}: {out}");
    }
    assert_harmless(root, &["--check".to_owned(), with("--output-file=")]);
    let bytes = [name(b"--check"), name(b"\xff\x9b\x1b[31m")];
    let [_, err] = assert_harmless(root, &bytes);
    assert!(err.contains("\\u{1b}[31m"), "{err:?}");
    assert_harmless(root, &[name(b"--\xff\x9b\x1b[31m")]);
    assert_harmless(root, &[name(b"--lookup"), name(b"\xff\x9b\x1b[31m")]);
}

/// What goes to a terminal and what goes on to a program need not be the same: a patch, and a text that was mended.
#[test]
fn a_patch_and_a_mended_text_are_shown_to_a_terminal_and_not_obeyed() {
    let text = format!("FROM a\nEXPOSE 585\n# {EVIL}\tx\n");
    let folder = folder(&[("Dockerfile", &text)]);
    let root = folder.path();
    for arguments in ["--diff --unsafe-fixes", "--fix --unsafe-fixes --language=dockerfile - <Dockerfile"] {
        let line = format!("{} --check {arguments}", env!("CARGO_BIN_EXE_portolan"));
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).current_dir(root);
        let Ok(output) = script.output() else {
            eprintln!("passed over: script is missing");
            return;
        };
        let shown = String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n").replace('\t', "");
        assert_eq!(treacherous(&shown), None, "{arguments}");
        assert!(shown.contains("\\u{1b}[2J") && shown.contains("993"), "{shown}");
    }
    let output = bounded(root).args(["--check", "--diff", "--unsafe-fixes"]).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains(EVIL), "a patch must apply");
}
