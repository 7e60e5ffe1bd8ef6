//! How quickly language servers answer, and how much memory they take: `cargo bench --bench server`.
//!
//! Each server is driven over its standard input and output with what VS Code says that it can take. A figure is what a
//! person waits: from the moment at which the message is written to that at which the answer is read. Ours is measured, and
//! beside it, in the same run, any other that is named:
//!
//! ```text
//! cargo bench --bench server -- --server 'docker:dockerfile=docker-langserver --stdio' \
//!     --server 'yaml:compose=yaml-language-server --stdio' --settings yaml=settings.json
//! ```
//!
//! What a server does not offer, or does not answer in time, is `–`.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot be taken ends the program")]

mod conversation;
mod memory;
mod stacks;
mod table;
mod texts;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use clap::Parser;
use portolan::languages::Language;
use serde_json::{Value, json};
use tempfile::TempDir;

use conversation::{Conversation, Way};
use memory::Memory;
use stacks::Linked;
use table::{Cell, Table};
use texts::{Sample, Size};

#[derive(Parser)]
struct Arguments {
    /// Another server: `NAME=COMMAND`, or `NAME:LANGUAGE,…=COMMAND` if it is not for all; `portolan=…` instead of the one
    /// that was just built.
    #[arg(long = "server", value_name = "NAME=COMMAND")]
    servers: Vec<String>,
    /// The settings of a server, as an editor would send them: `NAME=FILE`, which holds JSON.
    #[arg(long, value_name = "NAME=FILE")]
    settings: Vec<String>,
    /// Only files of this language: `dockerfile`, `compose` or `nginx`.
    #[arg(long, value_parser = |name: &str| Language::from_name(name).ok_or("it is no language"))]
    language: Option<Language>,
    /// How many keystrokes are timed in each file.
    #[arg(long)]
    keystrokes: Option<usize>,
    /// How many files the workspace holds.
    #[arg(long)]
    files: Option<usize>,
    /// What cargo says where figures are wanted. Without it, it is only seen that all of this works.
    #[arg(long, hide = true)]
    bench: bool,
}

/// A server that is measured.
struct Server {
    name: String,
    languages: Vec<Language>,
    program: String,
    arguments: Vec<String>,
    /// What it is told where it asks for the settings, and after the handshake.
    settings: Value,
}

/// Keystrokes before the first that counts: what runs on a virtual machine gets faster.
const WARM_UP: usize = 20;

/// How long nothing may come and nothing may be computed until a server is said to be quiet.
const QUIET: Duration = Duration::from_secs(1);

fn main() {
    let arguments = Arguments::parse();
    let servers = servers(&arguments);
    let keystrokes = arguments.keystrokes.unwrap_or(if arguments.bench { 400 } else { 3 });
    let files = arguments.files.unwrap_or(if arguments.bench { 1000 } else { 10 });
    let sizes =
        if arguments.bench { vec![Size::Lines(1000), Size::Bytes(100_000)] } else { vec![Size::Lines(60)] };

    let mut table = Table::new(servers.iter().map(|server| server.name.clone()).collect());
    for language in Language::ALL.into_iter().filter(|it| arguments.language.is_none_or(|only| *it == only)) {
        for &size in &sizes {
            let sample = texts::sample(language, size);
            table.heading(&format!("{}, {size}, {keystrokes} keystrokes", language.name()));
            let measured: Vec<Typing> =
                servers.iter().map(|server| typing(server, language, &sample, keystrokes)).collect();
            table.row(
                "diagnostics without, with the mistake",
                measured.iter().map(|it| Cell::counts(&it.found)),
            );
            table.latency("keystroke → pushed diagnostics", measured.iter().map(|it| &it.push));
            table.latency("keystroke → pulled diagnostics", measured.iter().map(|it| &it.pull));
            table.latency("hover after a keystroke", measured.iter().map(|it| &it.hover));
            table.row("resident", measured.iter().map(|it| Cell::memory(it.memory.map(|it| it.resident))));
        }
    }
    table.heading(&format!("a workspace of {files} files, one of each language open"));
    let workspace = folder();
    let opened = texts::workspace(workspace.path(), files);
    let measured: Vec<Opening> =
        servers.iter().map(|server| opening(server, workspace.path(), &opened)).collect();
    table.row("start → quiet", measured.iter().map(|it| Cell::time(it.quiet)));
    table.row("diagnostics of all files", measured.iter().map(|it| Cell::time(it.all)));
    table.row("resident", measured.iter().map(|it| Cell::memory(it.memory.map(|it| it.resident))));
    table.row("resident at most", measured.iter().map(|it| Cell::memory(it.memory.map(|it| it.peak))));
    let count = files.div_ceil(4);
    table.heading(&format!("a workspace of {count} stacks of 4 files, {keystrokes} keystrokes"));
    let workspace = folder();
    stacks::write(workspace.path(), count);
    let typed = |server: &Server| {
        let mut linked = Linked::default();
        // Whoever has given up has measured nothing.
        let _ = stacks::typing(server, workspace.path(), keystrokes, &mut linked);
        linked
    };
    let measured: Vec<Linked> = servers.iter().map(typed).collect();
    table.row(
        "diagnostics of the file beside, with the mistake, without",
        measured.iter().map(|it| Cell::counts(&it.found)),
    );
    table.latency("keystroke → pulled diagnostics of the file beside", measured.iter().map(|it| &it.other));
    table.latency("keystroke in a file of no stack → its own", measured.iter().map(|it| &it.apart));
    table.latency("all read, linked and looked at again", measured.iter().map(|it| &it.all));
    let (one, all) = stacks::in_process(count, keystrokes);
    for (name, time) in [("one stack linked, in process", one), ("all stacks linked, in process", all)] {
        let ours = |index: usize| Cell::time((index == 0).then_some(time));
        table.row(name, (0..servers.len()).map(ours));
    }
    print!("{table}");
}

/// What was measured while somebody types into a file.
#[derive(Default)]
struct Typing {
    push: Vec<Duration>,
    pull: Vec<Duration>,
    hover: Vec<Duration>,
    /// How many diagnostics there were when the port was right, and when it was none. Where these are the same, the server
    /// has not looked at ports.
    found: Vec<usize>,
    /// After all keystrokes, with the file open.
    memory: Option<Memory>,
}

/// Types into a sample: as a client that is told, then, if the server offers it, as one that asks.
fn typing(server: &Server, language: Language, sample: &Sample, keystrokes: usize) -> Typing {
    let mut typing = Typing::default();
    if server.languages.contains(&language) {
        // Whoever has given up has measured nothing.
        let _ = type_into(server, language, sample, keystrokes, Way::Push, &mut typing);
        let _ = type_into(server, language, sample, keystrokes, Way::Pull, &mut typing);
    }
    typing
}

/// Puts another digit behind a port in the middle of the file, which makes it none, and takes it away again, in turns; asks
/// for its hover each time. `None`: the server does not offer this, or has given no answer.
fn type_into(
    server: &Server,
    language: Language,
    sample: &Sample,
    keystrokes: usize,
    way: Way,
    typing: &mut Typing,
) -> Option<()> {
    let folder = folder();
    let path = folder.path().join(texts::file_name(language));
    fs::write(&path, &sample.text).unwrap();
    let uri = format!("file://{}", path.display());

    let mut conversation = Conversation::start(server, folder.path(), way)?;
    conversation.open(&uri, texts::language_id(language), &sample.text);
    let is_push = way == Way::Push;
    if is_push {
        conversation.published(&uri, 1)?;
        // Some servers publish again when they have read the settings.
        conversation.quiet(QUIET)?;
    } else if !conversation.offers("diagnosticProvider", "textDocument/diagnostic") {
        return conversation.end();
    }
    let offers_hover = conversation.offers("hoverProvider", "textDocument/hover");
    let position = json!({"line": sample.line, "character": sample.character});
    let hovered = json!({
        "textDocument": {"uri": uri},
        "position": {"line": sample.line, "character": sample.character - 1},
    });
    let mut latencies = Vec::new();
    let mut previous = Value::Null;
    for keystroke in 0..WARM_UP + keystrokes {
        let is_insertion = keystroke % 2 == 0;
        let end = json!({"line": sample.line, "character": sample.character + usize::from(!is_insertion)});
        let version = keystroke + 2;
        let text = if is_insertion { "0" } else { "" };
        let change = json!({
            "textDocument": {"uri": uri, "version": version},
            "contentChanges": [{"range": {"start": position, "end": end}, "text": text}],
        });
        let start = Instant::now();
        conversation.notify("textDocument/didChange", change);
        let found = if is_push {
            conversation.published(&uri, version)
        } else {
            let params = json!({"textDocument": {"uri": uri}, "previousResultId": previous});
            let answer = conversation.request("textDocument/diagnostic", params);
            previous = answer.as_ref().map_or(Value::Null, |(_, it)| it["resultId"].clone());
            answer
        };
        let (end, found) = found?;
        if keystroke < 2 && typing.found.len() < 2 {
            typing.found.insert(0, conversation::diagnostics(&found));
        }
        let hover_start = Instant::now();
        let hover_end = if is_push && offers_hover {
            Some(conversation.request("textDocument/hover", hovered.clone())?.0)
        } else {
            None
        };
        if keystroke >= WARM_UP {
            latencies.push(end - start);
            typing.hover.extend(hover_end.map(|end| end - hover_start));
        }
    }
    if is_push {
        typing.push = latencies;
        typing.memory = conversation.memory();
    } else {
        typing.pull = latencies;
        typing.memory = typing.memory.or_else(|| conversation.memory());
    }
    conversation.end()
}

/// What was measured while a workspace is opened.
#[derive(Default)]
struct Opening {
    /// Until the server had nothing to do any more.
    quiet: Option<Duration>,
    /// Until the diagnostics of all files were there, asked for when it was quiet.
    all: Option<Duration>,
    memory: Option<Memory>,
}

/// Opens a folder as a workspace, and one file of each language in it.
fn opening(server: &Server, folder: &Path, opened: &[(Language, String)]) -> Opening {
    let mut opening = Opening::default();
    let start = Instant::now();
    let Some(mut conversation) = Conversation::start(server, folder, Way::Pull) else { return opening };
    for (language, name) in opened.iter().filter(|(language, _)| server.languages.contains(language)) {
        let path = folder.join(name);
        let uri = format!("file://{}", path.display());
        conversation.open(&uri, texts::language_id(*language), &fs::read_to_string(path).unwrap());
    }
    opening.quiet = conversation.quiet(QUIET).map(|end| end - start);
    if conversation.capabilities()["diagnosticProvider"]["workspaceDiagnostics"] == true {
        let start = Instant::now();
        let answer = conversation.request("workspace/diagnostic", json!({"previousResultIds": []}));
        opening.all = answer.map(|(end, _)| end - start);
    }
    opening.memory = conversation.memory();
    // There is nothing more to ask it.
    let _ = conversation.end();
    opening
}

/// A new folder. Its name does not begin with a dot: some servers look past those.
fn folder() -> TempDir {
    tempfile::Builder::new().prefix("portolan-bench-").tempdir().unwrap()
}

fn servers(arguments: &Arguments) -> Vec<Server> {
    let mut servers = vec![Server {
        name: "portolan".to_owned(),
        languages: Language::ALL.to_vec(),
        program: env!("CARGO_BIN_EXE_portolan").to_owned(),
        arguments: vec!["--stdio".to_owned()],
        settings: json!({}),
    }];
    for given in &arguments.servers {
        let server =
            server(given).unwrap_or_else(|| panic!("--server {given}: it is NAME:LANGUAGE,…=COMMAND"));
        match servers.iter_mut().find(|it| it.name == server.name) {
            Some(it) => *it = server,
            None => servers.push(server),
        }
    }
    for given in &arguments.settings {
        let (name, file) =
            given.split_once('=').unwrap_or_else(|| panic!("--settings {given}: it is NAME=FILE"));
        let server = servers.iter_mut().find(|it| it.name == name);
        let server = server.unwrap_or_else(|| panic!("--settings {given}: there is no server of that name"));
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
        server.settings = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    }
    servers
}

/// The server that `NAME:LANGUAGE,…=COMMAND` stands for.
fn server(given: &str) -> Option<Server> {
    let (name, command) = given.split_once('=')?;
    let (name, languages) = match name.split_once(':') {
        Some((name, languages)) => {
            (name, languages.split(',').map(Language::from_name).collect::<Option<_>>()?)
        }
        None => (name, Language::ALL.to_vec()),
    };
    let mut words = command.split_whitespace().map(str::to_owned);
    let program = words.next()?;
    Some(Server {
        name: name.to_owned(),
        languages,
        program,
        arguments: words.collect(),
        settings: json!({}),
    })
}
