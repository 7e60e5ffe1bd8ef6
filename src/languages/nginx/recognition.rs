//! Whether a text is nginx's at all: many programs name their configuration `*.conf`.

use crate::languages::nginx::names;
use crate::languages::nginx::statement::{End, Statements};

/// Whether `text` is nginx configuration, as far as its first statements show.
pub fn is_nginx(text: &str) -> bool {
    evidence(text) == Evidence::For
}

/// What a text shows of being nginx configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Most of its statements are nginx's.
    For,
    /// It is written in another language, or nothing in it is nginx's.
    Against,
    /// Neither: it is empty, or little of it is known.
    Lacking,
}

/// How many statements are looked at.
const ENOUGH: usize = 200;

/// Weighs the first statements of `text`.
pub fn evidence(text: &str) -> Evidence {
    let mut statements = Statements::new(text);
    let (mut known, mut read) = (0, 0);
    // How deep the blocks are nested inside of a block of pairs, whose keys may be anything.
    let mut depth_in_pairs = 0_usize;
    while let Some(end) = statements.read() {
        let mut words = statements.words().iter().map(|word| word.of(text));
        let (name, first) = (words.next().unwrap_or_default(), words.next());
        match end {
            End::Close => {
                depth_in_pairs = depth_in_pairs.saturating_sub(1);
                continue;
            }
            _ if depth_in_pairs > 0 => {
                depth_in_pairs += usize::from(end == End::Open);
                continue;
            }
            End::Open if is_block_of_pairs(name) => depth_in_pairs = 1,
            _ => {}
        }
        let is_known = names::is_directive(name);
        if !is_known && starts_another_language(name, first) {
            return Evidence::Against;
        }
        read += 1;
        known += usize::from(is_known && end != End::Missing);
        if read == ENOUGH {
            break;
        }
    }
    match (known, read) {
        (_, 0) => Evidence::Lacking,
        (0, _) => Evidence::Against,
        _ if known * 2 > read => Evidence::For,
        _ => Evidence::Lacking,
    }
}

fn is_block_of_pairs(name: &str) -> bool {
    matches!(name, "map" | "geo" | "split_clients" | "types" | "charset_map")
}

/// Whether a statement of these words is a section of an INI file, an element of Apache's or XML, or an assignment.
fn starts_another_language(name: &str, first: Option<&str>) -> bool {
    name.starts_with('[')
        || name.starts_with('<')
        || matches!(first, Some("=" | "+=" | ":" | "=>"))
        || name.len() > 1 && name.ends_with(['=', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nginx_whole_and_in_fragments() {
        for text in [
            "user nginx;\nevents { worker_connections 1024; }\nhttp { include mime.types; }",
            "server {\n  listen 80\n  server_name a;\n}",
            "location = /50x.html { root /usr/share/nginx/html; }",
            "upstream app { server app:3000; keepalive 8; }\nlocation / { proxy_pass http://app; }",
            "fastcgi_param SERVER_PORT $server_port;",
            "types { text/html html; a b; c d; e f; }",
            "map $uri $new { hostnames; /a /b; /c /d; { } }",
            "{% if tls %}\nssl_protocols TLSv1.3;\n{% endif %}",
            "add_header X-Frame-Options DENY;",
        ] {
            assert!(is_nginx(text), "{text:?}");
        }
    }

    #[test]
    fn what_else_is_called_conf() {
        for text in [
            "<VirtualHost *:80>\n  ServerName a\n  ProxyPass / http://a:80/\n</VirtualHost>",
            "Listen 80\nServerName a\n",
            "[supervisord]\nnodaemon=true ; foreground\n[program:x]\ncommand=/bin/x",
            "global\n  daemon\nlisten stats\n  bind :8404\n  server a 10.0.0.1:80 check\n",
            "zone \"example.com\" { type master; file \"db\"; };\noptions { listen-on port 53 { any; }; };",
            "subnet 10.0.0.0 netmask 255.0.0.0 { range 10.0.0.1 10.0.0.9; option routers 10.0.0.1; }",
            "akka {\n  http.server { port = 8080 }\n}",
            "server {\n  port = 8080\n  host: a\n}",
            "/var/log/nginx/*.log {\n  daily\n  rotate 7\n}",
            "bind 127.0.0.1\nport 6379\nuser default on\n",
            "reject = 15;\nadd_header = 6;",
            "💣",
            "{{{{",
            "}",
            "\"",
        ] {
            assert!(!is_nginx(text), "{text:?}");
        }
    }

    #[test]
    fn nothing_speaks_neither_way() {
        for text in ["", "# a comment\n", " \r\n;;"] {
            assert_eq!(evidence(text), Evidence::Lacking, "{text:?}");
        }
    }
}
