//! How a service hangs together with others and with files, and what the top of the file says of that.
//!
//! Aliases and merges lead to the same node again and again. So of each list no more than [`MOST`] is told, and of all of
//! them together no more than some bytes for each byte of the file. [`Wiring::is_cut`] says where that was too little.

use std::borrow::Cow;

use smol_str::SmolStr;
use thin_vec::ThinVec;

use super::Reader;
use super::facts::{Facts, Key, Wanted, merged_by};
use super::interpolation::Values;
use super::scalar::{name_of, text_of, verbatim};
use super::yaml::{Node, Style};
use crate::languages::sourced::UNKNOWN;
use crate::languages::{Build, Config, ConfigMount, Extends, Include, Mount, Network, Setting, Wiring};
use crate::text::Span;

/// The entries of a list or mapping, with what it merges, that are looked at.
const MOST: usize = 64;

/// The bytes of a value; nobody knows a longer one.
const LONGEST: usize = 1024;

impl Reader<'_> {
    /// What the service `body`, of which `facts` are known, says of its place among others.
    pub(super) fn wiring<'t>(
        &mut self,
        body: Node<'t>,
        facts: &Facts<'t>,
        wanted: &mut Wanted<'t>,
    ) -> Wiring {
        let mut teller = self.teller();
        let mut setting = |key: Key| facts.value(key).and_then(|value| teller.setting(value)).map(Box::new);
        let (container_name, hostname) = (setting(Key::ContainerName), setting(Key::Hostname));
        let links = [Key::Links, Key::ExternalLinks].into_iter().filter_map(|key| facts.value(key));
        let is_there = |key: Key| facts.value(key).is_some_and(|value| !is_null(value));
        let mut wiring = Wiring {
            container_name,
            hostname,
            networks: facts.value(Key::Networks).map(|networks| teller.networks(networks)),
            links: links.flat_map(|links| teller.settings(links)).collect(),
            extends: facts.value(Key::Extends).and_then(|extends| teller.extends(extends)).map(Box::new),
            build: facts.value(Key::Build).and_then(|build| teller.build(build)).map(Box::new),
            mounts: facts.value(Key::Volumes).map_or_else(ThinVec::new, |volumes| teller.mounts(volumes)),
            configs: facts
                .value(Key::Configs)
                .map_or_else(ThinVec::new, |configs| teller.config_mounts(configs)),
            env_files: facts
                .value(Key::EnvFile)
                .map_or_else(ThinVec::new, |files| teller.paths(files).into()),
            has_command: is_there(Key::Command) || is_there(Key::Entrypoint),
            sets_port: facts.value(Key::Environment).is_some_and(|it| wanted.names_ports(it)),
            merging: facts.merging(body),
            is_cut: false,
        };
        wiring.networks = wiring.networks.filter(|networks| !networks.is_empty());
        wiring.is_cut = teller.is_cut || facts.is_cut;
        wiring
    }

    /// Takes note of what `include` at the top of the file names.
    pub(super) fn includes(&mut self, include: Node<'_>) {
        let mut teller = self.teller();
        let mut includes = Vec::new();
        for included in std::iter::once(include).chain(include.items()) {
            let fields = teller.fields(included);
            let field = |name: &str| value_of(&fields, name);
            let paths = if included.is_mapping() { field("path") } else { Some(included) };
            let paths = paths.filter(|paths| paths.style().is_some() || included.is_mapping());
            let Some(paths) = paths.map(|paths| teller.paths(paths)).filter(|paths| !paths.is_empty()) else {
                continue;
            };
            includes.push(Include {
                paths,
                project_directory: field("project_directory").and_then(|folder| teller.setting(folder)),
                env_files: field("env_file").map_or_else(Vec::new, |files| teller.paths(files)),
            });
        }
        self.scan.includes.extend(includes);
    }

    /// Takes note of `configs` at the top of the file.
    pub(super) fn configs(&mut self, configs: Node<'_>) {
        let mut teller = self.teller();
        let mut found = Vec::new();
        for (name, config) in configs.entries() {
            let fields = teller.fields(config);
            let content = value_of(&fields, "content").filter(|content| content.is_block());
            let file = value_of(&fields, "file").and_then(|file| teller.setting(file));
            let name = name_of(name).into_owned();
            found.push(Config { name, file, content: content.map(Node::span) });
        }
        self.scan.configs.extend(found);
    }

    const fn teller(&mut self) -> Teller<'_> {
        Teller { values: &self.values, words: &mut self.words, is_cut: false }
    }
}

/// How many bytes may be told of the wiring of a file.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// How many are still to be had.
    pub left: usize,
    /// Whether there were too few.
    pub is_short: bool,
}

impl Words {
    /// Those of a file of `length` bytes.
    pub const fn of(length: usize) -> Self {
        Self { left: length.saturating_mul(8).saturating_add(65_536), is_short: false }
    }

    /// Takes so many of them, if they are to be had.
    const fn take(&mut self, bytes: usize) -> bool {
        match self.left.checked_sub(bytes) {
            Some(left) => self.left = left,
            None => {
                self.is_short = true;
                return false;
            }
        }
        true
    }
}

/// Tells of values as long as there is room.
struct Teller<'r> {
    values: &'r Values<'r>,
    words: &'r mut Words,
    /// Whether there was more to tell.
    is_cut: bool,
}

impl Teller<'_> {
    /// The networks of a service: a list of names, or a mapping of them to what it is there.
    fn networks(&mut self, networks: Node<'_>) -> ThinVec<Network> {
        let mut found = ThinVec::new();
        for name in self.settings(networks) {
            found.push(Network { name, aliases: Vec::new() });
        }
        for (name, network) in self.fields(networks) {
            let Some(name) = self.told(name, name_of(name)) else { continue };
            let fields = self.fields(network);
            let aliases = value_of(&fields, "aliases").map_or_else(Vec::new, |it| self.settings(it));
            found.push(Network { name, aliases });
        }
        found
    }

    /// The service that another one extends: its name, if it stands in the same file, or a mapping.
    fn extends(&mut self, extends: Node<'_>) -> Option<Extends> {
        if !extends.is_mapping() {
            return Some(Extends { service: self.setting(extends)?, file: None });
        }
        let fields = self.fields(extends);
        let service = value_of(&fields, "service").and_then(|service| self.setting(service))?;
        Some(Extends { service, file: value_of(&fields, "file").and_then(|file| self.setting(file)) })
    }

    /// How an image is built: the context, or a mapping.
    fn build(&mut self, build: Node<'_>) -> Option<Build> {
        let fields = self.fields(build);
        let field = |name: &str| value_of(&fields, name);
        let context = if build.is_mapping() { field("context") } else { Some(build) };
        let context = context.and_then(|context| self.setting(context));
        let span = match &context {
            Some(context) => context.span,
            None => fields.first()?.0.span(),
        };
        let dockerfile = field("dockerfile").and_then(|dockerfile| self.setting(dockerfile));
        Some(Build {
            span,
            context: context.map(|context| context.value),
            dockerfile: dockerfile.map(|it| it.value),
            inline: field("dockerfile_inline").filter(|inline| !is_null(*inline)).map(Node::span),
            target: field("target").and_then(|target| self.setting(target)),
            args: field("args").map_or_else(Vec::new, |args| self.args(args)),
        })
    }

    /// The arguments of a build, each with its value if it has one.
    fn args(&mut self, args: Node<'_>) -> Vec<(SmolStr, Option<SmolStr>)> {
        let mut found = Vec::new();
        for (name, value) in self.fields(args) {
            let name = self.told(name, name_of(name)).map(|name| name.value);
            let value = self.setting(value).map(|value| value.value);
            found.extend(name.map(|name| (name, value)));
        }
        for arg in self.settings(args) {
            found.push(match arg.value.split_once('=') {
                Some((name, value)) => (name.into(), Some(value.into())),
                None => (arg.value, None),
            });
        }
        found
    }

    /// Those of the `volumes` of a service whose source is a path.
    fn mounts(&mut self, volumes: Node<'_>) -> ThinVec<Mount> {
        let volumes = self.items(volumes);
        volumes.into_iter().filter_map(|volume| self.mount(volume)).collect()
    }

    fn mount(&mut self, volume: Node<'_>) -> Option<Mount> {
        if volume.is_mapping() {
            let fields = self.fields(volume);
            let mut field = |name: &str| value_of(&fields, name).and_then(|value| self.setting(value));
            field("type").filter(|kind| kind.value == "bind")?;
            return Some(Mount { source: field("source")?, target: field("target")?.value });
        }
        let whole = self.setting(volume)?;
        let (source, rest) = whole.value.split_once(':')?;
        // What a variable without a value stands for may be a path.
        let is_path = source.starts_with(['.', '/', '~', UNKNOWN]);
        let target = rest.split(':').next().unwrap_or_default();
        let span = match verbatim(volume).filter(|text| *text == whole.value) {
            Some(_) => Span::new(whole.span.start, whole.span.start + source.len()),
            None => self.values.interpolate(text_of(volume)).span(0..source.len()),
        };
        let source = Setting { value: source.into(), span };
        is_path.then(|| Mount { source, target: target.into() })
    }

    /// The `configs` of a service: names, or mappings.
    fn config_mounts(&mut self, configs: Node<'_>) -> ThinVec<ConfigMount> {
        let mut found = ThinVec::new();
        for config in self.items(configs) {
            let fields = self.fields(config);
            let name = if config.is_mapping() { value_of(&fields, "source") } else { Some(config) };
            let Some(name) = name.and_then(|name| self.setting(name)) else { continue };
            let target = value_of(&fields, "target").and_then(|target| self.setting(target));
            found.push(ConfigMount { name, target: target.map(|target| target.value) });
        }
        found
    }

    /// The paths in `files`: a path, a list of them, or mappings that have them behind `path`. Where there are too many,
    /// the last one is not known.
    fn paths(&mut self, files: Node<'_>) -> Vec<Setting> {
        let mut paths = Vec::new();
        let was_cut = std::mem::take(&mut self.is_cut);
        for file in self.one_or_more(files) {
            let fields = self.fields(file);
            let path = if file.is_mapping() { value_of(&fields, "path") } else { Some(file) };
            paths.extend(path.and_then(|path| self.setting(path)));
        }
        if self.is_cut {
            paths.push(Setting { value: UNKNOWN.into(), span: files.span() });
        }
        self.is_cut |= was_cut;
        paths
    }

    /// The texts of the items of a list.
    fn settings(&mut self, list: Node<'_>) -> Vec<Setting> {
        let items = self.items(list);
        items.into_iter().filter_map(|item| self.setting(item)).collect()
    }

    /// The text of a scalar that is not null.
    fn setting(&mut self, value: Node<'_>) -> Option<Setting> {
        value.style().filter(|_| !is_null(value))?;
        let is_short = value.span().len() <= LONGEST;
        let text = if is_short { self.values.text(value) } else { UNKNOWN.to_string().into() };
        self.told(value, text)
    }

    /// The `text` of `node`, if there is room for it.
    fn told(&mut self, node: Node<'_>, text: Cow<'_, str>) -> Option<Setting> {
        let has_room = self.words.take(text.len() + size_of::<Setting>());
        self.is_cut |= !has_room;
        has_room.then_some(())?;
        let value = if text.len() <= LONGEST { text.into() } else { UNKNOWN.into() };
        Some(Setting { value, span: node.span() })
    }

    /// A node that is no list, or what the list holds.
    fn one_or_more<'t>(&mut self, node: Node<'t>) -> Vec<Node<'t>> {
        if node.is_mapping() || node.style().is_some() { vec![node] } else { self.items(node) }
    }

    /// The items of a list.
    fn items<'t>(&mut self, list: Node<'t>) -> Vec<Node<'t>> {
        let mut items: Vec<_> = list.items().take(MOST + 1).collect();
        self.is_cut |= items.len() > MOST;
        items.truncate(MOST);
        items
    }

    /// The entries of a mapping and of those that it merges, each key once, with its strongest value.
    fn fields<'t>(&mut self, mapping: Node<'t>) -> Vec<(Node<'t>, Node<'t>)> {
        let (mut mappings, mut fields) = (vec![mapping], Vec::<(Node<'t>, Node<'t>)>::new());
        let (mut next, mut left) = (0, MOST);
        while let Some(&mapping) = mappings.get(next) {
            for (key, value) in mapping.entries() {
                let Some(rest) = left.checked_sub(1) else {
                    self.is_cut = true;
                    return fields;
                };
                left = rest;
                if key.raw() == "<<" {
                    mappings.extend(merged_by(value, MOST - mappings.len()));
                    self.is_cut |= mappings.len() == MOST;
                } else if value_of(&fields, key.raw()).is_none() {
                    fields.push((key, value));
                }
            }
            next += 1;
        }
        fields
    }
}

/// The value of the key `name` among `fields`.
fn value_of<'t>(fields: &[(Node<'t>, Node<'t>)], name: &str) -> Option<Node<'t>> {
    fields.iter().find(|(key, _)| key.raw() == name).map(|(_, value)| *value)
}

/// Whether a value is [null](https://yaml.org/spec/1.2.2/#1032-tag-resolution).
fn is_null(value: Node<'_>) -> bool {
    value.style() == Some(Style::Plain) && matches!(value.raw(), "" | "~" | "null" | "Null" | "NULL")
}

#[cfg(test)]
mod tests {
    use crate::languages::{Environment, Language, Scan, Service, Setting, scan_in};

    fn scan(text: &str) -> Scan {
        crate::languages::scan(text, Language::Compose)
    }

    /// A value, and how it is written where that is something else.
    fn value(setting: &Setting, text: &str) -> String {
        let written = setting.span.of(text);
        if written == setting.value { written.to_owned() } else { format!("{} ({written})", setting.value) }
    }

    /// What a service of `text` says of its place among others.
    fn describe(service: &Service, text: &str) -> Vec<String> {
        let wiring = &service.wiring;
        let value = |setting: &Setting| value(setting, text);
        let mut said = Vec::new();
        said.extend(wiring.container_name.iter().map(|it| format!("container {}", value(it))));
        said.extend(wiring.hostname.iter().map(|it| format!("host {}", value(it))));
        for network in wiring.networks.iter().flatten() {
            let aliases: Vec<_> = network.aliases.iter().map(value).collect();
            said.push(format!("network {} {}", value(&network.name), aliases.join(" ")));
        }
        said.extend(wiring.links.iter().map(|it| format!("link {}", value(it))));
        if let Some(extends) = &wiring.extends {
            said.push(format!("extends {} {:?}", value(&extends.service), extends.file.as_ref().map(value)));
        }
        if let Some(build) = &wiring.build {
            let (span, target) = (build.span.of(text), build.target.as_ref().map(value));
            said.push(format!(
                "build {} ({span}) {} {target:?} {:?}",
                build.context.as_deref().unwrap_or("."),
                build.dockerfile.as_deref().unwrap_or("Dockerfile"),
                build.args
            ));
            said.extend(build.inline.map(|inline| inline.of(text).to_owned()));
        }
        said.extend(wiring.mounts.iter().map(|it| format!("mount {} at {}", value(&it.source), it.target)));
        said.extend(wiring.configs.iter().map(|it| format!("config {} at {:?}", value(&it.name), it.target)));
        said.extend(wiring.env_files.iter().map(|it| format!("variables {}", value(it))));
        said.extend(wiring.has_command.then(|| "command".to_owned()));
        said.extend(wiring.sets_port.then(|| "port".to_owned()));
        said.extend(wiring.merging.whole.map(|tag| format!("{tag:?}")));
        said.extend(wiring.merging.keys.iter().map(|(key, tag)| format!("{key} {tag:?}")));
        said.extend(wiring.is_cut.then(|| "cut".to_owned()));
        said
    }

    /// What the first service says that holds `body`, whose lines are indented by four.
    fn said(body: &str) -> Vec<String> {
        let text = format!("# 💣\nservices:\n  a:\n{body}\n");
        let of = |text: &str| describe(&scan(text).services[0], text);
        let crlf: Vec<_> = of(&text.replace('\n', "\r\n")).iter().map(|it| it.replace('\r', "")).collect();
        assert_eq!(of(&text), crlf);
        crlf
    }

    #[test]
    fn names_and_networks() {
        let body = "    container_name: 'the-${A:-b}'\n    hostname: $C\n    networks: [x, \"y\"]\n    links: ['c:d', e]\n    external_links: [f]";
        let expected = [
            "container the-b (the-${A:-b})",
            "host $ ($C)",
            "network x ",
            "network y ",
            "link c:d",
            "link e",
            "link f",
        ];
        assert_eq!(said(body), expected);
        let body =
            "    networks:\n      x: {aliases: [b, c]}\n      'y':\n      z: {priority: 1}\n    links:\n";
        assert_eq!(said(body), ["network x b c", "network y ", "network z "]);
        assert!(
            scan("services: {a: {networks: }, b: {networks: []}, c: {}}")
                .services
                .iter()
                .all(|it| it.wiring.networks.is_none())
        );
    }

    #[test]
    fn what_it_is_made_from() {
        assert_eq!(said("    extends: b"), ["extends b None"]);
        assert_eq!(said("    extends: {file: '../c.yaml', service: b}"), ["extends b Some(\"../c.yaml\")"]);
        assert_eq!(said("    extends: {file: c.yaml}"), [""; 0]);
        assert_eq!(said("    build: ./web"), ["build ./web (./web) Dockerfile None []"]);
        assert_eq!(
            said("    build: {context: \"a b\", dockerfile: $X, target: t}"),
            ["build a b (a b) $ Some(\"t\") []"]
        );
        assert_eq!(
            said("    build: {args: {A: 1, B: , C: '$D'}}"),
            ["build . (args) Dockerfile None [(\"A\", Some(\"1\")), (\"B\", None), (\"C\", Some(\"$\"))]"]
        );
        assert_eq!(
            said("    build: {context: ., args: [A=1=2, B]}"),
            ["build . (.) Dockerfile None [(\"A\", Some(\"1=2\")), (\"B\", None)]"]
        );
        assert_eq!(
            said("    build:\n      dockerfile_inline: |\n        FROM x"),
            ["build . (dockerfile_inline) Dockerfile None []", "FROM x\n"]
        );
        assert_eq!(said("    build:"), [""; 0]);
        assert_eq!(said("    build: {}"), [""; 0]);
    }

    #[test]
    fn what_it_has_from_files() {
        let body = "    volumes:
      - ./a:/b:ro
      - '../c d:/e'
      - ~/f:/g
      - data:/h
      - /i
      - ${J}/k:/l
      - ${M:-/n}:/o
      - {type: bind, source: p, target: /q}
      - {type: volume, source: ./r, target: /s}
      - {type: bind, target: /t}
    configs: [one, {source: two, target: /etc/two}, {target: /three}]
    env_file: [.env, {path: b.env, required: false}]
";
        let expected = [
            "mount ./a at /b",
            "mount ../c d at /e",
            "mount ~/f at /g",
            "mount $/k (${J}/k) at /l",
            "mount /n at /o",
            "mount p at /q",
            "config one at None",
            "config two at Some(\"/etc/two\")",
            "variables .env",
            "variables b.env",
        ];
        assert_eq!(said(body), expected);
        assert_eq!(said("    env_file: a.env"), ["variables a.env"]);
    }

    #[test]
    fn what_may_make_it_listen_elsewhere() {
        for body in ["command: [a]", "entrypoint: ''", "command: serve", "command: []"] {
            assert_eq!(said(&format!("    {body}")), ["command"], "{body}");
        }
        for body in ["environment: {A: 1, HTTP_PORT: }", "environment: [A, 'PORT=1']", "environment: [PORT]"]
        {
            assert_eq!(said(&format!("    {body}")), ["port"], "{body}");
        }
        for body in
            ["command:", "entrypoint: ~", "environment: [A=PORT]", "environment: {PORTAL: 1}", "environment:"]
        {
            assert_eq!(said(&format!("    {body}")), [""; 0], "{body}");
        }
    }

    #[test]
    fn the_strongest_of_what_is_merged() {
        let text = "
x-env: &env {PORT: 1}
x-nets: &nets {n: {aliases: [b]}, m: }
x-base: &base {hostname: h, networks: *nets, command: a, environment: {<<: *env}}
services:
  a: {<<: *base}
  b: {hostname: i, <<: *base, networks: {<<: *nets, n: {aliases: [c]}}, environment: [A=1]}
  c: {<<: [{hostname: j}, *base], command: ~}
";
        let said: Vec<_> = scan(text).services.iter().map(|service| describe(service, text)).collect();
        assert_eq!(said[0], ["host h", "network n b", "network m ", "command", "port"]);
        assert_eq!(said[1], ["host i", "network n c", "network m ", "command"]);
        assert_eq!(said[2], ["host j", "network n b", "network m ", "port"]);
    }

    #[test]
    fn tags() {
        let text = "services:\n  a: !reset null\n  b: !override\n    ports: !reset []\n    hostname: !reset h\n    networks: !override [n]\n    labels: !reset {}\n";
        let said: Vec<_> = scan(text).services.iter().map(|service| describe(service, text)).collect();
        assert_eq!(said[0], ["Reset"]);
        assert_eq!(said[1], ["network n ", "Override", "hostname Reset", "networks Override", "ports Reset"]);
    }

    #[test]
    fn the_top_of_the_file() {
        let text = "
include:
  - a.yaml
  - path: [b.yaml, '${C}/c.yaml']
    project_directory: ..
    env_file: [x.env, y.env]
  - {path: d.yaml, env_file: z.env}
  - {env_file: none}
configs:
  one: {file: ./one.conf}
  'two':
    content: |
      listen 80;
  three: {content: \"listen 80;\", external: true}
";
        let scan = scan(text);
        let values = |list: &[Setting]| list.iter().map(|it| value(it, text)).collect::<Vec<_>>().join(" ");
        let includes = scan.includes.iter().map(|it| {
            let folder = it.project_directory.as_ref().map(|it| value(it, text)).unwrap_or_default();
            format!("{}: {folder}: {}", values(&it.paths), values(&it.env_files))
        });
        assert_eq!(
            includes.collect::<Vec<_>>(),
            ["a.yaml: : ", "b.yaml $/c.yaml (${C}/c.yaml): ..: x.env y.env", "d.yaml: : z.env"]
        );
        let configs = scan.configs.iter().map(|it| {
            let file = it.file.as_ref().map(|it| value(it, text)).unwrap_or_default();
            format!("{} {file} {}", it.name, it.content.map_or("", |content| content.of(text).trim()))
        });
        assert_eq!(configs.collect::<Vec<_>>(), ["one ./one.conf ", "two  listen 80;", "three  "]);
        for (include, paths) in [("a.yaml", "a.yaml"), ("{path: [b, c]}", "b c"), ("", ""), ("[[a]]", "")] {
            let text = format!("include: {include}\n");
            let found = super::super::scan(&text, &Environment::default()).includes;
            let found: Vec<_> = found.iter().flat_map(|it| &it.paths).map(|it| it.span.of(&text)).collect();
            assert_eq!(found.join(" "), paths);
        }
    }

    #[test]
    fn the_environment_gives_values() {
        let text = "services:\n  a: {image: '$I', build: {context: \"${B}/x\"}, volumes: ['${D:-.}:/e'], env_file: $F}\n";
        let environment = Environment::from_iter([("I", "nginx"), ("B", "./b"), ("D", "./d")]);
        let service = scan_in(text, Language::Compose, &environment).services.remove(0);
        assert_eq!(service.image.as_ref().map(|image| image.value.as_str()), Some("nginx"));
        let expected =
            ["build ./b/x (${B}/x) Dockerfile None []", "mount ./d (${D:-.}) at /e", "variables $ ($F)"];
        assert_eq!(describe(&service, text), expected);
    }

    #[test]
    fn what_is_merged_again_and_again_takes_linear_space() {
        let users = (0..5_000).map(|n| format!("  s{n}: {{<<: *b}}\n")).collect::<String>();
        let long = "n,".repeat(30_000);
        for body in [
            format!("networks: [{long}]"),
            format!("networks: {{a: {{aliases: [{long}]}}}}"),
            format!("hostname: {}", "h".repeat(200_000)),
            format!("hostname: {}", "h".repeat(1000)),
            format!("environment: [{long}]"),
            format!("<<: [{long}]"),
            format!("build: {{{}}}", (0..15_000).map(|n| format!("k{n}: ,")).collect::<String>()),
            format!("volumes: [{}]", "./a:/b,".repeat(10_000)),
        ] {
            let scan = scan(&format!("x-b: &b\n  {body}\nservices:\n{users}"));
            let told: usize = scan
                .services
                .iter()
                .map(|service| {
                    let wiring = &service.wiring;
                    let name = wiring.hostname.as_ref().map_or(0, |it| it.value.len());
                    let aliases = |it: &super::Network| it.aliases.len();
                    let networks = wiring.networks.iter().flatten();
                    name + networks.map(|it| 1 + aliases(it)).sum::<usize>() + wiring.mounts.len()
                })
                .sum();
            assert!(scan.services.len() == 5_000 && told < 2_000_000, "{told}");
        }
        let chain = (1..5_000).map(|n| format!("  s{n}: &s{n} {{<<: *s{}}}\n", n - 1)).collect::<String>();
        let merging = scan(&format!("services:\n  s0: &s0 {{}}\n{chain}"));
        assert!(merging.services[100].wiring.is_cut && !merging.services[9].wiring.is_cut);
        let itself =
            scan("services:\n  a: &a {environment: &e {<<: *e}, networks: &n {<<: *n, n: *n}, <<: *a}\n");
        assert!(itself.services[0].wiring.is_cut);
    }
}
