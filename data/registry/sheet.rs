//! A table as a CSV file, read with messages that say where it is wrong and what was expected.

use std::fmt;
use std::ops::RangeInclusive;

use portolan::port::Transport;

/// A CSV file: its header and its rows, every one as long as the header.
pub struct Sheet {
    /// The rows below the header.
    pub rows: Vec<Row>,
}

impl Sheet {
    /// Reads a file's text; `name` is for the messages.
    pub fn read(name: &str, text: &str) -> Result<Self, Problem> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| Problem::of_file(name, error))?.clone();
        let mut rows = Vec::new();
        for cells in reader.records() {
            let cells = cells.map_err(|error| Problem::of_file(name, error))?;
            let line = cells.position().map_or(0, csv::Position::line);
            rows.push(Row { file: name.to_owned(), line, header: header.clone(), cells });
        }
        Ok(Self { rows })
    }
}

/// One row of a sheet.
pub struct Row {
    file: String,
    line: u64,
    header: csv::StringRecord,
    cells: csv::StringRecord,
}

impl Row {
    /// The text in that column.
    pub fn text(&self, column: &str) -> Result<&str, Problem> {
        let place = self.header.iter().position(|name| name == column);
        place.and_then(|place| self.cells.get(place)).ok_or_else(|| Problem {
            file: self.file.clone(),
            line: 1,
            message: format!("expected a column {column:?}"),
        })
    }

    /// A port, or any other number that fits its space.
    pub fn number(&self, column: &str) -> Result<u16, Problem> {
        self.text(column)?.parse().map_err(|_| self.wrong(column, "a number from 0 to 65535"))
    }

    /// A port, or 0 for an empty cell.
    pub fn number_or_none(&self, column: &str) -> Result<u16, Problem> {
        if self.text(column)?.is_empty() { Ok(0) } else { self.number(column) }
    }

    /// Both ends of a range, each in a column of its own.
    pub fn range(&self) -> Result<RangeInclusive<u16>, Problem> {
        let range = self.number("first")?..=self.number("last")?;
        if range.is_empty() { Err(self.wrong("last", "a number not before the first")) } else { Ok(range) }
    }

    /// A transport; an empty cell stands for every one.
    pub fn transport(&self, column: &str) -> Result<Option<Transport>, Problem> {
        let text = self.text(column)?;
        if text.is_empty() {
            return Ok(None);
        }
        Transport::from_name(text)
            .map(Some)
            .ok_or_else(|| self.wrong(column, "tcp, udp, sctp, dccp or nothing"))
    }

    /// `yes` or `no`.
    pub fn yes(&self, column: &str) -> Result<bool, Problem> {
        Ok(self.place(column, ["no", "yes"])? == 1)
    }

    /// Where in `words` the cell's text stands.
    pub fn place<const WORDS: usize>(&self, column: &str, words: [&str; WORDS]) -> Result<u16, Problem> {
        let text = self.text(column)?;
        let place = words.iter().position(|&word| word == text);
        let place = place.ok_or_else(|| self.wrong(column, &format!("one of {words:?}")))?;
        Ok(u16::try_from(place).expect("no list of words is that long"))
    }

    /// That the cell does not hold what it should.
    pub fn wrong(&self, column: &str, expected: &str) -> Problem {
        let found = self.text(column).unwrap_or_default();
        self.problem(format!("expected {expected} in column {column:?}, found {found:?}"))
    }

    /// What is wrong with the row.
    pub fn problem(&self, message: String) -> Problem {
        Problem { file: self.file.clone(), line: self.line, message }
    }
}

/// What is wrong with a file, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    file: String,
    /// Counted from 1; 0 where it is about the file as a whole.
    line: u64,
    message: String,
}

impl Problem {
    /// What is wrong with a file as a whole.
    pub fn of_file(name: &str, message: impl fmt::Display) -> Self {
        Self { file: name.to_owned(), line: 0, message: message.to_string() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}", self.file, self.message),
            line => write!(out, "{}:{line}: {}", self.file, self.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Row {
        let text = format!("first,last,transport,dull\n{text}\n");
        Sheet::read("ports.csv", &text).unwrap().rows.remove(0)
    }

    #[test]
    fn a_wrong_cell_is_named_with_what_was_expected() {
        let problem = row("70000,80,tcp,yes").number("first").unwrap_err();
        let expected = r#"ports.csv:2: expected a number from 0 to 65535 in column "first", found "70000""#;
        assert_eq!(problem.to_string(), expected);
        let problem = row("90,80,tcp,yes").range().unwrap_err();
        assert!(problem.to_string().contains("not before the first"), "{problem}");
        assert!(row("1,1,http,yes").transport("transport").is_err());
        assert!(row("1,1,,perhaps").yes("dull").is_err());
        assert!(row("1,1,,yes").text("title").is_err());
    }

    #[test]
    fn a_sound_row_is_read() {
        let row = row("80,90,UDP,yes");
        assert_eq!(row.range(), Ok(80..=90));
        assert_eq!(row.transport("transport"), Ok(Some(Transport::Udp)));
        assert_eq!(row.yes("dull"), Ok(true));
    }

    #[test]
    fn a_short_row_is_refused() {
        assert!(Sheet::read("ports.csv", "first,last\n1\n").is_err());
    }
}
