//! Diagnostics that the client asks for: of a document, and of the whole workspace.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::client::Client;
use super::found;
use super::workspace::{address, write};

const MAIL: &str = "FROM alpine\nEXPOSE 585\n";

/// A client that asks for diagnostics, in `folder`.
fn asking_in(folder: &Path) -> Client {
    let mut client = Client::start();
    let pull = client.initialize_with(json!({
        "capabilities": {
            "general": {"positionEncodings": ["utf-8"]},
            "textDocument": {"diagnostic": {"relatedDocumentSupport": true}},
            "workspace": {"diagnostics": {"refreshSupport": true}},
        },
        "workspaceFolders": [{"uri": address(folder, ""), "name": "a"}],
    }));
    let provider = &pull["diagnosticProvider"];
    assert_eq!(provider["workspaceDiagnostics"], true);
    assert_eq!(provider["identifier"], "portolan");
    client
}

fn ask(client: &mut Client, uri: &str, previous: Option<&str>) -> Value {
    let mut params = json!({"textDocument": {"uri": uri}, "identifier": "portolan"});
    if let Some(previous) = previous {
        params["previousResultId"] = json!(previous);
    }
    client.request("textDocument/diagnostic", params).unwrap()
}

/// The reports on the workspace by address, for a client that knows those results.
fn ask_all(client: &mut Client, known: &[(&str, &str)]) -> BTreeMap<String, Value> {
    let known: Vec<Value> = known.iter().map(|(uri, id)| json!({"uri": uri, "value": id})).collect();
    let result = client.request("workspace/diagnostic", json!({"previousResultIds": known})).unwrap();
    let items = result["items"].as_array().unwrap().clone();
    items.into_iter().map(|item| (item["uri"].as_str().unwrap().to_owned(), item)).collect()
}

fn items(report: &Value) -> Vec<String> {
    assert_eq!(report["kind"], "full", "{report}");
    found(report["items"].as_array().unwrap())
}

/// Waits until the client is asked to ask again, and lets it.
fn until_refreshed(client: &mut Client) {
    let request = client.wait("a refresh", |it| it["method"] == "workspace/diagnostic/refresh");
    client.send(&json!({"jsonrpc": "2.0", "id": request["id"], "result": null}));
}

fn assert_nothing_is_published(client: Client) {
    let seen = client.finish_with_messages();
    assert!(seen.iter().all(|it| it["method"] != "textDocument/publishDiagnostics"), "{seen:#?}");
}

#[test]
fn a_client_that_asks_is_answered_and_told_nothing_by_itself() {
    let folder = TempDir::new().unwrap();
    let mut client = asking_in(folder.path());
    let uri = address(folder.path(), "Dockerfile");
    client.open(&uri, "dockerfile", MAIL);
    let report = ask(&mut client, &uri, None);
    assert_eq!(items(&report), ["1:7-10 deregistered-port"]);
    let id = report["resultId"].as_str().unwrap();
    assert_eq!(ask(&mut client, &uri, Some(id)), json!({"kind": "unchanged", "resultId": id}));
    client.change(&uri, 2, &[([1, 7, 1, 10], "80")]);
    let report = ask(&mut client, &uri, Some(id));
    assert_eq!(items(&report), [""; 0]);
    assert_ne!(report["resultId"], id);
    client.change(&uri, 3, &[([1, 7, 1, 9], "585")]);
    // An editor may have dropped what stood in the text that was cut.
    assert_eq!(items(&ask(&mut client, &uri, Some(id))), ["1:7-10 deregistered-port"], "all is said again");
    client.close(&uri);
    assert_eq!(items(&ask(&mut client, &uri, Some(id))), [""; 0], "neither open nor in the workspace");
    assert_nothing_is_published(client);
}

#[test]
fn a_client_that_does_not_ask_is_offered_no_answers() {
    let mut client = Client::start();
    assert_eq!(client.initialize(&json!({}))["diagnosticProvider"], Value::Null);
    client.finish();
}

#[test]
fn the_whole_workspace_is_told_what_is_known_is_not_and_what_is_gone_is_cleared() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    write(
        path,
        &[
            ("a/Dockerfile", MAIL),
            ("b/compose.yaml", "services:\n  a:\n    ports: ['994:994']\n"),
            ("clean/Dockerfile", "FROM alpine\nEXPOSE 8080\n"),
            ("values.yaml", "ports: ['994:994']\n"),
            (".gitignore", "hidden/\n"),
            ("hidden/Dockerfile", MAIL),
            ("excluded/Dockerfile", MAIL),
            ("portolan.toml", "exclude = ['excluded/']\n"),
            ("c/portolan.toml", "slect = []\n"),
        ],
    );
    let [a, b, toml, hidden] = ["a/Dockerfile", "b/compose.yaml", "c/portolan.toml", "hidden/Dockerfile"]
        .map(|it| address(path, it));
    let mut client = asking_in(path);
    let reports = ask_all(&mut client, &[]);
    assert_eq!(
        reports.keys().collect::<Vec<_>>(),
        [&a, &b, &toml],
        "neither clean, ignored nor excluded files"
    );
    assert_eq!(items(&reports[&a]), ["1:7-10 deregistered-port"]);
    assert_eq!(items(&reports[&toml]), ["0:0-5 configuration"]);
    assert_eq!(reports[&a]["version"], Value::Null);

    let ids: Vec<(&str, &str)> =
        [&a, &b, &toml].map(|uri| (uri.as_str(), reports[uri]["resultId"].as_str().unwrap())).into();
    let again = ask_all(&mut client, &ids);
    assert!(again.values().all(|report| report["kind"] == "unchanged"), "{again:#?}");
    assert_eq!(again.len(), 3);

    // What is open counts as it is typed, though it is hidden or another client's.
    client.open(&hidden, "dockerfile", MAIL);
    client.open(&a, "dockerfile", "FROM alpine\nEXPOSE 80\n");
    let open = ask_all(&mut client, &ids);
    assert_eq!(items(&open[&hidden]), ["1:7-10 deregistered-port"]);
    assert_eq!(open[&hidden]["version"], 1);
    assert_eq!(items(&open[&a]), [""; 0]);
    assert_eq!(open[&b]["kind"], "unchanged");

    client.close(&a);
    client.close(&hidden);
    fs::remove_file(path.join("b/compose.yaml")).unwrap();
    let mut changes = vec![json!({"uri": b, "type": 3})];
    for passed_over in ["hidden/Dockerfile", "hidden", "excluded/Dockerfile", "excluded", "values.yaml"] {
        changes.push(json!({"uri": address(path, passed_over), "type": 2}));
    }
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
    let last = ask_all(&mut client, &ids);
    assert_eq!(last.len(), 3, "what is passed over still is: {last:#?}");
    assert_eq!(last[&a]["kind"], "unchanged", "as it lies on the disk");
    assert_eq!(items(&last[&b]), [""; 0]);
    assert_nothing_is_published(client);
}

#[test]
fn a_client_that_takes_results_bit_by_bit_is_answered_when_there_is_news() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &[("Dockerfile", MAIL)]);
    let uri = address(folder.path(), "Dockerfile");
    let mut client = asking_in(folder.path());
    let first = ask_all(&mut client, &[]);
    let known = json!([{"uri": uri, "value": first[&uri]["resultId"]}]);
    let params = json!({"previousResultIds": known, "partialResultToken": "t"});
    let request = json!({"jsonrpc": "2.0", "id": "w", "method": "workspace/diagnostic", "params": params});
    client.send(&request);
    // Another answer comes before.
    assert_eq!(client.hover(&uri, 0, 0), Value::Null);
    fs::write(folder.path().join("Dockerfile"), "FROM alpine\nEXPOSE 994\n").unwrap();
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri, "type": 2}]}));
    let answer = client.wait("the news", |it| it["id"] == "w" && it.get("method").is_none());
    assert_eq!(items(&answer["result"]["items"][0]), ["1:7-10 reserved-port"]);

    // It can change its mind, and the end of the conversation is news as well.
    let known = json!([{"uri": uri, "value": answer["result"]["items"][0]["resultId"]}]);
    for (id, end) in [("x", "$/cancelRequest"), ("y", "shutdown")] {
        let params = json!({"previousResultIds": known, "partialResultToken": id});
        client.send(&json!({"jsonrpc": "2.0", "id": id, "method": "workspace/diagnostic", "params": params}));
        assert_eq!(client.hover(&uri, 0, 0), Value::Null);
        if end == "shutdown" {
            client.send(&json!({"jsonrpc": "2.0", "id": 999, "method": end}));
        } else {
            client.notify(end, json!({"id": id}));
        }
        let answer = client.wait("an end", |it| it["id"] == id && it.get("method").is_none());
        assert_eq!(answer["error"]["code"] == -32800, end != "shutdown", "{answer}");
    }
}

#[test]
fn settings_are_news_to_a_client_that_waits_for_some() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &[("Dockerfile", MAIL)]);
    let uri = address(folder.path(), "Dockerfile");
    let mut client = asking_in(folder.path());
    let first = ask_all(&mut client, &[]);
    assert_eq!(items(&first[&uri]), ["1:7-10 deregistered-port"]);
    let mut known = first[&uri]["resultId"].clone();
    let expected: [(&str, &[&str]); 2] =
        [("openFilesOnly", &[]), ("workspace", &["1:7-10 deregistered-port"])];
    for (mode, expected) in expected {
        let params = json!({"previousResultIds": [{"uri": uri, "value": known}], "partialResultToken": mode});
        client
            .send(&json!({"jsonrpc": "2.0", "id": mode, "method": "workspace/diagnostic", "params": params}));
        // Another answer comes before.
        assert_eq!(client.hover(&uri, 0, 0), Value::Null);
        let settings = json!({"settings": {"portolan": {"diagnosticMode": mode}}});
        client.notify("workspace/didChangeConfiguration", settings);
        let answer = client.wait("the news", |it| it["id"] == mode && it.get("method").is_none());
        let report = &answer["result"]["items"][0];
        assert_eq!(items(report), expected, "{mode}");
        known = report["resultId"].clone();
    }
    client.finish();
}

#[test]
fn a_configuration_that_changes_makes_the_client_ask_again() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    write(path, &[("Dockerfile", MAIL), ("other/Dockerfile", MAIL)]);
    let [uri, other, toml] = ["Dockerfile", "other/Dockerfile", "portolan.toml"].map(|it| address(path, it));
    let mut client = asking_in(path);
    client.open(&uri, "dockerfile", MAIL);
    assert_eq!(items(&ask(&mut client, &uri, None)), ["1:7-10 deregistered-port"]);
    // Typed, on the disk and told, on the disk and not told.
    client.open(&toml, "toml", "ignore = ['all']\n");
    until_refreshed(&mut client);
    assert_eq!(items(&ask(&mut client, &uri, None)), [""; 0]);
    client.close(&toml);
    until_refreshed(&mut client);
    assert_eq!(items(&ask(&mut client, &uri, None)), ["1:7-10 deregistered-port"]);
    write(path, &[("portolan.toml", "severity.deregistered-port = 'info'\n")]);
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": toml, "type": 1}]}));
    until_refreshed(&mut client);
    assert_eq!(ask(&mut client, &uri, None)["items"][0]["severity"], 3);
    write(path, &[("portolan.toml", "severity.deregistered-port = 'hint'\n")]);
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": uri}}));
    until_refreshed(&mut client);
    assert_eq!(ask(&mut client, &uri, None)["items"][0]["severity"], 4);
    assert_eq!(ask_all(&mut client, &[])[&other]["items"][0]["severity"], 4);
    assert_nothing_is_published(client);
}

#[test]
fn a_mistake_in_the_configuration_comes_beside_what_falls_under_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    write(path, &[("portolan.toml", "# 💣\nslect = []\n")]);
    let [uri, toml] = ["Dockerfile", "portolan.toml"].map(|it| address(path, it));
    let mut client = asking_in(path);
    client.open(&uri, "dockerfile", MAIL);
    let related = ask(&mut client, &uri, None)["relatedDocuments"].clone();
    assert_eq!(items(&related[&toml]), ["1:0-5 configuration"]);
    // Once it is open it is asked for by itself.
    client.open(&toml, "toml", "# 💣\nslect = []\n");
    assert_eq!(ask(&mut client, &uri, None)["relatedDocuments"], Value::Null);
    assert_eq!(items(&ask(&mut client, &toml, None)), ["1:0-5 configuration"]);
    client.finish();
}

#[test]
fn only_open_files_are_looked_at_where_the_user_wants_it_so() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    write(path, &[("Dockerfile", MAIL), ("other/Dockerfile", MAIL)]);
    let [uri, other] = ["Dockerfile", "other/Dockerfile"].map(|it| address(path, it));
    let mut client = asking_in(path);
    client.open(&uri, "dockerfile", MAIL);
    assert_eq!(ask_all(&mut client, &[]).len(), 2);
    let settings = json!({"settings": {"portolan": {"diagnosticMode": "openFilesOnly"}}});
    client.notify("workspace/didChangeConfiguration", settings);
    until_refreshed(&mut client);
    let reports = ask_all(&mut client, &[(&other, "known")]);
    assert_eq!(items(&reports[&uri]), ["1:7-10 deregistered-port"]);
    assert_eq!(items(&reports[&other]), [""; 0], "it is cleared");
    client.finish();
}
