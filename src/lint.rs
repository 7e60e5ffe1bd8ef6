//! From the text of a file to its findings: the one thing that every face asks for.

use crate::finding::Finding;
use crate::languages::{self, Language, Scan};
use crate::rules::{Context, RULES};

/// Everything that the rules say of `text`, read as a file of `language`, in the order of the file.
#[must_use]
pub fn lint(text: &str, language: Language) -> Vec<Finding> {
    judge(text, language, &languages::scan(text, language))
}

/// Everything that the rules say of a file that is scanned already.
#[must_use]
pub fn judge(text: &str, language: Language, scan: &Scan) -> Vec<Finding> {
    let cx = Context::new(text, language, scan);
    let mut findings = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.languages.contains(&language)) {
        (rule.check)(&cx, &mut findings);
    }
    findings.sort_by_key(|finding| (finding.span, finding.severity, finding.rule));
    // A variable that feeds two ports brings both to the same place.
    findings.dedup();
    findings
}
