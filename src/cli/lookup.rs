//! `--lookup`: what the registry knows of a number or name.

use std::io::{self, Write};

use serde::Serialize;

use super::settings::Configurations;
use super::{Arguments, Form, Outcome, complain};
use crate::describe;
use crate::port::Transport;
use crate::registry::{self, Assignment, TeamPort, TeamPorts, WikipediaRow};
use crate::report::{harmless, printable, printable_lines};

/// How many ports are shown of those that begin as asked.
const SHOWN: usize = 50;

/// Writes what is known of `query`: a number, perhaps with its transport (`53/udp`), the name of a service or product, or
/// the beginning of either with a star behind it (`postg*`).
///
/// # Errors
///
/// Those of `out`.
pub fn run(query: &str, arguments: &Arguments, form: Form, out: &mut impl Write) -> io::Result<Outcome> {
    let Ok(team) = Configurations::new(arguments).team() else { return Ok(Outcome::Failed) };
    let query = query.trim();
    if let Some(start) = query.strip_suffix('*') {
        return beginning_with(start, &team, form, out);
    }
    let query = match query.split_once('/') {
        Some((number, transport)) if Transport::from_name(transport).is_some() => number,
        _ => query,
    };
    if let Ok(port) = query.parse::<u16>() {
        match form {
            Form::Text => writeln!(out, "{}", printable_lines(&describe::number(port, &team)))?,
            Form::Json => write_json(&Known::of(port, &team), out)?,
        }
        return Ok(Outcome::Clean);
    }
    if !query.is_empty() && query.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(complain(format_args!("{query} is no port: the largest is 65535")));
    }
    let ports = registry::ports_named(query, &team);
    if ports.is_empty() {
        return Ok(complain(format_args!(
            "no service is known as `{query}`; names are those of IANA and of common products, and `{}*` asks for \
             all that begin so",
            query.chars().take(3).collect::<String>(),
        )));
    }
    match form {
        Form::Text => {
            let texts: Vec<String> = ports.iter().map(|&port| describe::number(port, &team)).collect();
            writeln!(out, "{}", printable_lines(&texts.join("\n\n")))?;
        }
        Form::Json => {
            let ports = ports.iter().map(|&port| Known::of(port, &team)).collect();
            write_json(&Named { name: query, ports }, out)?;
        }
    }
    Ok(Outcome::Clean)
}

/// Writes the ports that begin with `start`: a line for each, or all that is known of each.
fn beginning_with(start: &str, team: &TeamPorts, form: Form, out: &mut impl Write) -> io::Result<Outcome> {
    let mut ports = registry::search(start, team);
    if ports.is_empty() {
        return Ok(complain(format_args!("no number and no service begins with `{start}`")));
    }
    let more = ports.len().saturating_sub(SHOWN);
    ports.truncate(SHOWN);
    match form {
        Form::Text => {
            for port in ports {
                let known = describe::number(port, team);
                writeln!(out, "{}", printable(known.lines().next().unwrap_or_default()))?;
            }
            if more > 0 {
                writeln!(out, "… and {more} more")?;
            }
        }
        Form::Json => {
            let ports = ports.into_iter().map(|port| Known::of(port, team)).collect();
            write_json(&Named { name: &format!("{start}*"), ports }, out)?;
        }
    }
    Ok(Outcome::Clean)
}

fn write_json(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", harmless(&serde_json::to_string_pretty(value)?))
}

/// What is known of a name.
#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    ports: Vec<Known>,
}

/// What is known of a number.
#[derive(Serialize)]
struct Known {
    port: u16,
    /// What a person reads first of it, a line each.
    text: Vec<String>,
    /// The rows of the team's own registry, the narrowest first.
    team: Vec<JsonTeam>,
    assignments: Vec<JsonAssignment>,
    formerly: Vec<JsonFormer>,
    in_practice: Vec<JsonPractice>,
    cleartext: Vec<JsonCleartext>,
    browser_blocked: bool,
    ranges: Vec<JsonRange>,
    /// Every row of Wikipedia's list at that number.
    wikipedia: Vec<JsonRow>,
    /// The date of IANA's registry.
    registry_date: &'static str,
}

#[derive(Serialize)]
struct JsonTeam {
    first: u32,
    last: u32,
    transport: Option<&'static str>,
    service: String,
    url: String,
    note: String,
}

#[derive(Serialize)]
struct JsonAssignment {
    first: u16,
    last: u16,
    /// Null: every transport.
    transport: Option<&'static str>,
    status: &'static str,
    service: &'static str,
    title: &'static str,
    reference: &'static str,
    replacement: &'static str,
    date: &'static str,
    note: &'static str,
    source: &'static str,
}

#[derive(Serialize)]
struct JsonFormer {
    first: u16,
    last: u16,
    transport: Option<&'static str>,
    service: &'static str,
    note: &'static str,
}

#[derive(Serialize)]
struct JsonPractice {
    transport: &'static str,
    product: &'static str,
    kind: &'static str,
    cleartext: bool,
    tls_port: Option<u16>,
    url: &'static str,
    note: &'static str,
}

#[derive(Serialize)]
struct JsonCleartext {
    transport: &'static str,
    service: &'static str,
    replacement: &'static str,
    secure_ports: Vec<u16>,
    starttls: bool,
    reference: &'static str,
    note: &'static str,
}

#[derive(Serialize)]
struct JsonRange {
    name: &'static str,
    first: u16,
    last: u16,
    scope: &'static str,
}

#[derive(Serialize)]
struct JsonRow {
    first: u16,
    last: u16,
    variant: String,
    tcp: &'static str,
    udp: &'static str,
    sctp: &'static str,
    dccp: &'static str,
    service: &'static str,
    note: &'static str,
}

impl Known {
    fn of(port: u16, team: &TeamPorts) -> Self {
        let cleartext =
            Transport::ALL.into_iter().filter_map(|transport| registry::cleartext(port, transport));
        Self {
            port,
            text: describe::number(port, team).lines().map(|line| line.trim().to_owned()).collect(),
            team: team.at(port).into_iter().map(JsonTeam::from).collect(),
            assignments: registry::assignments(port).map(JsonAssignment::from).collect(),
            formerly: registry::formerly(port)
                .map(|it| JsonFormer {
                    first: it.first,
                    last: it.last,
                    transport: it.transport.map(Transport::name),
                    service: it.service,
                    note: it.note,
                })
                .collect(),
            in_practice: registry::in_practice(port)
                .map(|it| JsonPractice {
                    transport: it.transport.name(),
                    product: it.product,
                    kind: it.kind.name(),
                    cleartext: it.cleartext,
                    tls_port: it.tls_port,
                    url: it.url,
                    note: it.note,
                })
                .collect(),
            cleartext: cleartext
                .map(|it| JsonCleartext {
                    transport: it.transport.name(),
                    service: it.service,
                    replacement: it.replacement,
                    secure_ports: it.secure_ports.into_iter().flatten().collect(),
                    starttls: it.starttls,
                    reference: it.reference,
                    note: it.note,
                })
                .collect(),
            browser_blocked: registry::browser_blocked(port).is_some(),
            ranges: registry::ranges(port)
                .map(|it| JsonRange { name: it.name, first: it.first, last: it.last, scope: it.scope })
                .collect(),
            wikipedia: registry::wikipedia(port).map(JsonRow::from).collect(),
            registry_date: registry::DATE,
        }
    }
}

impl From<&TeamPort> for JsonTeam {
    fn from(row: &TeamPort) -> Self {
        Self {
            first: row.range.first,
            last: row.range.last,
            transport: row.transport.map(Transport::name),
            service: row.service.clone(),
            url: row.url.clone(),
            note: row.note.clone(),
        }
    }
}

impl From<Assignment> for JsonAssignment {
    fn from(it: Assignment) -> Self {
        Self {
            first: it.first,
            last: it.last,
            transport: it.transport.map(Transport::name),
            status: it.status.name(),
            service: it.service,
            title: it.title,
            reference: it.reference,
            replacement: it.replacement,
            date: it.date,
            note: it.note,
            source: "IANA",
        }
    }
}

impl From<WikipediaRow> for JsonRow {
    fn from(row: WikipediaRow) -> Self {
        let listing = |transport| row.listing(transport).name();
        Self {
            first: row.first,
            last: row.last,
            variant: row.variant.map(String::from).unwrap_or_default(),
            tcp: listing(Transport::Tcp),
            udp: listing(Transport::Udp),
            sctp: listing(Transport::Sctp),
            dccp: listing(Transport::Dccp),
            service: row.service,
            note: row.note,
        }
    }
}
