//! What one file says about ports.

use smol_str::SmolStr;
use thin_vec::ThinVec;

use super::configuration::{Directive, Module, Section};
use super::environment::NOTHING;
use super::wiring::{Config, Copy, Include, Wiring};
use super::{Language, read};
use crate::port::PortUse;
use crate::text::Span;

/// What one file says about ports.
///
/// A large file says much, and what it says is read more often than written: so what few of its parts have is a box or a
/// [`ThinVec`], which takes no more room than a pointer where it is empty.
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
    /// The files that a compose file names, in the order of the file.
    pub files: Vec<NamedFile>,
    /// The compose files that a compose file includes, in its order.
    pub includes: Vec<Include>,
    /// The `configs` of a compose file, in its order.
    pub configs: Vec<Config>,
    /// What the stages of a Dockerfile copy out of its context, in the order of the file.
    pub copies: Vec<Copy>,
    /// The directives of nginx that say something of a port by more than the port, in the order of the file.
    pub directives: Vec<Directive>,
    /// The parts of nginx configuration in which addresses are shared. The first is the file itself, and is always there
    /// when there are directives.
    pub sections: Vec<Section>,
    /// Instructions and texts of several lines, in which no line but the last can bear a comment at its end: a comment
    /// above the first line speaks of all of them. In the order of the file.
    pub stretches: Vec<Span>,
    /// The bodies of the here-documents, whose lines belong to the instruction above them. In the order of the file.
    pub heredocs: Vec<Span>,
    /// The parts of the file that are in another language, in the order of the file.
    pub parts: Vec<Part>,
    /// The places where the reading broke, in the order of the file.
    pub breakages: Vec<Breakage>,
}

impl Scan {
    /// The port at byte `offset`: the one that holds it, else the one that ends there.
    #[must_use]
    pub fn port_at(&self, offset: usize) -> Option<&PortUse> {
        let at = self.uses.iter().filter(|port| port.span.touches(offset));
        at.max_by_key(|port| port.span.start)
    }

    /// The name of the image behind the scope of that index: that of a service, or the one that a stage is built upon,
    /// without the registry and folders before it and the tag behind it.
    #[must_use]
    pub fn image_of(&self, scope: usize) -> Option<&str> {
        /// How many stages are followed that are built upon each other.
        const DEEPEST: usize = 8;
        // Both lists are in the order of their scopes.
        let image = match self.services.binary_search_by_key(&scope, |service| service.scope) {
            Ok(service) => self.services[service].image.as_ref()?.value.as_str(),
            Err(_) => {
                let stage = self.stages.binary_search_by_key(&scope, |stage| stage.scope).ok()?;
                let based = |stage: &&Stage| stage.base.and_then(|base| self.stages.get(base));
                std::iter::successors(self.stages.get(stage), based).take(DEEPEST).last()?.image.as_str()
            }
        };
        let name = image.rsplit('/').next().unwrap_or_default();
        name.split([':', '@']).next().filter(|name| !name.is_empty() && !name.contains('$'))
    }

    /// Reads `text`, a part of the file that is in another `language` and starts at byte `at`.
    pub(super) fn embed(&mut self, text: &str, language: Language, at: usize) {
        self.parts.push(Part { span: Span::new(at, at + text.len()), language });
        self.absorb(read(text, language, &NOTHING), at);
    }

    /// Whether [`sort`](Self::sort) would change nothing but the order of the breakages.
    pub(super) fn is_sorted(&self) -> bool {
        self.stretches.is_sorted()
            && self.heredocs.is_sorted()
            && self.parts.is_sorted_by_key(|part| part.span.start)
            && self.directives.is_sorted_by_key(|directive| directive.span)
            && self.files.is_sorted_by_key(|file| file.span)
            && self.uses.is_sorted_by_key(|port| port.span)
    }

    /// Puts the ports, and what has spans beside them, into the order of the file.
    pub(super) fn sort(&mut self) {
        self.stretches.sort();
        self.heredocs.sort();
        self.parts.sort_by_key(|part| part.span.start);
        self.breakages.sort_by_key(|breakage| breakage.span);
        self.directives.sort_by_key(|directive| directive.span);
        self.files.sort_by_key(|file| file.span);
        if self.uses.is_sorted_by_key(|port| port.span) {
            return;
        }
        let mut order: Vec<usize> = (0..self.uses.len()).collect();
        order.sort_by_key(|&index| self.uses[index].span);
        let mut place = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            place[old] = new;
        }
        // Each goes to its place at once: they are large, and to sort them would move each of them often.
        let mut rest = place.clone();
        for at in 0..rest.len() {
            while rest[at] != at {
                let to = rest[at];
                self.uses.swap(at, to);
                rest.swap(at, to);
            }
        }
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

/// A part of a file that is in another language: nginx configuration in a here-document, a Dockerfile in a compose file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The bytes of it.
    pub span: Span,
    /// Its language.
    pub language: Language,
}

/// A named part of a file that owns ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// What it is.
    pub kind: ScopeKind,
    /// Its name: a stage's (or its number, from 0), a service's, an upstream's; empty where it has none.
    pub name: SmolStr,
    /// Where its name stands, or the word that opens it.
    pub span: Span,
    /// All of it, from the word that opens it to its last byte.
    pub extent: Span,
    /// In nginx the part of the configuration around it: an index into [`Scan::sections`]; elsewhere 0.
    pub section: usize,
    /// The last `USER` of a stage, or of the stage that it is built upon.
    pub user: Option<Box<Setting>>,
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
    pub address: Option<SmolStr>,
    /// Where that stands.
    pub address_span: Option<Span>,
    /// What stands in the places of its ports and is none, the host's before the container's.
    pub strays: ThinVec<Stray>,
    /// Whether `ONBUILD` puts it off to the build of another image.
    pub is_trigger: bool,
    /// `app_protocol` of the long syntax.
    pub app_protocol: Option<Box<str>>,
    /// `mode` of the long syntax.
    pub mode: Option<Box<str>>,
    /// What the long syntax says, in the order of the file; what it merges is not here. Empty for other entries.
    pub fields: ThinVec<Field>,
    /// The stage or service: an index into [`Scan::scopes`].
    pub scope: Option<usize>,
}

impl Entry {
    /// An entry about which nothing else is known.
    pub(super) const fn new(list: List, style: EntryStyle, span: Span) -> Self {
        Self {
            list,
            style,
            span,
            removal: None,
            host: None,
            container: None,
            address: None,
            address_span: None,
            strays: ThinVec::new(),
            is_trigger: false,
            app_protocol: None,
            mode: None,
            fields: ThinVec::new(),
            scope: None,
        }
    }
}

/// A key of the long syntax and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The bytes of the key, with its quotes.
    pub key: Span,
    /// The bytes of the value, with its quotes. They lie before those of the key where an alias stands for the value, and
    /// are of no use where it is no scalar.
    pub value: Span,
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

/// What a stage of a Dockerfile is built upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The stage: an index into [`Scan::scopes`].
    pub scope: usize,
    /// The image that `FROM` names, with variables resolved, and `$` for one without a known value.
    pub image: String,
    /// The earlier stage whose name that is: an index into [`Scan::stages`].
    pub base: Option<usize>,
    /// Those of its instructions that say how its containers listen, in the order of the file.
    pub instructions: Vec<Instruction>,
}

/// An instruction of a Dockerfile that `ONBUILD` does not put off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// What it does.
    pub kind: InstructionKind,
    /// The bytes from its first word to the end of its last line.
    pub span: Span,
}

/// What an [`Instruction`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InstructionKind {
    /// `EXPOSE`: names ports.
    Expose,
    /// `ENV`: sets variables of the container.
    Environment,
    /// `CMD`, `ENTRYPOINT` and `HEALTHCHECK`: say what a container runs, and how to see that it is well.
    Command,
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
    pub entries: ThinVec<usize>,
    /// `image`.
    pub image: Option<Setting>,
    /// `network_mode`, or `net` of the first version of the format.
    pub network_mode: Option<Box<Setting>>,
    /// `scale`, or `deploy.replicas`.
    pub replicas: Option<Box<Setting>>,
    /// Whether `deploy` has keys that only a swarm reads: `placement`, `update_config` and the like.
    pub is_for_swarm: bool,
    /// `profiles`.
    pub profiles: ThinVec<SmolStr>,
    /// What it says of its place among other services and files.
    pub wiring: Wiring,
}

/// A file of the user's that a compose file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// Where its name stands, without quotes; of a Dockerfile that is found by its folder, where the folder does.
    pub span: Span,
    /// Its path from the folder of the compose file, as it is written there.
    pub path: String,
    /// What it is.
    pub kind: FileKind,
}

/// What a [`NamedFile`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// The Dockerfile that a service is built from.
    Dockerfile,
    /// A compose file that is included, or of which a service is taken over.
    Compose,
    /// A list of variables.
    Variables,
}

/// The value of a key, with variables resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The value.
    pub value: SmolStr,
    /// Where it stands, without quotes.
    pub span: Span,
}

/// A place where the reading of a file broke: what follows may not be read as it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breakage {
    /// The bytes that made no sense; at least one, unless the file ends there.
    pub span: Span,
    /// Why, as one lower-case phrase without a full stop.
    pub message: String,
}
