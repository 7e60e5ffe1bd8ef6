//! `incomplete-quic`: HTTP/3 that no client will find.

use foldhash::{HashSet, HashSetExt};

use super::{
    Around, Context, HostPorts, Mapping, Offer, Rule, holds, inserting, open_sections, says, stacks,
};
use crate::finding::{Finding, Fix, Safety, Severity};
use crate::languages::{Directive, EntryStyle, Item, Language};
use crate::port::Transport;
use crate::project::Service;

/// See `incomplete_quic.md`.
pub static RULE: Rule = Rule {
    name: "incomplete-quic",
    summary: "a `listen … quic` that no client learns of or gets to",
    severity: Severity::Info,
    is_opt_in: false,
    languages: &[Language::Compose, Language::Nginx],
    tag: None,
    docs: include_str!("incomplete_quic.md"),
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.language == Language::Compose {
        for around in stacks(cx) {
            let services = around.stack.services.iter().enumerate();
            let published = |it: &Service| it.mappings.iter().any(|place| place.file == around.file);
            let services = services.filter(|(_, it)| !it.configuration.is_empty() && published(it));
            services.for_each(|(service, _)| judge_published(cx, around, service, findings));
        }
        return;
    }
    let is_quic = |directive: &Directive| directive.listener.is_some() && says(cx, directive, "quic");
    if !cx.scan.directives.iter().any(is_quic) {
        return;
    }
    let known = Known::of(cx);
    let open = open_sections(cx, |_| true);
    let mut judged = HashSet::new();
    for directive in &cx.scan.directives {
        let (Some(listener), Some(server)) = (&directive.listener, directive.scope) else { continue };
        let section = directive.section;
        let Some(port) = listener.ports.port().filter(|_| says(cx, directive, "quic")) else { continue };
        if open[section] || !judged.insert((section, port)) {
            continue;
        }
        let message = if !known.over_tls.contains(&(section, port)) && !known.ssl_on.contains(&section) {
            format!("nothing listens on port {port} over TCP with ssl, where clients learn of HTTP/3")
        } else if !known.is_announced(section, server, port) {
            format!("no Alt-Svc header tells clients of HTTP/3 on port {port}")
        } else {
            continue;
        };
        findings.push(RULE.finding(directive.arguments[0], message));
    }
}

/// Judges what a service publishes whose nginx listens for QUIC.
fn judge_published(cx: &Context<'_>, around: Around<'_>, service: usize, findings: &mut Vec<Finding>) {
    let Some(offer) = Offer::of(around, service) else { return };
    let service = &around.stack.services[service];
    let mut judged = HashSet::new();
    for fragment in &service.configuration {
        let member = &around.stack.files[fragment.file];
        let text = &*member.file.text;
        for directive in &member.scan.directives {
            let is_inside =
                fragment.span.start <= directive.span.start && directive.span.end <= fragment.span.end;
            let is_quic = || directive.arguments.iter().skip(1).any(|word| word.of(text) == "quic");
            let Some(listener) = directive.listener.as_ref().filter(|_| is_inside && is_quic()) else {
                continue;
            };
            let Some(port) = listener.ports.port().filter(|&port| judged.insert(port)) else { continue };
            let publishes = |transport| {
                let mappings = offer.mappings.iter().filter(move |it| it.transport == transport);
                mappings.filter(move |it| it.host.is_some() && holds(it.targets, port))
            };
            let (Some(over_tcp), None) = (publishes(Transport::Tcp).next(), publishes(Transport::Udp).next())
            else {
                continue;
            };
            if over_tcp.place.file != around.file {
                continue;
            }
            let message =
                format!("nginx listens on {port} for QUIC as well, and {port}/udp is not published");
            let related =
                vec![around.related(fragment.file, directive.arguments[0], "listens here".to_owned())];
            let fix = publishing_on_udp(cx, around, over_tcp);
            let span = over_tcp.container.span;
            findings.push(Finding {
                severity: Severity::Warning,
                related,
                fix,
                ..RULE.finding(span, message)
            });
        }
    }
}

/// The fix that adds to an entry of `ports` the same on UDP.
fn publishing_on_udp(cx: &Context<'_>, around: Around<'_>, mapping: &Mapping<'_>) -> Option<Fix> {
    let scan = around.scan(around.file);
    let entry = around.entry(mapping.place);
    if entry.style == EntryStyle::Long
        || HostPorts::new(scan).hold_that_of(scan, mapping.container, Transport::Udp)
    {
        return None;
    }
    let item = Item::of(cx.text, entry)?;
    let written = item.outer.of(cx.text);
    let inner = entry.span.of(cx.text);
    let bare = inner.strip_suffix("/tcp").unwrap_or(inner);
    let (at, before) = item.successor();
    let added = written.replacen(inner, &format!("{bare}/udp"), 1);
    (!bare.contains('/')).then(|| inserting(format!("Add {bare}/udp"), at, before + &added, Safety::Unsafe))
}

/// What the file says beside the listens of QUIC.
#[derive(Default)]
struct Known {
    /// The section and port of what listens with TLS over TCP.
    over_tls: HashSet<(usize, u16)>,
    /// The sections in which TLS is switched on by itself.
    ssl_on: HashSet<usize>,
    /// The section, and the server unless it is for all of them, of the headers that announce HTTP/3.
    headers: HashSet<(usize, Option<usize>)>,
    /// The section and port of what listens in a server with such a header.
    announced: HashSet<(usize, u16)>,
}

impl Known {
    fn of(cx: &Context<'_>) -> Self {
        let mut known = Self::default();
        for directive in &cx.scan.directives {
            let section = directive.section;
            let name = directive.name.of(cx.text);
            if name == "ssl" {
                known.ssl_on.insert(section);
            } else if name == "add_header" && announces(cx, directive) {
                known.headers.insert((section, directive.scope));
            }
        }
        for directive in &cx.scan.directives {
            let Some(listener) = &directive.listener else { continue };
            let (section, Some(port)) = (directive.section, listener.ports.port()) else { continue };
            if listener.transport == Transport::Tcp && says(cx, directive, "ssl") {
                known.over_tls.insert((section, port));
            }
            if known.headers.contains(&(section, directive.scope)) {
                known.announced.insert((section, port));
            }
        }
        known
    }

    fn is_announced(&self, section: usize, server: usize, port: u16) -> bool {
        self.headers.contains(&(section, None))
            || self.headers.contains(&(section, Some(server)))
            || self.announced.contains(&(section, port))
    }
}

/// Whether the `Alt-Svc` header of `directive` may name HTTP/3. Its port may be another one, to which a container is
/// published.
fn announces(cx: &Context<'_>, directive: &Directive) -> bool {
    directive.arguments[1..].iter().any(|value| {
        let value = value.of(cx.text);
        value.contains("h3") || value.contains(['$', '{', '%'])
    })
}
