//! Real editors: each is spoken to as it says it can be, and lacks nothing of that.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::client::Client;
use super::workspace::{address, write};

/// What an editor is to get. Each row is read off the editor's own words in `tests/lsp/clients`.
struct Row {
    /// The name of its file.
    client: &'static str,
    encoding: &'static str,
    /// It asks for diagnostics, and can be asked to ask again.
    pulls: bool,
    refreshes: bool,
    /// What a diagnostic carries: its version, other places, a page, tags.
    diagnostic: [bool; 4],
    /// The markup of a hover.
    hover: &'static str,
    /// What an item carries: a snippet, details of its label, two ranges.
    completion: [bool; 3],
    /// What an action carries: whether it is preferred, an edit of a version, its edit only later.
    action: [bool; 3],
    /// Symbols in each other.
    nests_symbols: bool,
    /// A definition that says what it leads from, and a rename that is prepared.
    navigation: [bool; 2],
    /// Hints and links: a tooltip that comes later, a tooltip.
    tooltips: [bool; 2],
    /// What it is asked for: to watch files, to watch settings, its settings, to show progress.
    asked: [bool; 4],
}

const ROWS: [Row; 7] = [
    Row {
        client: "vscode",
        encoding: "utf-16",
        pulls: true,
        refreshes: true,
        diagnostic: [false, true, true, true],
        hover: "markdown",
        completion: [true, true, true],
        action: [true, true, true],
        nests_symbols: true,
        navigation: [true, true],
        tooltips: [true, true],
        asked: [true, true, true, true],
    },
    Row {
        client: "neovim-0.12",
        encoding: "utf-8",
        pulls: true,
        refreshes: true,
        diagnostic: [false, true, false, true],
        hover: "markdown",
        completion: [true, true, true],
        action: [true, false, true],
        nests_symbols: true,
        navigation: [true, true],
        tooltips: [true, false],
        asked: [false, false, true, true],
    },
    Row {
        client: "neovim-0.7",
        encoding: "utf-16",
        pulls: false,
        refreshes: false,
        diagnostic: [false, true, false, true],
        hover: "markdown",
        completion: [false, false, false],
        action: [false, false, true],
        nests_symbols: true,
        navigation: [true, true],
        tooltips: [false, false],
        asked: [false, false, false, true],
    },
    Row {
        client: "helix",
        encoding: "utf-8",
        pulls: true,
        refreshes: false,
        diagnostic: [true, false, false, true],
        hover: "markdown",
        completion: [true, false, true],
        action: [true, true, true],
        nests_symbols: false,
        navigation: [false, true],
        tooltips: [false, false],
        asked: [true, false, true, true],
    },
    Row {
        client: "eglot",
        encoding: "utf-8",
        pulls: false,
        refreshes: false,
        diagnostic: [false, false, false, true],
        hover: "markdown",
        completion: [false, false, false],
        action: [true, true, true],
        nests_symbols: true,
        navigation: [true, false],
        tooltips: [false, false],
        asked: [true, false, true, true],
    },
    Row {
        client: "lsp-mode",
        encoding: "utf-16",
        pulls: false,
        refreshes: false,
        diagnostic: [true, true, false, true],
        hover: "markdown",
        completion: [false, false, true],
        action: [true, true, true],
        nests_symbols: true,
        navigation: [true, true],
        tooltips: [false, true],
        asked: [false, false, true, true],
    },
    Row {
        client: "ale",
        encoding: "utf-16",
        pulls: false,
        refreshes: false,
        diagnostic: [false, true, false, false],
        hover: "plaintext",
        completion: [false, false, false],
        action: [false, false, false],
        nests_symbols: false,
        navigation: [false, false],
        tooltips: [false, false],
        asked: [false, false, false, false],
    },
];

const COMPOSE: &str = "services:
  web:
    build: ./web
    ports:
      - '8080:8080'
      - '8080:8081'
      - '585:5432'
      - '161:161/UDP'
      - postg
";

/// A row's client in a folder of so many files that their reading takes its time, and what the server can do for it.
fn start(row: &Row, folder: &Path) -> (Client, Value) {
    for index in 0..250 {
        write(folder, &[(&format!("{index}/Dockerfile"), "FROM alpine\n")]);
    }
    let path = format!("{}/tests/lsp/clients/{}.json", env!("CARGO_MANIFEST_DIR"), row.client);
    let mut params: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    params["workspaceFolders"] = json!([{"uri": address(folder, ""), "name": "a"}]);
    let mut client = Client::start();
    let server = client.initialize_as_it_is(params);
    (client, server)
}

/// Whether `value` has the key somewhere, however deep.
fn holds(value: &Value, key: &str) -> bool {
    match value {
        Value::Object(entries) => entries.iter().any(|(own, value)| own == key || holds(value, key)),
        Value::Array(values) => values.iter().any(|value| holds(value, key)),
        _ => false,
    }
}

#[test]
fn every_client_gets_what_it_can_take_and_nothing_else() {
    for row in &ROWS {
        let name = row.client;
        let folder = TempDir::new().unwrap();
        let (mut client, server) = start(row, folder.path());
        assert_eq!(server["positionEncoding"], row.encoding, "{name}");
        assert_eq!(server["diagnosticProvider"].is_object(), row.pulls, "{name}");

        let uri = address(folder.path(), "compose.yaml");
        client.open(&uri, "yaml", COMPOSE);
        let document = json!({"uri": uri});
        let diagnostics = if row.pulls {
            let report = client.request("textDocument/diagnostic", json!({"textDocument": document}));
            report.unwrap()["items"].clone()
        } else {
            let of_it = |it: &Value| {
                it["method"] == "textDocument/publishDiagnostics" && it["params"]["uri"] == uri.as_str()
            };
            let published = client.wait("publishDiagnostics", of_it)["params"].clone();
            assert_eq!(
                published["version"],
                if row.diagnostic[0] { json!(1) } else { Value::Null },
                "{name}"
            );
            published["diagnostics"].clone()
        };
        assert!(diagnostics.as_array().unwrap().len() >= 2, "{name}: {diagnostics:#}");
        let carried = ["relatedInformation", "codeDescription", "tags"].map(|key| holds(&diagnostics, key));
        assert_eq!(carried, row.diagnostic[1..], "{name}: {diagnostics:#}");

        let hover = client.hover(&uri, 6, 14);
        assert_eq!(hover["contents"]["kind"], row.hover, "{name}");

        let at = |line: u64, character: u64| json!({"line": line, "character": character});
        let params = json!({"textDocument": document, "position": at(8, 13)});
        let completed = client.request("textDocument/completion", params).unwrap();
        assert_eq!(
            completed["items"][0]["filterText"].as_str().map(|it| it.starts_with("postg")),
            Some(true)
        );
        let params = json!({"textDocument": document, "position": at(8, 8)});
        let all = client.request("textDocument/completion", params).unwrap();
        let offered = [
            all["items"].as_array().unwrap().iter().any(|item| item["insertTextFormat"] == 2),
            holds(&completed, "labelDetails"),
            holds(&all, "insert"),
        ];
        assert_eq!(offered, row.completion, "{name}: {all:#}");
        let has_marks = all["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["textEdit"]["newText"].as_str().is_some_and(|text| text.contains("${1")));
        assert_eq!(has_marks, row.completion[0], "{name}: {all:#}");

        let context = json!({"diagnostics": diagnostics});
        let range = json!({"start": at(7, 17), "end": at(7, 20)});
        let params = json!({"textDocument": document, "range": range, "context": context});
        let actions = client.request("textDocument/codeAction", params).unwrap();
        assert!(!actions.as_array().unwrap().is_empty(), "{name}");
        let is_late = !holds(&actions, "edit");
        assert_eq!(
            [holds(&actions, "isPreferred"), is_late],
            [row.action[0], row.action[2]],
            "{name}: {actions:#}"
        );
        let first = actions[0].clone();
        let whole = if is_late { client.request("codeAction/resolve", first).unwrap() } else { first };
        assert_eq!(holds(&whole["edit"], "documentChanges"), row.action[1], "{name}: {whole:#}");
        assert_eq!(holds(&whole["edit"], "changes"), !row.action[1], "{name}: {whole:#}");

        let symbols =
            client.request("textDocument/documentSymbol", json!({"textDocument": document})).unwrap();
        assert_eq!(holds(&symbols, "children"), row.nests_symbols, "{name}: {symbols:#}");
        assert_eq!(holds(&symbols, "location"), !row.nests_symbols, "{name}: {symbols:#}");

        // Its ports of the host lead to the container's.
        let params = json!({"textDocument": document, "position": at(4, 10)});
        let definition = client.request("textDocument/definition", params).unwrap();
        assert_eq!(holds(&definition, "originSelectionRange"), row.navigation[0], "{name}: {definition:#}");
        assert_eq!(server["renameProvider"]["prepareProvider"] == true, row.navigation[1], "{name}");

        let range = json!({"start": at(0, 0), "end": at(9, 0)});
        let params = json!({"textDocument": document, "range": range});
        let hints = client.request("textDocument/inlayHint", params).unwrap();
        assert!(!hints.as_array().unwrap().is_empty(), "{name}");
        assert_eq!(holds(&hints, "tooltip"), !row.tooltips[0], "{name}: {hints:#}");
        let links = client.request("textDocument/documentLink", json!({"textDocument": document})).unwrap();
        assert!(!links.as_array().unwrap().is_empty(), "{name}");
        assert_eq!(holds(&links, "tooltip"), row.tooltips[1], "{name}: {links:#}");

        // All that the server asks for by itself has been asked for once the workspace is read.
        write(folder.path(), &[("portolan.toml", "ignore = ['all']\n")]);
        client.notify("textDocument/didSave", json!({"textDocument": document}));
        let _ = client.request("workspace/diagnostic", json!({"previousResultIds": []}));
        let seen = client.finish_with_messages();
        let registered = |method: &str| {
            seen.iter().any(|it| {
                it["method"] == "client/registerCapability" && it["params"].to_string().contains(method)
            })
        };
        let asks = |method: &str| seen.iter().any(|it| it["method"] == method);
        let asked = [
            registered("workspace/didChangeWatchedFiles"),
            registered("workspace/didChangeConfiguration"),
            asks("workspace/configuration"),
            asks("window/workDoneProgress/create"),
        ];
        assert_eq!(asked, row.asked, "{name}: {seen:#?}");
        assert_eq!(asks("workspace/diagnostic/refresh"), row.refreshes, "{name}: {seen:#?}");
        assert!(!row.pulls || !asks("textDocument/publishDiagnostics"), "{name}: {seen:#?}");
    }
}

#[test]
fn a_client_that_can_do_nothing_is_served_plainly() {
    let mut client = Client::start();
    let server = client.initialize_as_it_is(json!({"capabilities": {}}));
    for absent in ["diagnosticProvider", "workspace"] {
        assert_eq!(server[absent], Value::Null, "{absent}");
    }
    let uri = "file:///stack/compose.yaml";
    client.open(uri, "yaml", COMPOSE);
    let published = client.wait("publishDiagnostics", |it| it["method"] == "textDocument/publishDiagnostics");
    for key in ["version", "relatedInformation", "codeDescription", "tags"] {
        assert!(!holds(&published, key), "{key}: {published:#}");
    }
    assert_eq!(client.hover(uri, 6, 14)["contents"]["kind"], "plaintext");
    client.finish();
}
