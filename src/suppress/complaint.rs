//! What is wrong with a comment to the linter: names that no rule has, and names that ignore nothing.

use foldhash::{HashSet, HashSetExt};

use super::comment::{Comment, Extent};
use super::is_on_comments;
use crate::finding::{Edit, Finding, Fix, Safety};
use crate::rules::{Rule, UNKNOWN_RULE, UNUSED_SUPPRESSION};
use crate::text::Span;

/// How a suppression is written, for those who wrote something else.
const SPELLING: &str = "write `# portolan: ignore[rule-name]`";

/// What is wrong with a name in a comment.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// No rule has the name; perhaps this one is meant, and perhaps its name in the place of this one would be of use.
    Unknown { meant: Option<&'static Rule>, is_of_use: bool },
    /// The rule finds nothing there.
    Unused,
    /// The name stands in the comment twice.
    Repeated,
}

impl Comment {
    /// Adds what is wrong with it; `is_used` tells whether naming a rule makes a difference.
    pub fn complain(&self, text: &str, is_used: impl Fn(&Rule) -> bool, complaints: &mut Vec<Finding>) {
        let said = self.said.of(text);
        if self.names.is_empty() {
            let message = match self.extent {
                Extent::Unknown => format!("nothing is known of `{said}`, {SPELLING}"),
                _ => format!("`{said}` names no rule, {SPELLING}"),
            };
            complaints.push(UNKNOWN_RULE.finding(self.said, message));
            return;
        }
        if self.target.is_none() {
            let message =
                "`ignore-file` speaks of a file from above its first line, and ignores nothing here";
            complaints.push(UNUSED_SUPPRESSION.finding(self.said, message.to_owned()));
            return;
        }
        let named: HashSet<&str> = self.names.iter().map(|name| name.of(text)).collect();
        let mut seen = HashSet::new();
        let fault = |name: &Span| fault_of(name.of(text), &named, !seen.insert(name.of(text)), &is_used);
        let faults: Vec<_> = self.names.iter().map(fault).collect();
        let stays =
            |fault: &Option<Fault>| matches!(fault, None | Some(Fault::Unknown { is_of_use: true, .. }));
        let some_stay = faults.iter().any(stays);
        for (index, fault) in faults.iter().enumerate() {
            let Some(fault) = *fault else { continue };
            let name = self.names[index];
            let removal = if some_stay { self.removal_of(index) } else { self.removal };
            let written = name.of(text);
            let remove = |title: String| {
                let edits = vec![Edit { span: removal, text: String::new() }];
                Some(Fix { title, safety: Safety::Safe, edits })
            };
            let (finding, fix) = match fault {
                Fault::Unknown { meant: None, .. } => {
                    let message = format!("there is no rule `{written}`");
                    (UNKNOWN_RULE.finding(name, message), remove(format!("Remove {written}")))
                }
                Fault::Unknown { meant: Some(rule), is_of_use } => {
                    let message = format!("there is no rule `{written}`, did you mean `{}`", rule.name);
                    let edits = vec![Edit { span: name, text: rule.name.to_owned() }];
                    let title = format!("Replace {written} with {}", rule.name);
                    let replace = Some(Fix { title, safety: Safety::Safe, edits });
                    let fix = if is_of_use { replace } else { remove(format!("Remove {written}")) };
                    (UNKNOWN_RULE.finding(name, message), fix)
                }
                Fault::Unused => {
                    let place = if self.extent == Extent::File { "in this file" } else { "here" };
                    let message = format!("`{written}` finds nothing {place} that could be ignored");
                    (UNUSED_SUPPRESSION.finding(name, message), remove(format!("Stop ignoring {written}")))
                }
                Fault::Repeated => {
                    let message = format!("`{written}` is ignored twice");
                    (UNUSED_SUPPRESSION.finding(name, message), remove(format!("Remove {written}")))
                }
            };
            complaints.push(Finding { fix, ..finding });
        }
    }

    /// What to take out so that the name of that index is gone, with a comma beside it.
    fn removal_of(&self, index: usize) -> Span {
        let name = self.names[index];
        match (index.checked_sub(1), self.names.get(index + 1)) {
            (Some(before), _) => Span::new(self.names[before].end, name.end),
            (None, Some(behind)) => Span::new(name.start, behind.start),
            (None, None) => name,
        }
    }
}

/// What is wrong with the name `written` among those that are `named` in its comment; `is_used` tells whether naming a rule
/// makes a difference.
fn fault_of(
    written: &str,
    named: &HashSet<&str>,
    is_repeated: bool,
    is_used: impl Fn(&Rule) -> bool,
) -> Option<Fault> {
    let is_of_use = |rule: &Rule| is_on_comments(rule.name) || is_used(rule);
    match Rule::named(written) {
        None => {
            let meant = Rule::nearest(written);
            let is_of_use = meant.is_some_and(|rule| !named.contains(rule.name) && is_of_use(rule));
            Some(Fault::Unknown { meant, is_of_use })
        }
        Some(rule) if !is_of_use(rule) => Some(Fault::Unused),
        Some(_) => is_repeated.then_some(Fault::Repeated),
    }
}
