//! `textDocument/definition`, `textDocument/references` and `textDocument/documentHighlight`: from a port to where else it is
//! that port.

use std::collections::HashSet;
use std::sync::Arc;

use tower_lsp::ls_types::{
    DocumentHighlight, DocumentHighlightKind, GotoDefinitionResponse, Location, LocationLink,
    ReferenceContext,
};

use super::convert;
use super::session::Session;
use super::spot::{Spot, locations};
use crate::languages::ScopeKind;
use crate::project::{Body, File, MentionKind, Place, Site, Stack};
use crate::text::{LineIndex, Span};

/// A place to which something leads.
struct Target {
    file: Arc<File>,
    /// All that stands there.
    span: Span,
    /// What of it is meant.
    selection: Span,
}

/// Where the port or the host under the cursor is declared: a port by the service that has it and by its image, an upstream of
/// nginx by its block, a service by its name.
pub fn definition(session: &Session, spot: &Spot) -> Option<GotoDefinitionResponse> {
    let (origin, targets) = definitions(spot)?;
    if targets.is_empty() {
        return None;
    }
    let selections = locations(session, targets.iter().map(|it| (&it.file, it.selection)));
    if !session.abilities().link_support {
        return Some(GotoDefinitionResponse::Array(selections));
    }
    let spans = locations(session, targets.iter().map(|it| (&it.file, it.span)));
    let origin = convert::to_range(spot.document.text.range(origin, session.abilities().encoding));
    let link = |(selection, whole): (Location, Location)| LocationLink {
        origin_selection_range: Some(origin),
        target_uri: selection.uri,
        target_range: whole.range,
        target_selection_range: selection.range,
    };
    Some(GotoDefinitionResponse::Link(selections.into_iter().zip(spans).map(link).collect()))
}

/// What the cursor is on, and where that is declared.
fn definitions(spot: &Spot) -> Option<(Span, Vec<Target>)> {
    if let Some((host, target)) = upstream(spot) {
        return Some((host, vec![target]));
    }
    let mut targets = Vec::new();
    if let Some(origin) = spot.span() {
        for (stack, place) in spot.ports() {
            targets.extend(stack.definitions(place).into_iter().map(|place| {
                let (member, port) = (&stack.files[place.file], stack.port(place));
                let entry = port.entry.map(|entry| member.scan.entries[entry].span);
                Target {
                    file: Arc::clone(&member.file),
                    span: entry.filter(|entry| holds(*entry, port.span)).unwrap_or(port.span),
                    selection: port.span,
                }
            }));
        }
        return Some((origin, distinct(targets)));
    }
    let mut origin = None;
    for view in &spot.seen.project {
        let stack = &view.stack;
        let own = stack.references.iter().filter(|it| it.at.file == view.file);
        let on_host = |span: Span| span.touches(spot.offset);
        let here = own.filter_map(|it| Some((it, host(stack, it.at).filter(|span| on_host(*span))?)));
        for (reference, span) in here {
            origin = Some(span);
            targets.extend(service(stack, reference.to));
        }
    }
    Some((origin?, distinct(targets)))
}

/// The name of an upstream of nginx under the cursor, and the block of that name.
fn upstream(spot: &Spot) -> Option<(Span, Target)> {
    let (scan, text) = (&spot.seen.reading.scan, &spot.seen.reading.text);
    let mut hosts = scan.directives.iter().filter_map(|it| Some(it.target?.host));
    let host = hosts.find(|host| host.touches(spot.offset))?;
    let of = |file: &Arc<File>, name: Span| {
        let mut blocks = file.scan.scopes.iter();
        let span = blocks.find(|scope| scope.span == name).map_or(name, |scope| scope.extent);
        Target { file: Arc::clone(file), span, selection: name }
    };
    let linked = spot.seen.project.iter().find_map(|view| {
        let (file, name) = view.stack.upstream_at(view.file, spot.offset)?;
        Some(of(&view.stack.files[file].file, name))
    });
    // A file that no service is known to have stands by itself.
    let name = host.of(text);
    let is_it = |kind: ScopeKind, own: &str| kind == ScopeKind::Upstream && own.eq_ignore_ascii_case(name);
    let alone = || {
        let scope = scan.scopes.iter().find(|scope| is_it(scope.kind, &scope.name))?;
        Some(of(&spot.seen.reading.file(spot.seen.reading.language)?, scope.span))
    };
    Some((host, linked.or_else(alone)?))
}

/// Where the name of the host stands that the port at `place` belongs to, right before it.
fn host(stack: &Stack, place: Place) -> Option<Span> {
    let port = stack.port(place);
    let address = port.address.as_deref()?;
    let end = port.span.start.checked_sub(1)?;
    let span = Span::new(end.checked_sub(address.len())?, end);
    (span.of(&stack.files[place.file].file.text) == address).then_some(span)
}

/// Where the service of that index is named.
fn service(stack: &Stack, service: usize) -> Vec<Target> {
    let bodies = stack.services[service].bodies.iter();
    let target = |body: &Body| {
        let member = &stack.files[body.file];
        let scope = &member.scan.scopes[member.scan.services[body.service].scope];
        Target { file: Arc::clone(&member.file), span: scope.extent, selection: scope.span }
    };
    bodies.map(target).collect()
}

fn holds(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// Each of `targets` once, in their order.
fn distinct(targets: Vec<Target>) -> Vec<Target> {
    let mut seen = HashSet::new();
    let is_new = |it: &Target| seen.insert((it.file.path.clone(), it.selection));
    targets.into_iter().filter(is_new).collect()
}

/// Every place that names the port under the cursor; those that declare it only where these are asked for.
pub fn references(session: &Session, spot: &Spot, asked: ReferenceContext) -> Option<Vec<Location>> {
    let mut sites = spot.sites(session);
    if sites.is_empty() {
        return None;
    }
    sites.retain(|site| asked.include_declaration || !declares(site.kind));
    Some(locations(session, sites.iter().map(|site| (&site.file, site.span))))
}

/// The places of the document that name the port under the cursor.
pub fn highlights(session: &Session, spot: &Spot) -> Option<Vec<DocumentHighlight>> {
    let text = &spot.seen.reading.text;
    let mut sites = spot.sites(session);
    sites.retain(|site| Some(&site.file.path) == spot.document.path.as_ref() && site.file.text == *text);
    let lines = LineIndex::new(text);
    let highlight = |site: &Site| DocumentHighlight {
        range: convert::to_range(lines.range(site.span, session.abilities().encoding)),
        kind: Some(if declares(site.kind) {
            DocumentHighlightKind::WRITE
        } else {
            DocumentHighlightKind::READ
        }),
    };
    (!sites.is_empty()).then(|| sites.iter().map(highlight).collect())
}

/// Whether a place of that kind says that a service has the port, where others rely on it.
const fn declares(kind: MentionKind) -> bool {
    use MentionKind::{Expose, Image, Itself, Listen, Mapping, Reference, Variable};
    match kind {
        Mapping | Expose | Image | Variable => true,
        Listen | Itself | Reference => false,
    }
}
