//! Code actions: what they are, and that applying one does what it says.

use portolan::text::{Encoding, Position, Range, Text};
use serde_json::{Value, json};

use crate::client::Client;
use crate::{URI, found};

/// A document that an editor holds.
struct Editor {
    client: Client,
    uri: &'static str,
    text: String,
    version: i32,
}

impl Editor {
    fn open(uri: &'static str, language: &str, text: &str) -> Self {
        let mut client = Client::initialized(&["utf-16"]);
        client.open(uri, language, text);
        Self { client, uri, text: text.to_owned(), version: 1 }
    }

    fn found(&mut self) -> Vec<String> {
        found(&self.client.diagnostics(self.uri, Some(self.version)))
    }

    fn titles(&mut self, range: [u64; 4], only: Option<&[&str]>) -> Vec<String> {
        let actions = self.client.code_actions(self.uri, range, only);
        actions.iter().map(|action| action["title"].as_str().unwrap().to_owned()).collect()
    }

    /// Takes the action of that title at a place: applies its edits, the last one first, and tells the server.
    fn take(&mut self, line: u64, character: u64, title: &str) -> Value {
        let actions = self.client.code_actions(self.uri, [line, character, line, character], None);
        let action = actions.into_iter().find(|action| action["title"] == title);
        let action = action.unwrap_or_else(|| panic!("no {title:?}"));
        let mut edits = action["edit"]["changes"][self.uri].as_array().unwrap().clone();
        edits.reverse();
        let mut text = Text::new(&self.text);
        for edit in &edits {
            let position = |name: &str| {
                let [line, character] =
                    ["line", "character"].map(|key| edit["range"][name][key].as_u64().unwrap());
                Position {
                    line: usize::try_from(line).unwrap(),
                    character: usize::try_from(character).unwrap(),
                }
            };
            let range = Range { start: position("start"), end: position("end") };
            text.replace(range, edit["newText"].as_str().unwrap(), Encoding::Utf16);
        }
        self.text = text.to_string();
        self.version += 1;
        let document = json!({"uri": self.uri, "version": self.version});
        let changes = json!([{"text": self.text}]);
        let params = json!({"textDocument": document, "contentChanges": changes});
        self.client.notify("textDocument/didChange", params);
        action
    }
}

#[test]
fn the_server_says_which_kinds_it_knows() {
    let mut client = Client::start();
    let capabilities = client.initialize(&json!({}));
    let kinds = &capabilities["codeActionProvider"]["codeActionKinds"];
    assert_eq!(*kinds, json!(["quickfix", "source.fixAll.portolan"]));
    assert_eq!(
        client.request(
            "textDocument/codeAction",
            json!({
                "textDocument": {"uri": "file:///not/open"},
                "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}},
                "context": {"diagnostics": []},
            })
        ),
        Ok(Value::Null)
    );
    client.finish();
}

#[test]
fn a_quick_fix_mends_its_finding() {
    let text = "FROM a\r\n# portolan: ignore[reserved-port, deregistered-port]\r\nEXPOSE 585\r\n";
    let mut editor = Editor::open(URI, "dockerfile", text);
    assert_eq!(editor.found(), ["1:19-32 unused-suppression"]);
    let action = editor.take(1, 20, "Stop ignoring reserved-port");
    assert_eq!(action["kind"], "quickfix");
    assert_eq!(action["isPreferred"], true);
    assert_eq!(action["diagnostics"][0]["code"], "unused-suppression");
    assert_eq!(editor.text, "FROM a\r\n# portolan: ignore[deregistered-port]\r\nEXPOSE 585\r\n");
    assert_eq!(editor.found(), [""; 0]);
    assert_eq!(editor.titles([0, 0, 0, 6], None), [""; 0], "nothing is found there");
    editor.client.finish();
}

#[test]
fn all_of_a_rule_and_all_that_is_safe() {
    let names = "deregistered-port, reserved-port";
    let text = format!(
        "server {{\n  listen 80; # 💣 # portolan: ignore[x]\n  listen 81; # portolan: ignore[{names}]\n}}\n"
    );
    for (place, title, kind, expected) in [
        (
            (2, 40),
            "Fix all `unused-suppression` in this file",
            "quickfix",
            "server {\n  listen 80; # 💣 # portolan: ignore[x]\n  listen 81;\n}\n",
        ),
        (
            (0, 0),
            "Portolan: apply all safe fixes",
            "source.fixAll.portolan",
            "server {\n  listen 80; # 💣\n  listen 81;\n}\n",
        ),
    ] {
        let mut editor = Editor::open("file:///stack/nginx.conf", "nginx", &text);
        assert_eq!(editor.found().len(), 3);
        assert_eq!(editor.take(place.0, place.1, title)["kind"], kind);
        assert_eq!(editor.text, expected);
        assert_eq!(editor.found().len(), usize::from(kind == "quickfix"));
        editor.client.finish();
    }
}

#[test]
fn only_the_kinds_that_are_asked_for() {
    let text = "server {\n  listen 47; # portolan: ignore[reserved-port]\n}\n";
    let mut editor = Editor::open("file:///stack/nginx.conf", "nginx", text);
    let everywhere = [0, 0, 9, 0];
    let quick = ["Stop ignoring reserved-port", "Ignore `deregistered-port` here"];
    let all = "Portolan: apply all safe fixes";
    assert_eq!(editor.titles(everywhere, None), [quick[0], quick[1], all]);
    assert_eq!(editor.titles(everywhere, Some(&["quickfix"])), quick);
    for kind in ["source", "source.fixAll", "source.fixAll.portolan"] {
        assert_eq!(editor.titles([0, 0, 0, 0], Some(&[kind])), [all], "{kind}");
    }
    for kind in ["source.fixAll.other", "source.fix", "refactor", "source.organizeImports"] {
        assert_eq!(editor.titles(everywhere, Some(&[kind])), [""; 0], "{kind}");
    }
    editor.client.finish();
}

#[test]
fn a_finding_is_ignored_in_the_way_of_its_file() {
    for (uri, language, text, (line, character), expected) in [
        (
            "file:///s/Dockerfile",
            "dockerfile",
            "FROM a\nEXPOSE 80 \\\n  585\n",
            (2, 3),
            "FROM a\n# portolan: ignore[deregistered-port]\nEXPOSE 80 \\\n  585\n",
        ),
        (
            "file:///s/compose.yaml",
            "yaml",
            "services:\n  a:\n    image: b\n    ports:\n      - '585:80' # 💣\n",
            (4, 10),
            "services:\n  a:\n    image: b\n    ports:\n      - '585:80' # 💣  # portolan: ignore[deregistered-port]\n",
        ),
        (
            "file:///s/nginx.conf",
            "nginx",
            "server {\r\n\tlisten 47;\r\n}\r\n",
            (1, 9),
            "server {\r\n\tlisten 47; # portolan: ignore[deregistered-port]\r\n}\r\n",
        ),
        (
            "file:///s/nginx.conf",
            "nginx",
            "server {\n  # portolan: ignore[reserved-port] -- ours\n  listen 47; listen 994;\n}\n",
            (2, 10),
            "server {\n  # portolan: ignore[reserved-port, deregistered-port] -- ours\n  listen 47; listen 994;\n}\n",
        ),
    ] {
        let mut editor = Editor::open(uri, language, text);
        assert_eq!(editor.found().len(), 1, "{text}");
        let action = editor.take(line, character, "Ignore `deregistered-port` here");
        assert_ne!(action["isPreferred"], true);
        assert_eq!(editor.text, expected);
        assert_eq!(editor.found(), [""; 0], "{text}");
        editor.client.finish();
    }
}
