//! IANA's own file, `service-names-port-numbers.csv`, and how its prose is read.
//!
//! A row without a port number is about a service name alone. A number nobody has is a row without a service name, whose
//! description begins with `Reserved` or `Unassigned`, or which says in passing that it was removed. An old spelling points
//! to the new one in a note.

use portolan::port::{PortRange, Transport};
use portolan::registry::Status;

use crate::sheet::{Problem, Row};

/// A row of IANA's file that has a port number, with white space made single.
pub struct Draft {
    /// What tells it from all others.
    pub key: Key,
    description: String,
    /// When it was registered, if the row says so.
    pub registered: String,
    /// When it was last changed, if the row says so.
    pub modified: String,
    /// The documents it names, separated by `;`.
    pub reference: String,
    unauthorized: String,
    notes: String,
}

impl Draft {
    /// Reads a row that has a port number.
    pub fn read(row: &Row) -> Result<Self, Problem> {
        let text = |place: usize| {
            row.text(HEADER[place]).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        };
        let range = PortRange::parse(&text(1)?).filter(|range| !range.is_empty());
        let ends = range.and_then(|range| Some((range.first.try_into().ok()?, range.last.try_into().ok()?)));
        let (first, last) =
            ends.ok_or_else(|| row.wrong(HEADER[1], "a port, a range such as 6000-6063, or nothing"))?;
        Ok(Self {
            key: Key { first, last, transport: row.transport(HEADER[2])?, service: text(0)? },
            description: text(3)?,
            registered: date(row, HEADER[6])?,
            modified: date(row, HEADER[7])?,
            reference: references(&text(8)?),
            unauthorized: text(10)?,
            notes: text(11)?,
        })
    }

    /// Whose the number is, as far as the row's words tell.
    pub fn status(&self, is_named_beside: bool) -> Status {
        let description = self.description.to_ascii_lowercase();
        let words = format!("{description} {}", self.notes.to_ascii_lowercase());
        let says = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(phrase));
        let is_named = !self.key.service.is_empty();
        if WITHDRAWN.iter().any(|word| description.starts_with(word)) || (!is_named && says(&WITHDRAWN)) {
            return Status::Deregistered;
        }
        // Some rows have a name, and the description `Reserved for a future enhancement of …`.
        if description.starts_with("reserved") {
            return if is_named_beside { Status::HeldBack } else { Status::Reserved };
        }
        if is_named {
            return if says(&["historic", "is a duplicate of"]) {
                Status::Historic
            } else {
                Status::Assigned
            };
        }
        // "any private mail system" and the like are set aside for private use.
        if description.starts_with("unassigned") { Status::Unassigned } else { Status::Assigned }
    }

    /// The description, where it says more than the service name.
    pub fn title(&self) -> String {
        let title =
            self.description.split("IANA assigned this well-formed").next().unwrap_or_default().trim();
        let is_withdrawal = WITHDRAWN.iter().any(|word| title.to_ascii_lowercase().starts_with(word));
        let says_more = !self.key.service.is_empty() && !title.eq_ignore_ascii_case(&self.key.service);
        if says_more && !is_withdrawal { title.to_owned() } else { String::new() }
    }

    /// What IANA's note says to use instead: `This entry is an alias to "whoispp"`, `Use 993 instead of 585`.
    pub fn replacement(&self) -> String {
        let behind = |phrase| self.notes.split_once(phrase).map(|(_, rest): (&str, &str)| rest);
        let quoted = behind("is an alias to \"").or_else(|| behind("is a duplicate of the \""));
        if let Some(quoted) = quoted {
            return quoted.split('"').next().unwrap_or_default().to_owned();
        }
        let number = behind("Use ").and_then(|rest| rest.split_once(" instead")).map(|(number, _)| number);
        number.filter(|number| number.parse::<u16>().is_ok()).unwrap_or_default().to_owned()
    }

    /// The day of a withdrawal, from the note (`removed on 2013-05-24.`) or the columns.
    pub fn withdrawal(&self) -> String {
        let day =
            self.notes.split([' ', '.', ',', ';', '(', ')']).find(|word| is_date(word) && word.len() == 10);
        let column = [&self.modified, &self.registered].into_iter().find(|date| !date.is_empty());
        day.map(str::to_owned).or_else(|| column.cloned()).unwrap_or_default()
    }

    /// The ports that IANA's remark on unauthorized use names, or else the record's own.
    pub fn unauthorized(&self) -> String {
        if self.unauthorized.is_empty() {
            return String::new();
        }
        let lower = self.unauthorized.to_ascii_lowercase();
        let behind = lower.split_once("port").map_or("", |(_, rest)| rest);
        let words = behind.split(|letter: char| !letter.is_ascii_digit() && letter != '-');
        let ports: Vec<&str> = words.filter(|word| PortRange::parse(word).is_some()).collect();
        if !ports.is_empty() {
            return ports.join(" ");
        }
        PortRange { first: self.key.first.into(), last: self.key.last.into() }.to_string()
    }
}

/// What tells a record from all others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The number, or the first one of a range.
    pub first: u16,
    /// The last number of the range.
    pub last: u16,
    /// The transport; `None` for every one.
    pub transport: Option<Transport>,
    /// The service name; empty where nobody has the number.
    pub service: String,
}

/// The header of IANA's file.
const HEADER: [&str; 12] = [
    "Service Name",
    "Port Number",
    "Transport Protocol",
    "Description",
    "Assignee",
    "Contact",
    "Registration Date",
    "Modification Date",
    "Reference",
    "Service Code",
    "Unauthorized Use Reported",
    "Assignment Notes",
];

/// What IANA writes, in lower case, where it has withdrawn a number.
const WITHDRAWN: [&str; 9] = [
    "removed",
    "de-registered",
    "deregistered",
    "de-assigned",
    "decommissioned",
    "decomissioned",
    "de-commissioned",
    "deprecated",
    "released",
];

/// Whether the row is about a number, not about a service name alone.
pub fn has_port(row: &Row) -> bool {
    row.text(HEADER[1]) != Ok("")
}

/// `[RFC3501][RFC9051]` as `RFC 3501;RFC 9051`; whoever is not a document is left out.
fn references(text: &str) -> String {
    let names = text.split(['[', ']']).map(str::trim);
    let documents = names.filter(|name| name.starts_with("RFC") || name.starts_with("draft-"));
    let spaced = documents.map(|name| match name.strip_prefix("RFC") {
        Some(number) if number.starts_with(|digit: char| digit.is_ascii_digit()) => format!("RFC {number}"),
        _ => name.to_owned(),
    });
    spaced.collect::<Vec<_>>().join(";")
}

/// The cell's date, which IANA writes as `2018-07-06` or `2005-04`.
fn date(row: &Row, column: &str) -> Result<String, Problem> {
    let text = row.text(column)?.trim();
    if text.is_empty() || is_date(text) {
        return Ok(text.to_owned());
    }
    Err(row.wrong(column, "a date such as 2018-07-06 or 2005-04, or nothing"))
}

/// Whether it is a year, a month or a day: `2005`, `2005-04`, `2018-07-06`.
fn is_date(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_digits && [&[4][..], &[4, 2], &[4, 2, 2]].contains(&&lengths.collect::<Vec<_>>()[..])
}
