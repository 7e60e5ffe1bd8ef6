//! `healthcheck-port-mismatch`: a health check that asks at a port where the container does not listen.

use std::cell::LazyCell;

use foldhash::HashSet;

use super::{Around, Context, Offer, Rule, calling, is_known_for, text_around, unserved};
use crate::finding::{Finding, Related, Severity};
use crate::languages::Language;
use crate::port::{PortRange, PortUse, Role, Transport};
use crate::project::{Image, Naming, Service};
use crate::text::Span;

/// See `healthcheck_port_mismatch.md`.
pub static RULE: Rule = Rule {
    name: "healthcheck-port-mismatch",
    summary: "a health check that asks at a port where the container does not listen",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &[Language::Dockerfile, Language::Compose],
    tag: None,
    docs: include_str!("healthcheck_port_mismatch.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let first = findings.len();
    if cx.language == Language::Dockerfile {
        judge_stages(cx, findings);
    }
    if cx.project().is_empty() {
        return;
    }
    let told: HashSet<Span> = findings[first..].iter().map(|finding| finding.span).collect();
    let mut found = judge_services(cx);
    found.retain(|finding| !told.contains(&finding.span));
    findings.extend(found);
}

/// Judges the health checks of services by what their stacks say.
fn judge_services(cx: &Context<'_>) -> Vec<Finding> {
    unserved(cx, Naming::Itself, asked, |around, reference, number, offer| {
        let (service, port) = (&around.stack.services[reference.to], around.port(reference.at));
        judge(cx, around, service, port, number, offer)
    })
}

/// Judges `port`, at which the health check of `service` asks, and on which nothing is known to listen.
fn judge(
    cx: &Context<'_>,
    around: Around<'_>,
    service: &Service,
    port: &PortUse,
    number: u16,
    offer: &Offer<'_>,
) -> Option<Finding> {
    let name = &service.name;
    if let Some(mapping) = offer.published_as(number).find(|it| it.transport == Transport::Tcp) {
        let target = offer.target_of(number);
        let inside = target.map_or_else(|| mapping.targets.to_string(), |target| target.to_string());
        let message = format!("port {number} is the host's, in the container `{name}` listens on {inside}");
        let span = around.entry(mapping.place).span;
        let related = vec![around.related(mapping.place.file, span, "published here".to_owned())];
        let fix = target.and_then(|it| calling(cx, port, it));
        return Some(Finding { related, fix, ..RULE.finding(port.span, message) });
    }
    let Image::Built { ports, .. } = &service.image else { return None };
    let [place] = ports[..] else { return None };
    if cx.language == Language::Dockerfile {
        return None;
    }
    let exposed = around.port(place).range?;
    let message =
        format!("nothing is known to listen on {number}, the image of `{name}` exposes {exposed} alone");
    let related = vec![around.related(place.file, around.port(place).span, "exposed here".to_owned())];
    Some(Finding { severity: Severity::Hint, related, ..RULE.finding(port.span, message) })
}

/// Judges the health checks of the stages of a Dockerfile by the one port that each exposes.
fn judge_stages(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let checks = cx.scan.uses.iter().filter_map(|port| Some((port, port.scope?, asked(port)?)));
    let checks: Vec<_> = checks.collect();
    if checks.is_empty() {
        return;
    }
    let exposed = exposed(cx);
    let said = LazyCell::new(|| said(cx));
    for (port, scope, number) in checks {
        let chain = || {
            let base = |&stage: &usize| cx.scan.stages[stage].base;
            std::iter::successors(stage_of(cx, scope), base).take(DEEPEST)
        };
        let says = |number: u16| chain().any(|stage| said.contains(&(stage, Saying::Names, number)));
        let mut exposed = chain().flat_map(|stage| exposed[stage].iter().flatten());
        let Some(only) = exposed.next().filter(|only| exposed.all(|other| other.range == only.range)) else {
            continue;
        };
        let Some(instead) = only.range.and_then(PortRange::port).filter(|&it| it != number) else { continue };
        let is_asked_too = chain().any(|stage| said.contains(&(stage, Saying::Asks, instead)));
        let image = cx.scan.image_of(scope).unwrap_or_default();
        if is_asked_too || says(number) || is_known_for(image, number, Transport::Tcp) {
            continue;
        }
        // Health is often told at a port of its own, of which nothing but the program knows.
        let text = text_around(cx.text, port.span);
        let is_of_its_own = ["actuator", "admin", "manage", "metrics"].iter().any(|it| text.contains(it));
        let is_certain = says(instead) && !is_of_its_own;
        let severity = if is_certain { RULE.severity } else { Severity::Hint };
        let message =
            format!("the health check asks at port {number}, and the image exposes {instead} alone");
        let related = vec![Related::here(only.span, "exposed here".to_owned())];
        let fix = calling(cx, port, instead);
        findings.push(Finding { severity, related, fix, ..RULE.finding(port.span, message) });
    }
}

/// The number at which a health check asks the container itself, if it is written out.
fn asked(port: &PortUse) -> Option<u16> {
    let host = port.address.as_deref().unwrap_or_default();
    let is_local = matches!(host, "localhost" | "127.0.0.1" | "[::1]" | "0.0.0.0");
    let is_asked = port.role == Role::Healthcheck && is_local && port.variable.is_none();
    port.range?.port().filter(|&number| number > 0 && is_asked)
}

/// How many stages are followed that are built upon each other.
const DEEPEST: usize = 8;

/// What a stage does with a number that it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Saying {
    /// It has it in its variables and commands.
    Names,
    /// Its health check asks there.
    Asks,
}

/// The stage of that scope: an index into [`Scan::stages`](crate::languages::Scan::stages), which are in the order of their
/// scopes.
fn stage_of(cx: &Context<'_>, scope: usize) -> Option<usize> {
    cx.scan.stages.binary_search_by_key(&scope, |stage| stage.scope).ok()
}

/// For each stage the ports that it exposes itself, up to two different ones.
fn exposed<'a>(cx: &Context<'a>) -> Vec<[Option<&'a PortUse>; 2]> {
    let mut exposed = vec![[None; 2]; cx.scan.stages.len()];
    for port in cx.scan.uses.iter().filter(|port| port.role == Role::Expose) {
        let Some(stage) = port.scope.and_then(|scope| stage_of(cx, scope)) else { continue };
        let known: &mut [Option<&PortUse>; 2] = &mut exposed[stage];
        let is_known = known.iter().flatten().any(|known| known.range == port.range);
        if let Some(free) = known.iter_mut().find(|place| place.is_none()).filter(|_| !is_known) {
            *free = Some(port);
        }
    }
    exposed
}

/// The numbers that stages say themselves.
fn said(cx: &Context<'_>) -> HashSet<(usize, Saying, u16)> {
    let said = |port: &PortUse| {
        let saying = match port.role {
            Role::Variable | Role::Command => Saying::Names,
            Role::Healthcheck => Saying::Asks,
            _ => return None,
        };
        Some((stage_of(cx, port.scope?)?, saying, port.range?.port()?))
    };
    cx.scan.uses.iter().filter_map(said).collect()
}
