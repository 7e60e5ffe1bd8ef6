//! Judging ports by their status at the registry.

use foldhash::{HashMap, HashMapExt};

use super::{Context, Rule, is_taken, replacing_port, written_at};
use crate::finding::{Finding, Safety};
use crate::languages::{Module, ScopeKind};
use crate::port::{PortUse, Role, Transport};
use crate::registry::{self, Assignment, Status};

/// Adds a finding of `rule` for every port that the registry gives `status`, reserved or deregistered, unless somebody is known to use the number
/// all the same. Where the registry names one number to use instead, the fix puts it there: unsafe, as whoever
/// connects has to follow.
pub fn judge_by_registry(
    cx: &Context<'_>,
    rule: &Rule,
    status: Status,
    message: fn(u16, &Assignment) -> String,
    findings: &mut Vec<Finding>,
) {
    // A file may have the same number a hundred thousand times.
    let mut taken: HashMap<(Role, u16), bool> = HashMap::new();
    for withdrawn in cx.withdrawn_ports().filter(|withdrawn| withdrawn.status == status) {
        let Withdrawn { port, number, transport, .. } = withdrawn;
        if registry::has_current_user(number, transport) || cx.team.find(number, transport).is_some() {
            continue;
        }
        let Some(record) = registry::assignments_on(number, transport).next() else { continue };
        let help = help_on_replacement(&record);
        let mut is_wrong = |instead: u16| {
            *taken.entry((port.role, instead)).or_insert_with(|| is_taken(cx, port, instead))
                || is_refused(cx, port, instead)
                || is_free_choice(cx, port, number)
        };
        let instead = record.replacement_port().filter(|&instead| !is_wrong(instead));
        let fix = instead.and_then(|instead| replacing_port(cx, port, instead.to_string(), Safety::Unsafe));
        findings.push(Finding { help, fix, ..rule.finding(written_at(port), message(number, &record)) });
    }
}

/// A port that the public registry has as reserved or deregistered.
#[derive(Clone, Copy, Debug)]
pub struct Withdrawn<'a> {
    /// The port.
    pub port: &'a PortUse,
    /// Its number.
    pub number: u16,
    /// The transport that it is judged on.
    pub transport: Transport,
    /// Which of both it is.
    pub status: Status,
}

impl<'a> Withdrawn<'a> {
    /// `port`, if it is one.
    pub fn of(port: &'a PortUse) -> Option<Self> {
        let (number, transport) = public_port(port).filter(|(number, _)| registry::is_withdrawn(*number))?;
        let status = registry::status(number, transport);
        let is_withdrawn = matches!(status, Status::Reserved | Status::Deregistered);
        is_withdrawn.then_some(Self { port, number, transport, status })
    }
}

/// The number and transport by which the public registry judges `port`; `None` where the registry has no say: of 0, which
/// has a rule of its own, in a range of several, in free text that is no address, in a variable, and on the host's side
/// from 1024 on, which people choose as they like.
pub fn public_port(port: &PortUse) -> Option<(u16, Transport)> {
    let number = port.range?.port().filter(|&number| number > 0)?;
    let has_a_say = match port.role {
        Role::Variable => false,
        role if role.is_host() => number < 1024,
        role => role.is_structural() || port.scheme.is_some() || port.address.is_some(),
    };
    has_a_say.then(|| (number, port.protocol.transport().unwrap_or(Transport::Tcp)))
}

/// Whether whoever put `number` there wanted another service than the one that has it: on the host's side of another port,
/// and in a web address, the new number of that service would be as wrong.
fn is_free_choice(cx: &Context<'_>, port: &PortUse, number: u16) -> bool {
    let maps_another = || {
        let inner = port.pair.and_then(|pair| cx.scan.uses[pair].range);
        port.role.is_host() && inner.is_some_and(|inner| inner.port() != Some(number))
    };
    let is_web = port.scheme.as_deref().is_some_and(|it| matches!(it, "http" | "https" | "ws" | "wss"));
    is_web || maps_another()
}

/// Who has the number that replaces another one: `993 is imaps, IMAP over TLS protocol`.
fn help_on_replacement(record: &Assignment) -> Option<String> {
    let port = record.replacement_port()?;
    let instead = registry::assignments(port).next()?;
    let title = if instead.title.is_empty() { String::new() } else { format!(", {}", instead.title) };
    Some(format!("{port} is {}{title}", instead.service))
}

/// Whether browsers would refuse `number` in the place of `port`, where they come to.
fn is_refused(cx: &Context<'_>, port: &PortUse, number: u16) -> bool {
    let is_for_browsers = port.role == Role::Listen
        && port.scope.is_some_and(|scope| {
            !matches!(cx.scan.scopes[scope].kind, ScopeKind::Server(Module::Stream | Module::Mail))
        });
    is_for_browsers && registry::browser_blocked(number).is_some()
}
