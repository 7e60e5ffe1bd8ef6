//! What a rule sees of a file, and what it can ask of it.

use std::cell::{Cell, OnceCell};

use foldhash::HashSet;

use super::by_registry::Withdrawn;
use crate::languages::{Entry, Language, List, Scan, Service};
use crate::port::{PortUse, Protocol, Role};
use crate::project::View;
use crate::registry::TeamPorts;
use crate::text::Span;

/// What a rule sees of a file.
#[derive(Debug)]
pub struct Context<'a> {
    /// The file's text.
    pub text: &'a str,
    /// What the file is.
    pub language: Language,
    /// What it says about ports.
    pub scan: &'a Scan,
    /// The stacks that the file is a part of.
    project: &'a [View],
    /// The ports of the team whose file it is.
    pub team: &'a TeamPorts,
    /// The ports to judge.
    ports: Vec<&'a PortUse>,
    /// Those among them of which more is to be said than a number.
    unusual: OnceCell<Vec<&'a PortUse>>,
    /// Those among them that the registry gives to nobody any more, or never did.
    withdrawn: OnceCell<Vec<Withdrawn<'a>>>,
    /// Whether somebody looked at the stacks.
    is_project_asked: Cell<bool>,
}

impl<'a> Context<'a> {
    /// The view of the file `text`, in which `scan` was found.
    #[must_use]
    pub fn new(
        text: &'a str,
        language: Language,
        scan: &'a Scan,
        project: &'a [View],
        team: &'a TeamPorts,
    ) -> Self {
        // The places of the values that feed another port through a variable.
        let feeding: HashSet<Span> =
            scan.uses.iter().filter_map(|port| port.variable.as_ref()?.definition).collect();
        let is_judged = |port: &&PortUse| port.role != Role::Variable || !feeding.contains(&port.span);
        let mut ports = Vec::with_capacity(scan.uses.len());
        ports.extend(scan.uses.iter().filter(is_judged));
        Self {
            text,
            language,
            scan,
            project,
            team,
            ports,
            unusual: OnceCell::new(),
            withdrawn: OnceCell::new(),
            is_project_asked: Cell::default(),
        }
    }

    /// The stacks that the file is a part of.
    pub fn project(&self) -> &'a [View] {
        self.is_project_asked.set(true);
        self.project
    }

    /// Whether a rule looked, since that was last asked, for what nobody can tell it: the file is in no stack, or in one with
    /// gaps, so that it may have found nothing for that alone.
    pub fn takes_doubt(&self) -> bool {
        let is_whole = !self.project.is_empty() && !self.project.iter().any(|view| view.stack.has_gaps);
        self.is_project_asked.take() && !is_whole
    }

    /// The ports to judge: all but the values of variables that feed another port, which is judged in their stead.
    pub fn ports(&self) -> impl Iterator<Item = &'a PortUse> {
        self.ports.iter().copied()
    }

    /// Those of [`Context::ports`] that are not just one number which a port can have: ranges, 0 and what is too large, and
    /// whatever has a protocol written beside it. In most files there are few.
    pub fn unusual_ports(&self) -> impl Iterator<Item = &'a PortUse> {
        let is_unusual = |port: &&PortUse| {
            let is_number = port.range.is_none_or(|range| range.port().is_some_and(|number| number > 0));
            !is_number || matches!(port.protocol, Protocol::Written(..) | Protocol::Unrecognized(_))
        };
        self.unusual.get_or_init(|| self.ports().filter(is_unusual).collect()).iter().copied()
    }

    /// Those of [`Context::ports`] that the registry says are reserved or deregistered.
    pub fn withdrawn_ports(&self) -> impl Iterator<Item = Withdrawn<'a>> {
        self.withdrawn.get_or_init(|| self.ports().filter_map(Withdrawn::of).collect()).iter().copied()
    }
}

/// Where the number of `port` is written: the value of the variable it came through, if the file holds that.
pub fn written_at(port: &PortUse) -> Span {
    port.variable.as_ref().and_then(|variable| variable.definition).unwrap_or(port.span)
}

/// The entries of `ports` of a compose service.
pub fn entries_of_ports<'a>(
    cx: &Context<'a>,
    service: &'a Service,
) -> impl Iterator<Item = &'a Entry> + use<'a> {
    let scan = cx.scan;
    service.entries.iter().map(|&index| &scan.entries[index]).filter(|entry| entry.list == List::Ports)
}

/// Whether a compose service has a network of its own, as far as the file tells, so that it can publish ports.
pub fn can_publish(service: &Service) -> bool {
    service.network_mode.as_ref().is_none_or(|mode| {
        let mode = mode.value.as_str();
        let is_borrowed = mode.starts_with("service:") || mode.starts_with("container:");
        !is_borrowed && !matches!(mode, "host" | "none") && !mode.contains('$')
    })
}

/// The entries of `ports` of a compose service that name a port of the host, with that port. None where the service has
/// no network to publish from.
pub fn published<'a>(
    cx: &Context<'a>,
    service: &'a Service,
) -> impl Iterator<Item = (&'a Entry, &'a PortUse)> + use<'a> {
    let scan = cx.scan;
    entries_of_ports(cx, service)
        .filter(|_| can_publish(service))
        .filter_map(|entry| Some((entry, &scan.uses[entry.host?])))
}
