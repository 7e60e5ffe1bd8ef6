//! nginx configuration: blocks, and the ports that their directives name.
//!
//! A file may be whole or a fragment that another file includes, and it may be a template of one.

use smol_str::SmolStr;

use crate::languages::addresses::names_port;
use crate::languages::{self, Breakage, Module, Scan, Scope, ScopeKind, Section, whole_lines};
use crate::port::{PortUse, Transport};
use crate::text::Span;

use self::bytes::blank_end;
use self::directive::Directive;
use self::statement::{End, Statements};
use self::trail::Trail;

mod bytes;
mod directive;
mod endpoint;
mod lua;
mod names;
mod recognition;
mod resume;
mod socket;
mod statement;
mod template;
mod trail;

pub use self::recognition::{Evidence, evidence, is_nginx};
pub use self::resume::{Before, scan_after};

/// The ports and the `server` and `upstream` blocks of a file.
pub fn scan(text: &str) -> Scan {
    let (mut statements, mut reading) = (Statements::new(text), Reading::new(text));
    while reading.step(&mut statements) {}
    reading.end(&statements);
    reading.scan.sort();
    reading.scan
}

/// A file that is being read.
struct Reading<'t> {
    text: &'t str,
    /// Where the statement ends that is being read.
    at: usize,
    /// The blocks that are open, the innermost last.
    blocks: Vec<Block>,
    scan: Scan,
    trail: Trail,
}

/// An open block, and what it knows of the blocks around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    /// Its number among all blocks of the file.
    number: usize,
    body: Body,
    /// The module whose block it stands in.
    module: Module,
    /// The innermost `server` or `upstream`: an index into `Scan::scopes`.
    scope: Option<usize>,
    /// The part of the configuration: an index into `Scan::sections`.
    section: usize,
    /// The transport of what it passes on to other servers.
    transport: Transport,
    /// The word that opens it.
    opener: Span,
}

impl Block {
    /// What surrounds a file, for all that the file shows.
    const OUTERMOST: Self = Self {
        number: 0,
        body: Body::Directives,
        module: Module::Unknown,
        scope: None,
        section: 0,
        transport: Transport::Tcp,
        opener: Span::new(0, 0),
    };
}

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    /// Directives.
    Directives,
    /// The directives that a `server` block itself holds.
    Server,
    /// Pairs of a key and a value.
    Pairs,
    /// Pairs whose value is a port, going by the name of the variable that they set.
    Ports,
}

impl<'t> Reading<'t> {
    /// Nothing of `text` has been read.
    fn new(text: &'t str) -> Self {
        let mut reading =
            Reading { text, at: 0, blocks: Vec::new(), scan: Scan::default(), trail: Trail::default() };
        reading.push_section(Module::Unknown);
        reading
    }

    /// Reads the next statement, if there is one.
    fn step(&mut self, statements: &mut Statements<'_>) -> bool {
        let skipped = statements.skipped();
        let Some(end) = statements.read() else { return false };
        self.at = statements.end();
        if skipped < statements.skipped() {
            let section = self.innermost().section;
            self.scan.sections[section].is_templated = true;
            self.trail.template(section, self.at);
        }
        match end {
            End::Open => self.open(statements.words()),
            End::Close => self.close(self.at),
            End::Semicolon => {
                self.directive(statements.words(), self.at, whole_lines);
                // What follows on the line is asked for too, and whether a `\n` follows a `\r`.
                statements.see(blank_end(self.text.as_bytes(), self.at) + 2);
            }
            End::Missing => {
                self.miss_semicolon(statements.words());
                self.directive(statements.words(), self.at, |_, _| None);
            }
        }
        true
    }

    /// Ends what is open at the end of the file.
    fn end(&mut self, statements: &Statements<'_>) {
        for block in self.blocks.clone() {
            self.extend(block, self.text.trim_end().len());
        }
        let quotes = statements.unclosed_quotes();
        if self.scan.breakages.is_empty() && quotes.is_empty() && self.blocks.is_empty() {
            return;
        }
        if statements.lua_is_broken() || languages::is_template(self.text) {
            self.scan.breakages.clear();
        } else {
            self.miss_ends(quotes);
        }
    }

    fn open(&mut self, words: &[Span]) {
        let name = words.first().copied().unwrap_or_default();
        let mut block = Block { body: Body::Directives, opener: name, ..self.innermost() };
        match name.of(self.text) {
            "http" => self.enter(Module::Http, &mut block),
            "stream" => self.enter(Module::Stream, &mut block),
            "mail" => self.enter(Module::Mail, &mut block),
            "server" => {
                let kind = ScopeKind::Server(block.module);
                block = Block { body: Body::Server, transport: Transport::Tcp, ..block };
                block.scope = Some(self.push_scope(Scope {
                    kind,
                    name: SmolStr::default(),
                    span: name,
                    extent: name,
                    section: block.section,
                    user: None,
                }));
            }
            "upstream" => {
                let span = words.get(1).copied().unwrap_or(name);
                let upstream = words.get(1).copied().unwrap_or_default().of(self.text).into();
                block.scope = Some(self.push_scope(Scope {
                    kind: ScopeKind::Upstream,
                    name: upstream,
                    span,
                    extent: Span::new(name.start, span.end),
                    section: block.section,
                    user: None,
                }));
            }
            "map" | "geo" | "split_clients" => block.body = self.pairs(words.last()),
            "types" | "charset_map" => block.body = Body::Pairs,
            directive => self.prove(directive),
        }
        self.push_block(block);
    }

    /// Makes `block` the block of `module`.
    fn enter(&mut self, module: Module, block: &mut Block) {
        block.module = module;
        block.section = self.push_section(module);
    }

    /// Closes a block with the `}` that ends at byte `end`. A surplus one closes nothing.
    fn close(&mut self, end: usize) {
        match self.blocks.pop() {
            Some(block) => self.extend(block, end),
            None => self.break_at(Span::new(end - 1, end), "this `}` closes nothing"),
        }
    }

    /// Lets the server or upstream that `block` is, if it is one, go on to byte `end`.
    fn extend(&mut self, block: Block, end: usize) {
        let Some(scope) = block.scope else { return };
        let extent = &mut self.scan.scopes[scope].extent;
        // The blocks within it have its scope too.
        if extent.start == block.opener.start {
            extent.end = end.max(extent.end);
        }
    }

    /// Takes note of a statement that ends without its semicolon, unless a placeholder may bring it along.
    fn miss_semicolon(&mut self, words: &[Span]) {
        let is_placeholder = |word: &Span| word.of(self.text).starts_with(['$', '@', '%', '<', '[', '_']);
        let [.., last] = words else { return };
        if !words.iter().any(is_placeholder) {
            let name = words.first().copied().unwrap_or_default().of(self.text);
            self.break_at(*last, &format!("`{name}` ends without a semicolon"));
        }
    }

    /// Takes note of the blocks that are still open, and of `quotes` that are.
    fn miss_ends(&mut self, quotes: &[Span]) {
        for &quote in quotes {
            self.break_at(quote, "this quote is never closed");
        }
        if let Some(block) = self.blocks.last() {
            let opener = block.opener;
            self.break_at(opener, &format!("the block of `{}` is never closed", opener.of(self.text)));
        }
    }

    fn break_at(&mut self, span: Span, message: &str) {
        self.scan.breakages.push(Breakage { span, message: message.to_owned() });
    }

    /// Reads a directive that goes on to byte `end`; `removal` tells what to take out of the text so that it is gone.
    fn directive(&mut self, words: &[Span], end: usize, removal: fn(&str, Span) -> Option<Span>) {
        let [name, arguments @ ..] = words else { return };
        let bytes = self.text.as_bytes();
        let takes_lines =
            |word: &&Span| memchr::memchr2(b'\n', b'\r', &bytes[word.start..word.end]).is_some();
        if let Some(last) = arguments.iter().rfind(takes_lines) {
            self.scan.stretches.push(Span::new(name.start, last.end));
        }
        let first_port = self.scan.uses.len();
        let Block { body, module, scope, section, transport, .. } = self.innermost();
        let text = self.text;
        let directive = Directive { text, name: name.of(text), arguments, scope, transport };
        match body {
            Body::Directives => directive.push_ports(&mut self.scan),
            Body::Server => {
                self.prove(directive.name);
                self.name_server(directive.name, arguments);
                self.hand_on_transport(&directive);
                directive.push_ports(&mut self.scan);
            }
            Body::Pairs => return directive.push_value(&mut self.scan),
            Body::Ports => return directive.push_port_value(&mut self.scan),
        }
        if directive.is_kept() {
            let first = arguments.first().copied().unwrap_or_default();
            let is_its_port = |port: &PortUse| first.start <= port.span.start && port.span.end <= first.end;
            let port = self.scan.uses.get(first_port).filter(|port| is_its_port(port)).map(|_| first_port);
            let span = Span::new(name.start, end);
            self.scan.directives.push(languages::Directive {
                name: *name,
                arguments: arguments.into(),
                span,
                removal: removal(text, span),
                listener: directive.listener(module),
                target: directive.target(),
                port,
                scope,
                section,
            });
        }
    }

    fn innermost(&self) -> Block {
        self.blocks.last().copied().unwrap_or(Block::OUTERMOST)
    }

    fn push_scope(&mut self, scope: Scope) -> usize {
        self.scan.scopes.push(scope);
        self.trail.push_scope();
        self.scan.scopes.len() - 1
    }

    fn push_section(&mut self, module: Module) -> usize {
        self.scan.sections.push(Section { module, is_templated: false });
        self.trail.push_section();
        self.scan.sections.len() - 1
    }

    fn push_block(&mut self, block: Block) {
        let around = self.blocks.last().map(|block| block.number);
        let number = self.trail.push_block(block, around, self.blocks.len());
        self.blocks.push(Block { number, ..block });
    }

    /// The body of a block of pairs that set `variable`.
    fn pairs(&self, variable: Option<&Span>) -> Body {
        let variable = variable.copied().unwrap_or_default().of(self.text);
        if names_port(variable.trim_start_matches('$')) { Body::Ports } else { Body::Pairs }
    }

    /// The server takes the first of its names.
    fn name_server(&mut self, directive: &str, arguments: &[Span]) {
        let (Some(scope), Some(name), "server_name") = (self.innermost().scope, arguments.first(), directive)
        else {
            return;
        };
        let (known, name) = (&mut self.scan.scopes[scope].name, name.of(self.text));
        if known.is_empty() && !name.is_empty() {
            *known = name.into();
            self.trail.name(scope, self.at);
        }
    }

    /// The server around takes the module that `directive`, which stands right in it, belongs to, if nothing says more.
    fn prove(&mut self, directive: &str) {
        let Block { body: Body::Server, scope: Some(scope), .. } = self.innermost() else { return };
        let ScopeKind::Server(module @ Module::Unknown) = &mut self.scan.scopes[scope].kind else { return };
        *module = names::module_within_server(directive);
        if *module != Module::Unknown {
            self.trail.prove(scope, self.at);
        }
    }

    /// A server that listens on UDP passes on what it gets the same way.
    fn hand_on_transport(&mut self, directive: &Directive) {
        let Some(block) = self.blocks.last_mut() else { return };
        if directive.name == "listen" && directive.written("udp").is_some() {
            block.transport = Transport::Udp;
            self.trail.turn(block.number, self.at);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::port::{Protocol, Role};

    /// The ports of `text` as `kind scheme|address|number`, a written transport behind `/`, an implied one behind `~`.
    fn ports(text: &str) -> Vec<String> {
        let describe = |port: &PortUse| {
            let protocol = match port.protocol {
                Protocol::Written(transport, span) => format!("/{transport}@{}", span.of(text)),
                Protocol::Implied(transport) => format!("~{transport}"),
                Protocol::Unrecognized(_) | Protocol::Unknown => String::new(),
            };
            let (scheme, address) = (port.scheme.as_deref(), port.address.as_deref());
            let place = format!("{}|{}", scheme.unwrap_or_default(), address.unwrap_or_default());
            format!("{} {place}|{}{protocol}", port.role.kind(), port.span.of(text))
        };
        scan(text).uses.iter().map(describe).collect()
    }

    fn assert_none(texts: &[&str]) {
        for text in texts {
            assert_eq!(ports(text), [""; 0], "{text:?}");
        }
    }

    #[test]
    fn where_it_breaks() {
        let breakages = |text: &str| {
            let found = scan(text).breakages.into_iter();
            found.map(|it| format!("{}: {}", it.span.of(text), it.message)).collect::<Vec<_>>()
        };
        for (text, expected) in [
            ("# 💣\r\nserver {\r\n  listen 80\r\n}\r\n", "80: `listen` ends without a semicolon"),
            ("listen 80\nserver_name a;", "80: `listen` ends without a semicolon"),
            ("server { location / {} }\n}\nlisten 80;", "}: this `}` closes nothing"),
            ("http { server { location / {} }", "http: the block of `http` is never closed"),
            ("server_name \"a;\nlisten 81;", "\"a: this quote is never closed"),
        ] {
            assert_eq!(breakages(text), [expected], "{text:?}");
        }
        for text in [
            "",
            "server {\n  ${TLS_SETTINGS}\n  listen 80;\n}",
            "server {\n  @TLS_SETTINGS@\n  listen 80;\n}",
            "{% if a %}server {{% endif %}\nlisten 80;",
            "<% if a %>\nserver {\n",
            "server_name a\n  b\n  c;",
            "content_by_lua_block { if x then \nlisten 80;",
        ] {
            assert_eq!(breakages(text), [""; 0], "{text:?}");
        }
    }

    #[test]
    fn a_block_goes_on_to_its_brace() {
        let extents = |text: &str| {
            let scan = scan(text);
            scan.scopes.iter().map(|scope| scope.extent.of(text).to_owned()).collect::<Vec<_>>()
        };
        let [upstream, server] =
            ["upstream u { server a:80; }", "server { # 💣\r\n location / { } listen 80; }"];
        assert_eq!(extents(&format!("http {{ {upstream} {server} }}")), [upstream, server]);
        assert_eq!(extents("server { location / {\n listen 80;\n"), ["server { location / {\n listen 80;"]);
        assert_eq!(extents("server {} }"), ["server {}"]);
    }

    #[test]
    fn listen() {
        assert_eq!(ports("listen 80;"), ["listen ||80~tcp"]);
        assert_eq!(ports("# 💣\r\nlisten\t'[::]:443' ssl;"), ["listen |[::]|443~tcp"]);
        assert_eq!(ports("listen 443 quic reuseport;"), ["listen ||443/udp@quic"]);
        assert_eq!(ports("rtmp { server { listen *:1935; } }"), ["listen |*|1935~tcp"]);
        assert_eq!(ports("stream { server { listen 5000-5010 udp; } }"), ["listen ||5000-5010/udp@udp"]);
        assert_eq!(ports("listen 70000; listen 0; listen 90-80;").len(), 3);
        assert_none(&[
            "listen;",
            "listen 127.0.0.1;",
            "listen *;",
            "listen unix:/run/a;",
            "#listen 80;",
            "listen",
        ]);
    }

    #[test]
    fn a_variable_in_a_ports_place() {
        let text = "listen ${PORT} ssl; server { proxy_pass http://api:$port/; }";
        assert_eq!(ports(text), ["listen ||${PORT}~tcp", "pass http|api|$port~tcp"]);
        let uses = scan(text).uses;
        assert!(uses.iter().all(|port| port.range.is_none()));
        assert_eq!(uses[0].variable.as_ref().map(|variable| variable.name.as_str()), Some("PORT"));
        assert_eq!(ports("listen ${PORT:-8080};"), ["listen ||8080~tcp"]);
        assert_none(&[
            "proxy_pass $backend;",
            "listen {{ port }};",
            "set $a $b:$c;",
            "proxy_set_header Host $host:$port;",
        ]);
    }

    #[test]
    fn servers_and_passes() {
        let upstream =
            "upstream app { server app:3000 weight=5; server [::1]:3001; server unix:/run/a; server b; }";
        assert_eq!(ports(upstream), ["upstream |app|3000~tcp", "upstream |[::1]|3001~tcp"]);
        assert_eq!(ports("proxy_pass https://app:8443/a;"), ["pass https|app|8443~tcp"]);
        assert_eq!(ports("grpc_pass grpc://app:50051;"), ["pass grpc|app|50051~tcp"]);
        for name in ["fastcgi_pass", "uwsgi_pass", "scgi_pass", "memcached_pass", "pass"] {
            assert_eq!(ports(&format!("{name} app:9000;")), ["pass |app|9000~tcp"]);
        }
        assert_eq!(ports("proxy_bind 10.0.0.1:1234 transparent;"), ["bind |10.0.0.1|1234~tcp"]);
        assert_none(&[
            "proxy_pass http://backend;",
            "fastcgi_pass unix:/run/php.sock;",
            "proxy_pass_header a:80;",
        ]);
    }

    #[test]
    fn directives_are_kept_with_their_words() {
        let text = "listen 1; http { upstream u { server a; } server { listen '*:80' ssl; include x; \
                    location / { proxy_pass http://u:81/; add_header X b:1; add_header Alt-Svc 'h3=\":82\"'; } } }";
        let scan = scan(text);
        let describe = |directive: &languages::Directive| {
            let words: Vec<&str> = directive.arguments.iter().map(|word| word.of(text)).collect();
            let port = directive.port.map(|port| scan.uses[port].span.of(text));
            let scope = directive.scope.map(|scope| scan.scopes[scope].name.as_str());
            let end = directive.span.of(text).ends_with(';');
            format!("{} {words:?} {port:?} {scope:?} {} {end}", directive.name.of(text), directive.section)
        };
        let found: Vec<String> = scan.directives.iter().map(describe).collect();
        assert_eq!(
            found,
            [
                r#"listen ["1"] Some("1") None 0 true"#,
                r#"server ["a"] None Some("u") 1 true"#,
                r#"listen ["*:80", "ssl"] Some("80") Some("") 1 true"#,
                r#"include ["x"] None Some("") 1 true"#,
                r#"proxy_pass ["http://u:81/"] Some("81") Some("") 1 true"#,
                r#"add_header ["Alt-Svc", "h3=\":82\""] None Some("") 1 true"#,
            ]
        );
        assert_eq!(
            scan.sections.iter().map(|it| it.module).collect::<Vec<_>>(),
            [Module::Unknown, Module::Http]
        );
    }

    #[test]
    fn a_server_passes_on_what_it_listens_to() {
        let text = "server { listen 53 udp; proxy_pass dns:53; } server { listen 53; proxy_pass dns:53; }";
        let expected = ["listen ||53/udp@udp", "pass |dns|53~udp", "listen ||53~tcp", "pass |dns|53~tcp"];
        assert_eq!(ports(text), expected);
        assert_eq!(
            ports("server { listen 443 quic; location / { proxy_pass http://a:80; } }")[1],
            "pass http|a|80~tcp"
        );
    }

    #[test]
    fn a_word_of_several_lines_is_a_stretch() {
        let text = "return 301\n  'https://$host:8443/\n  a' b;\nlisten\n  80;\nset $a \"b\n\";";
        let stretches: Vec<_> = scan(text).stretches.iter().map(|span| span.of(text).to_owned()).collect();
        assert_eq!(stretches, ["return 301\n  'https://$host:8443/\n  a", "set $a \"b\n"]);
    }

    #[test]
    fn resolvers_logs_and_checks() {
        let resolver = "resolver 8.8.8.8:53 [::1]:5353 1.1.1.1 valid=30s ipv6=off;";
        assert_eq!(ports(resolver), ["resolver |8.8.8.8|53~udp", "resolver |[::1]|5353~udp"]);
        let log =
            "access_log syslog:server=log.local:514,tag=a combined; error_log syslog:server=[::1]:515 warn;";
        assert_eq!(ports(log), ["syslog |log.local|514~udp", "syslog |[::1]|515~udp"]);
        assert_eq!(ports("health_check interval=5 port=8080;"), ["health_check ||8080~tcp"]);
        assert_eq!(ports("health_check udp port=53;"), ["health_check ||53/udp@udp"]);
    }

    #[test]
    fn ports_in_the_text_of_directives() {
        for (text, expected) in [
            ("return 301 https://$host:8443$request_uri;", "directive https|$host|8443~tcp"),
            ("return 301 $scheme://$host:8443/;", "directive |$host|8443"),
            ("rewrite ^/a$ http://b:8080/ last;", "directive http|b|8080~tcp"),
            ("error_page 404 =301 http://b:8080/;", "directive http|b|8080~tcp"),
            ("proxy_redirect http://b:8080/ /;", "directive http|b|8080~tcp"),
            ("auth_http 127.0.0.1:9001/auth;", "directive |127.0.0.1|9001"),
            ("ssl_stapling_responder http://ocsp:8888/;", "directive http|ocsp|8888~tcp"),
            ("add_header Alt-Svc 'h3=\":443\"; ma=86400';", "directive ||443~udp"),
            (
                "add_header Content-Security-Policy \"connect-src 'self' ws://*:3000\";",
                "directive ws|*|3000~tcp",
            ),
            ("set $backend app:3000;", "directive |app|3000"),
            ("set $backend_port 3000;", "directive ||3000"),
            ("proxy_set_header Host $host:8080;", "directive |$host|8080"),
            ("proxy_set_header X-Forwarded-Port 443;", "directive ||443"),
            ("fastcgi_param SERVER_PORT 80;", "directive ||80"),
            ("map $host $to { default app:3000; }", "directive |app|3000"),
            ("map $scheme $forwarded_port { default \"8080\"; }", "directive ||8080"),
            ("server_name example.com:8080;", "directive |example.com|8080"),
            ("exec ffmpeg -b:v 128k rtmp://a:1935/x;", "directive rtmp|a|1935~tcp"),
        ] {
            assert_eq!(ports(text), [expected], "{text:?}");
        }
    }

    #[test]
    fn what_only_looks_like_a_port() {
        assert_none(&[
            "worker_connections 1024; keepalive 32; client_max_body_size 80m;",
            "ssl_session_cache shared:SSL:10m; ssl_session_cache builtin:1000;",
            "allow 10.0.0.0/8; deny 2001:db8::/32; limit_req zone=a:80 burst=5;",
            "location ~ ^/(?:80|81){2,3}:80$ { root /a:80; }",
            "rewrite ^(.*)-([0-9]+):80$ $1/x?id=$2:$3;",
            "types { text/html html; } geo $a { 10.0.0.1:80 1; }",
            "return 200 'at 12:30:45'; expires @15h30m; set_real_ip_from ::1:80;",
            "content_by_lua_block { ngx.say(\"listen 80; proxy_pass http://a:80;\") }",
            "perl_set $a 'sub { return \"http://a:80\"; }';",
            "server_name ~^a:80$;",
        ]);
    }

    #[test]
    fn scopes_are_named_and_know_their_module() {
        let text = "http { upstream app { server a:1; } server { server_name x.org y.org; listen 80; } }
            stream { server { listen 81; } }
            server { listen 82; location / { proxy_pass http://a:83; } }
            server { listen 84; }";
        let found = scan(text);
        let names: Vec<_> =
            found.scopes.iter().map(|scope| (scope.kind, scope.name.as_str(), scope.span.of(text))).collect();
        assert_eq!(
            names,
            [
                (ScopeKind::Upstream, "app", "app"),
                (ScopeKind::Server(Module::Http), "x.org", "server"),
                (ScopeKind::Server(Module::Stream), "", "server"),
                (ScopeKind::Server(Module::Http), "", "server"),
                (ScopeKind::Server(Module::Unknown), "", "server"),
            ]
        );
        let scopes: Vec<_> = found.uses.iter().map(|port| (port.span.of(text), port.scope)).collect();
        let expected = [("1", 0), ("80", 1), ("81", 2), ("82", 3), ("83", 3), ("84", 4)];
        assert_eq!(scopes, expected.map(|(port, scope)| (port, Some(scope))));
    }

    #[test]
    fn directives_that_send_a_browser_to_an_address_are_kept() {
        let text =
            "return 301 http://a:80/; return 404; rewrite ^/a$ /b; rewrite ^ http://a:81; error_page 404 /b;";
        let found = scan(text);
        let kept: Vec<_> = found.directives.iter().map(|directive| directive.span.of(text)).collect();
        assert_eq!(kept, ["return 301 http://a:80/;", "rewrite ^ http://a:81;"]);
    }

    #[test]
    fn a_directive_tells_what_it_listens_on_and_connects_to() {
        let text = "http {\n  server {\n    listen 443 quic;\n    listen $port\n    include a; } upstream b { server c:1; }\n}
            stream { {{ more }} ${MORE}; server { listen 127.0.0.1; proxy_pass b; } }";
        let found = scan(text);
        let describe = |directive: &languages::Directive| {
            let socket =
                directive.listener.as_ref().map(|it| format!("{:?} {} {}", it.host, it.ports, it.transport));
            let target = directive.target.map(|it| it.host.of(text));
            let removal = directive.removal.map(|it| it.of(text));
            format!("{} {socket:?} {target:?} {removal:?}", directive.name.of(text))
        };
        let directives: Vec<_> = found.directives.iter().map(describe).collect();
        assert_eq!(
            directives,
            [
                r#"listen Some("Ip(0.0.0.0) 443 udp") None Some("    listen 443 quic;\n")"#,
                "listen None None None",
                "include None None None",
                r#"server None Some("c") None"#,
                "${MORE} None None None",
                r#"listen Some("Ip(127.0.0.1) 0 tcp") None None"#,
                r#"proxy_pass None Some("b") None"#,
            ]
        );
        let templated: Vec<_> = found.sections.iter().map(|section| section.is_templated).collect();
        assert_eq!(templated, [false, false, true]);
    }

    #[test]
    fn what_is_broken_hides_nothing_around_it() {
        let whole = ["listen ||80~tcp", "pass http|a|81~tcp", "listen ||82~tcp"];
        for text in [
            "server { listen 80; } } } proxy_pass http://a:81; listen 82;",
            "http { server { listen 80; location / { proxy_pass http://a:81; server { listen 82;",
            "listen 80\nproxy_pass http://a:81\nlisten 82",
            "listen 80;\nproxy_pass \"http://a:81;\nlisten 82;\nreturn 200 \"a\";",
            "listen 80;\nlocation ~ \"^/a{2} {\n  proxy_pass http://a:81;\n}\nlisten 82;",
            "listen 80;\n{{range .}}{{end}} proxy_pass http://a:81; listen 82;",
            "listen 80; ${MORE}\nproxy_pass http://a:81; {% raw }\nlisten 82;",
            "listen 80;\rproxy_\rproxy_pass http://a:81;\rlis\rlisten 82;",
        ] {
            assert_eq!(ports(text), whole, "{text:?}");
        }
    }

    /// A piece of configuration, or of what is none.
    fn piece() -> impl Strategy<Value = String> {
        let pieces: Vec<&str> = "listen|server|upstream|map|types|http|location|proxy_pass|return|add_header|Alt-Svc|\
            resolver|access_log|syslog:server=|content_by_lua_block|set|server_name| |\t|\n|\r\n|\r|;|{|}|{{|}}|{%|%}|{#|\
            <%|%>|\"|'|\\|#|$|${|$a|:|-|--|[|]|[[|]]|=|80|80-90|70000|http://|//|a|é|💣|,|quic|~|*"
            .split('|')
            .collect();
        prop_oneof![9 => proptest::sample::select(pieces).prop_map(str::to_owned), 1 => any::<String>()]
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_every_span_lies_in_it(pieces in prop::collection::vec(piece(), 0..60)) {
            let text = pieces.concat();
            let found = scan(&text);
            for port in &found.uses {
                prop_assert!(text.get(port.span.start..port.span.end).is_some_and(|span| !span.is_empty()));
                prop_assert!(port.scope.is_none_or(|scope| scope < found.scopes.len()));
                prop_assert_eq!(port.range.is_none(), port.span.of(&text).starts_with('$'));
            }
            prop_assert!(found.scopes.iter().all(|scope| text.get(scope.span.start..scope.span.end).is_some()));
            prop_assert!(found.uses.is_sorted_by_key(|port| port.span));
            prop_assert!(found.uses.iter().all(|port| port.role != Role::Expose));
            is_nginx(&text);
        }
    }

    #[test]
    fn a_megabyte_of_one_thing_is_read() {
        for piece in [
            "{",
            "}",
            "\"",
            "'a;\n",
            "\\\"",
            "\"a;\nlisten 80;\n",
            "{{",
            "{{ ",
            "{% a",
            "${",
            "${a:-",
            "a{1",
            "[",
            ":",
            "$",
            "a_by_lua_block {\n",
            "a_by_lua_block { [[",
            "a_by_lua_block { [=",
            "server{listen 80;",
            "return http://a:80",
            "add_header Alt-Svc ,h3=:80",
            "listen ",
            "<%",
            "{#",
            "# \r",
            "listen 80 {",
            "set $a :1:",
            "]:80",
            "@:80",
            ",port=80,a:80",
        ] {
            let text = piece.repeat(1_000_000 / piece.len());
            scan(&text);
            scan(&format!("set $a {text}"));
            is_nginx(&text);
        }
    }
}
