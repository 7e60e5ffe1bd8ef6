//! The languages: which file is what, and what a file of each says about ports.
//!
//! A scanner reads and never judges. It cannot fail: of a broken file it tells whatever stands before and behind the
//! broken place. It takes time linear in the size of the file.

use std::sync::Arc;

use crate::port::Role;
use crate::text::Span;

mod change;
mod joining;
mod scan;

mod configuration;

mod detect;

mod item;

mod compose;
mod dockerfile;
mod nginx;

mod addresses;
mod alike;
mod dotenv;
mod environment;
mod port_spec;
mod sourced;
mod wiring;

pub use configuration::{Directive, ListenHost, Listener, Module, Section, Target};
pub use detect::{NameVerdict, by_name, detect};
pub use dotenv::variables;
pub use environment::Environment;
pub use item::{Item, Layout};
pub use scan::{
    Breakage, Entry, EntryStyle, Field, FileKind, Instruction, InstructionKind, List, NamedFile, Part, Scan,
    Scope, ScopeKind, Service, Setting, Side, Stage, Stray,
};
pub use wiring::{
    Assignment, Build, Config, ConfigMount, Copy, Extends, Include, MergeTag, Merging, Mount, Network, Wiring,
};

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

/// Reads `text` as a file of `language`. A byte order mark before it is passed over.
#[must_use]
pub fn scan(text: &str, language: Language) -> Scan {
    scan_in(text, language, &environment::NOTHING)
}

/// As [`scan`], where the variables have the values that `environment` gives them: those of a compose file, and the
/// arguments of a Dockerfile. A number that comes out of a variable stands where the file names that.
#[must_use]
pub fn scan_in(text: &str, language: Language, environment: &Environment) -> Scan {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let found = read(body, language, environment);
    if body.len() == text.len() {
        return found;
    }
    let mut scan = Scan::default();
    scan.absorb(found, text.len() - body.len());
    scan
}

/// What reading one text leaves behind, by which the next text that is much like it is read faster. A copy shares all of it.
#[derive(Clone, Debug, Default)]
pub struct Memory(Option<Arc<Before>>);

/// A text of each language, and what was read in it.
#[derive(Clone, Debug)]
enum Before {
    Dockerfile(dockerfile::Before),
    Compose(compose::Before),
    Nginx(nginx::Before),
}

impl Before {
    /// What was found in `text`, if that was the text, read in that `language`.
    fn found(&self, text: &Arc<str>, language: Language) -> Option<&Arc<Scan>> {
        let (own, before, scan) = match self {
            Self::Dockerfile(it) => (Language::Dockerfile, &it.text, Some(&it.scan)),
            Self::Compose(it) => (Language::Compose, &it.text, it.found.as_ref().map(|found| &found.scan)),
            Self::Nginx(it) => (Language::Nginx, &it.text, Some(&it.scan)),
        };
        scan.filter(|_| own == language && before == text)
    }
}

/// As [`scan`], with the `memory` of a text before: the same comes of it, sooner, and sooner still where nobody else holds that
/// memory or what was found in that text.
#[must_use]
pub fn scan_after(text: &Arc<str>, language: Language, memory: &mut Memory) -> Arc<Scan> {
    if let Some(scan) = memory.0.as_ref().and_then(|before| before.found(text, language)) {
        return Arc::clone(scan);
    }
    let before = memory.0.take();
    if text.starts_with('\u{feff}') {
        return Arc::new(scan(text, language));
    }
    let before = before.map(|before| Arc::try_unwrap(before).unwrap_or_else(|shared| Before::clone(&shared)));
    let (scan, now) = match (language, before) {
        (Language::Dockerfile, Some(Before::Dockerfile(before))) => dockerfile_after(text, Some(before)),
        (Language::Dockerfile, _) => dockerfile_after(text, None),
        (Language::Compose, Some(Before::Compose(before))) => compose_after(text, Some(before)),
        (Language::Compose, _) => compose_after(text, None),
        (Language::Nginx, Some(Before::Nginx(before))) => nginx_after(text, Some(before)),
        (Language::Nginx, _) => nginx_after(text, None),
    };
    memory.0 = now.map(Arc::new);
    scan
}

fn dockerfile_after(text: &Arc<str>, before: Option<dockerfile::Before>) -> (Arc<Scan>, Option<Before>) {
    let (scan, now) = dockerfile::scan_after(text, before);
    (scan, now.map(Before::Dockerfile))
}

fn compose_after(text: &Arc<str>, before: Option<compose::Before>) -> (Arc<Scan>, Option<Before>) {
    let (scan, now) = compose::scan_after(text, before);
    (scan, now.map(Before::Compose))
}

fn nginx_after(text: &Arc<str>, before: Option<nginx::Before>) -> (Arc<Scan>, Option<Before>) {
    let (scan, now) = nginx::scan_after(text, before);
    (scan, now.map(Before::Nginx))
}

/// The ports in the values of `variables`, which a list of variables holds whose text is `text`.
#[must_use]
pub fn scan_variables(text: &str, variables: &[Assignment]) -> Scan {
    let mut scan = Scan::default();
    for variable in variables {
        // Of a value that is written otherwise than it is, nobody knows where its port stands.
        if variable.span.of(text) == variable.value {
            addresses::push_ports(&variable.value, variable.span.start, Role::Environment, None, &mut scan);
        }
    }
    scan.sort();
    scan
}

fn read(text: &str, language: Language, environment: &Environment) -> Scan {
    match language {
        Language::Dockerfile => dockerfile::scan(text, environment),
        Language::Compose => compose::scan(text, environment),
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
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b'{', b'<', bytes)
        .any(|at| matches!(bytes[at..], [b'{', b'{' | b'%', ..] | [b'<', b'%', ..]))
}
