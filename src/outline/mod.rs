//! The outline of a file: its ports under the stages, services and blocks that they stand in.
//!
//! What holds no port is left out, and so are ports in free text, which are somebody else's. A symbol holds its children's
//! bytes, so that an editor can tell from a place in which symbol it is.

use std::cmp::Reverse;
use std::collections::HashSet;

use crate::describe::{Markup, service_name};
use crate::languages::{Scan, Scope, ScopeKind};
use crate::port::{PortRange, PortUse, Role, Transport};
use crate::registry::{self, Status, TeamPorts};
use crate::text::Span;

/// How deep symbols lie within each other at most; what is deeper belongs to the last one.
const DEEPEST: usize = 6;

/// A line of an outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// What it is called; not empty, and on one line.
    pub name: String,
    /// What else there is to say in a few words; empty where there is nothing.
    pub detail: String,
    /// What it is.
    pub kind: Kind,
    /// All of it.
    pub span: Span,
    /// What of it to show; lies within `span`.
    pub selection: Span,
    /// Whether its number is one that IANA has withdrawn.
    pub is_withdrawn: bool,
    /// What lies within it, in the order of the file.
    pub children: Vec<Self>,
}

/// What a [`Symbol`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A build stage of a Dockerfile.
    Stage,
    /// A service of a compose file.
    Service,
    /// A `server` block of nginx.
    Server,
    /// An `upstream` block of nginx.
    Upstream,
    /// A port, or the two halves of a mapping.
    Port,
    /// Several ports in a row.
    Range,
}

/// The outline of `text`, in the order of the file; the `team` has names for its ports.
#[must_use]
pub fn outline(text: &str, scan: &Scan, team: &TeamPorts) -> Vec<Symbol> {
    let scopes = scan.scopes.iter().enumerate().map(|(index, scope)| owner(scan, index, scope));
    let is_exposed = |port: &&PortUse| port.role == Role::Expose;
    let exposed: HashSet<PortRange> =
        scan.uses.iter().filter(is_exposed).filter_map(|port| port.range).collect();
    // The variable that an exposed port comes from says nothing new.
    let is_told = |index: &usize| {
        let port = &scan.uses[*index];
        port.role == Role::Variable && port.range.is_some_and(|range| exposed.contains(&range))
    };
    let ports = (0..scan.uses.len()).filter(|index| !is_told(index));
    let ports = ports.filter_map(|index| port(text, scan, index, team));
    let mut symbols: Vec<Symbol> = scopes.chain(ports).collect();
    symbols.sort_by_key(|symbol| (symbol.span.start, Reverse(symbol.span.end)));
    let mut nest = Nest::default();
    for symbol in symbols {
        nest.add(symbol);
    }
    nest.close(|_| true);
    nest.roots
}

/// Symbols that are being put into each other.
#[derive(Debug, Default)]
struct Nest {
    roots: Vec<Symbol>,
    /// Those that may hold what comes next, the innermost last.
    open: Vec<Symbol>,
}

impl Nest {
    /// Adds the next symbol in the order of the file.
    fn add(&mut self, symbol: Symbol) {
        let span = symbol.span;
        self.close(|outer| outer.span.end < span.end);
        if symbol.kind.is_port() {
            self.put(symbol);
        } else if self.open.len() < DEEPEST {
            self.open.push(symbol);
        }
    }

    /// Closes the innermost symbols as long as they are `done`; those that hold no port are gone.
    fn close(&mut self, done: impl Fn(&Symbol) -> bool) {
        while let Some(symbol) = self.open.pop_if(|symbol| done(symbol)) {
            if !symbol.children.is_empty() {
                self.put(symbol);
            }
        }
    }

    fn put(&mut self, symbol: Symbol) {
        match self.open.last_mut() {
            Some(outer) => outer.children.push(symbol),
            None => self.roots.push(symbol),
        }
    }
}

impl Kind {
    const fn is_port(self) -> bool {
        matches!(self, Self::Port | Self::Range)
    }
}

/// A symbol for the scope of that index.
fn owner(scan: &Scan, index: usize, scope: &Scope) -> Symbol {
    let by_scope = |at: Result<usize, usize>| at.ok();
    let name = Markup::Plain.text(&scope.name).trim().to_owned();
    let (kind, name, detail) = match scope.kind {
        ScopeKind::Stage => {
            let stage = by_scope(scan.stages.binary_search_by_key(&index, |stage| stage.scope));
            let image = stage.map_or("", |stage| scan.stages[stage].image.as_str());
            let image = if image.contains('$') { "" } else { image };
            // A stage without a name is called by its number, which nobody knows.
            let is_named = !name.bytes().all(|byte| byte.is_ascii_digit());
            match (is_named, image) {
                (true, image) => (Kind::Stage, name, image.to_owned()),
                (false, "") => (Kind::Stage, format!("stage {name}"), String::new()),
                (false, image) if scan.stages.len() == 1 => (Kind::Stage, image.to_owned(), String::new()),
                (false, image) => (Kind::Stage, image.to_owned(), format!("stage {name}")),
            }
        }
        ScopeKind::Service => {
            let service = by_scope(scan.services.binary_search_by_key(&index, |service| service.scope));
            let image = service.and_then(|service| scan.services[service].image.as_ref());
            (Kind::Service, name, image.map_or(String::new(), |image| Markup::Plain.text(&image.value)))
        }
        ScopeKind::Server(_) if matches!(name.as_str(), "" | "_") => {
            (Kind::Server, "server".to_owned(), String::new())
        }
        ScopeKind::Server(_) => (Kind::Server, name, "server".to_owned()),
        ScopeKind::Upstream => (Kind::Upstream, name, "upstream".to_owned()),
    };
    let fallback = match kind {
        Kind::Stage => "stage",
        Kind::Service => "service",
        _ => "upstream",
    };
    Symbol {
        name: if name.is_empty() { fallback.to_owned() } else { name },
        detail,
        kind,
        span: hull(scope.extent, scope.span),
        selection: scope.span,
        is_withdrawn: false,
        children: Vec::new(),
    }
}

/// A symbol for the port of that index, with the other half of its mapping; nothing for one that the other half tells of,
/// and for one in free text.
fn port(text: &str, scan: &Scan, index: usize, team: &TeamPorts) -> Option<Symbol> {
    let port = &scan.uses[index];
    if !port.role.is_structural() || port.role == Role::ExposeHost {
        return None;
    }
    let pair = port.pair.filter(|&pair| is_written_together(scan, port, &scan.uses[pair]));
    if pair.is_some_and(|pair| pair < index) {
        return None;
    }
    let other = pair.map(|pair| &scan.uses[pair]);
    let (host, inner) = match other {
        Some(other) if port.role.is_host() => (Some(port), other),
        Some(other) if other.role.is_host() => (Some(other), port),
        _ => (None, port),
    };
    let span = other.map_or(port.span, |other| hull(port.span, other.span));
    let is_range =
        [Some(inner), host].into_iter().flatten().any(|it| it.range.is_some_and(|it| !it.is_single()));
    Some(Symbol {
        name: name(text, host, inner),
        detail: detail(host, inner, team),
        kind: if is_range { Kind::Range } else { Kind::Port },
        span,
        selection: span,
        is_withdrawn: is_withdrawn(inner) || host.is_some_and(is_withdrawn),
        children: Vec::new(),
    })
}

/// Whether both halves of a mapping stand where the mapping does; an alias may bring one from elsewhere.
fn is_written_together(scan: &Scan, one: &PortUse, other: &PortUse) -> bool {
    let Some(entry) = one.entry.filter(|_| one.entry == other.entry) else { return false };
    let span = scan.entries[entry].span;
    [one, other].iter().all(|it| span.start <= it.span.start && it.span.end <= span.end)
}

/// What a port is called: `8080 → 80/tcp`, `→ app:3000`, `443/tcp`.
fn name(text: &str, host: Option<&PortUse>, port: &PortUse) -> String {
    let number = |port: &PortUse| match port.range {
        Some(range) => range.to_string(),
        None => Markup::Plain.text(port.span.of(text)),
    };
    let transport = port.protocol.transport().map(|transport| format!("/{transport}")).unwrap_or_default();
    let address = port.address.as_deref().map(|address| Markup::Plain.text(address)).unwrap_or_default();
    match (host, port.role) {
        (Some(host), _) => format!("{} → {}{transport}", number(host), number(port)),
        (None, Role::Pass) => format!("→ {address}:{}", number(port)),
        (None, Role::Upstream | Role::Bind | Role::Resolver | Role::Syslog) => {
            format!("{address}:{}", number(port))
        }
        (None, _) => format!("{}{transport}", number(port)),
    }
}

/// Who is known there, and what the port does that its name does not tell.
fn detail(host: Option<&PortUse>, port: &PortUse, team: &TeamPorts) -> String {
    let transport = port.protocol.transport().unwrap_or(Transport::Tcp);
    let who = port.range.and_then(|range| service_name(range, transport, team));
    let at = |what: &str, address: Option<&str>| {
        let address = address.filter(|it| !matches!(*it, "" | "*" | "0.0.0.0" | "[::]" | "::"));
        address.map(|address| format!("{what} {}", Markup::Plain.text(address)))
    };
    let what = match port.role {
        Role::Container if host.is_none() => Some("published on a random port".to_owned()),
        Role::Container | Role::Host => at("published on", host.unwrap_or(port).address.as_deref()),
        Role::Listen if port.address.as_deref() == Some("[::]") => Some("on IPv6".to_owned()),
        Role::Listen => at("on", port.address.as_deref()),
        Role::Variable => Some("variable".to_owned()),
        Role::ServiceExpose => Some("exposed".to_owned()),
        Role::Router => Some("behind a reverse proxy".to_owned()),
        Role::Bind => Some("local end".to_owned()),
        Role::Resolver => Some("resolver".to_owned()),
        Role::Syslog => Some("log server".to_owned()),
        Role::HealthCheckPort => Some("health check".to_owned()),
        _ => None,
    };
    who.map(|who| Markup::Plain.text(who)).into_iter().chain(what).collect::<Vec<_>>().join(", ")
}

/// Whether IANA has withdrawn the number.
fn is_withdrawn(port: &PortUse) -> bool {
    let transport = port.protocol.transport().unwrap_or(Transport::Tcp);
    let number = port.range.and_then(|range| range.port());
    number.is_some_and(|number| registry::status(number, transport) == Status::Deregistered)
}

/// The smallest span that holds both.
fn hull(one: Span, other: Span) -> Span {
    Span::new(one.start.min(other.start), one.end.max(other.end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::{Language, scan};

    /// The lines of an outline, each with the first line of what it covers.
    fn lines(text: &str, language: Language) -> Vec<String> {
        fn add(symbols: &[Symbol], depth: usize, text: &str, lines: &mut Vec<String>) {
            for symbol in symbols {
                let detail =
                    if symbol.detail.is_empty() { String::new() } else { format!(" ({})", symbol.detail) };
                let withdrawn = if symbol.is_withdrawn { " withdrawn" } else { "" };
                let selection = symbol.selection.of(text);
                assert!(!symbol.name.trim().is_empty());
                lines.push(format!("{}{}{detail}{withdrawn} @{selection}", "  ".repeat(depth), symbol.name));
                add(&symbol.children, depth + 1, text, lines);
            }
        }
        let mut all = Vec::new();
        add(&outline(text, &scan(text, language), &TeamPorts::default()), 0, text, &mut all);
        all
    }

    #[test]
    fn services() {
        let text = "# 💣\r\nx: &x 585\r\nservices:\r\n  web:\r\n    image: a/b:1\r\n    ports:\r\n      - '127.0.0.1:8080:80'\r\n      - 81/udp\r\n      - {target: 5432, published: '90-99'}\r\n      - {target: *x, published: 82}\r\n      - $P:70000\r\n    environment: {URL: 'http://a:83', PORT: 84}\r\n  none: {image: c}\r\n  '':\r\n    expose: [85]\r\n";
        assert_eq!(
            lines(text, Language::Compose),
            [
                "585/tcp (published on a random port) withdrawn @585",
                "web (a/b:1) @web",
                "  8080 → 80/tcp (http, published on 127.0.0.1) @8080:80",
                "  81/udp (published on a random port) @81",
                "  90-99 → 5432/tcp (postgresql) @5432, published: '90-99",
                "  82/tcp @82",
                "  $P → 70000/tcp @$P:70000",
                "service @",
                "  85/tcp (exposed) @85",
            ]
        );
    }

    #[test]
    fn stages() {
        let text = "ARG PORT=80\nFROM node:20 AS build\nRUN curl http://a:1\nFROM build\nEXPOSE 443 1-2/udp\nCOPY <<E /etc/nginx/nginx.conf\nserver { listen 585; }\nE\nFROM $A\nEXPOSE $B\n";
        assert_eq!(
            lines(text, Language::Dockerfile),
            [
                "80 (http, variable) @80",
                "build (stage 1) @FROM",
                "  443/tcp (https) @443",
                "  1-2/udp @1-2",
                "  server @server",
                "    585/tcp withdrawn @585",
                "stage 2 @FROM",
                "  $B/tcp @$B",
            ]
        );
    }

    #[test]
    fn blocks() {
        let text = "http {\n upstream app { server a:3000; server unix:/a; }\n server { listen 127.0.0.1:80; server_name b c; location / { proxy_pass http://app:5432/; } }\n server { server_name _; listen [::]:443; }\n server { }\n resolver 1.1.1.1:53;\n}\nserver { listen 81;";
        assert_eq!(
            lines(text, Language::Nginx),
            [
                "app (upstream) @app",
                "  a:3000 @3000",
                "b (server) @server",
                "  80/tcp (http, on 127.0.0.1) @80",
                "  → app:5432 (postgresql) @5432",
                "server @server",
                "  443/tcp (https, on IPv6) @443",
                "1.1.1.1:53 (dns, resolver) @53",
                "server @server",
                "  81/tcp @81",
            ]
        );
        assert_eq!(lines("", Language::Nginx), [""; 0]);
        assert_eq!(lines("listen 80;", Language::Nginx), ["80/tcp (http) @80"]);
    }

    #[test]
    fn what_reaches_further_lies_beside() {
        let symbol = |kind, start, end| {
            let span = Span::new(start, end);
            let (name, detail, children) = (String::new(), String::new(), Vec::new());
            Symbol { name, detail, kind, span, selection: span, is_withdrawn: false, children }
        };
        let mut nest = Nest::default();
        for (kind, start, end) in [
            (Kind::Server, 0, 10),
            (Kind::Port, 1, 2),
            (Kind::Server, 5, 20),
            (Kind::Port, 10, 20),
            (Kind::Port, 19, 21),
        ] {
            nest.add(symbol(kind, start, end));
        }
        nest.close(|_| true);
        let found: Vec<_> = nest.roots.iter().map(|root| (root.span.start, root.children.len())).collect();
        assert_eq!(found, [(0, 1), (5, 1), (19, 0)]);
    }

    #[test]
    fn blocks_in_blocks_in_blocks_have_a_bottom() {
        let text = "server { listen 80; ".repeat(10_000);
        let mut symbols = &outline(&text, &scan(&text, Language::Nginx), &TeamPorts::default());
        let mut depth = 0;
        while let Some(symbol) = symbols.iter().find(|symbol| !symbol.children.is_empty()) {
            (symbols, depth) = (&symbol.children, depth + 1);
        }
        assert_eq!((depth, symbols.len()), (DEEPEST, 10_000 - DEEPEST + 1));
    }
}
