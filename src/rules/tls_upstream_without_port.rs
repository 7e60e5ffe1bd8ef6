//! `tls-upstream-without-port`: TLS to a server of an upstream that has no port, for which nginx takes 80.

use foldhash::{HashMap, HashMapExt};

use super::{Context, Rule, inserting, says, upstreams};
use crate::finding::{Finding, Related, Safety, Severity};
use crate::languages::{Directive, Language, Target};

/// See `tls_upstream_without_port.md`.
pub static RULE: Rule = Rule {
    name: "tls-upstream-without-port",
    summary: "TLS to a server of an upstream that has no port, for which nginx takes 80",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Nginx],
    tag: None,
    docs: include_str!("tls_upstream_without_port.md"),
    check,
};

/// How requests are passed on to an upstream.
#[derive(Clone, Copy, Default)]
struct Passes<'a> {
    /// The first that does it by TLS.
    by_tls: Option<&'a Directive>,
    /// Whether any does it without, or names a port.
    has_others: bool,
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let is_by_tls = |directive: &Directive| directive.target.is_some_and(|target| is_tls(cx, target));
    if !cx.scan.directives.iter().any(is_by_tls) {
        return;
    }
    let upstreams = upstreams(cx);
    let mut passes: HashMap<usize, Passes<'_>> = HashMap::new();
    for directive in cx.scan.directives.iter().filter(|it| it.name.of(cx.text) != "server") {
        let Some(target) = directive.target else { continue };
        let host = target.host.of(cx.text).to_ascii_lowercase();
        let Some(&upstream) = upstreams.get(&(directive.section, host)) else { continue };
        let known = passes.entry(upstream).or_default();
        // A port behind the name is refused, and may be the one that is meant.
        known.has_others |= target.has_port;
        if is_tls(cx, target) {
            known.by_tls = known.by_tls.or(Some(directive));
        } else {
            known.has_others = true;
        }
    }
    for server in cx.scan.directives.iter().filter(|it| it.name.of(cx.text) == "server") {
        let Some(passes) = server.scope.and_then(|scope| passes.get(&scope)) else { continue };
        findings.extend(passes.by_tls.and_then(|pass| finding(cx, server, pass, *passes)));
    }
}

/// Whether what is passed on to `target` is TLS.
fn is_tls(cx: &Context<'_>, target: Target) -> bool {
    let scheme = target.scheme.of(cx.text);
    ["https", "grpcs", "suwsgi"].iter().any(|it| scheme.eq_ignore_ascii_case(it))
}

fn finding(cx: &Context<'_>, server: &Directive, pass: &Directive, passes: Passes<'_>) -> Option<Finding> {
    let target = server.target.filter(|target| !target.has_port && target.scheme.is_empty())?;
    if server.arguments.iter().any(|word| word.of(cx.text).starts_with("service="))
        || says(cx, server, "down")
    {
        return None;
    }
    let host = target.host.of(cx.text);
    let message = format!("{host} has no port, nginx takes 80 for it, and what is passed on is TLS");
    let related = vec![Related::here(pass.arguments[0], "it is passed on here".to_owned())];
    // For the others port 443 would be as wrong as 80 is for TLS.
    let fix = (!passes.has_others).then(|| inserting("Add :443", target.host.end, ":443", Safety::Unsafe));
    Some(Finding { related, fix, ..RULE.finding(target.host, message) })
}
