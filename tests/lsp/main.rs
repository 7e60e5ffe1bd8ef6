//! The server as an editor sees it: the real binary, spoken to over standard input and output.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod chart;
mod client;
mod clients;
mod code_action;
mod completion;
mod configuration;
mod faults;
mod inlay_hint;
mod lifetime;
mod links;
mod navigation;
mod project;
mod protocol;
mod pull;
mod soak;
mod symbols;
#[cfg(unix)]
mod trust;
mod workspace;

use client::Client;
use portolan::text::{Encoding, Position, Range, Text};
use serde_json::{Value, json};

const URI: &str = "file:///stack/Dockerfile";

/// What is found, as `line:start-end code`.
fn found(diagnostics: &[Value]) -> Vec<String> {
    let describe = |diagnostic: &Value| {
        let (start, end) = (&diagnostic["range"]["start"], &diagnostic["range"]["end"]);
        let code = diagnostic["code"].as_str().unwrap();
        format!("{}:{}-{} {code}", start["line"], start["character"], end["character"])
    };
    diagnostics.iter().map(describe).collect()
}

#[test]
fn a_finding_carries_all_that_an_editor_can_show() {
    let mut client = Client::initialized(&["utf-8"]);
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 80 585\n");
    let diagnostics = client.diagnostics(URI, Some(1));
    let [diagnostic] = &diagnostics[..] else { panic!("{diagnostics:#?}") };
    assert_eq!(
        diagnostic["range"],
        json!({"start": {"line": 1, "character": 10}, "end": {"line": 1, "character": 13}})
    );
    assert_eq!(diagnostic["code"], "deregistered-port");
    assert_eq!(diagnostic["source"], "portolan");
    assert_eq!(diagnostic["severity"], 2);
    assert_eq!(diagnostic["tags"], json!([2]), "struck through");
    let href = diagnostic["codeDescription"]["href"].as_str().unwrap();
    assert!(href.ends_with("/src/rules/deregistered_port.md"), "{href}");
    assert!(diagnostic["message"].as_str().unwrap().contains("993"));
    client.finish();
}

#[test]
fn hover_covers_the_number_and_nothing_else() {
    let mut client = Client::initialized(&["utf-16"]);
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 5432/tcp\n");
    let hover = client.hover(URI, 1, 8);
    assert_eq!(
        hover["range"],
        json!({"start": {"line": 1, "character": 7}, "end": {"line": 1, "character": 11}})
    );
    assert_eq!(hover["contents"]["kind"], "markdown");
    assert!(hover["contents"]["value"].as_str().unwrap().contains("PostgreSQL"));
    assert_eq!(client.hover(URI, 0, 3), Value::Null, "no port there");
    assert_eq!(client.hover("file:///stack/unknown", 0, 0), Value::Null, "not open");
    client.finish();
}

#[test]
fn a_client_without_markdown_gets_plain_text() {
    let mut client = Client::start();
    client.initialize(&json!({"textDocument": {"hover": {"contentFormat": ["plaintext"]}}}));
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 5432\n");
    let hover = client.hover(URI, 1, 8);
    assert_eq!(hover["contents"]["kind"], "plaintext");
    let value = hover["contents"]["value"].as_str().unwrap();
    assert!(!value.contains("**") && !value.contains('|') && !value.contains('`'), "{value}");
    client.finish();
}

#[test]
fn the_encoding_is_utf_8_where_offered_then_what_the_client_likes_then_utf_16() {
    let offers: [(&[&str], &str); 5] = [
        (&["utf-16", "utf-8"], "utf-8"),
        (&["utf-16"], "utf-16"),
        (&["utf-32", "utf-16"], "utf-32"),
        (&["utf-7"], "utf-16"),
        (&[], "utf-16"),
    ];
    for (offered, chosen) in offers {
        let mut client = Client::start();
        let capabilities = client.initialize(&json!({"general": {"positionEncodings": offered}}));
        assert_eq!(capabilities["positionEncoding"], chosen, "{offered:?}");
        client.finish();
    }
}

#[test]
fn positions_behind_a_wide_character_are_right_in_every_encoding() {
    for (encoding, width) in [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)] {
        let mut client = Client::initialized(&[encoding]);
        let uri = "file:///stack/nginx.conf";
        client.open(uri, "nginx", "server {\n  set $a \"💣\"; listen 994;\n}\n");
        let start = 2 + "set $a \"".len() + width + "\"; listen ".len();
        assert_eq!(
            found(&client.diagnostics(uri, Some(1))),
            [format!("1:{start}-{} reserved-port", start + 3)],
            "{encoding}"
        );
        let hover = client.hover(uri, 1, start as u64 + 1);
        assert_eq!(hover["range"]["start"]["character"], start);
        // 994 becomes 443: the edit lands behind the bomb.
        client.change(uri, 2, &[([1, start as u64, 1, start as u64 + 3], "443")]);
        assert_eq!(found(&client.diagnostics(uri, Some(2))), [""; 0], "{encoding}");
        client.finish();
    }
}

#[test]
fn lines_end_at_crlf_and_lone_cr_too() {
    for end in ["\n", "\r\n", "\r"] {
        let mut client = Client::initialized(&["utf-16"]);
        client.open(URI, "dockerfile", &format!("FROM alpine{end}EXPOSE 80{end}EXPOSE 585{end}"));
        assert_eq!(found(&client.diagnostics(URI, Some(1))), ["2:7-10 deregistered-port"], "{end:?}");
        client.change(URI, 2, &[([2, 7, 2, 10], "993"), ([1, 7, 1, 9], "994")]);
        assert_eq!(found(&client.diagnostics(URI, Some(2))), ["1:7-10 reserved-port"], "{end:?}");
        client.finish();
    }
}

#[test]
fn positions_outside_the_text_are_clamped() {
    let mut client = Client::initialized(&["utf-16"]);
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 80");
    client.change(URI, 2, &[([1, 9, 1, 4_000_000_000], "80"), ([99, 7, 4_000_000_000, 0], "\nEXPOSE 585")]);
    assert_eq!(found(&client.diagnostics(URI, Some(2))), ["2:7-10 deregistered-port"]);
    assert_eq!(client.hover(URI, 4_000_000_000, 4_000_000_000)["range"]["start"]["line"], 2);
    assert_eq!(client.hover(URI, 0, 4_000_000_000), Value::Null);
    client.finish();
}

#[test]
fn two_hundred_rapid_edits_leave_what_opening_the_last_text_leaves() {
    let mut client = Client::initialized(&["utf-16"]);
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE \n");
    let typed = "585 80 994 7 ".repeat(15);
    let typed = &typed[..195];
    for (index, char) in typed.char_indices() {
        let at = 7 + index as u64;
        client.change(URI, 2 + index as i32, &[([1, at, 1, at], &char.to_string())]);
    }
    for version in 197..=200 {
        client.change(URI, version, &[([1, 7, 1, 8], "")]);
    }
    let edited = found(&client.diagnostics(URI, Some(200)));
    let fresh = "file:///stack/fresh/Dockerfile";
    client.open(fresh, "dockerfile", &format!("FROM alpine\nEXPOSE {}\n", &typed[4..]));
    assert_eq!(edited, found(&client.diagnostics(fresh, Some(1))));
    let by_registry =
        edited.iter().filter(|it| it.contains("reserved-port") || it.contains("deregistered-port"));
    assert_eq!(by_registry.count(), 29, "14 of 585 and 15 of 994");
    client.finish();
}

/// Edits at random places, many of them outside the text, each applied by the server and by hand; then the document must
/// look like one that is opened with the text that came out.
#[test]
fn any_edits_leave_what_opening_the_last_text_leaves() {
    const PIECES: [&str; 10] = [
        "\nEXPOSE 585 \"💣\" 994\n",
        "\nEXPOSE \"é💣\" 994 ",
        "585",
        " 994",
        "\r\n",
        "\r",
        "💣",
        "é",
        "585/udp ",
        "#",
    ];
    for (encoding, name) in
        [(Encoding::Utf8, "utf-8"), (Encoding::Utf16, "utf-16"), (Encoding::Utf32, "utf-32")]
    {
        let mut client = Client::initialized(&[name]);
        let start = "FROM alpine\nEXPOSE 80\nEXPOSE 585\n";
        let mut model = Text::new(start);
        client.open(URI, "dockerfile", start);
        let mut seed: u32 = 20_261_123;
        let mut random = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            u64::from((seed >> 8) % below)
        };
        for version in 2..=400 {
            let (line, character) = (random(40), random(24));
            let end = [line + random(4) / 3, character + random(3)];
            let text = PIECES[usize::try_from(random(10)).unwrap()];
            client.change(URI, version, &[([line, character, end[0], end[1]], text)]);
            let at = |line: u64, character: u64| Position {
                line: usize::try_from(line).unwrap(),
                character: usize::try_from(character).unwrap(),
            };
            model.replace(Range { start: at(line, character), end: at(end[0], end[1]) }, text, encoding);
        }
        let edited = client.diagnostics(URI, Some(400));
        assert!(edited.len() > 20, "{name}: there is something to compare");
        let fresh = "file:///stack/fresh/Dockerfile";
        client.open(fresh, "dockerfile", &model.to_string());
        assert_eq!(
            found(&edited),
            found(&client.diagnostics(fresh, Some(1))),
            "{name}: {:?}",
            model.to_string()
        );
        for line in 0..40 {
            assert_eq!(client.hover(URI, line, 9), client.hover(fresh, line, 9), "{name}, line {line}");
        }
        client.finish();
    }
}

#[test]
fn two_thousand_queued_edits_with_requests_between_block_nothing() {
    let mut client = Client::initialized(&["utf-16"]);
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 585\n");
    for version in 2..=2001 {
        client.change(URI, version, &[([1, 7, 1, 7], " ")]);
        if version % 10 == 0 {
            let at = json!({"line": 1, "character": 7});
            let params = json!({"textDocument": {"uri": URI}, "position": at});
            let id = format!("hover {version}");
            client
                .send(&json!({"jsonrpc": "2.0", "id": id, "method": "textDocument/hover", "params": params}));
        }
    }
    assert_eq!(found(&client.diagnostics(URI, Some(2001))), ["1:2007-2010 deregistered-port"]);
    for version in (10..=2001).step_by(10) {
        client.wait("hover", |message| message["id"] == format!("hover {version}"));
    }
    client.finish();
}

#[test]
fn a_whole_new_text_replaces_the_old_one() {
    let mut client = Client::initialized(&["utf-16"]);
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 585\n");
    let document = json!({"uri": URI, "version": 2});
    let changes = json!([{"text": "FROM alpine\n\nEXPOSE 994\n"}]);
    client.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
    assert_eq!(found(&client.diagnostics(URI, Some(2))), ["2:7-10 reserved-port"]);
    client.finish();
}

#[test]
fn the_name_says_the_language_before_the_editor_does() {
    let mut client = Client::initialized(&["utf-16"]);
    let compose = "services:\n  a:\n    ports: [\"585:80\"]\n";
    for (uri, id, text, count) in [
        ("file:///s/compose.yaml", "yaml", compose, 1),
        ("file:///s/docker-compose.override.yml", "dockercompose", compose, 1),
        ("file:///s/nginx/conf.d/mail.conf", "properties", "server { listen 994; }", 1),
        ("untitled:Untitled-1", "dockerfile", "FROM a\nEXPOSE 585", 1),
        ("untitled:Untitled-2", "plaintext", "EXPOSE 585", 0),
        ("file:///s/values.yaml", "yaml", "port: 585\n", 0),
    ] {
        client.open(uri, id, text);
        assert_eq!(client.diagnostics(uri, Some(1)).len(), count, "{uri}");
    }
    client.finish();
}

#[test]
fn closing_a_document_clears_its_diagnostics() {
    let mut client = Client::initialized(&["utf-16"]);
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 585\n");
    assert_eq!(client.diagnostics(URI, Some(1)).len(), 1);
    client.close(URI);
    assert_eq!(client.diagnostics(URI, None).len(), 0);
    assert_eq!(client.hover(URI, 1, 8), Value::Null);
    client.change(URI, 3, &[([0, 0, 0, 0], "x")]);
    let log = client.finish();
    assert!(log.contains("not open"), "{log}");
}

#[test]
fn what_the_server_does_not_know_is_answered_in_the_protocols_words() {
    let mut client = Client::start();
    let hover = json!({"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}});
    assert_eq!(client.request("textDocument/hover", hover.clone()).unwrap_err()["code"], -32002);
    client.initialize(&json!({}));
    assert_eq!(client.request("portolan/nothing", json!({})).unwrap_err()["code"], -32601);
    assert_eq!(client.request("textDocument/hover", json!({"position": "x"})).unwrap_err()["code"], -32602);
    assert_eq!(client.request("initialize", json!({"capabilities": {}})).unwrap_err()["code"], -32600);
    client.notify("$/unknown", json!({}));
    client.notify("portolan/unknown", json!({}));
    assert_eq!(client.request("textDocument/hover", hover), Ok(Value::Null));
    client.finish();
}

#[test]
fn broken_frames_are_answered_and_survived() {
    let mut client = Client::initialized(&["utf-16"]);
    let broken: [(&[u8], i64); 7] = [
        (b"Content-Length: 1000000000000000\r\n\r\n", -32700),
        (b"Content-Length: -1\r\n\r\n", -32700),
        (b"Content-Type: text/plain\r\n\r\n", -32700),
        (b"Content-Length: 7\r\n\r\n{\"a\": 1", -32700),
        (b"Content-Length: 2\r\n\r\n{}", -32600),
        (b"Content-Length: 2\r\n\r\n[]", -32600),
        (b"Content-Length: 4\r\n\r\nnull", -32600),
    ];
    for (bytes, code) in broken {
        client.raw(bytes);
        let answer = client.wait("an error", |message| message.get("error").is_some());
        assert_eq!(answer["error"]["code"], code, "{}", String::from_utf8_lossy(bytes));
        assert_eq!(answer["id"], Value::Null);
    }
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 585\n");
    assert_eq!(client.diagnostics(URI, Some(1)).len(), 1, "the server lives on");
    client.finish();
}

#[test]
fn empty_parameters_of_shutdown_and_exit_are_none() {
    for params in [json!({}), json!([])] {
        let mut client = Client::initialized(&["utf-8"]);
        assert_eq!(client.request("shutdown", params.clone()), Ok(Value::Null), "{params}");
        client.notify("exit", params);
        assert_eq!(client.ended().code(), Some(0));
    }
}

#[test]
fn exit_ends_the_process_with_0_after_shutdown_and_1_without() {
    let mut client = Client::initialized(&["utf-16"]);
    client.notify("exit", Value::Null);
    assert_eq!(client.ended().code(), Some(1), "without shutdown");

    let mut client = Client::initialized(&["utf-16"]);
    client.request("shutdown", Value::Null).unwrap();
    assert_eq!(
        client.request("textDocument/hover", json!({})).unwrap_err()["code"],
        -32600,
        "after shutdown"
    );
    client.notify("exit", Value::Null);
    assert_eq!(client.ended().code(), Some(0), "after shutdown, with the input still open");

    let mut client = Client::start();
    client.notify("exit", Value::Null);
    assert_eq!(client.ended().code(), Some(1), "before the first word");
}

#[test]
fn a_client_that_dies_leaves_no_server_behind() {
    let mut client = Client::initialized(&["utf-16"]);
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 585\n");
    client.hang_up();
    assert_eq!(client.ended().code(), Some(1));

    let mut client = Client::start();
    client.raw(b"Content-Length: 100\r\n\r\n{");
    client.hang_up();
    assert_eq!(client.ended().code(), Some(1));
}

#[test]
fn no_mode_at_all_serves_whoever_speaks_through_a_pipe() {
    let mut client = Client::start_with(&[]);
    client.initialize(&json!({}));
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 585\n");
    assert_eq!(client.diagnostics(URI, Some(1)).len(), 1);
    client.finish();
}

#[test]
fn what_other_servers_say_better_is_a_hint() {
    let mut client = Client::initialized(&["utf-16"]);
    let uri = "file:///stack/nginx.conf";
    client.open(uri, "nginx", "http {\n  server { listen 80; }\n");
    let diagnostics = client.diagnostics(uri, Some(1));
    assert_eq!(found(&diagnostics), ["0:0-4 syntax-error"]);
    assert_eq!(diagnostics[0]["severity"], 4);
    client.finish();
}

#[test]
fn a_large_document_is_answered_like_a_small_one() {
    let mut client = Client::initialized(&["utf-16"]);
    let uri = "file:///stack/compose.yaml";
    let service = |index: usize| format!("  s{index}:\n    image: a\n    ports: ['{}:80']\n", 20000 + index);
    let text = "services:\n".to_owned() + &(0..4000).map(service).collect::<String>();
    client.open(uri, "yaml", &format!("{text}  last:\n    ports: ['585:143']\n"));
    assert_eq!(found(&client.diagnostics(uri, Some(1))), ["12002:13-16 deregistered-port"]);
    client.change(uri, 2, &[([12002, 13, 12002, 16], "993")]);
    assert_eq!(found(&client.diagnostics(uri, Some(2))), [""; 0]);
    client.finish();
}

#[test]
fn a_request_that_is_cancelled_is_answered_and_the_rest_goes_on() {
    let mut client = Client::initialized(&["utf-16"]);
    let uri = "file:///stack/compose.yaml";
    let service = |index: usize| format!("  s{index}:\n    image: a\n    ports: ['{}:80']\n", 20000 + index);
    let text = "services:\n".to_owned() + &(0..8000).map(service).collect::<String>();
    client.open(uri, "yaml", &text);
    // Reading it takes longer than the word that nobody wants to know any more.
    let params = json!({"textDocument": {"uri": uri}, "position": {"line": 3, "character": 14}});
    client.send(&json!({"jsonrpc": "2.0", "id": "late", "method": "textDocument/hover", "params": params}));
    client.notify("$/cancelRequest", json!({"id": "late"}));
    let answer = client.wait("an answer", |it| it["id"] == "late");
    assert_eq!(answer["error"]["code"], -32800, "{answer}");
    // It is read all the same, for whoever asks next.
    assert!(client.hover(uri, 3, 14)["contents"]["value"].as_str().unwrap().contains("20000"));
    // What nobody asked for, and what is answered already, cannot be cancelled.
    for id in [json!("late"), json!(7), json!(null)] {
        client.notify("$/cancelRequest", json!({"id": id}));
    }
    client.finish();
}

#[test]
fn a_large_document_holds_nothing_else_up() {
    let mut client = Client::initialized(&["utf-16"]);
    let large = "file:///stack/compose.yaml";
    let service = |index: usize| format!("  s{index}:\n    image: a\n    ports: ['{}:80']\n", 20000 + index);
    client.open(large, "yaml", &("services:\n".to_owned() + &(0..8000).map(service).collect::<String>()));
    let params = json!({"textDocument": {"uri": large}, "position": {"line": 3, "character": 14}});
    client.send(&json!({"jsonrpc": "2.0", "id": "large", "method": "textDocument/hover", "params": params}));
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 585\n");
    let params = json!({"textDocument": {"uri": URI}, "position": {"line": 1, "character": 8}});
    client.send(&json!({"jsonrpc": "2.0", "id": "small", "method": "textDocument/hover", "params": params}));
    let first = client.wait("an answer", |it| it["id"] == "large" || it["id"] == "small");
    assert_eq!(first["id"], "small", "it is answered while the large one is read");
    client.wait("the other", |it| it["id"] == "large");
    client.finish();
}
