//! `missing-udp`: a service that speaks UDP, listed without a protocol and so on TCP.

use std::cell::LazyCell;

use super::{Context, HostPorts, Rule, adding_key, inserting, listening_on_udp, module_around, written_at};
use crate::finding::{Finding, Fix, Safety, Severity};
use crate::languages::{Directive, EntryStyle, Language, List, Module};
use crate::port::{PortRange, PortUse, Protocol, Transport};
use crate::text::Span;

/// See `missing_udp.md`.
pub static RULE: Rule = Rule {
    name: "missing-udp",
    summary: "a service that speaks UDP, listed without a protocol and so on TCP",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("missing_udp.md"),
    check,
};

/// The numbers on which nothing but UDP is spoken, and DNS, which is asked over UDP first.
const SERVICES: &[(u16, &str)] = &[
    (DNS, "DNS"),
    (67, "DHCP"),
    (68, "DHCP"),
    (69, "TFTP"),
    (123, "NTP"),
    (161, "SNMP"),
    (162, "SNMP trap"),
    (500, "IKE"),
    (1812, "RADIUS"),
    (1813, "RADIUS accounting"),
    (1900, "SSDP"),
    (3702, "WS-Discovery"),
    (4500, "IPsec"),
    (5353, "mDNS"),
    (51820, "WireGuard"),
];

const DNS: u16 = 53;

/// Whether UDP is what is spoken on `port`, so that no protocol at all is hardly what its writer means.
pub fn is_of_udp(port: &PortUse) -> bool {
    port.range.and_then(PortRange::port).is_some_and(speaks_udp)
}

/// Whether UDP is what is spoken on the port of that number, as on that of DNS it is first.
#[must_use]
pub fn speaks_udp(number: u16) -> bool {
    SERVICES.iter().any(|(service, _)| *service == number)
}

/// A port that is listed, with the directive of nginx that does so.
type Listed<'a> = (&'a PortUse, Option<&'a Directive>);

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if !cx.scan.uses.iter().any(is_of_udp) {
        return;
    }
    let hosts = LazyCell::new(|| HostPorts::new(cx.scan));
    for group in groups(cx).into_iter().filter(|group| group.iter().any(|(port, _)| is_of_udp(port))) {
        for &(number, service) in SERVICES {
            if cx.team.find(number, Transport::Tcp).is_some()
                || group.iter().any(|(port, _)| is_deliberate(port, number))
            {
                continue;
            }
            let is_of_service =
                |(port, _): &&Listed<'_>| port.range.is_some_and(|range| range.port() == Some(number));
            for &(port, directive) in group.iter().filter(is_of_service) {
                let remedy = match (directive, number) {
                    (_, DNS) => "list it with udp as well".to_owned(),
                    (Some(_), _) => "add udp".to_owned(),
                    (None, _) => format!("write {number}/udp"),
                };
                let message =
                    format!("port {number} without a protocol is on tcp, and {service} speaks udp, {remedy}");
                let fix = match directive {
                    Some(directive) => fix_of_listen(cx, port, directive),
                    None if hosts.hold_that_of(cx.scan, port, Transport::Udp) => None,
                    None => fix_of_entry(cx, port),
                };
                findings.push(Finding { fix, ..RULE.finding(written_at(port), message) });
            }
        }
    }
}

/// The ports that belong together: those of a build stage, of a service, of a part of nginx configuration for streams.
fn groups<'a>(cx: &Context<'a>) -> Vec<Vec<Listed<'a>>> {
    let scan = cx.scan;
    let container = |entry: usize| Some((&scan.uses[scan.entries[entry].container?], None));
    let mut stages = vec![Vec::new(); scan.scopes.len() + 1];
    for (index, entry) in scan.entries.iter().enumerate().filter(|(_, entry)| entry.list == List::Expose) {
        stages[entry.scope.unwrap_or(scan.scopes.len())].extend(container(index));
    }
    let mut sections = vec![Vec::new(); scan.sections.len()];
    for directive in &scan.directives {
        // TLS over UDP is DTLS, which is rare and would say `udp`.
        let has_tls = directive.arguments.iter().any(|argument| argument.of(cx.text) == "ssl");
        let is_listen = directive.name.of(cx.text) == "listen" && !has_tls;
        if let Some(port) = directive.port
            && is_listen
            && module_around(cx.scan, directive) == Module::Stream
        {
            sections[directive.section].push((&scan.uses[port], Some(directive)));
        }
    }
    let services = scan.services.iter();
    let services =
        services.map(|service| service.entries.iter().filter_map(|&entry| container(entry)).collect());
    services.chain(stages).chain(sections).collect()
}

/// Whether somebody thought of the transport of `number` when they wrote `port`, or may have.
fn is_deliberate(port: &PortUse, number: u16) -> bool {
    let number = u32::from(number);
    let may_be_it = port.range.is_none_or(|range| (range.first..=range.last).contains(&number));
    may_be_it && port.protocol != Protocol::Implied(Transport::Tcp)
}

/// Whether the number of `port` stands at its place as it is, and `/udp` can follow.
fn can_take_suffix(cx: &Context<'_>, port: &PortUse) -> bool {
    let is_literal = port.variable.is_none() && PortRange::parse(port.span.of(cx.text)) == port.range;
    is_literal && !cx.text[port.span.end..].starts_with('/')
}

/// The fix that lists the port on UDP: instead of TCP, but for DNS beside it.
fn fix_of_entry(cx: &Context<'_>, port: &PortUse) -> Option<Fix> {
    let entry = &cx.scan.entries[port.entry?];
    let is_dns = port.range?.port() == Some(DNS);
    match entry.style {
        EntryStyle::Long => {
            let has_key = entry.span.of(cx.text).contains("protocol");
            if is_dns || has_key { None } else { adding_key(cx.text, entry, "protocol: udp", Safety::Unsafe) }
        }
        _ if !can_take_suffix(cx, port) => None,
        EntryStyle::Word if is_dns => {
            Some(inserting("Add 53/udp", entry.span.end, " 53/udp", Safety::Unsafe))
        }
        EntryStyle::Plain | EntryStyle::Quoted if is_dns => {
            let lines = entry.removal?;
            let (before, behind) =
                (Span::new(lines.start, port.span.end), Span::new(port.span.end, lines.end));
            let (before, behind) = (before.of(cx.text), behind.of(cx.text));
            let is_item = before.trim_start().starts_with('-') && behind.ends_with('\n');
            let is_plain = is_item && !before.contains(['&', '!']);
            is_plain
                .then(|| inserting("Add 53/udp", lines.end, format!("{before}/udp{behind}"), Safety::Unsafe))
        }
        _ => Some(inserting("Add /udp", port.span.end, "/udp", Safety::Unsafe)),
    }
}

/// The same of a `listen` in nginx.
fn fix_of_listen(cx: &Context<'_>, port: &PortUse, directive: &Directive) -> Option<Fix> {
    let is_bare = cx.text[port.span.end..].starts_with([' ', '\t', ';']) && port.variable.is_none();
    if !is_bare {
        return None;
    }
    if port.range?.port() != Some(DNS) {
        return Some(inserting("Add udp", port.span.end, " udp", Safety::Unsafe));
    }
    listening_on_udp(cx.text, cx.scan, directive)
}
