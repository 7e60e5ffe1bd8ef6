//! What must hold of any text, however broken.

#[path = "../fuzz/checks/model.rs"]
mod model;
#[path = "../fuzz/checks/places.rs"]
mod places;

use model::model_offset;
use places::{assert_findings_are_sound, assert_nested, assert_sound};
use portolan::config::Settings;
use portolan::describe::{Wanted, hints};
use portolan::languages::{Environment, Language, detect, scan, scan_in};
use portolan::links::links;
use portolan::lint::lint;
use portolan::outline::outline;
use portolan::registry::TeamPorts;
use portolan::text::{Encoding, Position, Range, Span, Text};
use proptest::prelude::*;

/// Pieces of which config files are made, and of which they are broken.
const PIECES: &[&str] = &[
    "FROM alpine AS base",
    "EXPOSE ",
    "ENV PORT=",
    "ARG P",
    "ONBUILD ",
    "RUN <<EOF",
    "EOF",
    "HEALTHCHECK CMD ",
    "CMD [\"x\", ",
    "# escape=`",
    "services:",
    "ports:",
    "expose:",
    "image: x",
    "- ",
    "target: ",
    "published: ",
    "protocol: ",
    "x: &a",
    "<<: *a",
    "*a",
    "environment:",
    "build:",
    "dockerfile_inline: |",
    "configs:",
    "content: |",
    "server {",
    "listen ",
    "upstream u {",
    "proxy_pass http://u:",
    "stream {",
    "http {",
    "}",
    "{",
    "}}",
    "resolver ",
    "content_by_lua_block {",
    "map $a $b {",
    ";",
    "udp",
    "585",
    "994",
    "70000",
    "0",
    "80-90",
    "90-80",
    "8080:80",
    "80/tcp",
    "/udp",
    "/tcp/udp",
    ":",
    "[::1]:",
    "${PORT:-80}",
    "${A:-${B:-",
    "$PORT",
    "${",
    "$$",
    "'",
    "\"",
    "[",
    "]",
    ",",
    "|",
    ">",
    "\\",
    "`",
    "#",
    "💣",
    "é",
    "\u{feff}",
    "\0",
    "\t",
    " ",
    "  ",
    "    ",
    "\n",
    "\r\n",
    "\r",
    "\n  ",
    "\n    ",
    "\n      - ",
    "http://localhost:",
    "--port ",
    "<<-",
    "---",
    "...",
    "%YAML",
    "!reset",
    "!override ",
    "COPY --from=a [\"b\", ",
    "COPY . ./",
    "WORKDIR a",
    "networks: ",
    "volumes: ",
    "./a:/b",
    "extends: a",
    "env_file: ",
    "include: ",
    "file: c.yaml",
    "aliases: ",
];

fn broken_text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..60).prop_map(|pieces| pieces.concat())
}

fn few_pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..12).prop_map(|pieces| pieces.concat())
}

fn any_language() -> impl Strategy<Value = Language> {
    prop::sample::select(&Language::ALL[..])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_broken_to_scan(text in broken_text(), language in any_language()) {
        assert_sound(&scan(&text, language), &text);
        assert_findings_are_sound(&lint(&text, language, &Settings::default()), &text);
    }

    #[test]
    fn any_text_has_hints_symbols_and_links_at_their_places(
        text in broken_text(),
        language in any_language(),
        (start, end) in (0..400usize, 0..400usize),
    ) {
        let (scan, team) = (scan(&text, language), TeamPorts::default());
        let wanted = Wanted { services: true, variables: true, common_ports: true };
        for within in [Span::new(0, text.len()), Span::new(start.min(end), end.max(start))] {
            for hint in hints(&text, &scan, within, &team, wanted) {
                prop_assert!(within.touches(hint.at));
                let between = text.get(scan.uses[hint.port].span.end..hint.at);
                prop_assert!(between.is_some_and(|between| !between.contains(char::is_whitespace)), "{:?}", hint);
            }
        }
        assert_nested(&outline(&text, &scan, &team), Span::new(0, text.len()));
        for link in links(&text, language, &scan, "nginx.conf", &team) {
            prop_assert!(text.get(link.span.start..link.span.end).is_some_and(|text| !text.is_empty()));
        }
    }

    #[test]
    fn any_characters_at_all_can_be_scanned(text in "\\PC{0,200}", language in any_language()) {
        assert_sound(&scan(&text, language), &text);
        let _ = detect("some.conf", None, &text);
        let _ = detect("some.yaml", None, &text);
    }

    #[test]
    fn values_from_elsewhere_leave_everything_at_its_place(
        text in broken_text(),
        language in any_language(),
        value in "[0-9:/$a-z -]{0,8}",
    ) {
        let environment = Environment::from_iter([("PORT", value.as_str()), ("A", "80")]);
        assert_sound(&scan_in(&text, language, &environment), &text);
        prop_assert_eq!(scan_in(&text, language, &Environment::default()), scan(&text, language));
    }

    #[test]
    fn a_byte_order_mark_only_moves_what_is_found(text in broken_text(), language in any_language()) {
        prop_assume!(!text.starts_with('\u{feff}'));
        let moved: Vec<_> = scan(&text, language).uses.into_iter().map(|port| port.span.shifted(3)).collect();
        let marked: Vec<_> = scan(&format!("\u{feff}{text}"), language).uses.iter().map(|port| port.span).collect();
        prop_assert_eq!(moved, marked);
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// A string edited by hand is the model; the document must say the same after any edits in any encoding.
    #[test]
    fn edits_are_what_they_are_on_a_plain_string(
        text in few_pieces(),
        edits in prop::collection::vec((0..9usize, 0..9usize, 0..9usize, 0..9usize, few_pieces()), 0..8),
        encoding in prop::sample::select(&[Encoding::Utf8, Encoding::Utf16, Encoding::Utf32][..]),
    ) {
        let mut document = Text::new(&text);
        let mut model = text;
        for (line, character, end_line, end_character, new) in edits {
            let range = Range {
                start: Position { line, character },
                end: Position { line: end_line, character: end_character },
            };
            let (one, other) =
                (model_offset(&model, range.start, encoding), model_offset(&model, range.end, encoding));
            prop_assert_eq!(document.offset(range.start, encoding), one);
            document.replace(range, &new, encoding);
            model.replace_range(one.min(other)..one.max(other), &new);
            prop_assert_eq!(document.to_string(), model.as_str());
        }
        for (offset, _) in model.char_indices() {
            let position = document.position(offset, encoding);
            let back = document.offset(position, encoding);
            let inside_a_line_end = model[..offset].ends_with('\r') && model[offset..].starts_with('\n');
            prop_assert!(back == offset || inside_a_line_end);
        }
    }
}
