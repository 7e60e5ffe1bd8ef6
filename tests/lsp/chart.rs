//! `portolan/chart`: the picture of who reaches which port.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::client::Client;

const WEB: &str = "services:\n  web:\n    image: nginx\n    ports: ['80:80']\n";
const API: &str = "services:\n  api:\n    image: api\n    ports: ['81:8080']\n";

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// The titles of the stacks on the chart of that file, or of all.
fn stacks(client: &mut Client, file: Option<&str>) -> Vec<String> {
    let params = file.map_or(json!({}), |uri| json!({"textDocument": {"uri": uri}}));
    let chart = client.request("portolan/chart", params).unwrap();
    let stacks = chart["chart"]["stacks"].as_array().unwrap();
    stacks.iter().map(|stack| stack["files"][0].as_str().unwrap().to_owned()).collect()
}

/// Waits until the chart is what is wanted: the workspace is read beside the conversation.
fn until(client: &mut Client, file: Option<&str>, wanted: &[&str]) {
    for _ in 0..400 {
        if stacks(client, file) == wanted {
            return;
        }
        std::thread::yield_now();
    }
    panic!("the chart has {:?}, not {wanted:?}", stacks(client, file));
}

#[test]
fn the_chart_follows_what_is_typed_and_knows_the_addresses_of_files() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for (name, text) in [("a/compose.yaml", WEB), ("b/compose.yaml", API)] {
        fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        fs::write(root.join(name), text).unwrap();
    }
    let mut client = Client::start();
    client
        .initialize_with(json!({"capabilities": {}, "workspaceFolders": [{"uri": uri(&root), "name": "w"}]}));
    until(&mut client, None, &["a/compose.yaml", "b/compose.yaml"]);
    let b = uri(&root.join("b/compose.yaml"));
    until(&mut client, Some(&b), &["b/compose.yaml"]);
    until(&mut client, Some("file:///elsewhere/Dockerfile"), &["a/compose.yaml", "b/compose.yaml"]);

    client.open(&b, "yaml", &API.replace("81", "82"));
    let chart: Value = client.request("portolan/chart", json!({"textDocument": {"uri": b}})).unwrap();
    assert_eq!(chart["chart"]["stacks"][0]["published"][0]["port_first"], 82);
    assert_eq!(chart["files"], json!({"b/compose.yaml": b}));
    let svg = chart["svg"].as_str().unwrap();
    assert!(
        svg.contains(">82</text>") && svg.contains("data-file=\"b/compose.yaml\" data-line=\"4\""),
        "{svg}"
    );
    client.finish();
}

#[test]
fn without_a_workspace_the_chart_is_empty() {
    let mut client = Client::initialized(&["utf-8"]);
    let chart = client.request("portolan/chart", json!({})).unwrap();
    assert_eq!(chart["chart"]["stacks"], json!([]));
    assert_eq!(chart["files"], json!({}));
    client.finish();
}
