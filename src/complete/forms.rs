//! The two forms of an entry of compose's `ports`, ready to be filled in.

use super::naming::usual_transport;
use super::ports::Offer;
use super::word::line_at;
use super::{Item, Kind, Subject};
use crate::languages::{EntryStyle, List};
use crate::port::{Role, Transport};

/// The container's port where nothing says which.
const USUAL: u16 = 80;

/// The forms of an entry that publishes the first of `ports`, where a whole entry can stand.
pub fn of_entry(offer: &Offer<'_>, ports: &[u16]) -> Vec<Item> {
    let Some(container) = ports.first().copied().or(offer.typed.is_empty().then_some(USUAL)) else {
        return Vec::new();
    };
    let place = offer.place;
    let is_whole = |list, style| {
        let entry = place.entry();
        entry.is_some_and(|it| it.list == list && it.style == style && it.span == place.port().span)
    };
    let is_quoted = is_whole(List::Ports, EntryStyle::Quoted);
    let is_plain = is_whole(List::Ports, EntryStyle::Plain);
    if !is_quoted && !is_plain || place.port().role != Role::Container {
        return Vec::new();
    }
    let host = host_for(offer, container);
    let transport = usual_transport(container);
    let suffix = if transport == Transport::Tcp { String::new() } else { format!("/{transport}") };
    // YAML takes two numbers with a colon between for one number of base 60, unless they are quoted.
    let quote = if is_plain { "\"" } else { "" };
    let filter = |form: &str| format!("{} {form} {container} publish", offer.typed).trim_start().to_owned();
    let pair = format!("{host}:{container}{suffix}");
    let short = Item {
        label: format!("\"{pair}\""),
        aside: "publish".to_owned(),
        detail: format!("the host's port {host} leads to the container's {container}"),
        kind: Kind::Form,
        filter: filter(&pair),
        text: Some(offer.inserted(&format!("{quote}{pair}{quote}"))),
        snippet: Some(offer.inserted(&format!("{quote}${{1:{host}}}:${{2:{container}}}{suffix}{quote}"))),
        subject: Some(Subject::Port { number: container, transport }),
        ..Item::default()
    };
    let mut forms = vec![short];
    if is_plain && is_in_block(offer) {
        let lines = format!(
            "target: ${{1:{container}}}\n  published: \"${{2:{host}}}\"\n  protocol: ${{3:{transport}}}"
        );
        forms.push(Item {
            label: "target: … published: …".to_owned(),
            aside: "publish, long".to_owned(),
            detail: format!("the long syntax: the host's port {host} leads to the container's {container}"),
            kind: Kind::Form,
            filter: filter("target published protocol"),
            snippet: Some(offer.inserted(&lines)),
            subject: Some(Subject::Port { number: container, transport }),
            ..Item::default()
        });
    }
    forms
}

/// Whether the place is an item of a block: it stands alone behind its dash.
fn is_in_block(offer: &Offer<'_>) -> bool {
    let (word, text) = (offer.place.word, offer.text);
    let line = line_at(text, word.start);
    let before = &text[line.start..word.start];
    let is_item = offer.place.before == "- " || before.trim_start_matches(' ') == "- ";
    is_item && text[word.end..line.end].trim().is_empty()
}

/// The host's port for the container's: the same, or for one that needs root the one that is 8000 higher, and from there
/// the first that no other entry of the file publishes.
fn host_for(offer: &Offer<'_>, container: u16) -> u16 {
    let first = if container < 1024 { container + 8000 } else { container };
    let hosts = offer.place.scan.uses.iter().filter(|port| port.role == Role::Host);
    let ranges: Vec<_> = hosts.filter_map(|port| port.range).collect();
    let is_taken = |port: &u16| ranges.iter().any(|it| (it.first..=it.last).contains(&u32::from(*port)));
    (first..=u16::MAX).find(|port| !is_taken(port)).unwrap_or(first)
}
