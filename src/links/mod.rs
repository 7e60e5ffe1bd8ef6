//! What a file speaks of that can be opened: other files of the project, RFCs, and IANA's page on a number that is out of
//! use.
//!
//! Editors underline every link, so there is none that nobody needs: an ordinary number has none.

use crate::languages::{FileKind, Language, Scan};
use crate::port::{PortUse, Transport};
use crate::registry::{self, Status, TeamPorts};
use crate::text::Span;

/// A place in a file that leads somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What to underline.
    pub span: Span,
    /// Where it leads.
    pub target: Target,
    /// What to say of it, as plain text on one line.
    pub tooltip: String,
}

/// Where a [`Link`] leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file, by its path from the folder of the file that names it. Its parts are separated by `/`, or by `\` where the
    /// file writes them so; `..` may stand among them. It may not exist.
    File(String),
    /// A page, by its address.
    Page(String),
}

/// The links in `text`, the file of that `language` at `path`, in the order of the file; none overlaps another. Numbers of
/// the `team` are its own.
#[must_use]
pub fn links(text: &str, language: Language, scan: &Scan, path: &str, team: &TeamPorts) -> Vec<Link> {
    let mut links: Vec<Link> =
        scan.files.iter().filter_map(|file| named_file(&file.path, file.kind, file.span)).collect();
    if language == Language::Nginx {
        links.extend(included(text, scan, path));
    }
    links.extend(scan.uses.iter().filter_map(|port| number(text, port, team)));
    links.extend(standards(text));
    links.sort_by_key(|link| link.span);
    links.dedup_by(|next, link| next.span.start < link.span.end);
    links
}

/// The link to a file that a compose file names; none where its path starts at the root of somebody's disk.
fn named_file(path: &str, kind: FileKind, span: Span) -> Option<Link> {
    let what = match kind {
        FileKind::Dockerfile => "Dockerfile",
        FileKind::Compose => "compose file",
        FileKind::Variables => "variables",
    };
    let tooltip = format!("{what}: {path}");
    is_relative(path).then(|| Link { span, target: Target::File(path.to_owned()), tooltip })
}

/// The links to the files that nginx includes. It looks for them from the folder of its main file, so there are some only
/// where that folder is known: for the main file itself, and for files in the folders that are usually below it.
fn included(text: &str, scan: &Scan, path: &str) -> Vec<Link> {
    /// Files that come with nginx and are rarely in a project.
    const ITS_OWN: [&str; 10] = [
        "fastcgi.conf",
        "fastcgi_params",
        "koi-utf",
        "koi-win",
        "mime.types",
        "proxy_params",
        "scgi_params",
        "uwsgi_params",
        "win-utf",
        "fastcgi-php.conf",
    ];
    let mut parts = path.rsplit('/');
    let (name, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let prefix = match (name, folder) {
        ("nginx.conf", _) => "",
        (_, "conf.d" | "http.d" | "sites-available" | "sites-enabled" | "snippets" | "stream.d") => "../",
        _ => return Vec::new(),
    };
    let link = |word: Span| {
        let path = word.of(text);
        let is_one =
            is_relative(path) && !path.contains(['*', '?', '[', '$', '{', '<', '%', '@', '\n', '\r']);
        let is_its_own = ITS_OWN.contains(&path.rsplit('/').next().unwrap_or_default());
        let target = Target::File(format!("{prefix}{path}"));
        (is_one && !is_its_own).then(|| Link { span: word, target, tooltip: format!("included: {path}") })
    };
    let includes = scan.directives.iter().filter(|directive| directive.name.of(text) == "include");
    includes.filter_map(|directive| link(*directive.arguments.first()?)).collect()
}

/// Whether a path starts from the folder of the file that writes it.
fn is_relative(path: &str) -> bool {
    // A colon stands behind a drive, or behind the name of a place where something is fetched from.
    !path.is_empty() && !path.starts_with(['/', '\\', '~']) && !path.contains(':')
}

/// The link of a number that nobody should use to what IANA says of it.
fn number(text: &str, port: &PortUse, team: &TeamPorts) -> Option<Link> {
    let number = port.range?.port()?;
    let transport = port.protocol.transport().unwrap_or(Transport::Tcp);
    let status = registry::status(number, transport);
    let is_out_of_use = matches!(status, Status::Reserved | Status::Deregistered)
        && !registry::has_current_user(number, transport)
        && team.find(number, transport).is_none();
    // The port 0 asks for any port.
    let is_written = port.span.of(text).parse() == Ok(number);
    if !is_out_of_use || !is_written || number == 0 {
        return None;
    }
    let page = "https://www.iana.org/assignments/service-names-port-numbers/service-names-port-numbers.xhtml";
    Some(Link {
        span: port.span,
        target: Target::Page(format!("{page}?search={number}")),
        tooltip: format!("{number}/{transport}: {} at IANA", status.name()),
    })
}

/// The links of RFCs that comments speak of.
fn standards(text: &str) -> Vec<Link> {
    let bytes = text.as_bytes();
    let mut links = Vec::new();
    // Where the line starts, and whether a comment has started on it.
    let (mut seen, mut in_comment) = (0, false);
    for at in memchr::memmem::find_iter(bytes, b"RFC") {
        let between = &text[seen..at];
        let line = between.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let starts_line = line > 0 || seen == 0;
        in_comment = (in_comment && !starts_line) || opens_comment(&between[line..], starts_line);
        seen = at;
        let behind = &text[at + 3..];
        let blank = usize::from(behind.starts_with([' ', '-']));
        let digits = behind[blank..].bytes().take_while(u8::is_ascii_digit).count();
        let number = &behind[blank..blank + digits];
        let end = at + 3 + blank + digits;
        let is_part =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"/_".contains(byte));
        let is_word =
            !is_part(at.checked_sub(1).and_then(|before| bytes.get(before))) && !is_part(bytes.get(end));
        if in_comment && is_word && (1..=5).contains(&digits) && !number.starts_with('0') {
            links.push(Link {
                span: Span::new(at, end),
                target: Target::Page(format!("https://www.rfc-editor.org/rfc/rfc{number}")),
                tooltip: format!("RFC {number}"),
            });
        }
    }
    links
}

/// Whether a comment starts in `text`, a part of a line or the start of one.
fn opens_comment(text: &str, starts_line: bool) -> bool {
    let opens = |at: usize| match text.as_bytes()[..at].last() {
        None => starts_line,
        Some(before) => before.is_ascii_whitespace() || b";{}".contains(before),
    };
    memchr::memchr_iter(b'#', text.as_bytes()).any(opens)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::scan;
    use crate::port::PortRange;
    use crate::registry::TeamPort;

    /// The links of the file at `path`, each as what is underlined and where it leads.
    fn found(path: &str, text: &str, language: Language) -> Vec<String> {
        let links = links(text, language, &scan(text, language), path, &TeamPorts::default());
        let show = |link: &Link| match &link.target {
            Target::File(path) => format!("{} -> {path}", link.span.of(text)),
            Target::Page(page) => {
                format!("{} -> {}", link.span.of(text), page.rsplit('/').next().unwrap_or_default())
            }
        };
        links.iter().map(show).collect()
    }

    #[test]
    fn files_of_a_compose_file() {
        let text = "# 💣\r\ninclude: [a.yaml, /b.yaml, '~/c.yaml', 'C:\\d.yaml']\r\nservices:\r\n  a: {build: ./web, env_file: '.env'}\r\n  b: {build: {context: ..\\x, dockerfile: D}, extends: {file: ../e.yaml, service: f}}\r\n";
        assert_eq!(
            found("compose.yaml", text, Language::Compose),
            [
                "a.yaml -> a.yaml",
                "./web -> ./web/Dockerfile",
                ".env -> .env",
                "D -> ..\\x/D",
                "../e.yaml -> ../e.yaml"
            ]
        );
    }

    #[test]
    fn files_that_nginx_includes() {
        let text = "include a.conf; include mime.types; include conf.d/*.conf; include /etc/b; include 'c d'; include $e; include; include {{ f }};";
        let nginx = |path: &str| found(path, text, Language::Nginx);
        assert_eq!(nginx("/x/nginx.conf"), ["a.conf -> a.conf", "c d -> c d"]);
        assert_eq!(nginx("/x/conf.d/site.conf"), ["a.conf -> ../a.conf", "c d -> ../c d"]);
        assert_eq!(nginx("/x/site.conf"), [""; 0]);
        assert_eq!(nginx(""), [""; 0]);
    }

    #[test]
    fn numbers_that_nobody_should_use() {
        let text = "FROM a\nENV A=585\nEXPOSE 80 585 994/tcp 585-586 0 5432 8010 $A 70000\n";
        let page = "service-names-port-numbers.xhtml?search=";
        assert_eq!(
            found("Dockerfile", text, Language::Dockerfile),
            [format!("585 -> {page}585"), format!("585 -> {page}585"), format!("994 -> {page}994")]
        );
        assert_eq!(found("nginx.conf", "listen 585; # RFC 585", Language::Nginx).len(), 2);
        let (text, service) = ("EXPOSE 585", "own".to_owned());
        let row = TeamPort {
            range: PortRange::single(585),
            transport: None,
            service,
            url: String::new(),
            note: String::new(),
        };
        let scan = scan(text, Language::Dockerfile);
        let team = TeamPorts { rows: vec![row] };
        assert_eq!(links(text, Language::Dockerfile, &scan, "Dockerfile", &team), []);
    }

    #[test]
    fn standards_in_comments() {
        let text = "# 💣 RFC 7194, RFC7195 and RFC-1 (RFC 2).\r\n#RFC 3\rRUN RFC 4 #RFC 5\nRUN a#RFC 6 # b RFC 7 RFC 123456 RFC 08 RFC 9a https://a/RFC10 RFC\nRFC 11";
        assert_eq!(
            found("Dockerfile", text, Language::Dockerfile),
            [
                "RFC 7194 -> rfc7194",
                "RFC7195 -> rfc7195",
                "RFC-1 -> rfc1",
                "RFC 2 -> rfc2",
                "RFC 3 -> rfc3",
                "RFC 5 -> rfc5",
                "RFC 7 -> rfc7"
            ]
        );
        assert_eq!(
            found("nginx.conf", "listen 80;#RFC 1\n\"RFC 2\" RFC 3;", Language::Nginx),
            ["RFC 1 -> rfc1"]
        );
        let long = "RFC ".repeat(300_000);
        assert_eq!(standards(&long).len(), 0);
    }
}
