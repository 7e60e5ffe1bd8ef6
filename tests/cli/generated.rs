//! What is made from the definitions of the arguments: the version, the completions and the manual page.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::{empty_folder, run};

#[test]
fn the_version_tells_the_day_of_the_registry() {
    let folder = empty_folder();
    let (version, err, code) = run(folder.path(), &["--version"]);
    let rest = version.strip_prefix(concat!("portolan ", env!("CARGO_PKG_VERSION"), " (")).unwrap();
    let rest = rest.strip_suffix(&format!("IANA registry of {})\n", portolan::registry::DATE)).unwrap();
    // A commit and its day, where it is known.
    assert!(rest.is_empty() || rest.ends_with(", ") && rest.is_ascii(), "{version}");
    assert_eq!((err.as_str(), code), ("", 0));
    assert_eq!(run(folder.path(), &["-V"]).0, version);
}

#[test]
fn every_shell_gets_every_option() {
    let folder = empty_folder();
    let (help, ..) = run(folder.path(), &["--help"]);
    let options: Vec<&str> = help.lines().filter_map(|line| line.trim().strip_prefix("--")).collect();
    let options: Vec<&str> = options.iter().map(|line| line.split([' ', ',']).next().unwrap()).collect();
    assert!(options.len() > 25, "{options:?}");
    for (shell, mark) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef portolan"),
        ("fish", "complete -c portolan"),
        ("powershell", "Register-ArgumentCompleter"),
        ("nushell", "export extern portolan"),
    ] {
        let (script, err, code) = run(folder.path(), &["--completions", shell]);
        assert!(script.contains(mark), "{shell}: {script}");
        assert_eq!((err.as_str(), code), ("", 0));
        for option in &options {
            assert!(script.contains(option), "{shell} does not know --{option}");
        }
    }
    let (out, err, code) = run(folder.path(), &["--completions", "tcsh"]);
    assert!(err.contains("[possible values: bash, zsh, fish, powershell, nushell]"), "{err}");
    assert_eq!((out.as_str(), code), ("", 2));
}

#[test]
fn bash_completes() {
    let folder = empty_folder();
    let (script, ..) = run(folder.path(), &["--completions", "bash"]);
    let Ok(mut bash) = Command::new("bash").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else {
        eprintln!("bash is missing: its completions are not tried");
        return;
    };
    let typed = "COMP_WORDS=(portolan --output-format sa); COMP_CWORD=2; _portolan portolan sa --output-format; \
                 echo \"<${COMPREPLY[*]}>\"\n";
    bash.stdin.take().unwrap().write_all((script + typed).as_bytes()).unwrap();
    let said = String::from_utf8(bash.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(said, "<sarif>\n");
}

#[test]
fn the_manual_page_has_every_option() {
    let folder = empty_folder();
    let (page, err, code) = run(folder.path(), &["--man"]);
    assert!(page.contains(".TH portolan 1"), "{page}");
    for word in ["\\-\\-check", "\\-\\-output\\-format", "\\-\\-diff\\-base", "EXIT", "Examples"] {
        assert!(page.to_uppercase().contains(&word.to_uppercase()), "{word} is missing: {page}");
    }
    assert_eq!((err.as_str(), code), ("", 0));
}
