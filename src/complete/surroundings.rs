//! What the names and numbers beside the place of a port say of it: the image, the service, the host, the variable.

use super::place::Place;
use super::word::line_at;
use crate::languages::{Scan, ScopeKind, Stage};
use crate::port::{PortUse, Role};
use crate::registry::{self, TeamPorts};

/// How many ports are looked at for one word.
const OF_A_WORD: usize = 3;

/// How many words are looked up.
const WORDS: usize = 16;

/// The ports that fit the `place`, the likeliest first, each once.
pub fn fitting(text: &str, place: &Place<'_>, team: &TeamPorts) -> Vec<u16> {
    let (scan, port) = (place.scan.as_ref(), place.port());
    let mut fitting: Vec<u16> = Vec::new();
    let mut add = |port: u16| {
        if !fitting.contains(&port) {
            fitting.push(port);
        }
    };
    if port.role.is_host() {
        beside(scan, port).into_iter().flat_map(published_on).for_each(&mut add);
    }
    siblings(scan, place.index).for_each(&mut add);
    words(key(text, place)).flat_map(|word| called(word, team)).for_each(&mut add);
    let names = port.address.iter().chain(&port.scheme).map(|name| name.as_str());
    names.flat_map(words).flat_map(|word| called(word, team)).for_each(&mut add);
    image(scan, port).into_iter().flat_map(words).flat_map(|word| called(word, team)).for_each(&mut add);
    let scope = port.scope.map_or("", |scope| scan.scopes[scope].name.as_str());
    words(scope).flat_map(|word| called(word, team)).for_each(&mut add);
    if !port.role.is_host() {
        within(scan, place.index).for_each(&mut add);
        beside(scan, port).into_iter().flat_map(behind_host).for_each(&mut add);
    }
    fitting
}

/// The number of the other half of a mapping.
fn beside(scan: &Scan, port: &PortUse) -> Option<u16> {
    scan.uses[port.pair?].range?.port()
}

/// Where a container's port is published: at the same number; one of the system's also at the number that people take so
/// that no root is needed, and at the next ones.
fn published_on(container: u16) -> impl Iterator<Item = u16> {
    let above = (container < 1024).then_some(8000 + container);
    let next = (1..=3).filter_map(move |more| container.checked_add(more));
    [Some(container), above].into_iter().flatten().chain(next)
}

/// What may stand behind a host's port: what that has above 8000, and the same number.
fn behind_host(host: u16) -> impl Iterator<Item = u16> {
    let below = host.checked_sub(8000).filter(|port| matches!(port, 80 | 443));
    below.into_iter().chain([host])
}

/// The ports that the same stage or service names elsewhere as its own.
fn within(scan: &Scan, index: usize) -> impl Iterator<Item = u16> {
    let place = &scan.uses[index];
    let is_own = |port: &PortUse| match port.role {
        Role::Variable | Role::Expose | Role::ServiceExpose | Role::Container | Role::Router => true,
        Role::Command | Role::Environment | Role::Healthcheck => {
            matches!(
                port.address.as_deref(),
                None | Some("0.0.0.0" | "localhost" | "127.0.0.1" | "[::]" | "*")
            )
        }
        _ => false,
    };
    let others = scan.uses.iter().enumerate().filter(move |(other, _)| *other != index);
    let own =
        others.filter(move |(_, port)| place.scope.is_some() && port.scope == place.scope && is_own(port));
    own.filter_map(|(_, port)| port.range?.port())
}

/// The ports of nginx that stand beside as the same thing: the other servers of an upstream, the other addresses of a server.
fn siblings(scan: &Scan, index: usize) -> impl Iterator<Item = u16> {
    let place = &scan.uses[index];
    let has_siblings = place.scope.is_some() && matches!(place.role, Role::Upstream | Role::Listen);
    let others = scan.uses.iter().enumerate().filter(move |(other, _)| has_siblings && *other != index);
    let own = others.filter(|(_, port)| port.role == place.role && port.scope == place.scope);
    own.filter_map(|(_, port)| port.range?.port())
}

/// What stands before the value: the name of its variable or key.
fn key<'t>(text: &'t str, place: &Place<'_>) -> &'t str {
    if !matches!(
        place.port().role,
        Role::Variable | Role::Environment | Role::Router | Role::Option | Role::Directive
    ) {
        return "";
    }
    let before = &text[line_at(text, place.word.start).start..place.word.start];
    let key = before.trim_end_matches(|it: char| !it.is_ascii_alphanumeric());
    let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.');
    &key[key.trim_end_matches(is_part).len()..]
}

/// The image that the port's service or stage runs, without its registry and version.
fn image<'s>(scan: &'s Scan, port: &PortUse) -> Option<&'s str> {
    let scope = port.scope?;
    let image = match scan.scopes[scope].kind {
        ScopeKind::Stage => base(scan, scan.stages.iter().find(|stage| stage.scope == scope)?),
        ScopeKind::Service => {
            let service = scan.services.iter().find(|service| service.scope == scope)?;
            service.image.as_ref()?.value.as_str()
        }
        ScopeKind::Server(_) | ScopeKind::Upstream => return None,
    };
    let image = image.split_once('@').map_or(image, |(image, _)| image);
    let name = &image[image.rfind('/').map_or(0, |at| at + 1)..];
    Some(name.split_once(':').map_or(name, |(name, _)| name))
}

/// The image that a stage is built upon in the end.
fn base<'s>(scan: &'s Scan, stage: &'s Stage) -> &'s str {
    let below = |stage: &&'s Stage| stage.base.map(|base| &scan.stages[base]);
    std::iter::successors(Some(stage), below).take(WORDS).last().map_or("", |stage| &stage.image)
}

/// A name as a whole, and its words.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let is_name = |word: &&str| word.len() > 1 && word.starts_with(|it: char| it.is_ascii_alphabetic());
    let words = name.split(|it: char| !it.is_ascii_alphanumeric()).filter(move |word| *word != name);
    std::iter::once(name).chain(words).filter(is_name).take(WORDS)
}

/// Whether a host of that name is one that a service is called by.
pub fn names_service(host: &str) -> bool {
    called(host, &TeamPorts::default()).next().is_some()
}

/// The ports that are called so and are in use; that IANA once gave a number to a name says nothing of what people run.
fn called(word: &str, team: &TeamPorts) -> impl Iterator<Item = u16> {
    let is_used = |port: &u16| {
        registry::in_practice(*port).next().is_some()
            || registry::usage(*port).is_some()
            || !team.at(*port).is_empty()
    };
    images(word)
        .iter()
        .copied()
        .chain(registry::ports_named(word, team).into_iter().filter(is_used))
        .take(OF_A_WORD)
}

/// The ports that popular images listen on which are called after no service; what their own Dockerfiles expose.
fn images(word: &str) -> &'static [u16] {
    const WEB: &[u16] = &[80];
    const SECURE: &[u16] = &[80, 443];
    const IMAGES: &[(&str, &[u16])] = &[
        ("nginx", SECURE),
        ("httpd", SECURE),
        ("apache", SECURE),
        ("caddy", SECURE),
        ("traefik", SECURE),
        ("haproxy", SECURE),
        ("wordpress", WEB),
        ("nextcloud", WEB),
        ("drupal", WEB),
        ("joomla", WEB),
        ("phpmyadmin", WEB),
        ("fpm", &[9000]),
        ("node", &[3000]),
        ("ghost", &[2368]),
        ("registry", &[5000]),
        ("adminer", &[8080]),
    ];
    let found = IMAGES.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
    found.map_or(&[], |(_, ports)| ports)
}

/// The numbers that are taken where the port stands: those that the host publishes already, or that the list already has.
pub fn taken(scan: &Scan, index: usize) -> impl Fn(u16) -> bool + use<> {
    let place = &scan.uses[index];
    let transport = place.protocol.transport();
    let is_in_the_way = |port: &PortUse| {
        let is_beside = port.scope == place.scope && port.role == place.role;
        match place.role {
            Role::Host => port.role == Role::Host && shares(port, place),
            Role::Expose | Role::ServiceExpose => is_beside,
            Role::Container => is_beside && port.pair.is_none() && place.pair.is_none(),
            Role::Listen => is_beside && port.address == place.address,
            _ => false,
        }
    };
    let others = scan.uses.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, port)| port);
    let others = others.filter(|port| port.protocol.transport() == transport && is_in_the_way(port));
    let ranges: Vec<_> = others.filter_map(|port| port.range).collect();
    move |port| ranges.iter().any(|range| (range.first..=range.last).contains(&u32::from(port)))
}

/// Whether two host ports may be on the same address.
fn shares(one: &PortUse, other: &PortUse) -> bool {
    one.address == other.address || one.address.is_none() || other.address.is_none()
}
