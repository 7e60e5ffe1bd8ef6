//! `wrong-transport`: a number that has a service on another transport only than the one written.

use std::cell::LazyCell;

use foldhash::HashSet;

use super::{Context, HostPorts, Rule, public_port, removing, replacing, written_at};
use crate::finding::{Finding, Fix, Safety, Severity};
use crate::languages::Language;
use crate::port::{PortRange, PortUse, Protocol, Role, Transport};
use crate::registry::{self, Status};
use crate::text::Span;

/// See `wrong_transport.md`.
pub static RULE: Rule = Rule {
    name: "wrong-transport",
    summary: "a number that has a service on another transport only than the one written",
    severity: Severity::Hint,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("wrong_transport.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let taken = LazyCell::new(|| Taken::new(cx));
    findings.extend(cx.unusual_ports().filter_map(|port| judge(cx, port, &taken)));
}

/// The places that a port which changes its transport might find taken.
#[derive(Debug)]
struct Taken {
    /// Every port with its role and transport.
    ports: HashSet<(Role, PortRange, Transport)>,
    hosts: HostPorts,
}

impl Taken {
    fn new(cx: &Context<'_>) -> Self {
        let place = |port: &PortUse| Some((port.role, port.range?, port.protocol.transport()?));
        Self { ports: cx.scan.uses.iter().filter_map(place).collect(), hosts: HostPorts::new(cx.scan) }
    }

    /// Whether a port like `port`, or like the host's that is mapped to it, is on `transport` already.
    fn holds(&self, cx: &Context<'_>, port: &PortUse, transport: Transport) -> bool {
        port.range.is_some_and(|range| self.ports.contains(&(port.role, range, transport)))
            || self.hosts.hold_that_of(cx.scan, port, transport)
    }
}

fn judge(
    cx: &Context<'_>,
    port: &PortUse,
    taken: &LazyCell<Taken, impl FnOnce() -> Taken>,
) -> Option<Finding> {
    let Protocol::Written(transport, span) = port.protocol else { return None };
    let (number, _) = public_port(port)?;
    // QUIC is no choice of a transport, and a protocol on the host's half has a rule of its own.
    let is_chosen = !port.role.is_host() && span.of(cx.text) != "quic";
    // Of most numbers above, a program of one's own is more likely to listen there than who registered them.
    let is_known = number < 1024 || registry::in_practice(number).any(|it| it.transport != transport);
    if !is_chosen
        || !is_known
        || registry::status(number, transport) != Status::HeldBack
        || registry::has_current_user(number, transport)
        || cx.team.find(number, transport).is_some()
    {
        return None;
    }
    let has_it = |on: Transport| registry::status(number, on) == Status::Assigned;
    let others: Vec<Transport> = Transport::ALL.into_iter().filter(|&on| has_it(on)).collect();
    let owner = registry::assignments_on(number, *others.first()?).next()?;
    let names: Vec<&str> = others.iter().map(|on| on.name()).collect();
    let message = format!(
        "port {number} is {} on {} only, and is kept free on {transport}",
        owner.service,
        names.join(" and ")
    );
    let is_literal = span.of(cx.text).eq_ignore_ascii_case(transport.name());
    let at = if is_literal { span } else { written_at(port) };
    let fix = match others[..] {
        [other] if is_literal && !taken.holds(cx, port, other) => changing(cx, port, span, other),
        _ => None,
    };
    Some(Finding { fix, ..RULE.finding(at, message) })
}

/// The fix that writes `transport` where the protocol of `port` stands, at `span`.
fn changing(cx: &Context<'_>, port: &PortUse, span: Span, transport: Transport) -> Option<Fix> {
    if !matches!(port.role, Role::Listen | Role::HealthCheckPort) {
        return (transport != Transport::Dccp)
            .then(|| replacing(cx.text, span, transport.name().to_owned(), Safety::Unsafe));
    }
    // nginx has a word for UDP alone; without it a port is on TCP.
    let start = cx.text[..span.start].trim_end_matches([' ', '\t']).len();
    (transport == Transport::Tcp && start < span.start)
        .then(|| removing(format!("Remove {}", span.of(cx.text)), Span::new(start, span.end), Safety::Unsafe))
}
