//! Whether two texts of a compose file say the same to whoever links files.
//!
//! That is all but where it stands, and which numbers the ports have: as long as somebody types those, a project hangs
//! together as it did. Each list is taken apart by its names, so that nothing new is left out by mistake.

use super::wiring::{Build, ConfigMount, Extends, Mount, Network, Wiring};
use super::{Entry, Scan, Scope, Service, Setting};
use crate::port::PortUse;

impl Scan {
    /// Whether this is what `other`, which was found in another text of the same compose file, says, but for where it stands
    /// and for the numbers of ports. Never so where a text holds parts in another language or names files to include: those
    /// are rare, and more hangs on them.
    #[must_use]
    pub fn is_linked_like(&self, other: &Self) -> bool {
        let Self { uses, scopes, entries, services, .. } = self;
        self.is_plain()
            && other.is_plain()
            && all(services, &other.services, service)
            && all(scopes, &other.scopes, scope)
            && all(entries, &other.entries, entry)
            && all(uses, &other.uses, port)
    }

    /// Whether it is all services and their ports.
    const fn is_plain(&self) -> bool {
        let Self {
            uses: _,
            scopes: _,
            entries: _,
            services: _,
            // The names of files, which a service says again in its wiring.
            files: _,
            // Places alone.
            stretches: _,
            heredocs: _,
            breakages: _,
            stages,
            includes,
            configs,
            copies,
            directives,
            sections,
            parts,
        } = self;
        stages.is_empty()
            && includes.is_empty()
            && configs.is_empty()
            && copies.is_empty()
            && directives.is_empty()
            && sections.is_empty()
            && parts.is_empty()
    }
}

fn all<T>(ones: &[T], others: &[T], alike: impl Fn(&T, &T) -> bool) -> bool {
    ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| alike(one, other))
}

fn service(one: &Service, other: &Service) -> bool {
    let Service {
        scope,
        ports: _,
        ports_removal: _,
        entries,
        image,
        network_mode,
        // How many containers there are is a matter of those who judge.
        replicas: _,
        is_for_swarm: _,
        profiles,
        wiring,
    } = one;
    (scope, entries, profiles) == (&other.scope, &other.entries, &other.profiles)
        && value(image.as_ref()) == value(other.image.as_ref())
        && value(network_mode.as_deref()) == value(other.network_mode.as_deref())
        && wired(wiring, &other.wiring)
}

fn wired(one: &Wiring, other: &Wiring) -> bool {
    let Wiring {
        container_name,
        hostname,
        networks,
        links,
        extends,
        build,
        mounts,
        configs,
        env_files,
        has_command,
        sets_port,
        merging,
        is_cut,
    } = one;
    (has_command, sets_port, is_cut) == (&other.has_command, &other.sets_port, &other.is_cut)
        && merging == &other.merging
        && value(container_name.as_deref()) == value(other.container_name.as_deref())
        && value(hostname.as_deref()) == value(other.hostname.as_deref())
        && both(networks.as_ref(), other.networks.as_ref(), |one, other| all(one, other, network))
        && all(links, &other.links, setting)
        && both(extends.as_deref(), other.extends.as_deref(), extended)
        && both(build.as_deref(), other.build.as_deref(), built)
        && all(mounts, &other.mounts, mounted)
        && all(configs, &other.configs, configured)
        && all(env_files, &other.env_files, setting)
}

fn network(one: &Network, other: &Network) -> bool {
    let Network { name, aliases } = one;
    setting(name, &other.name) && all(aliases, &other.aliases, setting)
}

fn extended(one: &Extends, other: &Extends) -> bool {
    let Extends { service, file } = one;
    setting(service, &other.service) && value(file.as_ref()) == value(other.file.as_ref())
}

fn built(one: &Build, other: &Build) -> bool {
    let Build { span: _, context, dockerfile, inline, target, args } = one;
    (context, dockerfile, args) == (&other.context, &other.dockerfile, &other.args)
        && inline.is_none()
        && other.inline.is_none()
        && value(target.as_ref()) == value(other.target.as_ref())
}

fn mounted(one: &Mount, other: &Mount) -> bool {
    let Mount { source, target } = one;
    setting(source, &other.source) && target == &other.target
}

fn configured(one: &ConfigMount, other: &ConfigMount) -> bool {
    let ConfigMount { name, target } = one;
    setting(name, &other.name) && target == &other.target
}

fn scope(one: &Scope, other: &Scope) -> bool {
    let Scope { kind, name, span: _, extent: _, section, user } = one;
    (kind, name, section) == (&other.kind, &other.name, &other.section)
        && value(user.as_deref()) == value(other.user.as_deref())
}

fn entry(one: &Entry, other: &Entry) -> bool {
    let Entry {
        list,
        style: _,
        span: _,
        removal: _,
        host,
        container,
        address,
        address_span: _,
        strays: _,
        is_trigger,
        app_protocol: _,
        mode: _,
        fields: _,
        scope,
    } = one;
    (list, host, container, address, is_trigger, scope)
        == (&other.list, &other.host, &other.container, &other.address, &other.is_trigger, &other.scope)
}

fn port(one: &PortUse, other: &PortUse) -> bool {
    let PortUse { span: _, range, role, protocol, address, scheme: _, variable: _, pair, entry, scope } = one;
    (role, address, pair, entry, scope)
        == (&other.role, &other.address, &other.pair, &other.entry, &other.scope)
        && range.is_some() == other.range.is_some()
        && protocol.transport() == other.protocol.transport()
}

fn setting(one: &Setting, other: &Setting) -> bool {
    one.value == other.value
}

fn value(setting: Option<&Setting>) -> Option<&str> {
    setting.map(|setting| setting.value.as_str())
}

fn both<T>(one: Option<&T>, other: Option<&T>, alike: impl Fn(&T, &T) -> bool) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => alike(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}
