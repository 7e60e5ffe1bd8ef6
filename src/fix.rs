//! Fixes applied to a text: each of them whole or not at all, and none over another.

use std::collections::BTreeMap;

use crate::finding::{Edit, Finding, Safety};
use crate::text::Span;

/// A text after fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The text as it is now.
    pub text: String,
    /// What was found before and is mended.
    pub applied: Vec<Finding>,
    /// What is found now.
    pub left: Vec<Finding>,
}

/// The edits of one round of fixes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// The edits in the order of the file, none of which touches the start of another or overlaps it.
    pub edits: Vec<Edit>,
    /// The findings that they mend, as indexes into those that were given.
    pub applied: Vec<usize>,
}

/// Applies the fixes of what `lint` finds in `text` that are at most as unsafe as `most`, and then those of what it finds
/// in the outcome, until there are none. Fixes that chase each other are left after a few rounds.
pub fn apply(text: &str, most: Safety, lint: impl Fn(&str) -> Vec<Finding>) -> Fixed {
    const MOST_ROUNDS: usize = 10;
    let mut fixed = Fixed { text: text.to_owned(), applied: Vec::new(), left: lint(text) };
    for _ in 0..MOST_ROUNDS {
        let round = round(&fixed.text, &fixed.left, most);
        if round.applied.is_empty() {
            break;
        }
        fixed.applied.extend(round.applied.iter().map(|&index| fixed.left[index].clone()));
        fixed.text = edited(&fixed.text, &round.edits);
        fixed.left = lint(&fixed.text);
    }
    fixed
}

/// The fixes of `findings` in `text` that can be applied at once. The safe ones go first, and those of one kind in the
/// order of the findings; one that would overlap what is taken already has to wait for another round, unless it is the
/// same.
#[must_use]
pub fn round(text: &str, findings: &[Finding], most: Safety) -> Round {
    let mut order: Vec<(Safety, usize)> = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        order.extend(finding.fix.as_ref().filter(|fix| fix.safety <= most).map(|fix| (fix.safety, index)));
    }
    order.sort();
    let mut taken: BTreeMap<usize, &Edit> = BTreeMap::new();
    let mut applied = Vec::new();
    for (_, index) in order {
        let edits = findings[index].fix.as_ref().map_or(&[][..], |fix| &fix.edits);
        let changes_something = edits.iter().any(|edit| edit.span.of(text) != edit.text);
        let fits = |edit: &Edit| {
            text.get(edit.span.start..edit.span.end).is_some()
                && neighbours(&taken, edit).all(|other| other == edit || !collide(other.span, edit.span))
        };
        if changes_something && edits.iter().all(fits) {
            taken.extend(edits.iter().map(|edit| (edit.span.start, edit)));
            applied.push(index);
        }
    }
    applied.sort_unstable();
    Round { edits: taken.into_values().cloned().collect(), applied }
}

/// `text` after `edits`, which are in its order and do not overlap.
#[must_use]
pub fn edited(text: &str, edits: &[Edit]) -> String {
    let mut edited = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        edited.push_str(Span::new(from, edit.span.start).of(text));
        edited.push_str(&edit.text);
        from = edit.span.end;
    }
    edited + Span::new(from, text.len()).of(text)
}

/// The one edit that makes `after` of `before`; `None` where they are the same.
#[must_use]
pub fn difference(before: &str, after: &str) -> Option<Edit> {
    if before == after {
        return None;
    }
    let same = before.bytes().zip(after.bytes()).take_while(|(one, other)| one == other).count();
    let start = before.floor_char_boundary(same).min(after.floor_char_boundary(same));
    let (one, other) = (&before[start..], &after[start..]);
    let same = one.bytes().rev().zip(other.bytes().rev()).take_while(|(one, other)| one == other).count();
    // A common end that starts inside of a character is cut back to the next one.
    let width = (0..=same).rev().find(|width| one.is_char_boundary(one.len() - width)).unwrap_or(0);
    let span = Span::new(start, before.len() - width);
    Some(Edit { span, text: other[..other.len() - width].to_owned() })
}

/// The edits in `taken` that alone can collide with `edit`: the last that starts no later, and the first that does.
fn neighbours<'e>(taken: &BTreeMap<usize, &'e Edit>, edit: &Edit) -> impl Iterator<Item = &'e Edit> {
    let before = taken.range(..=edit.span.start).next_back();
    let behind = taken.range(edit.span.start + 1..).next();
    before.into_iter().chain(behind).map(|(_, edit)| *edit)
}

/// Whether the order of two edits would matter.
const fn collide(one: Span, other: Span) -> bool {
    one.start == other.start || one.start < other.end && other.start < one.end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Fix, Severity};

    fn finding(safety: Safety, edits: &[(usize, usize, &str)]) -> Finding {
        let edit = |&(start, end, text): &(usize, usize, &str)| Edit {
            span: Span::new(start, end),
            text: text.to_owned(),
        };
        let fix = Fix { title: String::new(), safety, edits: edits.iter().map(edit).collect() };
        Finding {
            rule: "test",
            severity: Severity::Warning,
            span: Span::default(),
            message: String::new(),
            help: None,
            related: Vec::new(),
            fix: Some(fix),
        }
    }

    fn applied(text: &str, most: Safety, findings: &[Finding]) -> (String, Vec<usize>) {
        let round = round(text, findings, most);
        (edited(text, &round.edits), round.applied)
    }

    #[test]
    fn a_fix_is_applied_whole_or_not_at_all() {
        let findings = [
            finding(Safety::Safe, &[(2, 3, "C")]),
            finding(Safety::Safe, &[(0, 1, "A"), (2, 4, "X")]),
            finding(Safety::Safe, &[(4, 5, "E"), (5, 5, "!")]),
        ];
        assert_eq!(applied("abcde", Safety::Safe, &findings), ("abCdE!".to_owned(), vec![0, 2]));
    }

    #[test]
    fn two_insertions_at_one_place_collide_unless_they_are_the_same() {
        let findings = [
            finding(Safety::Safe, &[(1, 1, "/udp")]),
            finding(Safety::Safe, &[(1, 1, "/udp")]),
            finding(Safety::Safe, &[(1, 1, "/tcp")]),
            finding(Safety::Safe, &[(0, 2, "")]),
            finding(Safety::Safe, &[(0, 1, "9")]),
        ];
        assert_eq!(applied("80", Safety::Safe, &findings), ("9/udp0".to_owned(), vec![0, 1, 4]));
    }

    #[test]
    fn safe_fixes_go_first_and_unsafe_ones_only_where_asked_for() {
        let findings = [finding(Safety::Unsafe, &[(0, 2, "x")]), finding(Safety::Safe, &[(1, 2, "y")])];
        assert_eq!(applied("80", Safety::Unsafe, &findings), ("8y".to_owned(), vec![1]));
        assert_eq!(applied("80", Safety::Safe, &findings[..1]), ("80".to_owned(), vec![]));
        assert_eq!(applied("80", Safety::Unsafe, &findings[..1]), ("x".to_owned(), vec![0]));
    }

    #[test]
    fn what_changes_nothing_or_does_not_fit_is_no_fix() {
        let findings = [
            finding(Safety::Safe, &[(0, 1, "8")]),
            finding(Safety::Safe, &[(1, 9, "")]),
            finding(Safety::Safe, &[]),
        ];
        assert_eq!(applied("80", Safety::Safe, &findings), ("80".to_owned(), vec![]));
    }

    #[test]
    fn rounds_end() {
        let flips = |text: &str| vec![finding(Safety::Safe, &[(0, 1, if text == "a" { "b" } else { "a" })])];
        assert_eq!(apply("a", Safety::Safe, flips).applied.len(), 10);
        let shrinks = |text: &str| {
            if text.is_empty() { Vec::new() } else { vec![finding(Safety::Safe, &[(0, 1, "")])] }
        };
        let fixed = apply("abc", Safety::Safe, shrinks);
        assert_eq!((fixed.text.as_str(), fixed.applied.len(), fixed.left.len()), ("", 3, 0));
    }

    #[test]
    fn the_difference_of_two_texts_is_one_edit() {
        for (before, after, expected) in [
            ("80 💣 90", "80 💥 90", Some((3, 7, "💥"))),
            ("aa", "aaa", Some((2, 2, "a"))),
            ("a\n", "", Some((0, 2, ""))),
            ("a", "a", None),
        ] {
            let edit = difference(before, after);
            let seen = edit.as_ref().map(|edit| (edit.span.start, edit.span.end, edit.text.as_str()));
            assert_eq!(seen, expected, "{before} {after}");
            assert!(edit.is_none_or(|edit| edited(before, &[edit]) == after));
        }
    }
}
