//! A panic anywhere: whoever asked gets an error, and the server lives on. A server that is built for release cannot be asked to
//! panic, so there these tests say nothing.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::Client;
use crate::workspace::{address, write};
use crate::{URI, found};

const COMPOSE: &str = "services:\n  web:\n    build: ./web\n    ports: ['585:585']\n";

/// Has the server panic from now on at a place that is about that.
fn fault(client: &mut Client, place: &str, about: &str) -> bool {
    let is_there = client.request("portolan/fault", json!({"place": place, "about": about})).is_ok();
    assert_eq!(is_there, cfg!(debug_assertions));
    is_there
}

/// Has the server panic no more.
fn mend(client: &mut Client) {
    fault(client, "nowhere", "");
}

/// What the hover at the start of the second line's number says.
fn hover(client: &mut Client, uri: &str) -> Result<Value, Value> {
    let position = json!({"line": 1, "character": 8});
    client.request("textDocument/hover", json!({"textDocument": {"uri": uri}, "position": position}))
}

#[test]
fn a_request_that_panics_is_answered_with_an_error() {
    for place in ["hover", "locked", "reading"] {
        let mut client = Client::initialized(&["utf-16"]);
        let (broken, whole) = ("file:///broken/Dockerfile", "file:///whole/Dockerfile");
        client.open(broken, "dockerfile", "FROM broken\nEXPOSE 585\n");
        client.open(whole, "dockerfile", "FROM whole\nEXPOSE 585\n");
        assert_eq!(client.diagnostics(broken, Some(1)).len(), 1);
        if !fault(&mut client, place, "broken") {
            return;
        }
        // What was read is known.
        client.change(broken, 2, &[([1, 7, 1, 7], " ")]);
        for _ in 0..3 {
            assert_eq!(hover(&mut client, broken).unwrap_err()["code"], -32603, "{place}");
            assert!(hover(&mut client, whole).unwrap().is_object(), "{place}");
        }
        mend(&mut client);
        assert!(hover(&mut client, broken).unwrap().is_object(), "{place}");
        client.change(broken, 3, &[([1, 7, 1, 8], "")]);
        assert_eq!(found(&client.diagnostics(broken, Some(3))), ["1:7-10 deregistered-port"]);
        let log = client.finish();
        assert!(log.contains("the server goes on"), "{log}");
    }
}

#[test]
fn a_request_for_a_large_document_that_panics_on_another_thread_is_answered_with_an_error() {
    let mut client = Client::initialized(&["utf-16"]);
    let text = format!("FROM broken\nEXPOSE 585\n{}", "# more\n".repeat(20_000));
    client.open(URI, "dockerfile", &text);
    assert_eq!(client.diagnostics(URI, Some(1)).len(), 1);
    if !fault(&mut client, "reading", "broken") {
        return;
    }
    client.change(URI, 2, &[([1, 7, 1, 7], " ")]);
    for _ in 0..3 {
        assert_eq!(hover(&mut client, URI).unwrap_err()["code"], -32603);
    }
    client.change(URI, 3, &[([0, 5, 0, 11], "whole")]);
    assert_eq!(found(&client.diagnostics(URI, Some(3))), ["1:8-11 deregistered-port"]);
    client.finish();
}

#[test]
fn a_notification_that_panics_costs_nothing_but_itself() {
    let mut client = Client::initialized(&["utf-16"]);
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 585\n");
    if !fault(&mut client, "change", "") {
        return;
    }
    client.change(URI, 2, &[([1, 7, 1, 10], "994")]);
    assert_eq!(hover(&mut client, URI).unwrap()["range"]["start"]["character"], 7);
    mend(&mut client);
    client.change(URI, 3, &[([1, 7, 1, 10], "994")]);
    assert_eq!(found(&client.diagnostics(URI, Some(3))), ["1:7-10 reserved-port"]);
    client.finish();
}

#[test]
fn publishing_that_panics_over_one_document_goes_on_with_the_others() {
    for place in ["publishing", "judging", "reading", "locked"] {
        let mut client = Client::initialized(&["utf-16"]);
        let (broken, whole) = ("file:///broken/Dockerfile", "file:///whole/Dockerfile");
        if !fault(&mut client, place, "broken") {
            return;
        }
        client.open(broken, "dockerfile", "FROM broken\nEXPOSE 585\n");
        client.open(whole, "dockerfile", "FROM whole\nEXPOSE 585\n");
        assert_eq!(client.diagnostics(whole, Some(1)).len(), 1, "{place}");
        client.change(broken, 2, &[([1, 7, 1, 10], "994")]);
        client.change(whole, 2, &[([1, 7, 1, 10], "994")]);
        assert_eq!(found(&client.diagnostics(whole, Some(2))), ["1:7-10 reserved-port"], "{place}");
        mend(&mut client);
        client.change(broken, 3, &[([1, 7, 1, 7], " ")]);
        assert_eq!(found(&client.diagnostics(broken, Some(3))), ["1:8-11 reserved-port"], "{place}");
        client.finish();
    }
}

#[test]
fn a_stack_that_cannot_be_linked_leaves_its_files_and_the_other_stacks() {
    let folder = TempDir::new().unwrap();
    for stack in ["broken", "whole"] {
        let names = [format!("{stack}/compose.yaml"), format!("{stack}/web/Dockerfile")];
        write(folder.path(), &[(&names[0], COMPOSE), (&names[1], "FROM a\nEXPOSE 9000\n")]);
    }
    let mut client = Client::start();
    client.initialize_with(json!({
        "capabilities": {},
        "workspaceFolders": [{"uri": address(folder.path(), ""), "name": "a"}],
    }));
    if !fault(&mut client, "linking", "broken") {
        return;
    }
    for stack in ["broken", "whole"] {
        let uri = address(folder.path(), &format!("{stack}/compose.yaml"));
        client.open(&uri, "dockercompose", COMPOSE);
        client.change(&uri, 2, &[([0, 0, 0, 0], "# x\n")]);
        let codes = found(&client.diagnostics(&uri, Some(2)));
        assert!(codes.iter().any(|it| it.contains("deregistered-port")), "{stack}: {codes:?}");
    }
    mend(&mut client);
    let uri = address(folder.path(), "broken/compose.yaml");
    client.change(&uri, 3, &[([0, 0, 1, 0], "")]);
    client.diagnostics(&uri, Some(3));
    let params = json!({"textDocument": {"uri": uri}, "position": {"line": 3, "character": 19}});
    assert!(client.request("textDocument/definition", params).is_ok());
    client.finish();
}

#[test]
fn a_file_of_the_workspace_that_panics_leaves_the_others() {
    for place in ["workspace", "linking", "reading"] {
        let folder = TempDir::new().unwrap();
        write(
            folder.path(),
            &[
                ("a-broken/Dockerfile", "FROM broken\nEXPOSE 585\n"),
                ("b/Dockerfile", "FROM whole\nEXPOSE 585\n"),
                ("broken/compose.yaml", COMPOSE),
                ("c/compose.yaml", COMPOSE),
            ],
        );
        let mut client = Client::start();
        client.initialize_as_it_is(json!({"capabilities": {}}));
        if !fault(&mut client, place, "broken") {
            return;
        }
        let event = json!({"added": [{"uri": address(folder.path(), ""), "name": "a"}], "removed": []});
        client.notify("workspace/didChangeWorkspaceFolders", json!({"event": event}));
        client.notify(
            "workspace/didChangeConfiguration",
            json!({"settings": {"portolan": {"diagnosticMode": "workspace"}}}),
        );
        for name in ["b/Dockerfile", "c/compose.yaml"] {
            assert!(!client.diagnostics(&address(folder.path(), name), None).is_empty(), "{place}: {name}");
        }
        mend(&mut client);
        fs::write(folder.path().join("b/Dockerfile"), "FROM whole\nEXPOSE 994\n").unwrap();
        let changed = json!({"changes": [{"uri": address(folder.path(), "b/Dockerfile"), "type": 2}]});
        client.notify("workspace/didChangeWatchedFiles", changed);
        let diagnostics = client.diagnostics(&address(folder.path(), "b/Dockerfile"), None);
        assert_eq!(found(&diagnostics), ["1:7-10 reserved-port"], "{place}");
        client.finish();
    }
}
