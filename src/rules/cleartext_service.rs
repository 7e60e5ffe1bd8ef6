//! `cleartext-service`: an old service that sends everything in clear text.

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

/// The numbers of services that nobody starts any more but by mistake. Those that can be upgraded to TLS where they are
/// (mail, LDAP) are not among them.
const OUT_OF_USE: &[u16] = &[7, 9, 13, 17, 19, 23, 37, 79, 512, 513, 514];

/// FTP, which some still have to offer.
const FTP: [u16; 2] = [20, 21];

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(cx.ports().filter_map(|port| judge(cx, port)));
}

fn judge(cx: &Context<'_>, port: &PortUse) -> Option<Finding> {
    let number = port.range?.port()?;
    let severity = match number {
        number if FTP.contains(&number) => Severity::Info,
        number if OUT_OF_USE.contains(&number) => Severity::Warning,
        _ => return None,
    };
    if port.protocol.transport() != Some(Transport::Tcp)
        || !names_service(cx, port)
        || cx.team.find(number, Transport::Tcp).is_some()
    {
        return None;
    }
    let service = registry::cleartext(number, Transport::Tcp)?;
    let mut message = format!("port {number} is {}, which sends everything in clear text", service.service);
    if !service.replacement.is_empty() {
        message.push_str(&format!(", use {}", service.replacement));
    }
    Some(Finding { severity, ..RULE.finding(written_at(port), message) })
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
