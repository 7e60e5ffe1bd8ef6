//! The short and the long syntax of compose's `ports`, each written as the other.
//!
//! `127.0.0.1:8080:80/udp` is `target: 80`, `published: "8080"`, `host_ip: 127.0.0.1` and `protocol: udp`, as the
//! [compose specification](https://github.com/compose-spec/compose-spec/blob/main/05-services.md#ports) has it. The
//! long syntax takes one port of the container alone, so a range there stays short; what the short one has no place for
//! stays long.

use std::net::IpAddr;

use super::{Offer, Place, Refactoring, is_sound, together};
use crate::finding::Edit;
use crate::languages::{Entry, EntryStyle, Field, Item, Layout, List, Scan};
use crate::port::{PortRange, PortUse, Protocol, Transport};
use crate::text::Span;

/// From the short syntax to the long one.
pub static TO_LONG: Refactoring =
    Refactoring { name: "to-long-syntax", offer: |place, offers| offer(place, Syntax::Long, offers) };

/// From the long syntax to the short one.
pub static TO_SHORT: Refactoring =
    Refactoring { name: "to-short-syntax", offer: |place, offers| offer(place, Syntax::Short, offers) };

/// The syntax that entries are to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Syntax {
    Short,
    Long,
}

/// The parts of an entry: where they are written, in either syntax.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Parts {
    target: Span,
    published: Option<Span>,
    host_ip: Option<Span>,
    protocol: Option<Span>,
}

fn offer(place: &Place<'_>, syntax: Syntax, offers: &mut Vec<Offer>) {
    let quote = quote(place);
    let rewritten = |entry: &Entry| match syntax {
        Syntax::Long => lengthened(place.text, place.scan, entry, quote),
        Syntax::Short => shortened(place.text, place.scan, entry, quote),
    };
    let word = if syntax == Syntax::Long { "long" } else { "short" };
    let mut lists = Vec::new();
    let mut edits = Vec::new();
    for (_, entry) in place.entries(List::Ports).filter(|(_, entry)| is_to_be(entry, syntax)) {
        if let Some(edit) = rewritten(entry) {
            edits.push(edit);
            lists.extend(entry.scope.filter(|scope| lists.last() != Some(scope)));
        }
    }
    let (one, chosen) = (format!("Convert to the {word} syntax"), edits.len());
    offers.extend(together(edits, &one, |count| format!("Convert {count} ports to the {word} syntax")));
    // Of several services, what is selected will do.
    if let [scope] = lists[..] {
        let entries = place.scan.entries.iter();
        let all =
            entries.filter(|it| it.list == List::Ports && it.scope == Some(scope) && is_to_be(it, syntax));
        let (count, all) = (all.clone().count(), all.filter_map(rewritten).collect::<Vec<_>>());
        if all.len() <= chosen {
            return;
        }
        let name = &place.scan.scopes[scope].name;
        let which = if all.len() == count {
            "all ports".to_owned()
        } else {
            format!("{} of the {count} ports", all.len())
        };
        let title = format!("Convert {which} of {name} to the {word} syntax");
        offers.extend(together(all, &title, |_| title.clone()));
    }
}

/// Whether `entry` is in the other syntax.
fn is_to_be(entry: &Entry, syntax: Syntax) -> bool {
    (entry.style == EntryStyle::Long) == (syntax == Syntax::Short)
}

/// The edits that write `entry`, which is in the short syntax, in the long one.
fn lengthened(text: &str, scan: &Scan, entry: &Entry, quote: char) -> Option<Vec<Edit>> {
    let parts = Parts::of_short(text, scan, entry)?;
    let item = Item::of(text, entry)?;
    let fields = parts.fields(text, quote);
    let Layout::Block { end, .. } = item.layout else {
        return Some(vec![Edit { span: item.outer, text: format!("{{{}}}", fields.join(", ")) }]);
    };
    let gap = item.continuation()?;
    let comment = text[item.outer.end..end].trim();
    if silences(comment) || silences(line_above(text, item.place().start)) {
        return None;
    }
    if comment.is_empty() {
        return Some(vec![Edit { span: item.outer, text: fields.join(&gap) }]);
    }
    let first = Edit { span: item.outer, text: fields[0].clone() };
    let rest: String = fields[1..].iter().map(|field| format!("{gap}{field}")).collect();
    let rest = (!rest.is_empty()).then(|| Edit { span: Span::new(end, end), text: rest });
    Some(std::iter::once(first).chain(rest).collect())
}

/// The edits that write `entry`, which is in the long syntax, in the short one.
fn shortened(text: &str, scan: &Scan, entry: &Entry, quote: char) -> Option<Vec<Edit>> {
    let item = Item::of(text, entry)?;
    let (parts, comment) = Parts::of_long(text, scan, entry)?;
    let short = format!("{quote}{}{quote}", parts.short(text));
    let Some(comment) = comment else { return Some(vec![Edit { span: item.outer, text: short }]) };
    // One comment goes behind the entry, where no other stands.
    let Layout::Block { end, .. } = item.layout else { return None };
    let is_alone = text[item.outer.end..end].trim().is_empty() && !text[item.outer.start..].starts_with('{');
    (is_alone && !silences(&comment))
        .then(|| vec![Edit { span: item.outer, text: format!("{short}{comment}") }])
}

/// Whether a linter heeds the comment, so that it must not come to speak of other lines.
fn silences(comment: &str) -> bool {
    comment.contains("portolan:")
}

/// The line above the one that byte `at` stands in, if it is a comment; else nothing.
fn line_above(text: &str, at: usize) -> &str {
    let above = text[..at].trim_end_matches(' ');
    let above = above.strip_suffix(['\n', '\r']).unwrap_or_default().trim_end_matches('\r');
    let line = above[above.rfind(['\n', '\r']).map_or(0, |end| end + 1)..].trim_start();
    if line.starts_with('#') { line } else { "" }
}

impl Parts {
    /// Those of `entry`, which is in the short syntax, if the long one has a place for them.
    fn of_short(text: &str, scan: &Scan, entry: &Entry) -> Option<Self> {
        let written = entry.span.of(text);
        let (mut slash, mut colons, mut depth) = (None, Vec::new(), 0_usize);
        for (at, byte) in written.bytes().enumerate() {
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b':' if depth == 0 => colons.push(at),
                b'/' if depth == 0 => _ = slash.get_or_insert(at),
                _ => {}
            }
        }
        let part =
            |start: usize, end: usize| (start < end).then(|| Span::new(start, end).shifted(entry.span.start));
        let (last, second) = (colons.pop(), colons.pop());
        let behind = |at: Option<usize>| at.map_or(0, |at| at + 1);
        let target = part(behind(last), slash.unwrap_or(written.len()))?;
        // A variable that is the whole of it may stand for a mapping.
        let is_open = last.is_none() && scan.uses[entry.container?].range.is_none();
        let parts = Self {
            target,
            published: last.and_then(|last| part(behind(second), last)),
            host_ip: second.and_then(|second| part(0, second)),
            protocol: slash.and_then(|slash| part(slash + 1, written.len())),
        };
        (!is_open && parts.agree(text, scan, entry)).then_some(parts)
    }

    /// Those of `entry`, which is in the long syntax, if the short one has a place for all that it says; and the one
    /// comment that may stand between them, with the blanks before it.
    fn of_long(text: &str, scan: &Scan, entry: &Entry) -> Option<(Self, Option<String>)> {
        let mut parts = Self::default();
        let mut comment = None;
        let mut end = entry.fields.first()?.key.start;
        for field in &entry.fields {
            for (index, line) in text.get(end..field.key.start)?.split(['\n', '\r']).enumerate() {
                let written = line.trim_end();
                let line = line.trim().trim_start_matches(',').trim();
                if line.is_empty() {
                    continue;
                }
                // Behind a value the blanks before it are kept, on a line of its own they are indentation.
                let comment_of_line = if index == 0 { written.to_owned() } else { format!(" {line}") };
                if !line.starts_with('#') || comment.replace(comment_of_line).is_some() {
                    return None;
                }
            }
            let (key, value) = pair(text, *field)?;
            let place = match key {
                "target" if parts.target.is_empty() => {
                    parts.target = value;
                    None
                }
                "published" => parts.published.replace(value),
                "host_ip" => parts.host_ip.replace(value),
                "protocol" => parts.protocol.replace(value),
                _ => return None,
            };
            if place.is_some() {
                return None;
            }
            end = field.value.end;
        }
        parts.agree(text, scan, entry).then_some((parts, comment))
    }

    /// Whether the scanner found the same parts in `entry`, and each of them is one that both syntaxes have a place for.
    fn agree(&self, text: &str, scan: &Scan, entry: &Entry) -> bool {
        let Some(container) = entry.container.map(|index| &scan.uses[index]) else { return false };
        let host = entry.host.map(|index| &scan.uses[index]);
        let is_same_protocol = match container.protocol {
            Protocol::Written(..) | Protocol::Unknown => self.protocol.is_some(),
            Protocol::Implied(transport) => self.protocol.is_none() && transport == Transport::Tcp,
            Protocol::Unrecognized(_) => false,
        };
        // The default of a variable is a number as well.
        let holds = |part: Span, port: &PortUse| {
            let number = port.span.of(text);
            let is_plain = PortRange::parse(number).is_none() || is_port(number);
            is_plain && part.start <= port.span.start && port.span.end <= part.end
        };
        let has_address = entry.address.as_ref().is_some_and(|address| !address.is_empty());
        is_sound(scan, entry)
            && is_same_protocol
            && self.protocol.is_none_or(|part| is_literal(part.of(text)))
            && is_port(self.target.of(text))
            && holds(self.target, container)
            && container.range.is_none_or(|range| range.is_single() && range.first > 0)
            && self.published.is_some() == host.is_some()
            && self.published.is_none_or(|part| is_port(part.of(text)))
            && self.published.zip(host).is_none_or(|(part, host)| holds(part, host))
            && self.host_ip.is_some() == has_address
            && self.host_ip.is_none_or(|part| is_address(part.of(text)))
    }

    /// The entry in the short syntax, without quotes.
    fn short(&self, text: &str) -> String {
        let mut short = String::new();
        if let Some(address) = self.host_ip.map(|part| part.of(text)) {
            let is_bare = address.contains(':') && !address.starts_with(['[', '$']);
            short += &if is_bare { format!("[{address}]:") } else { format!("{address}:") };
        }
        if self.host_ip.is_some() || self.published.is_some() {
            short += self.published.map_or("", |part| part.of(text));
            short.push(':');
        }
        short += self.target.of(text);
        if let Some(protocol) = self.protocol {
            short.push('/');
            short += protocol.of(text);
        }
        short
    }

    /// The keys and values of the entry in the long syntax; those that YAML might take for something else in quotes.
    fn fields(&self, text: &str, quote: char) -> Vec<String> {
        let field = |key: &str, value: &str, is_plain: fn(u8) -> bool| {
            let quote = if value.bytes().all(is_plain) { String::new() } else { quote.to_string() };
            format!("{key}: {quote}{value}{quote}")
        };
        let mut fields = vec![field("target", self.target.of(text), |byte| byte.is_ascii_digit())];
        fields.extend(self.published.map(|part| field("published", part.of(text), |_| false)));
        fields.extend(self.host_ip.map(|part| {
            let address = unbracketed(part.of(text));
            field("host_ip", address, |byte| byte.is_ascii_digit() || byte == b'.')
        }));
        fields.extend(self.protocol.map(|part| {
            let protocol = part.of(text);
            // The short syntax takes any case, the long one does not.
            let protocol = if protocol.contains('$') { protocol.to_owned() } else { protocol.to_lowercase() };
            field("protocol", &protocol, |byte| byte.is_ascii_lowercase())
        }));
        fields
    }
}

/// The key of a field, and the bytes of its value without quotes; `None` where they stand on several lines, or something is
/// between them, or in them escaped.
pub(super) fn pair(text: &str, field: Field) -> Option<(&str, Span)> {
    let gap = text.get(field.key.end..field.value.start)?.strip_prefix(':')?;
    let is_plain = gap.bytes().all(|byte| byte == b' ');
    Some((scalar(text, field.key)?.of(text), scalar(text, field.value).filter(|_| is_plain)?))
}

/// The bytes of a scalar on one line without its quotes; `None` where it is empty or something in it is escaped.
fn scalar(text: &str, span: Span) -> Option<Span> {
    let written = span.of(text);
    let is_quoted = ['"', '\'']
        .iter()
        .any(|&quote| written.strip_prefix(quote).is_some_and(|rest| rest.ends_with(quote)));
    let inside = if is_quoted { Span::new(span.start + 1, span.end - 1) } else { span };
    (!inside.is_empty() && is_literal(inside.of(text))).then_some(inside)
}

/// Whether a text is the same within quotes of any kind.
fn is_literal(text: &str) -> bool {
    !text.contains(['"', '\'', '\\', '\n', '\r', '\t'])
}

/// Whether a text is a number or a range, in digits that mean the same to every tool, or has variables.
fn is_port(text: &str) -> bool {
    let is_number = |it: &str| it.len() == 1 || !it.starts_with('0');
    let is_plain = PortRange::parse(text).is_some() && text.split('-').all(is_number);
    is_plain || text.contains('$') && is_literal(text)
}

/// Whether a text is an address, or has variables.
pub(super) fn is_address(text: &str) -> bool {
    unbracketed(text).parse::<IpAddr>().is_ok() || text.contains('$') && is_literal(text)
}

/// The address without the brackets that IPv6 has beside a port.
fn unbracketed(address: &str) -> &str {
    address.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(address)
}

/// The quotes that the file writes its ports in: those of the first entry that has any.
fn quote(place: &Place<'_>) -> char {
    let entries = place.scan.entries.iter().filter(|entry| entry.list == List::Ports);
    let mut quotes = entries.filter_map(|entry| {
        let is_quote = |at: usize| place.text[at..].chars().next().filter(|char| matches!(char, '"' | '\''));
        match entry.style {
            EntryStyle::Quoted => is_quote(entry.span.start.checked_sub(1)?),
            EntryStyle::Long => entry.fields.iter().find_map(|field| is_quote(field.value.start)),
            EntryStyle::Plain | EntryStyle::Word => None,
        }
    });
    quotes.next().unwrap_or('"')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::Language;
    use crate::refactor::tests::{offered, rewritten_ports};

    fn long(ports: &str) -> String {
        rewritten_ports(&TO_LONG, ports)
    }

    fn short(ports: &str) -> String {
        rewritten_ports(&TO_SHORT, ports)
    }

    #[test]
    fn there_and_back() {
        for (one, other) in [
            ("      - \"8080:80\"‸\n", "      - target: 80\n        published: \"8080\"\n"),
            ("      - \"80\"‸ # 💣\r\n", "      - target: 80 # 💣\r\n"),
            (
                "      - \"127.0.0.1:8080:80/udp\" # 💣‸\r\n",
                "      - target: 80 # 💣\r\n        published: \"8080\"\r\n        host_ip: 127.0.0.1\r\n        \
                 protocol: udp\r\n",
            ),
            (
                "      -   '[::1]:8000-8010:${P:-80}/tcp'‸",
                "      -   target: '${P:-80}'\n          published: '8000-8010'\n          host_ip: '::1'\n          protocol: tcp",
            ),
            (
                "      - \"${IP:-::1}:${P}:$T/${Q:-udp}\"‸\n",
                "      - target: \"$T\"\n        published: \"${P}\"\n        host_ip: \"${IP:-::1}\"\n        \
                 protocol: \"${Q:-udp}\"\n",
            ),
            ("      - \"127.0.0.1::80\"‸\n", "      - target: 80\n        host_ip: 127.0.0.1\n"),
            ("      [\"80:81‸\", '82']\n", "      [{target: 81, published: \"80\"}, '82']\n"),
        ] {
            let plain = one.replace('‸', "");
            assert_eq!(long(one), other, "{one}");
            assert_eq!(short(&other.replacen("target", "‸target", 1)), plain, "{other}");
        }
    }

    #[test]
    fn what_is_plain_comes_back_in_quotes() {
        assert_eq!(long("    - 22:22‸\n"), "    - target: 22\n      published: \"22\"\n");
        assert_eq!(
            long("    - ::1:6000:6000‸\n"),
            "    - target: 6000\n      published: \"6000\"\n      host_ip: \"::1\"\n"
        );
        assert_eq!(long("    - 80/UDP‸\n"), "    - target: 80\n      protocol: udp\n");
        assert_eq!(long("    - 80/‸\n"), "    - target: 80\n");
        assert_eq!(long("      [80‸, 81]\n"), "      [{target: 80}, 81]\n");
        assert_eq!(short("    - {target: 80, published: 8080,‸ }  # 💣\n"), "    - \"8080:80\"  # 💣\n");
        assert_eq!(short("    - published: 81‸\n      \"target\": '80'\n"), "    - '81:80'\n");
        assert_eq!(
            short("    - target: 80 # 💣\n      # no\n      published: 81‸\n"),
            short("    - target: 80 # 💣\n      # no\n      published: 81\n‸")
        );
    }

    #[test]
    fn one_comment_has_a_place() {
        let lines = "    - target: 80‸\n      published: 81 # 💣\n      protocol: udp\n";
        assert_eq!(short(lines), "    - \"81:80/udp\" # 💣\n");
        assert_eq!(short("    - target: 80‸\n      published: 81 # 💣\n"), "    - \"81:80\" # 💣\n");
        for kept in [
            "    - target: 80‸ # a\n      published: 81 # b\n",
            "    - target: 80‸\n      # portolan: ignore[reserved-port]\n      published: 81\n",
        ] {
            assert_eq!(short(kept), kept.replace('‸', ""));
        }
        for kept in [
            "    - 80:81‸ # portolan: ignore[reserved-port]\n",
            "    # portolan: ignore[reserved-port]\r\n    - 80:81‸\r\n",
        ] {
            assert_eq!(long(kept), kept.replace('‸', ""));
        }
    }

    #[test]
    fn what_the_other_syntax_cannot_say_stays() {
        for kept in [
            "    - 8000-8010:8000-8010‸\n",
            "    - 70000:80‸\n",
            "    - 80:0‸\n",
            "    - 90-80:80‸\n",
            "    - ${P}‸\n",
            "    - ‸080\n",
            "    - ${P:-080}:80‸\n",
            "    - 80/http‸\n",
            "    - 80/tcp:80/tcp‸\n",
            "    - ‸name\n",
            "    - \"80:\\u0038\"‸\n",
            "    - >-\n      80:80‸\n",
            "    - \"80:\n      80‸\"\n",
            "    - &a 80:80‸\n",
            "    - !!str 80‸\n",
            "    -\t80‸\n",
            "    -\n      80‸\n",
            "    - \"${P:?it's}:80‸\"\n",
            "    - \"80‸\n",
        ] {
            assert_eq!(long(kept), kept.replace('‸', ""));
        }
        for kept in [
            "    - {target: 80‸, mode: host}\n",
            "    - {target: 80‸, mode: ingress}\n",
            "    - {target: 80‸, name: web}\n",
            "    - {target: 80‸, app_protocol: http}\n",
            "    - {target: 80‸, x-a: b}\n",
            "    - {target: 80‸, <<: *a}\n",
            "    - {target: 80‸, target: 81}\n",
            "    - {target: &a 80‸, published: *a}\n",
            "    - {target: 80‸, published: }\n",
            "    - {published: 80‸}\n",
            "    - {target: 70000‸}\n",
            "    - {target: 80-90‸}\n",
            "    - {target: 0x50‸}\n",
            "    - {target: 80‸, published: |\n        81\n    }\n",
            "    - &a\n      target: 80‸\n",
            "    - {target: 80‸\n",
            "    - target: 80‸\n      published: [81]\n",
        ] {
            assert_eq!(short(kept), kept.replace('‸', ""));
        }
    }

    #[test]
    fn several_at_once() {
        let titles = |refactoring, text| {
            let offers = offered(refactoring, text, Language::Compose).into_iter();
            offers.map(|(title, _)| title).collect::<Vec<_>>()
        };
        let text = "services:\n  a:\n    ports:\n      - ‸80\n      - 81\n      - 82-83\n      - target: 84\n  b:\n    ports: [85]\n";
        assert_eq!(
            titles(&TO_LONG, text),
            ["Convert to the long syntax", "Convert 2 of the 3 ports of a to the long syntax"]
        );
        let all = text.replace("- 81", "- 81‸");
        assert_eq!(titles(&TO_LONG, &all), ["Convert 2 ports to the long syntax"]);
        assert_eq!(titles(&TO_SHORT, &all), [""; 0]);
        let all = text.replace("[85]", "[85‸]");
        assert_eq!(titles(&TO_LONG, &all), ["Convert 3 ports to the long syntax"]);
        assert_eq!(titles(&TO_SHORT, &all), ["Convert to the short syntax"]);
        let text = "services:\n  a:\n    ports:\n      - 80‸\n      - 81 # 💣\n";
        let [(one, _), (all, after)] = &offered(&TO_LONG, text, Language::Compose)[..] else {
            panic!("two offers")
        };
        assert_eq!([one, all], ["Convert to the long syntax", "Convert all ports of a to the long syntax"]);
        assert_eq!(after, "services:\n  a:\n    ports:\n      - target: 80\n      - target: 81 # 💣\n");
    }

    #[test]
    fn edits_come_in_the_order_of_the_file() {
        let text = "‸x-p: &p\n  - 80\nservices:\n  a:\n    ports:\n      - 81\n  b:\n    ports: *p‸\n";
        let after = text.replace("80", "target: 80").replace("81", "target: 81").replace('‸', "");
        let offers = offered(&TO_LONG, text, Language::Compose);
        assert_eq!(offers, [("Convert 2 ports to the long syntax".to_owned(), after)]);
    }

    #[test]
    fn an_alias_offers_nothing() {
        let text = "x-p: &p [80]\nservices:\n  a:\n    ports: *p‸\n  b:\n    ports: *p\n";
        assert_eq!(offered(&TO_LONG, text, Language::Compose), []);
    }
}
