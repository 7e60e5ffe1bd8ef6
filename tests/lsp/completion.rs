//! Completion: what is offered where, to whom, and what a text becomes once it is taken.

use portolan::languages::{self, Language};
use portolan::port::PortRange;
use portolan::text::{Encoding, Position, Range, Text};
use serde_json::{Value, json};

use crate::URI;
use crate::client::Client;

const COMPOSE: &str = "file:///stack/compose.yaml";
const NGINX: &str = "file:///stack/nginx.conf";
const CONFIGURATION: &str = "file:///stack/portolan.toml";

/// An editor with one document, which can take whatever it says.
struct Editor {
    client: Client,
    encoding: Encoding,
    version: i32,
    text: Text,
    uri: String,
}

impl Editor {
    fn of(completion: &Value) -> Self {
        Self::counting("utf-16", Encoding::Utf16, completion)
    }

    fn counting(name: &str, encoding: Encoding, completion: &Value) -> Self {
        let mut client = Client::start();
        client.initialize(&json!({
            "general": {"positionEncodings": [name]},
            "textDocument": {"completion": completion},
        }));
        Self { client, encoding, version: 0, text: Text::new(""), uri: String::new() }
    }

    /// An editor that can take everything.
    fn able() -> Self {
        Self::of(&everything())
    }

    /// Opens `text` without its `|` at `uri`, or changes it to that; returns where the `|` was.
    fn show(&mut self, uri: &str, text: &str) -> Position {
        let at = text.find('|').unwrap();
        self.text = Text::new(&text.replacen('|', "", 1));
        if self.uri == uri {
            self.version += 1;
            let document = json!({"uri": uri, "version": self.version});
            let params =
                json!({"textDocument": document, "contentChanges": [{"text": self.text.to_string()}]});
            self.client.notify("textDocument/didChange", params);
        } else {
            let language = if uri == COMPOSE { "yaml" } else { uri.rsplit(['/', '.']).next().unwrap() };
            self.client.open(uri, language, &self.text.to_string());
            (self.uri, self.version) = (uri.to_owned(), 1);
        }
        self.text.position(at, self.encoding)
    }

    fn ask(&mut self, uri: &str, position: Position, context: Value) -> Value {
        let position = json!({"line": position.line, "character": position.character});
        let mut params = json!({"textDocument": {"uri": uri}, "position": position});
        if !context.is_null() {
            params["context"] = context;
        }
        self.client.request("textDocument/completion", params).unwrap()
    }

    /// The items that are offered at `|`.
    fn offered(&mut self, uri: &str, text: &str) -> Vec<Value> {
        let position = self.show(uri, text);
        self.ask(uri, position, Value::Null)["items"].as_array().unwrap().clone()
    }

    /// The labels that are offered at `|`, the first so many, without forms.
    fn labels(&mut self, uri: &str, text: &str, count: usize) -> Vec<String> {
        let items = self.offered(uri, text);
        let items = items.iter().filter(|item| item["kind"] != 15).take(count);
        items.map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    /// The text once `item` is taken. The edit must lie on one line and hold the cursor.
    fn taken(&self, item: &Value, at: Position) -> String {
        let edit = &item["textEdit"];
        let range = if edit["range"].is_null() { &edit["replace"] } else { &edit["range"] };
        let [start, end] = ["start", "end"].map(|name| position(&range[name]));
        assert!(start.line == end.line && start.line == at.line, "{item}");
        assert!((start.character..=end.character).contains(&at.character), "{item}");
        if !edit["range"].is_null() {
            assert!(edit.get("insert").is_none());
        } else {
            assert_eq!(position(&edit["insert"]["start"]), start);
            assert_eq!(position(&edit["insert"]["end"]), at);
        }
        let mut text = self.text.clone();
        text.replace(Range { start, end }, edit["newText"].as_str().unwrap(), self.encoding);
        text.to_string()
    }

    /// The text once the first item of that beginning is taken at `|`.
    fn take(&mut self, uri: &str, text: &str, label: &str) -> String {
        let at = self.show(uri, text);
        let list = self.ask(uri, at, Value::Null);
        let items = list["items"].as_array().unwrap();
        let item = items.iter().find(|item| item["label"].as_str().unwrap().contains(label));
        self.taken(item.unwrap_or_else(|| panic!("no {label} at {text}: {list:#}")), at)
    }

    fn resolved(&mut self, item: &Value) -> Value {
        self.client.request("completionItem/resolve", item.clone()).unwrap()
    }
}

fn everything() -> Value {
    json!({
        "completionItem": {
            "snippetSupport": true,
            "documentationFormat": ["markdown", "plaintext"],
            "deprecatedSupport": true,
            "preselectSupport": true,
            "tagSupport": {"valueSet": [1]},
            "insertReplaceSupport": true,
            "resolveSupport": {"properties": ["documentation", "detail"]},
            "insertTextModeSupport": {"valueSet": [1, 2]},
            "labelDetailsSupport": true,
        },
        "contextSupport": true,
    })
}

fn position(value: &Value) -> Position {
    let [line, character] =
        ["line", "character"].map(|key| usize::try_from(value[key].as_u64().unwrap()).unwrap());
    Position { line, character }
}

fn in_service(body: &str) -> String {
    format!("services:\n  db:\n    image: postgres:16\n{body}")
}

#[test]
fn the_server_says_what_it_completes() {
    let mut client = Client::start();
    let capabilities = client.initialize(&json!({}));
    let provider = &capabilities["completionProvider"];
    assert_eq!(provider["resolveProvider"], true);
    assert_eq!(provider["triggerCharacters"], json!([" ", ":", "/", "=", "[", "\"", "'"]));
    assert_eq!(provider["completionItem"]["labelDetailsSupport"], true);
    assert!(provider.get("allCommitCharacters").is_none());
    client.finish();
}

#[test]
fn a_port_is_offered_by_name_and_by_number() {
    let mut editor = Editor::able();
    let items = editor.offered(URI, "FROM alpine\nEXPOSE postg|\n");
    let item = &items[0];
    assert_eq!(item["label"], "postgresql 5432/tcp");
    assert_eq!(item["labelDetails"]["description"], "PostgreSQL");
    assert_eq!(item["kind"], 12);
    assert!(
        item["filterText"].as_str().unwrap().starts_with("postgresql")
            || item["filterText"].as_str().unwrap().starts_with("postg")
    );
    assert_eq!(editor.take(URI, "FROM alpine\nEXPOSE postg|\n", "5432"), "FROM alpine\nEXPOSE 5432\n");
    assert_eq!(editor.take(URI, "FROM alpine\nEXPOSE 543|\n", "5432"), "FROM alpine\nEXPOSE 5432\n");
    assert_eq!(editor.take(URI, "FROM alpine\nEXPOSE 54|99/tcp\n", "5432"), "FROM alpine\nEXPOSE 5432/tcp\n");
    assert_eq!(editor.labels(URI, "FROM alpine\nEXPOSE 53/|\n", 9), ["udp", "tcp", "sctp"]);
    editor.client.finish();
}

#[test]
fn what_stands_beside_comes_first() {
    let mut editor = Editor::able();
    for (uri, text, expected) in [
        (URI, "FROM postgres:16\nEXPOSE |".to_owned(), "postgresql 5432/tcp"),
        (URI, "FROM redis AS a\nFROM a\nONBUILD expose 80 \\\n  |".to_owned(), "redis 6379/tcp"),
        (URI, "FROM a\nARG REDIS_PORT=|".to_owned(), "redis 6379/tcp"),
        (COMPOSE, in_service("    ports:\n      - |\n"), "postgresql 5432/tcp"),
        (COMPOSE, in_service("    ports:\n      - \"|:5432\"\n"), "postgresql 5432/tcp"),
        (COMPOSE, in_service("    ports:\n      - \"5432:|\n"), "postgresql 5432/tcp"),
        (COMPOSE, in_service("    expose: [\"|\"]\n"), "postgresql 5432/tcp"),
        (COMPOSE, in_service("    ports:\n      - target: |\n        published: 1\n"), "postgresql 5432/tcp"),
        (
            COMPOSE,
            in_service("    ports:\n      - target: 5432\n        published: |\n"),
            "postgresql 5432/tcp",
        ),
        (COMPOSE, in_service("    environment:\n      URL: http://redis:|\n"), "redis 6379/tcp"),
        (NGINX, "upstream redis {\n  server 10.0.0.1:|\n}".to_owned(), "redis 6379/tcp"),
        (NGINX, "server {\n  listen |\n}".to_owned(), "http 80/tcp"),
        (NGINX, "location / {\n  proxy_pass http://redis:|;\n}".to_owned(), "redis 6379/tcp"),
    ] {
        let items = editor.offered(uri, &text);
        assert_eq!(items.first().map(|item| &item["label"]), Some(&json!(expected)), "{text}");
    }
    editor.client.finish();
}

#[test]
fn the_teams_own_stand_above_all_and_are_explained() {
    let mut editor = Editor::able();
    editor.client.open(CONFIGURATION, "toml", "[ports]\n7070 = { name = 'billing', note = 'ask Ada' }\n");
    let items = editor.offered(URI, "FROM postgres\nEXPOSE |\n");
    let billing = items[0].clone();
    assert_eq!(
        (&billing["label"], &items[1]["label"]),
        (&json!("billing 7070/tcp"), &json!("postgresql 5432/tcp"))
    );
    let documentation = editor.resolved(&billing)["documentation"]["value"].as_str().unwrap().to_owned();
    assert!(documentation.contains("**billing**") && documentation.contains("ask Ada"), "{documentation}");
    // Nothing is remembered: a document that is closed meanwhile has no team.
    editor.client.close(URI);
    let documentation = editor.resolved(&billing)["documentation"]["value"].as_str().unwrap().to_owned();
    assert!(
        documentation.starts_with("**`7070/tcp`**") && !documentation.contains("billing"),
        "{documentation}"
    );
    let closed = editor.ask(URI, Position { line: 1, character: 7 }, Value::Null);
    assert_eq!(closed, Value::Null);
    editor.client.finish();
}

#[test]
fn documentation_and_detail_come_late_to_those_who_can_wait() {
    let mut editor = Editor::able();
    let item = editor.offered(URI, "FROM a\nEXPOSE postg|")[0].clone();
    assert!(item.get("documentation").is_none() && item.get("detail").is_none());
    let resolved = editor.resolved(&item);
    assert_eq!(resolved["detail"], "PostgreSQL, 5432/tcp");
    assert_eq!(resolved["documentation"]["kind"], "markdown");
    assert!(
        resolved["documentation"]["value"].as_str().unwrap().starts_with("**`5432/tcp`** **PostgreSQL**")
    );
    for key in ["label", "textEdit", "sortText", "filterText", "data"] {
        assert_eq!(resolved[key], item[key], "{key} stays as it is");
    }
    let rule = editor.offered(URI, "# portolan: ignore[reserved|]\nFROM a\n")[0].clone();
    assert!(editor.resolved(&rule)["documentation"]["value"].as_str().unwrap().starts_with("# "));
    for foreign in [
        json!({"label": "x"}),
        json!({"label": "x", "data": {"a": 1}}),
        json!({"label": "x", "data": {"uri": "x:y", "subject": "💣"}}),
    ] {
        assert_eq!(editor.resolved(&foreign), foreign);
    }
    editor.client.finish();

    let mut editor = Editor::of(&json!({}));
    let item = editor.offered(URI, "FROM a\nEXPOSE postg|")[0].clone();
    assert_eq!(item["detail"], "PostgreSQL, 5432/tcp");
    let documentation = &editor.resolved(&item)["documentation"];
    assert_eq!(documentation["kind"], "plaintext");
    assert!(!documentation["value"].as_str().unwrap().contains('`'));
    editor.client.finish();
}

#[test]
fn a_client_gets_what_it_can_take_and_nothing_else() {
    let text = "FROM a\nEXPOSE 5|85\n";
    let typed = "FROM a\nEXPOSE 585|\n";
    let mut editor = Editor::able();
    let item = &editor.offered(URI, typed)[0];
    assert_eq!((&item["tags"], item.get("deprecated")), (&json!([1]), None));
    assert_eq!(item["labelDetails"]["description"], "deregistered: use 993");
    let item = &editor.offered(URI, text)[0];
    assert!(item["textEdit"]["insert"].is_object() && item["textEdit"]["replace"].is_object());
    let fitting = &editor.offered(URI, "FROM postgres\nEXPOSE |\n");
    assert_eq!(fitting[0]["preselect"], true);
    assert!(fitting[1..].iter().all(|item| item.get("preselect").is_none()));
    editor.client.finish();

    let mut editor = Editor::of(&json!({"completionItem": {"deprecatedSupport": true}}));
    let item = &editor.offered(URI, typed)[0];
    assert_eq!((item.get("tags"), &item["deprecated"]), (None, &json!(true)));
    editor.client.finish();

    let mut editor = Editor::of(&json!({"completionItemKind": {"valueSet": [1, 15]}}));
    assert!(editor.offered(URI, typed)[0].get("kind").is_none());
    editor.client.finish();

    // A client that says nothing of completion, and one that says nothing at all.
    for capabilities in [json!({"completion": {}}), json!({})] {
        let mut client = Client::start();
        client.initialize(&json!({"textDocument": capabilities}));
        client.open(URI, "dockerfile", "FROM postgres\nEXPOSE 585\n");
        client.open(COMPOSE, "yaml", "services:\n  db:\n    image: postgres\n    ports:\n      - \n");
        let params = json!({"textDocument": {"uri": URI}, "position": {"line": 1, "character": 8}});
        let list = client.request("textDocument/completion", params).unwrap();
        let params = json!({"textDocument": {"uri": COMPOSE}, "position": {"line": 4, "character": 8}});
        let forms = client.request("textDocument/completion", params).unwrap();
        for item in list["items"].as_array().unwrap().iter().chain(forms["items"].as_array().unwrap()) {
            for key in [
                "tags",
                "deprecated",
                "preselect",
                "labelDetails",
                "insertTextFormat",
                "insertTextMode",
                "commitCharacters",
                "documentation",
            ] {
                assert!(item.get(key).is_none(), "{key}: {item}");
            }
            assert!(item["textEdit"]["range"].is_object() && item["textEdit"].get("insert").is_none());
            assert!(!item["textEdit"]["newText"].as_str().unwrap().contains(['$', '\n']), "{item}");
        }
        client.finish();
    }
}

#[test]
fn a_whole_entry_is_offered_in_both_forms() {
    let text = in_service("    ports:\n      - |\n");
    let forms = |editor: &mut Editor| {
        let items = editor.offered(COMPOSE, &text).into_iter();
        items.filter(|item| item["kind"] == 15).collect::<Vec<_>>()
    };
    let mut editor = Editor::able();
    let [short, long] = &forms(&mut editor)[..] else { panic!("two forms") };
    assert_eq!(short["insertTextFormat"], 2);
    assert_eq!(short["textEdit"]["newText"], "\"${1:5432}:${2:5432}\"");
    assert_eq!((&long["insertTextFormat"], &long["insertTextMode"]), (&json!(2), &json!(2)));
    let lines = "target: ${1:5432}\n  published: \"${2:5432}\"\n  protocol: ${3:tcp}";
    assert_eq!(long["textEdit"]["newText"], lines, "the client adds the indentation of the line");
    editor.client.finish();

    let as_it_is =
        json!({"completionItem": {"snippetSupport": true, "insertTextModeSupport": {"valueSet": [1]}}});
    let mut editor = Editor::of(&as_it_is);
    let long = forms(&mut editor)[1].clone();
    assert_eq!(long["insertTextMode"], 1);
    assert_eq!(long["textEdit"]["newText"], lines.replace('\n', "\n      "));
    editor.client.finish();

    let mut editor = Editor::of(&json!({}));
    let [short] = &forms(&mut editor)[..] else { panic!("one form without snippets") };
    assert_eq!(short["textEdit"]["newText"], "\"5432:5432\"");
    editor.client.finish();
}

#[test]
fn what_is_half_typed_is_finished() {
    let mut editor = Editor::able();
    let compose = [
        ("    ports:\n      - \"543|\n", "    ports:\n      - \"5432\"\n"),
        ("    ports: [\"543|\n", "    ports: [\"5432\"]\n"),
        ("    ports:\n      |\n", "    ports:\n      - 5432\n"),
        (
            "    ports:\n      - 127.0.0.1:|:5432\n  broken: [\n",
            "    ports:\n      - 127.0.0.1:5432:5432\n  broken: [\n",
        ),
        ("    expose:\n      - postg|\n", "    expose:\n      - 5432\n"),
    ];
    for (text, expected) in compose {
        assert_eq!(editor.take(COMPOSE, &in_service(text), "5432"), in_service(expected));
    }
    for (text, expected) in [
        ("server {\n  listen 54|\n}", "server {\n  listen 5432\n}"),
        ("listen\t'[::]:543|';", "listen\t'[::]:5432';"),
        ("upstream a {\r\n  server b:54|\r\n}", "upstream a {\r\n  server b:5432\r\n}"),
    ] {
        assert_eq!(editor.take(NGINX, text, "5432"), expected);
    }
    for (text, expected) in [
        ("FROM a\r\nexpose 80 \\\r\n\t54|\r\n", "FROM a\r\nexpose 80 \\\r\n\t5432\r\n"),
        ("FROM a\nENV DB_PORT=\"54|\n", "FROM a\nENV DB_PORT=\"5432\"\n"),
        ("FROM a\nEXPOSE 54|", "FROM a\nEXPOSE 5432"),
        ("FROM a\nHEALTHCHECK CMD curl http://db:54|/\n", "FROM a\nHEALTHCHECK CMD curl http://db:5432/\n"),
    ] {
        assert_eq!(editor.take(URI, text, "5432"), expected);
    }
    editor.client.finish();
}

#[test]
fn values_of_the_long_form() {
    let mut editor = Editor::able();
    let entry = "    ports:\n      - target: 53\n        published: \"53\"\n        KEY: |\n";
    for (key, expected) in [
        ("protocol", &["udp", "tcp", "sctp"][..]),
        ("mode", &["ingress", "host"]),
        ("host_ip", &["127.0.0.1", "0.0.0.0", "'::1'"]),
        ("name", &[]),
        ("app_protocol", &[]),
    ] {
        assert_eq!(editor.labels(COMPOSE, &in_service(&entry.replace("KEY", key)), 9), expected, "{key}");
    }
    editor.client.finish();
}

#[test]
fn nothing_where_no_port_can_stand() {
    let mut editor = Editor::able();
    for (uri, text) in [
        (URI, "|"),
        (URI, "# EXPOSE 5|\n"),
        (URI, "FROM postgres:|\n"),
        (URI, "FROM a\nUSER 1000:|\n"),
        (URI, "FROM a\nEXPOSE 80-|\n"),
        (URI, "FROM a\nEXPOSE ${|}\n"),
        (URI, "FROM a\nEXPOSE 70000/tcp/|\n"),
        (COMPOSE, "services:\n  a:\n    image: postgres:|\n"),
        (COMPOSE, "services:\n  a:\n    user: \"0:|\"\n"),
        (COMPOSE, "services:\n  a:\n    volumes: ['a:|']\n"),
        (COMPOSE, "services:\n  a:\n    ports: |\n"),
        (COMPOSE, "services:\n  a:\n    ports: ['80:80 |']\n"),
        (COMPOSE, "services:\n  a:|\n"),
        (NGINX, "server { listen 80 |; }"),
        (NGINX, "server { root /|; }"),
        (NGINX, "# listen |\n"),
        (NGINX, "💣|"),
    ] {
        assert_eq!(editor.offered(uri, text), [] as [Value; 0], "{text}");
    }
    // A language that nobody reads, and a document that nobody opened.
    let place = Position { line: 0, character: 7 };
    editor.client.open("file:///stack/notes.txt", "plaintext", "EXPOSE \n");
    assert_eq!(editor.ask("file:///stack/notes.txt", place, Value::Null), Value::Null);
    assert_eq!(editor.ask("file:///stack/Containerfile", place, Value::Null), Value::Null);
    // A place that is not there is the nearest that is.
    editor.client.open("file:///stack/web/Dockerfile", "dockerfile", "EXPOSE ");
    let far = Position { line: 99, character: 99 };
    assert_eq!(
        editor.ask("file:///stack/web/Dockerfile", far, Value::Null)["items"][0]["label"],
        "http 80/tcp"
    );
    editor.client.finish();
}

#[test]
fn rules_are_named_in_comments() {
    let mut editor = Editor::able();
    let text = "FROM a\n# 💣 portolan: no\n# portolan: ignore[reserved-port, |]\nEXPOSE 585\n";
    let items = editor.offered(URI, text);
    assert_eq!((&items[0]["label"], &items[0]["preselect"]), (&json!("deregistered-port"), &json!(true)));
    assert_eq!(editor.resolved(&items[0].clone())["detail"], "a number whose assignment IANA withdrew");
    assert!(items.iter().all(|item| item["label"] != "reserved-port"));
    let file = "# portolan: ignore-file[dereg|\nlisten 585;\n";
    assert_eq!(editor.take(NGINX, file, "dereg"), "# portolan: ignore-file[deregistered-port\nlisten 585;\n");
    let begun = editor.offered(COMPOSE, "# porto|\nservices: {}\n");
    assert_eq!(begun[0]["textEdit"]["newText"], "portolan: ignore[$1]$0");
    editor.client.finish();
}

#[test]
fn a_configuration_is_completed_from_its_schema() {
    let mut editor = Editor::able();
    for (text, expected) in [
        ("sel|", &["select"][..]),
        ("# 💣\r\n[sev|\r\n", &["severity"]),
        ("[severity]\r\nreserved-p|", &["reserved-port"]),
        ("[severity]\nreserved-port = \"|", &["error", "warning", "info", "hint", "off"]),
        ("extend-select = ['ci|']", &["cis"]),
        ("[[overrides]]\npat|", &["paths"]),
        ("[ports]\n7070 = { name = 'a', u|", &["url"]),
        ("# sel|", &[]),
    ] {
        assert_eq!(editor.labels(CONFIGURATION, text, 9), expected, "{text}");
    }
    let item = editor.offered(CONFIGURATION, "sel|")[0].clone();
    assert_eq!(
        (&item["textEdit"]["newText"], &item["insertTextFormat"]),
        (&json!("select = [\"$1\"]"), &json!(2))
    );
    assert_eq!(
        editor.take(CONFIGURATION, "[severity]\nreserved-port = w|", "warning"),
        "[severity]\nreserved-port = \"warning\""
    );
    editor.client.finish();
    let mut editor = Editor::of(&json!({}));
    assert_eq!(editor.take("file:///stack/.portolan.toml", "sel|", "select"), "select = ");
    editor.client.finish();
}

#[test]
fn a_list_is_short_and_goes_when_the_number_is_typed_out() {
    let mut editor = Editor::able();
    let again = json!({"triggerKind": 3});
    let at = editor.show(URI, "FROM a\nEXPOSE 8|");
    let list = editor.ask(URI, at, again.clone());
    assert_eq!((list["isIncomplete"].as_bool(), list["items"].as_array().unwrap().len()), (Some(true), 50));
    let sorted: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|item| item["sortText"].as_str().unwrap()).collect();
    assert!(sorted.is_sorted());
    let at = editor.show(URI, "FROM a\nEXPOSE 8080|");
    assert_eq!(editor.ask(URI, at, again), json!({"isIncomplete": true, "items": []}));
    assert_ne!(editor.ask(URI, at, json!({"triggerKind": 1}))["items"], json!([]), "unless somebody asks");
    let at = editor.show(URI, "FROM a\nEXPOSE postg|");
    assert_eq!(editor.ask(URI, at, Value::Null)["isIncomplete"], false);
    editor.client.finish();
}

#[test]
fn positions_behind_a_wide_character_are_right_in_every_encoding() {
    for (name, encoding) in
        [("utf-8", Encoding::Utf8), ("utf-16", Encoding::Utf16), ("utf-32", Encoding::Utf32)]
    {
        let mut editor = Editor::counting(name, encoding, &everything());
        let text = "server {\n  set $a \"💣\"; listen 54|99;\n}\n";
        assert_eq!(
            editor.take(NGINX, text, "5432"),
            "server {\n  set $a \"💣\"; listen 5432;\n}\n",
            "{name}"
        );
        editor.client.finish();
    }
}

#[test]
fn a_large_document_is_answered_like_a_small_one() {
    let mut editor = Editor::able();
    let service = |index: usize| format!("  s{index}:\n    image: a\n    ports: ['{}:80']\n", 20000 + index);
    let text = "services:\n".to_owned() + &(0..1600).map(service).collect::<String>();
    let text = format!("{text}  last:\n    image: redis\n    ports:\n      - |\n");
    assert!(text.len() > 64 << 10);
    assert_eq!(editor.labels(COMPOSE, &text, 1), ["redis 6379/tcp"]);
    editor.client.finish();
}

#[test]
fn every_place_of_the_demo() {
    let mut editor = Editor::of(&json!({}));
    for (uri, language, text) in [
        (URI, Language::Dockerfile, include_str!("../demo/Dockerfile")),
        (COMPOSE, Language::Compose, include_str!("../demo/compose.yaml")),
        (NGINX, Language::Nginx, include_str!("../demo/nginx.conf")),
    ] {
        let scan = languages::scan(text, language);
        for at in (0..text.len()).filter(|&at| text.is_char_boundary(at)) {
            let marked = [&text[..at], "|", &text[at..]].concat();
            let position = if editor.uri == uri {
                editor.text.position(at, editor.encoding)
            } else {
                editor.show(uri, &marked)
            };
            let list = editor.ask(uri, position, Value::Null);
            let ports: Vec<&Value> =
                list["items"].as_array().unwrap().iter().filter(|item| item["kind"] == 12).collect();
            let is_port = |port: &portolan::port::PortUse| {
                port.span.touches(at) && port.span.of(text).bytes().all(|byte| byte.is_ascii_digit())
            };
            let is_at_port = scan.uses.iter().any(is_port);
            let is_in_comment = text[..at].rsplit('\n').next().unwrap().trim_start().starts_with('#');
            assert!(!is_at_port || !ports.is_empty(), "{}", &marked);
            assert!(!is_in_comment || ports.is_empty(), "{}", &marked);
            for item in ports.first().into_iter().chain(ports.last()) {
                let label = item["label"].as_str().unwrap();
                let number = label.split(' ').find_map(|word| word.split_once('/')).unwrap().0;
                let taken = editor.taken(item, position);
                let found = languages::scan(&taken, language).uses;
                let range = PortRange::single(number.parse().unwrap());
                let is_there =
                    found.iter().any(|port| port.range == Some(range) && port.span.of(&taken) == number);
                assert!(is_there, "{label} in {taken}");
            }
        }
    }
    editor.client.finish();
}
