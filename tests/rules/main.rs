//! Every fixture and every example of a rule's page: what is marked is found, and nothing else is.
//!
//! A mark is a comment of its own under the line that it speaks of: `# ^^^ rule-name: message`, the carets under the
//! bytes of the finding. A line without a mark must be silent, so each fixture tests for false findings too. A file that
//! stands alone is a project of one file.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod project;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use portolan::config::{Level, Settings};
use portolan::finding::{Finding, Severity};
use portolan::fix;
use portolan::languages::{Language, detect};
use portolan::lint::lint;
use portolan::rules::{RULES, Rule};
use portolan::text::{Encoding, Text};
use project::Project;

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

/// The findings in each file of a project as marks: those of `rule`, which looks if need be because it is asked to, and the
/// errors and warnings of the others. What those think a risk is no matter of this file.
fn found(project: &Project, rule: &Rule) -> BTreeMap<PathBuf, Vec<Mark>> {
    let mut settings = project.settings();
    settings.set(rule, Level::On);
    let matters = |finding: &Finding| finding.rule == rule.name || finding.severity <= Severity::Warning;
    let described = |text: &str, finding: Finding| {
        let range = Text::new(text).range(finding.span, Encoding::Utf32);
        let said = format!("{}: {}", finding.rule, finding.message);
        (range.start.line + 1, range.start.character, range.end.character, said)
    };
    let files = project.lint(&settings).into_iter();
    let marks = files.map(|(path, findings)| {
        let text = &project.files[&path];
        let findings =
            findings.into_iter().filter(matters).inspect(|finding| assert_related(project, &path, finding));
        (path.clone(), findings.map(|finding| described(text, finding)).collect())
    });
    marks.collect()
}

/// The other places of a finding are places of files of the project.
#[track_caller]
fn assert_related(project: &Project, path: &Path, finding: &Finding) {
    for related in &finding.related {
        let other = related.file.as_ref().map_or(path, |file| &file.path);
        assert_eq!(related.file.is_some(), other != path, "{finding:?}");
        assert!(project.files[other].get(related.span.start..related.span.end).is_some(), "{finding:?}");
        assert!(related.file.as_ref().is_none_or(|file| *file.text == project.files[other]), "{finding:?}");
    }
}

/// What is found in the project of that name and not marked, or marked and not found.
fn differences(name: &str, project: &Project, rule: &Rule) -> Vec<String> {
    let found = found(project, rule);
    assert!(!found.is_empty(), "{name} holds no file of ours");
    project.assert_fixes_are_sound(name, rule);
    let mut differences = Vec::new();
    for (path, found) in found {
        let marked = marked(&project.files[&path]);
        let path = path.display();
        let unmarked = found.iter().filter(|it| !marked.contains(it));
        differences.extend(unmarked.map(|it| format!("{name}, {path}: found and not marked: {it:?}")));
        let missed = marked.iter().filter(|it| !found.contains(it));
        differences.extend(missed.map(|it| format!("{name}, {path}: marked and not found: {it:?}")));
        assert!(found.len() == marked.len() || !differences.is_empty(), "{name}, {path}: found twice");
    }
    differences
}

#[track_caller]
fn assert_none(differences: &[String]) {
    assert!(differences.is_empty(), "{}", differences.join("\n"));
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

/// The rule after which a folder of fixtures is named.
#[track_caller]
fn rule_of(folder: &Path) -> &'static Rule {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap().replace('_', "-");
    Rule::named(&name).unwrap_or_else(|| panic!("{}: no such rule", folder.display()))
}

#[test]
fn every_fixture_is_found_as_marked() {
    let fixtures = files_below(Path::new("tests/fixtures/rules"));
    assert!(fixtures.len() >= RULES.len());
    let mut all = Vec::new();
    for path in fixtures {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.to_str().unwrap();
        assert!(detect(name, None, &text).is_some(), "{name} is in no language");
        let file = path.file_name().unwrap().to_str().unwrap();
        all.extend(differences(name, &Project::of([(file, text)]), rule_of(path.parent().unwrap())));
    }
    assert_none(&all);
}

#[test]
fn every_fixture_of_several_files_is_found_as_marked() {
    let folders = |folder: &Path| {
        let folders = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        folders.collect::<BTreeSet<PathBuf>>()
    };
    let rules = folders(Path::new("tests/fixtures/projects"));
    assert!(rules.len() >= 5);
    let mut all = Vec::new();
    for (rule, folder) in rules.iter().flat_map(|rule| folders(rule).into_iter().map(move |it| (rule, it))) {
        let text = |path: &PathBuf| fs::read_to_string(path).unwrap();
        let files = files_below(&folder).into_iter();
        let files =
            files.map(|path| (path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned(), text(&path)));
        all.extend(differences(folder.to_str().unwrap(), &Project::of(files), rule_of(rule)));
    }
    assert_none(&all);
}

/// An example of a rule's page.
struct Example {
    /// The heading of the second level that it stands under.
    heading: String,
    /// The heading of the third level, behind that.
    title: String,
    project: Project,
}

/// The fenced examples of a rule's page. A block with the name of a file behind the language is one file of an example that
/// has several, up to the next heading.
fn examples(docs: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let (mut heading, mut title) = (String::new(), String::new());
    let mut is_open = false;
    let mut lines = docs.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("## ") {
            name.clone_into(&mut heading);
        }
        if line.starts_with('#') {
            line.trim_start_matches('#').trim().clone_into(&mut title);
            is_open = false;
        }
        let Some(fence) = line.strip_prefix("```") else { continue };
        let body: String =
            lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
        let (language, file) = fence.split_once(' ').unwrap_or((fence, ""));
        let name = match language {
            _ if !file.is_empty() => file,
            "dockerfile" => "Dockerfile",
            "yaml" => "compose.yaml",
            "nginx" => "nginx.conf",
            _ => continue,
        };
        if !is_open || file.is_empty() {
            let project = Project::default();
            examples.push(Example { heading: heading.clone(), title: title.clone(), project });
        }
        is_open = !file.is_empty();
        examples.last_mut().unwrap().project.add(name, body);
    }
    examples
}

#[test]
fn every_example_of_a_rules_page_is_true() {
    let mut all = Vec::new();
    for rule in RULES {
        let examples = examples(rule.docs);
        for example in &examples {
            all.extend(differences(&format!("{}.md, {}", rule.name, example.title), &example.project, rule));
        }
        let has_marks =
            |example: &Example| example.project.files.values().any(|text| !marked(text).is_empty());
        let found = examples.iter().any(|example| example.heading == "Found" && has_marks(example));
        let silent = examples.iter().any(|example| example.heading == "Not found" && !has_marks(example));
        assert!(found && silent, "{}.md shows what is found and what is not", rule.name);
    }
    assert_none(&all);
}

#[test]
fn every_rule_has_a_page_under_its_name_and_a_fixture() {
    for rule in RULES {
        let file = rule.name.replace('-', "_");
        assert_eq!(fs::read_to_string(format!("src/rules/{file}.md")).unwrap(), rule.docs);
        assert!(rule.docs.starts_with(&format!("# {}\n", rule.name)));
        assert!(rule.docs.contains("\n## References\n"), "{}.md has no references", rule.name);
        let folders = ["rules", "projects"].map(|kind| format!("tests/fixtures/{kind}/{file}"));
        assert!(folders.iter().any(|folder| Path::new(folder).is_dir()), "{file} has no fixture");
        assert!(rule.url().ends_with(&format!("/src/rules/{file}.md")));
        assert!(!rule.summary.ends_with('.') && !rule.languages.is_empty());
    }
}

#[test]
fn a_message_is_one_lower_case_sentence_without_a_full_stop() {
    for rule in RULES {
        for example in examples(rule.docs) {
            for finding in example.project.lint(&example.project.settings()).into_values().flatten() {
                let related = finding.related.into_iter().map(|related| related.message);
                for said in related.chain(finding.help).chain([finding.message]) {
                    assert!(!said.starts_with(char::is_uppercase) && !said.ends_with('.'), "{said}");
                    assert!(!said.contains('\n'));
                }
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

#[test]
fn severities_across_files_are_those_of_the_place() {
    let severities = |rule: &str, files: &[(&str, &str)]| {
        let project = Project::of(files.iter().map(|(name, text)| (*name, (*text).to_owned())));
        let found = project.lint(&project.settings()).into_values().flatten();
        found.filter(|it| it.rule == rule).map(|it| it.severity).collect::<Vec<_>>()
    };
    let over = |entry: &str| {
        let base = "services: {a: {image: b, ports: ['127.0.0.1:8080:80']}}";
        let above = format!("services: {{a: {{ports: ['{entry}']}}}}");
        severities("override-appends-port", &[("compose.yaml", base), ("compose.override.yaml", &above)])
    };
    assert_eq!(over("8081:80"), [Severity::Warning]);
    assert_eq!(over("8080:80"), [Severity::Error]);
    assert_eq!(over("127.0.0.1:8080:80"), []);

    let included = |entry: &str, profiles: &str| {
        let base = "include: [b.yaml]\nservices: {a: {image: b, ports: ['8080:80']}}";
        let other = format!("services: {{b: {{image: b, ports: ['{entry}'], profiles: [{profiles}]}}}}");
        severities("host-port-conflict", &[("compose.yaml", base), ("b.yaml", &other)])
    };
    assert_eq!(included("8080:81", ""), [Severity::Error]);
    assert_eq!(included("${PORT:-8080}:81", ""), [Severity::Warning]);
    assert_eq!(included("8080:81", "tools"), [Severity::Warning]);
    assert_eq!(included("8081:81", ""), []);

    let built = |expose: &str| {
        let compose = "services: {a: {build: ., ports: ['8080:80'], healthcheck: {test: 'curl localhost:8080 localhost:8000'}}}";
        severities("healthcheck-port-mismatch", &[("compose.yaml", compose), ("Dockerfile", expose)])
    };
    assert_eq!(built("FROM a\nEXPOSE 80\n"), [Severity::Warning, Severity::Hint]);
    assert_eq!(built("FROM a\n"), [Severity::Warning]);
    assert_eq!(built("FROM a\nEXPOSE 8000 8080\n"), []);
    let dockerfile = |lines: &str| {
        let text = format!("FROM a\n{lines}\nHEALTHCHECK CMD curl http://localhost:8000\n");
        severities("healthcheck-port-mismatch", &[("Dockerfile", &text)])
    };
    assert_eq!(dockerfile("EXPOSE 80"), [Severity::Hint]);
    assert_eq!(dockerfile("EXPOSE 80\nCMD [\"serve\", \"--port\", \"80\"]"), [Severity::Warning]);
    assert_eq!(dockerfile("EXPOSE 80\nENV PORT=8000"), []);
}

/// The file of that name after the fixes of `rule`, which it needs no more.
#[track_caller]
fn mended(rule: &str, name: &str, files: &[(&str, &str)]) -> String {
    let mut project = Project::of(files.iter().map(|(name, text)| (*name, (*text).to_owned())));
    loop {
        let findings = project.lint(&project.settings());
        let (path, findings) = findings.into_iter().find(|(path, _)| path.ends_with(name)).unwrap();
        let fix = findings.iter().filter(|it| it.rule == rule).find_map(|it| it.fix.clone());
        let text = project.files.get_mut(&path).unwrap();
        let Some(fix) = fix else { return text.clone() };
        *text = fix::edited(text, &fix.edits);
    }
}

#[test]
fn what_is_found_across_files_is_mended() {
    let base = "services:\n  a:\n    image: b\n    ports: ['8080:80', '8443:443']\n";
    let over = |ports: &str| {
        let above = format!("services:\n  a:\n    {ports}\n");
        let files = [("compose.yaml", base), ("compose.override.yaml", &*above)];
        let mended = mended("override-appends-port", "compose.override.yaml", &files);
        mended.trim_start_matches("services:\n  a:\n    ").trim_end().to_owned()
    };
    let whole = "\n      - 8081:80 # 💣\n      - 8444:443";
    assert_eq!(over(&format!("ports:{whole}")), format!("ports: !override{whole}"));
    assert_eq!(over("\"ports\" : ['8081:80', '8444:443']"), "\"ports\" : !override ['8081:80', '8444:443']");
    // A port would be gone.
    assert_eq!(over("ports: ['8081:80']"), "ports: ['8081:80']");
    assert_eq!(over("ports: &p ['8081:80', '8444:443']"), "ports: &p ['8081:80', '8444:443']");

    let called = |url: &str, ports: &str| {
        let text = format!(
            "services:\n  a:\n    image: b\n    ports: {ports}\n  c:\n    image: b\n    command: {url}\n"
        );
        let mended = mended("host-port-used-internally", "compose.yaml", &[("compose.yaml", &text)]);
        mended.trim_end().rsplit_once("command: ").unwrap().1.to_owned()
    };
    assert_eq!(called("http://a:8080/ a:8081", "['8080:80', '8081-8082:90-91']"), "http://a:80/ a:90");
    assert_eq!(called("http://a:${P:-8080}", "['8080:80']"), "http://a:${P:-8080}");
    let twice = "['127.0.0.1:8080:80', '127.0.0.2:8080:81']";
    assert_eq!(called("http://a:8080", twice), "http://a:8080");

    let nginx = "server {\n  listen 443 ssl;\n  listen 443 quic;\n  add_header Alt-Svc 'h3=\":443\"';\n}\n";
    let published = |ports: &str| {
        let mount = "volumes: ['./a.conf:/etc/nginx/conf.d/a.conf']";
        let text = format!("services:\n  a:\n    image: nginx\n    {mount}\n    ports:{ports}\n");
        let mended = mended("incomplete-quic", "compose.yaml", &[("compose.yaml", &text), ("a.conf", nginx)]);
        mended.trim_end().rsplit_once("ports:").unwrap().1.to_owned()
    };
    let (before, after) = ("\n      - \"443:443\" # web", "\n      - \"443:443/udp\"");
    assert_eq!(published(before), format!("{before}{after}"));
    assert_eq!(published(" [8443:443/tcp, '80:80']"), " [8443:443/tcp, 8443:443/udp, '80:80']");
    assert_eq!(published(" ['443:443', '443:80/udp']"), " ['443:443', '443:80/udp']");
}
