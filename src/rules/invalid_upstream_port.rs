//! `invalid-upstream-port`: a port where nginx takes none, or none where it wants one.

use std::cell::OnceCell;

use foldhash::{HashMap, HashSet};

use super::{Context, Rule, module_around, open_sections, removing, upstreams};
use crate::finding::{Finding, Related, Safety, Severity};
use crate::languages::{Directive, Language, Module, ScopeKind, Target};
use crate::text::Span;

/// See `invalid_upstream_port.md`.
pub static RULE: Rule = Rule {
    name: "invalid-upstream-port",
    summary: "a port behind the name of an upstream, or an address without the port that nginx wants",
    severity: Severity::Error,
    is_opt_in: false,
    languages: &[Language::Nginx],
    tag: None,
    docs: include_str!("invalid_upstream_port.md"),
    check,
};

/// What the file says of upstreams, as far as somebody asked.
#[derive(Default)]
struct Known {
    /// Those that have a block: indexes into [`Scan::scopes`](crate::languages::Scan::scopes).
    upstreams: OnceCell<HashMap<(usize, String), usize>>,
    /// For each section whether another file may define some.
    open: OnceCell<Vec<bool>>,
    /// The hosts that were passed on to with a port so far, by section. In `http` nginx takes it where a later line
    /// has none.
    ports: HashSet<(usize, String)>,
    /// Whether any line has none and needs one, so that those are worth knowing.
    lacks_ports: bool,
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let lacks_port = |directive: &Directive| {
        directive.target.is_some_and(|target| !target.has_port && !has_default_port(cx, directive, target))
    };
    let lacks_ports = cx.scan.directives.iter().any(lacks_port);
    let mut known = Known { lacks_ports, ..Known::default() };
    for directive in &cx.scan.directives {
        let Some(target) = directive.target else { continue };
        let found = match kind(cx, directive) {
            Kind::Pass => pass(cx, directive, target, &mut known),
            Kind::Server => server(cx, directive, target),
            Kind::Neither => None,
        };
        findings.extend(found);
    }
}

/// For each section whether another file may define upstreams in it.
fn open(cx: &Context<'_>) -> Vec<bool> {
    // An upstream may be defined where servers may, and not inside of one.
    let mut open = open_sections(cx, |directive| directive.scope.is_none());
    open[..1].fill(true);
    for scope in cx.scan.scopes.iter().filter(|scope| scope.kind == ScopeKind::Upstream) {
        open[scope.section] |= scope.name.contains(['$', '{', '<', '%', '@']);
    }
    open
}

/// How a directive connects to its target.
enum Kind {
    /// To an upstream or to a host.
    Pass,
    /// As a server of an upstream.
    Server,
    /// In a way that is no matter of this rule.
    Neither,
}

fn kind(cx: &Context<'_>, directive: &Directive) -> Kind {
    match directive.name.of(cx.text) {
        "server" => Kind::Server,
        "proxy_pass" | "grpc_pass" | "fastcgi_pass" | "uwsgi_pass" | "scgi_pass" | "memcached_pass" => {
            Kind::Pass
        }
        _ => Kind::Neither,
    }
}

fn pass(cx: &Context<'_>, directive: &Directive, target: Target, known: &mut Known) -> Option<Finding> {
    // It is right whether it names an upstream or a host.
    let is_right = !target.has_port && has_default_port(cx, directive, target);
    if is_right && !known.lacks_ports {
        return None;
    }
    // With a variable anywhere in it the address is put together, and looked up, at each request.
    if directive.arguments[0].of(cx.text).contains(['$', '{', '<', '%', '@']) {
        return None;
    }
    let host = target.host.of(cx.text);
    let key = (directive.section, host.to_ascii_lowercase());
    if let Some(&upstream) = known.upstreams.get_or_init(|| upstreams(cx)).get(&key) {
        return target.has_port.then(|| port_behind_upstream(cx, directive, target, upstream)).flatten();
    }
    if target.has_port || has_default_port(cx, directive, target) {
        if known.lacks_ports {
            known.ports.insert(key);
        }
        return None;
    }
    let is_open = known.open.get_or_init(|| open(cx))[directive.section];
    let is_stream = module_around(cx.scan, directive) == Module::Stream;
    if !is_stream && known.ports.contains(&key) || is_open && !is_address(host) {
        return None;
    }
    // Another file may pass on to the same address with a port, which nginx would then take here as well.
    let severity = if is_open && !is_stream { Severity::Warning } else { Severity::Error };
    Some(Finding { severity, ..no_port(cx, target) })
}

fn port_behind_upstream(
    cx: &Context<'_>,
    directive: &Directive,
    target: Target,
    upstream: usize,
) -> Option<Finding> {
    let port = &cx.scan.uses[directive.port?];
    let number = port.range?.port().filter(|&number| number > 0)?;
    let host = target.host.of(cx.text);
    let message = format!("{host} is an upstream, nginx refuses the port {number} behind its name");
    let place = Span::new(target.host.end, port.span.end);
    let fix = removing(format!("Remove :{number}"), place, Safety::Safe);
    let there = Related::here(cx.scan.scopes[upstream].span, "the upstream is defined here".to_owned());
    let help = Some("its servers have the ports".to_owned());
    Some(Finding { related: vec![there], help, fix: Some(fix), ..RULE.finding(port.span, message) })
}

/// A server of an upstream: in `stream` it needs a port, and with `service=` it has one from DNS.
fn server(cx: &Context<'_>, directive: &Directive, target: Target) -> Option<Finding> {
    let upstream = directive.scope.filter(|&scope| cx.scan.scopes[scope].kind == ScopeKind::Upstream)?;
    let mut words = directive.arguments.iter().skip(1).map(|word| word.of(cx.text));
    let has_service = words.any(|word| word.starts_with("service="));
    let is_stream = cx.scan.sections[cx.scan.scopes[upstream].section].module == Module::Stream;
    if has_service && target.has_port {
        let port = &cx.scan.uses[directive.port?];
        let message = "nginx refuses a port beside service=, which takes it from DNS".to_owned();
        let place = Span::new(target.host.end, port.span.end);
        let fix = Some(removing(format!("Remove :{}", port.span.of(cx.text)), place, Safety::Safe));
        return Some(Finding { fix, ..RULE.finding(port.span, message) });
    }
    let lacks_port = is_stream && !has_service && !target.has_port;
    lacks_port.then(|| no_port(cx, target))
}

fn no_port(cx: &Context<'_>, target: Target) -> Finding {
    let host = target.host.of(cx.text);
    RULE.finding(target.host, format!("{host} has no port, nginx refuses the address without one"))
}

/// Whether nginx knows the port by itself: HTTP has one.
fn has_default_port(cx: &Context<'_>, directive: &Directive, target: Target) -> bool {
    let is_stream = module_around(cx.scan, directive) == Module::Stream && target.scheme.is_empty();
    directive.name.of(cx.text) == "proxy_pass" && !is_stream
}

/// Whether `host` is an address, and no name of an upstream that another file may define.
fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
}
