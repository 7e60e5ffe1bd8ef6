//! `unserved-upstream-port`: nginx sends requests to a port of a service on which nothing is known to listen.

use super::{Around, Context, Offer, Rule, unserved};
use crate::finding::{Finding, Severity};
use crate::languages::Language;
use crate::port::{PortUse, Role};
use crate::project::{Image, Naming, Service};

/// See `unserved_upstream_port.md`.
pub static RULE: Rule = Rule {
    name: "unserved-upstream-port",
    summary: "a port that nginx sends requests to, on which the service is not known to listen",
    severity: Severity::Hint,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("unserved_upstream_port.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(unserved(cx, Naming::Network, passed_to, |around, reference, number, offer| {
        // Of a port of the host another rule speaks.
        let is_published = offer.published_as(number).next().is_some();
        let (service, port) = (&around.stack.services[reference.to], around.port(reference.at));
        if is_published { None } else { judge(around, service, port, number, offer) }
    }));
}

/// The number of a port that nginx sends requests to, if it is written out.
fn passed_to(port: &PortUse) -> Option<u16> {
    let is_passed = matches!(port.role, Role::Pass | Role::Upstream) && port.variable.is_none();
    port.range?.port().filter(|&number| number > 0 && is_passed)
}

/// Judges `port`, by which nginx sends requests to `service`, and on which nothing is known to listen.
fn judge(
    around: Around<'_>,
    service: &Service,
    port: &PortUse,
    number: u16,
    offer: &Offer<'_>,
) -> Option<Finding> {
    let Image::Built { ports, .. } = &service.image else { return None };
    let place = service.exposed.iter().chain(ports).next()?;
    let known = offer.mappings.iter().map(|mapping| mapping.targets);
    let known = known.chain(offer.exposed.iter().chain(offer.built.iter().flatten()).copied());
    let mut numbers: Vec<String> = known.map(|range| range.to_string()).collect();
    numbers.sort();
    numbers.dedup();
    let name = &service.name;
    let message = match &numbers[..] {
        [only] => {
            format!("nothing is known to listen on port {number} of `{name}`, which exposes {only} alone")
        }
        _ => format!("nothing is known to listen on port {number} of `{name}`, which exposes others"),
    };
    let related = vec![around.related(place.file, around.port(*place).span, "exposed here".to_owned())];
    Some(Finding { related, ..RULE.finding(port.span, message) })
}
