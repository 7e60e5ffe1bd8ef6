//! What rules ask of the project around a file: who leads where, and what a service is certain to listen on.

use std::cell::{LazyCell, RefCell};

use foldhash::{HashMap, HashMapExt, HashSet};

use super::{Context, is_every_address, is_known_for};
use crate::finding::{Elsewhere, Finding, Related};
use crate::languages::{Entry, Environment, Scan, ScopeKind};
use crate::port::{PortRange, PortUse, Role, Transport};
use crate::project::{By, EntryPlace, Image, Member, Naming, Place, Reach, Reference, Service, Stack};
use crate::text::Span;

/// A stack, looked at from the file that is judged.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The stack.
    pub stack: &'a Stack,
    /// The file that is judged: an index into [`Stack::files`].
    pub file: usize,
}

/// The stacks that the file is a part of, as it is now.
pub fn stacks<'a>(cx: &Context<'a>) -> impl Iterator<Item = Around<'a>> + use<'a> {
    let (project, text) = (cx.project(), cx.text);
    let arounds = project.iter().map(|view| Around { stack: &view.stack, file: view.file });
    let holds =
        |member: &Member, text: &str| std::ptr::eq(&*member.file.text, text) || &*member.file.text == text;
    arounds.filter(move |around| around.member().is_some_and(|member| holds(member, text)))
}

impl<'a> Around<'a> {
    /// The file that is judged, as the stack has it.
    fn member(&self) -> Option<&'a Member> {
        self.stack.files.get(self.file)
    }

    /// What the file of that index says under the variables of the stack.
    pub fn scan(&self, file: usize) -> &'a Scan {
        &self.stack.files[file].scan
    }

    /// The values that the stack gives to the variables in the file that is judged.
    pub fn environment(&self) -> Option<&'a Environment> {
        self.member().map(|member| &*member.environment)
    }

    /// The text of the file that is judged.
    pub fn text(&self) -> &'a str {
        self.member().map(|member| &*member.file.text).unwrap_or_default()
    }

    /// The port at `place`.
    pub fn port(&self, place: Place) -> &'a PortUse {
        &self.scan(place.file).uses[place.port]
    }

    /// The entry at `place`.
    pub fn entry(&self, place: EntryPlace) -> &'a Entry {
        &self.scan(place.file).entries[place.entry]
    }

    /// A place in the file of that index that a finding is about.
    pub fn related(&self, file: usize, span: Span, message: String) -> Related {
        if file == self.file {
            return Related::here(span, message);
        }
        let other = &self.stack.files[file].file;
        let elsewhere = Elsewhere { path: other.path.clone(), text: other.text.clone() };
        Related { file: Some(elsewhere), span, message }
    }

    /// The file's name, as a message says it.
    pub fn name(&self, file: usize) -> String {
        let name = self.stack.files[file].file.path.file_name();
        name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Whether services of the stack are described in the file that is judged. One whose services are but extended has none.
    pub fn holds_services(&self) -> bool {
        let mut bodies = self.stack.services.iter().flat_map(|service| &service.bodies);
        bodies.any(|body| body.file == self.file && body.by == By::Itself)
    }

    /// The ports in the file that is judged by which services lead to each other.
    pub fn references(&self) -> &'a [Reference] {
        let references = &self.stack.references;
        let from = references.partition_point(|reference| reference.at.file < self.file);
        let to = references.partition_point(|reference| reference.at.file <= self.file);
        &references[from..to]
    }
}

/// What `judge` finds of the references of that kind to ports on which their services are not known to listen; `number` picks
/// those that count. A place that is right in one stack may be wrong in another, which is started without what is missing
/// there: of it nothing is said.
pub fn unserved(
    cx: &Context<'_>,
    by: Naming,
    number: impl Fn(&PortUse) -> Option<u16>,
    judge: impl Fn(Around<'_>, &Reference, u16, &Offer<'_>) -> Option<Finding>,
) -> Vec<Finding> {
    let (mut found, mut served) = (Vec::<Finding>::new(), Vec::new());
    for around in stacks(cx) {
        let mentions = LazyCell::new(|| Mentions::of(around.stack));
        let mut offers = HashMap::new();
        for reference in around.references().iter().filter(|reference| reference.by == by) {
            let port = around.port(reference.at);
            let Some(number) = number(port) else { continue };
            let service = &around.stack.services[reference.to];
            let offer = offers.entry(reference.to).or_insert_with(|| Offer::of(around, reference.to));
            let Some(offer) = offer else { continue };
            if offer.serves(number) {
                served.push(port.span);
                continue;
            }
            let transport = port.protocol.transport().unwrap_or(Transport::Tcp);
            let is_of_image = base_is_known_for(&service.image, number, transport);
            if !is_of_image && !mentions.hold(around, service, number) {
                found.extend(judge(around, reference, number, offer));
            }
        }
    }
    if !found.is_empty() {
        let served: HashSet<Span> = served.into_iter().collect();
        found.retain(|finding| !served.contains(&finding.span));
    }
    found
}

/// What a service listens on, where all of that is known.
#[derive(Debug)]
pub struct Offer<'a> {
    /// The entries of its `ports`.
    pub mappings: Vec<Mapping<'a>>,
    /// The ports of its `expose`.
    pub exposed: Vec<PortRange>,
    /// The ports that its image exposes, where a Dockerfile of the project says how that is built.
    pub built: Option<Vec<PortRange>>,
}

/// An entry of `ports`, all of which is known.
#[derive(Clone, Copy, Debug)]
pub struct Mapping<'a> {
    /// Where it stands.
    pub place: EntryPlace,
    /// The port of the host, if it has one.
    pub host: Option<&'a PortUse>,
    /// The port of the container.
    pub container: &'a PortUse,
    /// The number or range of that.
    pub targets: PortRange,
    /// The transport.
    pub transport: Transport,
}

impl<'a> Offer<'a> {
    /// What the service of that index listens on; `None` where a file, a variable or the network leaves that open.
    pub fn of(around: Around<'a>, index: usize) -> Option<Self> {
        /// How many ports are looked at. No service has so many; it bounds the work for one that does.
        const MOST: usize = 256;
        let service = &around.stack.services[index];
        let is_open = around.stack.has_gaps
            || service.has_gaps
            || !matches!(service.reach, Reach::Networks(_))
            || service.mappings.len().max(service.exposed.len()) > MOST
            || matches!(&service.image, Image::Built { ports, .. } if ports.len() > MOST)
            || service.is_shared;
        if is_open {
            return None;
        }
        let built = match &service.image {
            Image::Unknown => return None,
            Image::Named(image) if image.contains('$') => return None,
            Image::Named(_) => None,
            Image::Built { ports, .. } => Some(known(around, ports)?),
        };
        let mappings = service.mappings.iter().map(|&place| Mapping::of(around, place));
        let exposed = known(around, &service.exposed)?;
        Some(Self { mappings: mappings.collect::<Option<_>>()?, exposed, built })
    }

    /// Whether the service is known to listen on that port.
    pub fn serves(&self, number: u16) -> bool {
        let targets = self.mappings.iter().map(|mapping| mapping.targets);
        let exposed = self.exposed.iter().chain(self.built.iter().flatten());
        { targets.chain(exposed.copied()) }.any(|range| holds(range, number))
    }

    /// The entries that publish the container's ports as that port of the host.
    pub fn published_as(&self, number: u16) -> impl Iterator<Item = &Mapping<'a>> {
        let is_it = move |mapping: &&Mapping<'_>| {
            mapping.host.and_then(|host| host.range).is_some_and(|range| holds(range, number))
        };
        self.mappings.iter().filter(is_it)
    }

    /// The port of the container behind that port of the host, if it is one for certain.
    pub fn target_of(&self, number: u16) -> Option<u16> {
        let mut targets = self.published_as(number).map(|mapping| mapping.target_of(number));
        let first = targets.next()??;
        targets.all(|target| target == Some(first)).then_some(first)
    }
}

impl<'a> Mapping<'a> {
    fn of(around: Around<'a>, place: EntryPlace) -> Option<Self> {
        let (scan, entry) = (around.scan(place.file), around.entry(place));
        let container = &scan.uses[entry.container.filter(|_| entry.strays.is_empty())?];
        let targets =
            container.range.filter(|targets| container.variable.is_none() && !targets.is_empty())?;
        let transport = container.protocol.transport()?;
        let host = entry.host.map(|host| &scan.uses[host]);
        Some(Self { place, host, container, targets, transport })
    }

    fn target_of(&self, number: u16) -> Option<u16> {
        if let Some(target) = self.targets.port() {
            return Some(target);
        }
        let hosts = self.host?.range.filter(|hosts| hosts.len() == self.targets.len())?;
        u16::try_from(self.targets.first + u32::from(number).checked_sub(hosts.first)?).ok()
    }
}

/// The ports at `places`; `None` where one of them is not known for certain.
fn known(around: Around<'_>, places: &[Place]) -> Option<Vec<PortRange>> {
    places.iter().map(|&place| around.port(place).range.filter(|range| !range.is_empty())).collect()
}

/// Whether the image that `image` is built upon, or is, has a name for which that port is known.
pub fn base_is_known_for(image: &Image, number: u16, transport: Transport) -> bool {
    match image {
        Image::Named(name) => is_known_for(name, number, transport),
        Image::Built { base, .. } => is_known_for(base, number, transport),
        Image::Unknown => true,
    }
}

/// Whether `range` holds that number.
pub fn holds(range: PortRange, number: u16) -> bool {
    (range.first..=range.last).contains(&u32::from(number))
}

/// The ports that the services of a stack name in free text, options and variables: one that is named may well be listened
/// on, whatever the lists of ports say.
#[derive(Debug, Default)]
pub struct Mentions<'a> {
    /// The ports by the file and its scope; those without a scope may be anybody's in the file.
    ports: HashMap<(usize, Option<usize>), Vec<Mentioned<'a>>>,
    /// The numbers in the texts of services that are read as no ports, by the same.
    unread: RefCell<HashMap<(usize, usize), Vec<u32>>>,
    /// The ports of the services that were asked about, by their names: ranges in their order, which are apart.
    known: RefCell<HashMap<&'a str, Vec<PortRange>>>,
}

/// A port, with the host beside it that has to be the service's own.
type Mentioned<'a> = (PortRange, Option<&'a str>);

impl<'a> Mentions<'a> {
    /// Those of `stack`.
    pub fn of(stack: &'a Stack) -> Self {
        let mut mentions = Self::default();
        for (file, member) in stack.files.iter().enumerate() {
            let scan = &*member.scan;
            for port in &scan.uses {
                let Some((range, host)) = port.range.zip(own_host(port)) else { continue };
                // What a service shares with others by an alias stands elsewhere.
                let owner = port.scope.filter(|&scope| scan.scopes[scope].extent.touches(port.span.start));
                mentions.ports.entry((file, owner)).or_default().push((range, host));
            }
        }
        mentions
    }

    /// Whether `service`, its image or its configuration names that port as one of its own.
    pub fn hold(&self, around: Around<'a>, service: &'a Service, number: u16) -> bool {
        let mut known = self.known.borrow_mut();
        let ports = known.entry(&service.name).or_insert_with(|| self.of_service(around, service));
        let behind = ports.partition_point(|range| range.last < u32::from(number));
        ports.get(behind).is_some_and(|range| holds(*range, number))
    }

    /// The ports that `service`, its image or its configuration names as its own.
    fn of_service(&self, around: Around<'_>, service: &Service) -> Vec<PortRange> {
        let mut places = Vec::new();
        for body in &service.bodies {
            let scope = around.scan(body.file).services[body.service].scope;
            places.extend([(body.file, Some(scope)), (body.file, None)]);
        }
        if let Image::Built { file, stages, .. } = &service.image {
            let scopes = stages.iter().map(|&stage| around.scan(*file).stages[stage].scope);
            places.extend(scopes.map(|scope| (*file, Some(scope))));
        }
        // A server of nginx is a scope.
        for fragment in &service.configuration {
            let scopes = 0..around.scan(fragment.file).scopes.len();
            places.extend(scopes.map(|scope| (fragment.file, Some(scope))));
        }
        let names: HashSet<String> = service.names.iter().map(|it| it.name.to_ascii_lowercase()).collect();
        let is_own = |host: &Option<&str>| host.is_none_or(|host| names.contains(&host.to_ascii_lowercase()));
        let ports = places.iter().filter_map(|place| self.ports.get(place)).flatten();
        let mut ports: Vec<PortRange> = ports
            .filter(|(range, host)| !range.is_empty() && is_own(host))
            .map(|(range, _)| *range)
            .collect();
        let mut unread = self.unread.borrow_mut();
        for (file, scope) in places.iter().filter_map(|&(file, scope)| Some((file, scope?))) {
            let (scan, own) = (around.scan(file), &around.scan(file).scopes[scope]);
            if own.kind == ScopeKind::Service {
                let text = || &around.stack.files[file].file.text;
                let numbers =
                    unread.entry((file, scope)).or_insert_with(|| unread_numbers(text(), scan, own.extent));
                ports.extend(numbers.iter().copied().map(PortRange::single));
            }
        }
        ports.sort_by_key(|range| (range.first, range.last));
        ports.dedup_by(|next, last| {
            let is_within = next.first <= last.last;
            last.last = if is_within { last.last.max(next.last) } else { last.last };
            is_within
        });
        ports
    }
}

/// The numbers in `span` of `text` that could be ports and are read as none, comments left out: `PLAINTEXT://:9092`.
fn unread_numbers(text: &str, scan: &Scan, span: Span) -> Vec<u32> {
    let mut numbers = Vec::new();
    let mut start = span.start;
    for line in span.of(text).split_inclusive('\n') {
        let code = line.find(" #").map_or(line, |comment| &line[..comment]);
        let code = if code.trim_start().starts_with('#') { "" } else { code };
        for digits in code.split(|it: char| !it.is_ascii_digit()).filter(|it| (2..=5).contains(&it.len())) {
            let at = start + (digits.as_ptr().addr() - line.as_ptr().addr());
            let behind = scan.uses.partition_point(|port| port.span.end <= at);
            let is_read = scan.uses.get(behind).is_some_and(|port| port.span.start <= at);
            numbers.extend(digits.parse::<u32>().ok().filter(|_| !is_read));
        }
        start += line.len();
    }
    numbers
}

/// For a port that the container may listen on which says it: the host that has to be the container itself, if one is named.
fn own_host(port: &PortUse) -> Option<Option<&str>> {
    match port.role {
        Role::Variable | Role::Router | Role::Listen => Some(None),
        Role::Environment | Role::Command | Role::Label => match port.address.as_deref() {
            None => Some(None),
            Some(host) if is_every_address(Some(host)) => Some(None),
            // As others see the service: behind a published port.
            Some("localhost" | "127.0.0.1") if port.scheme.is_some() => None,
            Some("localhost" | "127.0.0.1") => Some(None),
            host => Some(host),
        },
        _ => None,
    }
}

/// How many bytes are looked at before and behind a port.
const NEAR: usize = 200;

/// The text that stands before byte `at` on its line, or the end of it.
pub fn line_before(text: &str, at: usize) -> &str {
    let before = text.get(text.floor_char_boundary(at.saturating_sub(NEAR))..at).unwrap_or_default();
    &before[before.rfind(['\n', '\r']).map_or(0, |end| end + 1)..]
}

/// The text around `span`.
pub fn text_around(text: &str, span: Span) -> &str {
    let start = text.floor_char_boundary(span.start.saturating_sub(NEAR));
    &text[start..text.ceil_char_boundary(span.end + NEAR)]
}
