//! Ports by the name that they are called, and by the beginning of a number or a name, the most common ones first.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::packed::text;
use super::practice::products;
use super::tables::ALIASES;
use super::{
    TeamPorts, assignments, formerly, formerly_named, in_practice, in_practice_named, named, starting_with,
    usage,
};

/// The ports that are called `name`, in any case: the team's first, IANA's and those of products, then those that were
/// once.
#[must_use]
pub fn ports_named(name: &str, team: &TeamPorts) -> Vec<u16> {
    let own = team.named(name).filter_map(|row| u16::try_from(row.range.first).ok());
    let assigned = named(name).into_iter().map(|it| it.first);
    let products = in_practice_named(name).map(|it| it.port);
    let former = formerly_named(name).map(|it| it.first);
    let mut ports = Vec::new();
    for port in own.chain(assigned).chain(products).chain(former) {
        if !ports.contains(&port) {
            ports.push(port);
        }
    }
    ports
}

/// The ports whose number, or whose name at the team, at IANA or in practice, begins with `start`, in any case. What is
/// `start` itself comes first, then what the team has, then what config files use most; of the rest, what is known to
/// listen somewhere, and the smaller number.
#[must_use]
pub fn search(start: &str, team: &TeamPorts) -> Vec<u16> {
    let is_number = !start.is_empty() && start.bytes().all(|byte| byte.is_ascii_digit());
    let exact = if is_number { start.parse::<u16>().into_iter().collect() } else { ports_named(start, team) };
    let beginning = if is_number { numbers(start, team) } else { names(start, team) };
    let mut ports: Vec<u16> = beginning.union(&exact.iter().copied().collect()).copied().collect();
    ports.sort_by_cached_key(|&port| {
        let place = exact.iter().position(|&it| it == port).unwrap_or(usize::MAX);
        let uses = usage(port).map_or(0, |it| it.repositories);
        (place, team.at(port).is_empty(), Reverse(uses), in_practice(port).next().is_none(), port)
    });
    ports
}

/// The numbers that begin with the digits `start` and that somebody has or had.
fn numbers(start: &str, team: &TeamPorts) -> BTreeSet<u16> {
    let is_known = |port: u16| {
        assignments(port).any(|it| !it.service.is_empty() || !it.date.is_empty())
            || in_practice(port).next().is_some()
            || formerly(port).next().is_some()
            || !team.at(port).is_empty()
    };
    beginning_with(start).filter(|&port| is_known(port)).collect()
}

/// The ports whose numbers begin with the digits `start`.
fn beginning_with(start: &str) -> impl Iterator<Item = u16> {
    // No number begins with a zero but that one itself.
    let first: Option<u32> = start.parse().ok().filter(|_| !start.starts_with('0') || start == "0");
    let widths: &[u32] = if first == Some(0) { &[1] } else { &[1, 10, 100, 1000, 10_000] };
    let numbers = first.into_iter().flat_map(|first| {
        let within =
            move |&width: &u32| first.saturating_mul(width)..first.saturating_add(1).saturating_mul(width);
        widths.iter().flat_map(within)
    });
    numbers.map_while(|number| u16::try_from(number).ok())
}

/// The ports of the names that begin with `start`.
fn names(start: &str, team: &TeamPorts) -> BTreeSet<u16> {
    let begins = |name: &str| name.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start));
    let by_iana = starting_with(start).filter(|it| !it.service.is_empty()).map(|it| it.first);
    let aliases = ALIASES.iter().filter(|&&[alias, ..]| begins(text(alias))).map(|&[_, port, _]| port);
    let products =
        products().filter(|it| it.names().any(begins) || it.product.split(' ').any(begins)).map(|it| it.port);
    let own = team.rows.iter().filter(|row| begins(&row.service));
    let own = own.filter_map(|row| u16::try_from(row.range.first).ok());
    by_iana.chain(aliases).chain(products).chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::super::TeamPort;
    use super::*;
    use crate::port::PortRange;

    fn first(start: &str) -> Vec<u16> {
        search(start, &TeamPorts::default()).into_iter().take(3).collect()
    }

    #[test]
    fn names_are_found_by_their_beginning_in_any_case() {
        assert_eq!(first("postg")[0], 5432);
        assert_eq!(first("Red")[0], 6379);
        assert_eq!(first("psq")[0], 5432);
        assert_eq!(first("valk")[0], 6379);
        assert_eq!(first("https")[0], 443);
        assert_eq!(first("http")[0], 80);
        assert_eq!(first("imaps"), [993, 585], "what once had the name comes behind what has it");
        assert!(first("no such service").is_empty());
        assert!(first("💣").is_empty());
    }

    #[test]
    fn numbers_are_found_by_their_beginning() {
        assert_eq!(first("543")[..2], [543, 5432]);
        assert_eq!(first("8")[0], 8);
        assert_eq!(first("80")[..2], [80, 8080]);
        assert_eq!(first("585")[0], 585);
        assert!(first("99").contains(&993));
        assert_eq!(first("49999"), [49999], "nobody has it, but it is the number asked for");
        assert!(first("70000").is_empty());
        assert_eq!(first("0"), [0]);
    }

    #[test]
    fn every_number_begins_with_each_of_its_beginnings() {
        for start in ["0", "1", "6", "9", "54", "655", "6553", "65535", "65536", "70000", "00", "080", ""] {
            let all = (0..=u16::MAX).filter(|port| !start.is_empty() && port.to_string().starts_with(start));
            assert_eq!(beginning_with(start).collect::<Vec<_>>(), all.collect::<Vec<_>>(), "{start:?}");
        }
        assert_eq!(beginning_with(&"9".repeat(100)).count(), 0);
    }

    #[test]
    fn the_most_common_ports_come_first_where_nothing_is_asked() {
        assert_eq!(first("")[0], 80);
    }

    #[test]
    fn what_the_team_has_comes_first() {
        let row = TeamPort {
            range: PortRange::parse("7070").expect("a number"),
            transport: None,
            service: "postbox".to_owned(),
            url: String::new(),
            note: String::new(),
        };
        let team = TeamPorts { rows: vec![row] };
        assert_eq!(search("post", &team)[..2], [7070, 5432]);
        assert_eq!(search("7", &team)[..2], [7, 7070]);
    }
}
