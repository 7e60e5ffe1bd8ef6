//! Ports in free text: commands, environment values, labels, URLs.
//!
//! Three things are taken for a port there: the number of a URL (`redis://cache:6379`), the number of an address
//! (`0.0.0.0:8000`, `:8000`, `api:3000`) and the value of an option or variable that is named like one (`--port 8080`,
//! `"--port", "8080"`, `-p 8080`, `-Dserver.port=8080`, `HTTP_PORT=8080`). Each may stand as the default of a variable:
//! `${PORT:-8080}`.

use std::sync::LazyLock;

use regex::bytes::Regex;
use smol_str::{SmolStr, StrExt};

use super::Scan;
use crate::port::{PortRange, PortUse, Protocol, Role, Transport, Variable};
use crate::text::Span;

/// Adds the ports in `text`, which stands in the file from byte `at` on.
pub fn push_ports(text: &str, at: usize, role: Role, scope: Option<usize>, scan: &mut Scan) {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return;
    }
    let first = scan.uses.len();
    for colon in memchr::memchr_iter(b':', text.as_bytes()) {
        if let Some(port) = address(text, colon) {
            scan.uses.push(PortUse { role, scope, ..port }.shifted(at));
        }
    }
    let addresses = scan.uses.len();
    for (name, end) in options(text.as_bytes()) {
        let Some(port) = option(text, Span::new(name, end)) else { continue };
        let span = port.span.shifted(at);
        if scan.uses[first..addresses].binary_search_by_key(&span, |other| other.span).is_err() {
            scan.uses.push(PortUse { role, scope, ..port }.shifted(at));
        }
    }
}

/// The places in `text` that may be an option: from its name to the end of the number that stands where the value of an
/// option can, behind a sign of equality, a blank, a quote, or the hyphen of a default. Few texts have one, and to look for
/// the whole pattern at each place takes its time.
fn options(text: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let is_blank = |byte: u8| byte == 0x0b || byte.is_ascii_whitespace();
    let starts_value = move |pair: &[u8]| {
        pair[1].is_ascii_digit() && (matches!(pair[0], b'=' | b'"' | b'\'' | b'-') || is_blank(pair[0]))
    };
    let is_between = move |byte: &u8| matches!(byte, b'=' | b'"' | b'\'' | b',') || is_blank(*byte);
    let values = text.windows(2).enumerate().filter(move |(_, pair)| starts_value(pair));
    values.filter_map(move |(at, pair)| {
        let before = if pair[0] == b'-' { before_default(&text[..at])? } else { &text[..=at] };
        let end = before.iter().rposition(|byte| !is_between(byte))? + 1;
        let is_named = |name: &&str| {
            let start = end.checked_sub(name.len());
            start.is_some_and(|start| before[start..end].eq_ignore_ascii_case(name.as_bytes()))
        };
        let name = ["port", "ports", "listen", "-p"].into_iter().find(is_named)?;
        Some((end - name.len(), text.len().min(at + 1 + LONGEST_NUMBER)))
    })
}

/// What stands before the reference that `before`, up to the hyphen of its default, ends in.
fn before_default(before: &[u8]) -> Option<&[u8]> {
    let before = before.strip_suffix(b":").unwrap_or(before);
    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let width = before.iter().rev().take_while(is_word).count();
    before[..before.len() - width].strip_suffix(b"${")
}

/// Whether a variable of that name holds a port: `PORT`, `HTTP_PORT`, `PORT_RANGE`, `PORTS`, in any case.
pub fn names_port(name: &str) -> bool {
    let mut words = name.split(['_', '-', '.']);
    words.any(|word| word.eq_ignore_ascii_case("port") || word.eq_ignore_ascii_case("ports"))
}

/// The role of a label: [Traefik](https://doc.traefik.io/traefik/) learns the port of a container from
/// `traefik.http.services.<name>.loadbalancer.server.port`, and before its second version from `traefik.port`.
pub fn label_role(name: &str) -> Role {
    let name = name.trim_matches(['"', '\'']).to_ascii_lowercase();
    let is_router = name == "traefik.port" || name.starts_with("traefik.") && name.ends_with(".server.port");
    if is_router { Role::Router } else { Role::Label }
}

/// An option or variable named like a port, with its value. At no byte is there a choice, so that it is matched in one pass.
static OPTION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"^(?-u)(?P<name>(?i:ports?|listen)|-p)"#,
        r#"(?:["'](?:=|\s+|,\s*["']|["'],\s*["'])|=|\s+)["']?"#,
        r"(?:\$\{(?P<variable>\w+):?-)?(?P<port>[0-9]{1,5})",
    ))
    .expect("the pattern is a constant, and a test uses it")
});

/// The digits of the largest port.
const LONGEST_NUMBER: usize = 5;

/// How many bytes before a colon a host in brackets or braces, or the user of a URL, may take.
const LONGEST: usize = 256;

/// The port behind the colon at byte `colon`, if the text around is an address or URL. Spans are offsets in `text`.
fn address(text: &str, colon: usize) -> Option<PortUse> {
    let (span, variable) = number_at(text, colon + 1)?;
    let host = host_before(text, colon);
    let before = &text[..host.start];
    let scheme = scheme_before(before);
    let host = host.of(text);
    let plausible = match host {
        "" => scheme.is_none() && starts_value(before),
        "*" | "localhost" => true,
        _ if host.starts_with('[') => true,
        _ if scheme.is_some() => true,
        // openssl's `-newkey rsa:2048`.
        "rsa" => false,
        _ => {
            (is_ipv4(host) || is_name(host))
                && span.len() > 1
                && !before.ends_with(['/', '.', ':', '$', '%', '\\'])
        }
    };
    if !plausible {
        return None;
    }
    let protocol = match scheme.as_deref() {
        None => Protocol::Unknown,
        Some("udp" | "quic" | "h3" | "syslog") => Protocol::Implied(Transport::Udp),
        Some(_) => Protocol::Implied(Transport::Tcp),
    };
    Some(PortUse {
        protocol,
        address: (!host.is_empty()).then(|| host.into()),
        scheme,
        variable,
        ..PortUse::new(span, PortRange::parse(span.of(text)), Role::Command)
    })
}

/// The port that an option or variable sets which may stand at `place`. Spans are offsets in `text`.
fn option(text: &str, place: Span) -> Option<PortUse> {
    let found = OPTION.captures(&text.as_bytes()[place.start..place.end])?;
    // By their numbers, since each of their names would have to be looked up.
    let group = |number| found.get(number).map(|it| Span::new(it.start(), it.end()).shifted(place.start));
    let [name, variable, port] = [1, 2, 3].map(group);
    let (name, port) = (name?, port?);
    if !ends_number(text, port.end, variable.is_some()) {
        return None;
    }
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let width = text.as_bytes()[..name.start].iter().rev().take_while(|byte| is_word(byte)).count();
    let prefix = &text[name.start - width..name.start];
    let is_named_like_one = if name.of(text) == "-p" {
        prefix.is_empty() && starts_value(&text[..name.start]) && port.len() > 1
    } else {
        let sign = text[name.end..].strip_prefix(['"', '\'']).unwrap_or(&text[name.end..]);
        (prefix.is_empty() || prefix.ends_with(['_', '-', '.']))
            && (prefix.starts_with('-') || sign.starts_with('='))
    };
    is_named_like_one.then(|| PortUse {
        variable: variable.map(|name| Box::new(Variable { name: name.of(text).into(), definition: None })),
        ..PortUse::new(port, PortRange::parse(port.of(text)), Role::Command)
    })
}

/// The number that starts at byte `at`, perhaps as the default of a variable.
fn number_at(text: &str, at: usize) -> Option<(Span, Option<Box<Variable>>)> {
    let rest = text.get(at..)?;
    let mut start = at;
    let mut variable = None;
    if let Some(reference) = rest.strip_prefix("${") {
        let width =
            reference.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let behind = &reference[width..];
        let default = behind.strip_prefix(":-").or_else(|| behind.strip_prefix('-'))?;
        variable = Some(Box::new(Variable { name: reference[..width].into(), definition: None }));
        start = text.len() - default.len();
    }
    let digits = text[start..].bytes().take_while(u8::is_ascii_digit).count();
    let end = start + digits;
    (1..=5).contains(&digits).then_some(())?;
    ends_number(text, end, variable.is_some()).then_some((Span::new(start, end), variable))
}

/// Whether a number that ends at byte `end` is a whole one, and not the start of a word, a version or a mapping.
fn ends_number(text: &str, end: usize, in_variable: bool) -> bool {
    let mut rest = text[end..].bytes();
    match rest.next() {
        None => !in_variable,
        Some(b'}') if in_variable => true,
        Some(_) if in_variable => false,
        Some(b'.') => !rest.next().is_some_and(|byte| byte.is_ascii_alphanumeric()),
        Some(b':' | b'-' | b'_' | b'@' | b'%') => false,
        Some(byte) => !byte.is_ascii_alphanumeric() && byte.is_ascii(),
    }
}

/// The host name, address or variable that ends before byte `colon`; empty where there is none.
fn host_before(text: &str, colon: usize) -> Span {
    let before = &text[..colon];
    let opener = match before.bytes().last() {
        Some(b']') => rfind_near(before, "["),
        Some(b'}') => rfind_near(before, "${"),
        Some(b'*') => Some(colon - 1),
        _ => None,
    };
    if let Some(start) = opener {
        return Span::new(start, colon);
    }
    let is_host = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let mut width = before.bytes().rev().take_while(is_host).count();
    if before[..colon - width].ends_with('$') {
        width += 1;
    }
    Span::new(colon - width, colon)
}

/// Where `mark` stands last in `text`, if that is near its end: to look further each time would take quadratic time.
fn rfind_near(text: &str, mark: &str) -> Option<usize> {
    let from = text.len().saturating_sub(LONGEST);
    memchr::memmem::rfind(&text.as_bytes()[from..], mark.as_bytes()).map(|at| from + at)
}

/// The scheme of the URL whose text up to the host is `before`, in lower case.
fn scheme_before(before: &str) -> Option<SmolStr> {
    let slashes = match before.strip_suffix('@') {
        None => before.strip_suffix("://")?,
        Some(rest) => {
            let end = rfind_near(rest, "://")?;
            let is_user = !rest[end + 3..].contains(|char: char| char.is_ascii_whitespace() || char == '/');
            is_user.then_some(&rest[..end])?
        }
    };
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-');
    let width = slashes.bytes().rev().take_while(is_scheme).count();
    let scheme = &slashes[slashes.len() - width..];
    scheme.starts_with(|first: char| first.is_ascii_alphabetic()).then(|| scheme.to_ascii_lowercase_smolstr())
}

/// Whether what follows `before` starts a value of its own: a word, or the inside of quotes that open there.
fn starts_value(before: &str) -> bool {
    let unquoted = before.strip_suffix(['"', '\'', '`']).unwrap_or(before);
    unquoted.is_empty() || unquoted.ends_with([' ', '\t', '\n', '\r', '=', ',', '[', '('])
}

fn is_ipv4(host: &str) -> bool {
    host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// Whether it reads like a host name: it starts and ends with a letter or digit and holds a letter.
fn is_name(host: &str) -> bool {
    host.bytes().any(|byte| byte.is_ascii_alphabetic())
        && host.starts_with(|first: char| first.is_ascii_alphanumeric())
        && host.ends_with(|last: char| last.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ports in `text`, each as `scheme|address|number`, in the order of the text.
    fn ports(text: &str) -> Vec<String> {
        let mut scan = Scan::default();
        push_ports(text, 0, Role::Command, None, &mut scan);
        scan.sort();
        let describe = |port: &PortUse| {
            let scheme = port.scheme.as_deref().unwrap_or_default();
            let address = port.address.as_deref().unwrap_or_default();
            format!("{scheme}|{address}|{}", port.span.of(text))
        };
        scan.uses.iter().map(describe).collect()
    }

    #[test]
    fn urls() {
        assert_eq!(ports("redis://cache:6379/0"), ["redis|cache|6379"]);
        assert_eq!(ports("postgres://u:p4ss@db.local:5432/x?y=1"), ["postgres|db.local|5432"]);
        assert_eq!(ports("curl -f 'http://[::1]:8080/'"), ["http|[::1]|8080"]);
        assert_eq!(ports("HTTP://LOCALHOST:80, udp://t:69"), ["http|LOCALHOST|80", "udp|t|69"]);
        assert_eq!(ports("http://${HOST:-a}:${PORT:-8080}/"), ["http|${HOST:-a}|8080"]);
        assert_eq!(ports("http://user:8080@host/"), [""; 0]);
    }

    #[test]
    fn addresses() {
        assert_eq!(ports("gunicorn -b 0.0.0.0:8000 app:main"), ["|0.0.0.0|8000"]);
        assert_eq!(ports(r#"["serve", ":8000"]"#), ["||8000"]);
        assert_eq!(ports("wait-for db:5432 -- *:80"), ["|db|5432", "|*|80"]);
        assert_eq!(ports("a:9092,b:9092"), ["|a|9092", "|b|9092"]);
    }

    #[test]
    fn options_and_variables() {
        assert_eq!(ports("serve --port 8080 --http-port=81 -p 82"), ["||8080", "||81", "||82"]);
        assert_eq!(ports(r#"["x", "--port", "8080", "-p", "3000"]"#), ["||8080", "||3000"]);
        assert_eq!(ports("java -Dserver.port=8080 SERVER_PORT=8081 x"), ["||8080", "||8081"]);
        assert_eq!(ports("x --port ${PORT:-90} --listen=0.0.0.0:91"), ["||90", "|0.0.0.0|91"]);
    }

    #[test]
    fn every_option_is_found_where_it_stands() {
        // The same pattern with its choices, which finds its place by itself.
        let whole = Regex::new(concat!(
            r#"(?-u)(?:(?i:ports?|listen)|-p)["']?(?:=|\s+|["'],\s*["'])["']?"#,
            r"(?:\$\{\w+:?-)?[0-9]{1,5}",
        ));
        let whole = whole.expect("the pattern is a constant");
        let names = ["--port", "-p", "LISTEN", "a.ports", "-P", "PORTS\"", "portport", "x", ""];
        let signs = ["=", " ", "\x0b", "\t\n", "', '", "\",\"", "\"\",'", ",", " = ", "\"\"", ""];
        let values = ["80", "'80", "${A:-80}", "${A_1-80}", "-80", "A:-80", "${-80}", "1234567", "\"'1"];
        for (name, sign) in names.into_iter().flat_map(|name| signs.map(|sign| (name, sign))) {
            for (value, behind) in
                values.into_iter().flat_map(|it| ["", " -p 9 ", ",port=8"].map(|and| (it, and)))
            {
                let text = format!("{name}{sign}{value}{behind}");
                let expected: Vec<_> = whole.find_iter(text.as_bytes()).map(|it| it.range()).collect();
                let places = options(text.as_bytes());
                let found = places.filter_map(|(start, end)| {
                    OPTION.find(&text.as_bytes()[start..end]).map(|it| start..start + it.end())
                });
                assert_eq!(found.collect::<Vec<_>>(), expected, "{text}");
            }
        }
    }

    #[test]
    fn what_only_looks_like_a_port() {
        for text in [
            "12:30:45",
            "1000:1000",
            "user: 0:0",
            "::1:80",
            "registry/app:16",
            "sha256:123456789",
            "a:1.2.3",
            "x:80b",
            "report 80",
            "echo on port 80",
            "import=3",
            "docker run -p 8080:80",
            "mkdir -p 1",
            r#"{"a":80}"#,
            "C:\\80",
            "alpine:3",
            "-newkey rsa:2048",
            "--port",
            ":",
            "${A:-",
            "http://host:",
            "http://h:123456",
            "a:💣",
            "💣:80é",
        ] {
            assert_eq!(ports(text), [""; 0], "{text:?}");
        }
    }
}
