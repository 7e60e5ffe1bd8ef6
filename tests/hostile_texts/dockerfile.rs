//! Dockerfiles: lines and here-documents without end, variables of themselves, and stages upon stages.

use portolan::languages::Language;

use super::{Asked, DEEP, MANY, asked, lines};

/// A stage with those instructions.
fn stage(text: &str) -> Asked {
    asked(Language::Dockerfile, format!("FROM a\n{text}"))
}

#[test]
fn a_line_may_go_on_for_a_megabyte() {
    let asked = stage(&format!("EXPOSE \\\n{}", "  80 \\\n".repeat(MANY / 2)));
    assert_eq!(asked.scan.uses.len(), MANY / 2);
    let asked = stage(&format!("EXPOSE 80 \\\n{} 81\n", "# comment\\\n\\\n\n".repeat(MANY)));
    assert_eq!(asked.scan.uses.len(), 2);
    let asked = stage(&format!("RUN {}\nEXPOSE 80\n", "\\\n".repeat(500_000)));
    assert_eq!(asked.scan.uses.len(), 0, "the line goes on over the instruction");
}

#[test]
fn a_here_document_without_end_holds_the_rest() {
    let asked = stage(&format!("EXPOSE 80\nRUN <<EOF\n{}", "EXPOSE 585\n".repeat(MANY)));
    assert_eq!((asked.scan.uses.len(), asked.count("syntax-error")), (1, 1));
    assert_eq!(stage(&"RUN <<A\n".repeat(MANY)).count("syntax-error"), 1);
    let names = lines(MANY / 10, |n| format!(" <<A{n}"));
    assert_eq!(
        stage(&format!("RUN{names}\n{}", lines(MANY / 10, |n| format!("A{n}\n")))).count("syntax-error"),
        0
    );
    let _ = stage(&format!("RUN{names}\n{}", "x\n".repeat(MANY / 10)));
}

#[test]
fn a_variable_of_itself_does_not_grow_without_end() {
    let doubled = "ENV A=$A$A\n".repeat(MANY);
    assert!(stage(&format!("ENV A=80\n{doubled}EXPOSE $A\n")).scan.uses.len() < 100);
    assert_eq!(stage(&format!("{doubled}EXPOSE $A\n")).findings, []);
    let chain = lines(MANY / 2, |n| format!("ENV A{}=$A{n}$A{n}\n", n + 1));
    let _ = stage(&format!("ENV A0=80\n{chain}EXPOSE $A{}\n", MANY / 2));
    let straight = lines(MANY / 4, |n| format!("ENV A{}=$A{n}\n", n + 1));
    let asked = stage(&format!("ENV A0=585\n{straight}EXPOSE $A{}\n", MANY / 4));
    assert!(asked.scan.uses.len() > MANY / 4);
    let long = "80 ".repeat(MANY / 10);
    let asked = stage(&format!("ENV A=\"{long}\"\n{}", "EXPOSE $A\n".repeat(MANY / 10)));
    assert!(asked.scan.uses.len() < 1_000_000, "{}", asked.scan.uses.len());
}

#[test]
fn defaults_in_defaults_are_resolved_from_within() {
    let deep = format!("EXPOSE {}80{}\n", "${A:-".repeat(DEEP), "}".repeat(DEEP));
    assert_eq!(stage(&deep).scan.uses.len(), 1);
    for part in ["${A:-", "\"${A:-", "${A:+", "${A#", "${", "$", "\"", "'"] {
        let _ = stage(&format!("EXPOSE {}\n", part.repeat(MANY)));
    }
    let chain = lines(MANY / 4, |n| format!("ARG A{}=${{A{n}:-${{A{n}:-80}}}}\n", n + 1));
    let _ = stage(&format!("{chain}EXPOSE $A{}\n", MANY / 4));
}

#[test]
fn stages_are_built_upon_each_other_however_many() {
    let stages = lines(MANY, |n| format!("FROM s{n} AS s{}\nCOPY --from=s{n} a b\n", n + 1));
    let asked = asked(Language::Dockerfile, format!("FROM a AS s0\nUSER x\nEXPOSE 80\n{stages}"));
    assert_eq!((asked.scan.stages.len(), asked.scan.uses.len()), (MANY + 1, 1));
    let same = stage(&"FROM s AS s\nCOPY --from=s a b\n".repeat(MANY / 2));
    assert_eq!(same.scan.stages.len(), MANY / 2 + 1);
}

#[test]
fn stages_hand_down_what_they_set_once() {
    let stages = lines(MANY / 10, |n| format!("FROM s{n} AS s{}\nENV P{n}=$P\nEXPOSE $P\n", n + 1));
    let asked = asked(Language::Dockerfile, format!("FROM a AS s0\nENV P=80\n{stages}"));
    assert_eq!(asked.scan.stages.len(), MANY / 10 + 1);
}

#[test]
fn ports_are_told_of_however_many_and_wide() {
    assert_eq!(stage(&"EXPOSE 80\n".repeat(MANY / 2)).scan.uses.len(), MANY / 2);
    assert_eq!(stage(&format!("EXPOSE{}\n", " 80".repeat(MANY / 2))).scan.uses.len(), MANY / 2);
    assert_eq!(stage(&"EXPOSE 1-65535\n".repeat(MANY / 5)).scan.uses.len(), MANY / 5);
    let nested = lines(MANY / 5, |n| format!("EXPOSE {}-{}\n", n + 1, 65_000 - n));
    assert_eq!(stage(&nested).scan.uses.len(), MANY / 5);
}

#[test]
fn no_command_is_too_long() {
    assert_eq!(stage(&format!("{}EXPOSE 80\n", "ONBUILD ".repeat(DEEP))).scan.entries.len(), 1);
    for part in ["\"--port\", \"80\", ", "[", "\\\"", "'80' "] {
        let _ = stage(&format!("CMD [{}\n", part.repeat(MANY / 5)));
    }
    for part in ["http://localhost:80/ ", "a:", "[", "-p", "export PORT=80; ", "80 "] {
        let _ = stage(&format!("HEALTHCHECK CMD curl http://{}\n", part.repeat(MANY / 5)));
    }
    assert_eq!(stage(&format!("EXPOSE {}\n", "8".repeat(DEEP))).scan.uses.len(), 1);
}

#[test]
fn comments_to_linters_are_heard_however_many() {
    let both = "# portolan: ignore[deregistered-port]\nEXPOSE 585\n".repeat(MANY / 10);
    assert_eq!(stage(&both).count("deregistered-port"), 0);
    for comment in [
        "# portolan: ignore[deregistered-port]\n",
        "# hadolint ignore=DL3011\n",
        "# hadolint global ignore=DL3011\n",
        "#checkov:skip=CKV_DOCKER_1:x\n",
        "#trivy:ignore:AVD-DS-0004\n",
        "# tally global ignore=all\n",
        "# check=skip=all\n",
    ] {
        let _ = stage(&format!("{}{}", comment.repeat(MANY / 10), "EXPOSE 585 70000 22\n".repeat(MANY / 50)));
    }
    let _ = stage(&format!("# hadolint ignore={}DL3011\nEXPOSE 70000\n", "DL3011,".repeat(MANY)));
}
