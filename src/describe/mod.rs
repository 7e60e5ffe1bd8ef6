//! What a port is, in words: for the hover, and for `--lookup`.
//!
//! What a person reads in three seconds stands on top: the number, who listens there, and whether something is wrong with
//! it. Then what it does at this place, then what else the tables know.

use crate::languages::Scan;
use crate::port::{PortRange, PortUse, Transport};
use crate::registry::{self, TeamPorts};

mod around;
mod facts;
mod hints;
mod markup;
mod place;

pub use around::around;
pub use facts::number;
pub use hints::{Hint, Wanted, hints, service_name};
pub use markup::Markup;

/// The largest number that a port can have.
const LARGEST: u32 = 65535;

/// How many services of a range are named.
const NAMED_IN_A_RANGE: usize = 6;

/// What `port` is and does, where it stands in `text`; what the `team` says of it comes first.
#[must_use]
pub fn port(text: &str, scan: &Scan, port: &PortUse, team: &TeamPorts, markup: Markup) -> String {
    let transport = port.protocol.transport();
    let mut paragraphs = match port.range.map(|range| (range, range.port())) {
        None => vec![format!("{}: no value is known here", markup.bold(&markup.code(port.span.of(text))))],
        Some((_, Some(number))) => {
            let transport = transport.unwrap_or(Transport::Tcp);
            facts::paragraphs(number, transport, &surroundings(scan, port), team, markup)
        }
        Some((range, None)) => vec![several(range, transport, team, markup)],
    };
    let place = place::sentences(text, scan, port, markup);
    paragraphs.insert(1, place);
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.join("\n\n")
}

/// What is known of `number` on that `transport`, wherever it stands; what the `team` says of it comes first.
#[must_use]
pub fn number_on(number: u16, transport: Transport, team: &TeamPorts, markup: Markup) -> String {
    let mut paragraphs = facts::paragraphs(number, transport, &[], team, markup);
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.join("\n\n")
}

/// The words of the names beside a port: of its service or upstream, of the image behind that, and of its host.
fn surroundings<'a>(scan: &'a Scan, port: &'a PortUse) -> Vec<&'a str> {
    let scope = port.scope.map(|scope| scan.scopes[scope].name.as_str());
    let image = port.scope.and_then(|scope| scan.image_of(scope));
    let names = scope.into_iter().chain(image).chain(port.address.as_deref());
    names
        .flat_map(|name| name.split(|it: char| !it.is_ascii_alphanumeric()))
        .filter(|word| word.len() > 2)
        .collect()
}

/// What a range is: how many ports, and who is known in it. A number that is none is told too.
fn several(range: PortRange, transport: Option<Transport>, team: &TeamPorts, markup: Markup) -> String {
    let title = markup.bold(&markup.code(&match transport {
        Some(transport) => format!("{range}/{transport}"),
        None => range.to_string(),
    }));
    if range.first.max(range.last) > LARGEST {
        return format!("{title} is out of range: the largest port is {LARGEST}.");
    }
    if range.is_empty() {
        return format!("{title} ends before it starts.");
    }
    let transport = transport.unwrap_or(Transport::Tcp);
    let numbers = (range.first..=range.last).filter_map(|number| u16::try_from(number).ok());
    let named = numbers
        .filter_map(|number| Some(format!("{number} {}", markup.text(short_name(number, transport, team)?))));
    let mut known: Vec<String> = named.take(NAMED_IN_A_RANGE + 1).collect();
    let has_more = known.len() > NAMED_IN_A_RANGE;
    known.truncate(NAMED_IN_A_RANGE);
    let among = match (known.is_empty(), has_more) {
        (true, _) => String::new(),
        (false, true) => format!(" Among them: {} …", known.join(", ")),
        (false, false) => format!(" Among them: {}.", known.join(", ")),
    };
    format!("{title} {} ports.{among}", range.len())
}

/// The team's name for it, or what listens there in practice, or else IANA's name.
fn short_name(number: u16, transport: Transport, team: &TeamPorts) -> Option<&str> {
    if let Some(row) = team.find(number, transport) {
        return Some(&row.service);
    }
    let product = registry::in_practice(number).find(|it| it.transport == transport).map(|it| it.product);
    product.or_else(|| {
        registry::assignments_on(number, transport).map(|it| it.service).find(|it| !it.is_empty())
    })
}
