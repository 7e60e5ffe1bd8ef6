//! Compose files: bombs of aliases and merges, depth without end, and everything that can be left open.

use portolan::languages::Language;

use super::{Asked, DEEP, MANY, asked, lines};

fn compose(text: impl Into<String>) -> Asked {
    asked(Language::Compose, text)
}

/// A service with those entries of `ports`.
fn ports(entries: &str) -> Asked {
    compose(format!("services:\n  web:\n    image: a\n    ports:\n{entries}"))
}

#[test]
fn laughs_are_read_once() {
    let laughs =
        lines(MANY / 10, |n| format!("x{}: &a{} [{}'80:80']\n", n + 1, n + 1, format!("*a{n}, ").repeat(9)));
    let text = format!("x0: &a0 ['585:585']\n{laughs}services:\n  web:\n    ports: *a{}\n", MANY / 10);
    let asked = compose(text);
    assert_eq!(asked.scan.uses.len(), 2, "the list itself has one entry of its own");
}

#[test]
fn merges_of_merges_are_followed_once() {
    let merges = lines(MANY / 10, |n| format!("x{}: &a{} {{<<: [*a{n}, *a{n}]}}\n", n + 1, n + 1));
    let last = MANY / 10;
    let text =
        format!("x0: &a0 {{ports: ['80:80']}}\n{merges}services:\n  web: {{<<: [*a{last}, *a{last}]}}\n");
    assert_eq!(compose(text).scan.uses.len(), 2);
}

#[test]
fn services_that_merge_themselves_are_read() {
    let merged = |n: usize| {
        format!("  s{n}: &s{n} {{<<: [*s{n}, *s{}], ports: ['{}:80']}}\n", n.saturating_sub(1), n + 1)
    };
    let asked = compose(format!("services:\n{}", lines(MANY / 10, merged)));
    assert_eq!(asked.scan.services.len(), MANY / 10);
    assert_eq!(asked.scan.uses.len(), MANY / 5);
}

#[test]
fn what_many_take_over_from_one_is_told_but_so_often() {
    let list = "    - '80:80'\n".repeat(MANY / 20);
    let all = lines(MANY / 20, |n| format!("  s{n}: {{<<: *a, image: b}}\n"));
    let asked = compose(format!("x: &a\n  ports:\n{list}services:\n{all}"));
    let told: usize = asked.scan.services.iter().map(|service| service.entries.len()).sum();
    assert_eq!(asked.scan.services.len(), MANY / 20);
    assert!(told < 1_000_000, "{told}");
}

#[test]
fn depth_without_end_is_no_yaml() {
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
        for close in [close, ""] {
            let asked = compose(format!("services: {}{}\n", open.repeat(DEEP), close.repeat(DEEP)));
            assert_eq!(asked.count("syntax-error"), 1, "{open}");
        }
    }
    for open in ["- ", "? "] {
        let asked = compose(format!("services:\n  {}80\n", open.repeat(DEEP)));
        assert_eq!(asked.count("syntax-error"), 1, "{open}");
    }
    // The text of a deep block grows with the square of its depth.
    let asked = compose(lines(500, |n| format!("{}a:\n", " ".repeat(n))));
    assert!(asked.broke_at().is_some());
}

#[test]
fn anchors_and_aliases_lead_where_they_lead_however_many() {
    let anchors = lines(MANY, |n| format!("x{n}: &a{n} {}\n", n % 65535 + 1));
    let aliases = lines(MANY, |n| format!("*a{n}, "));
    let asked = compose(format!("{anchors}services:\n  web:\n    ports: [{aliases}]\n"));
    assert_eq!(asked.scan.uses.len(), MANY);
    let asked =
        compose(format!("x: &a '80:80'\nservices:\n  web:\n    ports:\n{}", "      - *a\n".repeat(MANY)));
    assert_eq!(asked.scan.uses.len(), 2);
}

#[test]
fn repeated_keys_all_count() {
    let asked = compose(format!("services:\n  web:\n{}", "    ports: ['80:80']\n".repeat(MANY / 5)));
    assert_eq!(asked.scan.uses.len(), MANY / 5 * 2);
    let asked = compose("services: {web: {ports: ['80:80']}}\n".repeat(MANY / 10));
    assert_eq!(asked.scan.uses.len(), MANY / 5);
}

#[test]
fn tabs_are_read_as_spaces_would_be() {
    let asked = compose(format!("services:\n\tweb:\n\t\tports:\n{}", "\t\t\t- '80:80'\n".repeat(MANY / 5)));
    assert_eq!((asked.scan.uses.len(), asked.count("syntax-error")), (MANY / 5 * 2, 1));
}

#[test]
fn a_binary_is_no_port() {
    let asked = ports(&"      - !!binary 'ODA6ODA='\n".repeat(1000));
    assert_eq!(asked.scan.uses.len(), 0);
}

#[test]
fn what_is_left_open_ends_somewhere() {
    for entry in ["      - \"80:80\n", "      - '80:80\n", "      - [80, {a: \n", "      - 80: 81: 82\n"] {
        let asked = ports(&entry.repeat(MANY / 2));
        assert_eq!(asked.count("syntax-error"), 1, "{entry}");
    }
    assert_eq!(ports(&"      - |\n".repeat(MANY / 2)).scan.uses.len(), 0);
    assert_eq!(compose("services: }\n---\n".repeat(MANY / 2)).count("syntax-error"), 1);
}

#[test]
fn variables_in_variables_are_resolved_from_within() {
    let deep = format!("      - '{}80{}:80'\n", "${A:-".repeat(MANY * 4), "}".repeat(MANY * 4));
    assert!(!ports(&deep).scan.uses.is_empty());
    for part in ["$", "${", "${A:-", "$$", "${A"] {
        let _ = ports(&format!("      - '{}'\n", part.repeat(MANY)));
    }
}

#[test]
fn no_form_of_a_port_is_too_long() {
    for part in [":", "80:", "9", "22:", "80-", "/tcp", "[", "[::1]:", "-", "0x", " "] {
        let asked = ports(&format!("      - '80{}'\n", part.repeat(MANY)));
        assert!(asked.scan.uses.len() < 3, "{part}");
    }
    for part in ["--port 80 ", "http://", "http://a:80 ", "a:b@", "-p 80:80 ", "'", "\\\""] {
        let _ = compose(format!("services:\n  web:\n    command: |\n      {}\n", part.repeat(MANY / 5)));
    }
}

#[test]
fn lines_before_a_block_are_passed_over_once() {
    let asked = compose(format!(
        "services:\n  web:\n    command:\n{}      |\n      http://a:80\n",
        "# a\n".repeat(MANY)
    ));
    assert_eq!(asked.scan.stretches.len(), asked.scan.uses.len());
    let blocks = "      - # a\n        # b\n        |\n        http://a:80\n".repeat(MANY / 20);
    assert_eq!(compose(format!("services:\n  web:\n    command:\n{blocks}")).scan.uses.len(), MANY / 20);
}

#[test]
fn comments_to_linters_are_heard_however_many() {
    let line = |comment: &str| format!("      - '585:585' {comment}\n");
    for comment in ["# portolan: ignore[x] ", "# dclint disable-line ", "# portolan: ignore["] {
        let _ = ports(&line(&comment.repeat(MANY / 10)));
        let _ = ports(&line(comment).repeat(MANY / 20));
    }
    let asked = ports(&line(&format!("# portolan: ignore[{}deregistered-port]", "x,".repeat(MANY / 5))));
    assert_eq!((asked.count("unknown-rule"), asked.count("deregistered-port")), (MANY / 5, 0));
}

#[test]
fn what_a_file_holds_of_other_languages_is_read_as_often_as_it_is_there() {
    let inline = |n: usize| {
        format!("  s{n}:\n    build:\n      dockerfile_inline: |\n        FROM a\n        EXPOSE 80\n")
    };
    assert_eq!(compose(format!("services:\n{}", lines(MANY / 20, inline))).scan.parts.len(), MANY / 20);
    let config = |n: usize| format!("  c{n}:\n    content: |\n      server {{ listen 80; }}\n");
    assert_eq!(compose(format!("configs:\n{}", lines(MANY / 20, config))).scan.parts.len(), MANY / 20);
}
