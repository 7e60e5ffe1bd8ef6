//! The values of an entry beside its ports: the transport, and what else compose's long syntax has.

use super::naming::usual_transport;
use super::place::{Value, ValuePlace};
use super::{Item, Kind};
use crate::port::Transport;
use crate::registry::{self, Status};

/// The transports that Docker and compose know.
const TRANSPORTS: [Transport; 3] = [Transport::Tcp, Transport::Udp, Transport::Sctp];

/// The values that can stand at `place` and begin with what is `typed`.
pub fn values(place: &ValuePlace, typed: &str, is_quoted: bool) -> Vec<Item> {
    let words: Vec<(&str, &str)> = match place.value {
        Value::Transport(number) => transports(number).map(|it| (it.name(), of_transport(it))).into(),
        Value::Mode => vec![
            ("ingress", "on every node of a swarm, which balances the load"),
            ("host", "on the node that runs the container"),
        ],
        Value::Address => vec![
            ("127.0.0.1", "this host alone"),
            ("0.0.0.0", "every IPv4 address of the host"),
            // YAML takes what starts with a colon for no text, unless it is quoted.
            (if is_quoted { "::1" } else { "'::1'" }, "this host alone, by IPv6"),
        ],
    };
    let begins = |word: &str| word.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed));
    let words = words.into_iter().filter(|(word, _)| begins(word));
    let item = |(word, meaning): (&str, &str)| Item {
        label: word.to_owned(),
        detail: meaning.to_owned(),
        kind: Kind::Keyword,
        filter: word.to_owned(),
        text: Some([word, &place.behind].concat()),
        ..Item::default()
    };
    words.map(item).collect()
}

fn of_transport(transport: Transport) -> &'static str {
    match transport {
        Transport::Tcp => "Transmission Control Protocol",
        Transport::Udp => "User Datagram Protocol",
        Transport::Sctp => "Stream Control Transmission Protocol",
        Transport::Dccp => "Datagram Congestion Control Protocol",
    }
}

/// The transports, the one first that the port of that number is used on, then those on which IANA knows it.
fn transports(number: Option<u16>) -> [Transport; 3] {
    let mut transports = TRANSPORTS;
    let Some(number) = number else { return transports };
    let usual = usual_transport(number);
    let is_used = |transport| registry::in_practice(number).any(|it| it.transport == transport);
    let is_assigned = |transport| {
        registry::assignments_on(number, transport)
            .any(|it| it.status == Status::Assigned && it.transport == Some(transport))
    };
    transports.sort_by_key(|&transport| (transport != usual, !is_used(transport), !is_assigned(transport)));
    transports
}
