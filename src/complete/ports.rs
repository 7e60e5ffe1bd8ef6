//! Ports at the place of one, transports behind a port, and the other values of an entry.

use std::borrow::Cow;

use super::place::{self, Place, Value, ValuePlace};
use super::surroundings::{fitting, taken};
use super::{Completion, Item, Kind, MOST, Subject, forms};
use crate::languages::{EntryStyle, Language, Scan};
use crate::port::{Protocol, Role, Transport};
use crate::registry::{self, Status, TeamPorts};

/// The transports that Docker and compose know.
const TRANSPORTS: [Transport; 3] = [Transport::Tcp, Transport::Udp, Transport::Sctp];

/// What can stand at byte `at`, if that is the place of a port or of a value beside one.
pub fn complete(
    text: &str,
    language: Language,
    scan: &Scan,
    team: &TeamPorts,
    at: usize,
) -> Option<Completion> {
    if let Some(place) = place::of_value(text, language, scan, at) {
        let typed = &text[place.word.start..at];
        return Some(Completion { items: values(&place, typed), span: place.word, ..Completion::default() });
    }
    let place = place::of_port(text, language, scan, at)?;
    let offer = Offer { text, language, team, place: &place, typed: &text[place.word.start..at] };
    Some(offer.completion())
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
        Completion { items, span: self.place.word, is_cut, ..Completion::default() }
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
            is_public: !is_of(self.team, port),
            fit: fitting.iter().position(|&it| it == port).unwrap_or(usize::MAX),
            is_not_exact: exact != Some(port),
            is_another: !self.is_called_so(port),
            usage: std::cmp::Reverse(usage),
            order,
        }
    }

    /// Whether the port's own name, not one of its by-names, is what is typed.
    fn is_called_so(&self, port: u16) -> bool {
        registry::assignments(port).any(|it| it.service.eq_ignore_ascii_case(self.typed))
    }

    fn item(&self, number: u16) -> Item {
        let transport = self.transport(number);
        let names = names(number, transport, self.team);
        let begins = |name: &&Cow<'_, str>| {
            name.get(..self.typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(self.typed))
        };
        let name = names.iter().find(begins).or(names.first()).map_or("", |name| name.as_ref());
        let suffix = if self.takes_suffix(transport) { format!("/{transport}") } else { String::new() };
        let what = what(number, transport, self.team);
        let trouble = trouble(number, transport).filter(|_| !is_of(self.team, number));
        let joined =
            |words: &[&str]| words.iter().copied().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ");
        let digits = number.to_string();
        let all = names.join(" ");
        let is_number = digits.starts_with(self.typed);
        Item {
            label: joined(&[&format!("{number}{suffix}"), name]),
            detail: match &trouble {
                Some(trouble) => format!("{number}/{transport}, {trouble}"),
                None => joined(&[&what, &format!("{number}/{transport}")]).replacen(' ', " ", 1),
            },
            aside: trouble.unwrap_or_else(|| what.into_owned()),
            kind: Kind::Value,
            filter: if is_number { joined(&[&digits, &all]) } else { joined(&[self.typed, &digits, &all]) },
            text: Some(self.inserted(&format!("{digits}{suffix}"))),
            snippet: None,
            subject: Some(Subject::Port { number, transport }),
            is_out_of_use: is_out_of_use(number, transport) && !is_of(self.team, number),
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

fn is_of(team: &TeamPorts, port: u16) -> bool {
    !team.at(port).is_empty()
}

/// The transport on which the port is used: UDP where nobody is known to use it otherwise.
pub fn usual_transport(number: u16) -> Transport {
    let mut used = registry::in_practice(number).map(|it| it.transport).peekable();
    match used.peek().copied() {
        Some(first) if used.all(|it| it == first) => first,
        _ => Transport::Tcp,
    }
}

/// What people call the port, the best first: the team, products, IANA.
fn names(number: u16, transport: Transport, team: &TeamPorts) -> Vec<Cow<'_, str>> {
    let mut names: Vec<Cow<'_, str>> = Vec::new();
    let own = team.at(number).into_iter().map(|row| Cow::from(&row.service));
    let products = registry::in_practice(number).filter(|it| it.transport == transport);
    let products: Vec<&'static str> = products.flat_map(|it| it.names()).collect();
    let assigned: Vec<&'static str> = registry::assignments_on(number, transport)
        .map(|it| it.service)
        .filter(|it| !it.is_empty())
        .collect();
    // IANA's name comes first where a product has it too, or where there is none.
    let (shared, rest): (Vec<&str>, Vec<&str>) =
        assigned.into_iter().partition(|name| products.is_empty() || products.contains(name));
    let former = registry::formerly(number).map(|it| it.service);
    let public = shared.into_iter().chain(products.iter().copied()).chain(rest).chain(former).map(Cow::from);
    for name in own.chain(public) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What listens there: the team's service, a product, or IANA's title.
fn what(number: u16, transport: Transport, team: &TeamPorts) -> Cow<'_, str> {
    if let Some(row) = team.find(number, transport) {
        return if row.note.is_empty() {
            format!("{} (yours)", row.service).into()
        } else {
            (&row.note).into()
        };
    }
    if let Some(product) = registry::in_practice(number).find(|it| it.transport == transport) {
        return product.product.into();
    }
    let record = registry::assignments_on(number, transport).find(|it| !it.service.is_empty());
    record.map_or("", |it| if it.title.is_empty() { it.service } else { it.title }).into()
}

/// Why the port should not be used, and what should be instead.
fn trouble(number: u16, transport: Transport) -> Option<String> {
    let record = registry::assignments_on(number, transport).next()?;
    let status = match record.status {
        Status::Deregistered => "deregistered",
        Status::Reserved if registry::in_practice(number).next().is_none() => "reserved",
        _ => return None,
    };
    Some(match record.replacement {
        "" => status.to_owned(),
        instead => format!("{status}: use {instead}"),
    })
}

fn is_out_of_use(number: u16, transport: Transport) -> bool {
    trouble(number, transport).is_some()
}

/// The port to use instead of one that is out of use.
fn replacement(number: u16) -> Option<u16> {
    registry::assignments(number)
        .filter(|it| it.status != Status::Assigned)
        .find_map(|it| it.replacement_port())
}

/// The values that can stand at `place` and begin with what is `typed`.
fn values(place: &ValuePlace, typed: &str) -> Vec<Item> {
    let words: Vec<(&str, &str)> = match place.value {
        Value::Transport(number) => transports(number).map(|it| (it.name(), of_transport(it))).into(),
        Value::Mode => vec![
            ("ingress", "on every node of a swarm, which balances the load"),
            ("host", "on the node that runs the container"),
        ],
        Value::Address => vec![
            ("127.0.0.1", "this host alone"),
            ("0.0.0.0", "every IPv4 address of the host"),
            ("'::1'", "this host alone, by IPv6"),
        ],
    };
    let begins = |word: &str| word.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed));
    let words = words.into_iter().filter(|(word, _)| begins(word));
    let item = |(word, meaning): (&str, &str)| Item {
        label: word.to_owned(),
        detail: meaning.to_owned(),
        kind: Kind::Keyword,
        filter: word.to_owned(),
        text: Some([word, &place.behind].concat()),
        ..Item::default()
    };
    words.map(item).collect()
}

fn of_transport(transport: Transport) -> &'static str {
    match transport {
        Transport::Tcp => "Transmission Control Protocol",
        Transport::Udp => "User Datagram Protocol",
        Transport::Sctp => "Stream Control Transmission Protocol",
        Transport::Dccp => "Datagram Congestion Control Protocol",
    }
}

/// The transports, the one first that the port of that number is used on, then those on which IANA knows it.
fn transports(number: Option<u16>) -> [Transport; 3] {
    let mut transports = TRANSPORTS;
    let Some(number) = number else { return transports };
    let is_used = |transport| registry::in_practice(number).any(|it| it.transport == transport);
    let is_assigned = |transport| {
        registry::assignments_on(number, transport)
            .any(|it| it.status == Status::Assigned && it.transport == Some(transport))
    };
    transports.sort_by_key(|&transport| (!is_used(transport), !is_assigned(transport)));
    transports
}
