//! `team-port-conflict`: a port that the team has given to another service.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashSet};

use super::{Around, Context, Rule, are_akin, is_known_for, stacks, telling, written_at};
use crate::finding::{Finding, Severity};
use crate::languages::{Language, ScopeKind, Service};
use crate::port::{PortUse, Role, Transport};
use crate::project::{self, Image};
use crate::registry::{self, TeamPort};
use crate::text::Span;

/// See `team_port_conflict.md`.
pub static RULE: Rule = Rule {
    name: "team-port-conflict",
    summary: "a port that the project's own table gives to another service",
    severity: Severity::Warning,
    is_opt_in: false,
    languages: &Language::ALL,
    tag: None,
    docs: include_str!("team_port_conflict.md"),
    check,
};

/// The ports on which containers of all kinds listen, so that one that does takes nobody's.
const COMMON: [u16; 10] = [80, 443, 3000, 4000, 5000, 8000, 8080, 8443, 8888, 9000];

/// Whether containers of all kinds listen on that port, or those of a product that is known for it.
fn is_nobodys(number: u16) -> bool {
    COMMON.contains(&number) || registry::in_practice(number).next().is_some()
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.team.rows.is_empty() {
        return;
    }
    let owners = Owners::of(cx);
    for (index, port) in cx.scan.uses.iter().enumerate() {
        let Some((number, transport, row)) = given(cx, port) else { continue };
        let Some(owner) = owners.owner(cx, index) else { continue };
        // The host's side of the same entry is told of already.
        let is_told =
            !port.role.is_host() && port.pair.is_some_and(|pair| cx.scan.uses[pair].range == port.range);
        let (mut own, theirs) = (telling(&owner.names), telling(&row.service));
        let is_open = own.is_empty() || theirs.is_empty();
        own.extend(telling(&owner.origins));
        let is_same = are_akin(&own, &theirs) || are_akin(&own, &telling(&row.note));
        if is_told
            || is_open
            || is_same
            || is_known_for(&owner.names, number, transport)
            || is_known_for(&owner.origins, number, transport)
        {
            continue;
        }
        let message =
            format!("port {number} is given to `{}` by the project, not to `{}`", row.service, owner.name);
        let help = (!row.url.is_empty()).then(|| format!("see {}", row.url));
        findings.push(Finding { help, ..RULE.finding(written_at(port), message) });
    }
}

/// The number of `port` and the row of the team's table that gives it to a service; `None` where a container may well have
/// it for itself. A row of several numbers names no service but a kind of them.
fn given<'a>(cx: &Context<'a>, port: &PortUse) -> Option<(u16, Transport, &'a TeamPort)> {
    let number = port.range?.port().filter(|&number| number > 0)?;
    let is_taken = match port.role {
        Role::Host => true,
        // What has dots in it is a host, and no container.
        Role::Upstream | Role::Pass if port.address.as_ref().is_some_and(|it| it.contains('.')) => true,
        Role::Upstream | Role::Pass | Role::Container | Role::ServiceExpose | Role::Expose => {
            !is_nobodys(number)
        }
        _ => false,
    };
    let transport = port.protocol.transport().unwrap_or(Transport::Tcp);
    let row = cx.team.find(number, transport).filter(|row| is_taken && row.range.is_single())?;
    Some((number, transport, row))
}

/// Somebody who has ports.
#[derive(Clone, Debug, Default)]
struct Owner {
    /// What a message calls it.
    name: String,
    /// The names that it has for itself, with spaces between.
    names: String,
    /// The names of what it comes from: folders, and those who make its image.
    origins: String,
}

impl Owner {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), names: name.to_owned(), origins: String::new() }
    }

    /// Adds a name, of which what stands before the last slash says where it comes from.
    fn add(&mut self, name: &str) {
        let (origin, own) = name.trim_end_matches('/').rsplit_once('/').unwrap_or(("", name));
        self.names.push(' ');
        self.names.push_str(own);
        self.add_origin(origin);
    }

    /// Adds the name of something that it comes from.
    fn add_origin(&mut self, origin: &str) {
        self.origins.push(' ');
        self.origins.push_str(origin);
    }

    /// Adds all that another one is called.
    fn join(&mut self, other: &Self) {
        self.add(&other.names);
        self.add_origin(&other.origins);
    }

    /// Adds what a compose file calls its service.
    fn add_described(&mut self, service: &Service) {
        let wiring = &service.wiring;
        let image = service.image.iter().map(|image| without_tag(&image.value));
        image.for_each(|image| self.add(image));
        let settings = [wiring.container_name.as_deref(), wiring.hostname.as_deref()].into_iter().flatten();
        let aliases = wiring.networks.iter().flatten().flat_map(|network| &network.aliases);
        settings.chain(aliases).for_each(|setting| self.add(&setting.value));
        if let Some(build) = &wiring.build {
            build.context.iter().chain(&build.dockerfile).for_each(|path| self.add(path));
        }
    }

    /// Adds what the stack of a service calls it.
    fn add_linked(&mut self, service: &project::Service) {
        service.names.iter().for_each(|name| self.add(&name.name));
        match &service.image {
            Image::Named(image) => self.add(without_tag(image)),
            // Many are built upon the same.
            Image::Built { base, .. } => self.add_origin(base),
            Image::Unknown => {}
        }
    }
}

/// The name of an image, without its tag and digest.
fn without_tag(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or_default();
    let own = name.rfind('/').map_or(0, |slash| slash + 1);
    name[own..].find(':').map_or(name, |colon| &name[..own + colon])
}

/// Whose the ports of a file are.
#[derive(Debug, Default)]
struct Owners {
    /// The owners by the scopes that they are: services, and stages that services are built from.
    by_scope: BTreeMap<usize, Owner>,
    /// The scopes of the services that have a port in a list, by the port's index. Several may share a list.
    of_entries: HashMap<usize, Vec<usize>>,
    /// The services that stacks know behind a port that nginx sends requests to, by the port's place.
    behind: HashMap<Span, Owner>,
    /// The names that are upstreams of nginx, and nobody's.
    upstreams: HashSet<String>,
}

impl Owners {
    fn of(cx: &Context<'_>) -> Self {
        let scan = cx.scan;
        let upstreams = scan.scopes.iter().filter(|scope| scope.kind == ScopeKind::Upstream);
        let upstreams = upstreams.map(|scope| scope.name.to_ascii_lowercase()).collect();
        let mut owners = Self { upstreams, ..Self::default() };
        for service in &scan.services {
            let mut owner = Owner::named(&scan.scopes[service.scope].name);
            owner.add_described(service);
            owners.by_scope.insert(service.scope, owner);
            for entry in service.entries.iter().map(|&entry| &scan.entries[entry]) {
                for port in [entry.host, entry.container].into_iter().flatten() {
                    owners.of_entries.entry(port).or_default().push(service.scope);
                }
            }
        }
        for around in stacks(cx) {
            for service in around.stack.services.iter() {
                owners.add_linked(around, service);
            }
            for reference in around.references() {
                let service = &around.stack.services[reference.to];
                let span = around.port(reference.at).span;
                let owner = owners.behind.entry(span).or_insert_with(|| Owner::named(&service.name));
                owner.add_linked(service);
            }
        }
        owners
    }

    /// Takes over what a stack knows of a service that the file describes or builds.
    fn add_linked(&mut self, around: Around<'_>, service: &project::Service) {
        for body in service.bodies.iter().filter(|body| body.file == around.file) {
            let described = around.scan(body.file).services.get(body.service);
            if let Some(owner) = described.and_then(|it| self.by_scope.get_mut(&it.scope)) {
                owner.add_linked(service);
            }
        }
        let Image::Built { file, stages, .. } = &service.image else { return };
        for &stage in stages.iter().filter(|_| *file == around.file) {
            let Some(stage) = around.scan(*file).stages.get(stage) else { continue };
            let owner = self.by_scope.entry(stage.scope).or_insert_with(|| Owner::named(&service.name));
            owner.add_linked(service);
        }
    }

    /// Whose the port of that index is; of one that several have, all of their names. `None` where that is not known.
    fn owner(&self, cx: &Context<'_>, index: usize) -> Option<Owner> {
        /// How many services are looked at that share a list.
        const MOST: usize = 16;
        let port = &cx.scan.uses[index];
        match port.role {
            Role::Upstream | Role::Pass => {
                let host = port.address.as_deref()?;
                let is_name =
                    host.contains(|it: char| it.is_ascii_alphabetic()) && !host.contains(['$', '[', '{']);
                let is_upstream =
                    port.role == Role::Pass && self.upstreams.contains(&host.to_ascii_lowercase());
                let is_host = is_name && host != "localhost" && !is_upstream;
                let mut owner = Owner::named(Some(host).filter(|_| is_host)?);
                self.behind.get(&port.span).into_iter().for_each(|it| owner.join(it));
                Some(owner)
            }
            Role::Expose => self.by_scope.get(&port.scope?).cloned(),
            _ => {
                let scopes = self.of_entries.get(&index).filter(|scopes| scopes.len() <= MOST)?;
                let mut owners = scopes.iter().filter_map(|scope| self.by_scope.get(scope));
                let first = owners.next()?.clone();
                Some(owners.fold(first, |mut all, owner| {
                    all.join(owner);
                    all
                }))
            }
        }
    }
}
