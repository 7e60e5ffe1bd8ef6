//! `incomplete-quic`: HTTP/3 that no client will find.

use std::collections::HashSet;

use super::{Context, Rule, open_sections, says};
use crate::finding::{Finding, Severity};
use crate::languages::{Directive, Language};
use crate::port::Transport;

/// See `incomplete_quic.md`.
pub static RULE: Rule = Rule {
    name: "incomplete-quic",
    summary: "a `listen … quic` that nothing announces to clients",
    severity: Severity::Info,
    is_opt_in: false,
    languages: &[Language::Nginx],
    tag: None,
    docs: include_str!("incomplete_quic.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let is_quic = |directive: &Directive| directive.listener.is_some() && says(cx, directive, "quic");
    if !cx.scan.directives.iter().any(is_quic) {
        return;
    }
    let known = Known::of(cx);
    let open = open_sections(cx, |_| true);
    let mut judged = HashSet::new();
    for directive in &cx.scan.directives {
        let (Some(listener), Some(server)) = (&directive.listener, directive.scope) else { continue };
        let section = directive.section;
        let Some(port) = listener.ports.port().filter(|_| says(cx, directive, "quic")) else { continue };
        if open[section] || !judged.insert((section, port)) {
            continue;
        }
        let message = if !known.over_tls.contains(&(section, port)) && !known.ssl_on.contains(&section) {
            format!("nothing listens on port {port} over TCP with ssl, where clients learn of HTTP/3")
        } else if !known.is_announced(section, server, port) {
            format!("no Alt-Svc header tells clients of HTTP/3 on port {port}")
        } else {
            continue;
        };
        findings.push(RULE.finding(directive.arguments[0], message));
    }
}

/// What the file says beside the listens of QUIC.
#[derive(Default)]
struct Known {
    /// The section and port of what listens with TLS over TCP.
    over_tls: HashSet<(usize, u16)>,
    /// The sections in which TLS is switched on by itself.
    ssl_on: HashSet<usize>,
    /// The section, and the server unless it is for all of them, of the headers that announce HTTP/3.
    headers: HashSet<(usize, Option<usize>)>,
    /// The section and port of what listens in a server with such a header.
    announced: HashSet<(usize, u16)>,
}

impl Known {
    fn of(cx: &Context<'_>) -> Self {
        let mut known = Self::default();
        for directive in &cx.scan.directives {
            let section = directive.section;
            let name = directive.name.of(cx.text);
            if name == "ssl" {
                known.ssl_on.insert(section);
            } else if name == "add_header" && announces(cx, directive) {
                known.headers.insert((section, directive.scope));
            }
        }
        for directive in &cx.scan.directives {
            let Some(listener) = &directive.listener else { continue };
            let (section, Some(port)) = (directive.section, listener.ports.port()) else { continue };
            if listener.transport == Transport::Tcp && says(cx, directive, "ssl") {
                known.over_tls.insert((section, port));
            }
            if known.headers.contains(&(section, directive.scope)) {
                known.announced.insert((section, port));
            }
        }
        known
    }

    fn is_announced(&self, section: usize, server: usize, port: u16) -> bool {
        self.headers.contains(&(section, None))
            || self.headers.contains(&(section, Some(server)))
            || self.announced.contains(&(section, port))
    }
}

/// Whether the `Alt-Svc` header of `directive` may name HTTP/3. Its port may be another one, to which a container is
/// published.
fn announces(cx: &Context<'_>, directive: &Directive) -> bool {
    directive.arguments[1..].iter().any(|value| {
        let value = value.of(cx.text);
        value.contains("h3") || value.contains(['$', '{', '%'])
    })
}
