//! From stacks to their chart.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use smol_str::SmolStr;

use super::files::Files;
use super::routes::Routes;
use super::{
    Chart, End, Link, Mention, Network, Node, NodeKind, Number, Port, PortState, Published, Sheet, conflicts,
    words,
};
use crate::describe;
use crate::languages::List;
use crate::port::{PortUse, Role, Transport};
use crate::project::{By, Image, Member, Naming, Part, Place, Reach, Reference, Service, Stack};
use crate::registry::TeamPorts;
use crate::text::{Encoding, LineIndex, Span};

/// How many ranges of a service are looked through for a number that stands in none of its single ports.
const MOST_RANGES: usize = 64;

/// The chart of these stacks.
pub fn chart(stacks: &[Arc<Stack>], base: &Path, team: &TeamPorts) -> Chart {
    let mut files = Files::new(base);
    let shown = stacks.iter().filter(|stack| !stack.files.is_empty());
    let sheets = shown.map(|stack| Builder::new(stack, &mut files, team).sheet()).collect();
    Chart { files: files.into_files(), sheets }
}

/// A sheet in the making.
struct Builder<'a> {
    stack: &'a Stack,
    team: &'a TeamPorts,
    members: Vec<Paper<'a>>,
    nodes: Vec<Node>,
    /// The ports of the nodes by node, first and last number and transport.
    ports: HashMap<(usize, Number, Transport), usize>,
    /// The ranges among the ports of a node.
    ranges: HashMap<usize, Vec<usize>>,
    published: Vec<Published>,
    links: Vec<Link>,
    /// The links by where they begin and lead.
    known: HashMap<(usize, Vec<usize>, End), usize>,
    /// The nodes that are hosts elsewhere.
    hosts: HashMap<String, usize>,
    /// The numbers that a service publishes on the host.
    host_numbers: HashSet<(usize, Number)>,
    /// The services that have a port with a number that is not known.
    unsure: HashSet<usize>,
    /// Where the ports stand that lead to services.
    referring: HashSet<Place>,
    /// The names of services, in lower case.
    names: HashSet<String>,
}

/// A file of the stack, with what is worked out of it when it is needed.
struct Paper<'a> {
    member: &'a Member,
    /// Its index in the chart.
    file: usize,
    /// How it is shown.
    name: String,
    lines: OnceCell<LineIndex<'a>>,
    routes: OnceCell<Routes>,
}

impl<'a> Builder<'a> {
    fn new(stack: &'a Stack, files: &mut Files<'_>, team: &'a TeamPorts) -> Self {
        let paper = |member: &'a Member| {
            let file = files.index(&member.file.path);
            let name = files.name(file).to_owned();
            Paper { member, file, name, lines: OnceCell::new(), routes: OnceCell::new() }
        };
        let names = stack.services.iter().flat_map(|service| &service.names);
        Self {
            stack,
            team,
            members: stack.files.iter().map(paper).collect(),
            nodes: Vec::new(),
            ports: HashMap::new(),
            ranges: HashMap::new(),
            published: Vec::new(),
            links: Vec::new(),
            known: HashMap::new(),
            hosts: HashMap::new(),
            host_numbers: HashSet::new(),
            unsure: HashSet::new(),
            referring: stack.references.iter().map(|reference| reference.at).collect(),
            names: names.map(|name| name.name.to_ascii_lowercase()).collect(),
        }
    }

    fn sheet(mut self) -> Sheet {
        for service in self.stack.services.iter() {
            let node = self.node(service);
            self.nodes.push(node);
        }
        for (index, service) in self.stack.services.iter().enumerate() {
            self.own_ports(index, service);
        }
        for &reference in self.stack.references.iter() {
            self.reference(reference);
        }
        for (index, service) in self.stack.services.iter().enumerate() {
            self.elsewhere(index, service);
        }
        conflicts::find(&mut self.published, &self.nodes);
        // A file that is merged over others stands with them.
        let compose = self.members.iter().filter(|it| matches!(it.member.part, Part::Base | Part::Override));
        let mut sheet = Sheet {
            files: compose.map(|paper| paper.file).collect(),
            nodes: self.nodes,
            published: self.published,
            links: self.links,
            has_gaps: self.stack.has_gaps,
        };
        sort_ports(&mut sheet);
        sheet
    }

    /// The service, as yet without its ports.
    fn node(&self, service: &Service) -> Node {
        let image = match &service.image {
            Image::Named(name) => name.to_string(),
            Image::Built { file, .. } => format!("built from {}", self.members[*file].name),
            Image::Unknown => String::new(),
        };
        let network = match service.reach {
            Reach::Networks(_) | Reach::Unknown => Network::Own,
            Reach::Host => Network::Host,
            Reach::Of(other) => {
                Network::Of(self.stack.services.get(other).map(|it| it.name.to_string()).unwrap_or_default())
            }
            Reach::Alone => Network::Alone,
        };
        // The file that has the last word of it is where people look for it.
        let own = service.bodies.iter().rfind(|body| body.by == By::Itself);
        let at = own.map(|body| {
            let scan = &self.stack.files[body.file].scan;
            self.mention(body.file, scan.scopes[scan.services[body.service].scope].span, None)
        });
        Node {
            name: service.name.to_string(),
            kind: NodeKind::Service,
            image,
            network,
            profiles: service.profiles.clone(),
            ports: Vec::new(),
            at,
        }
    }

    /// The ports that the service, its image and its configuration say it has.
    fn own_ports(&mut self, node: usize, service: &Service) {
        for mapping in &service.mappings {
            let scan = &self.stack.files[mapping.file].scan;
            let entry = &scan.entries[mapping.entry];
            let Some(container) = entry.container else { continue };
            let at = |port| Place { file: mapping.file, port };
            let port = self.declare(node, at(container));
            // Others have no network of their own from which they could publish anything.
            let is_published = matches!(self.nodes[node].network, Network::Own) && entry.list == List::Ports;
            if !is_published {
                continue;
            }
            let transport = self.port_use(at(container)).protocol.transport().unwrap_or(Transport::Tcp);
            let number = match entry.host {
                None => Number::Random,
                Some(host) => match self.number(at(host)) {
                    Number::Known(0, 0) => Number::Random,
                    number => number,
                },
            };
            let at = self.mention_of(at(entry.host.unwrap_or(container)));
            let address = entry.address.clone().filter(|address| !address.is_empty());
            let to = End { node, port };
            self.host_numbers.insert((node, number.clone()));
            self.published.push(Published { address, number, transport, to, conflicts: Vec::new(), at });
        }
        let built = match &service.image {
            Image::Built { ports, .. } => ports.as_slice(),
            _ => &[],
        };
        for &place in service.exposed.iter().chain(built) {
            self.declare(node, place);
        }
        for fragment in &service.configuration {
            let uses = ports_within(&self.members[fragment.file], fragment.span);
            let listens = uses.filter(|(_, port)| port.role == Role::Listen && port.range.is_some());
            let places: Vec<Place> = listens.map(|(port, _)| Place { file: fragment.file, port }).collect();
            for place in places {
                self.declare(node, place);
            }
        }
    }

    /// Takes in a port that leads to a service.
    fn reference(&mut self, reference: Reference) {
        let port = self.port_use(reference.at);
        if port.range.is_none() {
            return;
        }
        let transport = port.protocol.transport();
        let number = self.number(reference.at);
        let found = self.find(reference.to, &number, transport);
        if reference.by == Naming::Itself || reference.from == reference.to {
            // Whether it listens there only for itself, the files do not tell: what is no port of it is left out.
            if let Some(found) = found {
                let mention = self.mention_of(reference.at);
                self.nodes[reference.to].ports[found].mentions.push(mention);
            }
            return;
        }
        let found = found.unwrap_or_else(|| {
            let state = self.state_of_unknown(reference.to, &number);
            self.add(reference.to, number, transport.unwrap_or(Transport::Tcp), state)
        });
        let mention = self.mention_of(reference.at);
        let scheme = port.scheme.clone();
        self.link(reference.from, reference.at, End { node: reference.to, port: found }, scheme, mention);
    }

    /// The addresses in the service's nginx configuration that are none of a service.
    fn elsewhere(&mut self, node: usize, service: &Service) {
        for fragment in &service.configuration {
            let uses = ports_within(&self.members[fragment.file], fragment.span);
            let leading = uses
                .filter(|(_, port)| matches!(port.role, Role::Upstream | Role::Pass) && port.range.is_some());
            let places: Vec<Place> = leading.map(|(port, _)| Place { file: fragment.file, port }).collect();
            for place in places {
                let port = self.port_use(place);
                if self.referring.contains(&place) {
                    continue;
                }
                let host = port.address.as_deref().unwrap_or_default();
                // A service that cannot be reached by its name is another matter, and so is an upstream.
                let is_known = self.names.contains(&host.to_ascii_lowercase())
                    || self.routes(place.file).has_upstream(host);
                if host.is_empty()
                    || host.contains(['$', '{', '*', '/'])
                    || words::is_loopback(host)
                    || is_known
                {
                    continue;
                }
                let to = self.host(host);
                let (transport, number) = (port.protocol.transport(), self.number(place));
                let found = self.find(to, &number, transport).unwrap_or_else(|| {
                    self.add(to, number, transport.unwrap_or(Transport::Tcp), PortState::Declared)
                });
                let mention = self.mention_of(place);
                let scheme = port.scheme.clone();
                self.link(node, place, End { node: to, port: found }, scheme, mention);
            }
        }
    }

    /// A host that is no service, which may be one of those before.
    fn host(&mut self, name: &str) -> usize {
        if let Some(&known) = self.hosts.get(name) {
            return known;
        }
        self.hosts.insert(name.to_owned(), self.nodes.len());
        // A name without a dot is one that only this project can give.
        let is_missing = !name.contains(['.', ':']) && !self.stack.has_gaps;
        let kind = if is_missing { NodeKind::Missing } else { NodeKind::Elsewhere };
        self.nodes.push(Node {
            name: name.to_owned(),
            kind,
            image: String::new(),
            network: Network::Own,
            profiles: Vec::new(),
            ports: Vec::new(),
            at: None,
        });
        self.nodes.len() - 1
    }

    /// Takes in a way from a node to an end.
    fn link(&mut self, from: usize, at: Place, to: End, scheme: Option<SmolStr>, mention: Mention) {
        let listens: Vec<Place> = match self.port_use(at).role {
            Role::Upstream | Role::Pass => {
                let listens = self.routes(at.file).to(&self.stack.files[at.file].scan, at.port);
                listens.iter().map(|&port| Place { file: at.file, port }).collect()
            }
            _ => Vec::new(),
        };
        let own = |place: Place| {
            let transport = self.port_use(place).protocol.transport();
            self.find(from, &self.number(place), transport)
        };
        let mut through: Vec<usize> = listens.into_iter().filter_map(own).collect();
        through.sort_unstable();
        through.dedup();
        let next = self.links.len();
        let index = *self.known.entry((from, through.clone(), to)).or_insert(next);
        if index == next {
            self.links.push(Link { from, through, to, scheme, mentions: Vec::new() });
        }
        self.links[index].mentions.push(mention);
        self.nodes[to.node].ports[to.port].mentions.push(mention);
    }

    /// The ways through the nginx configuration in a file.
    fn routes(&self, file: usize) -> &Routes {
        let paper = &self.members[file];
        paper.routes.get_or_init(|| Routes::new(&paper.member.file.text, &paper.member.scan))
    }

    /// The port that a file says a node has.
    fn declare(&mut self, node: usize, place: Place) -> usize {
        let transport = self.port_use(place).protocol.transport();
        let number = self.number(place);
        let mention = self.mention_of(place);
        let transport = transport.unwrap_or(Transport::Tcp);
        let index = match self.ports.get(&(node, number.clone(), transport)) {
            Some(&index) => index,
            None => self.add(node, number, transport, PortState::Declared),
        };
        let port = &mut self.nodes[node].ports[index];
        if port.mentions.last() != Some(&mention) {
            port.mentions.push(mention);
        }
        index
    }

    /// A new port of a node.
    fn add(&mut self, node: usize, number: Number, transport: Transport, state: PortState) -> usize {
        let service = number
            .range()
            .and_then(|range| describe::service_name(range, transport, self.team))
            .unwrap_or_default()
            .to_owned();
        let index = self.nodes[node].ports.len();
        self.ports.insert((node, number.clone(), transport), index);
        if number.range().is_none() {
            self.unsure.insert(node);
        }
        if number.range().is_some_and(|range| !range.is_single()) {
            self.ranges.entry(node).or_default().push(index);
        }
        self.nodes[node].ports.push(Port { number, transport, service, state, mentions: Vec::new() });
        index
    }

    /// The port of a node that has this number; where the transport is only taken for granted, on any.
    fn find(&self, node: usize, number: &Number, transport: Option<Transport>) -> Option<usize> {
        let exact = |transport| self.ports.get(&(node, number.clone(), transport)).copied();
        let wanted = transport.unwrap_or(Transport::Tcp);
        if let Some(found) = exact(wanted) {
            return Some(found);
        }
        let range = number.range()?;
        let ranges = self.ranges.get(&node).map_or(&[][..], Vec::as_slice);
        let within = ranges.iter().take(MOST_RANGES).find(|&&index| {
            let port = &self.nodes[node].ports[index];
            let own = port.number.range();
            port.transport == wanted
                && own.is_some_and(|own| own.first <= range.first && range.last <= own.last)
        });
        within.copied().or_else(|| Transport::ALL.into_iter().find_map(exact).filter(|_| transport.is_none()))
    }

    /// What is to be thought of a port of a service of which only others speak.
    fn state_of_unknown(&self, node: usize, number: &Number) -> PortState {
        let service = &self.stack.services[node];
        let is_built_without = matches!(&service.image, Image::Built { ports, .. } if !ports.is_empty());
        let is_all_known = is_built_without && !service.may_listen_elsewhere;
        // A port of the host where the one of the container should be: inside of the network nobody listens there.
        let is_host_port = self.host_numbers.contains(&(node, number.clone()));
        let has_gaps = service.has_gaps || self.stack.has_gaps;
        let is_certain = (is_all_known || is_host_port) && !self.unsure.contains(&node) && !has_gaps;
        if is_certain && self.nodes[node].network == Network::Own {
            PortState::Dangling
        } else {
            PortState::Assumed
        }
    }

    fn port_use(&self, place: Place) -> &'a PortUse {
        &self.stack.files[place.file].scan.uses[place.port]
    }

    /// The number of a port, or what stands in its place.
    fn number(&self, place: Place) -> Number {
        let port = self.port_use(place);
        match port.range {
            Some(range) => Number::of(range),
            None => Number::Unknown(port.span.of(&self.stack.files[place.file].file.text).to_owned()),
        }
    }

    fn mention_of(&self, place: Place) -> Mention {
        let port = self.port_use(place);
        self.mention(place.file, port.span, Some(port.role))
    }

    fn mention(&self, file: usize, span: Span, role: Option<Role>) -> Mention {
        let paper = &self.members[file];
        let lines = paper.lines.get_or_init(|| LineIndex::new(&paper.member.file.text));
        let position = lines.position(span.start, Encoding::Utf32);
        Mention { file: paper.file, line: position.line + 1, column: position.character + 1, role }
    }
}

/// The ports of a file that stand in `span`, with their indexes.
fn ports_within<'a>(paper: &Paper<'a>, span: Span) -> impl Iterator<Item = (usize, &'a PortUse)> + use<'a> {
    let uses = &paper.member.scan.uses;
    let from = uses.partition_point(|port| port.span.start < span.start);
    let within = uses.iter().enumerate().skip(from);
    within.take_while(move |(_, port)| port.span.end <= span.end)
}

/// Puts the ports of each node in the order of their numbers.
fn sort_ports(sheet: &mut Sheet) {
    let mut places: Vec<Vec<usize>> = Vec::with_capacity(sheet.nodes.len());
    for node in &mut sheet.nodes {
        let mut order: Vec<usize> = (0..node.ports.len()).collect();
        order.sort_by(|&one, &two| {
            let key = |index: usize| (&node.ports[index].number, node.ports[index].transport);
            key(one).cmp(&key(two))
        });
        let mut place = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            place[old] = new;
        }
        let mut ports: Vec<Option<Port>> = node.ports.drain(..).map(Some).collect();
        node.ports = order.iter().filter_map(|&old| ports[old].take()).collect();
        places.push(place);
    }
    let moved = |end: End| End { node: end.node, port: places[end.node][end.port] };
    for published in &mut sheet.published {
        published.to = moved(published.to);
    }
    for link in &mut sheet.links {
        link.to = moved(link.to);
        for port in &mut link.through {
            *port = places[link.from][*port];
        }
        link.through.sort_unstable();
    }
}
