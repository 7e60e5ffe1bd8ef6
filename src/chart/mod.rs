//! The chart: the ports of a project as a picture of who reaches whom, and that picture in several forms.
//!
//! ```text
//! outside world ──▶ port of the host ──▶ service:port ──▶ service:port behind it ──▶ …
//! ```
//!
//! A [`Chart`] is plain data, made from the stacks of a project. It shows what the files say, and marks what they leave open;
//! it judges nothing. Each form of it is written by a room of its own, in time linear in what there is to show.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use smol_str::SmolStr;

use crate::port::{PortRange, Role, Transport};
use crate::project::Stack;
use crate::registry::TeamPorts;

mod build;
mod conflicts;
mod dot;
mod files;
mod json;
mod markup;
mod mermaid;
mod routes;
mod svg;
mod table;
mod words;

pub use dot::dot;
pub use json::{json, value};
pub use mermaid::mermaid;
pub use svg::svg;
pub use table::table;

/// The ports of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    /// The files that it speaks of.
    pub files: Vec<ChartFile>,
    /// What there is to show of each stack.
    pub sheets: Vec<Sheet>,
}

/// A file that a chart speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartFile {
    /// Where it is, from the root of the disk.
    pub path: PathBuf,
    /// How it is shown: its path from the base of the chart, with `/` between the folders.
    pub name: String,
}

/// The ports of one stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The compose file that it begins with, and those that are merged over it: indexes into [`Chart::files`].
    pub files: Vec<usize>,
    /// The services, in the order of the stack; then the hosts elsewhere that lead somewhere.
    pub nodes: Vec<Node>,
    /// The ports of the host, in the order of the services.
    pub published: Vec<Published>,
    /// What leads from a service to a port of another, in the order of the files.
    pub links: Vec<Link>,
    /// Whether a compose file that it names could not be read, so that there may be more.
    pub has_gaps: bool,
}

/// A service, or a host that is none of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// What it is made from: the name of an image, or `built from` a file; empty where the files do not tell.
    pub image: String,
    /// Whose network it has.
    pub network: Network,
    /// The profiles that start it; without any it is always started.
    pub profiles: Vec<SmolStr>,
    /// Its ports, by their numbers.
    pub ports: Vec<Port>,
    /// Where its name stands.
    pub at: Option<Mention>,
}

/// What a [`Node`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// A service of the stack.
    Service,
    /// A host somewhere else.
    Elsewhere,
    /// A name that is none of a service, where there should be one.
    Missing,
}

/// Whose network a service has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Network {
    /// Its own.
    Own,
    /// That of the host: its ports are the host's.
    Host,
    /// That of the service of this name.
    Of(String),
    /// None at all.
    Alone,
}

/// A number, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Number {
    /// One number, or several in a row.
    Known(u32, u32),
    /// What stands in its place and holds a variable that nobody gives a value.
    Unknown(String),
    /// Another one at every start.
    Random,
}

impl Number {
    /// The number of that range.
    const fn of(range: PortRange) -> Self {
        Self::Known(range.first, range.last)
    }

    /// The range that it is, if it is known.
    #[must_use]
    pub const fn range(&self) -> Option<PortRange> {
        match self {
            Self::Known(first, last) => Some(PortRange { first: *first, last: *last }),
            Self::Unknown(_) | Self::Random => None,
        }
    }
}

/// A port of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its number, or several.
    pub number: Number,
    /// Its transport.
    pub transport: Transport,
    /// Who is known there; empty where nobody is.
    pub service: String,
    /// How sure it is.
    pub state: PortState,
    /// Where the files speak of it.
    pub mentions: Vec<Mention>,
}

/// How sure it is that a service has a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortState {
    /// The service or its image says so.
    Declared,
    /// Only others speak of it; its image, of which nothing is known here, may well have it.
    Assumed,
    /// Others speak of it, and all that the service and its image say speaks against it.
    Dangling,
}

/// A port of the host that leads to a port of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The address of the host; `None` for all of them.
    pub address: Option<SmolStr>,
    /// The number on the host.
    pub number: Number,
    /// The transport.
    pub transport: Transport,
    /// Where it leads.
    pub to: End,
    /// The services that publish the same port, indexes into [`Sheet::nodes`].
    pub conflicts: Vec<usize>,
    /// Where it is written.
    pub at: Mention,
}

impl Published {
    /// Whether only what runs on the host itself can reach it.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.address.as_deref().is_some_and(words::is_loopback)
    }
}

/// A way from a service to a port of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The service: an index into [`Sheet::nodes`].
    pub from: usize,
    /// Those of its ports behind which the way begins, indexes into [`Node::ports`]; none where that is not known.
    pub through: Vec<usize>,
    /// Where it leads.
    pub to: End,
    /// The scheme that is written before it.
    pub scheme: Option<SmolStr>,
    /// Where the files say so; at least one place.
    pub mentions: Vec<Mention>,
}

/// A port of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct End {
    /// The node: an index into [`Sheet::nodes`].
    pub node: usize,
    /// The port: an index into [`Node::ports`].
    pub port: usize,
}

/// A place that speaks of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mention {
    /// The file: an index into [`Chart::files`].
    pub file: usize,
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1, in characters.
    pub column: usize,
    /// What the port does there; `None` where it is a name that stands there.
    pub role: Option<Role>,
}

impl Chart {
    /// The chart of these stacks, with paths as they are seen from the folder `base`, and the names that the `team` gives to
    /// ports.
    #[must_use]
    pub fn new(stacks: &[Arc<Stack>], base: &Path, team: &TeamPorts) -> Self {
        build::chart(stacks, base, team)
    }

    /// Whether there is nothing on it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sheets.is_empty()
    }

    /// What a sheet is called: `compose.yaml + compose.override.yaml`.
    fn title(&self, sheet: &Sheet) -> String {
        let names: Vec<&str> = sheet.files.iter().map(|&file| self.files[file].name.as_str()).collect();
        names.join(" + ")
    }

    /// How a place is shown: `compose.yaml:4`.
    fn place(&self, mention: &Mention) -> String {
        format!("{}:{}", self.files[mention.file].name, mention.line)
    }
}

impl Sheet {
    /// The port at an end.
    fn port(&self, end: End) -> &Port {
        &self.nodes[end.node].ports[end.port]
    }
}
