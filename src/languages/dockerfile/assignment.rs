//! `name=value`: what `ARG`, `ENV` and `LABEL` are made of.

use std::ops::Range;

use super::logical_line::LogicalLine;

/// One `name=value`, as ranges of the text of its line.
#[derive(Debug)]
pub struct Assignment {
    /// The name as written.
    pub name: Range<usize>,
    /// The value as written, quotes included; `None` where there is no `=`.
    pub value: Option<Range<usize>>,
}

/// The assignments of an `ARG`: one in each word.
pub fn assignments(line: &LogicalLine<'_>, arguments: Range<usize>) -> Vec<Assignment> {
    let assignment = |word: Range<usize>| match line.text()[word.clone()].find('=') {
        Some(width) => {
            let sign = word.start + width;
            Assignment { name: word.start..sign, value: Some(sign + 1..word.end) }
        }
        None => Assignment { name: word, value: None },
    };
    line.words(arguments).map(assignment).collect()
}

/// The assignments of an `ENV` or `LABEL`: one in each word, or a single one in the old form `name value`.
pub fn pairs(line: &LogicalLine<'_>, arguments: Range<usize>) -> Vec<Assignment> {
    let mut pairs = assignments(line, arguments.clone());
    if let Some(Assignment { name, value: value @ None }) = pairs.first_mut() {
        let text = line.text()[name.end..arguments.end].trim_start();
        *value = Some(arguments.end - text.len()..arguments.end - text.len() + text.trim_end().len());
        pairs.truncate(1);
    }
    pairs.retain(|pair| pair.value.is_some());
    pairs
}
