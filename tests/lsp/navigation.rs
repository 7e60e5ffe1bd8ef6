//! From a port to where else it is that port: definitions, references, highlights, renames, symbols of the workspace.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::client::Client;
use super::workspace::{address, write};

const COMPOSE: &str = "services:
  api: {x-a: 💣, build: ./api, ports: ['8080:3000', '7000-7001:7000-7001']}
  proxy:
    image: nginx
    volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf:ro']
    ports: ['80:80', '$PORT:9090']
";
const DOCKERFILE: &str = "FROM node\nENV BOMB=💣 PORT=3000\nEXPOSE $PORT\n";
const NGINX: &str = "upstream back { server api:3000; }
server {
  listen 80;
  location / { set $bomb '💣'; proxy_pass http://back; }
  location /direct { set $bomb '💣'; proxy_pass http://api:3000; }
}
";
const FILES: [(&str, &str); 3] =
    [("compose.yaml", COMPOSE), ("api/Dockerfile", DOCKERFILE), ("nginx.conf", NGINX)];

/// A client of those capabilities in a folder of those files, once that is read.
fn start(folder: &Path, files: &[(&str, &str)], capabilities: &Value) -> Client {
    write(folder, files);
    let mut client = Client::start();
    client.initialize_with(json!({
        "capabilities": capabilities,
        "workspaceFolders": [{"uri": address(folder, ""), "name": "a"}],
    }));
    // The answer comes once everything is read.
    client.request("workspace/diagnostic", json!({"previousResultIds": []})).unwrap();
    client
}

/// The place `nth` bytes into the first `needle` of a file, in UTF-16.
fn at(text: &str, needle: &str, nth: usize) -> Value {
    let offset = text.find(needle).unwrap() + nth;
    let line = text[..offset].matches('\n').count();
    let start = text[..offset].rfind('\n').map_or(0, |end| end + 1);
    json!({"line": line, "character": text[start..offset].encode_utf16().count()})
}

/// The parameters of a request about that place of `uri`, and more.
fn params(uri: &str, position: &Value, more: &Value) -> Value {
    let mut params = json!({"textDocument": {"uri": uri}, "position": position});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

/// What stands at a range of one of the files, with its place: `nginx.conf:5:3000`.
fn shown(folder: &Path, uri: &Value, range: &Value) -> String {
    let (name, text) =
        FILES.into_iter().find(|(name, _)| address(folder, name) == uri.as_str().unwrap()).unwrap();
    let line = text.lines().nth(range["start"]["line"].as_u64().unwrap() as usize).unwrap();
    let units: Vec<u16> = line.encode_utf16().collect();
    let [start, end] = ["start", "end"].map(|it| range[it]["character"].as_u64().unwrap() as usize);
    let line = range["start"]["line"].as_u64().unwrap() + 1;
    let units = units.get(start..end.max(start)).unwrap_or_default();
    format!("{name}:{line}:{}", String::from_utf16_lossy(units))
}

fn locations(folder: &Path, found: &Value) -> Vec<String> {
    let found = found.as_array().map(Vec::as_slice).unwrap_or_default();
    found.iter().map(|it| shown(folder, &it["uri"], &it["range"])).collect()
}

fn open_all(client: &mut Client, folder: &Path) -> [String; 3] {
    FILES.map(|(name, text)| {
        let uri = address(folder, name);
        client.open(&uri, "plaintext", text);
        uri
    })
}

#[test]
fn definitions_lead_from_nginx_to_compose_and_from_there_to_the_dockerfile() {
    let folder = TempDir::new().unwrap();
    let mut client = start(folder.path(), &FILES, &json!({}));
    let [compose, _, nginx] = open_all(&mut client, folder.path());
    let mut definition = |uri: &str, position: Value| {
        let found = client.request("textDocument/definition", params(uri, &position, &json!({}))).unwrap();
        locations(folder.path(), &found)
    };
    let declared = ["compose.yaml:2:3000", "api/Dockerfile:3:$PORT"];
    assert_eq!(definition(&nginx, at(NGINX, "http://api:3000", 12)), declared);
    assert_eq!(definition(&nginx, at(NGINX, "server api:3000", 12)), declared);
    assert_eq!(definition(&nginx, at(NGINX, "http://back", 8)), ["nginx.conf:1:back"]);
    assert_eq!(definition(&nginx, at(NGINX, "http://api:3000", 8)), ["compose.yaml:2:api"]);
    assert_eq!(definition(&compose, at(COMPOSE, ":3000", 2)), ["api/Dockerfile:3:$PORT"]);
    assert_eq!(definition(&compose, at(COMPOSE, "8080", 2)), declared);
    assert_eq!(definition(&nginx, at(NGINX, "location", 2)), [""; 0]);
    client.finish();
}

#[test]
fn a_hover_says_what_other_files_say_of_the_port_as_they_stand_in_the_editor() {
    let folder = TempDir::new().unwrap();
    let mut client = start(folder.path(), &FILES, &json!({}));
    let [_, dockerfile, nginx] = open_all(&mut client, folder.path());
    let last_line = |hover: &Value| {
        hover["contents"]["value"].as_str().unwrap().lines().last().unwrap_or_default().to_owned()
    };
    let expected = "A port of api, published on 8080. Reached from nginx.conf:1 and nginx.conf:5.";
    assert_eq!(last_line(&client.hover(&dockerfile, 2, 9)), expected);
    client.change(&nginx, 2, &[([0, 0, 0, 0], "# first\n\n")]);
    let expected = "A port of api, published on 8080. Reached from nginx.conf:3 and nginx.conf:7.";
    assert_eq!(last_line(&client.hover(&dockerfile, 2, 9)), expected);
    client.close(&nginx);
    let expected = "A port of api, published on 8080. Reached from nginx.conf:1 and nginx.conf:5.";
    assert_eq!(last_line(&client.hover(&dockerfile, 2, 9)), expected, "as it lies on the disk");
    client.finish();
}

#[test]
fn a_client_that_can_is_told_what_a_definition_leads_from() {
    let folder = TempDir::new().unwrap();
    let capabilities = json!({"textDocument": {"definition": {"linkSupport": true}}});
    let mut client = start(folder.path(), &FILES, &capabilities);
    let [_, _, nginx] = open_all(&mut client, folder.path());
    let position = at(NGINX, "http://api:3000", 12);
    let found = client.request("textDocument/definition", params(&nginx, &position, &json!({}))).unwrap();
    let link = &found[0];
    assert_eq!(shown(folder.path(), &json!(nginx), &link["originSelectionRange"]), "nginx.conf:5:3000");
    assert_eq!(
        shown(folder.path(), &link["targetUri"], &link["targetSelectionRange"]),
        "compose.yaml:2:3000"
    );
    assert_eq!(shown(folder.path(), &link["targetUri"], &link["targetRange"]), "compose.yaml:2:8080:3000");
    client.finish();
}

#[test]
fn references_are_all_places_of_the_port_and_highlights_those_of_the_document() {
    let folder = TempDir::new().unwrap();
    let mut client = start(folder.path(), &FILES, &json!({}));
    let [_, dockerfile, nginx] = open_all(&mut client, folder.path());
    let position = at(NGINX, "api:3000", 5);
    let mut references = |with_declarations: bool| {
        let context = json!({"context": {"includeDeclaration": with_declarations}});
        let found = client.request("textDocument/references", params(&nginx, &position, &context)).unwrap();
        locations(folder.path(), &found)
    };
    assert_eq!(references(false), ["nginx.conf:1:3000", "nginx.conf:5:3000"]);
    assert_eq!(
        references(true),
        [
            "api/Dockerfile:2:3000",
            "api/Dockerfile:3:$PORT",
            "compose.yaml:2:3000",
            "nginx.conf:1:3000",
            "nginx.conf:5:3000"
        ]
    );
    let mut highlight = |uri: &str, position: Value| -> Vec<String> {
        let found =
            client.request("textDocument/documentHighlight", params(uri, &position, &json!({}))).unwrap();
        let found = found.as_array().cloned().unwrap_or_default();
        found
            .iter()
            .map(|it| format!("{} {}", shown(folder.path(), &json!(uri), &it["range"]), it["kind"]))
            .collect()
    };
    assert_eq!(highlight(&nginx, at(NGINX, "api:3000", 5)), ["nginx.conf:1:3000 2", "nginx.conf:5:3000 2"]);
    assert_eq!(
        highlight(&dockerfile, at(DOCKERFILE, "$PORT", 2)),
        ["api/Dockerfile:2:3000 3", "api/Dockerfile:3:$PORT 3"]
    );
    client.finish();
}

/// The edits of a rename, as `name:line:what goes`, with the version that each is of.
fn renamed(folder: &Path, edit: &Value) -> Vec<String> {
    let edits = |uri: &Value, version: &Value, edits: &Value| -> Vec<String> {
        let edits = edits.as_array().unwrap().iter();
        edits
            .map(|edit| {
                assert_eq!(edit["newText"], "4000");
                format!("{} {version}", shown(folder, uri, &edit["range"]))
            })
            .collect()
    };
    if let Some(changes) = edit["changes"].as_object() {
        let mut all: Vec<String> =
            changes.iter().flat_map(|(uri, own)| edits(&json!(uri), &Value::Null, own)).collect();
        all.sort();
        return all;
    }
    let changes = edit["documentChanges"].as_array().unwrap().iter();
    changes
        .flat_map(|it| edits(&it["textDocument"]["uri"], &it["textDocument"]["version"], &it["edits"]))
        .collect()
}

#[test]
fn a_container_port_is_renamed_in_open_and_closed_files() {
    let new_name = json!({"newName": "4000"});
    for versioned in [true, false] {
        let folder = TempDir::new().unwrap();
        let capabilities = json!({"workspace": {"workspaceEdit": {"documentChanges": versioned}}});
        let mut client = start(folder.path(), &FILES, &capabilities);
        let nginx = address(folder.path(), "nginx.conf");
        client.open(&nginx, "nginx", NGINX);
        let position = at(NGINX, "http://api:3000", 12);
        let edit = client.request("textDocument/rename", params(&nginx, &position, &new_name)).unwrap();
        let version = if versioned { "1" } else { "null" };
        let expected = [
            "api/Dockerfile:2:3000 null".to_owned(),
            "compose.yaml:2:3000 null".to_owned(),
            format!("nginx.conf:1:3000 {version}"),
            format!("nginx.conf:5:3000 {version}"),
        ];
        assert_eq!(renamed(folder.path(), &edit), expected);
        client.finish();
    }
}

#[test]
fn what_cannot_be_renamed_is_refused_in_words_that_a_user_understands() {
    let folder = TempDir::new().unwrap();
    let capabilities = json!({"textDocument": {"rename": {"prepareSupport": true}}});
    let mut client = start(folder.path(), &FILES, &capabilities);
    let [compose, dockerfile, nginx] = open_all(&mut client, folder.path());
    let alone = address(folder.path(), "alone/Dockerfile");
    client.open(&alone, "dockerfile", "FROM x\nEXPOSE 80\n");
    let mut prepare = |uri: &str, position: Value| {
        client.request("textDocument/prepareRename", params(uri, &position, &json!({})))
    };
    let found = prepare(&nginx, at(NGINX, "http://api:3000", 12)).unwrap();
    assert_eq!(found["placeholder"], "3000");
    assert_eq!(shown(folder.path(), &json!(nginx), &found["range"]), "nginx.conf:5:3000");
    let found = prepare(&dockerfile, at(DOCKERFILE, "$PORT", 1)).unwrap();
    assert_eq!(found["placeholder"], "3000");
    assert_eq!(prepare(&nginx, at(NGINX, "location", 3)), Ok(Value::Null), "no port");
    let refusals = [
        (&compose, at(COMPOSE, "8080", 1), "a port of the host"),
        (&compose, at(COMPOSE, "7000-7001:", 11), "a range of ports"),
        (&alone, at("FROM x\nEXPOSE 80\n", "80", 1), "no service"),
    ];
    for (uri, position, expected) in refusals {
        let error = prepare(uri, position).unwrap_err();
        assert_eq!(error["code"], -32803);
        assert!(error["message"].as_str().unwrap().contains(expected), "{error}");
    }
    for name in ["0", "65536", "http", "", "080", "+80", "8 0"] {
        let more = json!({"newName": name});
        let position = at(NGINX, "http://api:3000", 12);
        let error = client.request("textDocument/rename", params(&nginx, &position, &more)).unwrap_err();
        assert!(error["message"].as_str().unwrap().contains("from 1 to 65535"), "{name}: {error}");
    }
    client.finish();
}

#[test]
fn two_stacks_that_share_a_dockerfile_share_its_port() {
    let files = [
        ("a/compose.yaml", "services:\n  a: {build: ../web, ports: ['8080:3000']}\n"),
        ("b/compose.yaml", "services:\n  b: {build: ../web, ports: ['8081:3000']}\n"),
        ("web/Dockerfile", "FROM x\nEXPOSE 3000\n"),
    ];
    let folder = TempDir::new().unwrap();
    let mut client = start(folder.path(), &files, &json!({}));
    let uri = address(folder.path(), "a/compose.yaml");
    client.open(&uri, "yaml", files[0].1);
    let context = json!({"context": {"includeDeclaration": true}});
    let position = at(files[0].1, ":3000", 2);
    let found = client.request("textDocument/references", params(&uri, &position, &context)).unwrap();
    let found: Vec<&str> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["uri"].as_str().unwrap().rsplit_once('/').unwrap().0)
        .collect();
    let expected = ["a", "b", "web"].map(|it| address(folder.path(), it));
    assert_eq!(found, expected);
    client.finish();
}

#[test]
fn services_and_ports_of_the_workspace_are_found_by_name_and_number() {
    let folder = TempDir::new().unwrap();
    let mut client = start(folder.path(), &FILES, &json!({}));
    let mut symbols = |query: &str| -> Vec<String> {
        let found = client.request("workspace/symbol", json!({"query": query})).unwrap();
        let describe = |it: &Value| {
            let name = it["location"]["uri"].as_str().unwrap().rsplit('/').next().unwrap();
            format!("{} in {} ({name})", it["name"].as_str().unwrap(), it["containerName"].as_str().unwrap())
        };
        found.as_array().unwrap().iter().map(describe).collect()
    };
    assert_eq!(
        symbols("300"),
        [
            "3000/tcp in Dockerfile (Dockerfile)",
            "8080 → 3000/tcp in api (compose.yaml)",
            "api:3000 in back (nginx.conf)",
            "→ api:3000 in server (nginx.conf)",
        ]
    );
    assert_eq!(symbols("api 8080"), ["8080 → 3000/tcp in api (compose.yaml)"]);
    assert_eq!(symbols("PROXY")[0], "proxy in compose.yaml (compose.yaml)");
    assert_eq!(symbols("nothing like it"), [""; 0]);
    assert!(symbols("").len() > 8);
    client.finish();
}
