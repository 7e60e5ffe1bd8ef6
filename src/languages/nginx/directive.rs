//! The directives that name ports, each with the places where it does.

use crate::languages::addresses::{self, names_port};
use crate::languages::nginx::{endpoint, socket};
use crate::languages::{Listener, Module, Scan, Target};
use crate::port::{PortUse, Protocol, Role, Transport};
use crate::text::Span;

/// A directive without a block of its own.
#[derive(Clone, Copy, Debug)]
pub struct Directive<'t> {
    /// The text of the file.
    pub text: &'t str,
    /// Its name, or in a block of pairs the key.
    pub name: &'t str,
    /// The words behind the name.
    pub arguments: &'t [Span],
    /// The scope that it stands in.
    pub scope: Option<usize>,
    /// The transport of what the server around it passes on.
    pub transport: Transport,
}

impl Directive<'_> {
    /// Adds the ports that the directive names.
    ///
    /// The families of directives (`proxy_pass`, `grpc_pass`, …) are known by the last part of their name, so that those
    /// of other modules are read as well.
    pub fn push_ports(self, scan: &mut Scan) {
        let Some(&first) = self.arguments.first() else { return };
        match self.family() {
            "listen" => self.push(endpoint::listener(self.text, first), self.listen_protocol(), scan),
            "server" if self.name == "server" => {
                self.push(endpoint::address(self.text, first, Role::Upstream), self.implied(), scan);
            }
            "pass" => self.push(endpoint::url(self.text, first, Role::Pass), self.implied(), scan),
            "bind" => self.push(endpoint::address(self.text, first, Role::Bind), self.implied(), scan),
            "resolver" => self.push_resolvers(scan),
            "log" => self.push_syslog(scan),
            "check" => self.push_health_check(scan),
            "param" | "set" if self.name != "perl_set" => self.push_named_value(scan),
            "header" if self.name != "add_header" => self.push_named_value(scan),
            "header" | "headers" => self.push_header(scan),
            "name" if self.name == "server_name" => self.push_server_names(scan),
            "http" | "responder" | "return" | "rewrite" | "page" | "redirect" | "filter" | "server"
            | "address" | "endpoint" | "push" | "pull" | "exec" => self.push_texts(self.arguments, scan),
            _ => {}
        }
    }

    /// Whether it is one of those that say something of a port by more than the port.
    pub fn is_kept(self) -> bool {
        match self.name {
            "listen" | "server" | "include" | "ssl" | "starttls" | "server_name" | "protocol" => true,
            // The answer to plain HTTP at a port of HTTPS.
            "error_page" if self.written("497").is_some() => true,
            // These send a browser to an address.
            "return" | "rewrite" | "error_page" => {
                self.arguments.iter().any(|argument| endpoint::may_hold_port(argument.of(self.text)))
            }
            "add_header" => {
                let header = self.arguments.first().map_or("", |name| name.of(self.text));
                header.eq_ignore_ascii_case("alt-svc")
            }
            _ => self.family() == "pass" || self.is_placeholder(),
        }
    }

    /// Whether a template puts something in its place.
    fn is_placeholder(self) -> bool {
        self.name.starts_with(['$', '%', '@'])
    }

    /// What it listens on, as a server of `module`.
    pub fn listener(self, module: Module) -> Option<Listener> {
        let &first = self.arguments.first().filter(|_| self.name == "listen")?;
        // `http3` was the name of `quic` before nginx 1.25.
        let is_quic = self.written("http3").is_some();
        let transport = if is_quic { Transport::Udp } else { self.listen_protocol().transport()? };
        socket::listener(first.of(self.text), module, transport)
    }

    /// What it connects to.
    pub fn target(self) -> Option<Target> {
        let is_one = self.name == "server" || self.family() == "pass";
        let &first = self.arguments.first().filter(|_| is_one)?;
        socket::target(self.text, first)
    }

    /// Adds the ports in the value of a pair.
    pub fn push_value(self, scan: &mut Scan) {
        self.push_texts(self.arguments, scan);
    }

    /// Adds the port that is the value of a pair.
    pub fn push_port_value(self, scan: &mut Scan) {
        let Some(&value) = self.arguments.first() else { return };
        match endpoint::literal(self.text, value, Role::Directive) {
            Some(port) => self.push(Some(port), Protocol::Unknown, scan),
            None => self.push_value(scan),
        }
    }

    /// What follows the last underscore of the name.
    fn family(&self) -> &str {
        let underscore = self.name.bytes().rposition(|byte| byte == b'_');
        &self.name[underscore.map_or(0, |at| at + 1)..]
    }

    fn push(self, port: Option<PortUse>, protocol: Protocol, scan: &mut Scan) {
        scan.uses.extend(port.map(|port| PortUse { protocol, scope: self.scope, ..port }));
    }

    fn implied(self) -> Protocol {
        Protocol::Implied(self.transport)
    }

    /// The protocol of a `listen`: QUIC is carried by UDP.
    fn listen_protocol(self) -> Protocol {
        let written = self.written("udp").or_else(|| self.written("quic"));
        written.map_or(Protocol::Implied(Transport::Tcp), |word| Protocol::Written(Transport::Udp, word))
    }

    /// The argument that is `word`.
    pub fn written(self, word: &str) -> Option<Span> {
        self.arguments.iter().copied().find(|argument| argument.of(self.text) == word)
    }

    fn push_resolvers(self, scan: &mut Scan) {
        for &word in self.arguments.iter().filter(|word| !word.of(self.text).contains('=')) {
            let server = endpoint::address(self.text, word, Role::Resolver);
            self.push(server, Protocol::Implied(Transport::Udp), scan);
        }
    }

    fn push_syslog(self, scan: &mut Scan) {
        for &word in self.arguments {
            let Some(server) = word.of(self.text).strip_prefix("syslog:server=") else { continue };
            let start = word.end - server.len();
            let width = server.find(',').unwrap_or(server.len());
            let server = endpoint::address(self.text, Span::new(start, start + width), Role::Syslog);
            self.push(server, Protocol::Implied(Transport::Udp), scan);
        }
    }

    fn push_health_check(self, scan: &mut Scan) {
        let protocol =
            self.written("udp").map_or(self.implied(), |word| Protocol::Written(Transport::Udp, word));
        for &word in self.arguments {
            let Some(value) = word.of(self.text).strip_prefix("port=") else { continue };
            let value = Span::new(word.end - value.len(), word.end);
            self.push(endpoint::port(self.text, value, Role::HealthCheckPort), protocol, scan);
        }
    }

    /// A name and its value: `fastcgi_param SERVER_PORT 80`, `set $port 80`, `proxy_set_header Host $host:8080`.
    fn push_named_value(self, scan: &mut Scan) {
        let &[name, ref values @ ..] = self.arguments else { return };
        let value = Directive { arguments: values, ..self };
        if names_port(name.of(self.text).trim_start_matches('$')) {
            value.push_port_value(scan);
        } else {
            value.push_value(scan);
        }
    }

    fn push_header(self, scan: &mut Scan) {
        let &[name, ref values @ ..] = self.arguments else { return };
        if !name.of(self.text).eq_ignore_ascii_case("alt-svc") {
            return self.push_texts(self.arguments, scan);
        }
        for &value in values {
            let services = endpoint::alternatives(self.text, value);
            scan.uses.extend(services.map(|service| PortUse { scope: self.scope, ..service }));
        }
    }

    /// A name that is a regular expression starts with `~`.
    fn push_server_names(self, scan: &mut Scan) {
        for name in self.arguments.iter().filter(|name| !name.of(self.text).starts_with('~')) {
            self.push_texts(&[*name], scan);
        }
    }

    /// Adds the ports of URLs and addresses in free text.
    fn push_texts(self, words: &[Span], scan: &mut Scan) {
        for &word in words {
            let text = word.of(self.text);
            if !endpoint::may_hold_port(text) {
                continue;
            }
            // An address whose host is a variable is one only because nothing else stands in the word.
            if text.starts_with('$') {
                let port =
                    endpoint::url(self.text, word, Role::Directive).filter(|port| port.range.is_some());
                self.push(port, Protocol::Unknown, scan);
            } else {
                addresses::push_ports(text, word.start, Role::Directive, self.scope, scan);
            }
        }
    }
}
