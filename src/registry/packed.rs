//! How the packed tables are read: a text by its number, a transport by its code, rows by their port.

use crate::port::Transport;

use super::tables::STARTS;

/// Every text of the tables once, each on a line of its own; the first is empty.
const TEXTS: &str = include_str!("tables.txt");

/// The text of that number.
pub fn text(number: u16) -> &'static str {
    if number == 0 {
        return "";
    }
    let line = usize::from(number);
    &TEXTS[STARTS[line] as usize..STARTS[line + 1] as usize - 1]
}

/// The transport of that code: 0 stands for every one.
pub fn transport(code: u16) -> Option<Transport> {
    Transport::ALL.get(usize::from(code).checked_sub(1)?).copied()
}

/// The rows of a table sorted by its first column, the port, that have that port.
pub fn rows_at<const COLUMNS: usize>(
    table: &'static [[u16; COLUMNS]],
    port: u16,
) -> impl Iterator<Item = [u16; COLUMNS]> {
    let start = table.partition_point(|row| row[0] < port);
    table[start..].iter().take_while(move |row| row[0] == port).copied()
}

/// The rows of a table whose first two columns, both ends of a range, enclose the port.
pub fn rows_around<const COLUMNS: usize>(
    table: &'static [[u16; COLUMNS]],
    port: u16,
) -> impl Iterator<Item = [u16; COLUMNS]> {
    table.iter().filter(move |row| (row[0]..=row[1]).contains(&port)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_can_be_read() {
        let texts: Vec<&str> = (0..STARTS.len() - 1).map(|line| text(line as u16)).collect();
        assert_eq!(texts, TEXTS.lines().collect::<Vec<_>>());
        assert_eq!(texts[0], "");
    }

    #[test]
    fn a_code_is_a_transport_or_every_one() {
        assert_eq!(transport(0), None);
        assert_eq!([1, 2, 3, 4].map(transport), Transport::ALL.map(Some));
    }
}
