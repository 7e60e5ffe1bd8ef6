//! Document links: the files and pages that a document leads to.

use serde_json::{Value, json};

use crate::client::Client;

/// A client that shows tooltips, or does not say so.
fn client(links: Value, encoding: &str) -> Client {
    let mut client = Client::start();
    let capabilities = client.initialize(&json!({
        "general": {"positionEncodings": [encoding]},
        "textDocument": {"documentLink": links},
    }));
    assert_eq!(capabilities["documentLinkProvider"], json!({"resolveProvider": false}));
    client
}

fn links(client: &mut Client, uri: &str) -> Value {
    client.request("textDocument/documentLink", json!({"textDocument": {"uri": uri}})).unwrap()
}

/// The links as `line:start-end target`.
fn shown(links: &Value) -> Vec<String> {
    let show = |link: &Value| {
        let (start, end) = (&link["range"]["start"], &link["range"]["end"]);
        let target = link["target"].as_str().unwrap();
        format!("{}:{}-{} {target}", start["line"], start["character"], end["character"])
    };
    links.as_array().unwrap().iter().map(show).collect()
}

const COMPOSE: &str = "include: [../base.yaml]\r\nservices:\r\n  web: # 💣 RFC 7194\r\n    build: './a b'\r\n    env_file: \"💣.env\"\r\n    ports: ['585:80']\r\n  x: {build: https://a/b.git, env_file: $C}\r\n";

#[test]
fn files_are_found_from_the_document_in_its_own_words() {
    for (encoding, width) in [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)] {
        let mut client = client(json!({"tooltipSupport": true}), encoding);
        let uri = "file:///c%3A/my%20stack/compose.yaml";
        client.open(uri, "yaml", COMPOSE);
        let found = links(&mut client, uri);
        let rfc = 10 + width;
        let expected = [
            "0:10-22 file:///c%3A/base.yaml".to_owned(),
            format!("2:{rfc}-{} https://www.rfc-editor.org/rfc/rfc7194", rfc + 8),
            "3:12-17 file:///c%3A/my%20stack/a%20b/Dockerfile".to_owned(),
            format!("4:15-{} file:///c%3A/my%20stack/%F0%9F%92%A3.env", 19 + width),
            "5:13-16 https://www.iana.org/assignments/service-names-port-numbers/service-names-port-numbers.xhtml?search=585".to_owned(),
        ];
        assert_eq!(shown(&found), expected, "{encoding}");
        let tooltips: Vec<_> =
            found.as_array().unwrap().iter().map(|it| it["tooltip"].as_str().unwrap()).collect();
        assert_eq!(
            tooltips,
            [
                "compose file: ../base.yaml",
                "RFC 7194",
                "Dockerfile: ./a b/Dockerfile",
                "variables: 💣.env",
                "585/tcp: deregistered at IANA"
            ]
        );
        client.finish();
    }
}

#[test]
fn a_document_that_is_no_file_leads_to_pages_alone() {
    let mut client = Client::start();
    client.initialize(&json!({}));
    let uri = "untitled:compose.yaml";
    client.open(uri, "yaml", COMPOSE);
    let found = links(&mut client, uri);
    let targets: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["target"].as_str().unwrap().split('/').nth(2).unwrap())
        .collect();
    assert_eq!(targets, ["www.rfc-editor.org", "www.iana.org"]);
    assert!(
        found.as_array().unwrap().iter().all(|link| link.get("tooltip").is_none()),
        "nobody asked for them"
    );
    client.close(uri);
    assert_eq!(links(&mut client, uri), Value::Null);
    client.open("untitled:b", "plaintext", "# RFC 1");
    assert_eq!(links(&mut client, "untitled:b"), json!([]), "nothing that we read");
    client.finish();
}

#[test]
fn nginx_includes_from_the_folder_of_its_main_file() {
    let mut client = client(json!({}), "utf-16");
    let text =
        "include conf.d/*.conf;\ninclude snippets/ssl.conf;\ninclude /etc/nginx/a;\nlisten 80;\ninclude ";
    for (uri, expected) in [
        ("file:///s/nginx/nginx.conf", vec!["1:8-25 file:///s/nginx/snippets/ssl.conf"]),
        ("file:///s/nginx/conf.d/site.conf", vec!["1:8-25 file:///s/nginx/snippets/ssl.conf"]),
        ("file:///s/nginx/site.conf", vec![]),
    ] {
        client.open(uri, "nginx", text);
        assert_eq!(shown(&links(&mut client, uri)), expected, "{uri}");
    }
    client.finish();
}
