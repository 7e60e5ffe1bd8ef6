//! What an editor shows behind a port, unasked: who is known there, and the value of a variable.
//!
//! Whoever reads the file has not asked, so a hint says what the line does not, and nothing that is only likely.

use std::collections::HashSet;

use crate::languages::{Module, Scan, ScopeKind};
use crate::port::{PortRange, PortUse, Role, Transport};
use crate::registry::{self, Assignment, InPractice, Kind, Status, TeamPort, TeamPorts};
use crate::text::Span;

/// The numbers that everybody knows, and their names.
const COMMON: [(u16, &str); 4] = [(80, "http"), (443, "https"), (8080, "http-alt"), (8443, "https-alt")];

/// How many bytes around a port are looked at for the names that stand beside it.
const NEAR: usize = 160;

/// Which hints are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The short name of the service behind a number.
    pub services: bool,
    /// The value behind a variable.
    pub variables: bool,
    /// Services also behind the numbers that everybody knows: 80, 443, 8080, 8443.
    pub common_ports: bool,
}

/// A few letters to show behind a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Where it goes: the byte behind the port and what belongs to it, such as a transport or the quote that closes.
    pub at: usize,
    /// What to show: `postgresql`, `8080`.
    pub label: String,
    /// The port that it speaks of: an index into [`Scan::uses`].
    pub port: usize,
}

/// The hints for `text` that go between the ends of `within`, both included, in the order of the file. A place has one at
/// most, and a line says the same no more than once.
#[must_use]
pub fn hints(text: &str, scan: &Scan, within: Span, team: &TeamPorts, wanted: Wanted) -> Vec<Hint> {
    let mut hints: Vec<Hint> = Vec::new();
    // What the line says so far, and how far that is.
    let (mut said, mut seen): (HashSet<String>, usize) = (HashSet::new(), 0);
    // A hint stands behind its port, and not far.
    let from = scan.uses.partition_point(|port| port.span.start + 4 * NEAR < within.start);
    let until = scan.uses.partition_point(|port| port.span.start <= within.end);
    for (index, port) in scan.uses.iter().enumerate().take(until).skip(from) {
        let Some(label) = label(text, scan, port, team, wanted) else { continue };
        let hint = Hint { at: behind(text, port), label, port: index };
        if text.get(seen..hint.at).unwrap_or_default().contains(['\n', '\r']) {
            said.clear();
        }
        seen = hint.at;
        // The two halves of a mapping share a place; the container's is the second.
        if let Some(half) = hints.pop_if(|last| last.at == hint.at) {
            said.remove(&half.label);
        }
        if said.insert(hint.label.clone()) {
            hints.push(hint);
        }
    }
    hints.retain(|hint| within.touches(hint.at));
    hints
}

/// The short name of who is known at a number, whatever stands around it: the team's, that of the only product there in
/// practice, or IANA's, where people go by that.
#[must_use]
pub fn service_name(range: PortRange, transport: Transport, team: &TeamPorts) -> Option<&str> {
    if let Some(row) = of_team(range, transport, team) {
        return Some(&row.service);
    }
    let number = range.port()?;
    let mut practice = registry::in_practice(number).filter(|it| it.transport == transport);
    common(number).or_else(|| match (practice.next(), practice.next()) {
        (None, _) => by_iana(number, transport),
        (Some(product), None) if is_telling(&product) => Some(short_name(&product)),
        _ => None,
    })
}

/// What to show behind `port`, if anything.
fn label(text: &str, scan: &Scan, port: &PortUse, team: &TeamPorts, wanted: Wanted) -> Option<String> {
    let range = port.range?;
    let is_written = port.span.of(text).starts_with(|first: char| first.is_ascii_digit());
    if !is_written {
        let has_value = port.variable.as_ref().is_some_and(|variable| variable.definition.is_some());
        return (wanted.variables && has_value).then(|| range.to_string());
    }
    if !wanted.services {
        return None;
    }
    let beside = Beside::of(text, scan, port);
    let transport = port.protocol.transport().unwrap_or(Transport::Tcp);
    if let Some(row) = of_team(range, transport, team) {
        return (!beside.says(&row.service)).then(|| row.service.clone());
    }
    let number = range.port()?;
    if port.role.is_host() {
        return None;
    }
    if let Some(name) = common(number) {
        return (wanted.common_ports && !beside.says(name)).then(|| name.to_owned());
    }
    let practice: Vec<_> = registry::in_practice(number).filter(|it| it.transport == transport).collect();
    if practice.iter().any(|product| beside.says_whole(product)) {
        return None;
    }
    let name = beside.meant(&practice).or_else(|| match &practice[..] {
        _ if may_be_anything(scan, port, &beside) => None,
        [] => by_iana(number, transport),
        [product] if is_telling(product) => Some(short_name(product)),
        _ => None,
    });
    name.filter(|name| !beside.says(name)).map(str::to_owned)
}

/// The name of a number that everybody knows.
fn common(number: u16) -> Option<&'static str> {
    COMMON.iter().find(|(common, _)| *common == number).map(|(_, name)| *name)
}

/// Whether a port speaks HTTP, or is what stands behind a server that does, which may be anywhere; or stands in a command,
/// which may start anything.
fn may_be_anything(scan: &Scan, port: &PortUse, beside: &Beside) -> bool {
    let scheme = port.scheme.as_deref().unwrap_or_default();
    let kind = port.scope.map(|scope| scan.scopes[scope].kind);
    let is_gateway =
        port.role == Role::Pass && ["cgi_pass", "uwsgi_pass"].iter().any(|it| beside.line.contains(it));
    matches!(scheme, "http" | "https" | "ws" | "wss")
        || kind == Some(ScopeKind::Server(Module::Http))
        || is_gateway
        || matches!(port.role, Role::Command | Role::Healthcheck | Role::Label | Role::Source)
}

/// The narrowest row of the team's that holds all of the range.
fn of_team(range: PortRange, transport: Transport, team: &TeamPorts) -> Option<&TeamPort> {
    let first = u16::try_from(range.first).ok()?;
    let holds = |row: &&TeamPort| row.range.last >= range.last;
    let is_on = |row: &&TeamPort| row.transport.is_none_or(|own| own == transport);
    team.at(first).into_iter().filter(holds).find(is_on)
}

/// Whether the number alone tells that the product is there. Web servers of any kind take each other's numbers, and so
/// does everybody with round ones and neighbours of known ones.
fn is_telling(product: &InPractice) -> bool {
    if product.port.is_multiple_of(1000) || matches!(product.port, 4567 | 5433 | 8000..=8099 | 9876) {
        return false;
    }
    match product.kind {
        Kind::Cache
        | Kind::Container
        | Kind::Database
        | Kind::Directory
        | Kind::FileShare
        | Kind::Queue
        | Kind::RemoteAccess => true,
        Kind::Metrics => !(8000..=9199).contains(&product.port),
        Kind::AdminUi | Kind::DevServer | Kind::Mail | Kind::Proxy | Kind::Other => false,
    }
}

/// IANA's name for a number that people go by: that of a system port of which a standard speaks, or an everyday one.
fn by_iana(number: u16, transport: Transport) -> Option<&'static str> {
    let is_assigned = |it: &Assignment| it.status == Status::Assigned && !it.service.is_empty();
    let assigned = registry::assignments_on(number, transport).find(is_assigned)?;
    let everyday = EVERYDAY.iter().find(|(service, _)| *service == assigned.service);
    let is_standard = number < 1024 && assigned.reference.starts_with("RFC ");
    everyday.map(|(_, said)| *said).or_else(|| is_standard.then_some(assigned.service))
}

/// Services by their names at IANA that people meet every day, and what they call them.
const EVERYDAY: [(&str, &str); 39] = [
    ("bootpc", "dhcp"),
    ("bootps", "dhcp"),
    ("coap", "coap"),
    ("coaps", "coaps"),
    ("domain", "dns"),
    ("domain-s", "dns-over-tls"),
    ("epmap", "msrpc"),
    ("ftps", "ftps"),
    ("ftps-data", "ftps-data"),
    ("irc", "irc"),
    ("ircs-u", "ircs"),
    ("isakmp", "ike"),
    ("iscsi-target", "iscsi"),
    ("kpasswd", "kpasswd"),
    ("ldap", "ldap"),
    ("ldaps", "ldaps"),
    ("mbap", "modbus"),
    ("mdns", "mdns"),
    ("microsoft-ds", "smb"),
    ("netbios-dgm", "netbios"),
    ("netbios-ns", "netbios"),
    ("netbios-ssn", "netbios"),
    ("pop3", "pop3"),
    ("pptp", "pptp"),
    ("radius", "radius"),
    ("radius-acct", "radius-acct"),
    ("rsync", "rsync"),
    ("rtsp", "rtsp"),
    ("sip", "sip"),
    ("sips", "sips"),
    ("snmp", "snmp"),
    ("snmptrap", "snmp-trap"),
    ("stuns", "stuns"),
    ("sunrpc", "rpcbind"),
    ("syslog-tls", "syslog-tls"),
    ("tftp", "tftp"),
    ("vxlan", "vxlan"),
    ("xmpp-client", "xmpp"),
    ("xmpp-server", "xmpp-s2s"),
];

/// IANA's name for the number where that is a name of the product or of what it speaks, else the first name that people
/// type.
fn short_name(product: &InPractice) -> &'static str {
    let is_its = |service: &&str| {
        let start = product.product.get(..service.len()).unwrap_or_default();
        let is_protocol = start.eq_ignore_ascii_case(service);
        product.names().any(|name| name == *service)
            || is_protocol && !product.names().any(|name| name.starts_with(service))
    };
    let services = registry::assignments(product.port).map(|it| it.service).filter(|it| !it.is_empty());
    { services }.find(is_its).or(product.names().next()).unwrap_or(product.product)
}

/// What stands around a port, in lower case.
struct Beside {
    /// Its line, or so much of it as is near.
    line: String,
    /// The name of what it belongs to.
    owner: String,
    /// The name of the image behind that.
    image: String,
}

impl Beside {
    fn of(text: &str, scan: &Scan, port: &PortUse) -> Self {
        let from = text.floor_char_boundary(port.span.start.saturating_sub(NEAR));
        let to = text.floor_char_boundary((port.span.end + NEAR).min(text.len()));
        let before = text[from..port.span.start].rsplit(['\n', '\r']).next().unwrap_or_default();
        let behind = text[port.span.end..to].split(['\n', '\r']).next().unwrap_or_default();
        let owner = port.scope.map_or("", |scope| scan.scopes[scope].name.as_str());
        let image = port.scope.and_then(|scope| scan.image_of(scope)).unwrap_or_default();
        Self {
            line: format!("{before} {behind}").to_ascii_lowercase(),
            owner: owner.to_ascii_lowercase(),
            image: image.to_ascii_lowercase(),
        }
    }

    /// Whether the reader sees all words of `name` at the place already.
    fn says(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let mut words = name.split(|it: char| !it.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        words.all(|word| holds(&self.line, word) || holds(&self.owner, word))
    }

    /// Whether the reader sees one of the product's names at the place already.
    fn says_whole(&self, product: &InPractice) -> bool {
        product.names().any(|name| holds(&self.line, name) || holds(&self.owner, name))
    }

    /// The short name of the product that is meant here: the one whose name or family stands around.
    fn meant(&self, products: &[InPractice]) -> Option<&'static str> {
        let around = [&self.image, &self.owner, &self.line];
        let whole = |name: &&str| holds(&self.image, name);
        let of_family =
            |name: &&str| family(name).is_some_and(|word| around.iter().any(|it| holds(it, word)));
        let named = |product: &InPractice, stands: &dyn Fn(&&'static str) -> bool| {
            let name = product.names().find(|name| stands(name))?;
            let short = short_name(product);
            Some(if short.starts_with(name) { short } else { name })
        };
        let one = |stands: &dyn Fn(&&'static str) -> bool| {
            let mut meant = products.iter().filter_map(|product| named(product, stands));
            let first = meant.next()?;
            meant.next().is_none().then_some(first)
        };
        one(&whole).or_else(|| one(&of_family))
    }
}

/// Whether `word` stands in `text`; a short one as a word of its own.
fn holds(text: &str, word: &str) -> bool {
    if word.len() > 3 {
        return text.contains(word);
    }
    text.split(|it: char| !it.is_ascii_alphanumeric()).any(|own| own == word)
}

/// The first word of a name of two: `rabbitmq` of `rabbitmq-management`. That of Docker stands in too many names.
fn family(name: &str) -> Option<&str> {
    let (family, rest) = name.split_once(['-', '_'])?;
    (family.len() > 3 && family != "docker" && !rest.contains(['-', '_'])).then_some(family)
}

/// The byte behind the word that `port` stands in, and behind the quote that closes it.
fn behind(text: &str, port: &PortUse) -> usize {
    let bytes = text.as_bytes();
    let is_default = port.variable.is_some();
    let rest = &bytes[port.span.end..bytes.len().min(port.span.end + NEAR)];
    let ends = |byte: &u8| {
        char::from(*byte).is_whitespace()
            || b"\"'`,;)]<>|\\{".contains(byte)
            || *byte == b'}' && !is_default
            || !byte.is_ascii()
    };
    let Some(width) = rest.iter().position(ends).or((rest.len() < NEAR).then_some(rest.len())) else {
        return port.span.end;
    };
    let is_quote = rest.get(width).is_some_and(|byte| b"\"'`".contains(byte));
    port.span.end + width + usize::from(is_quote)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::{Language, scan};

    const ALL: Wanted = Wanted { services: true, variables: true, common_ports: false };

    /// `text` with the hints in it.
    fn shown(text: &str, language: Language, team: &TeamPorts, wanted: Wanted) -> String {
        let mut shown = text.to_owned();
        for hint in hints(text, &scan(text, language), Span::new(0, text.len()), team, wanted).iter().rev() {
            shown.insert_str(hint.at, &format!("‹{}›", hint.label));
        }
        shown
    }

    #[track_caller]
    fn assert_shown(language: Language, expected: &str) {
        let text: String =
            expected.split('‹').map(|part| part.split_once('›').map_or(part, |it| it.1)).collect();
        assert_eq!(shown(&text, language, &TeamPorts::default(), ALL), expected);
    }

    /// A service of that name and image that holds the line `body`, with what is shown.
    #[track_caller]
    fn assert_in_service(name: &str, image: &str, body: &str) {
        let text = format!("# 💣\r\nservices:\r\n  {name}:\r\n    image: \"{image}\"\r\n    {body}\r\n");
        assert_shown(Language::Compose, &text);
    }

    #[test]
    fn a_bare_number_has_its_service() {
        assert_shown(
            Language::Dockerfile,
            "EXPOSE 5432‹postgresql› 6379/tcp‹redis› 53/udp‹dns› 22‹ssh› 1521‹oracle›",
        );
        assert_shown(
            Language::Dockerfile,
            "EXPOSE 80 443 8080 8443 3000 8000 9000 9090 4321 82 12345 49152 70000 0",
        );
        assert_shown(
            Language::Dockerfile,
            "EXPOSE 5430-5440 27017‹mongodb› 22‹ssh› 27017 \\\n  27017‹mongodb›\nEXPOSE",
        );
        assert_shown(Language::Dockerfile, "EXPOSE 5432‹postgresql›\u{b}6379‹redis›\u{c}22‹ssh›");
        assert_shown(Language::Nginx, "stream { server { listen 5432‹postgresql›; } }");
        assert_shown(
            Language::Nginx,
            "http { server { listen 5432; location / { proxy_pass http://a:88/; } } }",
        );
        assert_shown(Language::Nginx, "location / { fastcgi_pass 127.0.0.1:5672; }");
        assert_shown(
            Language::Dockerfile,
            "CMD serve --port 5432 --at 0.0.0.0:9092 # x\nHEALTHCHECK CMD a :6379",
        );
        assert_shown(Language::Dockerfile, "");
    }

    #[test]
    fn a_mapping_has_one_at_its_end() {
        assert_in_service("db", "", "ports: ['5432:5432'‹postgresql›, 6379‹redis›]");
        assert_in_service("db", "", "ports: [\"127.0.0.1:15432:5432/tcp\"‹postgresql›]");
        assert_in_service("db", "", "ports: [\"127.0.0.1:5432:5433\", '5432:80', 80-90]");
        assert_in_service("db", "", "ports: [{published: 5432, target: 5432‹postgresql›}]");
    }

    #[test]
    fn what_stands_there_already_is_not_said_again() {
        assert_in_service("postgres", "", "ports: ['5432:5432']");
        assert_in_service(
            "db",
            "",
            "environment: {POSTGRES_PORT: 5432, URL: 'redis://a:6379', A: 'redis:6379'}",
        );
        assert_in_service(
            "db",
            "",
            "environment: {DB: 'pg://db:5432/app'‹postgresql›, E: 'pg://db:5432/app'}",
        );
        assert_in_service("mq", "", "ports: ['5672:5672'‹amqp›, '1:5672']");
        assert_in_service("rabbitmq", "", "ports: ['5672:5672', '15672:15672'‹rabbitmq-management›]");
    }

    #[test]
    fn the_image_tells_who_is_meant() {
        assert_in_service("web", "a/grafana:1", "ports: ['3000:3000'‹grafana›]");
        assert_in_service("web", "gitea/gitea@sha256:0", "ports: ['3000:3000'‹gitea›]");
        assert_in_service("db", "mariadb", "ports: ['3306:3306'‹mariadb›]");
        assert_in_service("db", "postgres:16", "ports: ['5432:5432'‹postgresql›]");
        assert_in_service("web", "a/docker-app", "ports: ['5000:5000', '9001:9001']");
        assert_shown(
            Language::Dockerfile,
            "FROM r:5000/grafana/grafana:1 AS a\nFROM a\nEXPOSE 3000‹grafana›",
        );
        assert_shown(Language::Dockerfile, "FROM $A/${B:-grafana}\nEXPOSE 3000‹grafana›");
        assert_shown(Language::Dockerfile, "FROM $A\nEXPOSE 3000");
    }

    #[test]
    fn a_variable_has_its_value() {
        assert_shown(
            Language::Dockerfile,
            "FROM a\nENV PORT=8080\nEXPOSE $PORT‹8080›\nEXPOSE ${PORT}/udp‹8080›",
        );
        assert_shown(
            Language::Dockerfile,
            "FROM a\nENV P=1-2\nEXPOSE \"$P\"‹1-2› ${A:-81} $UNKNOWN ${A:-5432}‹postgresql›",
        );
        assert_in_service("a", "", "ports: ['${PORT:-8080}:81', '${B:-80}:${C:-5432}'‹postgresql›, '$D']");
        assert_shown(Language::Nginx, "listen ${PORT};");
    }

    #[test]
    fn only_what_is_wanted() {
        let text = "FROM a\nENV PORT=5432\nEXPOSE $PORT 80 443/udp 8080";
        let with = |services, variables, common_ports| {
            shown(
                text,
                Language::Dockerfile,
                &TeamPorts::default(),
                Wanted { services, variables, common_ports },
            )
        };
        assert_eq!(with(false, false, true), text);
        assert_eq!(with(false, true, false), text.replace("$PORT", "$PORT‹5432›"));
        let services =
            "FROM a\nENV PORT=5432‹postgresql›\nEXPOSE $PORT 80‹http› 443/udp‹https› 8080‹http-alt›";
        assert_eq!(with(true, false, true), services);
    }

    #[test]
    fn only_within_the_range() {
        let text = "EXPOSE 5432\nEXPOSE 6379\nEXPOSE 27017\n";
        let scan = scan(text, Language::Dockerfile);
        let within = |start, end| {
            let found = hints(text, &scan, Span::new(start, end), &TeamPorts::default(), ALL);
            found.into_iter().map(|hint| hint.label).collect::<Vec<_>>()
        };
        assert_eq!(within(12, 23), ["redis"]);
        assert_eq!(within(11, 22), ["postgresql"]);
        assert_eq!(within(text.len(), text.len()), [""; 0]);
    }

    #[test]
    fn the_teams_names_come_first() {
        let row = |range: &str, service: &str| TeamPort {
            range: PortRange::parse(range).expect("the test writes ranges"),
            transport: None,
            service: service.to_owned(),
            url: String::new(),
            note: String::new(),
        };
        let team =
            TeamPorts { rows: vec![row("5432", "ledger"), row("7000-7099", "edge"), row("80", "front")] };
        let shown = |text: &str, language| shown(text, language, &team, ALL);
        assert_eq!(
            shown("EXPOSE 5432 7001 7000-7010 7090-7100 80", Language::Dockerfile),
            "EXPOSE 5432‹ledger› 7001‹edge› 7000-7010 7090-7100 80‹front›"
        );
        let service = |ports: &str| format!("services: {{a: {{ports: [{ports}]}}}}");
        assert_eq!(
            shown(&service("'7001:3306', '7001:5432', '7000-7001:1-2', '9:7001'"), Language::Compose),
            service("'7001:3306'‹mysql›, '7001:5432'‹ledger›, '7000-7001:1-2'‹edge›, '9:7001'")
        );
        assert_eq!(shown(&service("'7001:3000'"), Language::Compose), service("'7001:3000'‹edge›"));
    }

    #[test]
    fn every_everyday_name_is_one_of_ianas() {
        for (service, _) in EVERYDAY {
            assert!(!registry::named(service).is_empty(), "{service}");
        }
        assert!(EVERYDAY.is_sorted());
    }
}
