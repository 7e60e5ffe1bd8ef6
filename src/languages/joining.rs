//! Scans that are put together out of parts: cut off at a place, moved along in the text, joined to what was read before.

use super::configuration::{Directive, Target};
use super::scan::{Entry, Scan, Scope, ScopeKind, Service, Setting};
use super::wiring::{Include, Wiring};
use crate::text::Span;

/// The lists of a [`Scan`] into which others point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// [`Scan::uses`].
    Uses,
    /// [`Scan::scopes`].
    Scopes,
    /// [`Scan::entries`].
    Entries,
    /// [`Scan::stages`].
    Stages,
    /// [`Scan::sections`].
    Sections,
}

/// How long each list of a [`Scan`] is, or was at a place of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub uses: u32,
    pub scopes: u32,
    pub entries: u32,
    pub stages: u32,
    pub copies: u32,
    pub directives: u32,
    pub sections: u32,
    pub stretches: u32,
    pub heredocs: u32,
    pub parts: u32,
    pub breakages: u32,
}

impl Counts {
    /// Those of a scan in which there is nothing.
    pub const NONE: Self = Self {
        uses: 0,
        scopes: 0,
        entries: 0,
        stages: 0,
        copies: 0,
        directives: 0,
        sections: 0,
        stretches: 0,
        heredocs: 0,
        parts: 0,
        breakages: 0,
    };

    /// The lengths of the lists of `scan`, which is one of a Dockerfile or of nginx configuration.
    pub fn of(scan: &Scan) -> Self {
        Self {
            uses: count(&scan.uses),
            scopes: count(&scan.scopes),
            entries: count(&scan.entries),
            stages: count(&scan.stages),
            copies: count(&scan.copies),
            directives: count(&scan.directives),
            sections: count(&scan.sections),
            stretches: count(&scan.stretches),
            heredocs: count(&scan.heredocs),
            parts: count(&scan.parts),
            breakages: count(&scan.breakages),
        }
    }

    /// These lengths where those in `was` have become those in `is`.
    pub const fn moved(self, was: Self, is: Self) -> Self {
        Self {
            uses: self.uses + is.uses - was.uses,
            scopes: self.scopes + is.scopes - was.scopes,
            entries: self.entries + is.entries - was.entries,
            stages: self.stages + is.stages - was.stages,
            copies: self.copies + is.copies - was.copies,
            directives: self.directives + is.directives - was.directives,
            sections: self.sections + is.sections - was.sections,
            stretches: self.stretches + is.stretches - was.stretches,
            heredocs: self.heredocs + is.heredocs - was.heredocs,
            parts: self.parts + is.parts - was.parts,
            breakages: self.breakages + is.breakages - was.breakages,
        }
    }

    /// How long the list is that `aim` names.
    pub const fn of_aim(self, aim: Aim) -> usize {
        let count = match aim {
            Aim::Uses => self.uses,
            Aim::Scopes => self.scopes,
            Aim::Entries => self.entries,
            Aim::Stages => self.stages,
            Aim::Sections => self.sections,
        };
        count as usize
    }
}

/// The length of a list, which no text that fits into memory makes longer than a number of 32 bits.
pub fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

/// Gives back the room that `list` keeps for more, where that is much.
fn shrink<T>(list: &mut Vec<T>) {
    if list.capacity() > list.len() + list.len() / 4 {
        list.shrink_to_fit();
    }
}

impl Scan {
    /// Takes over what was found in a part of the file that starts at byte `at`.
    pub(super) fn absorb(&mut self, mut part: Self, at: usize) {
        part.for_each_span(&mut |span| *span = span.shifted(at));
        let base = Counts::of(self);
        part.for_each_index(&mut |aim, index| *index += base.of_aim(aim));
        self.append(part, Counts::NONE);
    }

    /// Takes over what `part` holds behind the first of each list, as many as `from` says; places and indices are right.
    pub(super) fn append(&mut self, mut part: Self, from: Counts) {
        self.uses.extend(part.uses.drain(from.uses as usize..));
        self.scopes.extend(part.scopes.drain(from.scopes as usize..));
        self.entries.extend(part.entries.drain(from.entries as usize..));
        self.services.append(&mut part.services);
        self.stages.extend(part.stages.drain(from.stages as usize..));
        self.files.append(&mut part.files);
        self.includes.append(&mut part.includes);
        self.configs.append(&mut part.configs);
        self.copies.extend(part.copies.drain(from.copies as usize..));
        self.directives.extend(part.directives.drain(from.directives as usize..));
        self.sections.extend(part.sections.drain(from.sections as usize..));
        self.stretches.extend(part.stretches.drain(from.stretches as usize..));
        self.heredocs.extend(part.heredocs.drain(from.heredocs as usize..));
        self.parts.extend(part.parts.drain(from.parts as usize..));
        self.breakages.extend(part.breakages.drain(from.breakages as usize..));
    }

    /// Gives back the room that is kept in its longest lists for more, where that is much.
    pub(super) fn shrink(&mut self) {
        shrink(&mut self.uses);
        shrink(&mut self.scopes);
        shrink(&mut self.entries);
        shrink(&mut self.services);
        shrink(&mut self.stages);
        shrink(&mut self.directives);
    }

    /// Cuts off what stands behind the first of each list, as many as `at` says, and gives that.
    pub(super) fn cut(&mut self, at: Counts) -> Self {
        Self {
            uses: self.uses.split_off(at.uses as usize),
            scopes: self.scopes.split_off(at.scopes as usize),
            entries: self.entries.split_off(at.entries as usize),
            stages: self.stages.split_off(at.stages as usize),
            copies: self.copies.split_off(at.copies as usize),
            directives: self.directives.split_off(at.directives as usize),
            sections: self.sections.split_off(at.sections as usize),
            stretches: self.stretches.split_off(at.stretches as usize),
            heredocs: self.heredocs.split_off(at.heredocs as usize),
            parts: self.parts.split_off(at.parts as usize),
            breakages: self.breakages.split_off(at.breakages as usize),
            ..Self::default()
        }
    }

    /// Shows each place in it to `change`, which may move it.
    pub(super) fn for_each_span(&mut self, change: &mut impl FnMut(&mut Span)) {
        self.uses.iter_mut().for_each(|port| port.for_each_span(change));
        for scope in &mut self.scopes {
            change(&mut scope.span);
            change(&mut scope.extent);
            setting(scope.user.as_mut(), change);
        }
        self.entries.iter_mut().for_each(|it| entry(it, change));
        self.services.iter_mut().for_each(|it| service(it, change));
        let instructions = self.stages.iter_mut().flat_map(|stage| &mut stage.instructions);
        instructions.for_each(|instruction| change(&mut instruction.span));
        self.files.iter_mut().for_each(|file| change(&mut file.span));
        self.includes.iter_mut().for_each(|it| include(it, change));
        for config in &mut self.configs {
            setting(config.file.as_mut(), change);
            config.content.iter_mut().for_each(&mut *change);
        }
        self.copies.iter_mut().for_each(|copy| change(&mut copy.span));
        self.directives.iter_mut().for_each(|it| directive(it, change));
        self.stretches.iter_mut().for_each(&mut *change);
        self.heredocs.iter_mut().for_each(&mut *change);
        self.parts.iter_mut().for_each(|part| change(&mut part.span));
        self.breakages.iter_mut().for_each(|breakage| change(&mut breakage.span));
    }

    /// Shows each index in it to `change`, with the list that it points into.
    pub(super) fn for_each_index(&mut self, change: &mut impl FnMut(Aim, &mut usize)) {
        let mut all = |aim: Aim, indices: &mut [&mut Option<usize>]| {
            indices.iter_mut().filter_map(|index| index.as_mut()).for_each(|index| change(aim, index));
        };
        for port in &mut self.uses {
            all(Aim::Uses, &mut [&mut port.pair]);
            all(Aim::Entries, &mut [&mut port.entry]);
            all(Aim::Scopes, &mut [&mut port.scope]);
        }
        for entry in &mut self.entries {
            all(Aim::Uses, &mut [&mut entry.host, &mut entry.container]);
            all(Aim::Scopes, &mut [&mut entry.scope]);
        }
        for directive in &mut self.directives {
            all(Aim::Uses, &mut [&mut directive.port]);
            all(Aim::Scopes, &mut [&mut directive.scope]);
        }
        for stage in &mut self.stages {
            all(Aim::Stages, &mut [&mut stage.base]);
        }
        self.directives.iter_mut().for_each(|directive| change(Aim::Sections, &mut directive.section));
        for scope in self.scopes.iter_mut().filter(|scope| is_within_section(scope)) {
            change(Aim::Sections, &mut scope.section);
        }
        self.copies.iter_mut().for_each(|copy| change(Aim::Stages, &mut copy.stage));
        self.stages.iter_mut().for_each(|stage| change(Aim::Scopes, &mut stage.scope));
        for service in &mut self.services {
            change(Aim::Scopes, &mut service.scope);
            service.entries.iter_mut().for_each(|entry| change(Aim::Entries, entry));
        }
    }
}

/// Whether the scope is one of nginx, which stands in a part of the configuration.
const fn is_within_section(scope: &Scope) -> bool {
    matches!(scope.kind, ScopeKind::Server(_) | ScopeKind::Upstream)
}

fn entry(entry: &mut Entry, change: &mut impl FnMut(&mut Span)) {
    change(&mut entry.span);
    entry.removal.iter_mut().for_each(&mut *change);
    entry.address_span.iter_mut().for_each(&mut *change);
    entry.strays.iter_mut().for_each(|stray| change(&mut stray.span));
    for field in &mut entry.fields {
        change(&mut field.key);
        change(&mut field.value);
    }
}

fn directive(directive: &mut Directive, change: &mut impl FnMut(&mut Span)) {
    change(&mut directive.name);
    directive.arguments.iter_mut().for_each(&mut *change);
    change(&mut directive.span);
    directive.removal.iter_mut().for_each(&mut *change);
    if let Some(Target { scheme, host, .. }) = &mut directive.target {
        change(scheme);
        change(host);
    }
}

fn service(service: &mut Service, change: &mut impl FnMut(&mut Span)) {
    service.ports.iter_mut().for_each(&mut *change);
    service.ports_removal.iter_mut().for_each(&mut *change);
    setting(service.image.as_mut(), change);
    setting(service.network_mode.as_deref_mut(), change);
    setting(service.replicas.as_deref_mut(), change);
    wiring(&mut service.wiring, change);
}

fn wiring(wiring: &mut Wiring, change: &mut impl FnMut(&mut Span)) {
    setting(wiring.container_name.as_deref_mut(), change);
    setting(wiring.hostname.as_deref_mut(), change);
    for network in wiring.networks.iter_mut().flatten() {
        change(&mut network.name.span);
        settings(&mut network.aliases, change);
    }
    settings(&mut wiring.links, change);
    if let Some(extends) = &mut wiring.extends {
        change(&mut extends.service.span);
        setting(extends.file.as_mut(), change);
    }
    if let Some(build) = &mut wiring.build {
        change(&mut build.span);
        build.inline.iter_mut().for_each(&mut *change);
        setting(build.target.as_mut(), change);
    }
    wiring.mounts.iter_mut().for_each(|mount| change(&mut mount.source.span));
    wiring.configs.iter_mut().for_each(|config| change(&mut config.name.span));
    settings(&mut wiring.env_files, change);
}

fn include(include: &mut Include, change: &mut impl FnMut(&mut Span)) {
    settings(&mut include.paths, change);
    setting(include.project_directory.as_mut(), change);
    settings(&mut include.env_files, change);
}

fn setting(setting: Option<&mut Setting>, change: &mut impl FnMut(&mut Span)) {
    setting.into_iter().for_each(|setting| change(&mut setting.span));
}

fn settings(settings: &mut [Setting], change: &mut impl FnMut(&mut Span)) {
    settings.iter_mut().for_each(|setting| change(&mut setting.span));
}
