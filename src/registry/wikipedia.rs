//! Wikipedia's list of the ports from 0 to 1023, as of 2022-12-26: one row for each of its rows.
//!
//! <https://en.wikipedia.org/wiki/List_of_TCP_and_UDP_port_numbers>. Its statuses tell what IANA's do not: whether a
//! protocol really uses the transport that it is assigned.

use crate::port::Transport;

use super::packed::{rows_around, text};
use super::tables::WIKIPEDIA;

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WikipediaRow {
    /// The number, or the first one of a range.
    pub first: u16,
    /// The last number of the range; `first` for a single number.
    pub last: u16,
    /// The letter that tells several rows of one number apart, where the list has one.
    pub variant: Option<char>,
    /// What the list is about there.
    pub service: &'static str,
    /// Where the list is wrong or out of date, and what else there is to know.
    pub note: &'static str,
    /// The cells, in the order of [`Transport::ALL`].
    listings: [Listing; 4],
}

impl WikipediaRow {
    /// What its cell for that transport says.
    #[must_use]
    pub const fn listing(&self, transport: Transport) -> Listing {
        self.listings[transport as usize]
    }

    fn unpack([first, last, variant, cells, service, note]: [u16; 6]) -> Self {
        Self {
            first,
            last,
            variant: char::from_u32(u32::from(variant)).filter(char::is_ascii_lowercase),
            service: text(service),
            note: text(note),
            listings: [0, 4, 8, 12].map(|bit| Listing::ALL[usize::from(cells >> bit & 0xf)]),
        }
    }
}

/// What a cell of the list says of a number on one transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Listing {
    /// Nothing: the cell is empty.
    Blank,
    /// The protocol's standard describes this transport.
    Yes,
    /// IANA assigned it, but the protocol does not use it.
    Assigned,
    /// Used without an assignment.
    Unofficial,
    /// IANA holds it back.
    Reserved,
    /// Neither assigned nor used.
    No,
}

impl Listing {
    /// All of them, in the order of the packed tables.
    pub const ALL: [Self; 6] =
        [Self::Blank, Self::Yes, Self::Assigned, Self::Unofficial, Self::Reserved, Self::No];

    /// The word for it in `data/wikipedia.csv`; empty for an empty cell.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blank => "",
            Self::Yes => "yes",
            Self::Assigned => "assigned",
            Self::Unofficial => "unofficial",
            Self::Reserved => "reserved",
            Self::No => "no",
        }
    }
}

/// The rows of the list that cover the port, in its order.
pub fn wikipedia(port: u16) -> impl Iterator<Item = WikipediaRow> {
    rows_around(&WIKIPEDIA, port).map(WikipediaRow::unpack)
}

/// All rows of the list, in its order.
pub fn wikipedia_list() -> impl Iterator<Item = WikipediaRow> {
    WIKIPEDIA.iter().copied().map(WikipediaRow::unpack)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discard_has_all_four_cells() {
        let discard = wikipedia(9).next().expect("9 is in the list");
        assert_eq!((discard.variant, discard.service), (Some('a'), "discard"));
        assert_eq!(
            Transport::ALL.map(|transport| discard.listing(transport)),
            [Listing::Yes, Listing::Yes, Listing::Yes, Listing::Assigned],
        );
    }

    #[test]
    fn the_wrong_number_is_kept_and_says_so() {
        let wrong = wikipedia(38).find(|row| row.variant == Some('b')).expect("38 [b] is in the list");
        assert!(wrong.note.contains("port 39"), "{}", wrong.note);
    }

    #[test]
    fn five_numbers_stand_twice_without_a_letter() {
        let stands_twice = |port: &u16| wikipedia(*port).filter(|row| row.variant.is_none()).count() == 2;
        assert_eq!((0..=1023).filter(stands_twice).collect::<Vec<u16>>(), [90, 370, 631, 666, 853]);
    }
}
