//! A port that is there on TCP, on UDP as well: another entry of compose's `ports`, word of `EXPOSE`, `listen` of a stream.

use std::collections::HashSet;

use super::syntax::{is_address, pair};
use super::{Offer, Place, Refactoring, Sockets, is_sound, together};
use crate::finding::Edit;
use crate::languages::{Directive, Entry, EntryStyle, Item, Layout, List, Listener, Module, Scan};
use crate::port::{PortUse, Protocol, Transport};
use crate::rules::{self, HostPorts, Ranges};
use crate::text::Span;

/// See the module.
pub static RULE: Refactoring = Refactoring { name: "add-udp", offer };

fn offer(place: &Place<'_>, offers: &mut Vec<Offer>) {
    let (text, scan) = (place.text, place.scan);
    let mut entries = place.entries(List::Ports).peekable();
    if entries.peek().is_some() {
        let (hosts, lists) = (HostPorts::new(scan), Lists::of_services(scan));
        let edits = entries.filter_map(|(index, entry)| {
            let container = &scan.uses[entry.container?];
            let is_new = lists.lack(index, container) && !hosts.hold_that_of(scan, container, Transport::Udp);
            let edit = is_new.then(|| of_entry(text, scan, entry)).flatten()?;
            Some(vec![edit])
        });
        let title = |count| format!("Publish {count} ports on udp too");
        offers.extend(together(edits.collect(), "Publish on udp too", title));
    }
    let mut words = place.entries(List::Expose).peekable();
    if words.peek().is_some() {
        let lists = Lists::of_stages(scan);
        let edits = words.filter_map(|(index, entry)| {
            let is_new = lists.lack(index, &scan.uses[entry.container?]);
            let edit = is_new.then(|| of_word(text, scan, entry)).flatten()?;
            Some(vec![edit])
        });
        let title = |count| format!("Expose {count} ports on udp too");
        offers.extend(together(edits.collect(), "Expose on udp too", title));
    }
    let mut listens = place.listens().peekable();
    if listens.peek().is_some() {
        let taken = Sockets::of(scan);
        let edits = listens.filter_map(|directive| Some(vec![of_listen(text, scan, directive, &taken)?]));
        let title = |count| format!("Listen on {count} ports on udp too");
        offers.extend(together(edits.collect(), "Listen on udp too", title));
    }
}

/// The lists of ports of a file, each with what it says of UDP.
struct Lists {
    /// For each list the ports on UDP; `None` where one of it may be any, or where nobody publishes it.
    udp: Vec<Option<Ranges>>,
    /// The lists that an entry is in: of that index, in that order.
    of_entry: Vec<(usize, usize)>,
}

impl Lists {
    /// The `ports` of each service.
    fn of_services(scan: &Scan) -> Self {
        let mut lists = Self { udp: Vec::new(), of_entry: Vec::new() };
        for service in &scan.services {
            let is_port = |entry: &&usize| scan.entries[**entry].list == List::Ports;
            let entries = service.entries.iter().filter(is_port).copied();
            lists.push(scan, entries, rules::can_publish(service));
        }
        lists.of_entry.sort_unstable();
        lists
    }

    /// The words of the `EXPOSE`s of each stage.
    fn of_stages(scan: &Scan) -> Self {
        let mut stages = vec![Vec::new(); scan.scopes.len() + 1];
        for (index, entry) in scan.entries.iter().enumerate().filter(|(_, entry)| entry.list == List::Expose)
        {
            stages[entry.scope.unwrap_or(scan.scopes.len())].push(index);
        }
        let mut lists = Self { udp: Vec::new(), of_entry: Vec::new() };
        stages.into_iter().for_each(|stage| lists.push(scan, stage.into_iter(), true));
        lists.of_entry.sort_unstable();
        lists
    }

    fn push(&mut self, scan: &Scan, entries: impl Iterator<Item = usize> + Clone, is_of_use: bool) {
        self.of_entry.extend(entries.clone().map(|entry| (entry, self.udp.len())));
        let ports = entries.filter_map(|entry| Some(&scan.uses[scan.entries[entry].container?]));
        let on_udp = ports.filter(|port| port.protocol.transport().is_none_or(|it| it == Transport::Udp));
        let ranges: Option<Ranges> = on_udp.map(|port| port.range).collect();
        self.udp.push(ranges.filter(|_| is_of_use));
    }

    /// Whether `port` of the entry of that index is on TCP, and not on UDP in the one list that the entry is in.
    fn lack(&self, index: usize, port: &PortUse) -> bool {
        let from = self.of_entry.partition_point(|(entry, _)| *entry < index);
        let mut lists = self.of_entry[from..].iter().take_while(|(entry, _)| *entry == index);
        // What several services share is none's own.
        let (Some((_, list)), None) = (lists.next(), lists.next()) else { return false };
        let Some(range) = port.range.filter(|it| !it.is_empty() && it.first > 0 && it.last <= 65535) else {
            return false;
        };
        port.protocol.transport() == Some(Transport::Tcp)
            && self.udp[*list].as_ref().is_some_and(|udp| !udp.hold(range))
    }
}

/// The edit that adds an entry for UDP behind `entry` of `ports`.
fn of_entry(text: &str, scan: &Scan, entry: &Entry) -> Option<Edit> {
    let item = Item::of(text, entry)?;
    let has_address = entry.address.as_deref().is_none_or(|it| it.is_empty() || is_address(it));
    let written = match entry.style {
        EntryStyle::Long => long(text, entry, &item)?,
        _ => short(text, scan, entry, &item)?,
    };
    let (at, before) = item.successor();
    (has_address && is_sound(scan, entry)).then(|| Edit { span: Span::new(at, at), text: before + &written })
}

/// The entry in the short syntax, on UDP.
fn short(text: &str, scan: &Scan, entry: &Entry, item: &Item<'_>) -> Option<String> {
    let written = entry.span.of(text);
    let container = &scan.uses[entry.container?];
    let number = match container.protocol {
        Protocol::Written(_, span) => {
            let slash = span.start.checked_sub(1 + entry.span.start)?;
            (span.end == entry.span.end && written.as_bytes().get(slash) == Some(&b'/'))
                .then(|| &written[..slash])?
        }
        _ => written.strip_suffix('/').unwrap_or(written),
    };
    let is_plain = !number.contains(['"', '\'', '\\', '\n', '\r', '/']) || number.contains('$');
    let quote = Span::new(item.outer.start, entry.span.start).of(text);
    (is_plain && !number.contains(['\n', '\r'])).then(|| format!("{quote}{number}/udp{quote}"))
}

/// The entry in the long syntax, on UDP.
fn long(text: &str, entry: &Entry, item: &Item<'_>) -> Option<String> {
    let (mut fields, mut keys) = (Vec::new(), HashSet::new());
    for field in &entry.fields {
        let (key, _) = pair(text, *field).filter(|(key, _)| keys.insert(*key))?;
        match key {
            "protocol" => {}
            "target" | "published" | "host_ip" | "mode" => {
                fields.push(Span::new(field.key.start, field.value.end).of(text));
            }
            _ => return None,
        }
    }
    fields.push("protocol: udp");
    if text[item.outer.start..].starts_with('{') {
        return Some(format!("{{{}}}", fields.join(", ")));
    }
    match item.layout {
        Layout::Block { .. } => Some(fields.join(&item.continuation()?)),
        Layout::Flow => None,
    }
}

/// The edit that adds a word for UDP behind the word `entry` of an `EXPOSE`.
fn of_word(text: &str, scan: &Scan, entry: &Entry) -> Option<Edit> {
    let port = &scan.uses[entry.container?];
    let number = port.range?.to_string();
    let is_literal = port.variable.is_none() && port.span.of(text) == number;
    let is_plain = is_literal && entry.host.is_none() && is_sound(scan, entry);
    let at = entry.span.end;
    is_plain.then(|| Edit { span: Span::new(at, at), text: format!(" {number}/udp") })
}

/// The edit that adds a `listen` for UDP behind that of a stream.
fn of_listen(text: &str, scan: &Scan, directive: &Directive, taken: &Sockets) -> Option<Edit> {
    let listener = directive.listener.as_ref()?;
    let on_udp = Listener { transport: Transport::Udp, ..listener.clone() };
    let has_tls = directive.arguments.iter().any(|argument| argument.of(text) == "ssl");
    let is_stream = rules::module_around(scan, directive) == Module::Stream;
    let is_new = listener.transport == Transport::Tcp && !taken.meet(scan, directive, &on_udp);
    if !is_stream || has_tls || !is_new {
        return None;
    }
    rules::listening_on_udp(text, scan, directive)?.edits.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::Language;
    use crate::refactor::tests::{rewritten, rewritten_ports};

    #[test]
    fn ports_of_compose() {
        for (written, added) in [
            ("    - '53:53'‸ # 💣\r\n", "    - '53:53' # 💣\r\n    - '53:53/udp'\r\n"),
            ("    - 80-81:80-81/tcp‸", "    - 80-81:80-81/tcp\n    - 80-81:80-81/udp"),
            ("    - \"${P:-53}:53‸\"\n", "    - \"${P:-53}:53\"\n    - \"${P:-53}:53/udp\"\n"),
            ("      [53:53‸, 80]\n", "      [53:53, 53:53/udp, 80]\n"),
            (
                "    - target: 53‸ # 💣\n      published: 54\n      protocol: tcp # 💣\n      mode: host\n    - 80\n",
                "    - target: 53 # 💣\n      published: 54\n      protocol: tcp # 💣\n      mode: host\n    - target: 53\n      \
                 published: 54\n      mode: host\n      protocol: udp\n    - 80\n",
            ),
            ("    - {target: 53‸}\n", "    - {target: 53}\n    - {target: 53, protocol: udp}\n"),
            ("      [{target: 53‸}]\n", "      [{target: 53}, {target: 53, protocol: udp}]\n"),
        ] {
            assert_eq!(rewritten_ports(&RULE, written), added);
        }
        for kept in [
            "    - 53/udp‸\n",
            "    - 53:53‸\n    - 53:54/udp\n",
            "    - 53‸\n    - 50-60/udp\n",
            "    - 53‸\n    - ${P}/${Q}\n",
            "    - 53/${P}‸\n",
            "    - 70000‸\n",
            "    - 0‸\n",
            "    - 53‸\n    network_mode: host\n",
            "    - {target: 53‸, name: dns}\n",
            "    - target: &a 53‸\n",
            "    - 80\n    expose: [53‸]\n",
        ] {
            assert_eq!(rewritten_ports(&RULE, kept), kept.replace('‸', ""));
        }
    }

    #[test]
    fn words_of_expose() {
        let expose = |line: &str| {
            let text = rewritten(
                &RULE,
                &format!("FROM a\nARG P=53\n{line}\nFROM b\nEXPOSE 53/udp\n"),
                Language::Dockerfile,
            );
            text.lines().nth(2).unwrap().to_owned()
        };
        assert_eq!(expose("EXPOSE 80 53/tcp‸ 81"), "EXPOSE 80 53/tcp 53/udp 81");
        assert_eq!(expose("EXPOSE \"53\"‸"), "EXPOSE \"53\" 53/udp");
        assert_eq!(expose("EXPOSE ‸80 81-82‸"), "EXPOSE 80 80/udp 81-82 81-82/udp");
        for kept in [
            "EXPOSE 53‸ 53/udp",
            "EXPOSE 53‸ 50-60/udp",
            "EXPOSE $P‸",
            "EXPOSE ${Q:-53}‸",
            "EXPOSE 80:53‸",
            "EXPOSE 70000‸",
            "EXPOSE ‸# 53",
        ] {
            assert_eq!(expose(kept), kept.replace('‸', ""));
        }
    }

    #[test]
    fn listens_of_streams() {
        let listen = |directive: &str| {
            let text = format!(
                "stream {{\r\n\tserver {{\r\n\t\t{directive} # 💣\r\n\t\tlisten 81 udp;\r\n\t\tproxy_pass a:1;\r\n\t}}\r\n}}\r\n"
            );
            let text = rewritten(&RULE, &text, Language::Nginx);
            text.split_once("server {\r\n\t\t").unwrap().1.split_once(" # 💣").unwrap().0.to_owned()
        };
        assert_eq!(listen("listen 53‸;"), "listen 53;\r\n\t\tlisten 53 udp;");
        assert_eq!(
            listen("listen [::]:53 reuseport‸;"),
            "listen [::]:53 reuseport;\r\n\t\tlisten [::]:53 udp;"
        );
        for kept in ["listen 53 udp‸;", "listen 53 ssl‸;", "listen 81‸;", "listen $p‸;"] {
            assert_eq!(listen(kept), kept.replace('‸', ""));
        }
        let http = "server {\n  listen 443 ssl‸;\n  location / {}\n}\n";
        assert_eq!(rewritten(&RULE, http, Language::Nginx), http.replace('‸', ""));
    }
}
