//! The compiled registry against lists of its own: every row of the list that it began with, every special record of IANA's.

use std::collections::BTreeMap;

use portolan::port::{PortRange, Transport};
use portolan::registry::{self, Assignment, Listing, Status, WikipediaRow};
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

/// Wikipedia's list, in the notation that its first lines explain.
const LIST: &str = include_str!("fixtures/registry/list-of-ports.txt");

/// The records of IANA's that are no plain assignments.
const SPECIALS: &str = include_str!("fixtures/registry/specials.csv");

/// A row of [`LIST`].
struct ListRow {
    first: u16,
    last: u16,
    variant: Option<char>,
    listings: Vec<Listing>,
    service: &'static str,
}

fn list() -> Vec<ListRow> {
    let rows = LIST.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| {
        let (number, rest) = (line[..9].trim(), &line[9..]);
        let range = PortRange::parse(number).expect("a number or range comes first");
        let port = |number: u32| u16::try_from(number).expect("it is a port");
        let cells = rest[4..8].chars().map(|cell| match cell {
            '.' => Listing::Blank,
            'Y' => Listing::Yes,
            'A' => Listing::Assigned,
            'U' => Listing::Unofficial,
            'R' => Listing::Reserved,
            'N' => Listing::No,
            _ => panic!("{line}"),
        });
        ListRow {
            first: port(range.first),
            last: port(range.last),
            variant: rest[..4].trim().chars().nth(1),
            listings: cells.collect(),
            service: &rest[10..],
        }
    })
    .collect()
}

#[test]
fn every_row_of_the_list_is_there_in_its_order() {
    let packed: Vec<WikipediaRow> = registry::wikipedia_list().collect();
    assert_eq!(packed.len(), 292);
    for (row, packed) in list().iter().zip(&packed) {
        let place = format!("{}-{} {}", row.first, row.last, row.service);
        assert_eq!(
            (packed.first, packed.last, packed.variant),
            (row.first, row.last, row.variant),
            "{place}"
        );
        assert_eq!(packed.service, row.service, "{place}");
        let listings = Transport::ALL.map(|transport| packed.listing(transport));
        assert_eq!(listings[..], row.listings, "{place}");
        for port in row.first..=row.last {
            assert!(registry::wikipedia(port).any(|it| it == *packed), "{place}");
        }
    }
}

#[test]
fn the_statuses_of_the_list_add_up() {
    let sum = |transport: Transport, listing: Listing| {
        registry::wikipedia_list().filter(|row| row.listing(transport) == listing).count()
    };
    let sums = |transport| Listing::ALL.map(|listing| sum(transport, listing));
    assert_eq!(sums(Transport::Tcp), [21, 173, 54, 32, 9, 3]);
    assert_eq!(sums(Transport::Udp), [46, 134, 79, 14, 10, 9]);
    assert_eq!(sums(Transport::Sctp), [285, 7, 0, 0, 0, 0]);
    assert_eq!(sums(Transport::Dccp), [291, 0, 1, 0, 0, 0]);
    assert_eq!((0..=u16::MAX).filter(|&port| registry::wikipedia(port).next().is_some()).count(), 318);
    assert_eq!(registry::wikipedia_list().filter(|row| row.variant.is_some()).count(), 33);
}

#[test]
fn iana_has_a_name_wherever_the_list_says_assigned_save_where_it_changed() {
    let mut without = Vec::new();
    for row in registry::wikipedia_list() {
        for transport in Transport::ALL {
            let is_listed = matches!(row.listing(transport), Listing::Yes | Listing::Assigned);
            let is_named =
                |port| matches!(registry::status(port, transport), Status::Assigned | Status::Historic);
            if is_listed && !(row.first..=row.last).all(is_named) {
                without.push((row.first, transport.name()));
            }
        }
    }
    let withdrawn = [2, 3, 831, 832, 833].map(|port| [(port, "tcp"), (port, "udp")]);
    let mut expected = withdrawn.concat();
    expected.extend([(143, "udp"), (993, "udp")]);
    expected.sort_unstable();
    assert_eq!(without, expected);
}

#[test]
fn what_the_list_calls_reserved_is_reserved_withdrawn_or_held_back() {
    for row in registry::wikipedia_list() {
        for transport in Transport::ALL.into_iter().filter(|&it| row.listing(it) == Listing::Reserved) {
            let expected = match row.first {
                47 | 51 | 61 => Status::Deregistered,
                953 => Status::HeldBack,
                _ => Status::Reserved,
            };
            for port in row.first..=row.last {
                assert_eq!(registry::status(port, transport), expected, "{port}/{transport}");
            }
        }
    }
}

#[test]
fn the_records_of_iana_add_up() {
    let mut sums = BTreeMap::new();
    for record in registry::within(0, u16::MAX) {
        *sums.entry(record.status).or_insert(0) += 1;
    }
    let expected = [
        (Status::Assigned, 11561),
        (Status::Historic, 191),
        (Status::Reserved, 18),
        (Status::HeldBack, 752),
        (Status::Deregistered, 57),
        (Status::Unassigned, 884),
    ];
    assert_eq!(sums, BTreeMap::from(expected));
    assert_eq!(sums.values().sum::<i32>(), 13463);
}

#[test]
fn every_special_record_of_iana_is_reflected() {
    let mut reader = csv::Reader::from_reader(SPECIALS.as_bytes());
    for row in reader.records() {
        let row = row.unwrap();
        let [first, last, transport, service, status, replacement, modified] =
            [0, 1, 2, 3, 4, 5, 6].map(|place| row[place].to_owned());
        let port: u16 = first.parse().unwrap();
        let is_meant = |it: &Assignment| {
            it.last.to_string() == last
                && it.transport.map_or("", Transport::name) == transport
                && it.service == service
        };
        let record = registry::assignments(port).find(is_meant).unwrap_or_else(|| panic!("{row:?}"));
        assert_eq!(record.replacement, replacement, "{row:?}");
        if (first.as_str(), last.as_str()) == ("6665", "6669") {
            assert_eq!(record.status, Status::HeldBack, "the number is ircu's");
            continue;
        }
        assert_eq!(record.status.name(), status, "{row:?}");
        let is_withdrawn = record.status == Status::Deregistered;
        if is_withdrawn && !modified.is_empty() {
            assert_eq!(record.date, modified, "{row:?}");
        }
        let is_undated = [(7626, "udp"), (44323, "udp")].contains(&(port, transport.as_str()));
        assert_eq!(is_withdrawn && record.date.is_empty(), is_undated, "{row:?}");
    }
}

#[test]
fn a_name_may_be_a_megabyte_long() {
    for hostile in ["a", "http", "💣", "\u{0}", "-"] {
        let name = hostile.repeat(1_000_000 / hostile.len());
        assert_eq!(registry::named(&name), []);
        assert_eq!(registry::starting_with(&name).count(), 0);
        assert_eq!(registry::in_practice_named(&name).count(), 0);
        assert_eq!(registry::formerly_named(&name).count(), 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_name_can_be_asked_for(name in "\\PC{0,12}|[a-z]{1,3}[-_.+*/]?[a-z0-9]{0,4}") {
        for assignment in registry::starting_with(&name) {
            prop_assert!(assignment.service.to_ascii_lowercase().starts_with(&name.to_ascii_lowercase()));
        }
        let shouted = registry::named(&name.to_ascii_uppercase());
        prop_assert_eq!(registry::named(&name), shouted);
    }

    #[test]
    fn all_questions_about_a_port_agree(port in any::<u16>(), width in 0_u16..200) {
        for transport in Transport::ALL {
            let primary = registry::assignments_on(port, transport).next();
            let expected = primary.map_or(Status::Unassigned, |it| it.status);
            prop_assert_eq!(registry::status(port, transport), expected);
        }
        let last = port.saturating_add(width);
        for assignment in registry::within(port, last) {
            prop_assert!(assignment.first <= last && assignment.last >= port);
            prop_assert!(registry::assignments(assignment.first).any(|it| it == assignment));
        }
    }
}
