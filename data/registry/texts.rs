//! Every text once, by its number; and every remark, which is four texts.

use std::collections::HashMap;

use crate::sheet::{Problem, Row};

/// Every text once, by its number.
pub struct Texts {
    numbers: HashMap<String, u16>,
    in_order: Vec<String>,
}

impl Texts {
    /// The empty text is number 0.
    pub fn new() -> Self {
        Self { numbers: HashMap::from([(String::new(), 0)]), in_order: vec![String::new()] }
    }

    /// The numbers of the texts in those columns.
    pub fn of<const COLUMNS: usize>(
        &mut self,
        row: &Row,
        columns: [&str; COLUMNS],
    ) -> Result<[u16; COLUMNS], Problem> {
        let mut numbers = [0; COLUMNS];
        for (number, column) in numbers.iter_mut().zip(columns) {
            let text = row.text(column)?;
            if text.contains(['\n', '\r']) {
                return Err(row.wrong(column, "a single line"));
            }
            *number = self.number(text);
        }
        Ok(numbers)
    }

    /// The number of a text without line ends.
    pub fn number(&mut self, text: &str) -> u16 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = u16::try_from(self.in_order.len()).expect("16 bits can number four times as many texts");
        self.numbers.insert(text.to_owned(), number);
        self.in_order.push(text.to_owned());
        number
    }

    /// Where each text starts in [`lines`](Self::lines), and where the last one ends, in bytes.
    pub fn starts(&self) -> Vec<u32> {
        let ends = self.in_order.iter().scan(0, |end, text| {
            *end += text.len() + 1;
            Some(*end)
        });
        let starts = [0].into_iter().chain(ends);
        starts.map(|start| u32::try_from(start).expect("32 bits can number four gigabytes")).collect()
    }

    /// The texts, a line each.
    pub fn lines(&self) -> String {
        self.in_order.iter().flat_map(|text| [text, "\n"]).collect()
    }
}

/// Every combination of replacement, reference, date and note once, by its number.
pub struct Remarks {
    numbers: HashMap<[u16; 4], u16>,
    /// The combinations, in the order of their numbers.
    pub rows: Vec<[u16; 4]>,
}

impl Remarks {
    /// The remark that says nothing is number 0.
    pub fn new() -> Self {
        Self { numbers: HashMap::from([([0; 4], 0)]), rows: vec![[0; 4]] }
    }

    /// The number of a combination.
    pub fn number(&mut self, remark: [u16; 4]) -> u16 {
        *self.numbers.entry(remark).or_insert_with(|| {
            self.rows.push(remark);
            u16::try_from(self.rows.len() - 1).expect("there are fewer remarks than texts")
        })
    }
}
