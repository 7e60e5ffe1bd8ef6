//! `missing-default-server`: servers that share a socket, none of which is its default.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::{Context, Rule, open_sections, says};
use crate::finding::{Finding, Severity};
use crate::languages::{Language, ListenHost, Module, ScopeKind};
use crate::port::{PortRange, Transport};
use crate::text::Span;

/// See `missing_default_server.md`.
pub static RULE: Rule = Rule {
    name: "missing-default-server",
    summary: "servers that share a socket, none of which is its default",
    severity: Severity::Info,
    is_opt_in: true,
    languages: &[Language::Nginx],
    tag: None,
    docs: include_str!("missing_default_server.md"),
    check,
};

/// A socket of a section.
type Socket = (usize, ListenHost, PortRange, Transport);

/// What is known of a socket.
struct Sharing {
    /// Where the server is told to listen on it that takes what no other one does.
    first: Span,
    /// That server.
    server: usize,
    is_shared: bool,
    has_default: bool,
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let open = open_sections(cx, |directive| directive.scope.is_none());
    let is_judged = |section: usize| cx.scan.sections[section].module == Module::Http && !open[section];
    let mut sockets: HashMap<Socket, Sharing> = HashMap::new();
    let mut order = Vec::new();
    let mut add = |socket: Socket, server: usize, place: Span, is_default: bool| {
        let known = sockets.entry(socket.clone()).or_insert_with(|| {
            order.push(socket);
            Sharing { first: place, server, is_shared: false, has_default: false }
        });
        if place < known.first {
            known.first = place;
        }
        known.is_shared |= known.server != server;
        known.has_default |= is_default;
    };
    let mut listening = HashSet::new();
    for directive in cx.scan.directives.iter().filter(|it| it.name.of(cx.text) == "listen") {
        let Some(server) = directive.scope else { continue };
        listening.insert(server);
        let Some(listener) = directive.listener.as_ref().filter(|_| is_judged(directive.section)) else {
            continue;
        };
        let socket = (directive.section, listener.host.clone(), listener.ports, listener.transport);
        let is_default = says(cx, directive, "default_server") || says(cx, directive, "default");
        add(socket, server, directive.arguments[0], is_default);
    }
    // A server that does not say where it listens does so on port 80.
    let any = ListenHost::Ip(std::net::Ipv4Addr::UNSPECIFIED.into());
    for (index, scope) in cx.scan.scopes.iter().enumerate() {
        let is_silent = scope.kind == ScopeKind::Server(Module::Http) && !listening.contains(&index);
        if is_silent && is_judged(scope.section) {
            add(
                (scope.section, any.clone(), PortRange::single(80), Transport::Tcp),
                index,
                scope.span,
                false,
            );
        }
    }
    for sharing in order.iter().filter_map(|socket| sockets.get(socket)) {
        if sharing.is_shared && !sharing.has_default {
            let message = "servers share this socket and none is its default_server, so the first takes every other name";
            findings.push(RULE.finding(sharing.first, message.to_owned()));
        }
    }
}
