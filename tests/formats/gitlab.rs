//! What GitLab does with a code quality report beyond its fields: it takes two issues with one fingerprint for one, and
//! compares two branches by fingerprints.

use std::collections::BTreeSet;
use std::path::Path;

use super::{folder, json, list, report, text};

fn fingerprints(folder: &Path) -> Vec<String> {
    let report = json(&report(folder, "gitlab"));
    list(&report).iter().map(|issue| text(&issue["fingerprint"]).to_owned()).collect()
}

#[test]
fn a_fingerprint_is_unique_among_all_files_and_survives_moved_lines() {
    let text = "FROM a\nEXPOSE 585 994\nEXPOSE 585\nEXPOSE 585\n";
    let before = folder(&[("a/Dockerfile", text), ("b/Dockerfile", text)]);
    let before = fingerprints(before.path());
    assert!(before.len() >= 8);
    assert_eq!(before.iter().collect::<BTreeSet<_>>().len(), before.len());
    let moved = format!("# 1\n# 2\n# 3\n{text}");
    let moved = folder(&[("a/Dockerfile", moved.as_str()), ("b/Dockerfile", text)]);
    assert_eq!(fingerprints(moved.path()), before);
}
