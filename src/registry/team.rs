//! The team's own registry: the ports that a project has given to its services.

use crate::port::{PortRange, Transport};

/// The ports of a team. An empty table says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamPorts {
    /// The rows, in the order of their numbers.
    pub rows: Vec<TeamPort>,
}

/// A number, or several in a row, that a team has given to a service of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamPort {
    /// The numbers, from 1 to 65535, the first not above the last.
    pub range: PortRange,
    /// The transport; `None` for every one.
    pub transport: Option<Transport>,
    /// What the team calls the service: `billing-api`.
    pub service: String,
    /// A page to read; empty where there is none.
    pub url: String,
    /// What else there is to know; empty where there is nothing.
    pub note: String,
}

impl TeamPorts {
    /// What the team says of the port on that transport: the narrowest row that holds it.
    #[must_use]
    pub fn find(&self, port: u16, transport: Transport) -> Option<&TeamPort> {
        self.at(port).into_iter().find(|row| row.transport.is_none_or(|own| own == transport))
    }

    /// Every row that holds the port, the narrowest first.
    #[must_use]
    pub fn at(&self, port: u16) -> Vec<&TeamPort> {
        let holds = |row: &&TeamPort| (row.range.first..=row.range.last).contains(&u32::from(port));
        let mut rows: Vec<&TeamPort> = self.rows.iter().filter(holds).collect();
        rows.sort_by_key(|row| (row.range.len(), row.transport.is_none()));
        rows
    }

    /// The rows of the service of that name, in any case.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &TeamPort> {
        self.rows.iter().filter(move |row| row.service.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_row_speaks() {
        let row = |range: &str, transport, service: &str| TeamPort {
            range: PortRange::parse(range).expect("the test writes ranges"),
            transport,
            service: service.to_owned(),
            url: String::new(),
            note: String::new(),
        };
        let rows = vec![
            row("7000-7099", None, "all"),
            row("7070", None, "one"),
            row("7070", Some(Transport::Udp), "udp"),
        ];
        let team = TeamPorts { rows };
        let service = |port, transport| team.find(port, transport).map(|row| row.service.as_str());
        assert_eq!(service(7000, Transport::Tcp), Some("all"));
        assert_eq!(service(7070, Transport::Tcp), Some("one"));
        assert_eq!(service(7070, Transport::Udp), Some("udp"));
        assert_eq!(service(7100, Transport::Tcp), None);
    }
}
