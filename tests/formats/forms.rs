//! What each form says, read back as its reader reads it, beside what the JSON says: the same findings in the same order,
//! whatever files are called and whatever stands in them.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use roxmltree::Document;
use serde_json::Value;

use super::{folder, json, list, mixed, report, run, schemas, text};

/// A finding as a reader of some form sees it.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    pub rule: String,
    pub severity: String,
    pub file: String,
    pub line: u64,
    /// Where the form has columns.
    pub column: Option<u64>,
    /// What is wrong, and what else the form says with it.
    pub said: String,
}

/// How a form is read.
struct Form {
    name: &'static str,
    /// Its words for error, warning, info and hint.
    severities: [&'static str; 4],
    /// How it shows what has no way to be in it.
    shown: fn(&str) -> String,
    read: fn(&str) -> Vec<Seen>,
}

const FORMS: [Form; 9] = [
    Form { name: "ndjson", severities: ["error", "warning", "info", "hint"], shown: as_it_is, read: ndjson },
    Form {
        name: "concise",
        severities: ["error", "warning", "info", "hint"],
        shown: printable,
        read: concise,
    },
    Form { name: "sarif", severities: ["error", "warning", "note", "note"], shown: as_it_is, read: sarif },
    Form {
        name: "github",
        severities: ["error", "warning", "notice", "notice"],
        shown: in_a_log,
        read: github,
    },
    Form {
        name: "gitlab",
        severities: ["critical", "major", "minor", "info"],
        shown: as_it_is,
        read: gitlab,
    },
    Form {
        name: "checkstyle",
        severities: ["error", "warning", "info", "info"],
        shown: in_xml,
        read: checkstyle,
    },
    Form { name: "junit", severities: ["error", "warning", "info", "hint"], shown: in_xml, read: junit },
    Form { name: "rdjson", severities: ["ERROR", "WARNING", "INFO", "INFO"], shown: as_it_is, read: rdjson },
    Form {
        name: "markdown",
        severities: ["error", "warning", "info", "hint"],
        shown: printable,
        read: markdown,
    },
];

/// Asserts that every form says of `folder` what its JSON says; how much that is.
pub fn assert_the_same(folder: &std::path::Path) -> usize {
    let report_as_json = json(&report(folder, "json"));
    let findings = list(&report_as_json["findings"]);
    for form in FORMS {
        let report = report(folder, form.name);
        let seen = (form.read)(&report);
        assert_eq!(seen.len(), findings.len(), "{}: {report}", form.name);
        for (finding, seen) in findings.iter().zip(seen) {
            let severity =
                ["error", "warning", "info", "hint"].iter().position(|it| finding["severity"] == *it);
            let message = (form.shown)(text(&finding["message"]));
            let expected = Seen {
                rule: text(&finding["rule"]).to_owned(),
                severity: form.severities[severity.unwrap()].to_owned(),
                file: (form.shown)(text(&finding["file"])),
                line: number(&finding["line"]),
                column: seen.column.map(|column| match form.name {
                    // Bytes are counted there, which has a test of its own.
                    "rdjson" => column,
                    _ => number(&finding["column"]),
                }),
                said: if seen.said.to_lowercase().contains(&message.to_lowercase()) {
                    seen.said.clone()
                } else {
                    message
                },
            };
            assert_eq!(seen, expected, "{}", form.name);
        }
    }
    findings.len()
}

#[test]
fn every_form_says_the_same() {
    assert!(assert_the_same(mixed().path()) >= 10);
}

#[test]
fn nothing_found_is_said_in_every_form() {
    assert_eq!(assert_the_same(folder(&[("Dockerfile", "FROM alpine\nEXPOSE 8080\n")]).path()), 0);
    assert_eq!(assert_the_same(tempfile::tempdir().unwrap().path()), 0);
}

#[test]
fn ndjson_is_an_object_a_line_and_the_objects_are_those_of_json() {
    let folder = mixed();
    let lines: Vec<Value> = report(folder.path(), "ndjson").lines().map(json).collect();
    assert_eq!(json(&report(folder.path(), "json"))["findings"], Value::Array(lines));
}

#[test]
fn what_stands_in_a_file_breaks_no_form() {
    let dockerfile = "FROM alpine\n\
        # portolan: ignore[a|<b>&\"c\"`\u{1}%0A::error file=x,line=1] -- why\n\
        EXPOSE 80/t\u{1}\u{b}<&>|'x'`*_~$\\[x](y)\n\
        EXPOSE 80/t%0A%25::error::x,y=z\n\
        EXPOSE 90-80 ]]> <!-- 80/\u{fffe}\u{ffff}\u{85}\u{2028}\u{feff} @who #1\n";
    // A name that YAML unescapes, a line end among it.
    let compose = r#"services:
  "a\u0001\uFFFE\r\n\n|b<&>]]>`%0A%::error::x":
    image: a
    ports: ["8080:80"]
  "c":
    image: c
    ports: ["8080:80"]
"#;
    let folder = folder(&[("Dockerfile", dockerfile), ("compose.yaml", compose)]);
    assert!(assert_the_same(folder.path()) >= 5);
    schemas::hold(folder.path());
}

#[cfg(unix)]
#[test]
fn what_a_file_is_called_breaks_no_form() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let names: &[&[u8]] = &[
        b"new\nline.dockerfile",
        b"return\rcar\r\nriage.dockerfile",
        b"100%25 %0A.dockerfile",
        b"::error file=x,line=1::y.dockerfile",
        b"\"quoted\" 'too', and = more.dockerfile",
        b"<a href='x'>&amp;]]><!--.dockerfile",
        b"`code` *b* _i_ ~s~ [x](y) | z \\ $m$.dockerfile",
        b"control\x01\x0b.dockerfile",
        b"spaces  within .dockerfile",
        b"-dash.dockerfile",
        b"file:scheme.dockerfile",
        b"f\xc3\xbcnf \xf0\x9f\x92\xa3.dockerfile",
        b"noncharacter \xef\xbf\xbe.dockerfile",
        b"not UTF-8 \xff.dockerfile",
        b"sub folder?#x/Dockerfile",
    ];
    let files: Vec<(&OsStr, &str)> =
        names.iter().map(|name| (OsStr::from_bytes(name), "FROM a\nEXPOSE 585\n")).collect();
    let folder = folder(&files);
    assert_eq!(assert_the_same(folder.path()), names.len());
    schemas::hold(folder.path());

    let sarif = json(&report(folder.path(), "sarif"));
    let uris = list(&sarif["runs"][0]["results"]).iter();
    let uris = uris.map(|it| text(&it["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]));
    let uris: BTreeSet<Vec<u8>> = uris.map(percent_decoded).collect();
    assert_eq!(uris, names.iter().map(|name| name.to_vec()).collect(), "byte by byte");
}

/// What would colour a terminal is no colour of the report's own, and part of the name or the text.
#[cfg(unix)]
#[test]
fn what_would_colour_a_terminal_is_kept_for_programs() {
    let named = folder(&[("a\u{1b}[31m\u{7f}\u{9b}b.dockerfile", "FROM a\nEXPOSE 585\n")]);
    assert_eq!(assert_the_same(named.path()), 1);
    let held = folder(&[("Dockerfile", "FROM a\nEXPOSE 80/a\u{1b}[31mb\u{1b}]8;;x\u{7}c\n")]);
    assert_eq!(assert_the_same(held.path()), 1);
}

#[test]
fn on_github_annotations_are_what_is_written_unless_told_otherwise() {
    let folder = mixed();
    let out = |arguments: &[&str]| {
        let output = super::portolan(folder.path())
            .env("GITHUB_ACTIONS", "true")
            .arg("--check")
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(out(&[]).starts_with("::"));
    assert!(out(&["--output-format", "json"]).starts_with('{'));
    assert!(!String::from_utf8(run(folder.path(), &[]).stdout).unwrap().starts_with("::"));
}

fn as_it_is(text: &str) -> String {
    text.to_owned()
}

/// A log is a terminal: the ends of lines stay, which the form has a way to write, and what a terminal obeys is escaped.
fn in_a_log(text: &str) -> String {
    text.split_inclusive(['\r', '\n', '\t'])
        .map(|piece| {
            let words = piece.trim_end_matches(['\r', '\n', '\t']);
            printable(words) + &piece[words.len()..]
        })
        .collect()
}

fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|it| if it.is_control() { it.escape_default().collect() } else { vec![it] })
        .collect()
}

/// What XML 1.0 cannot hold is escaped (<https://www.w3.org/TR/xml/#charsets>), and what a terminal obeys.
fn in_xml(text: &str) -> String {
    let is_possible =
        |it: char| !it.is_control() && !matches!(it, '\u{fffe}' | '\u{ffff}') || "\t\n\r".contains(it);
    text.chars()
        .flat_map(|it| if is_possible(it) { vec![it] } else { it.escape_default().collect() })
        .collect()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("no number: {value}"))
}

fn ndjson(report: &str) -> Vec<Seen> {
    let seen = |line: &str| {
        let finding = json(line);
        Seen {
            rule: text(&finding["rule"]).to_owned(),
            severity: text(&finding["severity"]).to_owned(),
            file: text(&finding["file"]).to_owned(),
            line: number(&finding["line"]),
            column: Some(number(&finding["column"])),
            said: text(&finding["message"]).to_owned(),
        }
    };
    report.lines().map(seen).collect()
}

/// `file:line:column: severity: message [rule]`, of which the file may hold anything.
fn concise(report: &str) -> Vec<Seen> {
    let place =
        regex::Regex::new(r"^(.*?):([0-9]+):([0-9]+): (error|warning|info|hint): (.*) \[([a-z-]+)\]$")
            .unwrap();
    let seen = |line: &str| {
        let parts = place.captures(line)?;
        Some(Seen {
            rule: parts[6].to_owned(),
            severity: parts[4].to_owned(),
            file: parts[1].to_owned(),
            line: parts[2].parse().unwrap(),
            column: Some(parts[3].parse().unwrap()),
            said: parts[5].to_owned(),
        })
    };
    // Behind the findings comes how many they are.
    report.split('\n').map_while(seen).collect()
}

fn sarif(report: &str) -> Vec<Seen> {
    let report = json(report);
    let seen = |result: &Value| {
        let place = &result["locations"][0]["physicalLocation"];
        let uri = percent_decoded(text(&place["artifactLocation"]["uri"]));
        Seen {
            rule: text(&result["ruleId"]).to_owned(),
            severity: text(&result["level"]).to_owned(),
            file: String::from_utf8_lossy(&uri).into_owned(),
            line: number(&place["region"]["startLine"]),
            column: Some(number(&place["region"]["startColumn"])),
            said: text(&result["message"]["text"]).to_owned(),
        }
    };
    let is_in_force = |result: &&Value| list(&result["suppressions"]).is_empty();
    list(&report["runs"][0]["results"]).iter().filter(is_in_force).map(seen).collect()
}

/// As the runner of GitHub reads the output of a step.
fn github(report: &str) -> Vec<Seen> {
    let seen = |line: &str| {
        let command = line.trim_start().strip_prefix("::").unwrap_or_else(|| panic!("no command: {line:?}"));
        let (head, data) = command.split_once("::").unwrap_or_else(|| panic!("no message: {line:?}"));
        let (severity, properties) = head.split_once(' ').unwrap();
        let properties = properties.split(',').filter_map(|it| it.split_once('='));
        let properties: Vec<(&str, String)> =
            properties.map(|(key, value)| (key.trim(), unescaped(value, true))).collect();
        let property =
            |name| properties.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone()).unwrap();
        let number = |name| property(name).parse::<u64>().unwrap();
        assert!(number("endLine") > number("line") || number("endColumn") >= number("col"), "{line}");
        assert_eq!(properties.len(), 6, "{line}");
        let title = property("title");
        let rule = title.strip_prefix("Portolan (").and_then(|it| it.strip_suffix(')'));
        Seen {
            rule: rule.unwrap_or_else(|| panic!("no rule: {title}")).to_owned(),
            severity: severity.to_owned(),
            file: property("file"),
            line: number("line"),
            column: Some(number("col")),
            said: unescaped(data, false),
        }
    };
    // .NET ends a line at any of these.
    report.split(['\n', '\r']).filter(|line| !line.is_empty()).map(seen).collect()
}

fn unescaped(text: &str, is_property: bool) -> String {
    let text = text.replace("%0D", "\r").replace("%0A", "\n");
    let text = if is_property { text.replace("%3A", ":").replace("%2C", ",") } else { text };
    text.replace("%25", "%")
}

fn gitlab(report: &str) -> Vec<Seen> {
    let report = json(report);
    let seen = |issue: &Value| Seen {
        rule: text(&issue["check_name"]).to_owned(),
        severity: text(&issue["severity"]).to_owned(),
        file: text(&issue["location"]["path"]).to_owned(),
        line: number(&issue["location"]["lines"]["begin"]),
        column: None,
        said: text(&issue["description"]).to_owned(),
    };
    list(&report).iter().map(seen).collect()
}

fn checkstyle(report: &str) -> Vec<Seen> {
    let document = Document::parse(report).unwrap();
    let errors = document.descendants().filter(|it| it.has_tag_name("error"));
    let seen = |error: roxmltree::Node| {
        let attribute = |name| error.attribute(name).unwrap();
        Seen {
            rule: attribute("source").strip_prefix("portolan.").unwrap().to_owned(),
            severity: attribute("severity").to_owned(),
            file: error.parent().unwrap().attribute("name").unwrap().to_owned(),
            line: attribute("line").parse().unwrap(),
            column: Some(attribute("column").parse().unwrap()),
            said: attribute("message").to_owned(),
        }
    };
    errors.map(seen).collect()
}

fn junit(report: &str) -> Vec<Seen> {
    let document = Document::parse(report).unwrap();
    let failures = document.descendants().filter(|it| it.has_tag_name("failure"));
    let name = regex::Regex::new(r"^([a-z-]+) \(([0-9]+):([0-9]+)\)$").unwrap();
    let seen = |failure: roxmltree::Node| {
        let case = failure.parent().unwrap();
        let suite = case.parent().unwrap();
        assert_eq!(case.attribute("classname"), suite.attribute("name"));
        let parts = name.captures(case.attribute("name").unwrap()).unwrap();
        Seen {
            rule: parts[1].to_owned(),
            severity: failure.attribute("type").unwrap().to_owned(),
            file: suite.attribute("name").unwrap().to_owned(),
            line: parts[2].parse().unwrap(),
            column: Some(parts[3].parse().unwrap()),
            said: failure.attribute("message").unwrap().to_owned(),
        }
    };
    failures.map(seen).collect()
}

fn rdjson(report: &str) -> Vec<Seen> {
    let report = json(report);
    let seen = |diagnostic: &Value| {
        let start = &diagnostic["location"]["range"]["start"];
        Seen {
            rule: text(&diagnostic["code"]["value"]).to_owned(),
            severity: text(&diagnostic["severity"]).to_owned(),
            file: text(&diagnostic["location"]["path"]).to_owned(),
            line: number(&start["line"]),
            column: Some(number(&start["column"])),
            said: text(&diagnostic["message"]).to_owned(),
        }
    };
    list(&report["diagnostics"]).iter().map(seen).collect()
}

/// The rows of the table that GitHub would show.
fn markdown(report: &str) -> Vec<Seen> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut is_row = false;
    // What GitHub's Markdown has beyond CommonMark.
    let github = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH;
    for event in Parser::new_ext(report, github) {
        match event {
            Event::Start(Tag::TableRow) => {
                is_row = true;
                rows.push(Vec::new());
            }
            Event::End(TagEnd::TableRow) => is_row = false,
            Event::Start(Tag::TableCell) if is_row => rows.last_mut().unwrap().push(String::new()),
            Event::Start(Tag::Link { dest_url, .. }) if is_row => assert!(dest_url.starts_with("https://")),
            Event::End(TagEnd::TableCell | TagEnd::Link) => {}
            _ if !is_row => {}
            Event::Text(text) | Event::Code(text) => {
                rows.last_mut().unwrap().last_mut().unwrap().push_str(&text)
            }
            Event::InlineHtml(html) if &*html == "<br>" => {
                rows.last_mut().unwrap().last_mut().unwrap().push('\n')
            }
            other => panic!("{other:?} in a row of {report}"),
        }
    }
    let place = regex::Regex::new(r"^((?s).*):([0-9]+):([0-9]+)$").unwrap();
    let seen = |row: Vec<String>| {
        let [severity, at, rule, said] = row.try_into().unwrap();
        let parts = place.captures(&at).unwrap_or_else(|| panic!("no place: {at:?}"));
        Seen {
            rule,
            severity,
            file: parts[1].to_owned(),
            line: parts[2].parse().unwrap(),
            column: Some(parts[3].parse().unwrap()),
            said,
        }
    };
    rows.into_iter().map(seen).collect()
}

/// The bytes that a URI stands for.
pub fn percent_decoded(uri: &str) -> Vec<u8> {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-._~/%@+=,!$&'()*;".contains(it);
    assert!(uri.chars().all(is_plain), "{uri}");
    let mut parts = uri.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(part[2..].bytes());
    }
    bytes
}
