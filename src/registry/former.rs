//! The names that numbers had before: withdrawn, moved to another number, or renamed.

use crate::port::Transport;

use super::packed::{rows_around, text, transport};
use super::tables::FORMER_NAMES;

/// A service name that no longer stands at a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormerName {
    /// The number, or the first one of a range.
    pub first: u16,
    /// The last number of the range; `first` for a single number.
    pub last: u16,
    /// The transport; `None` for every one.
    pub transport: Option<Transport>,
    /// The name it had.
    pub service: &'static str,
    /// A year in which the registry still had it there; empty where none is known.
    pub seen: &'static str,
    /// What became of it; empty where the registry's own record tells.
    pub note: &'static str,
}

impl FormerName {
    fn unpack([first, last, code, service, seen, note]: [u16; 6]) -> Self {
        Self {
            first,
            last,
            transport: transport(code),
            service: text(service),
            seen: text(seen),
            note: text(note),
        }
    }
}

/// The names that the port had before.
pub fn formerly(port: u16) -> impl Iterator<Item = FormerName> {
    rows_around(&FORMER_NAMES, port).map(FormerName::unpack)
}

/// The numbers that had that name before, in any case.
pub fn formerly_named(name: &str) -> impl Iterator<Item = FormerName> {
    FORMER_NAMES
        .iter()
        .copied()
        .map(FormerName::unpack)
        .filter(move |it| it.service.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_tells_what_it_was() {
        let names = |port| formerly(port).map(|it| it.service).collect::<Vec<_>>();
        assert_eq!(names(585), ["imap4-ssl", "imaps"]);
        assert_eq!(names(994), ["ircs", "ircs"]);
        assert_eq!(names(2), ["compressnet", "compressnet"]);
        assert_eq!(names(80), [""; 0]);
    }

    #[test]
    fn a_name_tells_where_it_was() {
        let numbers = |name| formerly_named(name).map(|it| (it.first, it.transport)).collect::<Vec<_>>();
        assert_eq!(numbers("IMAPS"), [(585, None), (993, Some(Transport::Udp))]);
        assert_eq!(numbers("smtps"), [(465, Some(Transport::Tcp))]);
        assert_eq!(numbers("http"), []);
    }
}
