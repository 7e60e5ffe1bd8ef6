//! The vocabulary: a port as a file writes it, where it stands and what it does there.

use std::fmt;

use smol_str::SmolStr;

use crate::text::Span;

/// The transport protocols that have port numbers of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// Transmission Control Protocol.
    Tcp,
    /// User Datagram Protocol; QUIC counts as it.
    Udp,
    /// Stream Control Transmission Protocol.
    Sctp,
    /// Datagram Congestion Control Protocol.
    Dccp,
}

impl Transport {
    /// All four, in the order in which people name them.
    pub const ALL: [Self; 4] = [Self::Tcp, Self::Udp, Self::Sctp, Self::Dccp];

    /// The name as files write it: `tcp`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
            Self::Dccp => "dccp",
        }
    }

    /// The transport of that name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|transport| transport.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// One number, or several in a row, as written: either end may be larger than 65535, and `last` may lie before `first`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortRange {
    /// The number before the hyphen.
    pub first: u32,
    /// The number behind the hyphen; the same as `first` for a single number.
    pub last: u32,
}

impl PortRange {
    /// The range that holds `port` alone.
    #[must_use]
    pub const fn single(port: u32) -> Self {
        Self { first: port, last: port }
    }

    /// Reads `80` or `8000-8010`: ASCII digits, at most one hyphen, no space. A number too large for 32 bits is read as
    /// the largest that fits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let Some(hyphen) = text.bytes().position(|byte| byte == b'-') else {
            return number(text).map(Self::single);
        };
        Some(Self { first: number(&text[..hyphen])?, last: number(&text[hyphen + 1..])? })
    }

    /// Whether it is one number.
    #[must_use]
    pub const fn is_single(self) -> bool {
        self.first == self.last
    }

    /// How many numbers it holds; none when it ends before it starts.
    #[must_use]
    pub const fn len(self) -> u32 {
        if self.last < self.first { 0 } else { (self.last - self.first).saturating_add(1) }
    }

    /// Whether it ends before it starts.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.last < self.first
    }

    /// The port, if it is a single number that a port can have (0 to 65535).
    #[must_use]
    pub fn port(self) -> Option<u16> {
        if self.is_single() { u16::try_from(self.first).ok() } else { None }
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_single() {
            return write!(out, "{}", self.first);
        }
        write!(out, "{}-{}", self.first, self.last)
    }
}

/// A set of port numbers, with a bit for each there is: asked in next to no time, and as large with one as with all.
#[derive(Clone, Debug)]
pub struct PortSet([u64; Self::WORDS]);

impl PortSet {
    const WORDS: usize = (u16::MAX as usize + 1) / u64::BITS as usize;

    /// The set in which there is none.
    #[must_use]
    pub const fn new() -> Self {
        Self([0; Self::WORDS])
    }

    /// Puts the port in; whether it was not there before.
    pub const fn insert(&mut self, port: u16) -> bool {
        let is_new = !self.contains(port);
        self.0[port as usize / 64] |= 1 << (port % 64);
        is_new
    }

    /// Whether the port is there.
    #[must_use]
    pub const fn contains(&self, port: u16) -> bool {
        self.0[port as usize / 64] & 1 << (port % 64) != 0
    }
}

impl Default for PortSet {
    fn default() -> Self {
        Self::new()
    }
}

/// Which transport a port is on, and how that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// The file says it, there.
    Written(Transport, Span),
    /// The file does not say it; this is what the tool that reads the file takes.
    Implied(Transport),
    /// The file says something there that is no transport: `80/http`, `80/tcp/udp`.
    Unrecognized(Span),
    /// Nothing says it, and nothing implies it.
    #[default]
    Unknown,
}

impl Protocol {
    /// The transport, where it is known.
    #[must_use]
    pub const fn transport(self) -> Option<Transport> {
        match self {
            Self::Written(transport, _) | Self::Implied(transport) => Some(transport),
            Self::Unrecognized(_) | Self::Unknown => None,
        }
    }
}

/// What a port does at the place where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Dockerfile: `EXPOSE 80`.
    Expose,
    /// Dockerfile: the host half of the old `EXPOSE 8080:80`.
    ExposeHost,
    /// Dockerfile: the value of an `ENV` or `ARG` that is named like a port or feeds `EXPOSE`; compose: such a build argument.
    Variable,
    /// Dockerfile: the address that `ADD` fetches from.
    Source,
    /// Compose: the port of the host in `ports`.
    Host,
    /// Compose: the port of the container in `ports`.
    Container,
    /// Compose: `expose`.
    ServiceExpose,
    /// Compose: a label or variable by which a reverse proxy learns the container's port.
    Router,
    /// Compose: a value in `environment`.
    Environment,
    /// Compose: a value in `logging.options` or `driver_opts`.
    Option,
    /// Dockerfile `CMD`, `ENTRYPOINT`, `RUN`, compose `command`, `entrypoint`.
    Command,
    /// Dockerfile `HEALTHCHECK`, compose `healthcheck.test`.
    Healthcheck,
    /// Dockerfile `LABEL`, compose `labels`.
    Label,
    /// nginx: `listen`.
    Listen,
    /// nginx: `server` in an `upstream` block.
    Upstream,
    /// nginx: `proxy_pass`, `fastcgi_pass` and their kin.
    Pass,
    /// nginx: `proxy_bind` and its kin.
    Bind,
    /// nginx: `resolver`.
    Resolver,
    /// nginx: `access_log syslog:server=…` and `error_log syslog:server=…`.
    Syslog,
    /// nginx: `health_check port=…`.
    HealthCheckPort,
    /// nginx: an address in the text of another directive, such as `return` or `set`.
    Directive,
}

impl Role {
    /// The word for it in `--list`.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Expose | Self::ServiceExpose => "expose",
            Self::ExposeHost => "expose.host",
            Self::Variable => "variable",
            Self::Source => "source",
            Self::Host => "ports.host",
            Self::Container => "ports.container",
            Self::Router => "router",
            Self::Environment => "env",
            Self::Option => "option",
            Self::Command => "command",
            Self::Healthcheck => "healthcheck",
            Self::Label => "label",
            Self::Listen => "listen",
            Self::Upstream => "upstream",
            Self::Pass => "pass",
            Self::Bind => "bind",
            Self::Resolver => "resolver",
            Self::Syslog => "syslog",
            Self::HealthCheckPort => "health_check",
            Self::Directive => "directive",
        }
    }

    /// Whether the place can hold nothing but a port. Elsewhere the port was found in free text, as part of a URL,
    /// a `host:port` or an option.
    #[must_use]
    pub const fn is_structural(self) -> bool {
        !matches!(
            self,
            Self::Source
                | Self::Environment
                | Self::Option
                | Self::Command
                | Self::Healthcheck
                | Self::Label
                | Self::Directive
        )
    }

    /// Whether the port is one of the host, not of the container or server that the file is about.
    #[must_use]
    pub const fn is_host(self) -> bool {
        matches!(self, Self::Host | Self::ExposeHost)
    }
}

/// The variable that a port's number came through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name, without `$` and braces.
    pub name: SmolStr,
    /// Where the file gives it its value. `None`: the number is the default written in the reference itself.
    pub definition: Option<Span>,
}

/// One place in a file where a port stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortUse {
    /// The bytes of the number or range; of the whole reference (`$PORT`) where the number is not written there.
    pub span: Span,
    /// The number or range; `None` where it hangs on a variable whose value the file does not tell.
    pub range: Option<PortRange>,
    /// What it does there.
    pub role: Role,
    /// Its transport.
    pub protocol: Protocol,
    /// The address or host name beside it, with variables resolved and IPv6 brackets kept: `127.0.0.1`, `[::]`, `*`, `api`.
    pub address: Option<SmolStr>,
    /// The scheme of the URL that it is part of, in lower case: `https`.
    pub scheme: Option<SmolStr>,
    /// The variable that its number came through.
    pub variable: Option<Box<Variable>>,
    /// The other half of a host and container pair: an index into [`Scan::uses`](crate::languages::Scan::uses).
    pub pair: Option<usize>,
    /// The entry of a list of ports that it is part of: an index into [`Scan::entries`](crate::languages::Scan::entries).
    pub entry: Option<usize>,
    /// The stage, service or block that it stands in: an index into [`Scan::scopes`](crate::languages::Scan::scopes).
    pub scope: Option<usize>,
}

impl PortUse {
    /// A port of `role` at `span` about which nothing else is known.
    #[must_use]
    pub const fn new(span: Span, range: Option<PortRange>, role: Role) -> Self {
        Self {
            span,
            range,
            role,
            protocol: Protocol::Unknown,
            address: None,
            scheme: None,
            variable: None,
            pair: None,
            entry: None,
            scope: None,
        }
    }

    /// The same port, `bytes` further on: from a part of a file to the file.
    #[must_use]
    pub fn shifted(mut self, bytes: usize) -> Self {
        self.for_each_span(&mut |span| *span = span.shifted(bytes));
        self
    }

    /// Shows each place that it knows to `change`, which may move it.
    pub fn for_each_span(&mut self, change: &mut impl FnMut(&mut Span)) {
        change(&mut self.span);
        if let Protocol::Written(_, span) | Protocol::Unrecognized(span) = &mut self.protocol {
            change(span);
        }
        if let Some(span) = self.variable.as_mut().and_then(|variable| variable.definition.as_mut()) {
            change(span);
        }
    }
}

/// Reads ASCII digits, at least one; a number too large for 32 bits is the largest that fits.
fn number(text: &str) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_into_it() {
        let mut set = PortSet::new();
        let ports = [0, 1, 63, 64, 443, 65472, 65535];
        assert!(ports.iter().all(|&port| set.insert(port)));
        assert!(!ports.iter().any(|&port| set.insert(port)));
        assert!((0..=u16::MAX).all(|port| set.contains(port) == ports.contains(&port)));
    }

    #[test]
    fn ranges_are_read_as_written() {
        assert_eq!(PortRange::parse("80"), Some(PortRange::single(80)));
        assert_eq!(PortRange::parse("90-80"), Some(PortRange { first: 90, last: 80 }));
        assert_eq!(PortRange::parse("99999999999"), Some(PortRange::single(u32::MAX)));
        for wrong in ["", "-", "80-", "-80", "1-2-3", " 80", "+80", "8o", "८०"] {
            assert_eq!(PortRange::parse(wrong), None, "{wrong:?}");
        }
    }
}
