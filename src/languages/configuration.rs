//! What nginx configuration says of ports beside their numbers: its directives, and the parts in which they stand.

use std::net::IpAddr;

use crate::port::{PortRange, Transport};
use crate::text::Span;

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
    /// The port that its first argument holds: an index into [`Scan::uses`](super::Scan::uses).
    pub port: Option<usize>,
    /// The server or upstream around it: an index into [`Scan::scopes`](super::Scan::scopes).
    pub scope: Option<usize>,
    /// The part of the configuration around it: an index into [`Scan::sections`](super::Scan::sections).
    pub section: usize,
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

/// The modules of nginx that have servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// The socket that a `listen` of nginx opens, or one for each port of a range.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
