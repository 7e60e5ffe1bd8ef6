//! The languages: which file is what, and what a file of each says about ports.
//!
//! A scanner reads and never judges. It cannot fail: of a broken file it tells whatever stands before and behind the
//! broken place. It takes time linear in the size of the file.

use crate::port::PortUse;
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
    let found = match language {
        Language::Dockerfile => dockerfile::scan(body),
        Language::Compose => compose::scan(body),
        Language::Nginx => nginx::scan(body),
    };
    if body.len() == text.len() {
        return found;
    }
    let mut scan = Scan::default();
    scan.absorb(found, text.len() - body.len());
    scan
}

impl Scan {
    /// The port at byte `offset`: the one that holds it, else the one that ends there.
    #[must_use]
    pub fn port_at(&self, offset: usize) -> Option<&PortUse> {
        let at = self.uses.iter().filter(|port| port.span.touches(offset));
        at.max_by_key(|port| port.span.start)
    }

    /// Takes over what was found in a part of the file that is a language of its own and starts at byte `at`.
    fn absorb(&mut self, part: Self, at: usize) {
        let (uses, scopes) = (self.uses.len(), self.scopes.len());
        self.scopes
            .extend(part.scopes.into_iter().map(|scope| Scope { span: scope.span.shifted(at), ..scope }));
        self.uses.extend(part.uses.into_iter().map(|port| PortUse {
            pair: port.pair.map(|pair| pair + uses),
            scope: port.scope.map(|scope| scope + scopes),
            ..port.shifted(at)
        }));
    }

    /// Puts the ports into the order of the file.
    fn sort(&mut self) {
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
    }
}
