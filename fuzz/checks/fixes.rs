//! What must hold of every fix: its finding is gone, nothing worse has come, and nothing else has changed.

use std::collections::BTreeMap;

use portolan::config::Settings;
use portolan::finding::{Finding, Safety, Severity};
use portolan::fix;
use portolan::languages::{Language, scan};
use portolan::lint::lint;
use portolan::suppress;

/// How the findings before and after a fix compare; the last argument says what was done.
pub type Compare = fn(&[Finding], &[Finding], &str);

/// What is found in a file that stands alone.
fn found(text: &str, language: Language) -> Vec<Finding> {
    lint(text, language, &Settings::default())
}

/// How often each rule finds an error or a warning.
fn failures(findings: &[Finding]) -> BTreeMap<&'static str, usize> {
    let mut failures = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.severity <= Severity::Warning) {
        *failures.entry(finding.rule).or_default() += 1;
    }
    failures
}

/// No rule finds more than it did.
#[track_caller]
pub fn assert_nothing_new(before: &[Finding], after: &[Finding], what: &str) {
    let before = failures(before);
    for (rule, count) in failures(after) {
        let known = before.get(rule).copied().unwrap_or_default();
        assert!(count <= known, "{rule} finds {count}, not {known}: {what}");
    }
}

/// There are no more errors and warnings than there were. A mistake may hide another: two ranges that both end before they
/// start are no duplicates yet. That a comment has become one of no use, whose finding is mended, is no mistake of the fix.
#[track_caller]
pub fn assert_no_more(before: &[Finding], after: &[Finding], what: &str) {
    let [before, after] = [before, after].map(|findings| {
        let mut failures = failures(findings);
        failures.remove("unused-suppression");
        failures.into_values().sum::<usize>()
    });
    assert!(after <= before, "{after} errors and warnings, not {before}: {what}");
}

/// Whether the file makes no sense as a whole: what stands behind the broken place may be read otherwise after any change.
fn is_broken(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.rule == "syntax-error")
}

/// How often a finding like `finding` is among `findings`.
fn count(findings: &[Finding], finding: &Finding) -> usize {
    findings.iter().filter(|it| (it.rule, &it.message) == (finding.rule, &finding.message)).count()
}

/// Applies every fix alone, and then all of them; `compare` looks at what is found before and after.
pub fn assert_fixes_are_sound(text: &str, language: Language, name: &str, compare: Compare) {
    let before = found(text, language);
    let is_broken = is_broken(&before);
    for finding in &before {
        let Some(fix) = &finding.fix else { continue };
        let what = || format!("{name}: {} of {finding:#?}\n{text}", fix.title);
        assert!(!fix.edits.is_empty() && !fix.title.is_empty(), "{}", what());
        for edit in &fix.edits {
            assert!(text.get(edit.span.start..edit.span.end).is_some(), "{}", what());
        }
        let are_apart = fix.edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start);
        assert!(are_apart, "{}", what());
        let fixed = fix::edited(text, &fix.edits);
        let after = found(&fixed, language);
        assert!(count(&after, finding) < count(&before, finding), "still there: {}\n{fixed}", what());
        if is_broken {
            continue;
        }
        compare(&before, &after, &format!("{}\n{fixed}", what()));
    }
    for most in [Safety::Safe, Safety::Unsafe] {
        let fixed = fix::apply(text, most, |text| found(text, language));
        if is_broken {
            continue;
        }
        compare(&before, &fixed.left, &format!("{name}, all at once: {text}\n{}", fixed.text));
        let again = fix::apply(&fixed.text, most, |text| found(text, language));
        assert_eq!(again.text, fixed.text, "{name}: nothing is left to fix");
        assert_eq!(fixed.applied.is_empty(), fixed.text == text, "{name}");
    }
}

/// Ignores every finding alone.
pub fn assert_everything_can_be_ignored(text: &str, language: Language, name: &str) {
    let before = found(text, language);
    let scan = scan(text, language);
    for finding in &before {
        let Some(fix) = suppress::ignoring(text, language, &scan, finding) else { continue };
        let ignored = fix::edited(text, &fix.edits);
        let after = found(&ignored, language);
        let what = format!("{name}: {finding:#?}\n{ignored}");
        assert!(count(&after, finding) < count(&before, finding), "still there: {what}");
        if !is_broken(&before) {
            assert_nothing_new(&before, &after, &what);
        }
    }
}
