//! What code scanning does with SARIF beyond its schema: rules, places, fixes, fingerprints, suppressions.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use portolan::rules::RULES;
use serde_json::Value;

use super::{COMPOSE, MIXED, NGINX, folder, json, list, mixed, report, run, text};

/// The one run of the report on `folder`.
fn the_run(folder: &Path) -> Value {
    let mut log = json(&report(folder, "sarif"));
    assert_eq!(log["version"], "2.1.0");
    assert!(text(&log["$schema"]).ends_with("/sarif-schema-2.1.0.json"));
    assert_eq!(list(&log["runs"]).len(), 1);
    log["runs"][0].take()
}

#[test]
fn every_rule_is_described() {
    let run = the_run(mixed().path());
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "Portolan");
    assert_eq!(driver["semanticVersion"], env!("CARGO_PKG_VERSION"));
    let rules = list(&driver["rules"]);
    let ids: Vec<&str> = rules.iter().map(|rule| text(&rule["id"])).collect();
    assert_eq!(ids, RULES.iter().map(|rule| rule.name).collect::<Vec<_>>());
    for rule in rules {
        for key in ["shortDescription", "fullDescription", "help"] {
            let said = text(&rule[key]["text"]);
            assert!(!said.trim().is_empty(), "{key} of {}", rule["id"]);
        }
        // GitHub cuts the first off at 1024 characters.
        assert!(text(&rule["shortDescription"]["text"]).len() <= 1024);
        assert!(text(&rule["fullDescription"]["text"]).len() <= 1024);
        assert!(!text(&rule["help"]["markdown"]).is_empty());
        assert!(text(&rule["helpUri"]).starts_with("https://"));
        let level = text(&rule["defaultConfiguration"]["level"]);
        assert!(["error", "warning", "note"].contains(&level), "{level}");
        let tags = list(&rule["properties"]["tags"]);
        assert!(!tags.is_empty() && tags.iter().all(|tag| !text(tag).is_empty()));
        // GitHub takes 20.
        assert!(tags.len() <= 20);
    }
}

#[test]
fn a_result_names_its_rule_and_its_place() {
    let run = the_run(mixed().path());
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let base = run["originalUriBaseIds"]["%SRCROOT%"].as_object().expect("the base is described");
    assert!(base.get("uri").is_none_or(|uri| text(uri).ends_with('/')), "a base ends with a slash");
    for result in list(&run["results"]) {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        assert!(!text(&result["message"]["text"]).is_empty());
        let related = result.get("relatedLocations").map(list).into_iter().flatten();
        assert_eq!(list(&result["locations"]).len(), 1, "GitHub shows the first alone");
        for location in list(&result["locations"]).iter().chain(related) {
            let place = &location["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
            let uri = text(&place["artifactLocation"]["uri"]);
            assert!(!uri.starts_with(['/', '.']) && !uri.contains(['\\', ' ']), "{uri}");
            let at = |key| place["region"][key].as_u64().unwrap();
            assert!(at("startLine") >= 1 && at("startColumn") >= 1);
            assert!((at("startLine"), at("startColumn")) < (at("endLine"), at("endColumn")));
        }
    }
}

#[test]
fn what_lies_outside_of_the_folder_has_a_whole_uri() {
    let folder = folder(&[("a b/Dockerfile", "FROM a\nEXPOSE 585\n"), ("sub/Dockerfile", "FROM a\n")]);
    let output = run(&folder.path().join("sub"), &["--output-format", "sarif", "../a b"]);
    let log = json(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(super::schemas::complaint("sarif", &log), None);
    let artifact = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    let uri = text(&artifact["uri"]);
    assert!(uri.starts_with("file:///") && uri.ends_with("/a%20b/Dockerfile"), "{uri}");
    assert!(artifact.get("uriBaseId").is_none());
}

#[test]
fn columns_count_characters() {
    let folder = folder(&[("nginx.conf", "events {}\nhttp { server { set $a '💣'; listen 994; } }\n")]);
    let run = the_run(folder.path());
    let results = list(&run["results"]);
    let result = results.iter().find(|it| it["ruleId"] == "reserved-port").unwrap();
    let region = &result["locations"][0]["physicalLocation"]["region"];
    assert_eq!([&region["startColumn"], &region["endColumn"]], [36, 39]);
}

#[test]
fn related_places_say_what_they_are() {
    let run = the_run(mixed().path());
    let results = list(&run["results"]);
    let repeated = results.iter().find(|it| it["ruleId"] == "repeated-expose").unwrap();
    let [related] = &list(&repeated["relatedLocations"])[..] else { panic!("{repeated}") };
    assert_eq!(related["message"]["text"], "exposed here");
    assert_eq!(related["physicalLocation"]["region"]["startLine"], 2);
}

#[test]
fn a_fix_replaces_what_fix_would() {
    // No fix makes way for another.
    let dockerfile = "FROM alpine\nEXPOSE 143 585\nEXPOSE 80/TCP 143 90-81\nLABEL x='💣' y='http://a:994'\nEXPOSE 22/UDP\n";
    let files = [("Dockerfile", dockerfile), ("nginx/nginx.conf", NGINX), ("compose.yaml", COMPOSE)];
    let (mended, folder) = (folder(&files), folder(&files));
    run(mended.path(), &["--fix", "--unsafe-fixes", "--fail-on", "hint"]);
    let run = the_run(folder.path());
    let results = list(&run["results"]).iter().filter(|it| list(&it["suppressions"]).is_empty());
    let fixes: Vec<&Value> = results.flat_map(|it| it.get("fixes").map(list).into_iter().flatten()).collect();
    for file in ["Dockerfile", "compose.yaml", "nginx/nginx.conf"] {
        let mut edits = Vec::new();
        for fix in &fixes {
            assert!(!text(&fix["description"]["text"]).is_empty());
            for change in list(&fix["artifactChanges"]) {
                if change["artifactLocation"]["uri"] == file {
                    edits.extend(list(&change["replacements"]));
                }
            }
        }
        let before = fs::read_to_string(folder.path().join(file)).unwrap();
        let after = fs::read_to_string(mended.path().join(file)).unwrap();
        assert_eq!(replaced(&before, &edits), after, "{file}");
        assert_eq!(before == after, edits.is_empty());
    }
    assert!(fixes.len() >= 4);
}

/// `text` with the replacements made, the last first.
fn replaced(before: &str, replacements: &[&Value]) -> String {
    let offset = |line: &Value, column: &Value| {
        let (line, column) = (line.as_u64().unwrap(), column.as_u64().unwrap());
        let start: usize =
            before.split_inclusive('\n').take(usize::try_from(line).unwrap() - 1).map(str::len).sum();
        let chars = before[start..].chars().take(usize::try_from(column).unwrap() - 1);
        start + chars.map(char::len_utf8).sum::<usize>()
    };
    let edit = |it: &&Value| {
        let region = &it["deletedRegion"];
        let start = offset(&region["startLine"], &region["startColumn"]);
        let end = offset(&region["endLine"], &region["endColumn"]);
        (start, end, text(&it["insertedContent"]["text"]).to_owned())
    };
    let mut edits: Vec<_> = replacements.iter().map(edit).collect();
    edits.sort();
    edits.dedup();
    let mut after = before.to_owned();
    for (start, end, text) in edits.into_iter().rev() {
        after.replace_range(start..end, &text);
    }
    after
}

/// The rules and fingerprints of the results, in their order.
fn fingerprints(folder: &Path) -> Vec<(String, Value)> {
    let run = the_run(folder);
    let both = |it: &Value| (text(&it["ruleId"]).to_owned(), it["partialFingerprints"].clone());
    list(&run["results"]).iter().map(both).collect()
}

#[test]
fn fingerprints_stay_when_lines_move_and_tell_findings_apart() {
    let text = "EXPOSE 143 585\nEXPOSE 994\nEXPOSE 585\nEXPOSE 585\n";
    let before = folder(&[("Dockerfile", format!("FROM alpine\n{text}").as_str())]);
    let before = fingerprints(before.path());
    let moved = folder(&[("Dockerfile", format!("# 1\n# 2\n# 3\nFROM alpine\n{text}").as_str())]);
    assert_eq!(fingerprints(moved.path()), before);
    let distinct: HashSet<String> = before.iter().map(|(_, it)| it.to_string()).collect();
    assert_eq!(distinct.len(), before.len());
    assert!(before.len() >= 5);
    assert!(
        before.iter().all(|(_, it)| it["primaryLocationLineHash"].is_string()),
        "GitHub looks at this one"
    );
}

#[test]
fn a_comment_suppresses_with_its_reason_and_the_baseline_from_outside() {
    let folder = folder(&[("Dockerfile", MIXED)]);
    let results = the_run(folder.path());
    let held_back = |it: &&Value| !list(&it["suppressions"]).is_empty();
    let in_source: Vec<&Value> = list(&results["results"]).iter().filter(held_back).collect();
    assert!(!in_source.is_empty());
    for result in in_source {
        let [suppression] = &list(&result["suppressions"])[..] else { panic!("{result}") };
        assert_eq!(suppression["kind"], "inSource");
        assert_eq!(suppression["justification"], "until the move, see <wiki> & \"mail\"");
        assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 5);
    }

    let known = tempfile::tempdir().unwrap();
    let baseline = known.path().join("baseline.json");
    let baseline = baseline.to_str().unwrap();
    run(folder.path(), &["--fail-on", "hint", "--baseline", baseline, "--write-baseline"]);
    let output =
        run(folder.path(), &["--fail-on", "hint", "--baseline", baseline, "--output-format", "sarif"]);
    assert_eq!(output.status.code(), Some(0), "nothing is new");
    let log = json(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(super::schemas::complaint("sarif", &log), None);
    let results_now = list(&log["runs"][0]["results"]);
    assert_eq!(results_now.len(), list(&results["results"]).len(), "none is lost");
    for result in results_now {
        let [suppression] = &list(&result["suppressions"])[..] else { panic!("{result}") };
        let is_in_line_5 = result["locations"][0]["physicalLocation"]["region"]["startLine"] == 5;
        assert_eq!(suppression["kind"], if is_in_line_5 { "inSource" } else { "external" });
    }
}
