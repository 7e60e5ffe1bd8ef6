//! What the refactorings make of files: a text that says of its ports what it said before, but for what was asked for.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use portolan::config::Settings;
use portolan::finding::Severity;
use portolan::fix::edited;
use portolan::languages::{Entry, Language, Scan, detect, scan};
use portolan::lint::lint;
use portolan::port::{PortRange, Transport};
use portolan::refactor::{Offer, Place, REFACTORINGS};
use portolan::text::Span;
use proptest::prelude::*;

/// What an entry says, wherever it stands and however it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    list: String,
    scope: Option<usize>,
    host: Option<Option<(u32, u32)>>,
    container: Option<Option<(u32, u32)>>,
    transport: Option<Transport>,
    address: Option<String>,
    variables: Vec<String>,
}

impl Said {
    fn by(scan: &Scan, entry: &Entry) -> Self {
        let ends = |range: PortRange| (range.first, range.last);
        let ports: Vec<_> =
            [entry.host, entry.container].into_iter().flatten().map(|it| &scan.uses[it]).collect();
        let address = entry.address.as_deref().map(|it| it.trim_matches(['[', ']']).to_owned());
        Self {
            list: format!("{:?}", entry.list),
            scope: entry.scope,
            host: entry.host.map(|host| scan.uses[host].range.map(ends)),
            container: entry.container.map(|container| scan.uses[container].range.map(ends)),
            transport: entry.container.and_then(|container| scan.uses[container].protocol.transport()),
            address: address.filter(|it| !it.is_empty()),
            variables: ports
                .iter()
                .filter_map(|port| Some(port.variable.as_ref()?.name.to_string()))
                .collect(),
        }
    }
}

/// What is known of a text.
struct Facts {
    /// What its entries say, in no order of the file.
    said: Vec<Said>,
    /// How many ports there are.
    ports: usize,
    /// How many errors are found.
    errors: usize,
    /// How many errors and warnings are found.
    faults: usize,
    /// How often the reading broke.
    breakages: usize,
}

impl Facts {
    fn of(text: &str, language: Language) -> Self {
        let scan = scan(text, language);
        let mut said: Vec<Said> = scan.entries.iter().map(|entry| Said::by(&scan, entry)).collect();
        said.sort();
        let findings = lint(text, language, &Settings::default());
        let count = |least: Severity| findings.iter().filter(|finding| finding.severity <= least).count();
        Self {
            said,
            ports: scan.uses.len(),
            errors: count(Severity::Error),
            faults: count(Severity::Warning),
            breakages: scan.breakages.len(),
        }
    }
}

/// A text, an offer and what comes of it.
struct Trial<'a> {
    text: &'a str,
    language: Language,
    before: &'a Facts,
    after: String,
    now: Facts,
    context: String,
}

impl Trial<'_> {
    /// The other syntax says the same, and can be turned back.
    #[track_caller]
    fn assert_same(&self, offer: &Offer, back: &str) {
        assert_eq!(self.now.said, self.before.said, "{}", self.context);
        assert!(self.now.faults <= self.before.faults, "{}", self.context);
        let start = offer.edits[0].span.start + 1;
        let refactoring = REFACTORINGS.iter().find(|it| it.name == back).unwrap();
        let scan = scan(&self.after, self.language);
        let place = Place { text: &self.after, scan: &scan, selection: Span::new(start, start) };
        let offers = refactoring.offers(&place);
        // A comment that silences a rule must not come to speak of other lines.
        let is_bound = self.after.contains("portolan:");
        let Some(back) = offers.first() else {
            return assert!(is_bound, "no way back: {}", self.context);
        };
        let back = edited(&self.after, &back.edits);
        assert_eq!(Facts::of(&back, self.language).said, self.before.said, "{}", self.context);
        if offer.title == "Convert to the long syntax" {
            assert_eq!(bare(&back), bare(self.text), "{}", self.context);
        }
    }

    /// What `old` says is said with another address; of a `listen` of nginx, there are as many ports as before.
    #[track_caller]
    fn assert_bound(&self, old: Option<Said>) {
        // Servers of nginx that share an address share what one of them says of TLS.
        let is_better = self.now.faults <= self.before.faults || self.language == Language::Nginx;
        assert!(is_better, "{}", self.context);
        let mut expected = self.before.said.clone();
        if let Some(old) = old {
            let place = expected.iter().position(|it| *it == old).unwrap();
            expected[place].address = Some("127.0.0.1".to_owned());
            expected.sort();
        }
        assert_eq!(self.now.said, expected, "{}", self.context);
        assert_eq!(self.now.ports, self.before.ports, "{}", self.context);
    }

    /// What `old` says is said of UDP too; what is added is judged as any other. Of a `listen` of nginx, there is one more.
    #[track_caller]
    fn assert_on_udp(&self, old: Option<Said>) {
        let is_listen = old.is_none();
        let mut expected = self.before.said.clone();
        expected.extend(old.map(|old| Said { transport: Some(Transport::Udp), ..old }));
        expected.sort();
        assert_eq!(self.now.said, expected, "{}", self.context);
        assert!(!is_listen || self.now.ports == self.before.ports + 1, "{}", self.context);
        assert!(self.now.errors <= self.before.errors, "{}", self.context);
    }
}

/// Tries every refactoring at every port of `text`, and counts the offers of each.
#[track_caller]
fn try_all(text: &str, language: Language, place: &str) -> Vec<usize> {
    let found = scan(text, language);
    let before = &Facts::of(text, language);
    let mut counts = vec![0; REFACTORINGS.len()];
    for port in &found.uses {
        let old = || port.entry.map(|entry| Said::by(&found, &found.entries[entry]));
        for (refactoring, count) in REFACTORINGS.iter().zip(&mut counts) {
            for offer in refactoring.offers(&Place { text, scan: &found, selection: port.span }) {
                *count += 1;
                let after = edited(text, &offer.edits);
                let context = format!("{place}: {} at `{}`\n{after}", offer.title, port.span.of(text));
                let now = Facts::of(&after, language);
                let is_ordered = offer.edits.is_sorted_by(|one, next| one.span.end <= next.span.start);
                assert!(is_ordered && after != text && now.breakages <= before.breakages, "{context}");
                let trial = Trial { text, language, before, after, now, context };
                match refactoring.name {
                    "to-long-syntax" => trial.assert_same(&offer, "to-short-syntax"),
                    "to-short-syntax" => trial.assert_same(&offer, "to-long-syntax"),
                    "bind-to-loopback" => trial.assert_bound(old()),
                    "add-udp" => trial.assert_on_udp(old()),
                    "add-expose" => {
                        assert_eq!(trial.now.said.len(), before.said.len() + 1, "{}", trial.context);
                    }
                    other => panic!("nobody looks at what {other} makes"),
                }
            }
        }
    }
    counts
}

/// A text without quotes and without what the short syntax may be written with or without.
fn bare(text: &str) -> String {
    let text = text
        .to_lowercase()
        .replace("::1", "_")
        .replace(" :", " ")
        .replace("[:", "[")
        .replace("\":", "\"")
        .replace("':", "'");
    let mut chars = text.chars().peekable();
    let mut bare = String::new();
    while let Some(char) = chars.next() {
        let names_nothing =
            char == '/' && !chars.peek().is_some_and(|next| next.is_alphanumeric() || *next == '$');
        if !names_nothing && !matches!(char, '"' | '\'' | '[' | ']') {
            bare.push(char);
        }
    }
    bare
}

/// Those of the fixtures, and of the folder that `PORTOLAN_MORE_FILES` names.
#[test]
fn real_files_say_the_same_afterwards() {
    let mut counts = vec![0; REFACTORINGS.len()];
    let mut files = 0;
    let mut folders = vec![Path::new("tests/demo").to_owned(), Path::new("tests/fixtures").to_owned()];
    folders.extend(std::env::var_os("PORTOLAN_MORE_FILES").filter(|it| !it.is_empty()).map(Into::into));
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let path = path.to_str().unwrap();
            let Some(language) = detect(path, None, &text) else { continue };
            files += 1;
            for (sum, count) in counts.iter_mut().zip(try_all(&text, language, path)) {
                *sum += count;
            }
        }
    }
    let names = REFACTORINGS.iter().map(|it| it.name);
    let counts: Vec<_> = names.zip(counts).collect();
    assert!(counts.iter().all(|(_, count)| *count > 0), "{files} files: {counts:?}");
}

#[test]
fn all_of_a_very_large_file_is_offered_at_once() {
    const MANY: usize = 10_000;
    let ports =
        |gap: &str| (0..MANY).map(|it| format!("\"{}:80\"", 2_000 + it)).collect::<Vec<_>>().join(gap);
    let dash = "\n      - ";
    let shared = "  s: {image: b, ports: *p}\n".repeat(MANY);
    let block = format!("services:\n  a:\n    image: b\n    ports:{dash}{}\n", ports(dash));
    let flow = format!("services: {{a: {{image: b, ports: [{}]}}}}\n", ports(", "));
    let of_all = format!("x-p: &p ['80']\nservices:\n  a:\n    ports: ['81:81']\n{shared}");
    let exposed = format!("FROM a\n{}", "FROM b\nEXPOSE 80 81/udp\nCMD a --port 82\n".repeat(MANY));
    let words =
        format!("FROM a\nEXPOSE {}\n", (1..MANY).map(|it| it.to_string()).collect::<Vec<_>>().join(" "));
    let listens: String = (1..MANY).map(|it| format!("server {{ listen {it}; }}\n")).collect();
    let stream = format!("stream {{\n{listens}}}\n");
    for (text, language, least) in [
        (&block, Language::Compose, [MANY, 0, MANY, MANY, 0]),
        (&flow, Language::Compose, [MANY, 0, MANY, MANY, 0]),
        (&of_all, Language::Compose, [2, 0, 1, 1, 0]),
        (&exposed, Language::Dockerfile, [0, 0, 0, MANY, 1]),
        (&words, Language::Dockerfile, [0, 0, 0, MANY - 1, 0]),
        (&stream, Language::Nginx, [0, 0, MANY - 1, MANY - 1, 0]),
    ] {
        let scan = scan(text, language);
        let place = Place { text, scan: &scan, selection: Span::new(0, text.len()) };
        for (refactoring, least) in REFACTORINGS.iter().zip(least) {
            let offers = refactoring.offers(&place);
            let edits = offers.iter().map(|offer| offer.edits.len()).max().unwrap_or_default();
            assert_eq!(edits, least, "{}: {}", refactoring.name, &text[..60]);
        }
    }
}

/// One of those words.
fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(words).prop_map(str::to_owned)
}

/// An entry of `ports` in the short syntax: sound ones, and some that no tool takes.
fn short() -> impl Strategy<Value = String> {
    let address = one_of(&[
        "",
        "",
        "",
        "127.0.0.1:",
        "0.0.0.0:",
        "[::]:",
        "::1:",
        "${IP:-}:",
        "${IP:-0.0.0.0}:",
        "*:",
        "a:",
    ]);
    let host = one_of(&[
        "",
        "",
        ":",
        "8080:",
        "8000-8010:",
        "90-80:",
        "70000:",
        "${P:-81}:",
        "${P}:",
        "$P:",
        "080:",
        "x:",
    ]);
    let container = one_of(&["80", "81", "53", "80-90", "0", "70000", "${C:-82}", "$C", "8${C}", "0x50", ""]);
    let protocol =
        one_of(&["", "", "", "/tcp", "/udp", "/UDP", "/sctp", "/http", "/", "/${Q:-udp}", "/tcp/udp"]);
    let quote = one_of(&["", "\"", "'"]);
    (address, host, container, protocol, quote).prop_map(|(address, host, container, protocol, quote)| {
        format!("{quote}{address}{host}{container}{protocol}{quote}")
    })
}

/// The fields of an entry in the long syntax.
fn long() -> impl Strategy<Value = Vec<String>> {
    let target = one_of(&["80", "'81'", "0", "80-81", "${C:-82}", "", "\"\\u0038\""]);
    let published = one_of(&["8080", "\"8080\"", "8000-8010", "${P}", "70000", "", "*a"]);
    let address = one_of(&["127.0.0.1", "'::1'", "0.0.0.0", "${IP}", "a"]);
    let protocol = one_of(&["tcp", "udp", "http", "${Q:-udp}"]);
    let other =
        one_of(&["mode: ingress", "mode: host", "app_protocol: http", "name: web", "<<: *a", "target: 80"]);
    let fields = (
        prop::option::weighted(0.9, target.prop_map(|it| format!("target: {it}"))),
        prop::option::of(published.prop_map(|it| format!("published: {it}"))),
        prop::option::weighted(0.3, address.prop_map(|it| format!("host_ip: {it}"))),
        prop::option::weighted(0.3, protocol.prop_map(|it| format!("protocol: {it}"))),
        prop::option::weighted(0.2, other),
    );
    let fields = fields.prop_map(|(a, b, c, d, e)| [a, b, c, d, e].into_iter().flatten().collect::<Vec<_>>());
    fields.prop_shuffle()
}

/// The lines of an item of a list, without their ends.
fn item() -> impl Strategy<Value = String> {
    let comment = || one_of(&["", "", "", " # 💣", "  # a", " # portolan: ignore[reserved-port]"]);
    let gap = || one_of(&[" ", " ", " ", "   ", "\t", "\n        "]);
    let anchor = || one_of(&["", "", "", "", "&a ", "!!str "]);
    prop_oneof![
        (gap(), anchor(), short(), comment())
            .prop_map(|(gap, anchor, entry, comment)| format!("      -{gap}{anchor}{entry}{comment}")),
        (long(), comment(), comment()).prop_map(|(fields, one, other)| {
            let lines = fields.iter().enumerate().map(|(index, field)| {
                let comment = if index == 0 {
                    &one
                } else if index == 1 {
                    &other
                } else {
                    ""
                };
                format!("{}{field}{comment}", if index == 0 { "      - " } else { "        " })
            });
            lines.collect::<Vec<_>>().join("\n")
        }),
        (long(), comment())
            .prop_map(|(fields, comment)| format!("      - {{{}}}{comment}", fields.join(", "))),
    ]
}

/// A compose file.
fn compose() -> impl Strategy<Value = String> {
    let flow = prop::collection::vec(
        prop_oneof![short(), long().prop_map(|it| format!("{{{}}}", it.join(", ")))],
        0..4,
    );
    let ports = prop_oneof![
        prop::collection::vec(item(), 1..5).prop_map(|items| format!("    ports:\n{}", items.join("\n"))),
        flow.prop_map(|items| format!("    ports: [{}]", items.join(", "))),
    ];
    let rest = one_of(&[
        "",
        "",
        "\n",
        "\n    network_mode: host\n",
        "\n  db:\n    ports: *a\n",
        "\n    expose: [80]",
    ]);
    let end = one_of(&["\n", "\n", "\r\n", "\r"]);
    (ports, rest, end).prop_map(|(ports, rest, end)| {
        format!("# 💣\nx-a: &a {{target: 80}}\nservices:\n  web:\n    image: a\n{ports}{rest}")
            .replace('\n', &end)
    })
}

/// A Dockerfile.
fn dockerfile() -> impl Strategy<Value = String> {
    let line = one_of(&[
        "FROM a",
        "FROM b AS c",
        "FROM c",
        "EXPOSE 80",
        "EXPOSE 80/tcp 81 \\\n  82",
        "EXPOSE \"53\" $PORT # 💣",
        "EXPOSE 80-90 70000 8080:80",
        "expose 53/udp",
        "ENV PORT=8000 A=b",
        "ENV HTTP_PORT 8001",
        "# what runs",
        "\tCMD serve --port 8000 --bind 0.0.0.0:81",
        "HEALTHCHECK CMD curl \\\n  # 💣\n  http://localhost:8002/",
        "entrypoint [\"a\", \"-p\", \"53\"]",
        "ONBUILD EXPOSE 80",
        "RUN <<EOF\n# EXPOSE 80\nEOF",
    ]);
    let end = one_of(&["\n", "\n", "\r\n", "\r"]);
    let lines = (prop::collection::vec(line, 0..8), end, any::<bool>());
    lines.prop_map(|(lines, end, is_ended)| {
        let text = format!("FROM a\n{}{}", lines.join("\n"), if is_ended { "\n" } else { "" });
        text.replace('\n', &end)
    })
}

/// A configuration of nginx.
fn nginx() -> impl Strategy<Value = String> {
    let host = one_of(&["", "", "*:", "0.0.0.0:", "[::]:", "127.0.0.1:", "a:", "$a:"]);
    let port = one_of(&["80", "53", "443", "80-82", "70000", "$p", "0"]);
    let rest =
        one_of(&["", "", " udp", " ssl", " quic", " default_server", " reuseport # 💣", " ipv6only=off"]);
    let listen = (host, port, rest).prop_map(|(host, port, rest)| match rest.split_once(" #") {
        Some((rest, comment)) => format!("    listen {host}{port}{rest}; #{comment}"),
        None => format!("    listen {host}{port}{rest};"),
    });
    let server = prop::collection::vec(listen, 0..4);
    let module = one_of(&["http", "stream", "mail"]);
    let end = one_of(&["\n", "\r\n", "\n"]);
    (module, prop::collection::vec(server, 1..3), end).prop_map(|(module, servers, end)| {
        let servers = servers.iter().map(|listens| format!("  server {{\n{}\n  }}\n", listens.join("\n")));
        format!("{module} {{\n{}}}\n", servers.collect::<String>()).replace('\n', &end)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_compose_file_says_the_same_afterwards(text in compose()) {
        try_all(&text, Language::Compose, &text);
    }

    #[test]
    fn any_dockerfile_says_the_same_afterwards(text in dockerfile()) {
        try_all(&text, Language::Dockerfile, &text);
    }

    #[test]
    fn any_configuration_of_nginx_says_the_same_afterwards(text in nginx()) {
        try_all(&text, Language::Nginx, &text);
    }
}
