//! How quickly language servers answer, and how much memory they take: `cargo bench --bench server`.
//!
//! Each server is driven over its standard input and output with what VS Code says that it can take. A figure is what a
//! person waits: from the moment at which the message is written to that at which the answer is read. Ours is measured, and
//! beside it, in the same run, any other that is named:
//!
//! ```text
//! cargo bench --bench server -- --server 'docker:dockerfile=docker-langserver --stdio' \
//!     --server 'yaml:compose=yaml-language-server --stdio' --settings yaml=settings.json \
//!     --server 'ruff:python=ruff server'
//! ```
//!
//! The servers take turns, ten keystrokes each, so that what else the machine does comes to all of them. A server of Python's
//! reads a file of its own, of the same length as ours and typed into in the same way.
//!
//! What a server does not offer, or does not answer in time, is `–`.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot be taken ends the program")]

mod conversation;
mod memory;
mod stacks;
mod table;
mod texts;
mod typing;

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
use texts::{Kind, Sample, Size};

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
    #[arg(long = "language", value_parser = |name: &str| Language::from_name(name).ok_or("it is no language"))]
    languages: Vec<Language>,
    /// Only files of this size: `10KB`, `1MB`, `1000lines`.
    #[arg(long = "size", value_parser = |name: &str| Size::from_name(name).ok_or("it is no size"))]
    sizes: Vec<Size>,
    /// How many keystrokes are timed in each file; fewer in those above 100 KB.
    #[arg(long)]
    keystrokes: Option<usize>,
    /// How many times a server is started with a file of 10 KB.
    #[arg(long)]
    starts: Option<usize>,
    /// Passes over the workspaces.
    #[arg(long)]
    no_workspaces: bool,
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
    kinds: Vec<Kind>,
    program: String,
    arguments: Vec<String>,
    /// What it is told where it asks for the settings, and after the handshake.
    settings: Value,
}

/// Keystrokes before the first that counts: what runs on a virtual machine gets faster.
const WARM_UP: usize = 20;

/// How many keystrokes in a row one server gets.
const TURN: usize = 10;

/// How long nothing may come and nothing may be computed until a server is said to be quiet.
const QUIET: Duration = Duration::from_secs(1);

fn main() {
    let arguments = Arguments::parse();
    let servers = servers(&arguments);
    let keystrokes = arguments.keystrokes.unwrap_or(if arguments.bench { 400 } else { 3 });
    let starts = arguments.starts.unwrap_or(if arguments.bench { 21 } else { 1 });
    let files = arguments.files.unwrap_or(if arguments.bench { 1000 } else { 10 });
    let sizes = match arguments.sizes {
        sizes if !sizes.is_empty() => sizes,
        _ if arguments.bench => vec![
            Size::Bytes(10_000),
            Size::Lines(1000),
            Size::Bytes(100_000),
            Size::Bytes(1_000_000),
            Size::Bytes(10_000_000),
        ],
        _ => vec![Size::Lines(60)],
    };
    let is_wanted =
        |language: &Language| arguments.languages.is_empty() || arguments.languages.contains(language);

    let mut table = Table::new(servers.iter().map(|server| server.name.clone()).collect());
    for language in Language::ALL.into_iter().filter(is_wanted) {
        for &size in &sizes {
            let keystrokes = keystrokes.min((40_000_000 / size.bytes()).max(11));
            table.heading(&format!("{}, {size}, {keystrokes} keystrokes", language.name()));
            let measured = typing::typing(&servers, language, size, keystrokes);
            table.row(
                "diagnostics without, with the mistake",
                measured.iter().map(|it| Cell::counts(&it.found)),
            );
            table.row("opened → pushed diagnostics", measured.iter().map(|it| Cell::time(it.opened)));
            table.latency("keystroke → pushed diagnostics", measured.iter().map(|it| &it.push));
            table.latency("keystroke → pulled diagnostics", measured.iter().map(|it| &it.pull));
            table.latency("hover after a keystroke", measured.iter().map(|it| &it.hover));
            table.row("computed for a keystroke", measured.iter().map(|it| Cell::time(it.computed)));
            table.row("resident", measured.iter().map(|it| Cell::memory(it.memory.map(|it| it.resident))));
        }
        let size = Size::Bytes(10_000);
        table.heading(&format!("{}, {size}, {starts} starts", language.name()));
        table.latency("start → first diagnostics", typing::starts(&servers, language, size, starts).iter());
    }
    if !arguments.no_workspaces {
        workspaces(&servers, files, keystrokes, &mut table);
    }
    print!("{table}");
}

/// Measures what it takes to open workspaces.
fn workspaces(servers: &[Server], files: usize, keystrokes: usize, table: &mut Table) {
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
    for (language, name) in opened.iter().filter(|(language, _)| server.reads(*language)) {
        let path = folder.join(name);
        let uri = format!("file://{}", path.display());
        conversation.open(&uri, Kind::Ours(*language).id(), &fs::read_to_string(path).unwrap());
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

impl Server {
    /// What it reads where the others read files of that language, and so much of it.
    fn sample(&self, language: Language, size: Size) -> Option<Sample> {
        let kind = [Kind::Ours(language), Kind::Python].into_iter().find(|kind| self.kinds.contains(kind))?;
        Some(texts::sample(kind, size))
    }

    /// Whether it is to read files of that language.
    fn reads(&self, language: Language) -> bool {
        self.kinds.contains(&Kind::Ours(language))
    }
}

/// A new folder. Its name does not begin with a dot: some servers look past those.
fn folder() -> TempDir {
    tempfile::Builder::new().prefix("portolan-bench-").tempdir().unwrap()
}

fn servers(arguments: &Arguments) -> Vec<Server> {
    let mut servers = vec![Server {
        name: "portolan".to_owned(),
        kinds: Kind::ALL.into_iter().filter(|kind| kind.is_ours()).collect(),
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
    let (name, kinds) = match name.split_once(':') {
        Some((name, kinds)) => (name, kinds.split(',').map(Kind::from_name).collect::<Option<_>>()?),
        None => (name, Kind::ALL.into_iter().filter(|kind| kind.is_ours()).collect()),
    };
    let mut words = command.split_whitespace().map(str::to_owned);
    let program = words.next()?;
    Some(Server { name: name.to_owned(), kinds, program, arguments: words.collect(), settings: json!({}) })
}
