//! The port specification that Docker's tools share: `[[ip:][host]:]container[/protocol]`.
//!
//! Split as [go-connections](https://github.com/docker/go-connections/blob/main/nat/nat.go) splits it: at the colons from
//! the right, then the container's half at its first slash.

use std::ops::Range;

use smol_str::SmolStr;

use super::sourced::{Sourced, UNKNOWN};
use super::{Entry, Scan, Side, Stray};
use crate::port::{PortRange, PortUse, Protocol, Role, Transport};
use crate::text::Span;

/// The roles that the halves of a specification play.
#[derive(Clone, Copy, Debug)]
pub struct Roles {
    /// The half before the last colon.
    pub host: Role,
    /// The half behind it, or the whole where there is no colon.
    pub container: Role,
}

/// The parts of a specification, as byte ranges of its text. None of them is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    address: Option<Range<usize>>,
    host: Option<Half>,
    container: Half,
}

/// A port and what follows its first slash.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Half {
    port: Range<usize>,
    protocol: Option<Range<usize>>,
}

/// Adds `entry`, whose text is the specification `spec`, to `scan` with its ports, the host's before the container's, as a
/// pair. Gives the entry's index.
///
/// A half that is neither digits, nor two numbers with a hyphen, nor a variable is no port but a stray of the entry; a
/// host half that is empty (`127.0.0.1::80`) is nothing at all.
pub fn push_entry(spec: &Sourced<'_>, roles: Roles, mut entry: Entry, scan: &mut Scan) -> usize {
    let index = scan.entries.len();
    let parts = split(spec.text());
    entry.address_span = parts.address.clone().map(|range| spec.span(range));
    let address = parts.address.map(|range| SmolStr::from(&spec.text()[range]));
    let mut container = port(spec, &parts.container, roles.container);
    let host = parts.host.as_ref().and_then(|half| {
        let Some(mut host) = port(spec, half, roles.host) else {
            entry.strays.push(stray(spec, half, Side::Host));
            return None;
        };
        host.address.clone_from(&address);
        if let (Protocol::Implied(_), Some(container)) = (host.protocol, &container)
            && let Some(transport) = container.protocol.transport()
        {
            host.protocol = Protocol::Implied(transport);
        }
        Some(host)
    });
    if let (None, Some(container)) = (&parts.host, &mut container) {
        container.address.clone_from(&address);
    }
    if container.is_none() {
        entry.strays.push(stray(spec, &parts.container, Side::Container));
    }
    let paired = host.is_some() && container.is_some();
    let first = scan.uses.len();
    entry.address = address;
    entry.host = host.is_some().then_some(first);
    entry.container = container.is_some().then_some(first + usize::from(host.is_some()));
    let mut push = |half: Option<PortUse>, other: usize| {
        if let Some(half) = half {
            let pair = paired.then_some(other);
            scan.uses.push(PortUse { pair, entry: Some(index), scope: entry.scope, ..half });
        }
    };
    push(host, first + 1);
    push(container, first);
    scan.entries.push(entry);
    index
}

fn port(spec: &Sourced<'_>, half: &Half, role: Role) -> Option<PortUse> {
    let text = &spec.text()[half.port.clone()];
    let range = PortRange::parse(text);
    if range.is_none() && !text.contains(UNKNOWN) {
        return None;
    }
    let protocol = match &half.protocol {
        None => Protocol::Implied(Transport::Tcp),
        Some(written) if written.is_empty() => Protocol::Implied(Transport::Tcp),
        Some(written) if spec.text()[written.clone()].contains(UNKNOWN) => Protocol::Unknown,
        Some(written) => protocol(&spec.text()[written.clone()], spec.span(written.clone())),
    };
    Some(PortUse {
        protocol,
        variable: spec.variable(half.port.clone()).cloned().map(Box::new),
        ..PortUse::new(spec.span(half.port.clone()), range, role)
    })
}

fn stray(spec: &Sourced<'_>, half: &Half, side: Side) -> Stray {
    let range = half.port.clone();
    Stray { side, text: spec.text()[range.clone()].to_owned(), span: spec.span(range) }
}

/// The protocol that a suffix at `span` names: tcp, udp or sctp, which are all that Docker knows.
fn protocol(name: &str, span: Span) -> Protocol {
    match Transport::from_name(name) {
        Some(transport) if transport != Transport::Dccp => Protocol::Written(transport, span),
        _ => Protocol::Unrecognized(span),
    }
}

fn split(text: &str) -> Parts {
    let last_colon = |text: &str| text.bytes().rposition(|byte| byte == b':');
    let Some(colon) = last_colon(text) else {
        return Parts { address: None, host: None, container: half(text, 0..text.len()) };
    };
    let container = half(text, colon + 1..text.len());
    let (address, host) = match last_colon(&text[..colon]) {
        Some(second) => (Some(0..second), second + 1..colon),
        None => (None, 0..colon),
    };
    let host = (!host.is_empty()).then(|| half(text, host));
    Parts { address: address.filter(|range| !range.is_empty()), host, container }
}

fn half(text: &str, range: Range<usize>) -> Half {
    match text[range.clone()].bytes().position(|byte| byte == b'/') {
        Some(slash) => Half {
            port: range.start..range.start + slash,
            protocol: Some(range.start + slash + 1..range.end),
        },
        None => Half { port: range, protocol: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::{EntryStyle, List};

    /// The ports of `spec` as `role address port protocol`, pairs marked with `+`.
    fn ports(spec: &str) -> Vec<String> {
        let mut scan = Scan::default();
        let roles = Roles { host: Role::Host, container: Role::Container };
        push_entry(
            &Sourced::verbatim(spec, 0),
            roles,
            Entry::new(List::Ports, EntryStyle::Plain, Span::default()),
            &mut scan,
        );
        let describe = |port: &PortUse| {
            let side = if port.role == Role::Host { "host" } else { "container" };
            let pair = if port.pair.is_some() { "+" } else { "" };
            let protocol = match port.protocol {
                Protocol::Written(transport, _) => format!("/{transport}"),
                Protocol::Implied(transport) => format!(" ({transport})"),
                Protocol::Unrecognized(span) => format!(" ?{}", span.of(spec)),
                Protocol::Unknown => String::new(),
            };
            let address = port.address.as_deref().unwrap_or_default();
            format!("{pair}{side} {address}@{}{protocol}", port.span.of(spec))
        };
        scan.uses.iter().map(describe).collect()
    }

    #[test]
    fn halves_addresses_and_protocols() {
        assert_eq!(ports("3000"), ["container @3000 (tcp)"]);
        assert_eq!(ports("8080:80/udp"), ["+host @8080 (udp)", "+container @80/udp"]);
        assert_eq!(
            ports("127.0.0.1:8001-8002:1-2"),
            ["+host 127.0.0.1@8001-8002 (tcp)", "+container @1-2 (tcp)"]
        );
        assert_eq!(ports("127.0.0.1::5000"), ["container 127.0.0.1@5000 (tcp)"]);
        assert_eq!(ports("[::1]:6001:6001"), ["+host [::1]@6001 (tcp)", "+container @6001 (tcp)"]);
        assert_eq!(ports("::1:6000:6000/SCTP"), ["+host ::1@6000 (sctp)", "+container @6000/sctp"]);
    }

    #[test]
    fn what_is_wrong_is_kept_for_the_rules() {
        assert_eq!(ports("389/tcp:389/tcp"), ["+host @389/tcp", "+container @389/tcp"]);
        assert_eq!(ports("80/tcp/udp"), ["container @80 ?tcp/udp"]);
        assert_eq!(ports("80/"), ["container @80 (tcp)"]);
        assert_eq!(ports("80/dccp"), ["container @80 ?dccp"]);
        assert_eq!(ports("70000:90-80"), ["+host @70000 (tcp)", "+container @90-80 (tcp)"]);
    }

    #[test]
    fn what_is_no_port_is_left_out() {
        for text in ["", ":", "http", "8080:", "a:b", "80,", "-", "/tcp"] {
            let left = ports(text);
            assert!(left.iter().all(|port| port == "host @8080 (tcp)"), "{text:?}: {left:?}");
        }
    }

    /// What stands in `spec` in the place of a port, with its place.
    fn strays(spec: &str) -> Vec<(Side, String, String)> {
        let mut scan = Scan::default();
        let roles = Roles { host: Role::Host, container: Role::Container };
        let entry = Entry::new(List::Ports, EntryStyle::Plain, Span::default());
        push_entry(&Sourced::verbatim(spec, 0), roles, entry, &mut scan);
        let strays = scan.entries.remove(0).strays.into_iter();
        strays.map(|stray| (stray.side, stray.text, stray.span.of(spec).to_owned())).collect()
    }

    #[test]
    fn a_stray_knows_where_it_stands() {
        let stray = |side, text: &str| (side, text.to_owned(), text.to_owned());
        assert_eq!(strays("1.2.3.4:a:b/tcp"), [stray(Side::Host, "a"), stray(Side::Container, "b")]);
        assert_eq!(strays("80,"), [stray(Side::Container, "80,")]);
        assert_eq!(strays("8080:"), [stray(Side::Container, "")]);
        assert_eq!(strays("1-2-3:/tcp"), [stray(Side::Host, "1-2-3"), stray(Side::Container, "")]);
        for spec in ["80", ":80", "127.0.0.1::80", "$:80-$", "70000:90-80/http"] {
            assert!(strays(spec).is_empty(), "{spec}");
        }
    }
}
