//! How fast files are read and judged, what a keystroke costs, and a hover: `cargo bench --bench lint`.
//!
//! Each text is the demo's file of that language, many times over under new names, some 100 KB in all.

use divan::Bencher;
use divan::counter::BytesCount;
use portolan::config::Settings;
use portolan::describe::{self, Markup};
use portolan::languages::{Language, Memory, scan, scan_after};
use portolan::lint::{judge, lint};
use portolan::registry::TeamPorts;
use portolan::text::{Encoding, Span, Text};

fn main() {
    divan::main();
}

#[divan::bench(args = ["dockerfile", "compose", "nginx"])]
fn scanning(bencher: Bencher, language: &str) {
    let (language, text) = sample(language);
    bencher.counter(BytesCount::of_str(&text)).bench(|| scan(divan::black_box(&text), language));
}

#[divan::bench(args = ["dockerfile", "compose", "nginx"])]
fn linting(bencher: Bencher, language: &str) {
    let (language, text) = sample(language);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| lint(divan::black_box(&text), language, &Settings::default()));
}

/// The rules alone, on a file that is scanned already: to be compared with `scanning`.
#[divan::bench(args = ["dockerfile", "compose", "nginx"])]
fn judging(bencher: Bencher, language: &str) {
    let (language, text) = sample(language);
    let (scan, settings) = (scan(&text, language), Settings::default());
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| judge(divan::black_box(&text), language, &scan, &[], &settings));
}

/// From a digit that is typed in the middle of a file, or taken away again, to the findings: what the server does for each
/// keystroke, with what it remembers of the text before.
#[divan::bench(args = ["dockerfile", "compose", "nginx"])]
fn a_keystroke(bencher: Bencher, language: &str) {
    let (language, text) = sample(language);
    let middle = text.len() / 2;
    let digit = middle + text[middle..].find("80").expect("there are ports in the second half");
    let (mut document, mut memory, settings) = (Text::new(&text), Memory::default(), Settings::default());
    let mut is_typed = false;
    bencher.bench_local(|| {
        let (span, typed) =
            if is_typed { (Span::new(digit, digit + 1), "") } else { (Span::new(digit, digit), "1") };
        is_typed = !is_typed;
        let range = document.range(span, Encoding::Utf16);
        document.replace(range, typed, Encoding::Utf16);
        let text = document.whole().into();
        let scan = scan_after(&text, language, &mut memory);
        judge(&text, language, &scan, &[], &settings)
    });
}

#[divan::bench]
fn describing_a_port(bencher: Bencher) {
    let text = include_str!("../tests/demo/Dockerfile");
    let scan = scan(text, Language::Dockerfile);
    let team = TeamPorts::default();
    bencher.bench(|| describe::port(text, &scan, divan::black_box(&scan.uses[0]), &team, Markup::Markdown));
}

fn sample(language: &str) -> (Language, String) {
    let language = Language::from_name(language).expect("the names above are those of languages");
    let text = match language {
        Language::Dockerfile => include_str!("../tests/demo/Dockerfile").repeat(150),
        Language::Nginx => include_str!("../tests/demo/nginx.conf").repeat(120),
        Language::Compose => {
            let demo = include_str!("../tests/demo/compose.yaml");
            let services = demo.strip_prefix("services:\n").expect("the demo starts with its services");
            let renamed = |copy: usize| {
                let line = |line: &str| match line.strip_suffix(':') {
                    Some(name) if line.starts_with("  ") && !line.starts_with("   ") => {
                        format!("{name}{copy}:\n")
                    }
                    _ => format!("{line}\n"),
                };
                services.lines().map(line).collect::<String>()
            };
            "services:\n".to_owned() + &(0..120).map(renamed).collect::<String>()
        }
    };
    (language, text)
}
