//! Document symbols: as a tree or a list, of the kinds and tags that the client knows.

use serde_json::{Value, json};

use crate::URI;
use crate::client::Client;

const TEXT: &str = "FROM node:20 AS build\r\nEXPOSE 585 80-90\r\n# 💣\r\nFROM build AS last\r\nLABEL a=\"💣\"\r\nFROM last\r\nENV A=💣 PORT=80\r\n";

fn symbols(client: &mut Client, uri: &str) -> Value {
    client.request("textDocument/documentSymbol", json!({"textDocument": {"uri": uri}})).unwrap()
}

/// A client with those abilities as to symbols.
fn client(symbols: Value, encoding: &str) -> Client {
    let mut client = Client::start();
    let capabilities = client.initialize(&json!({
        "general": {"positionEncodings": [encoding]},
        "textDocument": {"documentSymbol": symbols},
    }));
    assert_eq!(capabilities["documentSymbolProvider"], true);
    client
}

fn range(line: u64, start: u64, end_line: u64, end: u64) -> Value {
    json!({"start": {"line": line, "character": start}, "end": {"line": end_line, "character": end}})
}

#[test]
fn a_tree_of_stages_and_their_ports() {
    let mut client =
        client(json!({"hierarchicalDocumentSymbolSupport": true, "tagSupport": {"valueSet": [1]}}), "utf-16");
    client.open(URI, "dockerfile", TEXT);
    assert_eq!(
        symbols(&mut client, URI),
        json!([
            {
                "name": "build", "detail": "node:20", "kind": 3,
                "range": range(0, 0, 1, 16), "selectionRange": range(0, 16, 0, 21),
                "children": [
                    {"name": "585/tcp", "kind": 16, "tags": [1], "range": range(1, 7, 1, 10), "selectionRange": range(1, 7, 1, 10)},
                    {"name": "80-90/tcp", "kind": 18, "range": range(1, 11, 1, 16), "selectionRange": range(1, 11, 1, 16)},
                ],
            },
            {
                "name": "last", "detail": "stage 2", "kind": 3,
                "range": range(5, 0, 6, 16), "selectionRange": range(5, 0, 5, 4),
                "children": [
                    {"name": "80", "detail": "http, variable", "kind": 16, "range": range(6, 14, 6, 16), "selectionRange": range(6, 14, 6, 16)},
                ],
            },
        ])
    );
    client.close(URI);
    assert_eq!(symbols(&mut client, URI), Value::Null);
    client.finish();
}

#[test]
fn a_client_that_says_nothing_gets_a_list() {
    let mut client = Client::start();
    client.initialize(&json!({}));
    client.open(URI, "dockerfile", TEXT);
    let found = symbols(&mut client, URI);
    let describe = |symbol: &Value| {
        assert!(symbol.get("tags").is_none() && symbol.get("children").is_none());
        assert_eq!(symbol["location"]["uri"], URI);
        let start = &symbol["location"]["range"]["start"];
        let container = symbol["containerName"].as_str().unwrap_or("-");
        format!(
            "{}:{} {} in {container}",
            start["line"],
            start["character"],
            symbol["name"].as_str().unwrap()
        )
    };
    assert_eq!(
        found.as_array().unwrap().iter().map(describe).collect::<Vec<_>>(),
        [
            "0:0 build in -",
            "1:7 585/tcp in build",
            "1:11 80-90/tcp in build",
            "5:0 last in -",
            "6:14 80 (http, variable) in last",
        ]
    );
    client.open("untitled:a", "plaintext", "EXPOSE 80");
    assert_eq!(symbols(&mut client, "untitled:a"), json!([]), "nothing that we read");
    client.finish();
}

#[test]
fn the_outline_has_a_label_where_several_are_shown_side_by_side() {
    let mut client = Client::start();
    let capabilities =
        client.initialize(&json!({"textDocument": {"documentSymbol": {"labelSupport": true}}}));
    assert_eq!(capabilities["documentSymbolProvider"], json!({"label": "Ports"}));
    client.finish();
}

#[test]
fn kinds_are_those_that_the_client_knows() {
    for (known, stage, port) in [(json!([2, 13]), 2, 13), (json!([7]), 7, 7), (json!([]), 3, 16)] {
        let mut client = client(
            json!({"hierarchicalDocumentSymbolSupport": true, "symbolKind": {"valueSet": known}}),
            "utf-8",
        );
        client.open(URI, "dockerfile", "FROM a\nEXPOSE 80");
        let found = symbols(&mut client, URI);
        assert_eq!((&found[0]["kind"], &found[0]["children"][0]["kind"]), (&json!(stage), &json!(port)));
        client.finish();
    }
}

#[test]
fn mappings_are_one_line_in_every_encoding() {
    for (encoding, width) in [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)] {
        let mut client = client(json!({"hierarchicalDocumentSymbolSupport": true}), encoding);
        let uri = "file:///stack/compose.yaml";
        client.open(uri, "yaml", "services:\r  '💣': {ports: [\"127.0.0.1:8080:80\"]}\r");
        let found = symbols(&mut client, uri);
        let (service, port) = (&found[0], &found[0]["children"][0]);
        assert_eq!(service["name"], "💣");
        assert_eq!(service["selectionRange"], range(1, 3, 1, 3 + width));
        assert_eq!(
            (&port["name"], &port["detail"]),
            (&json!("8080 → 80/tcp"), &json!("http, published on 127.0.0.1"))
        );
        let start = 3 + width + "': {ports: [\"127.0.0.1:".len() as u64;
        assert_eq!(port["range"], range(1, start, 1, start + 7), "{encoding}");
        client.finish();
    }
}
