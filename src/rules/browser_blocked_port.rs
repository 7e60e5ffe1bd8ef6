//! `browser-blocked-port`: a web page on a port from which browsers fetch nothing.

use std::cell::LazyCell;

use foldhash::HashSet;

use super::{Context, Rule, directive_around, directives, module_around, written_at};
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
    let published = cx.scan.entries.iter().filter_map(|entry| web_page(cx, entry));
    findings.extend(published.filter_map(judge));
    if !cx.scan.directives.is_empty() {
        judge_directives(cx, findings);
    }
}

/// Judges what nginx listens on, and where it sends browsers to.
fn judge_directives(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let named = LazyCell::new(|| {
        directives(cx, "server_name").filter_map(|directive| directive.scope).collect::<HashSet<_>>()
    });
    for port in &cx.scan.uses {
        let Some(finding) = judge(port) else { continue };
        let Some(directive) = directive_around(cx.scan, port.span) else { continue };
        if !is_reached(cx, directive, port) {
            continue;
        }
        // A server without a name may well be there for other programs, which are not as strict.
        let is_for_programs = directive.name.of(cx.text) == "listen"
            && !directive.scope.is_some_and(|scope| named.contains(&scope));
        let severity = if is_for_programs { Severity::Info } else { RULE.severity };
        findings.push(Finding { severity, ..finding });
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

/// The port of the host under which `entry` publishes a web server, if it is one that browsers refuse.
fn web_page<'a>(cx: &Context<'a>, entry: &Entry) -> Option<&'a PortUse> {
    let host = &cx.scan.uses[entry.host?];
    blocked(host).filter(|_| host.role.is_host())?;
    let container = &cx.scan.uses[entry.container?];
    let says_so = entry.app_protocol.as_deref().is_some_and(|protocol| protocol.starts_with("http"));
    let number = container.range.and_then(|range| range.port());
    let is_web = number.is_some_and(|number| WEB.contains(&number))
        && container.protocol.transport() == Some(Transport::Tcp);
    (says_so || is_web).then_some(host)
}

/// Whether `directive` of nginx makes browsers look for a page under `port`, which stands in it.
fn is_reached(cx: &Context<'_>, directive: &Directive, port: &PortUse) -> bool {
    match directive.name.of(cx.text) {
        "listen" => module_around(cx.scan, directive) == Module::Http && !is_loopback(port),
        // Alt-Svc is the only header that is kept.
        "add_header" => true,
        "return" | "rewrite" | "error_page" => matches!(port.scheme.as_deref(), Some("http" | "https")),
        _ => false,
    }
}

/// Whether nobody but other programs of the machine reach the port.
fn is_loopback(port: &PortUse) -> bool {
    let address = port.address.as_deref().unwrap_or_default();
    address.starts_with("127.") || matches!(address, "localhost" | "[::1]")
}
