//! The folders of the workspace: what lies in them, what the user wants of them, and how far the reading is.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::client::Client;
use super::found;

const MAIL: &str = "FROM alpine\nEXPOSE 585\n";

/// The address of a file in `folder`.
pub fn address(folder: &Path, name: &str) -> String {
    let folder = folder.to_str().unwrap().replace('\\', "/");
    format!("file://{}{folder}/{name}", if folder.starts_with('/') { "" } else { "/" })
}

/// Writes files with those names and texts into `folder`.
pub fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// A client with those settings and capabilities, in `folders`.
fn working_in(folders: &[&Path], settings: &Value, capabilities: &Value) -> (Client, Value) {
    let mut client = Client::start();
    let folders: Vec<Value> = folders.iter().map(|it| json!({"uri": address(it, ""), "name": "a"})).collect();
    let server = client.initialize_with(json!({
        "capabilities": capabilities,
        "initializationOptions": settings,
        "workspaceFolders": folders,
    }));
    (client, server)
}

/// What is published of a file that is not open.
fn published(client: &mut Client, uri: &str) -> Vec<String> {
    found(&client.diagnostics(uri, None))
}

#[test]
fn closed_files_are_published_where_the_user_wants_it_so() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    write(path, &[("a/Dockerfile", MAIL), ("b/Dockerfile", MAIL)]);
    let [a, b, c] = ["a/Dockerfile", "b/Dockerfile", "c/sub/Dockerfile"].map(|it| address(path, it));
    let (mut client, _) = working_in(&[path], &json!({"diagnosticMode": "workspace"}), &json!({}));
    assert_eq!(published(&mut client, &a), ["1:7-10 deregistered-port"]);
    assert_eq!(published(&mut client, &b), ["1:7-10 deregistered-port"]);
    // Files and folders come, change and go.
    let change = |client: &mut Client, uri: &str| {
        client.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri, "type": 2}]}));
    };
    write(path, &[("a/Dockerfile", "FROM alpine\nEXPOSE 994\n")]);
    change(&mut client, &a);
    assert_eq!(published(&mut client, &a), ["1:7-10 reserved-port"]);
    write(path, &[("c/sub/Dockerfile", MAIL)]);
    let created = json!({"files": [{"uri": address(path, "c")}]});
    client.notify("workspace/didCreateFiles", created);
    assert_eq!(published(&mut client, &c), ["1:7-10 deregistered-port"]);
    fs::rename(path.join("c"), path.join("d")).unwrap();
    let renamed = json!({"oldUri": address(path, "c"), "newUri": address(path, "d")});
    client.notify("workspace/didRenameFiles", json!({"files": [renamed]}));
    let d = address(path, "d/sub/Dockerfile");
    assert_eq!(published(&mut client, &d), ["1:7-10 deregistered-port"]);
    assert_eq!(published(&mut client, &c), [""; 0]);
    fs::remove_dir_all(path.join("d")).unwrap();
    client.notify("workspace/didDeleteFiles", json!({"files": [{"uri": address(path, "d")}]}));
    assert_eq!(published(&mut client, &d), [""; 0]);
    // While it is open it says itself what is in it.
    client.open(&b, "dockerfile", "FROM alpine\nEXPOSE 80\n");
    assert_eq!(client.diagnostics(&b, Some(1)), Vec::<Value>::new());
    client.close(&b);
    assert_eq!(published(&mut client, &b), ["1:7-10 deregistered-port"]);
    let settings = json!({"settings": {"portolan": {"diagnosticMode": "openFilesOnly"}}});
    client.notify("workspace/didChangeConfiguration", settings);
    assert_eq!(published(&mut client, &b), [""; 0]);
    client.finish();
}

#[test]
fn a_wrong_configuration_is_shown_in_its_file_though_nobody_has_it_open() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    write(path, &[("portolan.toml", "slect = []\n"), ("Dockerfile", MAIL)]);
    let toml = address(path, "portolan.toml");
    let (mut client, _) = working_in(&[path], &Value::Null, &json!({}));
    assert_eq!(published(&mut client, &toml), ["0:0-5 configuration"]);
    write(path, &[("portolan.toml", "select = ['all']\n")]);
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": toml, "type": 2}]}));
    assert_eq!(published(&mut client, &toml), [""; 0]);
    client.finish();
}

#[test]
fn folders_come_and_go() {
    let (one, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    for folder in [&one, &other] {
        write(folder.path(), &[("Dockerfile", MAIL)]);
    }
    let [first, second] = [&one, &other].map(|it| address(it.path(), "Dockerfile"));
    let folders = json!({"workspace": {"workspaceFolders": true}});
    let settings = json!({"diagnosticMode": "workspace"});
    let (mut client, server) = working_in(&[one.path()], &settings, &folders);
    assert_eq!(
        server["workspace"]["workspaceFolders"],
        json!({"supported": true, "changeNotifications": true})
    );
    assert_eq!(published(&mut client, &first), ["1:7-10 deregistered-port"]);
    let [first_folder, second_folder] =
        [&one, &other].map(|it| json!({"uri": address(it.path(), ""), "name": "x"}));
    let event = json!({"event": {"added": [second_folder], "removed": [first_folder]}});
    client.notify("workspace/didChangeWorkspaceFolders", event);
    assert_eq!(published(&mut client, &first), [""; 0]);
    assert_eq!(published(&mut client, &second), ["1:7-10 deregistered-port"]);
    client.finish();
}

#[test]
fn settings_that_cannot_be_understood_are_told_and_the_last_good_ones_count() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &[("Dockerfile", MAIL)]);
    let settings = json!({"portolan": {"diagnosticMode": "workspace", "logLevel": "loud"}});
    let (mut client, _) = working_in(&[folder.path()], &settings, &json!({}));
    let message = client.wait("showMessage", |it| it["method"] == "window/showMessage");
    let text = message["params"]["message"].as_str().unwrap();
    assert!(text.starts_with("portolan.logLevel: unknown variant `loud`"), "{text}");
    assert_eq!(published(&mut client, &address(folder.path(), "Dockerfile")), ["1:7-10 deregistered-port"]);
    client
        .notify("workspace/didChangeConfiguration", json!({"settings": {"portolan": {"diagnosticMode": 7}}}));
    let message = client.wait("showMessage", |it| it["method"] == "window/showMessage");
    assert_eq!(message["params"]["type"], 2);
    assert!(message["params"]["message"].as_str().unwrap().starts_with("portolan.diagnosticMode: "));
    client.finish();
}

#[test]
fn the_client_is_asked_for_its_settings_and_asked_again_when_they_change() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &[("Dockerfile", MAIL)]);
    let uri = address(folder.path(), "Dockerfile");
    let workspace = json!({"configuration": true, "didChangeConfiguration": {"dynamicRegistration": true}});
    let (mut client, _) = working_in(&[folder.path()], &Value::Null, &json!({"workspace": workspace}));
    let request = client.wait("registration", |it| it["method"] == "client/registerCapability");
    let registration = &request["params"]["registrations"][0];
    assert_eq!(registration["method"], "workspace/didChangeConfiguration");
    assert_eq!(registration["registerOptions"], json!({"section": "portolan"}));
    client.send(&json!({"jsonrpc": "2.0", "id": request["id"], "result": null}));
    let mut answer = |settings: Value| {
        let request = client.wait("configuration", |it| it["method"] == "workspace/configuration");
        assert_eq!(request["params"]["items"], json!([{"section": "portolan"}]));
        client.send(&json!({"jsonrpc": "2.0", "id": request["id"], "result": [settings]}));
        client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    };
    answer(Value::Null);
    answer(json!({"diagnosticMode": "workspace"}));
    assert_eq!(published(&mut client, &uri), ["1:7-10 deregistered-port"]);
    client.finish();
}

#[test]
fn a_large_workspace_shows_how_far_its_reading_is() {
    let folder = TempDir::new().unwrap();
    for index in 0..300 {
        write(folder.path(), &[(&format!("{index}/Dockerfile"), MAIL)]);
    }
    for shows_progress in [true, false] {
        let capabilities = json!({
            "window": {"workDoneProgress": shows_progress},
            "textDocument": {"diagnostic": {}},
        });
        let (mut client, _) = working_in(&[folder.path()], &Value::Null, &capabilities);
        if shows_progress {
            let request = client.wait("create", |it| it["method"] == "window/workDoneProgress/create");
            let token = request["params"]["token"].clone();
            client.send(&json!({"jsonrpc": "2.0", "id": request["id"], "result": null}));
            let mut progress = |kind: &str| {
                client.wait(kind, |it| it["method"] == "$/progress" && it["params"]["value"]["kind"] == kind)
                    ["params"]
                    .clone()
            };
            let begin = progress("begin");
            assert_eq!(begin["token"], token);
            assert_eq!(begin["value"]["message"], "0/300 files");
            assert_eq!(begin["value"]["cancellable"], true);
            assert!(
                progress("report")["value"]["percentage"].as_u64().is_some_and(|it| (1..=100).contains(&it))
            );
            assert_eq!(progress("end")["value"]["message"], "300/300 files");
        }
        let result = client.request("workspace/diagnostic", json!({"previousResultIds": []})).unwrap();
        assert_eq!(result["items"].as_array().unwrap().len(), 300);
        let seen = client.finish_with_messages();
        assert!(shows_progress || seen.iter().all(|it| it["method"] != "$/progress"));
    }
}

#[test]
fn a_client_that_never_answers_holds_nothing_up() {
    let folder = TempDir::new().unwrap();
    for index in 0..300 {
        write(folder.path(), &[(&format!("{index}/Dockerfile"), MAIL)]);
    }
    let capabilities = json!({
        "window": {"workDoneProgress": true},
        "textDocument": {"diagnostic": {}},
        "workspace": {
            "configuration": true,
            "didChangeConfiguration": {"dynamicRegistration": true},
            "didChangeWatchedFiles": {"dynamicRegistration": true},
            "diagnostics": {"refreshSupport": true},
            "inlayHint": {"refreshSupport": true},
        },
    });
    let (mut client, _) = working_in(&[folder.path()], &Value::Null, &capabilities);
    for _ in 0..2000 {
        client.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    }
    let result = client.request("workspace/diagnostic", json!({"previousResultIds": []})).unwrap();
    assert_eq!(result["items"].as_array().unwrap().len(), 300);
    client.finish();
}

#[test]
fn the_conversation_is_traced_where_the_client_wants_it() {
    let mut client = Client::start();
    client.initialize_with(json!({"capabilities": {}, "trace": "messages"}));
    let traced = |client: &mut Client, method: &str| {
        let wanted = |it: &Value| {
            it["method"] == "$/logTrace"
                && it["params"]["message"].as_str().is_some_and(|it| it.starts_with(method))
        };
        client.wait("logTrace", wanted)["params"].clone()
    };
    let uri = "file:///stack/Dockerfile";
    client.open(uri, "dockerfile", MAIL);
    assert_eq!(traced(&mut client, "textDocument/didOpen: ")["verbose"], Value::Null);
    client.notify("$/setTrace", json!({"value": "verbose"}));
    client.hover(uri, 1, 8);
    let verbose = traced(&mut client, "textDocument/hover: ")["verbose"].clone();
    assert!(verbose.as_str().unwrap().contains("\"line\":1"), "{verbose}");
    client.notify("$/setTrace", json!({"value": "off"}));
    client.hover(uri, 1, 8);
    let seen = client.finish_with_messages();
    let hovers =
        seen.iter().filter(|it| it["params"]["message"].as_str().is_some_and(|it| it.contains("hover")));
    assert_eq!(hovers.count(), 0, "{seen:#?}");
}

#[test]
fn the_log_is_told_as_much_as_the_user_wants() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &[("Dockerfile", MAIL)]);
    for (level, count) in [("info", 1), ("error", 0)] {
        let settings = json!({"logLevel": level, "diagnosticMode": "workspace"});
        let (mut client, _) = working_in(&[folder.path()], &settings, &json!({}));
        assert_eq!(published(&mut client, &address(folder.path(), "Dockerfile")).len(), 1);
        let seen = client.finish_with_messages();
        let told = seen.iter().filter(|it| it["method"] == "window/logMessage");
        assert_eq!(told.count(), count, "{level}: {seen:#?}");
    }
}
