//! The table that is printed: a column a server, and behind each figure of another how many times ours it is.

use std::fmt;
use std::time::Duration;

/// A figure: what it is, and as it is written.
pub struct Cell {
    value: Option<f64>,
    text: String,
}

impl Cell {
    /// A time, in milliseconds.
    pub fn time(time: Option<Duration>) -> Self {
        Self::new(time.map(|it| it.as_secs_f64() * 1000.0), |milliseconds| match milliseconds {
            ..10.0 => format!("{milliseconds:.2} ms"),
            ..1000.0 => format!("{milliseconds:.0} ms"),
            _ => format!("{:.1} s", milliseconds / 1000.0),
        })
    }

    /// Memory, of bytes in MB (10⁶).
    #[expect(clippy::cast_precision_loss, reason = "it is rounded anyway")]
    pub fn memory(bytes: Option<u64>) -> Self {
        Self::new(bytes.map(|it| it as f64 / 1e6), |megabytes| format!("{megabytes:.1} MB"))
    }

    /// How many there were each time; no figure to compare.
    pub fn counts(counts: &[usize]) -> Self {
        let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
        Self { value: None, text: if counts.is_empty() { "–".to_owned() } else { counts.join(", ") } }
    }

    fn new(value: Option<f64>, text: impl Fn(f64) -> String) -> Self {
        Self { value, text: value.map_or_else(|| "–".to_owned(), text) }
    }
}

pub struct Table {
    servers: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub const fn new(servers: Vec<String>) -> Self {
        Self { servers, rows: Vec::new() }
    }

    /// A line above rows that belong together.
    pub fn heading(&mut self, text: &str) {
        self.rows.push(vec![text.to_owned()]);
    }

    /// A figure of each server; the first is ours.
    pub fn row(&mut self, name: &str, cells: impl Iterator<Item = Cell>) {
        let cells: Vec<Cell> = cells.collect();
        let ours = cells[0].value.filter(|it| *it > 0.0);
        let text = |(index, cell): (usize, &Cell)| match (cell.value, ours) {
            (Some(value), Some(ours)) if index > 0 => format!("{} ({:.1}×)", cell.text, value / ours),
            _ => cell.text.clone(),
        };
        let mut row = vec![format!("  {name}")];
        row.extend(cells.iter().enumerate().map(text));
        self.rows.push(row);
    }

    /// Two rows: what half of the times are below, and what all but one in a hundred are below. None, if nobody has any.
    pub fn latency<'a>(&mut self, name: &str, times: impl Iterator<Item = &'a Vec<Duration>>) {
        let mut times: Vec<Vec<Duration>> = times.cloned().collect();
        if times.iter().all(Vec::is_empty) {
            return;
        }
        for times in &mut times {
            times.sort_unstable();
        }
        for percent in [50, 99] {
            let cells = times.iter().map(|times| Cell::time(percentile(times, percent)));
            self.row(&format!("{name}, p{percent}"), cells);
        }
    }
}

/// The time that at least so many of a hundred are not above (nearest rank); `times` is sorted.
fn percentile(times: &[Duration], percent: usize) -> Option<Duration> {
    times.get((times.len() * percent).div_ceil(100).checked_sub(1)?).copied()
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |text: &String| text.chars().count();
        let first = self.rows.iter().filter(|row| row.len() > 1).map(|row| width(&row[0])).max().unwrap_or(0);
        write!(f, "{:first$}", "")?;
        for server in &self.servers {
            write!(f, "  {server:>20}")?;
        }
        writeln!(f)?;
        for row in &self.rows {
            match &row[..] {
                [heading] => write!(f, "{heading}")?,
                [name, cells @ ..] => {
                    write!(f, "{name:first$}")?;
                    for cell in cells {
                        write!(f, "  {cell:>20}")?;
                    }
                }
                [] => {}
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
