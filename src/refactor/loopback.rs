//! A port that every machine can reach, bound to this machine alone: of compose's `ports`, and of nginx's `listen`.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Offer, Place, Refactoring, Sockets, is_sound, together};
use crate::finding::Edit;
use crate::languages::{Directive, Entry, Item, List, ListenHost, Listener, Scan};
use crate::port::{PortRange, Transport};
use crate::rules;
use crate::text::Span;

/// See the module.
pub static RULE: Refactoring = Refactoring { name: "bind-to-loopback", offer };

fn offer(place: &Place<'_>, offers: &mut Vec<Offer>) {
    let (text, scan) = (place.text, place.scan);
    let mut entries = place.entries(List::Ports).peekable();
    if entries.peek().is_some() {
        let free = free_to_bind(scan);
        let is_free = |index: usize, entry: &Entry| {
            free.contains(&index) && is_sound(scan, entry) && Item::of(text, entry).is_some()
        };
        let bound = entries.filter(|(index, entry)| is_free(*index, entry));
        let edits = bound.filter_map(|(_, entry)| Some(rules::binding(text, scan, entry)?.edits));
        let title = |count| format!("Bind {count} ports to 127.0.0.1");
        offers.extend(together(edits.collect(), "Bind to 127.0.0.1", title));
    }
    let mut listens = place.listens().peekable();
    if listens.peek().is_some() {
        let taken = Sockets::of(scan);
        let bound: Vec<_> =
            listens.filter_map(|directive| of_listen(text, scan, directive, &taken)).collect();
        let one = format!("Bind to {}", bound.first().map_or("", |(_, address)| address));
        let edits = bound.into_iter().map(|(edit, _)| vec![edit]);
        offers.extend(together(edits.collect(), &one, |count| {
            format!("Bind {count} addresses to this machine")
        }));
    }
}

/// The entries that can be bound to an address by themselves: not where a swarm publishes them, nor where nobody does.
fn free_to_bind(scan: &Scan) -> HashSet<usize> {
    let (mut free, mut bound) = (HashSet::new(), HashSet::new());
    for service in &scan.services {
        let can_bind = rules::can_publish(service) && !service.is_for_swarm;
        for &entry in &service.entries {
            // What several services share is none's own.
            let is_own = free.insert(entry);
            if !can_bind || !is_own {
                bound.insert(entry);
            }
        }
        bound.extend(overlapping(scan, &service.entries));
    }
    &free - &bound
}

/// Those of `entries` that have a port of the host in common with another one. A mapping that stands there twice is one to
/// Docker, until one of them gets another address.
fn overlapping(scan: &Scan, entries: &[usize]) -> HashSet<usize> {
    let host = |&entry: &usize| {
        let host = &scan.uses[scan.entries[entry].host?];
        Some((host.protocol.transport(), host.range?, entry))
    };
    let mut hosts: Vec<_> = entries.iter().filter_map(host).collect();
    hosts.sort_by_key(|(transport, range, _)| (*transport, range.first));
    let mut overlapping = HashSet::new();
    let mut widest: Option<(Option<Transport>, PortRange, usize)> = None;
    for it in hosts {
        let (transport, range, entry) = it;
        let behind = widest.filter(|(other, _, _)| *other == transport);
        if let Some((_, _, other)) = behind.filter(|(_, other, _)| other.last >= range.first) {
            overlapping.extend([entry, other]);
        }
        if behind.is_none_or(|(_, other, _)| other.last < range.last) {
            widest = Some(it);
        }
    }
    overlapping
}

/// The edit for a `listen` of nginx, and the address that it then has.
fn of_listen(
    text: &str,
    scan: &Scan,
    directive: &Directive,
    taken: &Sockets,
) -> Option<(Edit, &'static str)> {
    let listener = directive.listener.as_ref()?;
    let (address, bound) = match listener.host {
        ListenHost::Ip(IpAddr::V4(Ipv4Addr::UNSPECIFIED)) => ("127.0.0.1", IpAddr::V4(Ipv4Addr::LOCALHOST)),
        ListenHost::Ip(IpAddr::V6(Ipv6Addr::UNSPECIFIED)) => ("[::1]", IpAddr::V6(Ipv6Addr::LOCALHOST)),
        _ => return None,
    };
    // A socket for both versions of the protocol would be one for one of them.
    let is_for_both = directive.arguments.iter().any(|argument| argument.of(text) == "ipv6only=off");
    let bound = Listener { host: ListenHost::Ip(bound), ..listener.clone() };
    if is_for_both || taken.meet(scan, directive, &bound) {
        return None;
    }
    let first = *directive.arguments.first()?;
    let written = first.of(text);
    let colon = written.rfind(':').filter(|&colon| !written[colon..].contains(']'));
    let edit = match colon {
        Some(colon) => Edit { span: Span::new(first.start, first.start + colon), text: address.to_owned() },
        None if written.starts_with(|char: char| char.is_ascii_digit()) && !written.contains('.') => {
            Edit { span: Span::new(first.start, first.start), text: format!("{address}:") }
        }
        None => Edit { span: first, text: address.to_owned() },
    };
    Some((edit, address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::Language;
    use crate::refactor::tests::{offered, rewritten, rewritten_ports};

    #[test]
    fn ports_of_compose() {
        for (written, bound) in [
            ("    - 8080:80‸ # 💣\r\n", "    - 127.0.0.1:8080:80 # 💣\r\n"),
            ("    - \"80\"‸\n", "    - \"127.0.0.1::80\"\n"),
            ("    - :80‸\n", "    - 127.0.0.1::80\n"),
            ("    - \"[::]:80-81:80-81/udp\"‸\n", "    - \"127.0.0.1:80-81:80-81/udp\"\n"),
            ("    - 0.0.0.0:${P}:80‸\n", "    - 127.0.0.1:${P}:80\n"),
            ("      [80:80, 81:81‸]\n", "      [80:80, 127.0.0.1:81:81]\n"),
            ("    - target: 80‸\r\n", "    - host_ip: 127.0.0.1\r\n      target: 80\r\n"),
            ("    - {target: 80, host_ip: '::'‸}\n", "    - {target: 80, host_ip: '127.0.0.1'}\n"),
            ("    - host_ip: 0.0.0.0‸\n      target: 80\n", "    - host_ip: 127.0.0.1\n      target: 80\n"),
        ] {
            assert_eq!(rewritten_ports(&RULE, written), bound);
        }
    }

    #[test]
    fn what_is_bound_already_or_cannot_be() {
        for kept in [
            "    - 127.0.0.1:80:80‸\n",
            "    - 10.0.0.1:80:80‸\n",
            "    - ${IP:-0.0.0.0}:80:80‸\n",
            "    - ${P}‸\n",
            "    - 70000:80‸\n",
            "    - &a 80‸\n",
            "      &p\n      - 80‸\n  b:\n    image: b\n    ports: *p\n",
            "    - 90-80:80‸\n",
            "    - ${IP:-}:80:80‸\n",
            "    - ${IP:-}:${P:-80}:80‸\n",
            "    - 80:80‸\n    - 80:81\n",
            "    - 80-82:80-82\n    - 82:82‸\n",
            "    - ‸name\n",
            "    - {target: 80‸, host_ip: ${IP:-0.0.0.0}}\n",
            "    - 80‸\n    network_mode: host\n",
            "    - 80‸\n    deploy: {placement: {constraints: []}}\n",
            "    - 81\n    expose: [80‸]\n",
        ] {
            assert_eq!(rewritten_ports(&RULE, kept), kept.replace('‸', ""));
        }
    }

    #[test]
    fn listens_of_nginx() {
        let listen = |directive: &str| {
            let text = format!("server {{\r\n\t{directive} # 💣\r\n\tlisten 127.0.0.1:90;\r\n}}\r\n");
            let text = rewritten(&RULE, &text, Language::Nginx);
            text.lines().nth(1).unwrap().trim().trim_end_matches(" # 💣").to_owned()
        };
        for (written, bound) in [
            ("listen 80‸ default_server;", "listen 127.0.0.1:80 default_server;"),
            ("listen *:80‸;", "listen 127.0.0.1:80;"),
            ("listen 0.0.0.0:80 ssl‸;", "listen 127.0.0.1:80 ssl;"),
            ("listen [::]:80‸;", "listen [::1]:80;"),
            ("listen [::]‸;", "listen [::1];"),
            ("listen *‸;", "listen 127.0.0.1;"),
            ("listen '80-82'‸;", "listen '127.0.0.1:80-82';"),
        ] {
            assert_eq!(listen(written), bound);
        }
        for kept in [
            "listen 90‸;",
            "listen [::]:80 ipv6only=off‸;",
            "listen unix:/a‸;",
            "listen ${P}‸;",
            "listen 70000‸;",
            "listen a:80‸;",
            "proxy_pass http://a:80‸;",
        ] {
            assert_eq!(listen(kept), kept.replace('‸', ""));
        }
        let both = "server {\n  ‸listen 80;\n  listen [::]:80‸;\n}\n";
        let offers = offered(&RULE, both, Language::Nginx);
        let after = "server {\n  listen 127.0.0.1:80;\n  listen [::1]:80;\n}\n";
        assert_eq!(offers, [("Bind 2 addresses to this machine".to_owned(), after.to_owned())]);
    }
}
