//! `cleartext-service`: an old service that sends everything in clear text.

use std::cell::LazyCell;

use super::{Context, Rule, written_at};
use crate::finding::{Finding, Severity};
use crate::languages::{Language, Module, ScopeKind};
use crate::port::{PortUse, Role, Transport};
use crate::registry;

/// See `cleartext_service.md`.
pub static RULE: Rule = Rule {
    name: "cleartext-service",
    summary: "Telnet, FTP and older services that send everything in clear text",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("cleartext_service.md"),
    check,
};

/// Remote shell on TCP, and syslog on UDP, which many take along to TCP.
const SHELL: u16 = 514;

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let is_syslog = LazyCell::new(|| cx.ports().any(|port| number_on(port, Transport::Udp) == Some(SHELL)));
    for port in cx.ports() {
        let Some(number) = number_on(port, Transport::Tcp) else { continue };
        let severity = match number {
            SHELL if *is_syslog => continue,
            // Of those who write it, most mean syslog.
            SHELL => Severity::Info,
            // FTP, which some still have to offer.
            20 | 21 => Severity::Info,
            // Nobody starts these any more but by mistake. What can be upgraded to TLS where it is (mail, LDAP) is none of them.
            7 | 9 | 13 | 17 | 19 | 23 | 37 | 79 | 512 | 513 => Severity::Warning,
            _ => continue,
        };
        if names_service(cx, port) && cx.team.find(number, Transport::Tcp).is_none() {
            let message = message(number);
            findings.push(Finding { severity, ..RULE.finding(written_at(port), message) });
        }
    }
}

fn number_on(port: &PortUse, transport: Transport) -> Option<u16> {
    port.range?.port().filter(|_| port.protocol.transport() == Some(transport))
}

fn message(number: u16) -> String {
    if number == SHELL {
        return "port 514 is rsh, or syslog on tcp, which send everything in clear text, use SSH or port 6514"
            .to_owned();
    }
    let known = registry::cleartext(number, Transport::Tcp);
    let (service, instead) = known.map_or(("an old service", ""), |known| (known.service, known.replacement));
    let remedy = if instead.is_empty() { String::new() } else { format!(", use {instead}") };
    format!("port {number} is {service}, which sends everything in clear text{remedy}")
}

/// Whether the number says which service it is: as a container's port, as one that nginx listens on, in a URL. Whoever
/// speaks HTTP there says so.
fn names_service(cx: &Context<'_>, port: &PortUse) -> bool {
    let module = || match cx.scan.scopes.get(port.scope?)?.kind {
        ScopeKind::Server(module) => Some(module),
        _ => None,
    };
    match port.role {
        Role::Expose | Role::Container | Role::ServiceExpose => true,
        Role::Listen => matches!(module(), Some(Module::Stream)),
        _ => port.scheme.as_deref().is_some_and(|scheme| !OTHERS.contains(&scheme)),
    }
}

/// The schemes of what is no such service wherever it runs.
const OTHERS: [&str; 9] = ["http", "https", "ws", "wss", "grpc", "grpcs", "tls", "ssl", "ssh"];
