//! Which actions a client is given, and in which form: kinds, edits that come later, versions, diagnostics, commands.

use serde_json::{Value, json};

use super::{COMPOSE, Editor, simple, vscode};
use crate::URI;
use crate::client::Client;

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
