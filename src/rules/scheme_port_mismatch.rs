//! `scheme-port-mismatch`: a URL whose scheme and port contradict each other.

use foldhash::{HashMap, HashMapExt};

use super::{Context, Rule, directive_around, directives, replacing, replacing_port};
use crate::finding::{Finding, Fix, Related, Safety, Severity};
use crate::languages::{Directive, Language, ScopeKind};
use crate::port::{PortRange, PortUse, Role};
use crate::text::Span;

/// See `scheme_port_mismatch.md`.
pub static RULE: Rule = Rule {
    name: "scheme-port-mismatch",
    summary: "a URL that speaks in clear text to a port of TLS, or the other way around",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("scheme_port_mismatch.md"),
    check,
};

/// A scheme, a port that belongs to its twin, the twin, and the port of the scheme itself.
struct Mismatch(&'static str, u16, &'static str, u16);

const MISMATCHES: &[Mismatch] = &[
    Mismatch("http", 443, "https", 80),
    Mismatch("https", 80, "http", 443),
    Mismatch("ws", 443, "wss", 80),
    Mismatch("wss", 80, "ws", 443),
    Mismatch("grpc", 443, "grpcs", 80),
    Mismatch("ldap", 636, "ldaps", 389),
    Mismatch("ldaps", 389, "ldap", 636),
    Mismatch("imaps", 143, "imap", 993),
    Mismatch("smtps", 25, "smtp", 465),
];

impl Mismatch {
    fn of(scheme: &str, port: u16) -> Option<&'static Self> {
        MISMATCHES.iter().find(|it| it.1 == port && it.0.eq_ignore_ascii_case(scheme))
    }

    /// Whether the scheme is the one that encrypts: then the port is what is wrong.
    fn is_encrypted(&self) -> bool {
        self.0.len() > self.2.len()
    }

    fn message(&self) -> String {
        let Self(scheme, port, twin, own) = self;
        let remedy = if self.is_encrypted() { format!(", which is on {own}") } else { String::new() };
        format!("port {port} is for {twin}://, not for {scheme}://{remedy}")
    }
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(cx.ports().filter_map(|port| judge(cx, port)));
    judge_upstreams(cx, findings);
}

fn judge(cx: &Context<'_>, port: &PortUse) -> Option<Finding> {
    let number = port.range.filter(|_| port.variable.is_none())?.port()?;
    let mismatch = Mismatch::of(port.scheme.as_deref()?, number).filter(|_| leads_there(cx, port))?;
    let fix = if mismatch.is_encrypted() {
        replacing_port(cx, port, mismatch.3.to_string(), Safety::Unsafe)
    } else {
        scheme_before(cx, port).map(|span| with_twin(cx, span, mismatch))
    };
    Some(Finding { fix, ..RULE.finding(port.span, mismatch.message()) })
}

/// Whether somebody is sent to `port`. A directive may speak of such an address in order to mend it, as `proxy_redirect`
/// does.
fn leads_there(cx: &Context<'_>, port: &PortUse) -> bool {
    let around = || directive_around(cx.scan, port.span).map_or("", |it| it.name.of(cx.text));
    port.role != Role::Directive || matches!(around(), "return" | "rewrite" | "error_page")
}

/// The fix that makes the scheme at `span` the one that the port is for.
fn with_twin(cx: &Context<'_>, span: Span, mismatch: &Mismatch) -> Fix {
    replacing(cx.text, span, mismatch.2.to_owned(), Safety::Unsafe)
}

/// Where the scheme of the URL of `port` stands, if the host and nothing else is between them.
fn scheme_before(cx: &Context<'_>, port: &PortUse) -> Option<Span> {
    let before = cx.text[..port.span.start].strip_suffix(':')?.strip_suffix(port.address.as_deref()?)?;
    let before = before.strip_suffix("://")?;
    let scheme = port.scheme.as_deref()?;
    let span = Span::new(before.len().checked_sub(scheme.len())?, before.len());
    span.of(cx.text).eq_ignore_ascii_case(scheme).then_some(span)
}

/// Looks at the addresses that name an upstream all of whose servers have the port of the scheme's twin.
fn judge_upstreams(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let is_twins = |port: &PortUse| {
        let number = port.range.and_then(PortRange::port);
        MISMATCHES.iter().any(|mismatch| Some(mismatch.1) == number)
    };
    if !cx.scan.uses.iter().any(|port| port.role == Role::Upstream && is_twins(port)) {
        return;
    }
    let upstreams = upstreams(cx);
    let is_pass = |directive: &&Directive| directive.name.of(cx.text).ends_with("_pass");
    for directive in cx.scan.directives.iter().filter(is_pass) {
        let Some(&address) = directive.arguments.first() else { continue };
        let Some((scheme, rest)) = address.of(cx.text).split_once("://") else { continue };
        let host = &rest[..rest.find(['/', '?']).unwrap_or(rest.len())];
        let Some(&(Some(port), server)) = upstreams.get(&(directive.section, host)) else { continue };
        let Some(mismatch) = Mismatch::of(scheme, port) else { continue };
        let end = address.start + scheme.len();
        let fix = (!mismatch.is_encrypted()).then(|| with_twin(cx, Span::new(address.start, end), mismatch));
        let message = format!("every server of {host} is on port {port}: {}", mismatch.message());
        let related = vec![Related::here(server, format!("a server on port {port}"))];
        let span = Span::new(address.start, end + "://".len() + host.len());
        findings.push(Finding { related, fix, ..RULE.finding(span, message) });
    }
}

/// The upstreams, by the part of the configuration and their names, with the port that all their servers have and the
/// place of the first one.
fn upstreams<'a>(cx: &Context<'a>) -> HashMap<(usize, &'a str), (Option<u16>, Span)> {
    let mut upstreams = HashMap::new();
    for directive in directives(cx, "server") {
        let Some(scope) = directive.scope.map(|scope| &cx.scan.scopes[scope]) else { continue };
        if scope.kind == ScopeKind::Upstream {
            let port = directive.port.and_then(|port| cx.scan.uses[port].range?.port());
            let key = (scope.section, scope.name.as_str());
            let known = upstreams.entry(key).or_insert((port, directive.span));
            known.0 = known.0.filter(|_| known.0 == port);
        }
    }
    upstreams
}
