//! The ports that lead to a service: `svc:port` and `scheme://svc:port` wherever a service, its image or its nginx
//! configuration says it.

use std::borrow::Cow;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use smallvec::SmallVec;

use super::allowance::Allowance;
use super::configuration::upstreams;
use super::link::Linker;
use super::ports::inside;
use super::{Image, Member, NameKind, Naming, Place, Reach, Reference, Service, Stack};
use crate::languages::{InstructionKind, Language, Module, Scan};
use crate::port::Role;
use crate::text::Span;

/// How many services are followed that share each other's network.
const DEEPEST: usize = 16;

impl Linker<'_> {
    /// Finds every reference to a service.
    pub fn refer(&mut self) {
        let stack = &self.stack;
        let mut found = Found::new(stack, &self.allowance);
        let is_compose = |it: &Member| it.file.language == Some(Language::Compose);
        let by_scope: Vec<Option<ByScope>> =
            stack.files.iter().map(|it| is_compose(it).then(|| ByScope::of(&it.scan))).collect();
        for (from, service) in stack.services.iter().enumerate() {
            for body in &service.bodies {
                let scan = &stack.files[body.file].scan;
                let Some(by_scope) = &by_scope[body.file] else { continue };
                let own = by_scope.ports(scan.services[body.service].scope).iter();
                let said = own.copied().filter(|&port| is_said_by_service(scan.uses[port].role));
                found.add(stack, from, body.file, said);
            }
            if let Image::Built { file, stages, .. } = &service.image {
                let scan = &stack.files[*file].scan;
                for run in commands(scan, stages) {
                    let said = inside(&scan.uses, run).filter(|&port| is_said_by_image(scan.uses[port].role));
                    found.add(stack, from, *file, said);
                }
            }
            let own = upstreams(&service.configuration, |file| Arc::clone(&stack.files[file].scan));
            for fragment in &service.configuration {
                let scan = &stack.files[fragment.file].scan;
                let said = inside(&scan.uses, fragment.span).filter(|&port| {
                    let found = &scan.uses[port];
                    let is_upstream = || {
                        let name = found.address.as_ref().map(|it| it.to_ascii_lowercase());
                        name.and_then(|name| own.get(&name)).is_some_and(|&(file, scope)| {
                            let other = module(&stack.files[file].scan, Some(scope));
                            may_share(other, module(scan, found.scope))
                        })
                    };
                    is_said_by_nginx(found.role) && (found.role == Role::Upstream || !is_upstream())
                });
                found.add(stack, from, fragment.file, said);
            }
        }
        for (from, file) in self.lists() {
            found.add(stack, from, file, 0..stack.files[file].scan.uses.len());
        }
        self.stack.references = Arc::new(found.in_order());
    }

    /// The lists of variables that services have, which are parts of the stack.
    fn lists(&self) -> Vec<(usize, usize)> {
        let mut lists = Vec::new();
        for (from, service) in self.stack.services.iter().enumerate() {
            for &body in &*self.added_up(&service.bodies, "env_file") {
                let paths = self.own(body).wiring.env_files.iter();
                let paths =
                    paths.filter_map(|path| super::paths::resolved(&self.folders[body.file], &path.value));
                let files = paths.filter_map(|path| self.position(&path));
                let files = files.filter(|&file| self.allowance.take(self.scan(file).uses.len()));
                lists.extend(files.map(|file| (from, file)));
            }
        }
        lists
    }
}

/// The references found so far.
struct Found<'a> {
    /// The services by the names that they have, in lower case, each with the kind of the name.
    names: HashMap<Cow<'a, str>, Bearers<'a>>,
    allowance: &'a Allowance,
    references: Vec<Reference>,
}

/// The services that have a name, each with its kind: mostly one.
type Bearers<'a> = SmallVec<[(usize, &'a NameKind); 1]>;

impl<'a> Found<'a> {
    fn new(stack: &'a Stack, allowance: &'a Allowance) -> Self {
        Self { names: names(&stack.services), allowance, references: Vec::new() }
    }

    /// Adds those of `ports`, which stand in `file` and which service `from` says, that lead to a service.
    fn add(&mut self, stack: &Stack, from: usize, file: usize, ports: impl Iterator<Item = usize>) {
        for port in ports {
            let found = &stack.files[file].scan.uses[port];
            let Some(address) = found.address.as_deref().filter(|_| found.range.is_some()) else { continue };
            let at = Place { file, port };
            let resolved = self.resolve(stack, from, address);
            self.references.extend(resolved.map(|(to, by)| Reference { at, from, to, by }));
        }
    }

    /// The references in the order of the files and of their text. What several parts of a service share, it says once.
    fn in_order(mut self) -> Vec<Reference> {
        self.references.sort_by_key(|reference| (reference.at, reference.from, reference.to));
        self.references.dedup();
        self.references
    }

    /// The service that `host` is for service `from`, if it is certain to be one.
    fn resolve(&self, stack: &Stack, from: usize, host: &str) -> Option<(usize, Naming)> {
        if is_itself(host) {
            // On the network of the host it is whoever publishes there, and on another's whoever shares that.
            let is_alone = matches!(stack.services[from].reach, Reach::Networks(_) | Reach::Alone);
            return (is_alone && !stack.services[from].is_shared).then_some((from, Naming::Itself));
        }
        let mut to = None;
        let known = self.names.get(&*lower(host.strip_suffix('.').unwrap_or(host)))?;
        let networks = known.iter().map(|(service, _)| stack.networks(from) + stack.networks(*service));
        if !self.allowance.take(known.len() + networks.sum::<usize>()) {
            return None;
        }
        for (service, kind) in known {
            let knows = match kind {
                NameKind::Service | NameKind::Container => stack.are_connected(from, *service),
                NameKind::Host => Some(*service == from),
                NameKind::Alias(network) => stack.is_on(from, network),
                NameKind::Link(by) => Some(*by == from),
            };
            // Where one of several is meant, nobody knows which.
            match knows {
                Some(false) => {}
                None => return None,
                Some(true) if to.is_none_or(|to| to == *service) => to = Some(*service),
                Some(true) => return None,
            }
        }
        to.map(|to| (to, Naming::Network))
    }
}

/// The module of nginx in which a server or upstream stands.
fn module(scan: &Scan, scope: Option<usize>) -> Module {
    let section = scope.map_or(0, |scope| scan.scopes[scope].section);
    scan.sections.get(section).map_or(Module::Unknown, |section| section.module)
}

/// Whether upstreams of one module may be known in the other: `http` and `stream` know nothing of each other.
fn may_share(one: Module, other: Module) -> bool {
    one == other || one == Module::Unknown || other == Module::Unknown
}

impl Stack {
    /// Whether two services share a network; `None` where the files do not tell.
    #[must_use]
    pub fn are_connected(&self, one: usize, other: usize) -> Option<bool> {
        let [one, other] = [effective(&self.services, one)?, effective(&self.services, other)?];
        if one == other {
            return Some(true);
        }
        match (&self.services[one].reach, &self.services[other].reach) {
            (Reach::Unknown, _) | (_, Reach::Unknown) => None,
            (Reach::Networks(one), Reach::Networks(other)) => Some(!one.is_disjoint(other)),
            _ => Some(false),
        }
    }

    /// How many networks a service is on by itself.
    fn networks(&self, service: usize) -> usize {
        match &self.services[service].reach {
            Reach::Networks(networks) => networks.len(),
            _ => 0,
        }
    }

    /// Whether a service is on that network; `None` where the files do not tell.
    #[must_use]
    pub fn is_on(&self, service: usize, network: &str) -> Option<bool> {
        match &self.services[effective(&self.services, service)?].reach {
            Reach::Unknown => None,
            Reach::Networks(networks) => Some(networks.contains(network)),
            _ => Some(false),
        }
    }
}

/// The service whose network a service has: itself, mostly. `None` where they have each other's.
fn effective(services: &[Service], service: usize) -> Option<usize> {
    let next = |at: &usize| match services[*at].reach {
        Reach::Of(other) => Some(other),
        _ => None,
    };
    let last = std::iter::successors(Some(service), next).take(DEEPEST).last()?;
    (!matches!(services[last].reach, Reach::Of(_))).then_some(last)
}

/// The ports of each scope of a file, in its order.
struct ByScope {
    /// Where those of each scope begin in the others, and where the last ones end.
    starts: Vec<usize>,
    ports: Vec<usize>,
}

impl ByScope {
    fn of(scan: &Scan) -> Self {
        let scoped = || scan.uses.iter().enumerate().filter_map(|(port, it)| Some((it.scope?, port)));
        let mut starts = vec![0; scan.scopes.len() + 1];
        scoped().for_each(|(scope, _)| starts[scope + 1] += 1);
        for scope in 0..scan.scopes.len() {
            starts[scope + 1] += starts[scope];
        }
        let (mut next, mut ports) = (starts.clone(), vec![0; starts[scan.scopes.len()]]);
        for (scope, port) in scoped() {
            ports[next[scope]] = port;
            next[scope] += 1;
        }
        Self { starts, ports }
    }

    fn ports(&self, scope: usize) -> &[usize] {
        &self.ports[self.starts[scope]..self.starts[scope + 1]]
    }
}

/// Where those stages say what a container runs; what they run while they are built is not of it.
fn commands(scan: &Scan, stages: &[usize]) -> Vec<Span> {
    let instructions = stages.iter().flat_map(|&stage| &scan.stages[stage].instructions);
    instructions.filter(|it| it.kind == InstructionKind::Command).map(|it| it.span).collect()
}

/// The services by the names that they have, in lower case, each with the kind of the name.
fn names(services: &[Service]) -> HashMap<Cow<'_, str>, Bearers<'_>> {
    let mut names: HashMap<Cow<'_, str>, Bearers<'_>> = HashMap::with_capacity(services.len());
    for (index, service) in services.iter().enumerate() {
        let mut seen = HashSet::new();
        for name in &service.names {
            let lower = lower(&name.name);
            if service.names.len() == 1 || seen.insert((lower.clone(), &name.kind)) {
                names.entry(lower).or_default().push((index, &name.kind));
            }
        }
    }
    names
}

/// `name` in lower case: most are.
fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        name.to_ascii_lowercase().into()
    } else {
        name.into()
    }
}

/// Whether a host is the one that says it.
fn is_itself(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || matches!(host, "127.0.0.1" | "[::1]" | "::1")
}

const fn is_said_by_service(role: Role) -> bool {
    matches!(role, Role::Environment | Role::Command | Role::Healthcheck | Role::Label | Role::Option)
}

const fn is_said_by_image(role: Role) -> bool {
    matches!(role, Role::Command | Role::Healthcheck)
}

const fn is_said_by_nginx(role: Role) -> bool {
    matches!(role, Role::Upstream | Role::Pass | Role::Directive | Role::HealthCheckPort)
}
