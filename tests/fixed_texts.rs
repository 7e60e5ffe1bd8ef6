//! What must hold of every fix: its finding is gone, nothing worse has come, and nothing else has changed.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../fuzz/checks/fixes.rs"]
mod fixes;

use std::fs;
use std::path::Path;

use fixes::{assert_everything_can_be_ignored, assert_fixes_are_sound, assert_no_more, assert_nothing_new};
use portolan::languages::Language;
use proptest::prelude::*;

/// Every file of a language in the folder of real files, if there is one beside the checkout.
fn real_files(language: Language) -> Vec<(String, String)> {
    let Ok(entries) = fs::read_dir(Path::new("../shared/corpus").join(language.name())) else {
        return Vec::new();
    };
    let read = |path: &Path| Some((path.to_str()?.to_owned(), fs::read_to_string(path).ok()?));
    entries.filter_map(|entry| read(&entry.unwrap().path())).collect()
}

#[test]
fn fixes_of_real_files_are_sound() {
    for language in Language::ALL {
        for (name, text) in real_files(language) {
            assert_fixes_are_sound(&text, language, &name, assert_nothing_new);
        }
    }
}

#[test]
fn everything_in_real_files_can_be_ignored() {
    for language in Language::ALL {
        for (name, text) in real_files(language) {
            assert_everything_can_be_ignored(&text, language, &name);
        }
    }
}

/// A port as people write it, right or wrong.
fn port() -> impl Strategy<Value = String> {
    const PORTS: &[&str] = &[
        "80",
        "585",
        "994",
        "47",
        "70000",
        "0",
        "53",
        "22",
        "23",
        "8080",
        "90-80",
        "8000-8010",
        "3306",
        "6379",
        "10080",
        "443",
        "831",
        "65535",
        "49151",
    ];
    prop::sample::select(PORTS).prop_map(str::to_owned)
}

fn protocol() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["", "", "", "/tcp", "/udp", "/UDP", "/http", "/tcp/udp"][..])
}

/// A comment of ours, more often wrong than right, or none.
fn comment() -> impl Strategy<Value = String> {
    const NAMES: &[&str] = &[
        "deregistered-port",
        "reserved-port",
        "out-of-range-port",
        "reserved_port",
        "nonsense",
        "exposed-ssh",
    ];
    let names = prop::collection::vec(prop::sample::select(NAMES), 0..4);
    prop_oneof![
        3 => Just(String::new()),
        1 => names.prop_map(|names| format!("# portolan: ignore[{}] -- 💣", names.join(", "))),
        1 => Just("# portolan: ignore".to_owned()),
        1 => Just("# 💣".to_owned()),
    ]
}

fn dockerfile() -> impl Strategy<Value = String> {
    let words = prop::collection::vec((port(), protocol()), 1..4);
    let joint = prop::sample::select(&[" ", " \\\n  ", " \\\n  # 💣\n  "][..]);
    let line = (0..5, comment(), words, joint).prop_map(|(kind, comment, words, joint)| {
        let ports: Vec<String> = words.iter().map(|(port, protocol)| format!("{port}{protocol}")).collect();
        let first = &words[0].0;
        let instruction = match kind {
            0 | 1 => format!("EXPOSE {}", ports.join(joint)),
            2 => format!("ENV PORT={first}\nEXPOSE $PORT ${{OTHER:-{first}}}"),
            3 => format!("HEALTHCHECK CMD curl{joint}http://localhost:{first}/"),
            _ => format!("EXPOSE {first}:{}", ports[0]),
        };
        format!("{comment}\n{instruction}\n")
    });
    prop::collection::vec(line, 1..5).prop_map(|lines| format!("FROM alpine\n{}", lines.concat()))
}

fn compose() -> impl Strategy<Value = String> {
    let entry = (0..6, comment(), comment(), port(), port(), protocol()).prop_map(
        |(kind, above, behind, host, container, protocol)| {
            let entry = match kind {
                0 | 1 => format!("\"{host}:{container}{protocol}\""),
                2 => format!("{host}:{container}"),
                3 => format!("'{container}{protocol}'"),
                4 => format!("target: {container}\n        published: \"{host}\""),
                _ => return format!("      {above}\n      - >-\n        {host}:{container}\n"),
            };
            format!("      {above}\n      - {entry} {behind}\n")
        },
    );
    let service =
        (prop::collection::vec(entry, 1..4), port(), comment()).prop_map(|(entries, port, comment)| {
            format!(
                "    image: b\n    ports:\n{}    environment:\n      URL: http://c:{port} {comment}\n",
                entries.concat()
            )
        });
    prop::collection::vec(service, 1..3).prop_map(|services| {
        let name = |(index, body): (usize, &String)| format!("  s{index}:\n{body}");
        format!("services:\n{}", services.iter().enumerate().map(name).collect::<String>())
    })
}

fn nginx() -> impl Strategy<Value = String> {
    let line = (0..5, comment(), comment(), port()).prop_map(|(kind, above, behind, port)| {
        let directive = match kind {
            0 | 1 => format!("listen {port};"),
            2 => format!("listen [::]:{port} ssl;"),
            3 => format!("return 301 \"https://a:{port}/\n  b\";"),
            _ => format!("proxy_pass http://app:{port};"),
        };
        format!("    {above}\n    {directive}{behind}\n")
    });
    let server =
        prop::collection::vec(line, 1..4).prop_map(|lines| format!("  server {{\n{}  }}\n", lines.concat()));
    prop::collection::vec(server, 1..3).prop_map(|servers| format!("http {{\n{}}}\n", servers.concat()))
}

/// A text with line ends of one kind.
fn text() -> impl Strategy<Value = (Language, String)> {
    let text = prop_oneof![
        dockerfile().prop_map(|text| (Language::Dockerfile, text)),
        compose().prop_map(|text| (Language::Compose, text)),
        nginx().prop_map(|text| (Language::Nginx, text)),
    ];
    (text, prop::sample::select(&["\n", "\n", "\r\n"][..]))
        .prop_map(|((language, text), end)| (language, text.replace('\n', end)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fixes_of_any_text_are_sound((language, text) in text()) {
        assert_fixes_are_sound(&text, language, language.name(), assert_no_more);
    }

    #[test]
    fn everything_can_be_ignored((language, text) in text()) {
        assert_everything_can_be_ignored(&text, language, language.name());
    }
}
