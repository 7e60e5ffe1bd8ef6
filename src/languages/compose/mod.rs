//! Compose files: the ports of their services, and the few places elsewhere where a port can stand.
//!
//! Follows the [compose specification](https://github.com/compose-spec/compose-spec/blob/main/spec.md), and reads the
//! first version of the format too, which has its services at the top level. A port is told of once, where it is
//! written: an alias or a merge adds none, and a fragment under `x-…` counts if a service uses it.

mod facts;
mod files;
mod interpolation;
mod ordinary;
mod patch;
mod ports;
mod recognition;
mod recovery;
mod resume;
mod scalar;
mod service;
mod settings;
mod wiring;
mod yaml;

use std::iter::Peekable;

use foldhash::{HashMap, HashSet};
use smallvec::SmallVec;

use super::sourced::Sourced;
use super::{Breakage, Environment, FileKind, Language, Scan, addresses, is_template, nginx};
use crate::port::Role;
use crate::text::Span;
use facts::Wanted;
pub use interpolation::Values;
pub use patch::Before;
pub use recognition::is_compose;
pub use resume::scan_after;
use scalar::text_of;
use wiring::Words;
use yaml::{Node, Tree};

/// Reads a compose file, whose variables may have values in `environment`.
pub fn scan(text: &str, environment: &Environment) -> Scan {
    read(text, &Tree::parse(text), environment).0
}

/// What the `tree` of a text says, and how many bytes are still to be told of the wiring.
fn read(text: &str, tree: &Tree<'_>, environment: &Environment) -> (Scan, Words) {
    let mut reader = Reader::new(text, tree.has_aliases(), Values::of(environment, text.len()));
    for root in tree.documents() {
        reader.document(root);
    }
    let (mut scan, words) = (reader.scan, reader.words);
    scan.breakages.extend(breakage(text, tree));
    scan.sort();
    let stretches = stretches(tree.scalars(), &scan);
    scan.stretches.extend(stretches);
    scan.stretches.sort();
    (scan, words)
}

/// Those of the `scalars` that take several lines and hold ports, or what stands in the place of one, with what they stand
/// behind. Both they and the ports are in the order of the file.
fn stretches<'t>(scalars: impl Iterator<Item = Node<'t>>, scan: &Scan) -> Vec<Span> {
    let strays = scan.entries.iter().flat_map(|entry| &entry.strays);
    let mut strays: Vec<usize> = strays.map(|stray| stray.span.start).collect();
    strays.sort_unstable();
    let mut strays = strays.into_iter().peekable();
    let mut ports = scan.uses.iter().map(|port| port.span.start).peekable();
    let mut holds_any = |span: Span| is_one_within(&mut ports, span) || is_one_within(&mut strays, span);
    let scalars = scalars.filter(|scalar| holds_any(scalar.span()) && takes_lines(*scalar));
    scalars.map(stretch).collect()
}

/// Whether one of the `places` is in `span`, which starts behind those that were asked about before.
fn is_one_within(places: &mut Peekable<impl Iterator<Item = usize>>, span: Span) -> bool {
    while places.next_if(|place| *place < span.start).is_some() {}
    places.peek().is_some_and(|place| *place < span.end)
}

/// Where `text` stops to be YAML, unless it is a template.
fn breakage(text: &str, tree: &Tree<'_>) -> Option<Breakage> {
    let (at, complaint) = tree.breakage()?;
    let span = unread(text, at);
    // YAML gives these two no meaning at the start of a value: `@PORT@` and `%PORT%` are put in by somebody else.
    let is_placeholder = ['@', '%'].iter().any(|mark| span.of(text).matches(*mark).count() > 1);
    let message = format!("this is no YAML: {}", complaint.replace('\'', "`"));
    (!is_placeholder && !is_template(text)).then_some(Breakage { span, message })
}

/// What stands at byte `at`, where the reading broke, to the end of the line; else the last line before that holds
/// anything.
fn unread(text: &str, at: usize) -> Span {
    let (before, behind) = text.split_at_checked(at).unwrap_or((text, ""));
    let rest = behind.lines().next().unwrap_or_default().trim();
    if !rest.is_empty() {
        let start = text.len() - behind.trim_start().len();
        return Span::new(start, start + rest.len());
    }
    let before = before.trim_end();
    let line = &before[before.rfind(['\n', '\r']).map_or(0, |end| end + 1)..];
    Span::new(before.len() - line.trim_start().len(), before.len())
}

/// A mapping and those that it merges; most merge none.
type Mappings<'t> = SmallVec<[Node<'t>; 1]>;

/// What has been read so far.
#[derive(Debug)]
struct Reader<'e> {
    scan: Scan,
    /// The values of variables.
    values: Values<'e>,
    /// The nodes that have been read, each with the place that it was read for. Aliases lead to the same node again and
    /// again, even from within it, so this is also what keeps the work linear. Where there are none, nobody asks.
    seen: HashSet<(usize, &'static str)>,
    has_aliases: bool,
    /// The entries of the lists that have been read, by the lists' nodes.
    lists: HashMap<usize, Vec<usize>>,
    /// The entries by their own nodes, where two ways may lead to one.
    items: HashMap<usize, usize>,
    /// How many entries may still be told of once more.
    allowance: usize,
    /// How many bytes may still be told of the wiring.
    words: Words,
}

impl<'e> Reader<'e> {
    /// Nothing of `text` has been read.
    fn new(text: &str, has_aliases: bool, values: Values<'e>) -> Self {
        Self {
            scan: Scan::default(),
            values,
            seen: HashSet::default(),
            has_aliases,
            lists: HashMap::default(),
            items: HashMap::default(),
            allowance: text.len(),
            words: Words::of(text.len()),
        }
    }

    /// Reads a document: its services, and those of its other parts that hold ports.
    fn document(&mut self, root: Node<'_>) {
        let mut services = Vec::new();
        for section in root.values("services") {
            services.append(&mut self.entries(section, "services"));
        }
        if !root.has("services") {
            services.extend(root.entries().filter(|(name, body)| is_first_version_service(*name, *body)));
        }
        let mut scopes = Vec::with_capacity(services.len());
        self.scan.scopes.reserve(services.len());
        self.scan.services.reserve(services.len());
        // Most have no more.
        self.scan.entries.reserve(2 * services.len());
        self.scan.uses.reserve(4 * services.len());
        for (name, body) in &services {
            scopes.push(self.scan.scopes.len());
            self.service(*name, *body);
        }
        for included in self.sections(root, "include") {
            self.files(included, "path", FileKind::Compose);
            self.includes(included);
        }
        let mut wanted = Wanted::default();
        for (scope, (_, body)) in scopes.into_iter().zip(&services) {
            self.describe(scope, *body, &mut wanted);
        }
        for configs in self.sections(root, "configs") {
            self.configs(configs);
            for content in members(configs).flat_map(|config| config.values("content")) {
                let is_text = content.is_block() && self.is_new(content, "content");
                if is_text && nginx::is_nginx(content.raw()) {
                    self.scan.embed(content.raw(), Language::Nginx, content.span().start);
                }
            }
        }
        for drivers in ["volumes", "networks"].map(|name| self.sections(root, name)).into_iter().flatten() {
            for options in members(drivers).flat_map(|driver| driver.values("driver_opts")) {
                self.settings(options, "driver_opts", |_| Role::Option, None);
            }
        }
    }

    /// The values that the top of a document has for `name`, without those that were read for it before.
    fn sections<'t>(&mut self, root: Node<'t>, name: &'static str) -> Vec<Node<'t>> {
        root.values(name).filter(|section| self.is_new(*section, name)).collect()
    }

    /// Adds the ports that `text`, free text in the place of `role`, names as an address or option.
    fn free_text(&mut self, text: &Sourced<'_>, role: Role, scope: Option<usize>) {
        let first = self.scan.uses.len();
        addresses::push_ports(text.text(), 0, role, scope, &mut self.scan);
        for port in &mut self.scan.uses[first..] {
            let range = port.span.start..port.span.end;
            port.span = text.span(range.clone());
            if let Some(variable) = text.variable(range) {
                port.variable = Some(Box::new(variable.clone()));
            }
        }
    }

    /// The entries of the mapping `node` and of those that it merges; without those that were read for that place before.
    fn entries<'t>(&mut self, node: Node<'t>, place: &'static str) -> Vec<(Node<'t>, Node<'t>)> {
        self.with_merged(node, place, place).into_iter().flat_map(Node::entries).collect()
    }

    /// The mapping `node`, if it was not read for `place` before, and then the mappings that it
    /// [merges](https://yaml.org/type/merge.html), the strongest first, if they were not read for `merged_place`.
    fn with_merged<'t>(
        &mut self,
        node: Node<'t>,
        place: &'static str,
        merged_place: &'static str,
    ) -> Mappings<'t> {
        let mut mappings = Mappings::new();
        mappings.extend(Some(node).filter(|node| node.is_mapping() && self.is_new(*node, place)));
        let mut next = 0;
        while let Some(&mapping) = mappings.get(next) {
            for value in mapping.values("<<") {
                let merged = std::iter::once(value).chain(value.items()).filter(|merged| merged.is_mapping());
                mappings.extend(merged.filter(|merged| self.is_new(*merged, merged_place)));
            }
            next += 1;
        }
        mappings
    }

    /// The text that a scalar has for compose.
    fn interpolated<'t>(&self, node: Node<'t>) -> Sourced<'t> {
        self.values.interpolate(text_of(node))
    }

    /// Whether nobody has read `node` for that place yet; from now on somebody has.
    fn is_new(&mut self, node: Node<'_>, place: &'static str) -> bool {
        if self.has_aliases {
            return self.seen.insert((node.id(), place));
        }
        debug_assert!(self.seen.insert((node.id(), place)), "without aliases nobody comes twice");
        true
    }
}

/// Whether a scalar takes several lines.
fn takes_lines(scalar: Node<'_>) -> bool {
    scalar.is_block() || memchr::memchr2(b'\n', b'\r', scalar.raw().as_bytes()).is_some()
}

/// A scalar of several lines with the key or dash that it stands behind, be that on a line above it.
fn stretch(scalar: Node<'_>) -> Span {
    let (text, span) = (scalar.text(), scalar.outer_span());
    let mut before = &text[..span.start];
    loop {
        let line = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let start = before.len() - before[line..].trim_start().len();
        if start < before.len() && !before[start..].starts_with('#') || line == 0 {
            return Span::new(start, span.start + span.of(text).trim_end().len());
        }
        before = text[..line].trim_end_matches(['\n', '\r']);
    }
}

/// The values of a mapping.
fn members(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    node.entries().map(|(_, value)| value)
}

/// Whether a top-level entry is a service of a file that has no `services`.
fn is_first_version_service(name: Node<'_>, body: Node<'_>) -> bool {
    let is_section = matches!(name.raw(), "networks" | "volumes" | "configs" | "secrets" | "include");
    let marks = ["image", "build", "ports", "expose", "extends", "command", "links"];
    !is_section && !name.raw().starts_with("x-") && body.entries().any(|(key, _)| marks.contains(&key.raw()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::languages::environment::NOTHING;
    use crate::port::{PortRange, PortUse, Protocol, Transport};

    fn scan(text: &str) -> Scan {
        super::scan(text, &NOTHING)
    }

    fn describe(port: &PortUse, text: &str) -> String {
        let pair = if port.pair.is_some() { "+" } else { "" };
        let address = port.address.as_deref().map_or_else(String::new, |address| format!("{address}@"));
        let transport =
            port.protocol.transport().map_or_else(String::new, |transport| format!("/{transport}"));
        format!("{pair}{} {address}{}{transport}", port.role.kind(), port.span.of(text))
    }

    /// The ports in `text`, each as `+kind address@number/transport`, where the `+` marks half of a pair.
    fn ports(text: &str) -> Vec<String> {
        scan(text).uses.iter().map(|port| describe(port, text)).collect()
    }

    /// The ports of a service that holds `body`, whose lines are indented by four.
    fn in_service(body: &str) -> Vec<String> {
        ports(&format!("# 💣\nservices:\n  web:\n{body}"))
    }

    #[test]
    fn the_short_syntax() {
        let body = r#"
    ports:
      - 3000
      - "8080:80/udp"   # 💣 90
      - '127.0.0.1:8001-8002:1-2'
      - >-
        22:22
      - 70000
      - 0x50
      - ${BIND:-127.0.0.1}:${PORT:-81}:8${X:-1}
      - $PORT:82
      - name
"#;
        let expected = [
            "ports.container 3000/tcp",
            "+ports.host 8080/udp",
            "+ports.container 80/udp",
            "+ports.host 127.0.0.1@8001-8002/tcp",
            "+ports.container 1-2/tcp",
            "+ports.host 22/tcp",
            "+ports.container 22/tcp",
            "ports.container 70000/tcp",
            "+ports.host 127.0.0.1@81/tcp",
            "+ports.container 8${X:-1/tcp",
            "+ports.host $PORT/tcp",
            "+ports.container 82/tcp",
        ];
        assert_eq!(in_service(body), expected);
        assert_eq!(in_service(&body.replace('\n', "\r\n")), expected);
        assert_eq!(in_service(&body.replace('\n', "\r")), expected);
    }

    #[test]
    fn the_long_syntax() {
        let text = "services: {web: {ports: [{protocol: udp, target: 53, published: '5300-5301', host_ip: '::1'}, \
                    {target: 80, protocol: http}, {published: 90}, {80: 80}]}}";
        assert_eq!(
            ports(text),
            [
                "+ports.container 53/udp",
                "+ports.host ::1@5300-5301/udp",
                "ports.container 80",
                "ports.host 90/tcp"
            ]
        );
        let scan = scan(text);
        let [container, host, other, _] = &scan.uses[..] else { panic!("four ports") };
        assert!(
            matches!(container.protocol, Protocol::Written(Transport::Udp, span) if span.of(text) == "udp")
        );
        assert_eq!((container.pair, host.pair), (Some(1), Some(0)));
        assert_eq!(host.protocol, Protocol::Implied(Transport::Udp));
        assert!(matches!(other.protocol, Protocol::Unrecognized(span) if span.of(text) == "http"));
        assert_eq!(host.range, PortRange::parse("5300-5301"));
    }

    #[test]
    fn expose() {
        let expected = ["expose 80/tcp", "expose 81-82/udp", "+expose 83/tcp", "+expose 84/tcp"];
        assert_eq!(in_service("    expose: [80, '81-82/udp', '83:84']\n"), expected);
    }

    #[test]
    fn a_port_is_told_of_where_it_is_written() {
        let text = "
x-unused: &unused {ports: [1]}
x-port: &port 80
x-base: &base
  ports: &ports [81, *port]
  environment: {PORT: *port}
services:
  a: &a
    <<: *base
    expose: [82]
  b: {<<: [*a, *unknown], ports: *ports}
  c: {<<: *base, ports: [83]}
  d: *a
  e: &e {<<: *e}
";
        assert_eq!(
            ports(text),
            ["ports.container 80/tcp", "ports.container 81/tcp", "expose 82/tcp", "ports.container 83/tcp"]
        );
        let names: Vec<_> = scan(text).scopes.into_iter().map(|scope| scope.name).collect();
        assert_eq!(names, ["a", "b", "c", "d", "e"]);
    }

    #[test]
    fn what_is_overridden_here_may_count_there() {
        let base = "x-base: &base {ports: [80]}\nservices:\n  a: {<<: *base, ports: [81]}\n";
        assert_eq!(ports(base), ["ports.container 81/tcp"]);
        assert_eq!(
            ports(&format!("{base}  b: *base\n")),
            ["ports.container 80/tcp", "ports.container 81/tcp"]
        );
    }

    #[test]
    fn a_service_goes_on_to_the_end_of_its_body() {
        let text = "# 💣\r\nx: &x\r\n  ports: [80]\r\nservices:\r\n  a:\r\n    ports:\r\n      - '81'\r\n\r\n  # b\r\n  b: *x\r\n  c:\r\n    command: |\r\n      d\r\n\r\n  e:\r\n  'f': {ports: *y}\r\n";
        let found = scan(text);
        let extents: Vec<_> = found.scopes.iter().map(|scope| scope.extent.of(text)).collect();
        assert_eq!(
            extents,
            [
                "a:\r\n    ports:\r\n      - '81'",
                "b",
                "c:\r\n    command: |\r\n      d",
                "e",
                "'f': {ports: *y"
            ]
        );
    }

    #[test]
    fn settings() {
        let body = r#"
    build: {args: {HTTP_PORT: 80, VERSION: 81, URL: "http://a:82"}}
    environment:
      PORT: ${PORT:-8080}
      PORT_RANGE: 8000-8010
      RELAY: ${RELAY:-smtp://mail:25}
      VIRTUAL_PORT: 83
      TIMEOUT: 84
      OTHER_PORT: $PORT
    labels:
      - "traefik.http.services.web.loadbalancer.server.port=85"
      - "traefik.http.routers.port-86.priority=86"
    deploy: {labels: {traefik.http.services.x.loadbalancer.server.port: 87}}
    logging: {driver: syslog, options: {syslog-address: "udp://logs:514"}}
volumes:
  nfs: {driver_opts: {o: "addr=10.0.0.1,port=2049"}}
"#;
        let expected = [
            "variable 80",
            "env 8080",
            "env 8000-8010",
            "env mail@25/tcp",
            "router 83",
            "router 85",
            "router 87",
            "option logs@514/udp",
            "option 2049",
        ];
        assert_eq!(in_service(body), expected);
        let list = "    environment: [PORT=80, 'URL=http://a:81', ALONE]\n    build: {args: [PORT=82]}\n";
        assert_eq!(in_service(list), ["env 80", "env a@81/tcp", "variable 82"]);
    }

    #[test]
    fn commands() {
        let body = r#"
    command:
      - --port
      - "80"
      - --bind=0.0.0.0:81
    entrypoint: ["serve", "-p", "82"]
    healthcheck:
      test: ["CMD", "curl", "http://localhost:${PORT:-83}/\u0041"]
      interval: 1m30s
"#;
        let expected = ["command 80", "command 0.0.0.0@81", "command 82", "healthcheck localhost@83/tcp"];
        assert_eq!(in_service(body), expected);
        let variable = scan(&format!("services:\n  web:\n{body}")).uses.pop().and_then(|port| port.variable);
        assert_eq!(variable.map(|variable| variable.name).as_deref(), Some("PORT"));
    }

    #[test]
    fn other_languages_inside() {
        let text = "
services:
  web:
    build:
      dockerfile_inline: |
        FROM scratch
        EXPOSE 80
configs:
  nginx:
    content: |
      server {
        listen 81;
      }
";
        let inside = scan(text).uses;
        let inside: Vec<_> = inside.iter().map(|port| (port.role, port.span.of(text))).collect();
        assert_eq!(inside, [(Role::Expose, "80"), (Role::Listen, "81")]);
    }

    #[test]
    fn a_scalar_of_several_lines_starts_at_its_key() {
        let text = "
services:
  web:
    command: >- # 💣
      serve --port 80
    entrypoint:
      # here
      'serve
      --port 81'
    ports: [\"82:
      83\"]
    environment:
      - PORT=84
      - |
        none
configs:
  nginx:
    content: |

      server { listen 85; }

  last: {}
";
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let scan = scan(&text);
            let lines = |span: &Span| (span.of(&text).lines().next(), span.of(&text).lines().last());
            let stretches: Vec<_> = scan.stretches.iter().map(lines).collect();
            let expected = [
                ("command: >- # 💣", "      serve --port 80"),
                ("entrypoint:", "      --port 81'"),
                ("ports: [\"82:", "      83\""),
                ("content: |", "      server { listen 85; }"),
            ];
            assert_eq!(stretches, expected.map(|(first, last)| (Some(first), Some(last))));
            let [part] = scan.parts[..] else { panic!("{:?}", scan.parts) };
            assert_eq!(
                (part.language, part.span.of(&text).trim()),
                (Language::Nginx, "server { listen 85; }")
            );
        }
    }

    #[test]
    fn what_only_looks_like_a_port() {
        let text = r#"
version: "3"
name: app
include: [80:80]
x-thing: {ports: [80]}
services:
  web:
    image: registry:5000/web:80
    user: 1000:1000
    volumes: ["./80:/81"]
    extra_hosts: ["db:10.0.0.1"]
    devices: ["/dev/80:/dev/81"]
    networks: {a: {ipv4_address: 10.0.0.80}}
    stop_grace_period: 1m30s
networks:
  a: {ipam: {config: [{subnet: 10.0.0.0/24}]}}
configs:
  motd: {content: "listen 80;"}
"#;
        assert_eq!(ports(text), [""; 0]);
        assert_eq!(ports(""), [""; 0]);
    }

    #[test]
    fn the_first_version_and_several_documents() {
        let text = "web:\n  image: a\n  ports: [80]\n---\nservices: {web: {ports: [81]}}\n---\nversion: '2'\nweb: {ports: [82]}\nx-a: {ports: [83]}\n";
        assert_eq!(
            ports(text),
            ["ports.container 80/tcp", "ports.container 81/tcp", "ports.container 82/tcp"]
        );
    }

    #[test]
    fn half_typed() {
        let before = "services:\n  web:\n    ports:\n      - 80\n";
        let behind = "  db:\n    expose:\n      - 81\n";
        let expected = ["ports.container 80/tcp", "expose 81/tcp"];
        for typed in [
            "      - \"82",
            "      - {",
            "     -82:",
            "  api",
            "    environ",
            "    x: *",
            "    y: [",
            "  'z",
            "  }",
        ] {
            assert_eq!(ports(&format!("{before}{typed}\n{behind}")), expected, "{typed:?}");
        }
    }

    #[test]
    fn where_it_breaks() {
        let breakage = |text: &str| {
            scan(text)
                .breakages
                .into_iter()
                .map(|it| (it.span.of(text).to_owned(), it.message))
                .collect::<Vec<_>>()
        };
        let broken = "services:\r\n  a:\r\n    command: 'it's' # 💣\r\n    ports: [80]\r\n";
        assert_eq!(breakage(broken)[0].0, "s' # 💣");
        assert_eq!(breakage("a: \"x\n\n")[0].1, "this is no YAML: unclosed quote");
        assert!(breakage("").is_empty() && breakage("a: *b\n---\nc: $D\n").is_empty());
        for template in ["a:\n  - @B@:80\n", "a:\n{% if b %}\n  c: }\n", "a: {{ b }}\n", "a:\n  - %B%:80\n"] {
            assert_eq!(breakage(template), [], "{template:?}");
        }
    }

    #[test]
    fn a_megabyte_of_anything_ends() {
        let base = "x: &a {k: v}\nservices:\n  a:\n    ";
        let places = ["", "ports: [", "ports:\n    - ", "command: ", "command: \"", "command: >\n      "];
        let units = [
            "[",
            "{",
            "- ",
            "? ",
            "*a ",
            "&a\n",
            "|\n",
            "a:\n",
            "<<: *a\n",
            "---\n",
            "\t",
            "${A:-",
            "$$",
            "]:80",
            "}:80",
            ":80 -p 80 ",
            "@h:80,",
            "\r",
            "💣:80 ",
        ];
        for place in places {
            for unit in units {
                scan(&format!("{base}{place}{}", unit.repeat(1_000_000 / unit.len() / 20)));
            }
        }
        let shared = "  - PORT=80\n".repeat(5_000);
        let users = "  s: {environment: *e, command: *e, <<: *e}\n".repeat(5_000);
        assert_eq!(scan(&format!("x-e: &e\n{shared}services:\n{users}")).uses.len(), 5_000);
    }

    proptest! {
        #[test]
        fn nothing_panics_and_spans_fit(words in prop::collection::vec(prop::sample::select(vec![
            "services:", "web:", "ports:", "expose:", "environment:", "command:", "labels:", "build:", "args:", "configs:",
            "content:", "target:", "published:", "protocol:", "healthcheck:", "test:", "\n", "\n  ", "\n    ", "\n      ",
            "\r\n", "\r", "\t", " ", "- ", "80", "80:81", "80-90/udp", "70000", "PORT=80", "http://a:80", "--port", "${P",
            ":-80}", "$P", "$$", "&a ", "*a", "<<: *a", "\"", "'", "\\", "\\u0038", "[", "]", "{", "}", ",", ": ", "? ", "|\n",
            ">-\n", "# c", "---\n", "💣", "é", "\u{feff}", "\0", "!t ", "%", "x-a:", "-",
        ]), 0..60)) {
            let text = words.concat();
            let scan = scan(&text);
            is_compose(&text);
            for (index, port) in scan.uses.iter().enumerate() {
                prop_assert!(text.get(port.span.start..port.span.end).is_some_and(|number| !number.is_empty()), "{:?}", port);
                prop_assert!(port.pair.is_none_or(|pair| scan.uses[pair].pair == Some(index)));
                prop_assert!(port.scope.is_none_or(|scope| scope < scan.scopes.len()));
            }
            for breakage in &scan.breakages {
                prop_assert!(text.get(breakage.span.start..breakage.span.end).is_some());
            }
            for scope in &scan.scopes {
                prop_assert!(text.get(scope.span.start..scope.span.end).is_some());
            }
        }
    }
}
