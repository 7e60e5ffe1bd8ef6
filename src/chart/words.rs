//! The words of the chart, which all of its forms share.

use super::{Network, Node, NodeKind, Number, Port, PortState, Published, Sheet};
use crate::port::Transport;
use crate::report::counted;

/// Who reaches what is published on every address.
pub const ANYONE: &str = "outside world";

/// Who reaches what is published on a loopback address.
pub const LOCAL: &str = "this machine";

/// A number as it is shown: `80`, `8000-8010`, `${PORT}`.
pub fn number(number: &Number) -> String {
    match number {
        Number::Known(first, last) if first == last => first.to_string(),
        Number::Known(first, last) => format!("{first}-{last}"),
        Number::Unknown(text) => text.clone(),
        Number::Random => "random".to_owned(),
    }
}

/// A port with its transport, where that is not TCP: `80`, `53/udp`.
pub fn with_transport(shown: String, transport: Transport) -> String {
    if transport == Transport::Tcp { shown } else { format!("{shown}/{transport}") }
}

/// A port of a service: `80`, `53/udp`.
pub fn port(port: &Port) -> String {
    with_transport(number(&port.number), port.transport)
}

/// A port of the host: `127.0.0.1:8080`, `53/udp`.
pub fn host(published: &Published) -> String {
    let shown = number(&published.number);
    let shown = match published.address.as_deref() {
        None => shown,
        Some(address) if address.contains(':') && !address.starts_with('[') => format!("[{address}]:{shown}"),
        Some(address) => format!("{address}:{shown}"),
    };
    with_transport(shown, published.transport)
}

/// Who reaches a port of the host.
pub fn origin(published: &Published) -> &'static str {
    if published.is_local() { LOCAL } else { ANYONE }
}

/// What is to be said of a port of the host, beside that it is one.
pub fn mark_of_host(sheet: &Sheet, published: &Published) -> Option<String> {
    if !published.conflicts.is_empty() {
        let is_own = |node: &usize| *node == published.to.node;
        let names = published.conflicts.iter().filter(|node| !is_own(node));
        let mut names: Vec<&str> = names.map(|&node| sheet.nodes[node].name.as_str()).collect();
        if published.conflicts.iter().any(is_own) {
            names.push("the same service again");
        }
        return Some(format!("conflict: also published by {}", names.join(", ")));
    }
    match published.number {
        Number::Known(..) => None,
        Number::Unknown(_) => Some("unknown: nobody gives the variable a value".to_owned()),
        Number::Random => Some("random: another port at every start".to_owned()),
    }
}

/// What is to be said of a port of a service, beside that it is one.
pub fn mark_of_port(port: &Port) -> Option<&'static str> {
    if matches!(port.number, Number::Unknown(_)) {
        return Some("unknown: nobody gives the variable a value");
    }
    match port.state {
        PortState::Declared => None,
        PortState::Assumed => Some("assumed: only others speak of it"),
        PortState::Dangling => Some("dangling: the service is not known to have it"),
    }
}

/// What is to be said of a service or host, beside its name.
pub fn marks_of_node(node: &Node) -> Vec<String> {
    let kind = match node.kind {
        NodeKind::Service => None,
        NodeKind::Elsewhere => Some("elsewhere".to_owned()),
        NodeKind::Missing => Some("dangling: no service has this name".to_owned()),
    };
    let network = match &node.network {
        Network::Own => None,
        Network::Host => Some("host network".to_owned()),
        Network::Of(other) => Some(format!("network of {other}")),
        Network::Alone => Some("no network".to_owned()),
    };
    let profiles = (!node.profiles.is_empty()).then(|| {
        let noun = if node.profiles.len() == 1 { "profile" } else { "profiles" };
        format!("{noun} {}", node.profiles.join(", "))
    });
    [kind, network, profiles].into_iter().flatten().collect()
}

/// Whether an address is one that only the host itself reaches.
pub fn is_loopback(address: &str) -> bool {
    let bare = address.trim_matches(['[', ']']);
    let ip = bare.parse::<std::net::IpAddr>();
    ip.map_or(bare.eq_ignore_ascii_case("localhost"), |ip| ip.is_loopback())
}

/// What a sheet holds, in few words: `3 services, 2 published ports`.
pub fn summary(sheet: &Sheet) -> String {
    let services = sheet.nodes.iter().filter(|node| node.kind == NodeKind::Service).count();
    let mut summary =
        format!("{}, {}", counted(services, "service"), counted(sheet.published.len(), "published port"));
    let clashes = sheet.published.iter().filter(|port| !port.conflicts.is_empty()).count();
    if clashes > 0 {
        summary.push_str(&format!(", {clashes} in conflict"));
    }
    if sheet.has_gaps {
        summary.push_str(", and perhaps more: a file that it names cannot be read");
    }
    summary
}

/// `text`, or its beginning and `…` where it has more than `most` characters.
pub fn clipped(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// `text`, or `…` and its end where it has more than `most` characters.
pub fn end_of(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    std::iter::once('…').chain(text.chars().skip(count - most.saturating_sub(1))).collect()
}
