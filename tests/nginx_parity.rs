//! Whole configurations, written by the hundred, of which nginx itself and the linter must think the same: what
//! `nginx -t` refuses for its ports has an error, and what it accepts has none.
//!
//! Where nginx is not installed the test is passed over, unless `PORTOLAN_REQUIRE_NGINX` is set. It needs the `stream` and
//! `mail` modules as well.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use portolan::config::Settings;
use portolan::finding::Severity;
use portolan::languages::Language;
use portolan::lint::lint;

/// How many configurations are compared.
const CASES: u64 = 400;

/// What nginx says when it refuses a configuration for its ports.
const REFUSALS: &[&str] = &[
    "invalid port",
    "a duplicate listen",
    "duplicate listen options",
    "a duplicate default server",
    "address and port pair",
    "may not have port",
    "no port in upstream",
];

/// Configurations of which the linter and some nginx think differently: the reason, what the linter says, the text.
const KNOWN_DIFFERENCES: &[(&str, Option<&str>, &str)] = &[
    (
        "before 1.25.5 no two servers of stream may share a socket, later they are told apart by the name in TLS",
        None,
        "stream { server { listen 20001; proxy_pass 127.0.0.1:1; } server { listen 20001; proxy_pass 127.0.0.1:2; } }",
    ),
    (
        "a name without a port may be that of an upstream in the file that is included",
        None,
        "http { include conf.d/*.conf; server { listen 20001; location / { fastcgi_pass php; } } }",
    ),
    (
        "two names may be one address: of names the linter knows localhost alone",
        None,
        "http { server { listen localhost.localdomain:20001; listen 127.0.0.1:20001; } }",
    ),
    (
        "an address with leading zeros is no address to many programs, and to nginx the one without them",
        None,
        "http { server { listen 127.0.0.01:20001; listen 127.0.0.1:20001; } }",
    ),
    (
        "behind a variable nginx finds out at the first request that the port is none",
        Some("out-of-range-port"),
        "http { server { listen 20001; location / { proxy_pass http://127.0.0.1:0/$uri; } } }",
    ),
];

#[test]
fn what_nginx_refuses_is_an_error_and_what_it_accepts_is_none() {
    let Some(nginx) = Nginx::find() else {
        assert!(std::env::var_os("PORTOLAN_REQUIRE_NGINX").is_none(), "nginx with stream and mail is wanted");
        // The test harness shows it where it is asked for with `--nocapture`.
        eprintln!("nginx is not installed, so nothing is compared with it");
        return;
    };
    let mut refused = 0;
    let mut differences = Vec::new();
    for case in 0..CASES {
        let text = nginx.head.clone() + &Writer::new(case).configuration();
        let reason = nginx.refuses(&text);
        refused += u64::from(reason.is_some());
        let errors = errors(&text);
        if reason.is_some() == errors.is_empty() {
            differences.push(format!("case {case}: nginx says {reason:?}, the linter {errors:?} of\n{text}"));
        }
    }
    assert!(differences.is_empty(), "{} of {CASES} differ\n{}", differences.len(), differences.join("\n"));
    assert!(
        (CASES / 4..CASES * 3 / 4).contains(&refused),
        "{refused} of {CASES} are refused, which tests one side"
    );
}

#[test]
fn where_the_linter_knowingly_differs() {
    for (reason, expected, text) in KNOWN_DIFFERENCES {
        let errors = errors(text);
        let rule = errors.first().and_then(|error| error.split(':').next());
        assert_eq!(rule, *expected, "{reason}");
    }
}

/// The errors that the linter finds in `text`.
fn errors(text: &str) -> Vec<String> {
    let findings = lint(text, Language::Nginx, &Settings::default()).into_iter();
    let errors = findings.filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| format!("{}: {}", finding.rule, finding.message)).collect()
}

/// The nginx of this machine.
struct Nginx {
    program: PathBuf,
    /// A folder of the test's own, for all that nginx writes.
    folder: tempfile::TempDir,
    /// What each configuration starts with.
    head: String,
}

impl Nginx {
    /// `None` where it is not installed, or not with the modules.
    fn find() -> Option<Self> {
        // Debian has it where the path of an ordinary user does not lead.
        let programs = ["nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/local/nginx/sbin/nginx"];
        let answers = |program: &&str| Command::new(program).arg("-v").output().is_ok();
        let program = PathBuf::from(programs.into_iter().find(answers)?);
        let folder = tempfile::tempdir().unwrap();
        let mut head = String::new();
        for module in ["stream", "mail"] {
            let folders = ["/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/share/nginx/modules"];
            let file = format!("ngx_{module}_module.so");
            let found = folders.iter().map(|folder| Path::new(folder).join(&file)).find(|path| path.exists());
            if let Some(path) = found {
                writeln!(head, "load_module {};", path.display()).unwrap();
            }
        }
        head += "pid nginx.pid;\nerror_log stderr;\nevents {}\n";
        let nginx = Self { program, folder, head };
        let probe = format!("{}stream {{}}\nmail {{}}\n", nginx.head);
        nginx.answer(&probe).is_ok().then_some(nginx)
    }

    /// Why nginx refuses `text` for its ports.
    fn refuses(&self, text: &str) -> Option<String> {
        let answer = self.answer(text).err()?;
        if REFUSALS.iter().any(|refusal| answer.contains(refusal)) {
            return Some(answer);
        }
        // Whether a socket can be opened is a matter of the machine.
        assert!(
            answer.contains("bind() to") || answer.contains("socket()"),
            "not about ports: {answer}\n{text}"
        );
        None
    }

    /// What `nginx -t` says against `text`.
    fn answer(&self, text: &str) -> Result<(), String> {
        let folder = self.folder.path();
        let file = folder.join("nginx.conf");
        fs::write(&file, text).unwrap();
        let mut command = Command::new(&self.program);
        let output = command.arg("-t").arg("-c").arg(&file).arg("-p").arg(folder).output().unwrap();
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

/// Writes a configuration, the same for the same seed.
struct Writer {
    state: u64,
    text: String,
}

impl Writer {
    const fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_add(1), text: String::new() }
    }

    fn configuration(mut self) -> String {
        match self.below(10) {
            0..5 => self.http(),
            5..7 => self.stream(),
            7 => self.mail(),
            _ => {
                self.http();
                self.stream();
                self.mail();
            }
        }
        self.text
    }

    fn http(&mut self) {
        self.text.push_str("http {\n    access_log off;\n");
        for path in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
            self.line(format_args!("    {path}_temp_path {path};"));
        }
        let has_upstream = self.one_in(2);
        if has_upstream {
            let server =
                self.pick(&["127.0.0.1", "127.0.0.1:8080", "localhost:8080", "[::1]:8080", "unix:app.sock"]);
            let server = if self.one_in(40) { "127.0.0.1:0" } else { server };
            self.line(format_args!("    upstream app {{\n        server {server};\n    }}"));
        }
        for _ in 0..=self.below(3) {
            self.text.push_str("    server {\n");
            for _ in 0..self.below(3) {
                let listen = self.listen(20001);
                let options =
                    self.options(&listen, &["default_server", "default", "http2", "proxy_protocol"]);
                self.line(format_args!("        listen {listen}{options};"));
            }
            if self.one_in(2) {
                let pass = self.http_pass(has_upstream);
                self.line(format_args!("        location / {{\n            {pass};\n        }}"));
            }
            self.text.push_str("    }\n");
        }
        self.text.push_str("}\n");
    }

    fn http_pass(&mut self, has_upstream: bool) -> String {
        let name = self.pick(&["proxy", "grpc", "fastcgi", "uwsgi", "scgi", "memcached"]);
        let host = match self.below(6) {
            0..3 if has_upstream => self.pick(&["app", "APP", "App"]),
            3 => "localhost",
            4 => "[::1]",
            _ => "127.0.0.1",
        };
        let port = self.pick(&["", "", ":8080", ":8080", ":8080", ":80", ":0"]);
        let port = if port == ":0" && !self.one_in(4) { ":8080" } else { port };
        let (scheme, path) = match name {
            "proxy" if port == ":0" => ("http://", ""),
            "proxy" => ("http://", self.pick(&["", "/", "/a/b", "/$uri", "/?a=b"])),
            "grpc" => (self.pick(&["", "grpc://"]), ""),
            "uwsgi" => (self.pick(&["", "uwsgi://"]), ""),
            _ => ("", ""),
        };
        let key = if name == "memcached" { "set $memcached_key $uri; " } else { "" };
        format!("{key}{name}_pass {scheme}{host}{port}{path}")
    }

    fn stream(&mut self) {
        self.text.push_str("stream {\n");
        let has_upstream = self.one_in(2);
        if has_upstream {
            let server = self.pick(&["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "unix:app.sock"]);
            let server =
                if self.one_in(8) { self.pick(&["127.0.0.1", "localhost", "[::1]"]) } else { server };
            self.line(format_args!("    upstream pool {{\n        server {server};\n    }}"));
        }
        for server in 0..=self.below(2) {
            self.text.push_str("    server {\n");
            for _ in 0..=self.below(2) {
                // Ports of its own for each server: see the known differences.
                let listen = self.address(21001 + 100 * server);
                let options = if self.one_in(3) { " udp".to_owned() } else { self.options(&listen, &[]) };
                self.line(format_args!("        listen {listen}{options};"));
            }
            let host = match self.below(4) {
                0 | 1 if has_upstream => self.pick(&["pool", "POOL"]),
                0 => "unix:app.sock",
                _ => self.pick(&["127.0.0.1", "localhost", "[::1]"]),
            };
            let is_upstream = host.eq_ignore_ascii_case("pool");
            let has_port = !host.starts_with("unix:") && self.one_in(10) == is_upstream;
            let port = if has_port { ":8080" } else { "" };
            self.line(format_args!("        proxy_pass {host}{port};\n    }}"));
        }
        self.text.push_str("}\n");
    }

    fn mail(&mut self) {
        self.text.push_str("mail {\n    auth_http 127.0.0.1:9001;\n");
        for _ in 0..=self.below(2) {
            let protocol = self.pick(&["imap", "pop3", "smtp"]);
            self.line(format_args!("    server {{\n        protocol {protocol};"));
            for _ in 0..=self.below(2) {
                let (host, port) = (self.host(), 22001 + self.below(12));
                let listen = if self.one_in(20) { format!("{host}0") } else { format!("{host}{port}") };
                let options = self.pick(&["", "", " backlog=64", " so_keepalive=on"]);
                self.line(format_args!("        listen {listen}{options};"));
            }
            self.text.push_str("    }\n");
        }
        self.text.push_str("}\n");
    }

    /// The first word of a `listen`, on one of a few ports from `base` on or without any.
    fn listen(&mut self, base: u64) -> String {
        if self.one_in(12) {
            return self.pick(&["127.0.0.1", "localhost", "[::1]", "unix:a.sock", "unix:b.sock"]).to_owned();
        }
        self.address(base)
    }

    /// An address with one of a few ports from `base` on, or a wrong one.
    fn address(&mut self, base: u64) -> String {
        let host = self.host();
        let first = base + self.below(8);
        match self.below(30) {
            0 => format!("{host}0"),
            1 => format!("{host}70000"),
            2 => format!("{host}{first}-{}", first - 1),
            3..9 => format!("{host}{first}-{}", first + self.below(4)),
            9 => format!("{host}0{first}"),
            _ => format!("{host}{first}"),
        }
    }

    /// The host before a port, with the colon.
    fn host(&mut self) -> &'static str {
        self.pick(&["", "", "*:", "0.0.0.0:", "127.0.0.1:", "localhost:", "[::]:", "[0:0::0]:", "[::1]:"])
    }

    /// A few words for a `listen` on `address`, one of `more` among them.
    fn options(&mut self, address: &str, more: &[&'static str]) -> String {
        let mut options = String::new();
        if !more.is_empty() && self.one_in(3) {
            write!(options, " {}", self.pick(more)).unwrap();
        }
        if self.one_in(5) {
            let socket: &[&'static str] = if address.starts_with('[') {
                &["ipv6only=on", "ipv6only=off", "backlog=64", "bind"]
            } else {
                &["backlog=64", "bind", "rcvbuf=64k", "sndbuf=64k", "so_keepalive=on", "reuseport"]
            };
            write!(options, " {}", self.pick(socket)).unwrap();
        }
        options
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.text, "{line}").unwrap();
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        let count = u64::try_from(choices.len()).unwrap();
        choices[usize::try_from(self.below(count)).unwrap()]
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    /// A number below `end`, by SplitMix64.
    const fn below(&mut self, end: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}
