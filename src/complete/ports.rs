//! Ports at the place of one.

use std::borrow::Cow;

use super::naming::{names, own_name, replacement, trouble, usual_transport, what};
use super::place::{self, Place};
use super::surroundings::{fitting, names_service, taken};
use super::values::values;
use super::{Completion, Item, Kind, MOST, Subject, forms};
use crate::languages::{EntryStyle, Language, Memory, Scan};
use crate::port::{Protocol, Role, Transport};
use crate::registry::{self, TeamPorts};

/// What can stand at byte `at`, if that is the place of a port or of a value beside one.
pub fn complete(
    text: &str,
    language: Language,
    scan: &Scan,
    memory: &Memory,
    team: &TeamPorts,
    at: usize,
) -> Option<Completion> {
    if let Some(place) = place::of_value(text, language, scan, memory, at) {
        let typed = &text[place.word.start..at];
        let is_quoted = text[..place.word.start].ends_with(['"', '\'']);
        let items = values(&place, typed, is_quoted);
        return Some(Completion { items, span: place.word, ..Completion::default() });
    }
    let place = place::of_port(text, language, scan, memory, at)?;
    if at == place.word.start && is_in_prose(&place) {
        return None;
    }
    let offer = Offer { text, language, team, place: &place, typed: &text[place.word.start..at] };
    Some(offer.completion())
}

/// Whether nothing but the colon behind a word speaks for a port: nothing is typed yet, and the word is no host that is known.
fn is_in_prose(place: &Place<'_>) -> bool {
    let port = place.port();
    let Some(host) = port.address.as_deref().filter(|_| !port.role.is_structural() && port.scheme.is_none())
    else {
        return false;
    };
    let is_plain = host.bytes().all(|byte| byte.is_ascii_alphabetic()) && host != "localhost";
    let is_scope = || place.scan.scopes.iter().any(|scope| scope.name == host);
    is_plain && place.word.is_empty() && !is_scope() && !names_service(host)
}

/// What is offered at the place of a port.
pub struct Offer<'a> {
    /// The text of the file.
    pub text: &'a str,
    /// Its language.
    pub language: Language,
    /// The team's own ports.
    pub team: &'a TeamPorts,
    /// The place.
    pub place: &'a Place<'a>,
    /// What is typed already, up to the cursor.
    pub typed: &'a str,
}

impl Offer<'_> {
    fn completion(&self) -> Completion {
        let fitting = fitting(self.text, self.place, self.team);
        let (mut ports, is_cut) = self.ports(&fitting);
        ports.truncate(MOST);
        let mut items: Vec<Item> = ports.iter().map(|&port| self.item(port)).collect();
        if let Some((first, item)) = ports.first().zip(items.first_mut()) {
            item.is_preferred = fitting.contains(first) || !self.team.at(*first).is_empty();
        }
        let forms = forms::of_entry(self, &ports);
        items.splice(items.len().min(1)..items.len().min(1), forms);
        let word = self.place.word.of(self.text);
        let is_typed_out = word == self.typed
            && ports.first().is_some_and(|&first| word.parse() == Ok(first) && self.is_known(first));
        Completion { items, span: self.place.word, is_cut, is_typed_out, ..Completion::default() }
    }

    /// The ports to offer, the likeliest first, and whether there are others.
    fn ports(&self, fitting: &[u16]) -> (Vec<u16>, bool) {
        let is_number = self.typed.bytes().all(|byte| byte.is_ascii_digit());
        let mut found: Vec<u16> = if self.typed.is_empty() {
            let own = self.team.rows.iter().filter_map(|row| u16::try_from(row.range.first).ok());
            fitting.iter().copied().chain(own).chain(registry::common().iter().map(|it| it.port)).collect()
        } else {
            registry::search(self.typed, self.team)
        };
        if is_number && !self.typed.is_empty() {
            // The neighbours of the container's port, which nobody may have.
            found.extend(fitting.iter().filter(|port| port.to_string().starts_with(self.typed)));
        }
        let is_taken = taken(&self.place.scan, self.place.index);
        // A single digit is no port for the reader of free text.
        let least = if self.place.port().role.is_structural() { 1 } else { 10 };
        found.retain(|&port| port >= least && !is_taken(port));
        let exact = is_number.then(|| self.typed.parse().ok()).flatten();
        let mut ranked: Vec<(Rank, u16)> = found
            .into_iter()
            .enumerate()
            .map(|(order, port)| (self.rank(port, fitting, exact, order), port))
            .collect();
        ranked.sort_unstable();
        let mut ports: Vec<u16> = Vec::with_capacity(ranked.len().min(MOST + 2));
        for (_, port) in ranked {
            if !ports.contains(&port) {
                ports.push(port);
            }
            if ports.len() > MOST {
                break;
            }
        }
        if let Some(at) = ports.iter().position(|&port| Some(port) == exact)
            && let Some(instead) = replacement(ports[at]).filter(|port| !ports[..=at].contains(port))
        {
            ports.insert(at + 1, instead);
        }
        // While digits are typed the list is asked for anew: what is typed out needs none any more.
        let is_cut = self.typed.is_empty() || is_number || ports.len() > MOST;
        (ports, is_cut)
    }

    fn rank(&self, port: u16, fitting: &[u16], exact: Option<u16>, order: usize) -> Rank {
        let usage = registry::usage(port).map_or(0, |it| match self.language {
            Language::Dockerfile => it.dockerfile,
            Language::Compose => it.compose,
            Language::Nginx => it.nginx,
        });
        Rank {
            is_not_typed_out: exact != Some(port) || !self.is_known(port),
            is_public: !is_of(self.team, port),
            fit: fitting.iter().position(|&it| it == port).unwrap_or(usize::MAX),
            is_not_exact: exact != Some(port),
            is_another: !self.is_called_so(port),
            usage: std::cmp::Reverse(usage),
            order,
        }
    }

    /// Whether the port is used, or there is something to say of it.
    fn is_known(&self, port: u16) -> bool {
        is_used(port) || is_of(self.team, port) || trouble(port, self.transport(port)).is_some()
    }

    /// Whether the port's own name, not one of its by-names, is the name that is typed; of digits nobody asks.
    fn is_called_so(&self, port: u16) -> bool {
        self.typed.starts_with(|it: char| it.is_ascii_alphabetic())
            && registry::assignments(port).any(|it| it.service.eq_ignore_ascii_case(self.typed))
    }

    fn item(&self, number: u16) -> Item {
        let transport = self.transport(number);
        let names = names(number, transport, self.team);
        let begins = |name: &&Cow<'_, str>| {
            name.get(..self.typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(self.typed))
        };
        let typed = names.iter().find(begins).filter(|_| !self.typed.is_empty()).map(|name| name.as_ref());
        let name = typed.or_else(|| own_name(number, transport, self.team)).unwrap_or_default();
        let suffix = if self.takes_suffix(transport) { format!("/{transport}") } else { String::new() };
        let what = what(number, transport, self.team);
        let trouble = trouble(number, transport).filter(|_| !is_of(self.team, number));
        let joined =
            |words: &[&str]| words.iter().copied().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ");
        let digits = number.to_string();
        let all = names.join(" ");
        let is_number = digits.starts_with(self.typed);
        let port = format!("{number}/{transport}");
        // It begins with what is typed: not every editor looks further.
        let label = if is_number && !self.typed.is_empty() { [&port, name] } else { [name, &port] };
        Item {
            label: joined(&label),
            detail: match &trouble {
                Some(trouble) => format!("{port}, {trouble}"),
                None if what.is_empty() => port,
                None => format!("{what}, {port}"),
            },
            is_out_of_use: trouble.is_some(),
            aside: trouble.unwrap_or_else(|| what.into_owned()),
            kind: Kind::Value,
            filter: if is_number { joined(&[&digits, &all]) } else { joined(&[self.typed, &digits, &all]) },
            text: Some(self.inserted(&format!("{digits}{suffix}"))),
            snippet: None,
            subject: Some(Subject::Port { number, transport }),
            is_preferred: false,
        }
    }

    /// What takes the word's place so that `value` stands there.
    pub fn inserted(&self, value: &str) -> String {
        [self.place.before, value, &self.place.behind].concat()
    }

    /// The transport that the port of that number has at the place.
    fn transport(&self, number: u16) -> Transport {
        match self.place.port().protocol {
            Protocol::Written(transport, _) => transport,
            Protocol::Implied(transport) if !self.is_open_to_suffix() => transport,
            _ => usual_transport(number),
        }
    }

    /// Whether the place says nothing of the transport, and could.
    fn is_open_to_suffix(&self) -> bool {
        let port = self.place.port();
        let is_short = self.place.entry().is_some_and(|entry| entry.style != EntryStyle::Long);
        is_short
            && matches!(port.role, Role::Expose | Role::ServiceExpose | Role::Container)
            && matches!(port.protocol, Protocol::Implied(_))
            && !self.text[self.place.word.end..].starts_with(['/', ':'])
    }

    /// Whether the transport has to be written, as it is not the one that is taken where none is.
    fn takes_suffix(&self, transport: Transport) -> bool {
        transport != Transport::Tcp && self.is_open_to_suffix()
    }
}

/// How likely a port is meant; the smallest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// Whether it is not what is typed, or is, and nobody uses it: then it is rather the start of another. Who types a number
    /// that is used and takes what comes first keeps that number.
    is_not_typed_out: bool,
    /// Whether the team has not given it to a service.
    is_public: bool,
    /// Its place among those that fit the names around.
    fit: usize,
    /// Whether it is not the number that is typed.
    is_not_exact: bool,
    /// Whether its own name is not what is typed.
    is_another: bool,
    /// In how many files of the language it stands.
    usage: std::cmp::Reverse<u16>,
    /// Its place in what the registry finds.
    order: usize,
}

fn is_used(port: u16) -> bool {
    registry::usage(port).is_some() || registry::in_practice(port).next().is_some()
}

fn is_of(team: &TeamPorts, port: u16) -> bool {
    !team.at(port).is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::complete;
    use super::*;
    use crate::config::{Config, Settings};
    use crate::languages;
    use crate::port::PortRange;
    use std::path::Path;

    fn settings(team: &str) -> Settings {
        Config::read(&format!("[ports]\n{team}"))
            .expect("the test writes a team")
            .settings_for(Path::new("a"))
    }

    /// The text without its first `|`, and where that was.
    fn marked(text: &str) -> (String, usize) {
        let at = text.find('|').expect("the test marks the cursor");
        (text.replacen('|', "", 1), at)
    }

    fn completion(text: &str, language: Language, settings: &Settings) -> Completion {
        let (text, at) = marked(text);
        complete(
            &text,
            language,
            &languages::scan(&text, language),
            &Memory::default(),
            &settings.team,
            || &[],
            at,
        )
    }

    /// The first labels that are offered at `|`, forms left out.
    fn first(text: &str, language: Language, count: usize) -> Vec<String> {
        let completion = completion(text, language, &Settings::default());
        let items = completion.items.into_iter().filter(|item| item.kind != Kind::Form);
        items.take(count).map(|item| item.label).collect()
    }

    /// `text` with the first item in its place.
    fn taken(text: &str, language: Language) -> String {
        let completion = completion(text, language, &Settings::default());
        let (text, _) = marked(text);
        let new = completion.items.first().and_then(|item| item.text.clone()).unwrap_or_default();
        [&text[..completion.span.start], &new, &text[completion.span.end..]].concat()
    }

    /// The number in a label: the word before its transport.
    fn number(label: &str) -> &str {
        let mut words = label.split(' ');
        words.find_map(|word| word.split_once('/')).map_or(label, |(number, _)| number)
    }

    fn in_service(body: &str) -> String {
        format!("services:\n  db:\n    image: postgres:16\n{body}")
    }

    const DOCKERFILE: Language = Language::Dockerfile;
    const COMPOSE: Language = Language::Compose;
    const NGINX: Language = Language::Nginx;

    #[test]
    fn a_port_is_found_by_name_and_by_number() {
        assert_eq!(first("FROM a\nEXPOSE postg|", DOCKERFILE, 1), ["postgresql 5432/tcp"]);
        assert_eq!(number(&first("FROM a\nEXPOSE PSQ|", DOCKERFILE, 1)[0]), "5432");
        assert_eq!(first("FROM a\nEXPOSE 543|", DOCKERFILE, 2), ["543/tcp klogin", "5432/tcp postgresql"]);
        assert_eq!(taken("FROM a\nEXPOSE postg|/tcp", DOCKERFILE), "FROM a\nEXPOSE 5432/tcp");
        assert_eq!(taken("FROM postgres\nEXPOSE 54|3", DOCKERFILE), "FROM postgres\nEXPOSE 5432");
        assert_eq!(
            first("FROM a\nENV PORT=8080\nEXPOSE 80|", DOCKERFILE, 2),
            ["80/tcp http", "8080/tcp http-alt"]
        );
        let wireguard = "FROM a\nEXPOSE 51820/udp";
        assert_eq!(taken("FROM a\nEXPOSE wireg|", DOCKERFILE), wireguard);
        assert_eq!(taken("FROM a\nEXPOSE wireg|/udp", DOCKERFILE), wireguard);
    }

    #[test]
    fn what_is_typed_is_what_is_compared() {
        for (text, typed) in [
            ("EXPOSE postg|", "postg"),
            ("EXPOSE 54|", "54"),
            ("EXPOSE Psq|", "Psq"),
            ("EXPOSE insig|", "insig"),
        ] {
            let completion = completion(&format!("FROM a\n{text}"), DOCKERFILE, &Settings::default());
            assert!(!completion.items.is_empty(), "{text}");
            for item in completion.items {
                assert!(item.filter.to_lowercase().starts_with(&typed.to_lowercase()), "{item:?}");
            }
        }
    }

    #[test]
    fn what_stands_beside_comes_first() {
        assert_eq!(first("FROM postgres:16\nEXPOSE |", DOCKERFILE, 1), ["postgresql 5432/tcp"]);
        assert_eq!(first("FROM redis AS base\nFROM base\nEXPOSE |", DOCKERFILE, 1), ["redis 6379/tcp"]);
        assert_eq!(number(&first("FROM a\nENV PORT=3456\nEXPOSE |", DOCKERFILE, 1)[0]), "3456");
        assert_eq!(first("FROM a\nENV REDIS_PORT=|", DOCKERFILE, 1), ["redis 6379/tcp"]);
        assert_eq!(first(&in_service("    ports:\n      - |"), COMPOSE, 1), ["postgresql 5432/tcp"]);
        assert_eq!(first(&in_service("    expose: [|]"), COMPOSE, 1), ["postgresql 5432/tcp"]);
        assert_eq!(first("services:\n  redis:\n    ports: ['6000:|']", COMPOSE, 1), ["redis 6379/tcp"]);
        assert_eq!(
            number(&first("server { location / { proxy_pass http://mongo:|; } }", NGINX, 1)[0]),
            "27017"
        );
        assert_eq!(number(&first("upstream mysql { server 10.0.0.1:|\n}", NGINX, 1)[0]), "3306");
        assert_eq!(first("server { listen |", NGINX, 1), ["http 80/tcp"]);
        assert_eq!(first("server { listen | ssl; }", NGINX, 1), ["http 80/tcp"]);
        assert_eq!(first("server { listen 8443; listen [::]:|; }", NGINX, 1), ["https-alt 8443/tcp"]);
        assert_eq!(number(&first("upstream u { server a:9001; server b:|; }", NGINX, 1)[0]), "9001");
        assert_eq!(first("FROM a\nRUN wait-for redis:|", DOCKERFILE, 1), ["redis 6379/tcp"]);
        assert_eq!(
            first("services:\n  kv:\n    image: redis\n  a:\n    command: wait-for kv:|", COMPOSE, 1).len(),
            1
        );
    }

    #[test]
    fn the_host_has_the_containers_number_unless_it_is_taken() {
        let ports = |text: &str| {
            first(&in_service(text), COMPOSE, 2).iter().map(|it| number(it).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(ports("    ports:\n      - '|:5432'")[0], "5432");
        assert_eq!(ports("    ports:\n      - '5432:5432'\n      - '|:5432'")[0], "5433");
        assert_eq!(ports("    ports:\n      - '|:80'"), ["80", "8080"]);
        assert_eq!(ports("    ports:\n      - target: 80\n        published: |"), ["80", "8080"]);
        assert_eq!(
            ports("    ports:\n      - '8080:|'")[0],
            "5432",
            "the image says more than the host's port"
        );
    }

    #[test]
    fn what_the_list_has_is_not_offered_again() {
        let offered = first("FROM a\nEXPOSE 80 443 |", DOCKERFILE, 50);
        assert!(!offered.iter().any(|it| it == "http 80/tcp" || it == "https 443/tcp"), "{offered:?}");
        assert!(
            first("FROM a\nEXPOSE 80\nFROM b\nEXPOSE |", DOCKERFILE, 50).contains(&"http 80/tcp".to_owned())
        );
    }

    #[test]
    fn the_teams_own_stand_above_all() {
        let settings =
            settings("7070 = 'billing'\n5432 = 'ledger'\n9999 = { name = 'old', note = 'for the archive' }");
        let labels = |text: &str| {
            completion(text, DOCKERFILE, &settings).items.into_iter().map(|it| it.label).collect::<Vec<_>>()
        };
        assert_eq!(
            labels("FROM postgres\nEXPOSE |")[..3],
            ["ledger 5432/tcp", "billing 7070/tcp", "old 9999/tcp"]
        );
        assert_eq!(labels("FROM a\nEXPOSE bil|")[0], "billing 7070/tcp");
        assert_eq!(labels("FROM a\nEXPOSE 7|")[0], "7070/tcp billing");
    }

    #[test]
    fn what_is_out_of_use_says_what_to_use() {
        let completion = completion("FROM a\nEXPOSE 585|", DOCKERFILE, &Settings::default());
        let [old, new, ..] = &completion.items[..] else { panic!("two at least") };
        assert!(old.is_out_of_use && old.aside == "deregistered: use 993" && old.label.starts_with("585"));
        assert!(!new.is_out_of_use && new.text.as_deref() == Some("993"), "{new:?}");
        assert!(new.filter.starts_with("585"), "{new:?}");
    }

    #[test]
    fn transports_come_in_the_order_of_the_port() {
        assert_eq!(first("FROM a\nEXPOSE 53/|", DOCKERFILE, 9), ["udp", "tcp", "sctp"]);
        assert_eq!(first("FROM a\nEXPOSE 80/|", DOCKERFILE, 9), ["tcp", "udp", "sctp"]);
        assert_eq!(first("FROM a\nEXPOSE 51820/|", DOCKERFILE, 9)[0], "udp");
        assert_eq!(first("FROM a\nEXPOSE 80/u|", DOCKERFILE, 9), ["udp"]);
        assert_eq!(first("FROM a\nEXPOSE 80/T|", DOCKERFILE, 9), ["tcp"]);
        assert_eq!(first(&in_service("    ports:\n      - \"53:53/|"), COMPOSE, 9)[0], "udp");
        let long = "    ports:\n      - target: 53\n        published: 53\n        protocol: |";
        assert_eq!(first(&in_service(long), COMPOSE, 9), ["udp", "tcp", "sctp"]);
        assert_eq!(first(&in_service(&long.replace("protocol", "mode")), COMPOSE, 9), ["ingress", "host"]);
        assert_eq!(first(&in_service(&long.replace("protocol", "host_ip")), COMPOSE, 9)[0], "127.0.0.1");
        assert_eq!(first("FROM a\nEXPOSE ${PORT}/|", DOCKERFILE, 9), ["tcp", "udp", "sctp"]);
        let address = long.replace("protocol", "host_ip").replace('|', "127.0.|");
        assert_eq!(
            taken(&in_service(&address), COMPOSE),
            in_service(&address).replace("127.0.|", "127.0.0.1")
        );
        let quoted = long.replace("protocol", "host_ip").replace('|', "'|'");
        assert_eq!(first(&in_service(&quoted), COMPOSE, 9)[2], "::1");
        assert_eq!(first("server { listen 80/|; }", NGINX, 9), [""; 0]);
    }

    #[test]
    fn what_is_half_typed_is_finished() {
        for (text, language, expected) in [
            (in_service("    ports:\n      - |"), COMPOSE, in_service("    ports:\n      - 5432")),
            (in_service("    ports:\n      - \"543|"), COMPOSE, in_service("    ports:\n      - \"5432\"")),
            (in_service("    ports:\n      - '543|'"), COMPOSE, in_service("    ports:\n      - '5432'")),
            (in_service("    ports: [543|"), COMPOSE, in_service("    ports: [5432]")),
            (in_service("    ports: [\"543|"), COMPOSE, in_service("    ports: [\"5432\"]")),
            (in_service("    ports:\n      |"), COMPOSE, in_service("    ports:\n      - 5432")),
            (
                in_service("    ports:\n      - 80:543|\n    x: [\n"),
                COMPOSE,
                in_service("    ports:\n      - 80:5432\n    x: [\n"),
            ),
            (
                in_service("    environment:\n      URL: http://db:543|"),
                COMPOSE,
                in_service("    environment:\n      URL: http://db:5432"),
            ),
            ("server {\n  listen 808|\n}".into(), NGINX, "server {\n  listen 8080\n}".into()),
            ("listen 127.0.0.1:808|".into(), NGINX, "listen 127.0.0.1:8080".into()),
            (
                "FROM a\r\nexpose 80 \\\r\n  544|3\r\n".into(),
                DOCKERFILE,
                "FROM a\r\nexpose 80 \\\r\n  5443\r\n".into(),
            ),
            ("FROM a\nARG PORT=\"543|".into(), DOCKERFILE, "FROM a\nARG PORT=\"5432\"".into()),
            ("ONBUILD EXPOSE 543|".into(), DOCKERFILE, "ONBUILD EXPOSE 5432".into()),
        ] {
            let offered = completion(&text, language, &Settings::default());
            let (unmarked, _) = marked(&text);
            let number = expected
                .split(|it: char| !it.is_ascii_digit())
                .rfind(|it| !it.is_empty())
                .unwrap_or_default();
            let item = offered.items.iter().find(|item| self::number(&item.label) == number);
            let new = item.and_then(|item| item.text.clone()).unwrap_or_default();
            let got = [&unmarked[..offered.span.start], &new, &unmarked[offered.span.end..]].concat();
            assert_eq!(got, expected, "{text}");
        }
    }

    #[test]
    fn nothing_where_no_port_can_stand() {
        for (text, language) in [
            ("", DOCKERFILE),
            ("# EXPOSE 5|", DOCKERFILE),
            ("FROM postgres:|", DOCKERFILE),
            ("FROM a\nUSER |", DOCKERFILE),
            ("FROM a\nUSER 1000:|", DOCKERFILE),
            ("FROM a\nEXPOSE 80 # 5|", DOCKERFILE),
            ("FROM a\nEXPOSE 80-9|", DOCKERFILE),
            ("FROM a\nEXPOSE $POR|T", DOCKERFILE),
            ("FROM a\nEXPOSE ${PO|", DOCKERFILE),
            ("FROM a\nVOLUME /data|", DOCKERFILE),
            ("FROM a\nENV VERSION=|", DOCKERFILE),
            ("EXP|", DOCKERFILE),
            ("services:\n  a:\n    image: postgres:|", COMPOSE),
            ("services:\n  a:\n    user: \"1000:|\"", COMPOSE),
            ("services:\n  a:\n    volumes:\n      - db:|", COMPOSE),
            ("services:\n  a:\n    po|", COMPOSE),
            ("services:\n  a:\n    ports:\n      - \"80:80 |\"", COMPOSE),
            ("services:\n  a:\n    ports:\n      - 80:80 # 5|", COMPOSE),
            ("services:\n  a:\n    command:\n      |", COMPOSE),
            ("services:\n  |", COMPOSE),
            ("server { listen 80 |; }", NGINX),
            ("server { listen unix:/run/|; }", NGINX),
            ("server { root /var/|; }", NGINX),
            ("server { # listen |\n}", NGINX),
            ("server { lis|", NGINX),
            ("worker_processes |;", NGINX),
            ("location / { proxy_pass http:|//a; }", NGINX),
            ("listen | 127.0.0.1:80;", NGINX),
            ("FROM a\nRUN echo \"no such architecture:| \"", DOCKERFILE),
            ("services:\n  a:\n    ports:\n      - 80\n    volumes:|", COMPOSE),
            ("services:\n  a:\n    environment:\n      A: ${LOGIN:|-true}", COMPOSE),
            ("services:\n  a:\n    environment:\n      A: http:|//b", COMPOSE),
            ("💣54|", NGINX),
        ] {
            let text = if text.contains('|') { text.to_owned() } else { format!("{text}|") };
            let completion = completion(&text, language, &Settings::default());
            assert_eq!(completion.items, [], "{text}");
        }
    }

    #[test]
    fn lists_are_short() {
        for text in ["EXPOSE |", "EXPOSE 8|", "EXPOSE a|"] {
            let completion = completion(&format!("FROM a\n{text}"), DOCKERFILE, &Settings::default());
            assert!(
                completion.is_cut && completion.items.len() == MOST,
                "{text}: {}",
                completion.items.len()
            );
        }
        assert!(!completion("FROM a\nEXPOSE postg|", DOCKERFILE, &Settings::default()).is_cut);
    }

    #[test]
    fn forms_are_indented_and_quoted() {
        let forms = |text: &str| {
            let completion = completion(text, COMPOSE, &Settings::default());
            let forms = completion.items.into_iter().filter(|item| item.kind == Kind::Form);
            forms.map(|it| (it.text, it.snippet.unwrap_or_default())).collect::<Vec<_>>()
        };
        let short = |quote: &str| {
            let form = |inner: &str| format!("{quote}{inner}{quote}");
            (Some(form("5432:5432")), form("${1:5432}:${2:5432}"))
        };
        let long = "target: ${1:5432}\n  published: \"${2:5432}\"\n  protocol: ${3:tcp}";
        assert_eq!(forms(&in_service("    ports:\n      - |")), [short("\""), (None, long.to_owned())]);
        assert_eq!(forms(&in_service("    ports:\n      - '|'")), [short("")]);
        assert_eq!(forms(&in_service("    ports: [|]")), [short("\"")]);
        assert_eq!(forms(&in_service("    ports:\n      |"))[1].1, format!("- {long}"));
        assert_eq!(forms(&in_service("    ports:\n      - 80:|")), []);
        assert_eq!(forms(&in_service("    expose:\n      - |")), []);
        let taken = forms(&in_service("    ports:\n      - 5432:1\n      - |"));
        assert_eq!(taken[0].0.as_deref(), Some("\"5433:5432\""));
        let web = forms("services:\n  web:\n    image: nginx\n    ports:\n      - |");
        assert_eq!(web[0].1, "\"${1:8080}:${2:80}\"");
    }

    /// At every byte of `text`: nothing panics, and what is offered is found there by the scanner once it is taken.
    fn every_byte(text: &str, language: Language) {
        let scan = languages::scan(text, language);
        let settings = Settings::default();
        for at in 0..=text.len() {
            let completion = complete(text, language, &scan, &Memory::default(), &settings.team, || &[], at);
            assert!(
                completion.items.is_empty()
                    || completion.span.touches(at.min(text.len()))
                    || !text.is_char_boundary(at)
            );
            let numbers: Vec<_> = completion
                .items
                .iter()
                .filter(|item| item.kind == Kind::Value)
                .filter_map(|item| match item.subject {
                    Some(Subject::Port { number, .. }) => Some((number, item.text.as_deref()?)),
                    _ => None,
                })
                .collect();
            let chosen = numbers.iter().take(1).chain(numbers.last());
            for (number, new) in chosen {
                let taken = [&text[..completion.span.start], new, &text[completion.span.end..]].concat();
                let digits = number.to_string();
                let start = completion.span.start + new.find(&digits).expect("the number is in the text");
                let found = languages::scan(&taken, language);
                let is_there = found.uses.iter().any(|port| {
                    port.span.start == start && port.range == Some(PortRange::single(u32::from(*number)))
                });
                assert!(is_there, "{number} at {at} of {taken}");
            }
        }
        // Where a single number stands that is no one digit of free text, something is offered.
        for port in scan.uses.iter().filter(|it| it.span.of(text).bytes().all(|byte| byte.is_ascii_digit())) {
            let completion =
                complete(text, language, &scan, &Memory::default(), &settings.team, || &[], port.span.start);
            assert!(!completion.items.is_empty() && completion.span == port.span, "{:?}", port.span.of(text));
        }
    }

    #[test]
    fn every_byte_of_the_demo() {
        every_byte(include_str!("../../tests/demo/Dockerfile"), DOCKERFILE);
        every_byte(include_str!("../../tests/demo/compose.yaml"), COMPOSE);
        every_byte(include_str!("../../tests/demo/nginx.conf"), NGINX);
    }

    #[test]
    fn every_byte_of_the_awkward() {
        for end in ["\n", "\r\n", "\r"] {
            let text = |text: &str| text.replace('\n', end);
            every_byte(
                &text(
                    "FROM a\nLABEL x=\"💣\"\n\tEXPOSE\t80-90 70000 ${PORT} 8 \\\n  53/udp\nRUN <<E\nx :8080\nE\n",
                ),
                DOCKERFILE,
            );
            every_byte(
                &text(
                    "services:\n  💣:\n    ports: [80, \"81:82/udp\", '127.0.0.1::5', {target: 7}]\n    command: x --port 9090\n",
                ),
                COMPOSE,
            );
            every_byte(
                &text(
                    "server {\n\tset $a \"💣\"; listen 994; listen [::]:70000\n proxy_pass http://a:${PORT};\n",
                ),
                NGINX,
            );
        }
    }
}
