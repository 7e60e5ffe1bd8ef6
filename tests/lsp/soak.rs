//! Edits without end over fifty documents: whatever happens to them, the server knows what one knows that has just opened them,
//! and needs no more memory for it.
//!
//! `PORTOLAN_SOAK=100000 cargo test --release --test lsp soak` makes it so many edits; without, it is a few thousand.

use std::fs;
use std::ops::Range;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::Client;
use crate::workspace::address;

/// How many edits there are where nobody says otherwise.
const FEW: usize = 3_000;

/// After how many edits all is compared.
const STRETCH: usize = 1_000;

/// How many stacks of five files there are.
const STACKS: usize = 10;

/// A text is written anew where it gets longer than this.
const LONGEST: usize = 4_000;

/// What is typed.
const PIECES: [&str; 32] = [
    "585",
    " 994",
    "💣",
    "é",
    "\r\n",
    "\r",
    "\n",
    "#",
    "\"",
    "'",
    "${PORT}",
    "$",
    ":",
    "-",
    "  ",
    "\t",
    "{",
    "}",
    ";",
    "80-90",
    "\nEXPOSE 585 \"💣\" 994\n",
    "\nENV PORT=70000 X=${Y:-993}\n",
    "\nFROM a AS b\n",
    "<<EOF\n",
    "\\\n",
    "\n    ports: ['585:80', \"💣:994\"]\n",
    "\n  more:\n    image: postgres:18\n    expose: [5432, 585]\n",
    "\n    env_file: .env\n",
    "&a ",
    "*a ",
    "\n  server { listen 994; server_name \"é💣\"; }\n",
    "\ninclude *.conf;\n",
];

/// A random number that is the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn piece(&mut self) -> &'static str {
        PIECES[self.below(PIECES.len())]
    }
}

/// A document as it is to be.
struct Model {
    uri: String,
    id: &'static str,
    start: String,
    text: String,
    version: i32,
    is_open: bool,
}

impl Model {
    fn open(&mut self, client: &mut Client) {
        self.version = 1;
        self.is_open = true;
        client.open(&self.uri, self.id, &self.text);
    }

    /// Types somewhere, a few times at once, or writes all anew.
    fn edit(&mut self, encoding: &str, dice: &mut Dice, client: &mut Client) {
        self.version += 1 + i32::try_from(dice.below(3)).unwrap();
        let mut changes = Vec::new();
        for _ in 0..=dice.below(40) / 37 {
            if self.text.len() > LONGEST || dice.below(60) == 0 {
                let piece = dice.piece();
                self.text = format!("{}{piece}", self.start);
                changes.push(json!({"text": self.text}));
                continue;
            }
            let text = if dice.below(3) == 0 { "" } else { dice.piece() };
            // Every now and then nobody knows where that should be.
            let reach = if dice.below(20) == 0 { u32::MAX as usize } else { 40 };
            let line = dice.below(lines(&self.text).len() + 2);
            let [character, width] = [dice.below(reach), dice.below(5)];
            let end_line = line + dice.below(12) / 11;
            let end =
                (end_line, if end_line == line { character.saturating_add(width) } else { dice.below(8) });
            let [from, to] = [(line, character), end].map(|at| offset(&self.text, at, encoding));
            let ends = [(line, character), end].map(
                |(line, character)| json!({"line": line, "character": character.min(u32::MAX as usize)}),
            );
            changes.push(json!({"range": {"start": ends[0], "end": ends[1]}, "text": text}));
            self.text.replace_range(from.min(to)..from.max(to), text);
        }
        let document = json!({"uri": self.uri, "version": self.version});
        client.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
    }
}

/// The lines of `text` without their ends: counted here by hand, so that the server's way of counting has something to
/// be held against.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if char == '\n' || char == '\r' {
            lines.push(start..at);
            let is_pair = char == '\r' && chars.next_if(|(_, next)| *next == '\n').is_some();
            start = at + 1 + usize::from(is_pair);
        }
    }
    lines.push(start..text.len());
    lines
}

/// The byte at a position, clamped as the protocol says.
fn offset(text: &str, (line, character): (usize, usize), encoding: &str) -> usize {
    let Some(line) = lines(text).get(line).cloned() else { return text.len() };
    let mut column = 0;
    for (at, char) in text[line.clone()].char_indices() {
        let width = match encoding {
            "utf-8" => char.len_utf8(),
            "utf-16" => char.len_utf16(),
            _ => 1,
        };
        // A place inside a character is that character's start.
        if column + width > character {
            return line.start + at;
        }
        column += width;
    }
    line.end
}

/// The files of ten stacks, on the disk and as documents that nobody has opened.
fn files(folder: &Path) -> Vec<Model> {
    let mut models = Vec::new();
    for stack in 0..STACKS {
        let port = 8000 + stack;
        let files = [
            (
                "compose.yaml",
                "dockercompose",
                format!(
                    "services:\n  web:\n    build: ./web\n    env_file: .env\n    ports: ['{port}:8000', '585:80']\n  proxy:\n    image: nginx:1.29\n    volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf:ro']\n    ports: ['{}:${{HTTP_PORT}}']\n",
                    port + 100
                ),
            ),
            ("compose.override.yaml", "dockercompose", format!("services:\n  web:\n    ports: ['{port}:9000']\n")),
            ("web/Dockerfile", "dockerfile", "FROM node:22\nENV PORT=8000\nEXPOSE $PORT 585\n".to_owned()),
            (
                "nginx.conf",
                "nginx",
                "upstream web { server web:8000; }\nserver {\n  listen 8080;\n  location / { proxy_pass http://web; }\n}\n".to_owned(),
            ),
            (".env", "dotenv", "HTTP_PORT=8080\n".to_owned()),
        ];
        for (name, id, text) in files {
            let name = format!("stack{stack}/{name}");
            let path = folder.join(&name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &text).unwrap();
            let uri = address(folder, &name);
            models.push(Model { uri, id, start: text.clone(), text, version: 0, is_open: false });
        }
    }
    models
}

/// All that there is to know of the open documents.
fn known(models: &[Model], client: &mut Client) -> Vec<Value> {
    let mut known = Vec::new();
    for model in models.iter().filter(|it| it.is_open) {
        let document = json!({"uri": model.uri});
        let end = json!({"line": u32::MAX, "character": u32::MAX});
        let whole = json!({"start": {"line": 0, "character": 0}, "end": end});
        let mut answers: Vec<Value> = [
            ("textDocument/diagnostic", json!({"textDocument": document})),
            ("textDocument/documentSymbol", json!({"textDocument": document})),
            ("textDocument/documentLink", json!({"textDocument": document})),
            ("textDocument/inlayHint", json!({"textDocument": document, "range": whole})),
        ]
        .into_iter()
        .map(|(method, params)| client.request(method, params).unwrap())
        .collect();
        // Its name counts the edits.
        answers[0]["resultId"].take();
        known.push(json!({"uri": model.uri, "text": model.text, "known": answers}));
    }
    known
}

/// A client of that encoding in a folder.
fn start(folder: &Path, encoding: &str) -> Client {
    let mut client = Client::start();
    client.initialize_with(json!({
        "capabilities": {
            "general": {"positionEncodings": [encoding]},
            "textDocument": {
                "publishDiagnostics": {"versionSupport": true, "relatedInformation": true},
                "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
            },
        },
        "workspaceFolders": [{"uri": address(folder, ""), "name": "a"}],
    }));
    client
}

/// Edits `count` times; what the server held in memory each time that all was compared, in kB, where the system tells.
fn soak(encoding: &str, count: usize) -> Vec<u64> {
    let folder = TempDir::new().unwrap();
    let mut models = files(folder.path());
    let mut client = start(folder.path(), encoding);
    models.iter_mut().for_each(|model| model.open(&mut client));
    let mut dice = Dice(count as u64 + encoding.len() as u64);
    let mut held = Vec::new();
    for edit in 1..=count {
        let index = dice.below(models.len());
        let model = &mut models[index];
        match dice.below(100) {
            0 if model.is_open => {
                model.is_open = false;
                client.close(&model.uri);
            }
            1 if model.is_open => {
                let path = model.uri.strip_prefix("file://").unwrap();
                fs::write(path, &model.text).unwrap();
                client.notify("textDocument/didSave", json!({"textDocument": {"uri": model.uri}}));
            }
            // Opened a second time without a word: the new text counts.
            2 => model.open(&mut client),
            at @ 3..7 => {
                let method = if at == 3 { "textDocument/completion" } else { "textDocument/hover" };
                let position = json!({"line": dice.below(12), "character": dice.below(30)});
                let params = json!({"textDocument": {"uri": model.uri}, "position": position});
                client.send(
                    &json!({"jsonrpc": "2.0", "id": format!("{edit}"), "method": method, "params": params}),
                );
            }
            _ => {}
        }
        if !model.is_open {
            model.open(&mut client);
        }
        model.edit(encoding, &mut dice, &mut client);
        if edit % STRETCH == 0 || edit == count {
            let now = known(&models, &mut client);
            client.forget_seen();
            let mut fresh = start(folder.path(), encoding);
            for model in models.iter().filter(|it| it.is_open) {
                fresh.open(&model.uri, model.id, &model.text);
            }
            assert!(
                now.iter().filter(|it| it.to_string().contains("portolan")).count() > 10,
                "there is something"
            );
            for (now, fresh) in now.iter().zip(known(&models, &mut fresh)) {
                assert_eq!(*now, fresh, "{encoding}, after {edit} edits");
            }
            fresh.finish();
            held.extend(client.resident());
        }
    }
    client.finish();
    held
}

#[test]
fn any_edits_of_linked_documents_leave_what_opening_the_last_texts_leaves() {
    let asked = std::env::var("PORTOLAN_SOAK").ok().map(|count| count.parse().unwrap());
    let count: usize = asked.unwrap_or(FEW);
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        let held = soak(encoding, count.div_ceil(3));
        if asked.is_some() {
            eprintln!("{encoding}: resident after each {STRETCH} edits, in kB: {held:?}");
        }
        // The allocator keeps pages of its own, so a little more is no leak.
        let (early, late) = held.split_at(held.len().min(10_000 / STRETCH));
        if let (Some(early), Some(late)) = (early.iter().max(), late.iter().max()) {
            assert!(*late < early + early / 5, "{encoding}: {held:?}");
        }
    }
}
