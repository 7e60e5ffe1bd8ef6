//! `unserved-upstream-port`: nginx sends requests to a port of a service on which nothing is known to listen.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};

use super::{Around, Context, Mentions, Offer, Rule, base_is_known_for, stacks};
use crate::finding::{Finding, Severity};
use crate::languages::Language;
use crate::port::{PortUse, Role, Transport};
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
    let (mut found, mut served) = (Vec::new(), HashSet::new());
    for around in stacks(cx) {
        let mentions = LazyCell::new(|| Mentions::of(around.stack));
        let mut offers = HashMap::new();
        for reference in around.references().iter().filter(|reference| reference.by == Naming::Network) {
            let port = around.port(reference.at);
            let Some(number) = passed_to(port) else { continue };
            let service = &around.stack.services[reference.to];
            let Some(offer) = offers.entry(reference.to).or_insert_with(|| Offer::of(around, reference.to))
            else {
                continue;
            };
            let transport = port.protocol.transport().unwrap_or(Transport::Tcp);
            if offer.serves(number) {
                served.insert(port.span);
            } else if offer.published_as(number).next().is_none()
                && !mentions.hold(around, service, number)
                && !base_is_known_for(&service.image, number, transport)
            {
                found.extend(judge(around, service, port, number, offer));
            }
        }
    }
    findings.extend(found.into_iter().filter(|finding: &Finding| !served.contains(&finding.span)));
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
