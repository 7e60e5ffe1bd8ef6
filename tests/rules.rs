//! Every fixture and every example of a rule's page: what is marked is found, and nothing else is.
//!
//! A mark is a comment of its own under the line that it speaks of: `# ^^^ rule-name: message`, the carets under the
//! bytes of the finding. A line without a mark must be silent, so each fixture tests for false findings too.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use portolan::config::{Level, Settings};
use portolan::finding::{Finding, Severity};
use portolan::languages::{Language, detect};
use portolan::lint::lint;
use portolan::rules::{RULES, Rule};
use portolan::text::{Encoding, Text};

/// A finding as a mark shows it: line from 1, columns from 0, rule and message.
type Mark = (usize, usize, usize, String);

/// The marks in `text`.
fn marked(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut spoken_of = (0, "");
    for (index, line) in text.lines().enumerate() {
        let Some(comment) = line.trim_start().strip_prefix('#') else {
            spoken_of = (index + 1, line);
            continue;
        };
        let comment = comment.trim_start();
        let carets = comment.chars().take_while(|&it| it == '^').count();
        if carets == 0 {
            spoken_of = (index + 1, line);
            continue;
        }
        let column = line.chars().take_while(|&it| it != '^').count();
        marks.push((spoken_of.0, column, column + carets, comment[carets..].trim().to_owned()));
    }
    marks
}

/// The findings in `text` as marks: those of `rule`, which looks if need be because it is asked to, and the errors and
/// warnings of the others. What those think a risk is no matter of this file.
fn found(text: &str, language: Language, rule: &Rule) -> Vec<Mark> {
    let lines = Text::new(text);
    let mut settings = Settings::default();
    settings.set(rule, Level::On);
    let findings = lint(text, language, &settings).into_iter();
    let matters = |finding: &Finding| finding.rule == rule.name || finding.severity <= Severity::Warning;
    let describe = |finding: &Finding| {
        let range = lines.range(finding.span, Encoding::Utf32);
        let said = format!("{}: {}", finding.rule, finding.message);
        (range.start.line + 1, range.start.character, range.end.character, said)
    };
    findings.filter(matters).map(|finding| describe(&finding)).collect()
}

#[track_caller]
fn compare(name: &str, text: &str, language: Language, rule: &Rule) {
    let (mut marked, mut found) = (marked(text), found(text, language, rule));
    marked.sort();
    found.sort();
    assert_eq!(found, marked, "{name}: what is found (left) is not what is marked (right)");
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

#[test]
fn every_fixture_is_found_as_marked() {
    let fixtures = files_below(Path::new("tests/fixtures/rules"));
    assert!(fixtures.len() >= RULES.len());
    for path in fixtures {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.to_str().unwrap();
        let language = detect(name, None, &text).unwrap_or_else(|| panic!("{name} is in no language"));
        let folder = path.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap();
        let rule = Rule::named(&folder.replace('_', "-")).unwrap_or_else(|| panic!("{name}: no such rule"));
        compare(name, &text, language, rule);
    }
}

/// The fenced examples of a rule's page, each with its language and the heading it stands under.
fn examples(docs: &str) -> Vec<(Language, String, String)> {
    let mut examples = Vec::new();
    let mut heading = String::new();
    let mut lines = docs.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            title.clone_into(&mut heading);
        }
        let Some(fence) = line.strip_prefix("```") else { continue };
        let body: String =
            lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
        let language = match fence {
            "dockerfile" => Language::Dockerfile,
            "yaml" => Language::Compose,
            "nginx" => Language::Nginx,
            _ => continue,
        };
        examples.push((language, heading.clone(), body));
    }
    examples
}

#[test]
fn every_example_of_a_rules_page_is_true() {
    for rule in RULES {
        let examples = examples(rule.docs);
        for (language, heading, text) in &examples {
            compare(&format!("{}.md, {heading}", rule.name), text, *language, rule);
        }
        let found = examples.iter().any(|(_, heading, text)| heading == "Found" && !marked(text).is_empty());
        let silent =
            examples.iter().any(|(_, heading, text)| heading == "Not found" && marked(text).is_empty());
        assert!(found && silent, "{}.md shows what is found and what is not", rule.name);
    }
}

#[test]
fn every_rule_has_a_page_under_its_name_and_a_fixture() {
    for rule in RULES {
        let file = rule.name.replace('-', "_");
        assert_eq!(fs::read_to_string(format!("src/rules/{file}.md")).unwrap(), rule.docs);
        assert!(rule.docs.starts_with(&format!("# {}\n", rule.name)));
        assert!(rule.docs.contains("\n## References\n"), "{}.md has no references", rule.name);
        assert!(!files_below(Path::new(&format!("tests/fixtures/rules/{file}"))).is_empty());
        assert!(rule.url().ends_with(&format!("/src/rules/{file}.md")));
        assert!(!rule.summary.ends_with('.') && !rule.languages.is_empty());
    }
}

#[test]
fn a_message_is_one_lower_case_sentence_without_a_full_stop() {
    for rule in RULES {
        for (language, _, text) in examples(rule.docs) {
            for finding in lint(&text, language, &Settings::default()) {
                let first = finding.message.chars().next().unwrap();
                assert!(!first.is_uppercase() && !finding.message.ends_with('.'), "{}", finding.message);
                assert!(!finding.message.contains('\n'));
            }
        }
    }
}

#[test]
fn severities_are_those_of_the_place() {
    let severity = |text: &str, language| {
        lint(text, language, &Settings::default()).first().map(|finding| finding.severity)
    };
    let dockerfile = |line: &str| severity(&format!("FROM a\n{line}\n"), Language::Dockerfile);
    assert_eq!(dockerfile("EXPOSE 70000"), Some(Severity::Error));
    assert_eq!(dockerfile("ENV PORT=70000"), Some(Severity::Warning));
    assert_eq!(dockerfile("ENV PORT=70000\nEXPOSE $PORT"), Some(Severity::Error));
    assert_eq!(dockerfile("EXPOSE 0"), Some(Severity::Warning));
    assert_eq!(dockerfile("ENV PORT=0"), None);
    assert_eq!(dockerfile("EXPOSE 585"), Some(Severity::Warning));
    let compose = |entry: &str| {
        severity(&format!("services:\n  a:\n    image: b\n    ports:\n      - {entry}\n"), Language::Compose)
    };
    assert_eq!(compose("'0:80'"), Some(Severity::Hint));
    assert_eq!(compose("'80:0'"), Some(Severity::Error));
    assert_eq!(compose("{target: 80, protocol: http}"), Some(Severity::Warning));
    assert_eq!(compose("80/http"), Some(Severity::Error));
    assert_eq!(compose("${PORT:-80}/http"), Some(Severity::Error));
    assert_eq!(severity("server { listen 0; }", Language::Nginx), Some(Severity::Error));
}
