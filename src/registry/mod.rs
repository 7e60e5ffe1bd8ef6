//! What the tables say of a number: who has it at IANA, what IANA withdrew or holds back, and what listens there in practice.
//!
//! Everything is compiled in: arrays of numbers and one text, written from `data/` by `cargo run --example registry`, with
//! nothing to parse and nothing to relocate at start-up. The values below are put together when they are asked for.

mod browser;
mod cleartext;
mod former;
mod packed;
mod practice;
mod ranges;
mod search;
#[rustfmt::skip]
mod tables;
mod team;
mod usage;
mod wikipedia;

pub use browser::{BrowserBlock, browser_blocked};
pub use cleartext::{Cleartext, cleartext};
pub use former::{FormerName, formerly, formerly_named};
pub use practice::{
    InPractice, Kind, UnauthorizedUse, has_current_user, in_practice, in_practice_named, unauthorized_uses,
};
pub use ranges::{NamedRange, ranges};
pub use search::{ports_named, search};
pub use tables::DATE;
pub use team::{TeamPort, TeamPorts};
pub use usage::{Usage, common, usage};
pub use wikipedia::{Listing, WikipediaRow, wikipedia, wikipedia_list};

use std::cmp::Ordering;

use crate::port::{PortSet, Transport};

use self::packed::{text, transport};
use self::tables::{ALIASES, BLOCK, BLOCKS, NAMES, RECORDS, REMARKS};

/// One record of IANA's registry, as of [`DATE`].
///
/// <https://www.iana.org/assignments/service-names-port-numbers>; RFC 6335 says what the statuses mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The number, or the first one of a range.
    pub first: u16,
    /// The last number of the range; `first` for a single number.
    pub last: u16,
    /// The transport; `None` where IANA writes none and means every one.
    pub transport: Option<Transport>,
    /// The service name: `postgresql`. Empty where nobody has the number, and for the numbers set aside for private use.
    pub service: &'static str,
    /// IANA's title, where it says more than the name: `PostgreSQL Database`.
    pub title: &'static str,
    /// Whose the number is.
    pub status: Status,
    /// What to use instead: a number (`993`), a service name (`http`) or several with a word on each
    /// (`830 (SSH) / 6513 (TLS)`). Empty where there is nothing to name.
    pub replacement: &'static str,
    /// The RFCs, separated by `;`.
    pub reference: &'static str,
    /// When the number was withdrawn or reserved: `2006-04-25`, or as much of it as is known.
    pub date: &'static str,
    /// A remark in our own words.
    pub note: &'static str,
}

impl Assignment {
    /// The number to use instead, where it is a single one.
    #[must_use]
    pub fn replacement_port(&self) -> Option<u16> {
        self.replacement.parse().ok()
    }

    /// Whether the record speaks of that transport.
    #[must_use]
    pub fn is_on(&self, transport: Transport) -> bool {
        self.transport.is_none_or(|own| own == transport)
    }

    /// The record of that row.
    fn at(row: usize) -> Self {
        let [first, last, _, service, title, remark] = RECORDS[row];
        let [replacement, reference, date, note] = REMARKS[usize::from(remark)].map(text);
        Self {
            first,
            last,
            transport: transport_of(row),
            service: text(service),
            title: text(title),
            status: status_of(row),
            replacement,
            reference,
            date,
            note,
        }
    }
}

/// Whose a number is, on one transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// A service has it, or it is set aside for private use.
    Assigned,
    /// An old name of an assigned number, or a service that IANA calls historic.
    Historic,
    /// IANA keeps the number for itself: nobody should use it.
    Reserved,
    /// The number belongs to a service on another transport, and is kept free beside it.
    HeldBack,
    /// A service had it and IANA withdrew it.
    Deregistered,
    /// Nobody has it. So are, for good, the dynamic ports from 49152 on.
    Unassigned,
}

impl Status {
    /// All of them, in the order of the packed tables.
    pub const ALL: [Self; 6] = [
        Self::Assigned,
        Self::Historic,
        Self::Reserved,
        Self::HeldBack,
        Self::Deregistered,
        Self::Unassigned,
    ];

    /// The word for it in `data/iana.csv`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Historic => "historic",
            Self::Reserved => "reserved",
            Self::HeldBack => "held-back",
            Self::Deregistered => "deregistered",
            Self::Unassigned => "unassigned",
        }
    }
}

/// Every record that covers the port, on whatever transport, the primary one first: IANA's own first one, save where
/// `data/primary.csv` knows better (2049 is `nfs`, 465 is `submissions`).
pub fn assignments(port: u16) -> impl Iterator<Item = Assignment> + Clone {
    rows(port).map(Assignment::at)
}

/// The records that cover the port on that transport, the primary one first.
pub fn assignments_on(port: u16, transport: Transport) -> impl Iterator<Item = Assignment> + Clone {
    rows_on(port, transport).map(Assignment::at)
}

/// The records of which a number lies between `first` and `last`, both included, in the order of their numbers.
pub fn within(first: u16, last: u16) -> impl Iterator<Item = Assignment> + Clone {
    let start = RECORDS.partition_point(move |&[_, end, ..]| end < first);
    let reaches = move |&row: &usize| first <= last && RECORDS[row][0] <= last;
    (start..RECORDS.len()).take_while(reaches).map(Assignment::at)
}

/// Whose the port is on that transport; `Unassigned` where the registry has no record.
#[must_use]
pub fn status(port: u16, transport: Transport) -> Status {
    rows_on(port, transport).next().map_or(Status::Unassigned, status_of)
}

/// Whether the registry has the port as reserved or as deregistered, on whatever transport.
#[must_use]
pub const fn is_withdrawn(port: u16) -> bool {
    WITHDRAWN.contains(port)
}

/// The ports of which that is so: hardly any that is asked about is one.
static WITHDRAWN: PortSet = {
    let (mut withdrawn, mut row) = (PortSet::new(), 0);
    while row < RECORDS.len() {
        let [first, last, code, ..] = RECORDS[row];
        let status = Status::ALL[(code & 0xff) as usize];
        let mut port = first as u32;
        while matches!(status, Status::Reserved | Status::Deregistered) && port <= last as u32 {
            withdrawn.insert(port as u16);
            port += 1;
        }
        row += 1;
    }
    withdrawn
};

/// The records of a service, by its name or a name that people use for it (`postgres`), in any case. What the name
/// most likely means comes first.
#[must_use]
pub fn named(name: &str) -> Vec<Assignment> {
    let from = ALIASES.partition_point(|&[alias, ..]| compare(text(alias), name).is_lt());
    let aliases = ALIASES[from..].iter().take_while(|&&[alias, ..]| text(alias).eq_ignore_ascii_case(name));
    let meant = aliases.filter_map(|&[_, port, code]| {
        assignments(port).find(|it| it.transport.is_none() || it.transport == transport(code))
    });
    let mut found: Vec<Assignment> = meant.collect();
    for assignment in starting_with(name) {
        if !assignment.service.eq_ignore_ascii_case(name) {
            break;
        }
        if !found.contains(&assignment) {
            found.push(assignment);
        }
    }
    found
}

/// The records of the services whose names begin with `prefix`, in any case, in the order of the names.
pub fn starting_with(prefix: &str) -> impl Iterator<Item = Assignment> {
    let service = |row: u16| text(RECORDS[usize::from(row)][3]);
    let from = NAMES.partition_point(|&row| compare(service(row), prefix).is_lt());
    NAMES[from..]
        .iter()
        .take_while(move |&&row| {
            service(row).get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        })
        .map(|&row| Assignment::at(usize::from(row)))
}

/// The rows of the records that cover the port. The ranges of two records are the same or have no number in common.
fn rows(port: u16) -> impl Iterator<Item = usize> + Clone {
    let block = usize::from(port / BLOCK);
    let (start, end) = (usize::from(BLOCKS[block]), usize::from(BLOCKS[block + 1]));
    let start = start + RECORDS[start..end].partition_point(|&[_, last, ..]| last < port);
    (start..RECORDS.len()).take_while(move |&row| RECORDS[row][0] <= port)
}

/// Those of them that speak of that transport.
fn rows_on(port: u16, transport: Transport) -> impl Iterator<Item = usize> + Clone {
    rows(port).filter(move |&row| transport_of(row).is_none_or(|own| own == transport))
}

/// The transport of the record of that row.
fn transport_of(row: usize) -> Option<Transport> {
    transport(RECORDS[row][2] >> 8)
}

/// The status of the record of that row.
fn status_of(row: usize) -> Status {
    Status::ALL[usize::from(RECORDS[row][2] & 0xff)]
}

/// The order of names in the packed tables: by their bytes, in lower case.
fn compare(one: &str, other: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    one.bytes().map(lower).cmp(other.bytes().map(lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name and number of each.
    fn brief(assignments: impl IntoIterator<Item = Assignment>) -> Vec<(&'static str, u16)> {
        assignments.into_iter().map(|it| (it.service, it.first)).collect()
    }

    #[test]
    fn a_port_is_withdrawn_where_it_is_so_on_a_transport() {
        let is_withdrawn = |port: u16| {
            let all = assignments(port).map(|it| it.status);
            { all }.any(|status| matches!(status, Status::Reserved | Status::Deregistered))
        };
        assert!((0..=u16::MAX).all(|port| super::is_withdrawn(port) == is_withdrawn(port)));
        assert!(super::is_withdrawn(994) && super::is_withdrawn(585) && !super::is_withdrawn(993));
    }

    #[test]
    fn a_number_has_its_names_with_the_primary_one_first() {
        assert_eq!(brief(assignments_on(5432, Transport::Tcp)), [("postgresql", 5432)]);
        assert_eq!(brief(assignments_on(2049, Transport::Udp)), [("nfs", 2049), ("shilp", 2049)]);
        assert_eq!(brief(assignments_on(465, Transport::Tcp)), [("submissions", 465), ("urd", 465)]);
        assert_eq!(brief(assignments_on(80, Transport::Sctp)), [("http", 80)]);
        assert_eq!(brief(assignments_on(80, Transport::Tcp)), [("http", 80), ("www", 80), ("www-http", 80)]);
        assert_eq!(
            assignments_on(5432, Transport::Tcp).next().map(|it| it.title),
            Some("PostgreSQL Database")
        );
    }

    #[test]
    fn every_port_can_be_asked_for() {
        for port in 0..=u16::MAX {
            for assignment in assignments(port) {
                assert!((assignment.first..=assignment.last).contains(&port), "{port}: {assignment:?}");
            }
            assert_eq!(assignments(port).next().is_none(), port >= 49152, "{port}");
        }
    }

    #[test]
    fn a_range_is_found_from_each_of_its_numbers() {
        for port in [6000, 6003, 6063] {
            assert_eq!(brief(assignments_on(port, Transport::Tcp)), [("x11", 6000)]);
        }
        assert_eq!(brief(assignments(4242)), [("vrml-multi-use", 4200)]);
        assert_eq!(brief(assignments_on(6064, Transport::Tcp)), [("ndl-ahp-svc", 6064)]);
    }

    #[test]
    fn records_between_two_numbers() {
        let found = brief(within(4250, 4300));
        assert_eq!(found, [("vrml-multi-use", 4200), ("corelccam", 4300), ("corelccam", 4300)]);
        assert_eq!(brief(within(50000, 65535)), []);
        assert_eq!(brief(within(81, 80)), []);
        assert_eq!(within(0, u16::MAX).count(), RECORDS.len());
    }

    #[test]
    fn what_is_withdrawn_says_what_to_use() {
        for transport in Transport::ALL {
            let was = assignments_on(585, transport).next().expect("585 has a record");
            assert_eq!(
                (was.status, was.replacement_port(), was.date),
                (Status::Deregistered, Some(993), "2006-04-25")
            );
        }
        let was = assignments(832).next().expect("832 has a record");
        assert_eq!((was.replacement, was.replacement_port()), ("830 (SSH) / 6513 (TLS)", None));
        assert_eq!((was.reference, was.date), ("RFC 9900", "2025-09-29"));
        for port in [2, 3, 47, 51, 61, 831, 833] {
            assert_eq!(status(port, Transport::Tcp), Status::Deregistered, "{port}");
        }
    }

    #[test]
    fn reserved_is_what_iana_keeps_for_itself() {
        let is_reserved = |port: &u16| status(*port, Transport::Tcp) == Status::Reserved;
        let found: Vec<u16> = (0..=u16::MAX).filter(is_reserved).collect();
        let expected = [0].into_iter().chain(225..=241).chain(249..=255).chain([994]).chain(1011..=1020);
        assert_eq!(found, expected.chain([1023, 1024, 1109, 8010, 49151]).collect::<Vec<u16>>());
        let ircs = assignments_on(994, Transport::Tcp).next().expect("994 has a record");
        assert_eq!(ircs.replacement_port(), Some(6697));
    }

    #[test]
    fn held_back_is_not_reserved() {
        assert_eq!(status(993, Transport::Udp), Status::HeldBack);
        assert_eq!(status(6379, Transport::Udp), Status::HeldBack);
        assert_eq!(status(6667, Transport::Udp), Status::HeldBack);
        assert_eq!(status(465, Transport::Tcp), Status::Assigned);
        assert!(assignments(465).all(|it| it.status == Status::Assigned));
        let stands_beside = |port| assignments(port).any(|it| it.status == Status::Assigned);
        let held_back =
            (0..=u16::MAX).filter(|&port| assignments(port).any(|it| it.status == Status::HeldBack));
        assert!({ held_back }.all(stands_beside));
    }

    #[test]
    fn nobody_has_the_dynamic_ports() {
        for port in [49152, 50000, 65535] {
            assert_eq!(status(port, Transport::Tcp), Status::Unassigned);
        }
        assert_eq!(status(4, Transport::Tcp), Status::Unassigned);
        assert_eq!(status(25, Transport::Sctp), Status::Unassigned);
    }

    #[test]
    fn services_are_found_by_name_and_by_the_names_people_use() {
        for name in ["postgres", "PostgreSQL", "psql"] {
            assert_eq!(brief(named(name)).first(), Some(&("postgresql", 5432)), "{name}");
        }
        assert_eq!(brief(named("mongo")), [("mongodb", 27017)]);
        assert_eq!(brief(named("http-alt"))[0], ("http-alt", 8080));
        assert_eq!(brief(named("nfs")), [("nfs", 2049); 3]);
        assert_eq!(brief(named("smtps")), [("submissions", 465)]);
        assert_eq!(brief(named("www"))[0], ("http", 80));
        assert_eq!(named("imaps")[0].transport, Some(Transport::Tcp));
        assert_eq!(brief(named("imaps")), [("imaps", 993)]);
        for nonsense in ["", " ", "post", "💣", "postgresql\0"] {
            assert_eq!(brief(named(nonsense)), [], "{nonsense:?}");
        }
    }

    #[test]
    fn every_service_is_found_by_its_name() {
        for assignment in within(0, u16::MAX).filter(|it| !it.service.is_empty()) {
            assert!(named(assignment.service).contains(&assignment), "{assignment:?}");
        }
    }

    #[test]
    fn names_are_completed() {
        let names: Vec<&str> = starting_with("Postg").map(|it| it.service).collect();
        assert_eq!(names, ["postgresql", "postgresql"]);
        assert_eq!(starting_with("").count(), NAMES.len());
        assert_eq!(starting_with("💣").count(), 0);
    }
}
