//! Code actions: what they are, and that applying one does what it says.

use portolan::text::{Encoding, Position, Range, Span, Text};
use serde_json::{Value, json};

use crate::client::Client;
use crate::{URI, found};

/// The capabilities of an editor that takes whole actions and nothing more.
fn simple() -> Value {
    json!({"textDocument": {"codeAction": {
        "codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}},
        "isPreferredSupport": true,
    }}})
}

/// The capabilities that VS Code tells of.
fn vscode() -> Value {
    let told: Value = serde_json::from_str(include_str!("clients/vscode.json")).unwrap();
    told["capabilities"].clone()
}

/// A document that an editor holds.
struct Editor {
    client: Client,
    encoding: Encoding,
    uri: &'static str,
    text: String,
    version: i32,
}

impl Editor {
    fn open(uri: &'static str, language: &str, text: &str) -> Self {
        Self::open_in(&simple(), uri, language, text)
    }

    /// The same in an editor of those capabilities.
    fn open_in(capabilities: &Value, uri: &'static str, language: &str, text: &str) -> Self {
        let mut client = Client::start();
        let capabilities = client.initialize(capabilities);
        let encoding = match capabilities["positionEncoding"].as_str() {
            Some("utf-8") => Encoding::Utf8,
            Some("utf-32") => Encoding::Utf32,
            _ => Encoding::Utf16,
        };
        client.open(uri, language, text);
        Self { client, encoding, uri, text: text.to_owned(), version: 1 }
    }

    /// The range of the first `part` of the text; the cursor before it, where `part` starts with `‸`.
    fn range(&self, part: &str) -> [u64; 4] {
        let word = part.trim_start_matches('‸');
        let start = self.text.find(word).unwrap();
        let end = if word.len() < part.len() { start } else { start + word.len() };
        let range = Text::new(&self.text).range(Span::new(start, end), self.encoding);
        [range.start.line, range.start.character, range.end.line, range.end.character].map(|it| it as u64)
    }

    /// The actions at `part`, under a context.
    fn actions(&mut self, part: &str, context: Value) -> Vec<Value> {
        let [line, character, end_line, end_character] = self.range(part);
        let mut context = context;
        if context["diagnostics"].is_null() {
            context["diagnostics"] = json!([]);
        }
        let start = json!({"line": line, "character": character});
        let end = json!({"line": end_line, "character": end_character});
        let range = json!({"start": start, "end": end});
        let params = json!({"textDocument": {"uri": self.uri}, "range": range, "context": context});
        self.client.request("textDocument/codeAction", params).unwrap().as_array().unwrap().clone()
    }

    /// The titles of the actions at `part`, under a context.
    fn titles_at(&mut self, part: &str, context: Value) -> Vec<String> {
        let actions = self.actions(part, context);
        actions.iter().map(|action| action["title"].as_str().unwrap().to_owned()).collect()
    }

    /// The action of that title at `part`.
    fn action(&mut self, part: &str, title: &str) -> Value {
        let actions = self.actions(part, json!({}));
        let titles: Vec<_> = actions.iter().map(|action| action["title"].clone()).collect();
        let action = actions.into_iter().find(|action| action["title"] == title);
        action.unwrap_or_else(|| panic!("no {title:?}: {titles:?}"))
    }

    /// What the text is after the edit of an action, as it is written in either form.
    fn edited(&self, edit: &Value) -> String {
        let changes = edit["documentChanges"].as_array().map(|changes| {
            assert_eq!(changes[0]["textDocument"], json!({"uri": self.uri, "version": self.version}));
            &changes[0]["edits"]
        });
        let mut edits = changes.unwrap_or(&edit["changes"][self.uri]).as_array().unwrap().clone();
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
            text.replace(range, edit["newText"].as_str().unwrap(), self.encoding);
        }
        text.to_string()
    }

    /// Tells the server that the text is another one.
    fn change(&mut self, text: String) {
        self.text = text;
        self.version += 1;
        let document = json!({"uri": self.uri, "version": self.version});
        let changes = json!([{"text": self.text}]);
        let params = json!({"textDocument": document, "contentChanges": changes});
        self.client.notify("textDocument/didChange", params);
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
        self.change(self.edited(&action["edit"]));
        action
    }
}

#[test]
fn the_server_says_which_kinds_it_knows() {
    let mut client = Client::start();
    let capabilities = client.initialize(&json!({}));
    let kinds = &capabilities["codeActionProvider"]["codeActionKinds"];
    assert_eq!(capabilities["codeActionProvider"].get("resolveProvider"), None);
    assert_eq!(capabilities.get("executeCommandProvider"), None);
    assert_eq!(*kinds, json!(["quickfix", "refactor.rewrite", "source.fixAll.portolan"]));
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
    let other = "Bind to 127.0.0.1";
    assert_eq!(editor.titles(everywhere, None), [quick[0], quick[1], other, all]);
    assert_eq!(editor.titles(everywhere, Some(&["refactor"])), [other]);
    assert_eq!(editor.titles(everywhere, Some(&["quickfix"])), quick);
    for kind in ["source", "source.fixAll", "source.fixAll.portolan"] {
        assert_eq!(editor.titles([0, 0, 0, 0], Some(&[kind])), [all], "{kind}");
    }
    for kind in ["source.fixAll.other", "source.fix", "refactor.inline", "source.organizeImports"] {
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

const COMPOSE: &str = "file:///stack/compose.yaml";

#[test]
fn the_cursor_at_an_entry_offers_to_write_it_otherwise() {
    let text = "services:\r\n  web:\r\n    image: a # 💣\r\n    ports:\r\n      - \"8080:80\" # 💣\r\n      - 81-82:81-82\r\n";
    let long = text.replace("\"8080:80\" # 💣", "target: 80 # 💣\r\n        published: \"8080\"");
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        let mut capabilities = simple();
        capabilities["general"] = json!({"positionEncodings": [encoding]});
        let mut editor = Editor::open_in(&capabilities, COMPOSE, "yaml", text);
        let titles = ["Convert to the long syntax", "Bind to 127.0.0.1", "Publish on udp too"];
        assert_eq!(editor.titles_at("‸8080", json!({})), titles);
        assert_eq!(editor.titles_at("‸💣\r\n      - 81", json!({})), titles, "behind it on its line");
        assert_eq!(editor.titles_at("‸81-82", json!({})), titles[1..]);
        assert_eq!(editor.titles_at("‸image", json!({})), [""; 0]);
        let action = editor.action("‸8080", titles[0]);
        assert_eq!(action["kind"], "refactor.rewrite");
        for key in ["diagnostics", "isPreferred", "data"] {
            assert_eq!(action.get(key), None, "{key}");
        }
        editor.change(editor.edited(&action["edit"]));
        assert_eq!(editor.text, long);
        let action = editor.action("‸published", "Convert to the short syntax");
        editor.change(editor.edited(&action["edit"]));
        assert_eq!(editor.text, text);
        let action = editor.action("8080:80\" # 💣\r\n      - 81", "Bind 2 ports to 127.0.0.1");
        let bound = text.replace("8080", "127.0.0.1:8080").replace("81-82:", "127.0.0.1:81-82:");
        assert_eq!(editor.edited(&action["edit"]), bound);
        editor.client.finish();
    }
}

#[test]
fn an_expose_is_added_and_a_stream_listens_on_udp() {
    let text = "FROM a\nHEALTHCHECK CMD curl http://localhost:8000/\nCMD serve\n";
    let mut editor = Editor::open(URI, "dockerfile", text);
    let action = editor.action("‸CMD curl", "Add EXPOSE 8000");
    assert_eq!(editor.edited(&action["edit"]), text.replace("HEALTH", "EXPOSE 8000\nHEALTH"));
    editor.client.finish();
    let text = "stream {\n\tserver {\n\t\tlisten 54;\n\t\tproxy_pass a:1;\n\t}\n}\n";
    let mut editor = Editor::open("file:///stack/nginx.conf", "nginx", text);
    let action = editor.action("‸listen", "Listen on udp too");
    assert_eq!(editor.edited(&action["edit"]), text.replace("54;", "54;\n\t\tlisten 54 udp;"));
    editor.client.finish();
}

#[test]
fn what_makes_no_sense_is_not_offered() {
    let head = "services:\n  web:\n    image: a\n";
    for rest in [
        "    ports:\n      - 70000:80\n",
        "    ports: [8",
        "    ports:\n      - ${PORT}\n",
        "    ports: *ports\n",
        "    network_mode: host\n    ports:\n      - 80-90:80-90\n",
        "    expose:\n      - 80\n",
        "    ports:\n      - \"",
    ] {
        let mut editor = Editor::open(COMPOSE, "yaml", &format!("{head}{rest}"));
        let only = json!({"only": ["refactor"]});
        assert_eq!(editor.titles_at("services", only.clone()), [""; 0]);
        let last = rest.trim_end().lines().last().unwrap();
        assert_eq!(editor.titles_at(last, only), [""; 0], "{rest}");
        editor.client.finish();
    }
    let mut editor = Editor::open(COMPOSE, "yaml", "");
    assert_eq!(editor.titles_at("", json!({})), [""; 0]);
    editor.client.finish();
}

#[test]
fn an_edit_is_given_when_it_is_asked_for() {
    let text = "services:\n  web:\n    image: a # 💣\n    ports:\n      - 585:80\n      - 80\n";
    let mut editor = Editor::open_in(&vscode(), COMPOSE, "yaml", text);
    for (title, expected) in [
        (
            "Ignore `deregistered-port` here",
            text.replace("585:80", "585:80  # portolan: ignore[deregistered-port]"),
        ),
        ("Convert to the long syntax", text.replace("585:80", "target: 80\n        published: \"585\"")),
        (
            "Convert all ports of web to the long syntax",
            text.replace("585:80\n      - 80", "target: 80\n        published: \"585\"\n      - target: 80"),
        ),
        ("Bind to 127.0.0.1", text.replace("585", "127.0.0.1:585")),
        ("Publish on udp too", text.replace("585:80\n", "585:80\n      - 585:80/udp\n")),
    ] {
        let action = editor.action("‸585", title);
        assert_eq!((action.get("edit"), action["data"]["version"].as_i64()), (None, Some(1)), "{title}");
        let resolved = editor.client.request("codeAction/resolve", action.clone()).unwrap();
        assert_eq!(editor.edited(&resolved["edit"]), expected, "{title}");
        let whole = json!({"edit": resolved["edit"]});
        let expected = [action, whole].map(|it| it.as_object().unwrap().clone()).into_iter().flatten();
        assert_eq!(resolved, Value::Object(expected.collect()), "the rest stays as it is");
    }

    let action = editor.action("‸585", "Convert to the long syntax");
    editor.change(text.replace("585", "586"));
    let error = editor.client.request("codeAction/resolve", action).unwrap_err();
    assert_eq!(error["code"], -32801, "the document has changed");
    let action = editor.action("‸586", "Convert to the long syntax");
    let mut foreign = action.clone();
    foreign["data"] = json!({"uri": 1});
    assert_eq!(editor.client.request("codeAction/resolve", foreign).unwrap_err()["code"], -32602);
    let mut foreign = action.clone();
    foreign["data"]["work"]["start"] = json!(7000);
    assert_eq!(editor.client.request("codeAction/resolve", foreign).unwrap_err()["code"], -32801);
    editor.client.close(COMPOSE);
    let error = editor.client.request("codeAction/resolve", action).unwrap_err();
    assert_eq!(error["code"], -32801, "the document is closed");
    let bare = json!({"title": "of somebody else"});
    assert_eq!(editor.client.request("codeAction/resolve", bare.clone()), Ok(bare));
    editor.client.finish();
}

#[test]
fn all_fixes_of_a_rule_can_come_later_and_those_on_save_at_once() {
    let comment = "# portolan: ignore[reserved-port]";
    let text = format!("FROM a\n{comment}\nEXPOSE 80\n{comment}\nEXPOSE 81/TCP\n");
    let bare = "FROM a\nEXPOSE 80\nEXPOSE 81/TCP\n";
    let all = bare.replace("TCP", "tcp");
    let mut editor = Editor::open_in(&vscode(), URI, "dockerfile", &text);
    let action = editor.action("‸reserved", "Fix all `unused-suppression` in this file");
    assert_eq!(action["diagnostics"].as_array().unwrap().len(), 2);
    let resolved = editor.client.request("codeAction/resolve", action).unwrap();
    assert_eq!(editor.edited(&resolved["edit"]), bare);
    let action = editor.action("‸FROM", "Portolan: apply all safe fixes");
    assert!(action.get("edit").is_none());
    let resolved = editor.client.request("codeAction/resolve", action).unwrap();
    assert_eq!(editor.edited(&resolved["edit"]), all, "a hint is shown, so it is mended");
    let only = json!({"only": ["source.fixAll.portolan"], "triggerKind": 2});
    let actions = editor.actions("‸FROM", only);
    assert_eq!(actions.len(), 1);
    assert_eq!(editor.edited(&actions[0]["edit"]), all);
    editor.change(all);
    assert_eq!(editor.titles_at("‸FROM", json!({"only": ["source"]})), [""; 0]);
    editor.client.finish();
}

#[test]
fn a_client_is_given_what_it_can_take() {
    let text = "FROM a\nEXPOSE 585\n";
    let title = "Replace 585 with 993";
    let mut editor = Editor::open_in(&json!({}), URI, "dockerfile", text);
    assert_eq!(editor.actions("585", json!({})), [Value::Null; 0], "neither actions nor commands");
    editor.client.finish();

    let mut capabilities = simple();
    capabilities["textDocument"]["codeAction"]["isPreferredSupport"] = json!(false);
    capabilities["textDocument"]["codeAction"]["resolveSupport"] = json!({"properties": ["edit"]});
    capabilities["workspace"] = json!({"workspaceEdit": {"documentChanges": true}});
    let mut editor = Editor::open_in(&capabilities, URI, "dockerfile", text);
    let action = editor.action("585", title);
    assert_eq!((action.get("isPreferred"), action.get("data")), (None, None), "it keeps no data");
    assert!(action["edit"].get("changes").is_none());
    assert_eq!(editor.edited(&action["edit"]), "FROM a\nEXPOSE 993\n");
    editor.client.finish();

    for name in ["neovim-0.7", "neovim-0.12", "helix", "eglot", "lsp-mode", "ale"] {
        let file = format!("{}/tests/lsp/clients/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let told: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let mut editor = Editor::open_in(&told["capabilities"], URI, "dockerfile", text);
        let mut action = editor.action("585", title);
        if action.get("edit").is_none() {
            action = editor.client.request("codeAction/resolve", action).unwrap();
        }
        assert_eq!(editor.edited(&action["edit"]), "FROM a\nEXPOSE 993\n", "{name}");
        let is_preferred = !matches!(name, "neovim-0.7" | "ale");
        assert_eq!(action["isPreferred"] == true, is_preferred, "{name}");
        editor.client.finish();
    }
}

#[test]
fn a_client_of_commands_is_asked_to_apply_the_edit() {
    let mut client = Client::start();
    let capabilities = client.initialize(&json!({"workspace": {"applyEdit": true}}));
    assert_eq!(capabilities["executeCommandProvider"]["commands"], json!(["portolan.applyCodeAction"]));
    client.open(URI, "dockerfile", "FROM a\nEXPOSE 585\n");
    let command = client.code_actions(URI, [1, 8, 1, 8], None).swap_remove(0);
    assert_eq!((&command["title"], command.get("kind")), (&json!("Replace 585 with 993"), None));
    let run = json!({"command": command["command"], "arguments": command["arguments"]});
    assert_eq!(client.request("workspace/executeCommand", run.clone()), Ok(Value::Null));
    let asked = client.wait("applyEdit", |message| message["method"] == "workspace/applyEdit");
    assert_eq!(asked["params"]["edit"]["changes"][URI][0]["newText"], "993");
    client.send(&json!({"jsonrpc": "2.0", "id": asked["id"], "result": {"applied": true}}));
    client.change(URI, 2, &[([0, 0, 0, 0], "# 💣\n")]);
    assert_eq!(client.request("workspace/executeCommand", run).unwrap_err()["code"], -32801);
    let other = json!({"command": "other", "arguments": [1]});
    assert_eq!(client.request("workspace/executeCommand", other).unwrap_err()["code"], -32602);
    client.finish();
}

#[test]
fn who_does_not_ask_is_told_of_what_is_wrong_alone() {
    let text = "services:\n  web:\n    image: a\n    ports:\n      - 585:80\n";
    let mut editor = Editor::open(COMPOSE, "yaml", text);
    let quick = ["Replace 585 with 993", "Ignore `deregistered-port` here"];
    let other = ["Convert to the long syntax", "Bind to 127.0.0.1", "Publish on udp too"];
    let titles = |editor: &mut Editor, part, context| editor.titles_at(part, context);
    let automatic = titles(&mut editor, "‸585", json!({"triggerKind": 2}));
    assert!(automatic.iter().all(|title| quick.contains(&title.as_str())), "{automatic:?}");
    assert!(!automatic.is_empty());
    let all = [automatic.clone(), other.map(str::to_owned).to_vec()].concat();
    assert_eq!(titles(&mut editor, "585:80", json!({"triggerKind": 2})), all, "a selection asks");
    for context in [json!({"triggerKind": 1}), json!({}), json!({"only": []}), json!({"only": [""]})] {
        assert_eq!(titles(&mut editor, "‸585", context.clone()), all, "{context}");
    }
    for kind in ["refactor", "refactor.rewrite"] {
        let context = json!({"only": [kind], "triggerKind": 2});
        assert_eq!(titles(&mut editor, "‸585", context), other, "{kind}");
    }
    for kind in ["refactor.rewrite.other", "refactor.rew", "refactor.extract", "quickfix.other"] {
        assert_eq!(titles(&mut editor, "‸585", json!({"only": [kind]})), [""; 0], "{kind}");
    }
    editor.client.finish();
}

#[test]
fn an_action_brings_the_diagnostic_that_the_client_holds() {
    let mut editor = Editor::open(URI, "dockerfile", "FROM a # 💣\nEXPOSE 585\n");
    let mut held = editor.client.diagnostics(URI, Some(1)).swap_remove(0);
    held["data"] = json!({"of": "the client"});
    held["message"] = json!("as the client words it");
    let other = json!({"range": held["range"], "message": "of another server", "source": "hadolint"});
    let actions = editor.actions("585", json!({"diagnostics": [other, held]}));
    assert_eq!(actions[0]["diagnostics"], json!([held]));
    let actions = editor.actions("585", json!({"diagnostics": []}));
    assert_eq!(actions[0]["diagnostics"][0]["code"], held["code"]);
    editor.client.finish();
}

#[test]
fn what_a_fix_does_is_not_offered_twice() {
    let text = "services:\n  db:\n    image: postgres\n    ports:\n      - 5432:5432\n";
    let mut editor = Editor::open(COMPOSE, "yaml", text);
    let titles = editor.titles_at("5432:5432", json!({}));
    assert!(titles.contains(&"Publish on 127.0.0.1 only".to_owned()), "{titles:?}");
    assert!(!titles.contains(&"Bind to 127.0.0.1".to_owned()), "{titles:?}");
    editor.client.finish();
}
