//! Places in other files than the finding's, in every form that has room for them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use portolan::finding::{Elsewhere, Finding, Related, Severity};
use portolan::report::{self as reports, Drawing, FileReport, Files};
use portolan::text::Span;
use serde_json::Value;

use super::{folder, forms, json, list, report, schemas, text};

/// The finding's own file, and two others, of which the second lies outside of the current folder.
const OWN: &str = "services:\n  web:\n    build: web\n    ports: ['8080:81']\n";
const OTHER: &str = "FROM a\n\n\nLABEL a='💣' \\\n  b=80\n";
const OUTSIDE: &str = "80";

/// The report on a file with one finding, which is about a place in each of the three files.
fn reported() -> FileReport {
    let at = |text: &str, word: &str| {
        let start = text.find(word).unwrap();
        Span::new(start, start + word.len())
    };
    let elsewhere = |path: &str, text: &str| Some(Elsewhere { path: path.into(), text: text.into() });
    let related = vec![
        Related::here(at(OWN, "8080"), "published here".to_owned()),
        Related {
            file: elsewhere("/here/web ü/Dockerfile", OTHER),
            span: at(OTHER, "80"),
            message: "listens here".to_owned(),
        },
        Related {
            file: elsewhere("/there/.env", OUTSIDE),
            span: at(OUTSIDE, "80"),
            message: "said here".to_owned(),
        },
    ];
    let finding = Finding {
        rule: "deregistered-port",
        severity: Severity::Warning,
        span: at(OWN, "81"),
        message: "nothing listens on 81".to_owned(),
        help: None,
        related,
        fix: None,
    };
    let named = |path: &Path| path.strip_prefix("/here").map_or_else(|_| path.to_owned(), Path::to_owned);
    FileReport::new(Path::new("compose.yaml"), OWN, &[finding], &[], Drawing::Coloured, &named)
}

/// What `write` makes of it.
fn written(write: impl Fn(Files<'_>, &mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut std::iter::once(Arc::new(reported())), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_report_knows_the_places_of_each_text() {
    let report = reported();
    let related = &report.findings[0].related;
    let places: Vec<_> = related.iter().map(|it| (it.file.clone(), it.place.line, it.place.column)).collect();
    let path = |path: &str| Some(PathBuf::from(path));
    let expected = [(None, 4, 14), (path("web ü/Dockerfile"), 5, 5), (path("/there/.env"), 1, 1)];
    assert_eq!(places, expected);
}

#[test]
fn json_names_the_file_of_a_place_that_is_elsewhere() {
    let report = json(&written(reports::json));
    let related = list(&report["findings"][0]["related"]);
    assert_eq!(related[0].get("file"), None);
    assert_eq!(
        related[1],
        serde_json::json!({
            "message": "listens here",
            "file": "web ü/Dockerfile",
            "line": 5,
            "column": 5,
            "end_line": 5,
            "end_column": 7,
        })
    );
    assert_eq!(related[2]["file"], "/there/.env");
    assert_eq!(json(&written(reports::ndjson)), report["findings"][0]);
}

#[test]
fn sarif_leads_to_each_file() {
    let log = json(&written(reports::sarif));
    assert_eq!(schemas::complaint("sarif", &log), None);
    let related = list(&log["runs"][0]["results"][0]["relatedLocations"]);
    let place = |it: &Value| it["physicalLocation"].clone();
    assert_eq!(place(&related[0])["artifactLocation"]["uri"], "compose.yaml");
    assert_eq!(
        place(&related[1])["artifactLocation"],
        serde_json::json!({ "uri": "web%20%C3%BC/Dockerfile", "uriBaseId": "%SRCROOT%" })
    );
    assert_eq!(place(&related[1])["region"]["startLine"], 5);
    assert_eq!(related[1]["message"]["text"], "listens here");
    let outside = serde_json::json!({ "uri": "file:///there/.env" });
    assert_eq!(place(&related[2])["artifactLocation"], outside);
}

#[test]
fn rdjson_and_gitlab_have_a_path_for_each_place() {
    let paths = |places: &Value, path: &str| -> Vec<String> {
        list(places).iter().map(|it| text(it.pointer(path).unwrap()).to_owned()).collect()
    };
    let expected = ["compose.yaml", "web ü/Dockerfile", "/there/.env"];
    let result = json(&written(reports::rdjson));
    assert_eq!(schemas::complaint("rdjson", &result), None);
    let related = &result["diagnostics"][0]["related_locations"];
    assert_eq!(paths(related, "/location/path"), expected);
    assert_eq!(related[1]["location"]["range"]["start"], serde_json::json!({ "line": 5, "column": 5 }));
    let issues = json(&written(reports::gitlab));
    assert_eq!(schemas::complaint("gitlab", &issues), None);
    let others = &issues[0]["other_locations"];
    assert_eq!(paths(others, "/path"), expected);
    assert_eq!(others[1]["lines"], serde_json::json!({ "begin": 5, "end": 5 }));
}

#[test]
fn where_a_message_is_read_alone_it_names_the_other_files() {
    let both = ["web ü/Dockerfile:5:5: listens here", "/there/.env:1:1: said here"];
    let said = "compose.yaml:4:19: nothing listens on 81";
    assert!(written(reports::github).ends_with(&format!("{said}%0A{}\n", both.join("%0A"))));
    assert!(written(reports::junit).contains(&format!(">{said}\n{}</failure>", both.join("\n"))));
    assert!(
        written(reports::markdown).contains(&format!("| nothing listens on 81<br>{} |\n", both.join("<br>")))
    );
    let shown = written(reports::text);
    assert!(shown.contains("compose.yaml") && shown.contains("/there/.env"), "{shown}");
}

#[test]
fn no_name_of_another_file_breaks_a_form() {
    let base = "services:\n  db:\n    image: a\n    ports: ['127.0.0.1:8080:80']\n";
    let more = "services:\n  db:\n    ports: ['127.0.0.1:8081:80']\n";
    let names = [
        "a\nb",
        "::error file=x,line=1::y",
        "<a href='x'>&amp;]]><!--",
        "c\u{1}\u{b}\u{1b}[31m",
        "%25 | `x` ü 💣",
    ];
    let paths: Vec<[String; 2]> = names
        .iter()
        .map(|name| [format!("{name}/compose.yaml"), format!("{name}/compose.override.yaml")])
        .collect();
    let files: Vec<(&str, &str)> =
        paths.iter().flat_map(|[one, other]| [(one.as_str(), base), (other.as_str(), more)]).collect();
    let folder = folder(&files);
    assert_eq!(forms::assert_the_same(folder.path()), names.len());
    schemas::hold(folder.path());
    let report = json(&report(folder.path(), "json"));
    let related = list(&report["findings"]).iter().map(|it| text(&it["related"][0]["file"]).to_owned());
    let mut expected: Vec<String> = paths.iter().map(|[base, _]| base.clone()).collect();
    expected.sort();
    assert_eq!(related.collect::<Vec<_>>(), expected);
}
