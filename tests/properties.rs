//! What must hold of any text, however broken.

use portolan::config::Settings;
use portolan::describe::{Wanted, hints};
use portolan::languages::{Environment, Language, Memory, Scan, Setting, detect, scan, scan_after, scan_in};
use portolan::links::links;
use portolan::lint::lint;
use portolan::outline::{Symbol, outline};
use portolan::port::Role;
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

/// Every place that a scan names is a place in the text.
fn assert_sound(scan: &Scan, text: &str) {
    for port in &scan.uses {
        assert!(text.get(port.span.start..port.span.end).is_some_and(|text| !text.is_empty()), "{port:?}");
        let definition = port.variable.as_ref().and_then(|variable| variable.definition);
        assert!(definition.is_none_or(|span| text.get(span.start..span.end).is_some()), "{port:?}");
        if let Some(pair) = port.pair {
            let other = &scan.uses[pair];
            let back = other.pair.map(|back| &scan.uses[back]);
            assert!(back.is_some_and(|back| std::ptr::eq(back, port)), "a pair knows each other");
            // Compose's `expose` has no host, so a mapping there is a mistake with two halves of one kind.
            let is_mistake = port.role == Role::ServiceExpose && other.role == Role::ServiceExpose;
            assert!(is_mistake || port.role.is_host() != other.role.is_host(), "{port:?} {other:?}");
        }
        assert!(port.scope.is_none_or(|scope| scope < scan.scopes.len()));
    }
    assert!(scan.uses.is_sorted_by_key(|port| port.span.start), "in the order of the file");
    for scope in &scan.scopes {
        assert!(text.get(scope.span.start..scope.span.end).is_some(), "{scope:?}");
        assert!(text.get(scope.extent.start..scope.extent.end).is_some(), "{scope:?}");
    }
    for file in &scan.files {
        assert!(text.get(file.span.start..file.span.end).is_some(), "{file:?}");
    }
    for setting in settings(scan) {
        assert!(text.get(setting.span.start..setting.span.end).is_some(), "{setting:?}");
    }
    for copy in &scan.copies {
        assert!(text.get(copy.span.start..copy.span.end).is_some(), "{copy:?}");
        assert!(copy.stage < scan.stages.len() && !copy.sources.is_empty());
    }
}

/// What a scan says of how things hang together.
fn settings(scan: &Scan) -> Vec<&Setting> {
    let mut settings = Vec::new();
    for wiring in scan.services.iter().map(|service| &service.wiring) {
        let networks = wiring.networks.iter().flatten();
        settings.extend(networks.flat_map(|network| network.aliases.iter().chain([&network.name])));
        settings.extend(wiring.container_name.iter().chain(&wiring.hostname));
        settings.extend(wiring.extends.iter().flat_map(|it| it.file.iter().chain([&it.service])));
        settings.extend(wiring.links.iter().chain(&wiring.env_files));
        settings.extend(wiring.mounts.iter().map(|mount| &mount.source));
        settings.extend(wiring.configs.iter().map(|config| &config.name));
        settings.extend(wiring.build.iter().filter_map(|build| build.target.as_ref()));
    }
    settings.extend(scan.includes.iter().flat_map(|it| it.paths.iter().chain(&it.env_files)));
    settings.extend(scan.configs.iter().filter_map(|config| config.file.as_ref()));
    settings
}

/// Every symbol lies within the one around it, and what is shown of it lies in it.
fn assert_nested(symbols: &[Symbol], around: Span) {
    for symbol in symbols {
        assert!(around.start <= symbol.span.start && symbol.span.end <= around.end, "{symbol:?}");
        let selection = symbol.selection;
        assert!(symbol.span.start <= selection.start && selection.end <= symbol.span.end, "{symbol:?}");
        assert_nested(&symbol.children, symbol.span);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_broken_to_scan(text in broken_text(), language in any_language()) {
        assert_sound(&scan(&text, language), &text);
        for finding in lint(&text, language, &Settings::default()) {
            prop_assert!(text.get(finding.span.start..finding.span.end).is_some());
        }
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
    fn what_is_remembered_of_a_text_changes_nothing_in_the_next(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..9_usize, few_pieces()), 1..12),
    ) {
        let mut text = include_str!("demo/compose.yaml").to_owned();
        let mut memory = Memory::default();
        for (at, length, new) in edits {
            prop_assert_eq!(scan_after(&text, Language::Compose, &mut memory), scan(&text, Language::Compose));
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.floor_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, &new);
        }
        prop_assert_eq!(scan_after(&text, Language::Compose, &mut memory), scan(&text, Language::Compose));
    }

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

/// The offset of a position in a plain string, as the protocol words it.
fn model_offset(text: &str, position: Position, encoding: Encoding) -> usize {
    let mut starts = vec![0];
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let is_crlf = char == '\r' && chars.peek().is_some_and(|(_, next)| *next == '\n');
        if (char == '\n' || char == '\r') && !is_crlf {
            starts.push(at + 1);
        }
    }
    let Some(&start) = starts.get(position.line) else { return text.len() };
    let end = starts.get(position.line + 1).copied().unwrap_or(text.len());
    let line = text[start..end].trim_end_matches(['\r', '\n']);
    let mut units = 0;
    for (at, char) in line.char_indices() {
        units += match encoding {
            Encoding::Utf8 => char.len_utf8(),
            Encoding::Utf16 => char.len_utf16(),
            Encoding::Utf32 => 1,
        };
        if units > position.character {
            return start + at;
        }
    }
    start + line.len()
}
