//! What nginx listens on and connects to, told apart the way nginx does it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::languages::{ListenHost, Listener, Module, Target};
use crate::port::{PortRange, Transport};
use crate::text::Span;

/// The socket of the `listen` whose first argument is `word`, in a server of `module`.
///
/// `None` where a variable or placeholder leaves it open, and where nginx would refuse the port.
pub fn listener(word: &str, module: Module, transport: Transport) -> Option<Listener> {
    if let Some(path) = word.strip_prefix("unix:") {
        let host = ListenHost::Path(literal(path)?.to_owned());
        return Some(Listener { host, ports: PortRange::single(0), transport });
    }
    let default = match module {
        Module::Http | Module::Unknown => 80,
        Module::Stream | Module::Mail => 0,
    };
    let (host, ports) = match PortRange::parse(word) {
        Some(ports) => ("*", Some(ports)),
        None => match word.rfind(':').filter(|&colon| !word[colon..].contains(']')) {
            Some(colon) => (&word[..colon], Some(PortRange::parse(&word[colon + 1..])?)),
            None => (word, None),
        },
    };
    if ports.is_some_and(|ports| ports.first == 0 || ports.last > 65535 || ports.is_empty()) {
        return None;
    }
    let ports = ports.unwrap_or(PortRange::single(default));
    Some(Listener { host: listen_host(host)?, ports, transport })
}

fn listen_host(host: &str) -> Option<ListenHost> {
    if host == "*" {
        return Some(ListenHost::Ip(Ipv4Addr::UNSPECIFIED.into()));
    }
    if host.eq_ignore_ascii_case("localhost") {
        return Some(ListenHost::Ip(Ipv4Addr::LOCALHOST.into()));
    }
    if host.starts_with('[') {
        return Some(ListenHost::Ip(bracketed(host)?.into()));
    }
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return Some(ListenHost::Ip(IpAddr::V4(address)));
    }
    let is_name = !host.is_empty() && host.bytes().all(is_name_byte);
    is_name.then(|| ListenHost::Name(host.to_ascii_lowercase()))
}

/// The host in the address or URL at `word`.
///
/// `None` for a socket of the file system, and where a variable or placeholder leaves the host open.
pub fn target(text: &str, word: Span) -> Option<Target> {
    let written = word.of(text);
    let (scheme, rest) = written.split_once("://").unwrap_or(("", written));
    let start = word.end - rest.len();
    let width = match rest.strip_prefix('[') {
        Some(inside) => inside.find(']')? + "[]".len(),
        None => rest.bytes().take_while(|&byte| is_name_byte(byte)).count(),
    };
    let (host, behind) = rest.split_at(width);
    let is_host = if host.starts_with('[') { bracketed(host).is_some() } else { !host.is_empty() };
    let is_whole = matches!(behind.bytes().next(), None | Some(b':' | b'/' | b'?'));
    let is_path = host == "unix" && behind.starts_with(':');
    (is_host && is_whole && !is_path && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| {
        Target {
            scheme: Span::new(word.start, word.start + scheme.len()),
            host: Span::new(start, start + width),
            has_port: behind.starts_with(':'),
        }
    })
}

fn bracketed(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

/// `text`, if nothing in it stands for something else.
fn literal(text: &str) -> Option<&str> {
    (!text.is_empty() && !text.contains(['$', '{', '<', '%', '@'])).then_some(text)
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http(word: &str) -> Option<String> {
        let found = listener(word, Module::Http, Transport::Tcp)?;
        Some(match found.host {
            ListenHost::Ip(address) => format!("{address}|{}", found.ports),
            ListenHost::Name(name) => format!("name {name}|{}", found.ports),
            ListenHost::Path(path) => format!("path {path}|{}", found.ports),
        })
    }

    #[test]
    fn one_socket_is_written_in_many_ways() {
        for (word, expected) in [
            ("8080", "0.0.0.0|8080"),
            ("08080", "0.0.0.0|8080"),
            ("*:8080", "0.0.0.0|8080"),
            ("0.0.0.0:8080", "0.0.0.0|8080"),
            ("*", "0.0.0.0|80"),
            ("127.0.0.1", "127.0.0.1|80"),
            ("localhost:81", "127.0.0.1|81"),
            ("[::]:80", "::|80"),
            ("[0:0::0]", "::|80"),
            ("8000-8010", "0.0.0.0|8000-8010"),
            ("[::1]:8000-8010", "::1|8000-8010"),
            ("Example.org:80", "name example.org|80"),
            ("unix:/run/a.sock", "path /run/a.sock|0"),
        ] {
            assert_eq!(http(word).as_deref(), Some(expected), "{word:?}");
        }
        for word in [
            "0", "70000", "90-80", "*:0", "$port", "${A}:80", "a:$p", "[::", "[x]:80", ":80", "a:",
            "unix:$a", "",
        ] {
            assert_eq!(http(word), None, "{word:?}");
        }
        let stream = listener("127.0.0.1", Module::Stream, Transport::Udp).unwrap();
        assert_eq!(stream.ports, PortRange::single(0));
    }

    #[test]
    fn hosts_of_addresses_and_urls() {
        let describe = |text: &str| {
            let found = target(text, Span::new(0, text.len()))?;
            Some(format!("{}|{}|{}", found.scheme.of(text), found.host.of(text), found.has_port))
        };
        for (text, expected) in [
            ("app", "|app|false"),
            ("app:3000", "|app|true"),
            ("app:$port", "|app|true"),
            ("https://app/$uri", "https|app|false"),
            ("http://app:80/", "http|app|true"),
            ("[::1]", "|[::1]|false"),
            ("[::1]:80", "|[::1]|true"),
            ("http://app?a", "http|app|false"),
        ] {
            assert_eq!(describe(text).as_deref(), Some(expected), "{text:?}");
        }
        for text in [
            "",
            "$app",
            "app$port",
            "http://$host",
            "{{ app }}",
            "a{{ b }}",
            "unix:/run/a",
            "http://unix:/a",
            "[",
            "[x]",
        ] {
            assert_eq!(describe(text), None, "{text:?}");
        }
    }
}
