//! `portolan.toml` in the editor: on the disk, and open.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::client::Client;
use super::found;
use super::workspace::address;

const MAIL: &str = "FROM alpine\nEXPOSE 585\n";

/// A folder that holds `portolan.toml` with that text, and a client.
fn start(text: &str) -> (TempDir, Client) {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("portolan.toml"), text).unwrap();
    (folder, Client::initialized(&["utf-8"]))
}

/// A client that works in `folder`.
fn working_in(folder: &Path) -> Client {
    let mut client = Client::start();
    let folders = json!([{"uri": address(folder, ""), "name": "a"}]);
    client.initialize_with(json!({"capabilities": {}, "workspaceFolders": folders}));
    client
}

/// Waits until the diagnostics of version 1 of `uri` are `expected`.
fn until(client: &mut Client, uri: &str, expected: &[&str]) {
    while found(&client.diagnostics(uri, Some(1))) != expected {}
}

/// The message that the client is to show.
fn shown(client: &mut Client) -> String {
    let message = client.wait("showMessage", |message| message["method"] == "window/showMessage");
    message["params"]["message"].as_str().unwrap().to_owned()
}

#[test]
fn the_nearest_configuration_on_the_disk_counts() {
    let (folder, mut client) = start("severity.deregistered-port = 'error'\n[ports]\n7070 = 'billing'\n");
    fs::create_dir(folder.path().join("a")).unwrap();
    let uri = address(folder.path(), "a/Dockerfile");
    client.open(&uri, "dockerfile", &format!("{MAIL}EXPOSE 7070\n"));
    let diagnostics = client.diagnostics(&uri, Some(1));
    assert_eq!((diagnostics.len(), &diagnostics[0]["severity"]), (1, &json!(1)));
    let hover = client.hover(&uri, 2, 8);
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(text.starts_with("**`7070/tcp`** **billing**, a port of your own."), "{text}");
    client.finish();
}

#[test]
fn an_open_configuration_counts_as_it_is_typed() {
    let (folder, mut client) = start("");
    let [file, toml] = ["Dockerfile", "portolan.toml"].map(|name| address(folder.path(), name));
    client.open(&file, "dockerfile", MAIL);
    until(&mut client, &file, &["1:7-10 deregistered-port"]);
    client.open(&toml, "toml", "ignore = ['deregistered-port']\n");
    assert_eq!(client.diagnostics(&toml, Some(1)), Vec::<Value>::new());
    until(&mut client, &file, &[]);
    client.close(&toml);
    until(&mut client, &file, &["1:7-10 deregistered-port"]);
    client.finish();
}

#[test]
fn a_mistake_is_shown_in_the_open_file_and_what_was_right_before_stays() {
    let (folder, mut client) = start("");
    let [file, toml] = ["Dockerfile", "portolan.toml"].map(|name| address(folder.path(), name));
    client.open(&toml, "toml", "ignore = ['deregistered-port']\n");
    client.open(&file, "dockerfile", MAIL);
    until(&mut client, &file, &[]);
    client.change(&toml, 2, &[([0, 11, 0, 11], "x")]);
    let diagnostics = client.diagnostics(&toml, Some(2));
    assert_eq!(found(&diagnostics), ["0:10-30 configuration"]);
    assert_eq!(diagnostics[0]["severity"], 1);
    let message = diagnostics[0]["message"].as_str().unwrap();
    assert!(message.ends_with("help: did you mean `deregistered-port`?"), "{message}");
    assert_eq!(client.diagnostics(&file, Some(1)), Vec::<Value>::new());
    client.change(&toml, 3, &[([0, 0, 0, 31], "")]);
    assert_eq!(client.diagnostics(&toml, Some(3)), Vec::<Value>::new());
    until(&mut client, &file, &["1:7-10 deregistered-port"]);
    client.finish();
}

#[test]
fn a_mistake_on_the_disk_is_told_once() {
    let (folder, mut client) = start("\nslect = []\n");
    let [file, other] = ["Dockerfile", "b.dockerfile"].map(|name| address(folder.path(), name));
    client.open(&file, "dockerfile", MAIL);
    let message = shown(&mut client);
    assert!(
        message.ends_with("portolan.toml, line 2: no key is called `slect` here; did you mean `select`?")
    );
    until(&mut client, &file, &["1:7-10 deregistered-port"]);
    client.open(&other, "dockerfile", MAIL);
    until(&mut client, &other, &["1:7-10 deregistered-port"]);
    // Another mistake is news.
    fs::write(folder.path().join("portolan.toml"), "ignor = []\n").unwrap();
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": file}}));
    assert!(shown(&mut client).contains("line 1: no key is called `ignor`"));
    client.finish();
}

#[test]
fn a_client_that_watches_files_is_asked_to_and_heard() {
    let folder = TempDir::new().unwrap();
    let mut client = Client::start();
    client.initialize(&json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}}));
    let request = client.wait("registerCapability", |it| it["method"] == "client/registerCapability");
    let registration = &request["params"]["registrations"][0];
    assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
    assert_eq!(registration["registerOptions"]["watchers"][0]["globPattern"], "**/portolan.toml");
    client.send(&json!({"jsonrpc": "2.0", "id": request["id"], "result": null}));
    let [file, toml] = ["Dockerfile", "portolan.toml"].map(|name| address(folder.path(), name));
    client.open(&file, "dockerfile", MAIL);
    until(&mut client, &file, &["1:7-10 deregistered-port"]);
    fs::write(folder.path().join("portolan.toml"), "ignore = ['all']").unwrap();
    let change = json!({"uri": toml, "type": 1});
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": [change]}));
    until(&mut client, &file, &[]);
    client.finish();
}

#[test]
fn a_document_without_a_file_falls_under_the_folder_of_the_client() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(".portolan.toml"), "severity.deregistered-port = 'hint'").unwrap();
    let mut client = working_in(folder.path());
    client.open("untitled:Untitled-1", "dockerfile", MAIL);
    let diagnostics = client.diagnostics("untitled:Untitled-1", Some(1));
    assert_eq!(diagnostics[0]["severity"], 4);
    client.finish();
}

#[test]
fn a_mistake_on_the_disk_is_told_by_its_path_in_the_folder_of_the_client() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("portolan.toml"), "slect = []\n").unwrap();
    let mut client = working_in(folder.path());
    client.open(&address(folder.path(), "Dockerfile"), "dockerfile", MAIL);
    assert!(shown(&mut client).starts_with("portolan.toml, line 1: no key is called"));
    client.finish();
}
