//! Where the reports go, and in which form.

use std::fs;

use crate::{MAIL, folder, json, portolan, run, said};

#[test]
fn one_run_writes_several_reports() {
    let folder = folder(&[("Dockerfile", MAIL)]);
    let (out, err, code) = run(
        folder.path(),
        &[
            "--check",
            "--output-format=concise",
            "--output-file",
            "sarif=ports.sarif",
            "--output-file=junit=a=b.xml",
        ],
    );
    assert!(out.starts_with("Dockerfile:2:12: warning: ") && out.ends_with("--unsafe-fixes\n"), "{out}");
    assert_eq!((err.as_str(), code), ("", 1));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(json(&read("ports.sarif"))["runs"][0]["results"][0]["ruleId"], "deregistered-port");
    assert!(read("a=b.xml").contains("<testcase name=\"deregistered-port (2:12)\""));

    let to_file = ["--check", "--output-file", "report.txt", "--color=always"];
    let (out, err, code) = run(folder.path(), &to_file);
    assert_eq!((out.as_str(), err.as_str(), code), ("", "", 1), "in place of standard output");
    assert_eq!(read("report.txt"), run(folder.path(), &["--check"]).0, "without colours");
}

#[test]
fn a_report_without_a_place_ends_the_run_before_it_begins() {
    let folder = folder(&[("Dockerfile", "FROM a\n# portolan: ignore[reserved-port]\nEXPOSE 80\n")]);
    let (out, err, code) =
        run(folder.path(), &["--check", "--fix", "--output-file", "sarif=nowhere/ports.sarif"]);
    assert!(err.starts_with("portolan: the report cannot be written to nowhere/ports.sarif: "), "{err}");
    assert_eq!((out.as_str(), code), ("", 2));
    assert!(fs::read_to_string(folder.path().join("Dockerfile")).unwrap().contains("portolan"), "not mended");
    let (_, err, code) = run(folder.path(), &["--check", "--output-file", "sarf=ports.sarif"]);
    assert!(err.contains("there is no format `sarf`, but text, concise, json, ndjson, sarif, "), "{err}");
    assert_eq!(code, 2);
    for mode in [&["--list"][..], &["--check", "--statistics"]] {
        let (out, err, code) = run(folder.path(), &[mode, &["--output-format", "sarif"]].concat());
        let said =
            "portolan: --output-format sarif is for the findings of --check; the rest knows text and json\n";
        assert_eq!((out.as_str(), err.as_str(), code), ("", said, 2));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_breaks_off_is_told_and_the_others_are_written() {
    let many = format!("FROM a\n{}", "EXPOSE 585\n".repeat(2000));
    let folder = folder(&[("Dockerfile", many)]);
    let (out, err, code) =
        run(folder.path(), &["--check", "--output-format=ndjson", "--output-file=json=/dev/full"]);
    assert_eq!(out.lines().count(), 2000);
    assert!(err.starts_with("portolan: the report cannot be written to /dev/full: "), "{err}");
    assert_eq!(code, 2);
}

#[test]
fn in_a_workflow_of_github_findings_are_annotations() {
    let folder = folder(&[("Dockerfile", MAIL)]);
    let on_github = |arguments: &[&str]| {
        said(portolan(folder.path()).env("GITHUB_ACTIONS", "true").args(arguments).output().unwrap()).0
    };
    let annotation = on_github(&["--check"]);
    assert!(annotation.starts_with("::warning file=Dockerfile,line=2,col=12,endLine=2,"), "{annotation}");
    assert!(on_github(&["--check", "--output-format=text"]).starts_with("warning["));
    assert!(on_github(&["--list"]).starts_with("Dockerfile\n"));
    let other = portolan(folder.path()).env("GITHUB_ACTIONS", "false").arg("--check").output().unwrap();
    assert!(said(other).0.starts_with("warning["));
}

#[test]
fn what_is_wrong_with_a_configuration_is_on_no_report() {
    let folder = folder(&[("Dockerfile", MAIL), ("b/portolan.toml", "x = 1\n"), ("b/Dockerfile", MAIL)]);
    let (out, err, code) = run(folder.path(), &["--check", "--output-format=json"]);
    assert_eq!(json(&out)["findings"].as_array().unwrap().len(), 1);
    assert!(err.contains("b/portolan.toml:1:1"), "{err}");
    assert_eq!(code, 2);
}
