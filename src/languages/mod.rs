//! The languages: which file is what, and what a file of each says about ports.
//!
//! A scanner reads and never judges. It cannot fail: of a broken file it tells whatever stands before and behind the
//! broken place. It takes time linear in the size of the file.

use std::net::IpAddr;

use crate::port::{PortRange, PortUse, Transport};
use crate::text::Span;

mod addresses;
mod compose;
mod detect;
mod dockerfile;
mod nginx;
mod port_spec;
mod sourced;

pub use detect::{NameVerdict, by_name, detect};

/// A kind of file that holds ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// A Dockerfile or Containerfile.
    Dockerfile,
    /// A compose file.
    Compose,
    /// A file of nginx configuration, whole or a fragment.
    Nginx,
}

impl Language {
    /// All of them, in the order in which they are listed to people.
    pub const ALL: [Self; 3] = [Self::Dockerfile, Self::Compose, Self::Nginx];

    /// The name by which `--language` and the reports know it: `dockerfile`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dockerfile => "dockerfile",
            Self::Compose => "compose",
            Self::Nginx => "nginx",
        }
    }

    /// The language of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.name() == name)
    }
}

/// What one file says about ports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// The ports, in the order in which they stand in the file.
    pub uses: Vec<PortUse>,
    /// The stages, services and blocks that the ports stand in.
    pub scopes: Vec<Scope>,
    /// The entries of the lists of ports, in the order in which they were read.
    pub entries: Vec<Entry>,
    /// What the services of a compose file say beside their ports.
    pub services: Vec<Service>,
    /// What the stages of a Dockerfile are built upon, in the order of the file.
    pub stages: Vec<Stage>,
    /// The directives of nginx that say something of a port by more than the port, in the order of the file.
    pub directives: Vec<Directive>,
    /// The parts of nginx configuration in which addresses are shared. The first is the file itself, and is always there
    /// when there are directives.
    pub sections: Vec<Section>,
    /// Instructions and texts of several lines, in which no line but the last can bear a comment at its end: a comment
    /// above the first line speaks of all of them. In the order of the file.
    pub stretches: Vec<Span>,
    /// The parts of the file that are in another language, in the order of the file.
    pub parts: Vec<Part>,
    /// The places where the reading broke, in the order of the file.
    pub breakages: Vec<Breakage>,
}

/// A part of a file that is in another language: nginx configuration in a here-document, a Dockerfile in a compose file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The bytes of it.
    pub span: Span,
    /// Its language.
    pub language: Language,
}

/// An entry of a list of ports: a word of `EXPOSE`, an item of compose's `ports` or `expose`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The list that it stands in.
    pub list: List,
    /// How it is written.
    pub style: EntryStyle,
    /// The bytes of it, without quotes around it; of the long syntax from its first key to its last value.
    pub span: Span,
    /// What to take out so that the entry is gone and the rest stands; `None` where that is not so simple, and where a
    /// comment would go with it.
    pub removal: Option<Span>,
    /// The host's port: an index into [`Scan::uses`].
    pub host: Option<usize>,
    /// The container's port, which is the only one where there is no mapping: an index into [`Scan::uses`].
    pub container: Option<usize>,
    /// The address of the host, with variables resolved.
    pub address: Option<String>,
    /// Where that stands.
    pub address_span: Option<Span>,
    /// What stands in the places of its ports and is none, the host's before the container's.
    pub strays: Vec<Stray>,
    /// Whether `ONBUILD` puts it off to the build of another image.
    pub is_trigger: bool,
    /// `app_protocol` of the long syntax.
    pub app_protocol: Option<String>,
    /// `mode` of the long syntax.
    pub mode: Option<String>,
    /// The stage or service: an index into [`Scan::scopes`].
    pub scope: Option<usize>,
}

impl Entry {
    /// An entry about which nothing else is known.
    const fn new(list: List, style: EntryStyle, span: Span) -> Self {
        Self {
            list,
            style,
            span,
            removal: None,
            host: None,
            container: None,
            address: None,
            address_span: None,
            strays: Vec::new(),
            is_trigger: false,
            app_protocol: None,
            mode: None,
            scope: None,
        }
    }
}

/// What stands in an [`Entry`] in the place of a port, and is neither digits, nor two numbers with a hyphen, nor a
/// variable without a known value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// Whose port should stand there.
    pub side: Side,
    /// What stands there, with variables resolved; empty behind a colon that nothing follows.
    pub text: String,
    /// Where it stands; of no use where the text is empty.
    pub span: Span,
}

/// Whose a port is in a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The host's.
    Host,
    /// The container's, whose port is the only one where there is no mapping.
    Container,
}

/// A kind of list of ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum List {
    /// The words of a Dockerfile's `EXPOSE`.
    Expose,
    /// `ports` of a compose service.
    Ports,
    /// `expose` of a compose service.
    ServiceExpose,
}

/// How an entry of a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryStyle {
    /// A word of an instruction.
    Word,
    /// A YAML scalar without quotes, which YAML may take for something else than text.
    Plain,
    /// A YAML scalar in quotes, or a block.
    Quoted,
    /// The long syntax: a mapping.
    Long,
}

/// What a stage of a Dockerfile is built upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The stage: an index into [`Scan::scopes`].
    pub scope: usize,
    /// The image that `FROM` names, with variables resolved, and `$` for one without a known value.
    pub image: String,
    /// The earlier stage whose name that is: an index into [`Scan::stages`].
    pub base: Option<usize>,
}

/// What a compose service says beside its ports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// The service: an index into [`Scan::scopes`].
    pub scope: usize,
    /// The key `ports`, where it has one of its own or a merged one.
    pub ports: Option<Span>,
    /// What to take out so that `ports` is gone; as [`Entry::removal`].
    pub ports_removal: Option<Span>,
    /// The entries of `ports` and `expose`, indexes into [`Scan::entries`]; those that an alias or merge brings are here
    /// as well, though their scope is where they are written.
    pub entries: Vec<usize>,
    /// `network_mode`, or `net` of the first version of the format.
    pub network_mode: Option<Setting>,
    /// `scale`, or `deploy.replicas`.
    pub replicas: Option<Setting>,
    /// Whether `deploy` has keys that only a swarm reads: `placement`, `update_config` and the like.
    pub is_for_swarm: bool,
    /// `profiles`.
    pub profiles: Vec<String>,
}

/// The value of a key, with variables resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The value.
    pub value: String,
    /// Where it stands, without quotes.
    pub span: Span,
}

/// A directive of nginx as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Its name.
    pub name: Span,
    /// The words behind the name, without their quotes.
    pub arguments: Box<[Span]>,
    /// The bytes from its name to its semicolon, which is part of it.
    pub span: Span,
    /// What to take out so that the directive is gone and the rest stands: the lines that it has to itself.
    pub removal: Option<Span>,
    /// What it listens on, where it is a `listen` that says so in full.
    pub listener: Option<Listener>,
    /// What it connects to, where it is a `*_pass` or a `server` of an upstream that says so without a variable.
    pub target: Option<Target>,
    /// The port that its first argument holds: an index into [`Scan::uses`].
    pub port: Option<usize>,
    /// The server or upstream around it: an index into [`Scan::scopes`].
    pub scope: Option<usize>,
    /// The part of the configuration around it: an index into [`Scan::sections`].
    pub section: usize,
}

/// The socket that a `listen` of nginx opens, or one for each port of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// The address; a `*` and one that is left out are 0.0.0.0.
    pub host: ListenHost,
    /// The ports, which are ports: 1 to 65535, the last not below the first. The 0 of a socket of the file system, and of
    /// a module that has no default where none is written.
    pub ports: PortRange,
    /// The transport; QUIC is UDP.
    pub transport: Transport,
}

/// What nginx listens at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ListenHost {
    /// An address; `localhost` is taken for 127.0.0.1.
    Ip(IpAddr),
    /// The name of a host, in lower case.
    Name(String),
    /// The path of a socket of the file system.
    Path(String),
}

/// A host that nginx connects to, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The scheme; empty where there is none.
    pub scheme: Span,
    /// The name of the host or upstream, or its address, an IPv6 one with its brackets.
    pub host: Span,
    /// Whether a port stands behind the host.
    pub has_port: bool,
}

/// A part of nginx configuration in which addresses and upstreams are shared: an `http`, `stream` or `mail` block, or what
/// stands outside of any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// The block's module; [`Module::Unknown`] for what stands outside.
    pub module: Module,
    /// Whether a placeholder stands where a statement might: once the template is filled in, some of what the section holds
    /// may be gone, and more may be there.
    pub is_templated: bool,
}

/// A place where the reading of a file broke: what follows may not be read as it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breakage {
    /// The bytes that made no sense; at least one, unless the file ends there.
    pub span: Span,
    /// Why, as one lower-case phrase without a full stop.
    pub message: String,
}

/// A named part of a file that owns ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// What it is.
    pub kind: ScopeKind,
    /// Its name: a stage's (or its number, from 0), a service's, an upstream's; empty where it has none.
    pub name: String,
    /// Where its name stands, or the word that opens it.
    pub span: Span,
    /// In nginx the part of the configuration around it: an index into [`Scan::sections`]; elsewhere 0.
    pub section: usize,
    /// The last `USER` of a stage, or of the stage that it is built upon.
    pub user: Option<Setting>,
}

/// What a [`Scope`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScopeKind {
    /// A build stage of a Dockerfile.
    Stage,
    /// A service of a compose file.
    Service,
    /// A `server` block of nginx, and the module whose server it is.
    Server(Module),
    /// An `upstream` block of nginx.
    Upstream,
}

/// The modules of nginx that have servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Module {
    /// HTTP: the server stands in `http`, or holds what only such a server can.
    Http,
    /// TCP and UDP as they come, known in the same ways.
    Stream,
    /// IMAP, POP3 and SMTP, known in the same ways.
    Mail,
    /// A module that is none of these, or a fragment that does not show which.
    Unknown,
}

/// Reads `text` as a file of `language`. A byte order mark before it is passed over.
#[must_use]
pub fn scan(text: &str, language: Language) -> Scan {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let found = read(body, language);
    if body.len() == text.len() {
        return found;
    }
    let mut scan = Scan::default();
    scan.absorb(found, text.len() - body.len());
    scan
}

fn read(text: &str, language: Language) -> Scan {
    match language {
        Language::Dockerfile => dockerfile::scan(text),
        Language::Compose => compose::scan(text),
        Language::Nginx => nginx::scan(text),
    }
}

/// The lines of `text` that `span` lies in, with the end of the last one; `None` where something else stands on them.
fn whole_lines(text: &str, span: Span) -> Option<Span> {
    let before = text[..span.start].trim_end_matches([' ', '\t']);
    let behind = text[span.end..].trim_start_matches([' ', '\t']);
    let starts_line = before.is_empty() || before.ends_with(['\n', '\r']);
    let end_width = match behind.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\n' | b'\r', ..] => 1,
        [] => 0,
        _ => return None,
    };
    starts_line.then(|| Span::new(before.len(), text.len() - behind.len() + end_width))
}

/// Whether `text` is a template, which is read as what it may become and need not be whole before that.
fn is_template(text: &str) -> bool {
    ["{{", "{%", "<%"].iter().any(|opener| memchr::memmem::find(text.as_bytes(), opener.as_bytes()).is_some())
}

impl Scan {
    /// The port at byte `offset`: the one that holds it, else the one that ends there.
    #[must_use]
    pub fn port_at(&self, offset: usize) -> Option<&PortUse> {
        let at = self.uses.iter().filter(|port| port.span.touches(offset));
        at.max_by_key(|port| port.span.start)
    }

    /// Reads `text`, a part of the file that is in another `language` and starts at byte `at`.
    fn embed(&mut self, text: &str, language: Language, at: usize) {
        self.parts.push(Part { span: Span::new(at, at + text.len()), language });
        self.absorb(read(text, language), at);
    }

    /// Takes over what was found in a part of the file that starts at byte `at`.
    fn absorb(&mut self, part: Self, at: usize) {
        let (uses, scopes, entries) = (self.uses.len(), self.scopes.len(), self.entries.len());
        let sections = self.sections.len();
        let [use_of, scope_of] = [uses, scopes].map(|base| move |index: usize| index + base);
        self.sections.extend(part.sections);
        self.scopes.extend(part.scopes.into_iter().map(|scope| Scope {
            span: scope.span.shifted(at),
            section: scope.section + sections,
            user: scope.user.map(|user| Setting { span: user.span.shifted(at), ..user }),
            ..scope
        }));
        self.uses.extend(part.uses.into_iter().map(|port| PortUse {
            pair: port.pair.map(use_of),
            entry: port.entry.map(|entry| entry + entries),
            scope: port.scope.map(scope_of),
            ..port.shifted(at)
        }));
        self.entries.extend(part.entries.into_iter().map(|entry| Entry {
            span: entry.span.shifted(at),
            removal: entry.removal.map(|span| span.shifted(at)),
            address_span: entry.address_span.map(|span| span.shifted(at)),
            strays: entry.strays.into_iter().map(|it| Stray { span: it.span.shifted(at), ..it }).collect(),
            host: entry.host.map(use_of),
            container: entry.container.map(use_of),
            scope: entry.scope.map(scope_of),
            ..entry
        }));
        self.directives.extend(part.directives.into_iter().map(|directive| Directive {
            name: directive.name.shifted(at),
            arguments: directive.arguments.iter().map(|word| word.shifted(at)).collect(),
            span: directive.span.shifted(at),
            removal: directive.removal.map(|span| span.shifted(at)),
            listener: directive.listener,
            target: directive.target.map(|target| Target {
                scheme: target.scheme.shifted(at),
                host: target.host.shifted(at),
                ..target
            }),
            port: directive.port.map(use_of),
            scope: directive.scope.map(scope_of),
            section: directive.section + sections,
        }));
        let stages = self.stages.len();
        self.stages.extend(part.stages.into_iter().map(|stage| Stage {
            scope: scope_of(stage.scope),
            base: stage.base.map(|base| base + stages),
            ..stage
        }));
        self.stretches.extend(part.stretches.into_iter().map(|span| span.shifted(at)));
        self.parts.extend(part.parts.into_iter().map(|part| Part { span: part.span.shifted(at), ..part }));
        let moved = |breakage: Breakage| Breakage { span: breakage.span.shifted(at), ..breakage };
        self.breakages.extend(part.breakages.into_iter().map(moved));
        let setting = |setting: Setting| Setting { span: setting.span.shifted(at), ..setting };
        self.services.extend(part.services.into_iter().map(|service| Service {
            scope: scope_of(service.scope),
            ports: service.ports.map(|span| span.shifted(at)),
            ports_removal: service.ports_removal.map(|span| span.shifted(at)),
            entries: service.entries.into_iter().map(|entry| entry + entries).collect(),
            network_mode: service.network_mode.map(setting),
            replicas: service.replicas.map(setting),
            ..service
        }));
    }

    /// Puts the ports, and what has spans beside them, into the order of the file.
    fn sort(&mut self) {
        self.stretches.sort();
        self.parts.sort_by_key(|part| part.span.start);
        self.breakages.sort_by_key(|breakage| breakage.span);
        self.directives.sort_by_key(|directive| directive.span);
        if self.uses.is_sorted_by_key(|port| port.span) {
            return;
        }
        let mut order: Vec<usize> = (0..self.uses.len()).collect();
        order.sort_by_key(|&index| self.uses[index].span);
        let mut place = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            place[old] = new;
        }
        self.uses.sort_by_key(|port| port.span);
        for port in &mut self.uses {
            port.pair = port.pair.map(|pair| place[pair]);
        }
        for entry in &mut self.entries {
            entry.host = entry.host.map(|index| place[index]);
            entry.container = entry.container.map(|index| place[index]);
        }
        for directive in &mut self.directives {
            directive.port = directive.port.map(|index| place[index]);
        }
    }
}
