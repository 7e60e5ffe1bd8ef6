//! Files that hang together: what is typed in one, or changes on the disk, says something else of others.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::client::Client;
use super::found;
use super::workspace::{address, write};

const COMPOSE: &str = "services:\n  web: {x-a: 💣, build: ./web, ports: ['8080:8000']}\n";
const RIGHT: &str = "FROM a\nEXPOSE 8000\n";
const WRONG: &str = "FROM a\nEXPOSE 3000\n";
const FINDING: [&str; 1] = ["1:45-49 unexposed-target"];
const NOTHING: [&str; 0] = [];

/// A client in a folder of those files, which asks for diagnostics or is told them, once the files are read.
fn start(folder: &Path, files: &[(&str, &str)], pull: bool, settings: &Value) -> Client {
    write(folder, files);
    let mut client = Client::start();
    let document = if pull {
        json!({"diagnostic": {"relatedInformation": true}})
    } else {
        json!({"publishDiagnostics": {"versionSupport": true, "relatedInformation": true}})
    };
    client.initialize_with(json!({
        "capabilities": {
            "general": {"positionEncodings": ["utf-16"]},
            "textDocument": document,
            "workspace": {"diagnostics": {"refreshSupport": true}},
        },
        "initializationOptions": settings,
        "workspaceFolders": [{"uri": address(folder, ""), "name": "a"}],
    }));
    // The answer comes once everything is read.
    workspace(&mut client);
    client
}

/// What is found in the workspace, as `file: line:start-end code`.
fn workspace(client: &mut Client) -> Vec<String> {
    let report = client.request("workspace/diagnostic", json!({"previousResultIds": []})).unwrap();
    let mut all = Vec::new();
    for item in report["items"].as_array().unwrap() {
        let name = item["uri"].as_str().unwrap().rsplit('/').next().unwrap();
        all.extend(found(item["items"].as_array().unwrap()).into_iter().map(|it| format!("{name}: {it}")));
    }
    all
}

fn ask(client: &mut Client, uri: &str) -> Vec<String> {
    let params = json!({"textDocument": {"uri": uri}});
    found(client.request("textDocument/diagnostic", params).unwrap()["items"].as_array().unwrap())
}

/// Waits until the client is asked to ask again, and lets it.
fn until_refreshed(client: &mut Client) {
    let request = client.wait("a refresh", |it| it["method"] == "workspace/diagnostic/refresh");
    client.send(&json!({"jsonrpc": "2.0", "id": request["id"], "result": null}));
}

fn tell_changed(client: &mut Client, uri: &str) {
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri, "type": 2}]}));
}

fn count(messages: &[Value], method: &str, uri: &str) -> usize {
    let is_it = |it: &&Value| it["method"] == method && (uri.is_empty() || it["params"]["uri"] == uri);
    messages.iter().filter(is_it).count()
}

#[test]
fn an_edit_of_one_document_is_told_of_the_other() {
    let folder = TempDir::new().unwrap();
    let files = [("compose.yaml", COMPOSE), ("web/Dockerfile", RIGHT)];
    let mut client = start(folder.path(), &files, false, &json!({}));
    let [compose, dockerfile] = files.map(|(name, _)| address(folder.path(), name));
    client.open(&compose, "yaml", COMPOSE);
    client.open(&dockerfile, "dockerfile", RIGHT);
    assert_eq!(found(&client.diagnostics(&compose, Some(1))), NOTHING);
    client.change(&dockerfile, 2, &[([1, 7, 1, 11], "3000"), ([0, 0, 0, 0], "# 💣\n")]);
    let diagnostics = client.diagnostics(&compose, Some(1));
    assert_eq!(found(&diagnostics), FINDING);
    let related = &diagnostics[0]["relatedInformation"][0]["location"];
    assert_eq!(related["uri"], dockerfile);
    assert_eq!(
        related["range"],
        json!({"start": {"line": 2, "character": 7}, "end": {"line": 2, "character": 11}})
    );
    // Nothing else is found there for these edits, so nothing is told.
    for version in 3..6 {
        client.change(&dockerfile, version, &[([1, 5, 1, 5], "a")]);
        client.diagnostics(&dockerfile, Some(version));
    }
    client.change(&dockerfile, 6, &[([2, 7, 2, 11], "8000")]);
    assert_eq!(found(&client.diagnostics(&compose, Some(1))), NOTHING);
    client.finish();
}

#[test]
fn a_keystroke_that_changes_nothing_elsewhere_asks_for_nothing() {
    let folder = TempDir::new().unwrap();
    let files = [("compose.yaml", COMPOSE), ("web/Dockerfile", RIGHT)];
    let mut client = start(folder.path(), &files, true, &json!({}));
    let [compose, dockerfile] = files.map(|(name, _)| address(folder.path(), name));
    client.open(&compose, "yaml", COMPOSE);
    client.open(&dockerfile, "dockerfile", RIGHT);
    assert_eq!(ask(&mut client, &compose), NOTHING);
    assert_eq!(ask(&mut client, &dockerfile), NOTHING);
    for version in 2..12 {
        client.change(&dockerfile, version, &[([0, 6, 0, 6], "a")]);
        assert_eq!(ask(&mut client, &dockerfile), NOTHING);
    }
    client.change(&dockerfile, 12, &[([1, 7, 1, 11], "3000")]);
    until_refreshed(&mut client);
    assert_eq!(ask(&mut client, &compose), FINDING);
    for version in 13..23 {
        client.change(&dockerfile, version, &[([0, 6, 0, 6], "a")]);
        assert_eq!(ask(&mut client, &dockerfile), NOTHING);
    }
    assert_eq!(ask(&mut client, &compose), FINDING);
    let seen = client.finish_with_messages();
    assert_eq!(count(&seen, "workspace/diagnostic/refresh", ""), 0, "{seen:#?}");
}

#[test]
fn what_the_disk_says_of_a_closed_file_counts_and_what_is_closed_says_what_the_disk_does() {
    let folder = TempDir::new().unwrap();
    let files = [("compose.yaml", COMPOSE), ("web/Dockerfile", RIGHT)];
    let mut client = start(folder.path(), &files, false, &json!({}));
    let [compose, dockerfile] = files.map(|(name, _)| address(folder.path(), name));
    client.open(&compose, "yaml", COMPOSE);
    assert_eq!(found(&client.diagnostics(&compose, Some(1))), NOTHING);
    // Told, and not told.
    fs::write(folder.path().join("web/Dockerfile"), WRONG).unwrap();
    tell_changed(&mut client, &dockerfile);
    assert_eq!(found(&client.diagnostics(&compose, Some(1))), FINDING);
    fs::write(folder.path().join("web/Dockerfile"), format!("{RIGHT}# longer\n")).unwrap();
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": compose}}));
    assert_eq!(found(&client.diagnostics(&compose, Some(1))), NOTHING);
    // Typed, and thrown away.
    client.open(&dockerfile, "dockerfile", WRONG);
    assert_eq!(found(&client.diagnostics(&compose, Some(1))), FINDING);
    client.close(&dockerfile);
    assert_eq!(found(&client.diagnostics(&compose, Some(1))), NOTHING);
    // Gone, and there again.
    fs::remove_dir_all(folder.path().join("web")).unwrap();
    tell_changed(&mut client, &address(folder.path(), "web"));
    write(folder.path(), &[("web/Dockerfile", WRONG)]);
    tell_changed(&mut client, &dockerfile);
    assert_eq!(found(&client.diagnostics(&compose, Some(1))), FINDING);
    client.finish();
}

#[test]
fn lists_of_variables_count_on_the_disk_and_in_the_editor() {
    let folder = TempDir::new().unwrap();
    let text = COMPOSE.replace("./web", "./$DIR");
    let files = [
        ("compose.yaml", &*text),
        (".env", "DIR=web\n"),
        ("web/Dockerfile", RIGHT),
        ("old/Dockerfile", WRONG),
    ];
    let mut client = start(folder.path(), &files, true, &json!({}));
    let [compose, env, ..] = files.map(|(name, _)| address(folder.path(), name));
    client.open(&compose, "yaml", &text);
    assert_eq!(ask(&mut client, &compose), NOTHING);
    fs::write(folder.path().join(".env"), "DIR=old\n").unwrap();
    tell_changed(&mut client, &env);
    until_refreshed(&mut client);
    let found = ["1:46-50 unexposed-target"];
    assert_eq!(ask(&mut client, &compose), found);
    client.open(&env, "plaintext", "DIR=web\n");
    until_refreshed(&mut client);
    assert_eq!(ask(&mut client, &compose), NOTHING);
    client.change(&env, 2, &[([0, 4, 0, 7], "old")]);
    assert_eq!(ask(&mut client, &compose), found);
    client.finish();
}

#[test]
fn closed_files_are_looked_at_again_when_something_is_typed_elsewhere() {
    let folder = TempDir::new().unwrap();
    let second = COMPOSE.replace("./web", "../web");
    let files = [("a.compose.yaml", COMPOSE), ("b/compose.yaml", &*second), ("web/Dockerfile", RIGHT)];
    let wrong = ["a.compose.yaml: 1:45-49 unexposed-target", "compose.yaml: 1:46-50 unexposed-target"];
    let mut client = start(folder.path(), &files, true, &json!({}));
    let [first, _, dockerfile] = files.map(|(name, _)| address(folder.path(), name));
    assert_eq!(workspace(&mut client), NOTHING);
    client.open(&dockerfile, "dockerfile", WRONG);
    assert_eq!(workspace(&mut client), wrong);
    client.change(&dockerfile, 2, &[([1, 7, 1, 11], "8000")]);
    assert_eq!(workspace(&mut client), NOTHING);
    client.change(&dockerfile, 3, &[([1, 7, 1, 11], "3000")]);
    client.close(&dockerfile);
    assert_eq!(workspace(&mut client), NOTHING);
    client.finish();

    let settings = json!({"diagnosticMode": "workspace"});
    let mut client = start(folder.path(), &[], false, &settings);
    client.open(&dockerfile, "dockerfile", WRONG);
    assert_eq!(found(&client.diagnostics(&first, None)), FINDING);
    client.change(&dockerfile, 2, &[([1, 7, 1, 11], "8000")]);
    assert_eq!(found(&client.diagnostics(&first, None)), NOTHING);
    client.finish();
}

#[test]
fn a_client_that_waits_for_news_is_answered_when_something_is_typed_elsewhere() {
    let folder = TempDir::new().unwrap();
    let files = [("compose.yaml", COMPOSE), ("web/Dockerfile", WRONG)];
    let [compose, dockerfile] = files.map(|(name, _)| address(folder.path(), name));
    for is_open in [false, true] {
        let mut client = start(folder.path(), &files, true, &json!({}));
        client.open(&dockerfile, "dockerfile", WRONG);
        if is_open {
            client.open(&compose, "yaml", COMPOSE);
        }
        let report = client.request("workspace/diagnostic", json!({"previousResultIds": []})).unwrap();
        let id = &report["items"][0]["resultId"];
        let known = json!([{"uri": compose, "value": id}]);
        let params = json!({"previousResultIds": known, "partialResultToken": "t"});
        client
            .send(&json!({"jsonrpc": "2.0", "id": "w", "method": "workspace/diagnostic", "params": params}));
        // Another answer comes before.
        assert_eq!(client.hover(&dockerfile, 0, 0), Value::Null);
        client.change(&dockerfile, 2, &[([1, 7, 1, 11], "8000")]);
        let answer = client.wait("the news", |it| it["id"] == "w" && it.get("method").is_none());
        assert_eq!(found(answer["result"]["items"][0]["items"].as_array().unwrap()), NOTHING);
        client.finish();
    }
}

#[test]
fn an_edit_links_what_was_not_a_part_of_anything() {
    let folder = TempDir::new().unwrap();
    let apart = COMPOSE.replace("build: ./web", "image: x");
    let files = [("compose.yaml", &*apart), ("web/Dockerfile", WRONG)];
    let mut client = start(folder.path(), &files, true, &json!({}));
    let [compose, _] = files.map(|(name, _)| address(folder.path(), name));
    client.open(&compose, "yaml", &apart);
    assert_eq!(ask(&mut client, &compose), NOTHING);
    client.change(&compose, 2, &[([1, 17, 1, 25], "build: ./web")]);
    assert_eq!(ask(&mut client, &compose), FINDING);
    client.finish();
}

#[test]
fn without_a_workspace_the_compose_files_near_a_document_count() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &[("compose.yaml", COMPOSE), (".git/HEAD", ""), ("web/Dockerfile", RIGHT)]);
    let [compose, dockerfile] = ["compose.yaml", "web/Dockerfile"].map(|it| address(folder.path(), it));
    let mut client = Client::initialized(&["utf-16"]);
    client.open(&dockerfile, "dockerfile", WRONG);
    let hover = client.hover(&dockerfile, 1, 9)["contents"]["value"].clone();
    assert!(hover.as_str().unwrap().ends_with("A port of `web`."), "{hover}");
    client.open(&compose, "yaml", COMPOSE);
    assert_eq!(found(&client.diagnostics(&compose, Some(1))), FINDING);
    client.change(&dockerfile, 2, &[([1, 7, 1, 11], "8000")]);
    assert_eq!(found(&client.diagnostics(&compose, Some(1))), NOTHING);
    client.finish();
}

#[test]
fn comments_and_fixes_know_of_the_other_files() {
    let folder = TempDir::new().unwrap();
    let text = format!(
        "{COMPOSE}  # portolan: ignore[unexposed-target]\n  other: {{build: ./web, ports: ['8081:8000', 90:99]}}\n"
    );
    let files = [("compose.yaml", &*text), ("web/Dockerfile", WRONG)];
    write(folder.path(), &files);
    let mut client = Client::start();
    client.initialize_with(json!({
        "capabilities": {"textDocument": {
            "diagnostic": {},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
        }},
        "workspaceFolders": [{"uri": address(folder.path(), ""), "name": "a"}],
    }));
    workspace(&mut client);
    let uri = address(folder.path(), "compose.yaml");
    let unquoted = text.replace("'8081:8000', 90:99", "22:22");
    client.open(&uri, "yaml", &unquoted);
    let rules = ask(&mut client, &uri);
    assert!(rules.iter().any(|it| it.ends_with("unexposed-target")), "{rules:?}");
    assert!(rules.iter().all(|it| !it.ends_with("unused-suppression")), "{rules:?}");
    let actions = client.code_actions(&uri, [3, 0, 3, 0], Some(&["source.fixAll.portolan"]));
    let edits = actions.iter().map(|it| it["edit"]["changes"][&uri].to_string()).collect::<String>();
    assert!(!edits.contains("portolan: ignore"), "the comment is of use: {edits}");
    let actions = client.code_actions(&uri, [1, 46, 1, 46], Some(&["quickfix"]));
    let titles: Vec<&str> = actions.iter().map(|it| it["title"].as_str().unwrap()).collect();
    assert!(titles.iter().any(|it| it.contains("unexposed-target")), "{titles:?}");
    client.finish();
}

#[test]
fn any_edits_leave_what_opening_the_last_texts_leaves() {
    const LINES: [(&str, &[&str]); 4] = [
        (
            "compose.yaml",
            &[
                "services:\n",
                "  web: {build: ./web, ports: ['8080:8000']}\n",
                "  web: {build: ./$DIR, ports: ['8080:9000']}\n",
                "  proxy: {image: nginx, volumes: ['./nginx.conf:/etc/nginx/nginx.conf']}\n",
                "include: [other.yaml]\n",
            ],
        ),
        ("web/Dockerfile", &["FROM a\n", "EXPOSE 8000\n", "EXPOSE 9000\n", "CMD a 3000\n"]),
        (
            "nginx.conf",
            &["events {}\n", "http { server { location / { proxy_pass http://web:9000; } } }\n", "# \n"],
        ),
        (".env", &["DIR=web\n", "DIR=x\n", "COMPOSE_FILE=other.yaml\n"]),
    ];
    let folder = TempDir::new().unwrap();
    let other = "services:\n  web: {build: ./web, ports: ['8081:7000']}\n";
    let files: Vec<(&str, &str)> =
        LINES.iter().map(|(name, _)| (*name, "")).chain([("other.yaml", other)]).collect();
    let uris = LINES.map(|(name, _)| address(folder.path(), name));
    let mut client = start(folder.path(), &files, true, &json!({}));
    let mut texts = LINES.map(|_| Vec::<&str>::new());
    uris.iter().for_each(|uri| client.open(uri, "plaintext", ""));
    let (mut random, mut findings) = (7_u64, 0);
    let mut below = |most: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap() % most
    };
    for version in 2..200 {
        let index = below(LINES.len());
        let (lines, text) = (LINES[index].1, &mut texts[index]);
        let line = below(text.len() + 1);
        let at = line as u64;
        if line < text.len() && below(3) == 0 {
            text.remove(line);
            client.change(&uris[index], version, &[([at, 0, at + 1, 0], "")]);
        } else {
            let new = lines[below(lines.len())];
            text.insert(line, new);
            client.change(&uris[index], version, &[([at, 0, at, 0], new)]);
        }
        if below(4) == 0 {
            ask(&mut client, &uris[below(LINES.len())]);
        }
        if version % 20 == 0 {
            let now = workspace(&mut client);
            let mut fresh = start(folder.path(), &[], true, &json!({}));
            for (uri, text) in uris.iter().zip(&texts) {
                fresh.open(uri, "plaintext", &text.concat());
            }
            let mut expected = workspace(&mut fresh);
            let mut now_sorted = now;
            expected.sort();
            now_sorted.sort();
            assert_eq!(now_sorted, expected, "{texts:#?}");
            findings += expected.iter().filter(|it| !it.ends_with("syntax-error")).count();
            fresh.finish();
        }
    }
    assert!(findings > 10, "{findings}");
    client.finish();
}

#[test]
fn files_that_only_others_name_are_watched() {
    let folder = TempDir::new().unwrap();
    let text = "services:\n  web: {image: a, env_file: ./variables.txt, build: {context: ., dockerfile: image.docker}}\n";
    write(folder.path(), &[("compose.yaml", text)]);
    let mut client = Client::start();
    client.initialize_with(json!({
        "capabilities": {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}},
        "workspaceFolders": [{"uri": address(folder.path(), ""), "name": "a"}],
    }));
    let mut watched = |name: &str| {
        let is_it = |it: &Value| {
            it["method"] == "client/registerCapability" && it["params"].to_string().contains(name)
        };
        let request = client.wait("a registration", is_it);
        client.send(&json!({"jsonrpc": "2.0", "id": request["id"], "result": null}));
        request["params"]["registrations"][0]["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(watched("**/image.docker"), "workspace/didChangeWatchedFiles/named");
    write(folder.path(), &[("compose.yaml", &text.replace("image.docker", "other.docker"))]);
    tell_changed(&mut client, &address(folder.path(), "compose.yaml"));
    let request = client.wait("an end", |it| it["method"] == "client/unregisterCapability");
    client.send(&json!({"jsonrpc": "2.0", "id": request["id"], "result": null}));
    client.wait("a registration", |it| it["params"].to_string().contains("**/other.docker"));
    client.finish();
}
