//! The whole project: what its files say, linked.
//!
//! The unit is a [`Stack`]: what one run of `docker compose` would start. It begins with a compose file, and holds what that
//! names: the files merged over it, included by it, extended in it, the Dockerfiles of its services, and the nginx
//! configuration that they mount or copy. Nothing is judged here, and nothing is read but through a [`Tree`]. A file that
//! is missing leaves a gap, of which the stack knows; whoever judges is silent about what may stand there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use smallvec::SmallVec;
use smol_str::SmolStr;

use crate::languages::{self, Assignment, Environment, Language, Scan};
use crate::text::Span;

mod across;
mod allowance;
mod configuration;
mod files;
mod image;
mod link;
mod merge;
mod paths;
mod ports;
mod references;
mod relink;

pub use across::{Site, renamed, same_port};
pub use files::Files;
pub use link::{is_brought_along, link, roots};
pub use paths::{key, straightened};
pub use ports::{Mention, MentionKind, Refusal, ServicePort, outermost};
pub use relink::relink;

/// Where files come from: a disk, an editor, a test.
pub trait Tree {
    /// The file at `path`, which starts at the root of the disk and has no `..` in it; `None` where there is none that can
    /// be read. What names it takes it for a file of `language`, whatever its own name and content say; with `None` for a
    /// list of variables.
    fn file(&self, path: &Path, language: Option<Language>) -> Option<Arc<File>>;

    /// The files right in `folder`, by their names; none where it is no folder.
    fn files_in(&self, folder: &Path) -> Vec<PathBuf>;

    /// Whether somebody wants to know what was asked for, since it may change: [`Stack::asked`].
    fn may_change(&self) -> bool {
        true
    }
}

/// A file, and what it says.
#[derive(Debug, Default)]
pub struct File {
    /// Where it is, from the root of the disk.
    pub path: PathBuf,
    /// Its text.
    pub text: Arc<str>,
    /// What it is; `None`: a list of variables.
    pub language: Option<Language>,
    /// What it says about ports.
    pub scan: Arc<Scan>,
    /// The variables that it lists, where it is such a list.
    pub variables: Vec<Assignment>,
    /// What it says where variables have values, for the values that were last asked for: they are mostly the same.
    resolved: Mutex<Option<(Arc<Environment>, Arc<Scan>)>>,
}

impl File {
    /// The file at `path`, which holds `text`, read as one of `language`; with `None` as a list of variables.
    #[must_use]
    pub fn read(path: PathBuf, text: Arc<str>, language: Option<Language>) -> Self {
        let Some(known) = language else {
            let variables = languages::variables(&text);
            let scan = Arc::new(languages::scan_variables(&text, &variables));
            return Self { path, text, language, scan, variables, resolved: Mutex::default() };
        };
        let scan = Arc::new(languages::scan(&text, known));
        Self::scanned(path, text, known, scan)
    }

    /// The file at `path`, which holds `text`, in which `scan` was found.
    #[must_use]
    pub fn scanned(path: PathBuf, text: Arc<str>, language: Language, scan: Arc<Scan>) -> Self {
        Self { path, text, language: Some(language), scan, ..Self::default() }
    }

    /// What it says about ports where the variables have the values of `environment`.
    fn scan_in(&self, environment: &Arc<Environment>) -> Arc<Scan> {
        let Some(language) = self.language.filter(|_| !environment.is_empty() && self.text.contains('$'))
        else {
            return Arc::clone(&self.scan);
        };
        // Whoever panics leaves a whole scan behind.
        let mut resolved = self.resolved.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, scan)) = resolved.as_ref().filter(|(known, _)| known == environment) {
            return Arc::clone(scan);
        }
        let scan = Arc::new(languages::scan_in(&self.text, language, environment));
        *resolved = Some((Arc::clone(environment), Arc::clone(&scan)));
        scan
    }
}

/// What one run of `docker compose` would start, as far as the files tell.
#[derive(Clone, Debug, Default)]
pub struct Stack {
    /// The compose file that it was asked for by. One that is merged over another one comes behind that.
    pub root: PathBuf,
    /// The files, of which the first is the compose file that it begins with. None is here twice.
    pub files: Vec<Member>,
    /// The services, in the order in which the files name them.
    pub services: Arc<Vec<Service>>,
    /// The ports that lead from one service to another or to itself, in the order of the files and of their text.
    pub references: Arc<Vec<Reference>>,
    /// What would be otherwise if something there changed: files and folders, whether they are there or not. Empty where the
    /// tree [does not change](Tree::may_change).
    pub asked: Arc<BTreeSet<PathBuf>>,
    /// Whether a compose file that it names could not be read, or there is more than can be told, so that there may be more
    /// services, and more of each.
    pub has_gaps: bool,
}

/// A file of a [`Stack`].
#[derive(Clone, Debug)]
pub struct Member {
    /// The file.
    pub file: Arc<File>,
    /// What it says about ports where the variables have the values that the stack's lists give them. The same as the
    /// file's own where they have none.
    pub scan: Arc<Scan>,
    /// What it is to the stack.
    pub part: Part,
    /// The values that the stack's lists give to the variables in it.
    pub environment: Arc<Environment>,
}

/// What a file is to a [`Stack`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The compose file that it begins with.
    Base,
    /// A compose file that is merged over those before it.
    Override,
    /// A compose file that is included, or of which a service is taken over.
    Included,
    /// A Dockerfile.
    Dockerfile,
    /// A file of nginx configuration.
    Nginx,
    /// A list of variables.
    Variables,
}

/// A port where a file of a [`Stack`] names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file: an index into [`Stack::files`].
    pub file: usize,
    /// The port: an index into [`Scan::uses`] of the member's scan.
    pub port: usize,
}

/// A service, merged from all that the files say of it.
#[derive(Debug, Default)]
pub struct Service {
    /// Its name.
    pub name: SmolStr,
    /// Where files speak of it, the weakest first.
    pub bodies: SmallVec<[Body; 1]>,
    /// The names by which others reach it, its own first.
    pub names: SmallVec<[Name; 1]>,
    /// Whom it shares a network with.
    pub reach: Reach,
    /// What it is made from.
    pub image: Image,
    /// The entries of its `ports`, merged, in the order of the files.
    pub mappings: Vec<EntryPlace>,
    /// The ports of its `expose`, merged.
    pub exposed: Vec<Place>,
    /// The nginx configuration that it has from the project.
    pub configuration: Vec<Fragment>,
    /// The profiles that start it; without any it is always started.
    pub profiles: Vec<SmolStr>,
    /// Whether it has a command of its own, a list of variables or a variable named like a port, so that it may listen
    /// elsewhere than its image says.
    pub may_listen_elsewhere: bool,
    /// Whether other services have its network too, so that they may listen where it is reached.
    pub is_shared: bool,
    /// Whether something that it is made from could not be read: there may be more ports.
    pub has_gaps: bool,
}

/// Where a file speaks of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Body {
    /// The file: an index into [`Stack::files`].
    pub file: usize,
    /// The service there: an index into [`Scan::services`].
    pub service: usize,
    /// How it comes in.
    pub by: By,
}

/// How what a file says of a service comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// The service stands there.
    Itself,
    /// It extends the one that stands there, which may be no service of the stack.
    Extends,
}

/// An entry of a list of ports where a file of a [`Stack`] has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryPlace {
    /// The file: an index into [`Stack::files`].
    pub file: usize,
    /// The entry: an index into [`Scan::entries`].
    pub entry: usize,
    /// The service that it comes from there: an index into [`Scan::services`].
    pub service: usize,
}

/// A name by which a service is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub name: SmolStr,
    /// What it is.
    pub kind: NameKind,
}

/// What a name of a service is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// The service's own.
    Service,
    /// `container_name`.
    Container,
    /// `hostname`, by which it knows itself.
    Host,
    /// An alias on that network.
    Alias(SmolStr),
    /// What the service of that index calls it, by its `links`.
    Link(usize),
}

/// Whom a service shares a network with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Those on one of these networks; `default` is the one of services that name none.
    Networks(Arc<BTreeSet<SmolStr>>),
    /// It has the network of the host, where the ports that others publish are.
    Host,
    /// It has the network of another service, an index into [`Stack::services`].
    Of(usize),
    /// Nobody.
    Alone,
    /// The file does not tell.
    #[default]
    Unknown,
}

/// What a service is made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Image {
    /// The image of that name, which somebody else built.
    Named(SmolStr),
    /// A Dockerfile of the project.
    Built {
        /// The image that the last of the stages is built upon, which somebody else built; `$` stands in it for what is not
        /// known.
        base: String,
        /// The file that holds it, an index into [`Stack::files`]: a Dockerfile, or a compose file that has one in it.
        file: usize,
        /// The stages, indexes into [`Scan::stages`]: the one that is built, the one that it is built upon, and so on.
        stages: Vec<usize>,
        /// The ports that those stages expose, in the order of the file.
        ports: Vec<Place>,
    },
    /// Something that is not to be had here, or that the files do not tell.
    #[default]
    Unknown,
}

/// nginx configuration that a service has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The file that it stands in: an index into [`Stack::files`].
    pub file: usize,
    /// The bytes of it there.
    pub span: Span,
    /// Its path in the container.
    pub path: String,
}

/// A port that leads to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where it stands.
    pub at: Place,
    /// The service that says it: an index into [`Stack::services`].
    pub from: usize,
    /// The service that it leads to: an index into [`Stack::services`].
    pub to: usize,
    /// How it names that.
    pub by: Naming,
}

/// How a [`Reference`] names the service that it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Naming {
    /// By a name that both know on a network that they share.
    Network,
    /// As itself: `localhost` and the like.
    Itself,
}

/// A file as a part of a stack: what the rules see of the project around a file.
#[derive(Clone, Debug)]
pub struct View {
    /// The stack.
    pub stack: Arc<Stack>,
    /// The file: an index into [`Stack::files`].
    pub file: usize,
}

#[cfg(test)]
mod tests;
