//! The fixes that rules bring: numbers and words replaced, put in or taken out.

use std::net::IpAddr;

use foldhash::{HashMap, HashMapExt};

use super::{Context, written_at};
use crate::finding::{Edit, Fix, Safety};
use crate::languages::{Directive, Entry, EntryStyle, Field, Scan};
use crate::port::{PortRange, PortUse, Transport};
use crate::registry::{self, Status};
use crate::text::{Span, end_of_line};

/// The fix that puts `text` in the place of the number of `port`, if the number stands somewhere in the file as it is.
pub fn replacing_port(cx: &Context<'_>, port: &PortUse, text: String, safety: Safety) -> Option<Fix> {
    let (span, range) = (written_at(port), port.range?);
    let written = span.of(cx.text);
    (PortRange::parse(written) == Some(range)).then(|| replacing(cx.text, span, text, safety))
}

/// The fix that calls `number` in the place of `port`, if nothing speaks against that number there. Unsafe, as who listens
/// there is worked out.
pub fn calling(cx: &Context<'_>, port: &PortUse, number: u16) -> Option<Fix> {
    let is_against_scheme =
        matches!((port.scheme.as_deref(), number), (Some("http" | "ws"), 443) | (Some("https" | "wss"), 80));
    let is_out_of_use =
        matches!(registry::status(number, Transport::Tcp), Status::Reserved | Status::Deregistered);
    if is_against_scheme || is_out_of_use {
        return None;
    }
    replacing_port(cx, port, number.to_string(), Safety::Unsafe)
}

/// The fix that puts `text` in the place of what stands at `span` of the text of the file.
pub fn replacing(file: &str, span: Span, text: String, safety: Safety) -> Fix {
    let title = format!("Replace {} with {text}", span.of(file));
    Fix { title, safety, edits: vec![Edit { span, text }] }
}

/// The fix that takes out what stands at `span`.
pub fn removing(title: impl Into<String>, span: Span, safety: Safety) -> Fix {
    Fix { title: title.into(), safety, edits: vec![Edit { span, text: String::new() }] }
}

/// The fix that puts `text` in at byte `at`.
pub fn inserting(title: impl Into<String>, at: usize, text: impl Into<String>, safety: Safety) -> Fix {
    let edit = Edit { span: Span::new(at, at), text: text.into() };
    Fix { title: title.into(), safety, edits: vec![edit] }
}

/// The fix that gives `entry`, which is in the long syntax, another key: on a line of its own before the first one, or
/// before it in braces. `None` where something else stands before the first key.
pub fn adding_key(text: &str, entry: &Entry, pair: &str, safety: Safety) -> Option<Fix> {
    let start = entry.span.start;
    let before = &text[..start];
    let title = format!("Add {pair}");
    if before.trim_end().ends_with('{') {
        return Some(inserting(title, start, format!("{pair}, "), safety));
    }
    let (indentation, end_of_line) = indentation(text, start)?;
    let is_spaced = !indentation.contains('\t');
    let spaces = " ".repeat(indentation.len());
    is_spaced.then(|| inserting(title, start, format!("{pair}{end_of_line}{spaces}"), safety))
}

/// What stands before byte `at` on its line, if that is no more than white space and the hyphens of lists, and how the line
/// ends.
pub fn indentation(text: &str, at: usize) -> Option<(&str, &'static str)> {
    let start = text[..at].trim_end_matches([' ', '\t', '-']).len();
    let starts_line = text[..start].is_empty() || text[..start].ends_with(['\n', '\r']);
    // Only then, so that a long line is not read to its end for each place on it.
    starts_line.then(|| (&text[start..at], end_of_line(text, at)))
}

/// Whether another port with the role of `port` has `number` already, so that to write it once more would clash.
pub fn is_taken(cx: &Context<'_>, port: &PortUse, number: u16) -> bool {
    let number = u32::from(number);
    let holds = |range: PortRange| (range.first..=range.last).contains(&number);
    let same_role = cx.scan.uses.iter().filter(|other| other.role == port.role);
    port.role.is_structural() && { same_role }.any(|other| other.range.is_some_and(holds))
}

/// Whether an address of the host stands for all that it has; none does.
pub fn is_every_address(address: Option<&str>) -> bool {
    let address = address.unwrap_or_default().trim_matches(['[', ']']);
    matches!(address, "" | "*") || address.parse().is_ok_and(|ip: IpAddr| ip.is_unspecified())
}

/// The fix that binds `entry` of compose's `ports` to this machine alone; `None` where it is not published on every address,
/// and where the place of that is not plain.
pub fn binding(text: &str, scan: &Scan, entry: &Entry) -> Option<Fix> {
    const LOOPBACK: &str = "127.0.0.1";
    if !is_every_address(entry.address.as_deref()) || !entry.strays.is_empty() {
        return None;
    }
    let written = entry.span.of(text);
    if entry.style == EntryStyle::Long {
        let is_address = |field: &&Field| field.key.of(text).trim_matches(['"', '\'']) == "host_ip";
        let Some(field) = entry.fields.iter().find(is_address) else {
            return adding_key(text, entry, "host_ip: 127.0.0.1", Safety::Unsafe);
        };
        let address = entry.address.as_deref().filter(|address| !address.is_empty())?;
        let is_literal = field.value.of(text).trim_matches(['"', '\'']) == address;
        let is_here = field.key.end <= field.value.start;
        let start = field.value.start + field.value.of(text).find(address)?;
        let span = Span::new(start, start + address.len());
        return (is_literal && is_here).then(|| replacing(text, span, LOOPBACK.to_owned(), Safety::Unsafe));
    }
    match entry.address.as_deref() {
        Some(address) if !address.is_empty() => {
            let is_literal = written.starts_with(address) && written[address.len()..].starts_with(':');
            let span = Span::new(entry.span.start, entry.span.start + address.len());
            is_literal.then(|| replacing(text, span, LOOPBACK.to_owned(), Safety::Unsafe))
        }
        _ => {
            let first = &scan.uses[entry.host.or(entry.container)?];
            // Without a port of the host, its place stays empty: `127.0.0.1::80`.
            let is_mapping = entry.host.is_some() || written.starts_with(':');
            let prefix = format!("{LOOPBACK}{}", if is_mapping { ":" } else { "::" });
            // In front of it nothing but the start of a reference, of which it is the default: no address that may be empty.
            let before = Span::new(entry.span.start, first.span.start).of(text);
            let is_first = matches!(before, "" | ":") || before.starts_with("${") && !before.contains('}');
            // A variable that is the whole of it may stand for a mapping.
            let is_open = !is_mapping && first.range.is_none();
            let title = "Publish on 127.0.0.1 only";
            (is_first && !is_open).then(|| inserting(title, entry.span.start, prefix, Safety::Unsafe))
        }
    }
}

/// The fix that adds a `listen` on UDP behind `directive`, which is one on the same port.
pub fn listening_on_udp(text: &str, scan: &Scan, directive: &Directive) -> Option<Fix> {
    let port = &scan.uses[directive.port?];
    if port.variable.is_some() || !text[port.span.end..].starts_with([' ', '\t', ';']) {
        return None;
    }
    let indentation = indentation(text, directive.span.start);
    let gap = indentation.map_or(" ".to_owned(), |(before, end_of_line)| format!("{end_of_line}{before}"));
    let listen = format!("listen {} udp;", directive.arguments.first()?.of(text));
    let ends = directive.span.of(text).ends_with(';');
    ends.then(|| inserting(format!("Add {listen}"), directive.span.end, gap + &listen, Safety::Unsafe))
}

/// Ranges of ports that can be asked what they hold.
#[derive(Debug, Default)]
pub struct Ranges {
    /// In the order of their first numbers; each ends where the longest of those up to it ends.
    sorted: Vec<PortRange>,
}

impl FromIterator<PortRange> for Ranges {
    fn from_iter<I: IntoIterator<Item = PortRange>>(ranges: I) -> Self {
        let mut sorted: Vec<PortRange> = ranges.into_iter().collect();
        sorted.sort_by_key(|range| range.first);
        let mut last = 0;
        for range in &mut sorted {
            last = last.max(range.last);
            range.last = last;
        }
        Self { sorted }
    }
}

impl Ranges {
    /// Whether one of them holds all of `range`.
    pub fn hold(&self, range: PortRange) -> bool {
        self.reach(range.first).is_some_and(|last| last >= range.last)
    }

    /// Whether one of them has a number in common with `range`.
    pub fn meet(&self, range: PortRange) -> bool {
        self.reach(range.last).is_some_and(|last| last >= range.first)
    }

    /// The last number of those that start at `first` or before.
    fn reach(&self, first: u32) -> Option<u32> {
        let behind = self.sorted.partition_point(|range| range.first <= first);
        self.sorted[..behind].last().map(|range| range.last)
    }
}

/// The ports of the host in a file, for a fix that would bring one to another transport.
#[derive(Debug, Default)]
pub struct HostPorts {
    ranges: HashMap<Transport, Ranges>,
}

impl HostPorts {
    /// Those of the file in which `scan` was found.
    pub fn new(scan: &Scan) -> Self {
        let mut ranges: HashMap<Transport, Vec<PortRange>> = HashMap::new();
        for port in scan.uses.iter().filter(|port| port.role.is_host()) {
            if let (Some(range), Some(transport)) = (port.range, port.protocol.transport()) {
                ranges.entry(transport).or_default().push(range);
            }
        }
        let ranges = ranges.into_iter();
        Self { ranges: ranges.map(|(transport, ranges)| (transport, ranges.into_iter().collect())).collect() }
    }

    /// Whether the port of the host that is mapped to `port` is published on `transport` already, if there is one.
    pub fn hold_that_of(&self, scan: &Scan, port: &PortUse, transport: Transport) -> bool {
        let host = port.pair.and_then(|pair| scan.uses[pair].range);
        host.is_some_and(|host| self.ranges.get(&transport).is_some_and(|ranges| ranges.meet(host)))
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Settings;
    use crate::finding::{Finding, Severity};
    use crate::languages::Language;
    use crate::lint::lint;

    /// What the fixes of the rule of that name make of `text`, one after the other. Each takes its finding away and brings
    /// no error and no warning.
    #[track_caller]
    fn mended(rule: &str, text: &str, language: Language) -> String {
        let mut text = text.to_owned();
        loop {
            let findings = lint(&text, language, &Settings::default());
            let by_rule = |findings: &[Finding]| findings.iter().filter(|it| it.rule == rule).count();
            let bad =
                |findings: &[Finding]| findings.iter().filter(|it| it.severity <= Severity::Warning).count();
            let fix = findings.iter().filter(|it| it.rule == rule).find_map(|it| it.fix.clone());
            let Some(fix) = fix else { return text };
            for edit in fix.edits.iter().rev() {
                text.replace_range(edit.span.start..edit.span.end, &edit.text);
            }
            let left = lint(&text, language, &Settings::default());
            assert!(by_rule(&left) < by_rule(&findings), "{}: {text}", fix.title);
            assert!(bad(&left) <= bad(&findings), "{}: {text}", fix.title);
        }
    }

    fn dockerfile(rule: &str, line: &str) -> String {
        mended(rule, &format!("FROM a\n{line}\n"), Language::Dockerfile)["FROM a\n".len()..]
            .trim_end()
            .to_owned()
    }

    fn compose(rule: &str, ports: &str) -> String {
        const HEAD: &str = "services:\n  a:\n    image: b\n    ports:\n";
        mended(rule, &format!("{HEAD}{ports}"), Language::Compose)[HEAD.len()..].to_owned()
    }

    #[test]
    fn a_number_out_of_use_gives_way_to_the_one_that_the_registry_names() {
        let mended = |line| dockerfile("deregistered-port", line);
        assert_eq!(mended("EXPOSE \"585\"/tcp # 💣"), "EXPOSE \"993\"/tcp # 💣");
        assert_eq!(mended("ARG P=585\nEXPOSE $P"), "ARG P=993\nEXPOSE $P");
        assert_eq!(mended("EXPOSE 585 993"), "EXPOSE 585 993");
        assert_eq!(mended("EXPOSE 833 1301"), "EXPOSE 833 1301");
        let mended = |ports| compose("deregistered-port", ports);
        assert_eq!(mended("    - '585:585'\r\n"), "    - '993:993'\r\n");
        assert_eq!(mended("    - ${P:-585}:585\n"), "    - ${P:-993}:993\n");
        // Whoever maps another service there has a number to choose, not a service to follow.
        assert_eq!(mended("    - ${P:-585}:143\n"), "    - ${P:-585}:143\n");
        assert_eq!(mended("    - '585:143'\n    - 993:993\n"), "    - '585:143'\n    - 993:993\n");
        assert_eq!(dockerfile("reserved-port", "EXPOSE 994 1023"), "EXPOSE 6697 1023");
    }

    #[test]
    fn a_fix_makes_way_for_what_is_published_already() {
        let mended = |rule, ports: &str| compose(rule, ports) != ports;
        assert!(mended("missing-udp", "    - '80:123'\n    - '81:80/udp'\n"));
        assert!(!mended("missing-udp", "    - '80:123'\n    - '79-81:79-81/udp'\n"));
        assert!(mended("wrong-transport", "    - '80:6379/udp'\n    - '81:81'\n"));
        assert!(!mended("wrong-transport", "    - '80:6379/udp'\n    - '80:80'\n"));
        assert!(mended("sensitive-port-published", "    - '80:3306'\n    - '81:3306'\n"));
        assert!(!mended("sensitive-port-published", "    - '80:3306'\n    - '80:3306'\n"));
    }

    #[test]
    fn no_fix_takes_a_deliberate_protocol_away() {
        assert_eq!(dockerfile("repeated-expose", "EXPOSE 53 80 53/tcp 80/tcp"), "EXPOSE 53 80 53/tcp");
        assert_eq!(dockerfile("invalid-protocol", "EXPOSE 53/http 80/http"), "EXPOSE 53/http 80");
    }

    #[test]
    fn a_wrong_transport_is_changed() {
        let mended = |line| dockerfile("wrong-transport", line);
        assert_eq!(mended("EXPOSE 993/UDP 443/udp"), "EXPOSE 993/tcp 443/udp");
        assert_eq!(mended("EXPOSE 993/udp 993"), "EXPOSE 993/udp 993");
        let long = "    - target: 993\n      protocol: \"udp\"\n";
        assert_eq!(compose("wrong-transport", long), "    - target: 993\n      protocol: \"tcp\"\n");
        let text = "stream { server { listen 993  udp reuseport; proxy_pass a:1; } }";
        let tcp = "stream { server { listen 993 reuseport; proxy_pass a:1; } }";
        assert_eq!(mended_nginx("wrong-transport", text), tcp);
    }

    fn mended_nginx(rule: &str, text: &str) -> String {
        mended(rule, text, Language::Nginx)
    }

    #[test]
    fn udp_is_added() {
        let mended = |line| dockerfile("missing-udp", line);
        assert_eq!(mended("EXPOSE 123 80"), "EXPOSE 123/udp 80");
        assert_eq!(mended("EXPOSE \"53\" 80"), "EXPOSE \"53\" 53/udp 80");
        assert_eq!(mended("EXPOSE 123/\nEXPOSE ${P:-69}"), "EXPOSE 123/\nEXPOSE ${P:-69}");
        let mended = |ports| compose("missing-udp", ports);
        assert_eq!(mended("    - '1123:123' # 💣\r\n"), "    - '1123:123/udp' # 💣\r\n");
        assert_eq!(mended("    - '53:53'\n"), "    - '53:53'\n    - '53:53/udp'\n");
        assert_eq!(mended("    - '53:53'"), "    - '53:53'");
        assert_eq!(mended("    - {target: 123}\n"), "    - {protocol: udp, target: 123}\n");
        let block = "    - target: 123\r\n      published: 80\r\n";
        assert_eq!(mended(block), "    - protocol: udp\r\n      target: 123\r\n      published: 80\r\n");
        let nginx = |listen: &str| {
            let text = format!("stream {{\n  server {{\n    {listen}\n    proxy_pass a:1;\n  }}\n}}\n");
            mended_nginx("missing-udp", &text).lines().skip(2).take(2).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(nginx("listen a:123 reuseport;"), "    listen a:123 udp reuseport;\n    proxy_pass a:1;");
        assert_eq!(nginx("listen 53; # dns"), "    listen 53;\n    listen 53 udp; # dns");
    }

    #[test]
    fn a_published_port_is_bound_to_this_machine() {
        let mended = |ports| compose("sensitive-port-published", ports);
        for (written, bound) in [
            ("    - 5432:5432 # 💣\r\n", "    - 127.0.0.1:5432:5432 # 💣\r\n"),
            ("    - '5432'\n", "    - '5432'\n"),
            ("    - \"[::]:1:5432\"\n", "    - \"127.0.0.1:1:5432\"\n"),
            ("    - \"${P:-1}:5432\"\n", "    - \"127.0.0.1:${P:-1}:5432\"\n"),
            ("    - \"${IP:-}:${P:-1}:5432\"\n", "    - \"${IP:-}:${P:-1}:5432\"\n"),
            (
                "    - {published: 1, target: 5432, host_ip: \"0.0.0.0\"}\n",
                "    - {published: 1, target: 5432, host_ip: \"127.0.0.1\"}\n",
            ),
            ("    - \"${IP:-0.0.0.0}:1:5432\"\n", "    - \"${IP:-0.0.0.0}:1:5432\"\n"),
            (
                "    - {published: 1, target: 5432}\n",
                "    - {host_ip: 127.0.0.1, published: 1, target: 5432}\n",
            ),
            (
                "    - published: 1\n      target: 5432\n",
                "    - host_ip: 127.0.0.1\n      published: 1\n      target: 5432\n",
            ),
            ("    - host_ip: '::'\n      target: 5432\n", "    - host_ip: '::'\n      target: 5432\n"),
            ("      [5432:5432]\n", "      [127.0.0.1:5432:5432]\n"),
        ] {
            assert_eq!(mended(written), bound);
        }
    }

    #[test]
    fn a_scheme_and_its_port_are_brought_together() {
        let mended = |line| dockerfile("scheme-port-mismatch", line);
        assert_eq!(mended("ENV A=HTTP://b:443/"), "ENV A=https://b:443/");
        assert_eq!(mended("ENV A='wss://b:80'"), "ENV A='wss://b:443'");
        assert_eq!(mended("ENV A=ldap://u:p@b:636"), "ENV A=ldap://u:p@b:636");
        let text = "upstream b { server c:443; } server { location / { proxy_pass http://b/; } }";
        assert_eq!(mended_nginx("scheme-port-mismatch", text), text.replace("http:", "https:"));
    }
}
