//! What no client should say, and what the server says to it: each time an error or nothing, as the specification has it, and
//! it lives on.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::Client;
use crate::{URI, found};

/// Every request of the protocol that the server answers.
const REQUESTS: [&str; 20] = [
    "textDocument/hover",
    "textDocument/completion",
    "completionItem/resolve",
    "textDocument/inlayHint",
    "inlayHint/resolve",
    "textDocument/documentSymbol",
    "workspace/symbol",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/documentHighlight",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/documentLink",
    "textDocument/codeAction",
    "codeAction/resolve",
    "workspace/executeCommand",
    "textDocument/diagnostic",
    "workspace/diagnostic",
    "portolan/chart",
    "initialize",
];

/// Every notification that it heeds.
const NOTIFICATIONS: [&str; 14] = [
    "textDocument/didOpen",
    "textDocument/didChange",
    "textDocument/didSave",
    "textDocument/didClose",
    "workspace/didChangeWatchedFiles",
    "workspace/didCreateFiles",
    "workspace/didRenameFiles",
    "workspace/didDeleteFiles",
    "workspace/didChangeWorkspaceFolders",
    "workspace/didChangeConfiguration",
    "window/workDoneProgress/cancel",
    "$/setTrace",
    "$/cancelRequest",
    "initialized",
];

/// Parameters that are none.
fn wrong() -> Vec<Value> {
    let place =
        |line: Value| json!({"textDocument": {"uri": URI}, "position": {"line": line, "character": 0}});
    vec![
        json!(7),
        json!("text"),
        json!([]),
        json!([1, 2]),
        json!({"textDocument": 7}),
        json!({"textDocument": {"uri": 7}, "contentChanges": "x"}),
        json!({"textDocument": {"uri": "no address at all %%"}}),
        json!({"textDocument": {"uri": "\u{0}"}, "position": null}),
        json!({"textDocument": {"uri": ""}, "position": {"line": 0, "character": 0}}),
        place(json!(-1)),
        place(json!(1.5)),
        place(json!(u64::from(u32::MAX) + 1)),
        place(json!("0")),
        json!({"changes": [{"uri": 1, "type": "x"}], "files": [{}], "event": [], "id": {}, "value": "loud"}),
        json!({"capabilities": 1, "processId": "x", "rootUri": 3}),
    ]
}

/// A client with a document in which something is found.
fn client() -> Client {
    let mut client = Client::initialized(&["utf-16"]);
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 585\n");
    assert_eq!(client.diagnostics(URI, Some(1)).len(), 1);
    client
}

/// Whether the server still knows what it is about.
fn lives(client: &mut Client) {
    assert_eq!(client.hover(URI, 1, 8)["range"]["start"]["character"], 7);
}

/// The answer to bytes as they are.
fn answer(client: &mut Client, bytes: &[u8]) -> Value {
    client.raw(bytes);
    client.wait("an answer", |it| it.get("method").is_none() && it.get("id").is_some())
}

/// The answer to a body in a frame.
fn answer_to(client: &mut Client, body: &[u8]) -> Value {
    let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    frame.extend(body);
    answer(client, &frame)
}

#[test]
fn bodies_that_are_no_message_get_an_error() {
    let mut client = client();
    let hover = format!(
        r#"{{"jsonrpc":"2.0","id":5,"method":"textDocument/hover","params":{{"textDocument":{{"uri":"{URI}"}},"position":{{"line":1,"character":8}}}}}}"#
    );
    let deep = |open: &str, close: &str| open.repeat(100_000) + &close.repeat(100_000);
    let within = |params: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":5,"method":"textDocument/hover","params":{params}}}"#)
    };
    let cases: Vec<(String, i64, Value)> = vec![
        (String::new(), -32700, json!(null)),
        ("{".into(), -32700, json!(null)),
        ("\u{feff}{}".into(), -32700, json!(null)),
        (format!("{hover} x"), -32700, json!(null)),
        ("7".into(), -32600, json!(null)),
        ("\"text\"".into(), -32600, json!(null)),
        (format!("[{hover}]"), -32600, json!(null)),
        (format!(" [{hover},{hover}]"), -32600, json!(null)),
        (r#"["2.0","shutdown",null,5]"#.into(), -32600, json!(null)),
        (deep("[", ""), -32700, json!(null)),
        (deep("[", "]"), -32600, json!(null)),
        (deep(r#"{"a":"#, ""), -32700, json!(null)),
        (within(&deep("[", "]")), -32700, json!(5)),
        (within(&deep("[", "")), -32700, json!(null)),
        (r#"{"jsonrpc":"2.0","id":5}"#.into(), -32600, json!(null)),
        (r#"{"jsonrpc":"1.0","id":5,"method":"shutdown"}"#.into(), -32600, json!(5)),
        (r#"{"id":5,"method":"shutdown"}"#.into(), -32600, json!(5)),
        (r#"{"jsonrpc":"2.0","id":"a","method":7}"#.into(), -32600, json!("a")),
        (r#"{"jsonrpc":"2.0","id":1.5,"method":"shutdown"}"#.into(), -32600, json!(null)),
        (r#"{"jsonrpc":"2.0","id":[5],"method":"shutdown"}"#.into(), -32600, json!(null)),
        (r#"{"jsonrpc":"2.0","id":true,"method":"shutdown"}"#.into(), -32600, json!(null)),
    ];
    for (body, code, id) in cases {
        let answer = answer_to(&mut client, body.as_bytes());
        let start: String = body.chars().take(80).collect();
        assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(code), &id), "{start}: {answer}");
    }
    for body in
        [&b"{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"\xff\"}"[..], b"\xff\xfe{\x00}\x00", b"\x00\x00"]
    {
        assert_eq!(answer_to(&mut client, body)["error"]["code"], -32700, "{body:?}");
    }
    assert!(answer_to(&mut client, hover.as_bytes()).get("result").is_some());
    lives(&mut client);
    client.finish();
}

#[test]
fn headers_may_come_in_any_form_and_byte_by_byte() {
    let mut client = client();
    let body = r#"{"jsonrpc":"2.0","id":"x","method":"portolan/nothing"}"#;
    let length = body.len();
    for header in [
        format!("Content-Length: {length}\r\n\r\n"),
        format!("content-length:{length}\r\n\r\n"),
        format!("CONTENT-LENGTH:\t {length} \r\n\r\n"),
        format!("Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: {length}\r\n\r\n"),
        format!("Content-Length: {length}\r\nContent-Type: text/html; charset=latin1\r\nX: y\r\n\r\n"),
        format!("Content-Length: {length}\n\n"),
        // Of two lengths the later one counts.
        format!("Content-Length: 1\r\nContent-Length: {length}\r\n\r\n"),
    ] {
        let frame = header.clone() + body;
        for byte in frame.as_bytes() {
            client.raw(&[*byte]);
        }
        let answer = client.wait("an answer", |it| it["id"] == "x");
        assert_eq!(answer["error"]["code"], -32601, "{header:?}: {answer}");
    }
    lives(&mut client);
    client.finish();
}

#[test]
fn wrong_lengths_cost_the_message_and_not_the_conversation() {
    let mut client = client();
    let body = r#"{"jsonrpc":"2.0","id":"x","method":"portolan/nothing"}"#;
    for length in ["-1", "1000000000000000", "18446744073709551616", "", "x", "0x10", "1.5", "+ 5"] {
        let answer = answer(&mut client, format!("Content-Length: {length}\r\n\r\n{body}\r\n").as_bytes());
        assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(-32700), &Value::Null), "{length}");
        lives(&mut client);
    }
    // Too short: the rest is taken for a header, up to the next one.
    let answer_short = answer(&mut client, format!("Content-Length: 10\r\n\r\n{body}\r\n").as_bytes());
    assert_eq!(answer_short["error"]["code"], -32700);
    lives(&mut client);
    let answer_none = answer(&mut client, format!("X: y\r\n\r\n{body}\r\n").as_bytes());
    assert_eq!(answer_none["error"]["code"], -32700);
    lives(&mut client);
    let long_line = format!("X: {}\r\nContent-Length: {}\r\n\r\n{body}", "y".repeat(1 << 20), body.len());
    assert_eq!(answer(&mut client, long_line.as_bytes())["error"]["code"], -32601);
    // Too long: the input ends inside the body.
    client.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len() + 1).as_bytes());
    client.hang_up();
    assert_eq!(client.ended().code(), Some(1));
}

#[test]
fn a_document_above_the_limit_is_refused_and_the_next_one_taken() {
    let mut client = client();
    let large = "file:///stack/large/Dockerfile";
    let text = r"# Content-Length: 5\n".repeat((64 << 20) / 20 + 1);
    let document = format!(r#"{{"uri":"{large}","languageId":"dockerfile","version":1,"text":"{text}"}}"#);
    let body = format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{{"textDocument":{document}}}}}"#
    );
    let answer = answer_to(&mut client, body.as_bytes());
    assert_eq!(answer["error"]["code"], -32700);
    assert!(answer["error"]["message"].as_str().unwrap().contains("the most is 67108864"), "{answer}");
    assert_eq!(client.hover(large, 0, 0), Value::Null, "it is not open");
    lives(&mut client);
    client.finish();
}

#[test]
fn a_name_of_any_kind_comes_back_as_it_is() {
    let mut client = client();
    for id in [json!("a"), json!(""), json!(-5), json!(0), json!(i64::MAX), json!("💣"), json!(null)] {
        client.send(&json!({"jsonrpc": "2.0", "id": id, "method": "portolan/nothing"}));
        let answer = client.wait("an answer", |it| it["error"]["code"] == -32601);
        assert_eq!(answer["id"], id);
    }
    client.finish();
}

#[test]
fn a_name_that_is_taken_is_refused_until_it_is_free() {
    let mut client = Client::initialized(&["utf-16"]);
    let uri = "file:///stack/compose.yaml";
    let service = |index: usize| format!("  s{index}:\n    image: a\n    ports: ['{}:80']\n", 20000 + index);
    client.open(uri, "yaml", &("services:\n".to_owned() + &(0..4000).map(service).collect::<String>()));
    let params = json!({"textDocument": {"uri": uri}, "position": {"line": 3, "character": 14}});
    let hover = json!({"jsonrpc": "2.0", "id": "x", "method": "textDocument/hover", "params": params});
    client.send(&hover);
    client.send(&hover);
    let answers = [0, 1].map(|_| client.wait("an answer", |it| it["id"] == "x"));
    assert_eq!(answers.iter().filter(|it| it["error"]["code"] == -32600).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|it| it["result"].is_object()).count(), 1, "{answers:?}");
    client.send(&hover);
    assert!(client.wait("an answer", |it| it["id"] == "x")["result"].is_object());
    client.finish();
}

#[test]
fn before_the_handshake_and_after_the_shutdown_requests_are_refused_and_notifications_dropped() {
    let mut client = Client::start();
    let document = json!({"uri": URI, "languageId": "dockerfile", "version": 1, "text": "EXPOSE 585"});
    for method in NOTIFICATIONS {
        client.notify(method, json!({"textDocument": document}));
    }
    for method in REQUESTS.into_iter().filter(|it| *it != "initialize").chain(["shutdown"]) {
        let code = client.request(method, json!({})).unwrap_err()["code"].clone();
        assert!(code == -32002 || code == -32601, "{method}: {code}");
    }
    client.initialize(&json!({}));
    assert_eq!(client.hover(URI, 0, 8), Value::Null, "what came too early does not count");
    let again = client.request("initialize", json!({"capabilities": {}}));
    assert_eq!(again.unwrap_err()["code"], -32600);
    client.request("shutdown", Value::Null).unwrap();
    for method in REQUESTS.into_iter().chain(["shutdown"]) {
        let code = client.request(method, json!({})).unwrap_err()["code"].clone();
        assert!(code == -32600 || code == -32601, "{method}: {code}");
    }
    for method in NOTIFICATIONS {
        client.notify(method, json!({"textDocument": document}));
    }
    client.notify("exit", Value::Null);
    assert_eq!(client.ended().code(), Some(0));
}

#[test]
fn wrong_parameters_of_requests_are_told_and_those_of_notifications_passed_over() {
    let mut client = client();
    for method in REQUESTS {
        let mut codes = BTreeSet::new();
        for params in wrong().into_iter().chain([Value::Null]) {
            match client.request(method, params.clone()) {
                Ok(result) => assert!(!method.starts_with("initialize"), "{method} {params}: {result}"),
                Err(error) => drop(codes.insert(error["code"].as_i64().unwrap())),
            }
        }
        let expected = if method == "initialize" { -32600 } else { -32602 };
        assert_eq!(codes, BTreeSet::from([expected]), "{method}");
        // Without a name it is no request, and nobody waits for an answer.
        client.send(&json!({"jsonrpc": "2.0", "method": method, "params": {}}));
    }
    for method in NOTIFICATIONS.into_iter().chain(["$/unknown", "portolan/unknown", "", "exit/", "\u{0}"]) {
        for params in wrong() {
            client.notify(method, params);
        }
        client.send(&json!({"jsonrpc": "2.0", "method": method}));
    }
    // With a name a notification is a request of something that answers nobody.
    for method in NOTIFICATIONS {
        let answer = client.request(method, json!({"token": 1})).unwrap_err();
        assert!(answer["code"] == -32600 || answer["code"] == -32602, "{method}: {answer}");
    }
    lives(&mut client);
    client.finish();
}

#[test]
fn answers_that_nobody_asked_for_are_dropped() {
    let mut client = client();
    for id in [json!(0), json!(99), json!("x"), json!(null)] {
        client.send(&json!({"jsonrpc": "2.0", "id": id, "result": {"a": [1]}}));
        client.send(&json!({"jsonrpc": "2.0", "id": id, "error": {"code": 1, "message": "no"}}));
    }
    lives(&mut client);
    client.finish();
}

#[test]
fn documents_that_are_opened_twice_closed_twice_or_never_opened() {
    let mut client = client();
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 80 994\n");
    let again = client.wait("the second look", |it| {
        it["params"]["diagnostics"].as_array().is_some_and(|it| found(it) == ["1:10-13 reserved-port"])
    });
    assert_eq!(again["params"]["version"], 1);
    // A version that goes backwards is the client's count, which it must know.
    for version in [7, 3, -5, 0, i32::MIN, i32::MAX] {
        client.change(URI, version, &[([1, 10, 1, 13], "585")]);
        assert_eq!(found(&client.diagnostics(URI, Some(version))), ["1:10-13 deregistered-port"]);
    }
    client.close(URI);
    client.close(URI);
    client.change(URI, 9, &[([0, 0, 0, 0], "EXPOSE 585\n")]);
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": URI}}));
    client.close("file:///never/opened");
    assert_eq!(client.hover(URI, 1, 8), Value::Null);
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 585\n");
    lives(&mut client);
    client.finish();
}

#[test]
fn ranges_the_wrong_way_round_and_behind_everything() {
    let mut client = client();
    let end = u64::from(u32::MAX);
    client.change(URI, 2, &[([1, 10, 1, 7], "994")]);
    assert_eq!(found(&client.diagnostics(URI, Some(2))), ["1:7-10 reserved-port"]);
    client.change(URI, 3, &[([end, end, end, end], "EXPOSE 585"), ([end, 0, 0, 0], "FROM a\nEXPOSE 585\n")]);
    assert_eq!(found(&client.diagnostics(URI, Some(3))), ["1:7-10 deregistered-port"]);
    for range in [[0, 0, end, end], [end, end, 0, 0], [end, end, end, end], [1, 9, 1, 7]] {
        let _ = client.code_actions(URI, range, None);
        let [line, character, end_line, end_character] = range;
        let range = json!({
            "start": {"line": line, "character": character},
            "end": {"line": end_line, "character": end_character},
        });
        client
            .request("textDocument/inlayHint", json!({"textDocument": {"uri": URI}, "range": range}))
            .unwrap();
    }
    for method in ["completion", "definition", "documentHighlight", "prepareRename"] {
        let position = json!({"line": end, "character": end});
        let params = json!({"textDocument": {"uri": URI}, "position": position});
        client.request(&format!("textDocument/{method}"), params).unwrap();
    }
    lives(&mut client);
    client.finish();
}

#[test]
fn addresses_of_every_kind_are_documents_like_others() {
    let mut client = client();
    let long = format!("file:///{}/Dockerfile", "a/".repeat(1 << 19));
    for uri in [
        "untitled:Dockerfile",
        "vscode-notebook-cell:/a/Dockerfile#x",
        "http://example.org/Dockerfile?x=1#y",
        "git:/a/Dockerfile?%7B%22ref%22%3A%22~%22%7D",
        "file://host/share/Dockerfile",
        "file:///a/b/../../../../../Dockerfile",
        "file:///a/%2e%2e/%2E%2E/Dockerfile",
        "file:///a%2Fb/%00/Dockerfile",
        "file:///%FF%FE/Dockerfile",
        "file:///%F0%9F%92%A3/Dockerfile",
        "FILE:///upper/Dockerfile",
        "file:/one/slash/Dockerfile",
        "file:relative/Dockerfile",
        "file:///c%3A/windows/Dockerfile",
        "file:///dev/stdin/Dockerfile",
        "file:///proc/self/root/Dockerfile",
        &long,
    ] {
        let name = &uri[..uri.len().min(60)];
        client.open(uri, "dockerfile", "FROM alpine\nEXPOSE 585\n");
        assert_eq!(found(&client.diagnostics(uri, Some(1))), ["1:7-10 deregistered-port"], "{name}");
        let document = json!({"textDocument": {"uri": uri}});
        client.notify("textDocument/didSave", document.clone());
        client.request("textDocument/documentLink", document.clone()).unwrap();
        client.request("textDocument/diagnostic", document).unwrap();
        assert_eq!(client.hover(uri, 1, 8)["range"]["start"]["character"], 7, "{name}");
        client.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri, "type": 3}]}));
        client.close(uri);
    }
    lives(&mut client);
    client.finish();
}
