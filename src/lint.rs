//! From the text of a file to its findings: the one thing that every face asks for.

use crate::config::{Level, Settings};
use crate::finding::Finding;
use crate::languages::{self, Language, Scan};
use crate::rules::{Context, Rule};
use crate::suppress::suppress;

/// Everything that the rules say of `text`, read as a file of `language`, in the order of the file.
#[must_use]
pub fn lint(text: &str, language: Language, settings: &Settings) -> Vec<Finding> {
    judge(text, language, &languages::scan(text, language), settings)
}

/// Everything that the rules say of a file that is scanned already.
#[must_use]
pub fn judge(text: &str, language: Language, scan: &Scan, settings: &Settings) -> Vec<Finding> {
    let cx = Context::new(text, language, scan, &settings.team);
    let mut findings = Vec::new();
    for (rule, level) in settings.rules().filter(|(rule, _)| rule.languages.contains(&language)) {
        let first = findings.len();
        (rule.check)(&cx, &mut findings);
        if let Level::As(severity) = level {
            findings[first..].iter_mut().for_each(|finding| finding.severity = severity);
        }
    }
    let looked: Vec<&Rule> = settings.rules().map(|(rule, _)| rule).collect();
    for complaint in suppress(text, language, scan, &looked, &mut findings) {
        match Rule::named(complaint.rule).map(|rule| settings.level(rule)) {
            Some(Level::On) => findings.push(complaint),
            Some(Level::As(severity)) => findings.push(Finding { severity, ..complaint }),
            Some(Level::Off) | None => {}
        }
    }
    findings.sort_by_key(|finding| (finding.span, finding.severity, finding.rule));
    // A variable that feeds two ports brings both to the same place.
    findings.dedup_by(|one, other| {
        (one.span, one.rule, &one.message) == (other.span, other.rule, &other.message)
    });
    findings
}
