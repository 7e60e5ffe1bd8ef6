//! For people and programs: how often each rule found something, and how much is found in which file.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::{Files, harmless, printable};
use crate::finding::Severity;

/// How many files are named to people: those with the most findings.
const MOST_FILES: usize = 20;

/// Writes the counts of what is found in `files` as two tables, the greatest first.
///
/// # Errors
///
/// Those of `out`.
pub fn statistics(files: Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    let counts = Counts::of(files);
    if counts.rules.is_empty() {
        return Ok(());
    }
    let width = counts.rules.iter().map(|rule| rule.rule.len()).max().unwrap_or(0);
    for rule in &counts.rules {
        let fixable = if rule.fixable == 0 { String::new() } else { format!("{} fixable", rule.fixable) };
        let row = format!("{:>6}  {:<width$}  {:<7}  {fixable}", rule.count, rule.rule, rule.severity);
        writeln!(out, "{}", row.trim_end())?;
    }
    writeln!(out)?;
    for file in counts.files.iter().take(MOST_FILES) {
        writeln!(out, "{:>6}  {}", file.count, printable(&file.file))?;
    }
    if counts.files.len() > MOST_FILES {
        let left = &counts.files[MOST_FILES..];
        let count: usize = left.iter().map(|file| file.count).sum();
        writeln!(out, "{count:>6}  in {} more files", left.len())?;
    }
    writeln!(out)
}

/// Writes the counts of what is found in `files` as one JSON object.
///
/// # Errors
///
/// Those of `out`.
pub fn json_statistics(files: Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    let json = serde_json::to_string_pretty(&Counts::of(files))?;
    writeln!(out, "{}", harmless(&json))
}

#[derive(Debug, Serialize)]
struct Counts {
    version: usize,
    rules: Vec<OfRule>,
    files: Vec<OfFile>,
}

#[derive(Debug, Serialize)]
struct OfRule {
    rule: &'static str,
    severity: &'static str,
    count: usize,
    fixable: usize,
}

#[derive(Debug, Serialize)]
struct OfFile {
    file: String,
    count: usize,
}

impl Counts {
    fn of(files: Files<'_>) -> Self {
        let mut rules = BTreeMap::<(Severity, &'static str), OfRule>::new();
        let mut counts = Self { version: 1, rules: Vec::new(), files: Vec::new() };
        for file in files.filter(|file| !file.findings.is_empty()) {
            for finding in &file.findings {
                let (rule, severity) = (finding.rule, finding.severity.name());
                let row = rules.entry((finding.severity, rule));
                let row = row.or_insert(OfRule { rule, severity, count: 0, fixable: 0 });
                row.count += 1;
                row.fixable += usize::from(finding.fix.is_some());
            }
            counts.files.push(OfFile { file: file.name(), count: file.findings.len() });
        }
        counts.rules = rules.into_values().collect();
        counts.rules.sort_by_key(|rule| std::cmp::Reverse(rule.count));
        counts.files.sort_by_key(|file| std::cmp::Reverse(file.count));
        counts
    }
}
