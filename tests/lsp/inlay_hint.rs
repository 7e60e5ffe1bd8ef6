//! Inlay hints: where they stand, what they say, and when their tooltips come.

use serde_json::{Value, json};

use crate::URI;
use crate::client::Client;

/// A client with those abilities as to inlay hints, that reads Markdown and speaks in `encoding`.
fn client(hints: Value, encoding: &str) -> Client {
    let mut client = Client::start();
    client.initialize(&json!({
        "general": {"positionEncodings": [encoding]},
        "textDocument": {"hover": {"contentFormat": ["markdown"]}, "inlayHint": hints},
    }));
    client
}

/// The hints between two lines.
fn hints(client: &mut Client, uri: &str, first: u64, last: u64) -> Vec<Value> {
    let start = json!({"line": first, "character": 0});
    let end = json!({"line": last, "character": 4_000_000_000_u64});
    let params = json!({"textDocument": {"uri": uri}, "range": {"start": start, "end": end}});
    client.request("textDocument/inlayHint", params).unwrap().as_array().unwrap().clone()
}

/// What the hints are, as `line:character label`.
fn shown(hints: &[Value]) -> Vec<String> {
    let show = |hint: &Value| {
        assert_eq!(hint["paddingLeft"], true);
        let position = &hint["position"];
        format!("{}:{} {}", position["line"], position["character"], hint["label"].as_str().unwrap())
    };
    hints.iter().map(show).collect()
}

#[test]
fn a_client_that_resolves_gets_the_tooltip_when_it_asks() {
    let mut client = Client::start();
    let abilities = json!({"resolveSupport": {"properties": ["textEdits", "tooltip"]}});
    let capabilities = client.initialize(&json!({"textDocument": {
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "inlayHint": abilities,
    }}));
    assert_eq!(capabilities["inlayHintProvider"], json!({"resolveProvider": true}));
    client.open(URI, "dockerfile", "FROM alpine\nENV PORT=8080\nEXPOSE $PORT 5432\n");
    let hints = hints(&mut client, URI, 0, 9);
    assert_eq!(shown(&hints), ["2:12 8080", "2:17 postgresql"]);
    for hint in &hints {
        assert!(hint.get("tooltip").is_none() && hint.get("kind").is_none(), "{hint}");
    }
    let resolved = client.request("inlayHint/resolve", hints[1].clone()).unwrap();
    assert_eq!(resolved["label"], "postgresql");
    assert_eq!(resolved["position"], hints[1]["position"]);
    assert_eq!(resolved["tooltip"], client.hover(URI, 2, 14)["contents"]);
    assert_eq!(resolved["tooltip"]["kind"], "markdown");

    client.change(URI, 2, &[([2, 7, 2, 7], "1 ")]);
    let late = client.request("inlayHint/resolve", hints[0].clone()).unwrap();
    assert_eq!(late, hints[0], "the document has changed");
    client.close(URI);
    assert_eq!(client.request("inlayHint/resolve", hints[0].clone()), Ok(hints[0].clone()), "it is closed");
    let foreign = json!({"position": {"line": 0, "character": 0}, "label": "x", "data": [1]});
    assert_eq!(client.request("inlayHint/resolve", foreign.clone()), Ok(foreign));
    client.finish();
}

#[test]
fn any_other_client_gets_the_tooltip_at_once() {
    for abilities in [json!({}), json!({"resolveSupport": {"properties": ["textEdits"]}})] {
        let mut client = client(abilities, "utf-16");
        client.open(URI, "dockerfile", "EXPOSE 5432\n");
        let hints = hints(&mut client, URI, 0, 9);
        assert_eq!(hints[0]["tooltip"], client.hover(URI, 0, 8)["contents"]);
        assert!(hints[0].get("data").is_none());
        client.finish();
    }
    let mut client = Client::start();
    let capabilities = client.initialize(&json!({}));
    assert_eq!(capabilities["inlayHintProvider"], json!({"resolveProvider": false}));
    client.open(URI, "dockerfile", "EXPOSE 5432\n");
    let hints = hints(&mut client, URI, 0, 0);
    assert_eq!(hints[0]["tooltip"]["kind"], "plaintext");
    let value = hints[0]["tooltip"]["value"].as_str().unwrap();
    assert!(value.contains("PostgreSQL") && !value.contains("**"), "{value}");
    client.finish();
}

#[test]
fn positions_are_right_in_every_encoding_and_with_every_line_end() {
    for (encoding, width) in [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)] {
        let mut client = client(json!({}), encoding);
        let uri = "file:///stack/nginx.conf";
        client.open(uri, "nginx", "stream {\r\n\tserver { set $a \"💣\"; listen 6379; }\r}\n");
        let at = 1 + "server { set $a \"".len() + width + "\"; listen 6379".len();
        assert_eq!(shown(&hints(&mut client, uri, 0, 9)), [format!("1:{at} redis")], "{encoding}");
        client.finish();
    }
}

#[test]
fn only_what_is_asked_for_is_shown() {
    let mut client = client(json!({}), "utf-16");
    let uri = "file:///stack/compose.yaml";
    let text = "services:\n  a:\n    ports:\n      - '5432:5432'\n      - 15432:5432\n      - 80:80\n      - 6379\n      - 5672-5680\n      - 70000\n      - '";
    client.open(uri, "yaml", text);
    assert_eq!(shown(&hints(&mut client, uri, 0, 99)), ["3:19 postgresql", "4:18 postgresql", "6:12 redis"]);
    assert_eq!(shown(&hints(&mut client, uri, 4, 5)), ["4:18 postgresql"]);
    assert_eq!(shown(&hints(&mut client, uri, 5, 5)), [""; 0]);
    client.change(uri, 2, &[([3, 8, 4, 0], "\n")]);
    assert_eq!(shown(&hints(&mut client, uri, 0, 99)), ["4:18 postgresql", "6:12 redis"]);

    client.open("untitled:a", "plaintext", "EXPOSE 5432");
    assert_eq!(shown(&hints(&mut client, "untitled:a", 0, 9)), [""; 0], "nothing that we read");
    client.open("untitled:b", "dockerfile", "");
    assert_eq!(shown(&hints(&mut client, "untitled:b", 0, 9)), [""; 0]);
    client.close(uri);
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}});
    let params = json!({"textDocument": {"uri": uri}, "range": range});
    assert_eq!(client.request("textDocument/inlayHint", params), Ok(Value::Null));
    client.finish();
}

#[test]
fn the_users_settings_are_heeded_as_they_are_now() {
    let mut client = Client::start();
    client.initialize_with(json!({
        "capabilities": {},
        "initializationOptions": {"inlayHints": {"commonPorts": true}},
    }));
    client.open(URI, "dockerfile", "FROM a\nENV PORT=5432\nEXPOSE $PORT 80 5432\n");
    let services = ["1:13 postgresql", "2:12 5432", "2:15 http", "2:20 postgresql"];
    assert_eq!(shown(&hints(&mut client, URI, 0, 9)), services);
    for (settings, expected) in [
        (json!({"commonPorts": false}), vec!["1:13 postgresql", "2:12 5432", "2:20 postgresql"]),
        (json!({"services": false, "commonPorts": true}), vec!["2:12 5432"]),
        (
            json!({"variables": false, "commonPorts": true}),
            vec!["1:13 postgresql", "2:15 http", "2:20 postgresql"],
        ),
        (json!({"services": false, "variables": false}), vec![]),
        (json!({}), services.to_vec()),
    ] {
        let settings = json!({"settings": {"portolan": {"inlayHints": settings}}});
        client.notify("workspace/didChangeConfiguration", settings.clone());
        assert_eq!(shown(&hints(&mut client, URI, 0, 9)), expected, "{settings}");
    }
    client.finish();
}

#[test]
fn the_teams_names_come_from_its_configuration() {
    let folder = tempfile::TempDir::new().unwrap();
    let configuration = "[ports]\n18080 = \"billing\"\n5432 = \"ledger\"\n";
    std::fs::write(folder.path().join("portolan.toml"), configuration).unwrap();
    let uri = format!("file://{}/compose.yaml", folder.path().to_str().unwrap());
    let mut client = client(json!({}), "utf-8");
    client.open(&uri, "yaml", "services:\n  a:\n    ports:\n      - 18080:80\n      - '5432'\n");
    let hints = hints(&mut client, &uri, 0, 9);
    assert_eq!(shown(&hints), ["3:16 billing", "4:14 ledger"]);
    assert_eq!(hints[0]["tooltip"], client.hover(&uri, 3, 9)["contents"], "of the number that has the name");
    client.finish();
}
