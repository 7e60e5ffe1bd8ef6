//! Addresses in a word: `host:port`, `[::1]:port`, `scheme://host:port/path`, each part of which may be a variable.

use crate::port::{PortRange, PortUse, Protocol, Role, Transport, Variable};
use crate::text::Span;

/// The port of the address at `word`, which is a host, a colon and a port.
///
/// A path may follow, or a variable that holds one. A socket of the file system has no port.
pub fn address(text: &str, word: Span, role: Role) -> Option<PortUse> {
    let address = word.of(text);
    if address.starts_with("unix:") {
        return None;
    }
    let colon = last_colon(address)?;
    let port = port(text, Span::new(word.start + colon + 1, word.end), role)?;
    let host = &address[..colon];
    Some(PortUse { address: (!host.is_empty()).then(|| host.into()), ..port })
}

/// The port of the URL at `word`, or of the address there if it names no scheme.
pub fn url(text: &str, word: Span, role: Role) -> Option<PortUse> {
    let url = word.of(text);
    let Some((scheme, rest)) = url.split_once("://") else {
        return address(text, word, role);
    };
    let port = address(text, Span::new(word.end - rest.len(), word.end), role)?;
    let is_literal = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    Some(PortUse { scheme: is_literal.then(|| scheme.to_ascii_lowercase().into()), ..port })
}

/// The port of the `listen` at `word`, which may stand there without an address.
pub fn listener(text: &str, word: Span) -> Option<PortUse> {
    port(text, word, Role::Listen).or_else(|| address(text, word, Role::Listen))
}

/// The port that `word` starts with and that nothing but a path or variable follows.
pub fn port(text: &str, word: Span, role: Role) -> Option<PortUse> {
    let written = word.of(text);
    if written.starts_with('$') {
        return variable_port(text, word, role);
    }
    let is_range = |byte: &u8| byte.is_ascii_digit() || *byte == b'-';
    let width = written.bytes().take_while(is_range).count();
    let range = PortRange::parse(&written[..width])?;
    let span = Span::new(word.start, word.start + width);
    may_follow(&written[width..]).then_some(PortUse::new(span, Some(range), role))
}

/// The port that the whole of `word` is, in digits.
pub fn literal(text: &str, word: Span, role: Role) -> Option<PortUse> {
    let range = PortRange::parse(word.of(text)).filter(|range| range.is_single())?;
    Some(PortUse::new(word, Some(range), role))
}

/// The ports of the alternative services that an `Alt-Svc` header announces (RFC 7838 section 3): `h3=":443"; ma=86400`.
/// The quotes may be escaped.
pub fn alternatives(text: &str, word: Span) -> impl Iterator<Item = PortUse> {
    let service = |at: usize, service: &str| {
        let (protocol, authority) = service.split_once('=')?;
        let quoted = authority.trim_start_matches(['\\', '"', '\'']);
        let width = quoted.find(['\\', '"', '\'', ';']).unwrap_or(quoted.len());
        let start = at + service.len() - quoted.len();
        let port = address(text, Span::new(start, start + width), Role::Directive)?;
        // `h2` and `http/1.1` stay on TCP; HTTP/3 is carried by QUIC.
        let transport = if protocol.trim().starts_with('h') && !protocol.trim().starts_with("h3") {
            Transport::Tcp
        } else {
            Transport::Udp
        };
        Some(PortUse { protocol: Protocol::Implied(transport), ..port })
    };
    let mut at = word.start;
    word.of(text).split(',').filter_map(move |part| {
        let start = at;
        at += part.len() + 1;
        service(start, part)
    })
}

/// Whether a digit stands behind a colon somewhere in `text`, without which it holds no address with a port.
pub fn may_hold_port(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b':', bytes).any(|colon| bytes.get(colon + 1).is_some_and(u8::is_ascii_digit))
}

/// The port that a variable stands for, with its default if the reference gives one: `$port`, `${PORT}`, `${PORT:-80}`.
fn variable_port(text: &str, word: Span, role: Role) -> Option<PortUse> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let reference = word.of(text).strip_prefix('$')?;
    let braced = reference.strip_prefix('{');
    let inside = braced.unwrap_or(reference);
    let name = &inside[..inside.bytes().take_while(is_name).count()];
    let mut behind = &inside[name.len()..];
    let mut default = "";
    if braced.is_some() {
        let (operation, rest) = behind.split_once('}')?;
        default = operation.strip_prefix(":-").or_else(|| operation.strip_prefix('-')).unwrap_or_default();
        behind = rest;
    }
    if name.is_empty() || !may_follow(behind) {
        return None;
    }
    let end = word.end - behind.len();
    let range = PortRange::parse(default);
    let span = match range {
        Some(_) => Span::new(end - "}".len() - default.len(), end - "}".len()),
        None => Span::new(word.start, end),
    };
    let variable = Some(Box::new(Variable { name: name.into(), definition: None }));
    Some(PortUse { variable, ..PortUse::new(span, range, role) })
}

/// Whether `rest` may stand right behind a port.
fn may_follow(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['/', '?', '$'])
}

/// The last colon of an address that lies neither in brackets or braces nor in a path.
fn last_colon(address: &str) -> Option<usize> {
    let bytes = address.as_bytes();
    let behind =
        |closer: u8, at: usize| memchr::memchr(closer, &bytes[at..]).map_or(bytes.len(), |width| at + width);
    let mut colon = None;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b':' => colon = Some(at),
            b'[' => at = behind(b']', at),
            b'{' => at = behind(b'}', at),
            b'/' | b'?' => break,
            _ => {}
        }
        at += 1;
    }
    colon
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `port` as `scheme|address|text`, and `=name` of its variable.
    fn describe(text: &str, port: Option<PortUse>) -> String {
        let Some(port) = port else { return "none".to_owned() };
        let variable = port.variable.map(|variable| format!("={}", variable.name)).unwrap_or_default();
        let (scheme, address) = (port.scheme.unwrap_or_default(), port.address.unwrap_or_default());
        format!("{scheme}|{address}|{}{variable}", port.span.of(text))
    }

    fn all(text: &str) -> Span {
        Span::new(0, text.len())
    }

    #[test]
    fn addresses() {
        let address = |text: &str| describe(text, address(text, all(text), Role::Upstream));
        assert_eq!(address("app:3000"), "|app|3000");
        assert_eq!(address("[2001:db8::1]:8080"), "|[2001:db8::1]|8080");
        assert_eq!(address("${HOST:-a}:70000"), "|${HOST:-a}|70000");
        assert_eq!(address("{{ x:y }}:80"), "|{{ x:y }}|80");
        assert_eq!(address("💣:80-90"), "|💣|80-90");
        assert_eq!(address("a:${PORT:-80}"), "|a|80=PORT");
        assert_eq!(address("$a:$b"), "|$a|$b=b");
        for text in [
            "",
            ":",
            "app",
            "unix:/run/a:80",
            "[::1]",
            "[::1",
            "127.0.0.1",
            "a:",
            "a:b",
            "a:80b",
            "a:80-",
            "a:{{ p }}",
            "a:${P",
            "a:$",
        ] {
            assert_eq!(address(text), "none", "{text:?}");
        }
    }

    #[test]
    fn urls() {
        let url = |text: &str| describe(text, url(text, all(text), Role::Pass));
        assert_eq!(url("http://app:80/x:81"), "http|app|80");
        assert_eq!(url("HTTPS://$host:8443$request_uri"), "https|$host|8443");
        assert_eq!(url("$scheme://app:8080"), "|app|8080");
        assert_eq!(url("http://${H}:${P}/"), "http|${H}|${P}=P");
        assert_eq!(url("grpcs://[::1]:50051"), "grpcs|[::1]|50051");
        assert_eq!(url("127.0.0.1:9000"), "|127.0.0.1|9000");
        for text in
            ["http://app", "http://app/a:80", "http://unix:/run/a.sock:/", "http://", "://", "http://{{ a }}"]
        {
            assert_eq!(url(text), "none", "{text:?}");
        }
    }

    #[test]
    fn listeners() {
        let listener = |text: &str| describe(text, listener(text, all(text)));
        for (text, expected) in [
            ("80", "||80"),
            ("8000-8010", "||8000-8010"),
            ("127.0.0.1:80", "|127.0.0.1|80"),
            ("*:80", "|*|80"),
            ("[::]:80", "|[::]|80"),
            (":80", "||80"),
            ("$PORT", "||$PORT=PORT"),
            ("${PORT:-8080}", "||8080=PORT"),
            ("$host:80", "|$host|80"),
        ] {
            assert_eq!(listener(text), expected);
        }
        for text in ["127.0.0.1", "*", "localhost", "unix:/run/a", "{{ port }}", "%s", "80x", "💣", "[::]"]
        {
            assert_eq!(listener(text), "none", "{text:?}");
        }
    }

    #[test]
    fn alternative_services() {
        let alternatives = |text: &str| -> Vec<_> {
            let describe = |port: PortUse| {
                format!("{} {:?}", describe(text, Some(port.clone())), port.protocol.transport())
            };
            alternatives(text, all(text)).map(describe).collect()
        };
        assert_eq!(alternatives(r#"h3=":443"; ma=86400"#), ["||443 Some(Udp)"]);
        assert_eq!(
            alternatives(r#"h3-29=\":443\"; ma=60,h2="a:81""#),
            ["||443 Some(Udp)", "|a|81 Some(Tcp)"]
        );
        assert_eq!(alternatives(r#"quic=":443"; v="46,43""#), ["||443 Some(Udp)"]);
        for text in ["", "clear", ",", "h3=", "h3=\"", "=:💣"] {
            assert_eq!(alternatives(text), [""; 0], "{text:?}");
        }
    }
}
