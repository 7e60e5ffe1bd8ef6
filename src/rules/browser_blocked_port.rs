//! `browser-blocked-port`: a web page on a port from which browsers fetch nothing.

use std::cell::LazyCell;

use foldhash::HashSet;

use super::{Context, Rule, directive_around, directives, module_around, ports_within, written_at};
use crate::finding::{Finding, Severity};
use crate::languages::{Directive, Entry, Language, Module};
use crate::port::{PortUse, Transport};
use crate::registry;

/// See `browser_blocked_port.md`.
pub static RULE: Rule = Rule {
    name: "browser-blocked-port",
    summary: "a web page on a port from which browsers fetch nothing (ERR_UNSAFE_PORT)",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Compose, Language::Nginx],
    tag: None,
    docs: include_str!("browser_blocked_port.md"),
    check,
};

/// The ports of containers behind which a web server is to be expected.
const WEB: &[u16] = &[80, 443, 3000, 5000, 8000, 8080, 8443, 8888, 9000];

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if !cx.scan.uses.iter().any(|port| blocked(port).is_some()) {
        return;
    }
    let published = cx.scan.entries.iter().filter_map(|entry| web_page(cx, entry));
    findings.extend(published.filter_map(judge));
    let named = LazyCell::new(|| {
        directives(cx, "server_name").filter_map(|directive| directive.scope).collect::<HashSet<_>>()
    });
    let refused = cx.scan.uses.iter().filter(|port| blocked(port).is_some());
    let mut directives: Vec<&Directive> =
        refused.filter_map(|port| directive_around(cx.scan, port.span)).collect();
    directives.dedup_by_key(|directive| directive.span);
    for directive in directives {
        // A server without a name may well be there for other programs, which are not as strict.
        let is_for_programs = directive.name.of(cx.text) == "listen"
            && !directive.scope.is_some_and(|scope| named.contains(&scope));
        let severity = if is_for_programs { Severity::Info } else { RULE.severity };
        let refused = reached(cx, directive).into_iter().filter_map(judge);
        findings.extend(refused.map(|finding| Finding { severity, ..finding }));
    }
}

/// Why browsers refuse the port, if they do; 0 has a rule of its own.
fn blocked(port: &PortUse) -> Option<registry::BrowserBlock> {
    registry::browser_blocked(port.range?.port().filter(|&number| number > 0)?)
}

fn judge(port: &PortUse) -> Option<Finding> {
    let registry::BrowserBlock { port: number, service, .. } = blocked(port)?;
    let message =
        format!("browsers refuse to open port {number}, which they know as {service} (ERR_UNSAFE_PORT)");
    Some(RULE.finding(written_at(port), message))
}

/// The port of the host under which `entry` publishes a web server.
fn web_page<'a>(cx: &Context<'a>, entry: &Entry) -> Option<&'a PortUse> {
    let container = &cx.scan.uses[entry.container?];
    let says_so = entry.app_protocol.as_deref().is_some_and(|protocol| protocol.starts_with("http"));
    let number = container.range.and_then(|range| range.port());
    let is_web = number.is_some_and(|number| WEB.contains(&number))
        && container.protocol.transport() == Some(Transport::Tcp);
    let host = &cx.scan.uses[entry.host?];
    (host.role.is_host() && (says_so || is_web)).then_some(host)
}

/// The ports under which `directive` of nginx makes browsers look for a page.
fn reached<'a>(cx: &Context<'a>, directive: &Directive) -> Vec<&'a PortUse> {
    let ports = ports_within(cx, directive.span);
    match directive.name.of(cx.text) {
        "listen" if module_around(cx.scan, directive) == Module::Http => {
            ports.filter(|port| !is_loopback(port)).collect()
        }
        // Alt-Svc is the only header that is kept.
        "add_header" => ports.collect(),
        "return" | "rewrite" | "error_page" => {
            ports.filter(|port| matches!(port.scheme.as_deref(), Some("http" | "https"))).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether nobody but other programs of the machine reach the port.
fn is_loopback(port: &PortUse) -> bool {
    let address = port.address.as_deref().unwrap_or_default();
    address.starts_with("127.") || matches!(address, "localhost" | "[::1]")
}
