//! What a port is called, what listens there, and what is wrong with it, in a few words each.

use std::borrow::Cow;

use crate::port::Transport;
use crate::registry::{self, Status, TeamPorts};
use crate::rules::speaks_udp;

/// The transport on which the port is used: UDP where nobody is known to use it otherwise.
pub fn usual_transport(number: u16) -> Transport {
    if speaks_udp(number) {
        return Transport::Udp;
    }
    let mut used = registry::in_practice(number).map(|it| it.transport).peekable();
    match used.peek().copied() {
        Some(first) if used.all(|it| it == first) => first,
        _ => Transport::Tcp,
    }
}

/// What people call the port, the best first: the team, products, IANA.
pub fn names(number: u16, transport: Transport, team: &TeamPorts) -> Vec<Cow<'_, str>> {
    let mut names: Vec<Cow<'_, str>> = Vec::new();
    let own = team.at(number).into_iter().map(|row| Cow::from(&row.service));
    let products = registry::in_practice(number).filter(|it| it.transport == transport);
    let products: Vec<&'static str> = products.flat_map(|it| it.names()).collect();
    let assigned: Vec<&'static str> = registry::assignments_on(number, transport)
        .map(|it| it.service)
        .filter(|it| !it.is_empty())
        .collect();
    // IANA's name comes first where a product has it too, or where there is none.
    let (shared, rest): (Vec<&str>, Vec<&str>) =
        assigned.into_iter().partition(|name| products.is_empty() || products.contains(name));
    let former = registry::formerly(number).map(|it| it.service);
    let public = shared.into_iter().chain(products.iter().copied()).chain(rest).chain(former).map(Cow::from);
    for name in own.chain(public) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The name that tells the port from others, if it has one: where several products listen, each name is only one of theirs.
pub fn own_name(number: u16, transport: Transport, team: &TeamPorts) -> Option<&str> {
    if let Some(row) = team.find(number, transport) {
        return Some(&row.service);
    }
    let assigned = || {
        registry::assignments_on(number, transport).map(|it| it.service).filter(|service| !service.is_empty())
    };
    let mut products = registry::in_practice(number).filter(|it| it.transport == transport);
    match (products.next(), products.next()) {
        (None, _) => assigned().next().or_else(|| registry::formerly(number).map(|it| it.service).next()),
        (Some(product), None) => {
            let shared = assigned().find(|service| product.names().any(|name| name == *service));
            let has_many = product.names().count() > 2;
            shared.or_else(|| if has_many { assigned().next() } else { product.names().next() })
        }
        (Some(_), Some(_)) => None,
    }
}

/// What listens there: the team's service, a product, or IANA's title.
pub fn what(number: u16, transport: Transport, team: &TeamPorts) -> Cow<'_, str> {
    if let Some(row) = team.find(number, transport) {
        return if row.note.is_empty() {
            format!("{} (yours)", row.service).into()
        } else {
            (&row.note).into()
        };
    }
    let products = registry::in_practice(number).filter(|it| it.transport == transport);
    let products: Vec<&str> = products.map(|it| it.product).collect();
    if !products.is_empty() {
        return products.join(" / ").into();
    }
    let record = registry::assignments_on(number, transport).find(|it| !it.service.is_empty());
    record.map_or("", |it| if it.title.is_empty() { it.service } else { it.title }).into()
}

/// Why the port should not be used, and what should be instead.
pub fn trouble(number: u16, transport: Transport) -> Option<String> {
    let record = registry::assignments_on(number, transport).next()?;
    let status = match record.status {
        Status::Deregistered => "deregistered",
        Status::Reserved if registry::in_practice(number).next().is_none() => "reserved",
        _ => return None,
    };
    Some(match record.replacement {
        "" => status.to_owned(),
        instead => format!("{status}: use {instead}"),
    })
}

/// The port to use instead of one that is out of use.
pub fn replacement(number: u16) -> Option<u16> {
    registry::assignments(number)
        .filter(|it| it.status != Status::Assigned)
        .find_map(|it| it.replacement_port())
}
