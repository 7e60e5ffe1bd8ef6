//! The names of rules in the brackets of a comment to the linter, and the words before the brackets.

use super::word::{line_at, word_at};
use super::{Completion, Item, Kind, Subject};
use crate::finding::Finding;
use crate::languages::{Language, Scan};
use crate::rules::{RULES, Rule};
use crate::suppress::{self, Names};
use crate::text::Span;

/// The words that a comment to the linter can start with, and what it then speaks of.
const OPENERS: [(&str, &str); 2] = [
    ("portolan: ignore", "the findings of some rules, at one place"),
    ("portolan: ignore-file", "the findings of some rules, in the whole file"),
];

/// What can stand at byte `at`, if that is in a comment to the linter, or in one that may become one.
pub fn complete<'f>(
    text: &str,
    language: Language,
    scan: &Scan,
    findings: impl FnOnce() -> &'f [Finding],
    at: usize,
) -> Option<Completion> {
    let line = line_at(text, at);
    let hash = line.start + text[line.start..at].rfind('#')?;
    match suppress::names_at(text, language, scan, at) {
        Some(names) => Some(rules(text, language, findings, names, at).unwrap_or_default()),
        None => openers(text, language, scan, Span::new(hash + 1, line.end), at),
    }
}

/// The names that can stand at byte `at` among `names`; those of the rules first that find something there.
fn rules<'f>(
    text: &str,
    language: Language,
    findings: impl FnOnce() -> &'f [Finding],
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
    let is_here = |it: &&Finding| names.target.is_some_and(|target| target.touches(it.span.start));
    let found: Vec<&str> = findings().iter().filter(is_here).map(|finding| finding.rule).collect();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::languages;
    use crate::lint::judge;

    fn completion(text: &str, language: Language) -> Completion {
        let at = text.find('|').expect("the test marks the cursor");
        let text = text.replacen('|', "", 1);
        let scan = languages::scan(&text, language);
        let findings = judge(&text, language, &scan, &[], &Settings::default());
        let memory = languages::Memory::default();
        super::super::complete(&text, language, &scan, &memory, &Settings::default().team, || &findings, at)
    }

    fn offered(text: &str, language: Language) -> Vec<String> {
        completion(text, language).items.into_iter().map(|item| item.label).collect()
    }

    #[test]
    fn rules_are_named_once_those_that_find_something_first() {
        let all = offered("FROM a\n# portolan: ignore[|]\nEXPOSE 585\n", Language::Dockerfile);
        assert_eq!(all[0], "deregistered-port");
        let of_language = RULES.iter().filter(|rule| rule.languages.contains(&Language::Dockerfile));
        assert_eq!(all.len(), of_language.count());
        for text in [
            "listen 585; # portolan: ignore[|",
            "listen 585; # portolan: ignore[ | ] -- why",
            "listen 585; # portolan: ignore[reserved-port, |]",
            "listen 585; # portolan: ignore[reserved-port,| ",
        ] {
            assert_eq!(offered(text, Language::Nginx)[0], "deregistered-port", "{text}");
        }
        for text in [
            "a: 1 # portolan: ignore[reserved-port, reserved|]",
            "a: 1 # portolan: ignore[reserved|, reserved-port]",
        ] {
            assert_eq!(offered(text, Language::Compose), [""; 0], "{text}");
        }
        assert_eq!(offered("# portolan: ignore-file[unquoted|]\n", Language::Compose), ["unquoted-port"]);
        assert_eq!(
            offered("# portolan: ignore[quoted|]\n", Language::Compose),
            ["unquoted-port"],
            "by its middle"
        );
    }

    #[test]
    fn the_whole_name_is_replaced() {
        let text = "# 💣 portolan: ignore[x]\n# portolan: ignore[reserv|d-prt, x]\n";
        let completion = completion(text, Language::Nginx);
        assert_eq!(completion.span.of(&text.replace('|', "")), "reservd-prt");
        assert_eq!(completion.items[0].text.as_deref(), Some("reserved-port"));
    }

    #[test]
    fn a_comment_is_begun() {
        let both = ["portolan: ignore", "portolan: ignore-file"];
        assert_eq!(offered("# por|\nFROM a\n", Language::Dockerfile), both);
        assert_eq!(offered("#por|", Language::Nginx), both);
        assert_eq!(
            offered("FROM a\r\n  # portolan: ig|\r\n", Language::Dockerfile),
            both[..1],
            "the head is over"
        );
        assert_eq!(offered("listen 80; # p|", Language::Nginx), both[..1]);
        let completion = completion("# portolan: ign|[]\n", Language::Compose);
        assert_eq!(completion.items[0].text.as_deref(), Some("portolan: ignore["));
        assert_eq!(completion.items[0].snippet.as_deref(), Some("portolan: ignore[$1]$0"));
        for (text, language) in [
            ("# |", Language::Dockerfile),
            ("# about por|", Language::Dockerfile),
            ("# por| about", Language::Dockerfile),
            ("FROM a\nEXPOSE 80 # por|", Language::Dockerfile),
            ("a#por|", Language::Compose),
            ("# portolan: ignore[reserved-port] |", Language::Compose),
            ("# portolan: ignore[a b|]", Language::Compose),
            ("# portolan: nothing[|]", Language::Compose),
            ("command: 'x # por|'", Language::Dockerfile),
        ] {
            assert_eq!(offered(text, language), [""; 0], "{text}");
        }
    }
}
