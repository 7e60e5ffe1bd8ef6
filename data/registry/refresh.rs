//! Renews our table of IANA's records from IANA's own file, keeping what that file does not tell.
//!
//! Which of several readings of IANA's prose is meant was judged once, by hand, in our table: the judgement stands while
//! the record says the same.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;

use portolan::port::{PortRange, Transport};
use portolan::registry::Status;

use crate::iana::{Draft, Key, has_port};
use crate::sheet::{Problem, Row, Sheet};

/// The header of our table.
const OURS: [&str; 11] = [
    "first",
    "last",
    "transport",
    "service",
    "title",
    "status",
    "replacement",
    "reference",
    "date",
    "unauthorized",
    "note",
];

/// What a refresh comes to.
pub struct Fresh {
    /// The new `data/iana.csv`.
    pub table: String,
    /// The new `data/iana-date.csv`.
    pub date: String,
    /// What was added, removed and changed, a line each, and their sums.
    pub changes: String,
}

/// Renews our `table` from the text of IANA's file; `name` is that file's, for the messages.
pub fn refresh(table: &str, name: &str, iana: &str) -> Result<Fresh, Problem> {
    let old: Vec<Record> =
        Sheet::read("iana.csv", table)?.rows.iter().map(Record::ours).collect::<Result<_, _>>()?;
    let iana = Sheet::read(name, iana)?;
    let numbered: Vec<&Row> = iana.rows.iter().filter(|row| has_port(row)).collect();
    let drafts: Vec<Draft> = numbered.into_iter().map(Draft::read).collect::<Result<_, _>>()?;
    if drafts.len() * 10 < old.len() * 9 {
        let message = format!(
            "expected about {} records with a port number, found {}: is the download complete?",
            old.len(),
            drafts.len()
        );
        return Err(Problem::of_file(name, message));
    }
    let date =
        drafts.iter().flat_map(|draft| [&draft.registered, &draft.modified]).filter(|date| date.len() == 10);
    let date = date.max().ok_or_else(|| Problem::of_file(name, "expected at least one full date"))?;
    let mut new = merge(&old, &drafts);
    new.sort_by_key(|record| record.key.first);
    Ok(Fresh {
        table: write_table(&new),
        date: format!("date\n{date}\n"),
        changes: compare(&old, &new, date),
    })
}

/// A row of our table.
#[derive(Clone, PartialEq, Eq)]
struct Record {
    key: Key,
    title: String,
    status: Status,
    replacement: String,
    reference: String,
    date: String,
    unauthorized: String,
    note: String,
}

impl Record {
    fn ours(row: &Row) -> Result<Self, Problem> {
        let (first, last) = row.range()?.into_inner();
        let text = |column| row.text(column).map(str::to_owned);
        Ok(Self {
            key: Key { first, last, transport: row.transport("transport")?, service: text("service")? },
            title: text("title")?,
            status: Status::ALL[usize::from(row.place("status", Status::ALL.map(Status::name))?)],
            replacement: text("replacement")?,
            reference: text("reference")?,
            date: text("date")?,
            unauthorized: text("unauthorized")?,
            note: text("note")?,
        })
    }

    /// The cells, in the order of our header.
    fn cells(&self) -> [String; 11] {
        [
            self.key.first.to_string(),
            self.key.last.to_string(),
            self.key.transport.map_or("", Transport::name).to_owned(),
            self.key.service.clone(),
            self.title.clone(),
            self.status.name().to_owned(),
            self.replacement.clone(),
            self.reference.clone(),
            self.date.clone(),
            self.unauthorized.clone(),
            self.note.clone(),
        ]
    }

    /// `993/udp held-back`, `5432/tcp postgresql`.
    fn name(&self) -> String {
        let ports = PortRange { first: self.key.first.into(), last: self.key.last.into() };
        let transport = self.key.transport.map(|transport| format!("/{transport}")).unwrap_or_default();
        let service = if self.key.service.is_empty() { self.status.name() } else { &self.key.service };
        format!("{ports}{transport} {service}")
    }
}

/// IANA's rows with what only our table knows.
fn merge(old: &[Record], drafts: &[Draft]) -> Vec<Record> {
    let known: HashMap<&Key, &Record> = old.iter().map(|record| (&record.key, record)).collect();
    let mut named: HashMap<(u16, u16), Vec<Option<Transport>>> = HashMap::new();
    for draft in drafts.iter().filter(|draft| !draft.key.service.is_empty()) {
        named.entry((draft.key.first, draft.key.last)).or_default().push(draft.key.transport);
    }
    let mut names_before: HashMap<(u16, u16, Option<Transport>), &str> = HashMap::new();
    for Record { key, .. } in old.iter().filter(|record| !record.key.service.is_empty()) {
        names_before.entry((key.first, key.last, key.transport)).or_insert(&key.service);
    }
    drafts
        .iter()
        .map(|draft| {
            let key = &draft.key;
            let transports = named.get(&(key.first, key.last)).map_or(&[][..], Vec::as_slice);
            let is_named_beside = transports.iter().any(|&transport| transport != key.transport);
            let ours = known.get(key).copied();
            let name_before = names_before.get(&(key.first, key.last, key.transport)).copied();
            renew(draft, ours, is_named_beside, name_before)
        })
        .collect()
}

/// A draft made a record, with the judgement of `ours` where that still stands.
fn renew(draft: &Draft, ours: Option<&Record>, is_named_beside: bool, name_before: Option<&str>) -> Record {
    let stands = |ours: &&Record| match ours.status {
        Status::Deregistered | Status::Historic => true,
        Status::HeldBack => is_named_beside,
        Status::Reserved => !is_named_beside,
        Status::Assigned | Status::Unassigned => false,
    };
    let judged = ours.filter(|_| draft.key.service.is_empty()).filter(stands);
    let status = judged.map_or_else(|| draft.status(is_named_beside), |ours| ours.status);
    let same = ours.filter(|ours| ours.status == status);
    let kept = |of: fn(&Record) -> &String| same.map(of).filter(|text| !text.is_empty()).cloned();
    let is_dated = matches!(status, Status::Deregistered | Status::Reserved);
    let was = name_before.filter(|_| draft.key.service.is_empty()).map(|name| format!("was {name}"));
    Record {
        key: draft.key.clone(),
        title: draft.title(),
        status,
        replacement: kept(|ours| &ours.replacement).unwrap_or_else(|| draft.replacement()),
        reference: Some(draft.reference.clone())
            .filter(|text| !text.is_empty())
            .or_else(|| kept(|ours| &ours.reference))
            .unwrap_or_default(),
        date: kept(|ours| &ours.date)
            .unwrap_or_else(|| if is_dated { draft.withdrawal() } else { String::new() }),
        unauthorized: Some(draft.unauthorized())
            .filter(|ports| !ports.is_empty())
            .map(|ports| kept(|ours| &ours.unauthorized).unwrap_or(ports))
            .unwrap_or_default(),
        note: kept(|ours| &ours.note).or(was).unwrap_or_default(),
    }
}

/// What happened from one table to the next, in the order of the numbers.
fn compare(old: &[Record], new: &[Record], date: &str) -> String {
    let by_key = |records: &[Record]| -> HashMap<Key, Record> {
        records.iter().map(|record| (record.key.clone(), record.clone())).collect()
    };
    let (before, after) = (by_key(old), by_key(new));
    let keys: BTreeSet<&Key> = before.keys().chain(after.keys()).collect();
    let [mut added, mut removed, mut changed] = [0; 3];
    let mut out = String::new();
    for key in keys {
        let line = match (before.get(key), after.get(key)) {
            (None, Some(after)) => {
                added += 1;
                format!("added    {}", after.name())
            }
            (Some(before), None) => {
                removed += 1;
                format!("removed  {}", before.name())
            }
            (Some(before), Some(after)) if before != after => {
                changed += 1;
                format!("changed  {}: {}", after.name(), differences(before, after))
            }
            _ => continue,
        };
        let _ = writeln!(out, "{line}");
    }
    let _ = writeln!(
        out,
        "{added} added, {removed} removed, {changed} changed; {} records, the newest of {date}",
        new.len()
    );
    out
}

/// `title "a" to "b", date "" to "2025-02-13"`.
fn differences(before: &Record, after: &Record) -> String {
    let cells = OURS.into_iter().zip(before.cells().into_iter().zip(after.cells()));
    let differences = cells.filter(|(_, (before, after))| before != after);
    differences
        .map(|(column, (before, after))| format!("{column} {before:?} to {after:?}"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn write_table(records: &[Record]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let rows = records.iter().map(Record::cells);
    let written = writer
        .write_record(OURS)
        .and_then(|()| rows.into_iter().try_for_each(|row| writer.write_record(row)));
    written.expect("writing to memory succeeds, and every row has as many cells");
    let bytes = writer.into_inner().expect("flushing to memory succeeds");
    String::from_utf8(bytes).expect("it was written from text")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// IANA's own layout, with the awkward rows of the real file.
    const SAMPLE: &str = include_str!("../../tests/fixtures/registry/iana-sample.csv");

    /// What our table has of it, before.
    const TABLE: &str = "\
first,last,transport,service,title,status,replacement,reference,date,unauthorized,note
0,0,tcp,,,reserved,,RFC 6335,2024-12-20,,
2,2,tcp,compressnet,Management Utility,assigned,,,,,
2,2,udp,compressnet,Management Utility,assigned,,,,,
4,4,tcp,,,unassigned,,,,,
9,9,dccp,discard,,assigned,,RFC 4340,,,
15,15,tcp,,,unassigned,,,,,formerly netstat
24,24,tcp,,,assigned,,,,,set aside for private use
47,47,tcp,,,deregistered,,,2017-05-18,,was ni-ftp
63,63,tcp,whoispp,whois++,assigned,,,,,
63,63,tcp,whois++,,historic,whoispp,,,,
80,80,tcp,http,World Wide Web HTTP,assigned,,RFC 9110,,,
143,143,tcp,imap,Internet Message Access Protocol,assigned,,RFC 3501;RFC 9051,,,
143,143,udp,,,held-back,,RFC 9051,,,was imap
225,241,,,,reserved,,RFC 1060,2024-12-20,,
585,585,,,,deregistered,993,,2006-04-25,,was IMAP over TLS
5432,5432,tcp,postgresql,PostgreSQL,assigned,,,,,a note of ours
5433,5450,,,,unassigned,,,,,
6000,6063,tcp,x11,X Window System,assigned,,,,6003: a user of ours,
6200,6200,tcp,gone,,assigned,,,,,
";

    fn refreshed() -> Fresh {
        refresh(TABLE, "sample.csv", SAMPLE).unwrap_or_else(|problem| panic!("{problem}"))
    }

    /// The line of the new table that begins so.
    fn line(start: &str) -> String {
        let table = refreshed().table;
        table
            .lines()
            .find(|line| line.starts_with(start))
            .unwrap_or_else(|| panic!("{start} in {table}"))
            .to_owned()
    }

    #[test]
    fn a_refresh_says_what_changed() {
        let expected = "\
removed  2/tcp compressnet
added    2/tcp deregistered
removed  2/udp compressnet
added    2/udp deregistered
added    80/tcp www-http
changed  5432/tcp postgresql: title \"PostgreSQL\" to \"PostgreSQL Database\"
added    5451/tcp brand-new
added    5451/udp held-back
added    6100/tcp mail-habit
removed  6200/tcp gone
";
        let changes = refreshed().changes;
        let (lines, sums) = changes.trim_end().rsplit_once('\n').unwrap();
        let sorted = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(sorted(lines), sorted(expected));
        assert_eq!(sums, "6 added, 3 removed, 1 changed; 22 records, the newest of 2026-11-20");
        assert_eq!(refreshed().date, "date\n2026-11-20\n");
    }

    #[test]
    fn a_refresh_of_a_refresh_changes_nothing() {
        let once = refreshed().table;
        let twice = refresh(&once, "sample.csv", SAMPLE).unwrap();
        assert_eq!(twice.table, once);
        assert_eq!(twice.changes, "0 added, 0 removed, 0 changed; 22 records, the newest of 2026-11-20\n");
    }

    #[test]
    fn a_withdrawn_number_remembers_its_name_and_day() {
        assert_eq!(line("2,2,tcp,"), "2,2,tcp,,,deregistered,,,2025-02-13,,was compressnet");
    }

    #[test]
    fn our_judgement_and_notes_are_kept() {
        assert_eq!(line("585,"), "585,585,,,,deregistered,993,,2006-04-25,,was IMAP over TLS");
        assert_eq!(line("143,143,udp"), "143,143,udp,,,held-back,,RFC 9051,,,was imap");
        assert_eq!(line("15,"), "15,15,tcp,,,unassigned,,,,,formerly netstat");
        assert_eq!(line("5432,"), "5432,5432,tcp,postgresql,PostgreSQL Database,assigned,,,,,a note of ours");
        assert_eq!(line("6000,"), "6000,6063,tcp,x11,X Window System,assigned,,,,6003: a user of ours,");
    }

    #[test]
    fn iana_s_prose_is_read() {
        assert_eq!(line("63,63,tcp,whoispp"), "63,63,tcp,whoispp,whois++,assigned,,,,,");
        assert_eq!(line("63,63,tcp,whois++"), "63,63,tcp,whois++,,historic,whoispp,,,,");
        assert_eq!(line("80,80,tcp,www-http"), "80,80,tcp,www-http,World Wide Web HTTP,historic,http,,,,");
        assert_eq!(line("24,"), "24,24,tcp,,,assigned,,,,,set aside for private use");
        assert_eq!(line("225,"), "225,241,,,,reserved,,RFC 1060,2024-12-20,,");
        let brand_new =
            "5451,5451,tcp,brand-new,A Service of Today,assigned,,draft-person-brand-new-00;RFC 9999,,,";
        assert_eq!(line("5451,5451,tcp"), brand_new);
        assert_eq!(line("5451,5451,udp"), "5451,5451,udp,,,held-back,,,,,");
        assert_eq!(line("6100,"), "6100,6100,tcp,mail-habit,Mail,assigned,,,,6100,");
    }

    #[test]
    fn a_first_refresh_finds_what_to_use_instead_by_itself() {
        let header = TABLE.lines().next().unwrap();
        let table = refresh(header, "sample.csv", SAMPLE).unwrap().table;
        assert!(table.contains("\n585,585,,,,deregistered,993,,2006-04-25,,\n"), "{table}");
        assert!(table.contains("\n63,63,tcp,whois++,,historic,whoispp,,,,\n"), "{table}");
    }

    #[test]
    fn another_file_is_refused_with_its_place() {
        let refused = |iana: &str| match refresh(TABLE, "sample.csv", iana) {
            Err(problem) => problem.to_string(),
            Ok(_) => panic!("it was taken"),
        };
        assert_eq!(refused("<!DOCTYPE html>\n<p>404\n"), "sample.csv:1: expected a column \"Port Number\"");
        assert_eq!(
            refused(""),
            "sample.csv: expected about 19 records with a port number, found 0: is the download complete?"
        );
        let half: String = SAMPLE.split_inclusive('\n').take(8).collect();
        assert!(refused(&half).ends_with("is the download complete?"));
        let wrong = SAMPLE.replace(",5432,", ",54320000,");
        assert_eq!(
            refused(&wrong),
            "sample.csv:25: expected a port, a range such as 6000-6063, or nothing in column \"Port Number\", \
             found \"54320000\"",
        );
        assert!(refused(&SAMPLE.replace("5433-5450", "5450-5433")).contains("found \"5450-5433\""));
        assert!(
            refused(&SAMPLE.replace("postgresql,5432,tcp", "postgresql,5432,ip")).contains("found \"ip\"")
        );
        assert!(refused(&SAMPLE.replace(",2026-11-20,", ",20 Nov 2026,")).contains("2018-07-06"));
        assert!(refused(&SAMPLE.replace("postgresql,5432,tcp,", "postgresql,5432,")).contains("sample.csv"));
    }
}
