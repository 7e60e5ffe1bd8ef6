//! What reviewdog does with its format beyond the schema: columns count bytes, and a suggestion is applied as it stands.

use super::{folder, json, list, mixed, report, text};

#[test]
fn columns_count_bytes() {
    let folder = folder(&[("nginx.conf", "events {}\nhttp { server { set $a '💣'; listen 994; } }\n")]);
    let report = json(&report(folder.path(), "rdjson"));
    let diagnostics = list(&report["diagnostics"]);
    let range =
        &diagnostics.iter().find(|it| it["code"]["value"] == "reserved-port").unwrap()["location"]["range"];
    assert_eq!(range["start"], serde_json::json!({ "line": 2, "column": 39 }));
    assert_eq!(range["end"], serde_json::json!({ "line": 2, "column": 42 }));
}

#[test]
fn every_diagnostic_leads_to_its_rule() {
    let folder = mixed();
    let report = json(&report(folder.path(), "rdjson"));
    assert_eq!(report["source"]["name"], "portolan");
    for diagnostic in list(&report["diagnostics"]) {
        let code = &diagnostic["code"];
        let page = format!("/{}.md", text(&code["value"]).replace('-', "_"));
        assert!(text(&code["url"]).starts_with("https://") && text(&code["url"]).ends_with(&page), "{code}");
    }
}

#[test]
fn a_suggestion_is_the_fix_of_the_json() {
    let folder = folder(&[("Dockerfile", super::MIXED)]);
    let suggestions = json(&report(folder.path(), "rdjson"));
    let suggestions = list(&suggestions["diagnostics"]).iter();
    let suggestions: Vec<_> = suggestions
        .map(|it| {
            let suggestions = it.get("suggestions").map(list).into_iter().flatten();
            suggestions.map(|it| text(&it["text"]).to_owned()).collect::<Vec<_>>()
        })
        .collect();
    let findings = json(&report(folder.path(), "json"));
    let fixes = list(&findings["findings"]).iter();
    let fixes: Vec<Vec<_>> = fixes
        .map(|it| match it["fix"].get("edits").map(list) {
            // People take suggestions one by one, so that a fix of several edits is none.
            Some(edits) if edits.len() == 1 => vec![text(&edits[0]["text"]).to_owned()],
            _ => Vec::new(),
        })
        .collect();
    assert_eq!(suggestions, fixes);
    assert!(fixes.concat().len() >= 3);
}
