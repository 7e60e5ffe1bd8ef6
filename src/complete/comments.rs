//! The names of rules in the brackets of a comment to the linter, and the words before the brackets.

use super::word::{line_at, word_at};
use super::{Completion, Item, Kind, Subject};
use crate::config::Settings;
use crate::finding::Finding;
use crate::languages::{Language, Scan};
use crate::lint::judge;
use crate::rules::{RULES, Rule};
use crate::suppress::{self, Names};
use crate::text::Span;

/// The words that a comment to the linter can start with, and what it then speaks of.
const OPENERS: [(&str, &str); 2] = [
    ("portolan: ignore", "the findings of some rules, at one place"),
    ("portolan: ignore-file", "the findings of some rules, in the whole file"),
];

/// What can stand at byte `at`, if that is in a comment to the linter, or in one that may become one.
pub fn complete(
    text: &str,
    language: Language,
    scan: &Scan,
    settings: &Settings,
    at: usize,
) -> Option<Completion> {
    let line = line_at(text, at);
    let hash = line.start + text[line.start..at].rfind('#')?;
    match suppress::names_at(text, language, scan, at) {
        Some(names) => Some(rules(text, language, scan, settings, names, at).unwrap_or_default()),
        None => openers(text, language, scan, Span::new(hash + 1, line.end), at),
    }
}

/// The names that can stand at byte `at` among `names`; those of the rules first that find something there.
fn rules(
    text: &str,
    language: Language,
    scan: &Scan,
    settings: &Settings,
    names: Names,
    at: usize,
) -> Option<Completion> {
    let word = word_at(text, at)?;
    let before = text[names.span.start..word.start].trim_end();
    let behind = Span::new(word.end, names.span.end.max(word.end)).of(text).trim_start();
    if !(before.is_empty() || before.ends_with(',')) || !(behind.is_empty() || behind.starts_with([',', '-']))
    {
        return None;
    }
    let others = text[names.span.start..word.start].split(',').chain(behind.split(','));
    let others: Vec<&str> = others.map(str::trim).collect();
    let findings = judge(text, language, scan, settings);
    let is_here = |it: &&Finding| names.target.is_some_and(|target| target.touches(it.span.start));
    let found: Vec<&str> = findings.iter().filter(is_here).map(|finding| finding.rule).collect();
    let typed = &text[word.start..at];
    let is_wanted = |rule: &&&'static Rule| {
        rule.languages.contains(&language) && !others.contains(&rule.name) && rule.name.contains(typed)
    };
    let mut rules: Vec<&'static Rule> = RULES.iter().filter(is_wanted).copied().collect();
    rules.sort_by_key(|rule| (!found.contains(&rule.name), !rule.name.starts_with(typed)));
    let item = |rule: &'static Rule| {
        let is_found = found.contains(&rule.name);
        let filter = if rule.name.starts_with(typed) { "" } else { typed };
        Item {
            label: rule.name.to_owned(),
            aside: if is_found { "found here".to_owned() } else { String::new() },
            detail: rule.summary.to_owned(),
            kind: Kind::Rule,
            filter: [filter, rule.name].concat(),
            text: Some(rule.name.to_owned()),
            subject: Some(Subject::Rule(rule)),
            is_preferred: is_found && found.first() == Some(&rule.name),
            ..Item::default()
        }
    };
    Some(Completion { items: rules.into_iter().map(item).collect(), span: word, ..Completion::default() })
}

/// The words that `comment`, which stands behind a `#`, can start with, if it holds nothing but the start of them.
fn openers(text: &str, language: Language, scan: &Scan, comment: Span, at: usize) -> Option<Completion> {
    let typed = text[comment.start..at].trim_start_matches([' ', '\t']);
    let behind = text[at..comment.end].trim_end();
    let is_closed = behind == "[]";
    if typed.is_empty() || !(behind.is_empty() || is_closed) {
        return None;
    }
    let span = Span::new(at - typed.len(), at + behind.len());
    let items = OPENERS.into_iter().filter_map(|(opener, about)| {
        if !opener.starts_with(typed) {
            return None;
        }
        // Whether it is a comment, and heeded there, is asked of those who read it.
        let written = [&text[..span.start], opener, "[]", &text[span.end..]].concat();
        let names = suppress::names_at(&written, language, scan, span.start + opener.len() + 1)?;
        names.target?;
        Some(Item {
            label: opener.to_owned(),
            detail: format!("say nothing of {about}"),
            kind: Kind::Keyword,
            filter: opener.to_owned(),
            text: Some(format!("{opener}[")),
            snippet: Some(format!("{opener}[$1]$0")),
            ..Item::default()
        })
    });
    let items: Vec<Item> = items.collect();
    (!items.is_empty()).then(|| Completion { items, span, ..Completion::default() })
}
