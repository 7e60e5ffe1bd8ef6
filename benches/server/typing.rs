//! What a keystroke costs in an open file, and what it takes until the first diagnostics of one are there.

use std::fs;
use std::time::{Duration, Instant};

use portolan::languages::Language;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::conversation::{self, Conversation, Way};
use crate::memory::Memory;
use crate::texts::{Sample, Size};
use crate::{QUIET, Server, TURN, WARM_UP, folder};

/// What was measured while somebody types into a file.
#[derive(Default)]
pub struct Typing {
    /// From the opening of the file to its diagnostics.
    pub opened: Option<Duration>,
    pub push: Vec<Duration>,
    pub pull: Vec<Duration>,
    pub hover: Vec<Duration>,
    /// What the server computes for a keystroke and the hover behind it, or, if it only answers, for a keystroke.
    pub computed: Option<Duration>,
    /// How many diagnostics there were when the port was right, and when it was none. Where these are the same, the server
    /// has not looked at ports.
    pub found: Vec<usize>,
    /// After all keystrokes, with the file open.
    pub memory: Option<Memory>,
}

/// Types into a file with each server: as a client that is told, then, if the server offers it, as one that asks.
pub fn typing(servers: &[Server], language: Language, size: Size, keystrokes: usize) -> Vec<Typing> {
    let mut measured: Vec<Typing> = servers.iter().map(|_| Typing::default()).collect();
    for way in [Way::Push, Way::Pull] {
        let mut typists: Vec<Option<Typist>> =
            servers.iter().map(|server| Typist::start(server, language, size, way)).collect();
        for turn in (0..WARM_UP + keystrokes).step_by(TURN) {
            let end = (turn + TURN).min(WARM_UP + keystrokes);
            for typist in &mut typists {
                // Whoever has given up has measured nothing.
                if typist.as_mut().is_some_and(|it| it.strike(turn..end).is_none()) {
                    *typist = None;
                }
            }
        }
        for (typist, typing) in typists.into_iter().zip(&mut measured) {
            if let Some(typist) = typist {
                typist.end(keystrokes, typing);
            }
        }
    }
    measured
}

/// How long it takes each time, for each server, from its start to the diagnostics of a file that is opened at once.
pub fn starts(servers: &[Server], language: Language, size: Size, times: usize) -> Vec<Vec<Duration>> {
    let mut measured: Vec<Vec<Duration>> = servers.iter().map(|_| Vec::new()).collect();
    for _ in 0..times {
        for (server, times) in servers.iter().zip(&mut measured) {
            let Some(sample) = server.sample(language, size) else { continue };
            let file = File::write(&sample);
            let start = Instant::now();
            let opened = file.open(server, &sample, Way::Push);
            let Some((conversation, _, Some(first))) = opened else { continue };
            times.push(first - start);
            // There is nothing more to ask it.
            let _ = conversation.end();
        }
    }
    measured
}

/// A file in a folder of its own.
struct File {
    folder: TempDir,
    uri: String,
}

impl File {
    fn write(sample: &Sample) -> Self {
        let folder = folder();
        let path = folder.path().join(sample.kind.file_name());
        fs::write(&path, &sample.text).unwrap();
        Self { folder, uri: format!("file://{}", path.display()) }
    }

    /// Starts a server beside it and opens it; when that was, and when its diagnostics came, if the server tells them. `None`: the server
    /// does not answer.
    fn open(
        &self,
        server: &Server,
        sample: &Sample,
        way: Way,
    ) -> Option<(Conversation, Instant, Option<Instant>)> {
        let mut conversation = Conversation::start(server, self.folder.path(), way)?;
        let opened = Instant::now();
        conversation.open(&self.uri, sample.kind.id(), &sample.text);
        let first = if way == Way::Push { Some(conversation.published(&self.uri, 1)?.0) } else { None };
        Some((conversation, opened, first))
    }
}

/// Somebody who puts another digit behind a port in the middle of a file, which makes it none, and takes it away again, in
/// turns; and who, where diagnostics are told, asks for its hover each time.
struct Typist {
    conversation: Conversation,
    file: File,
    sample: Sample,
    way: Way,
    offers_hover: bool,
    opened: Option<Duration>,
    latencies: Vec<Duration>,
    hover: Vec<Duration>,
    computed: Duration,
    found: Vec<usize>,
    /// The name of the result that came last.
    previous: Value,
}

impl Typist {
    /// Starts a server and opens the file. `None`: the server does not offer this, is not for such files, or has given no answer.
    fn start(server: &Server, language: Language, size: Size, way: Way) -> Option<Self> {
        let sample = server.sample(language, size)?;
        let file = File::write(&sample);
        let (mut conversation, opened, first) = file.open(server, &sample, way)?;
        if way == Way::Push {
            // Some servers publish again when they have read the settings.
            conversation.quiet(QUIET)?;
        } else if !conversation.offers("diagnosticProvider", "textDocument/diagnostic") {
            conversation.end();
            return None;
        }
        Some(Self {
            offers_hover: way == Way::Push && conversation.offers("hoverProvider", "textDocument/hover"),
            opened: first.map(|first| first - opened),
            conversation,
            file,
            sample,
            way,
            latencies: Vec::new(),
            hover: Vec::new(),
            computed: Duration::ZERO,
            found: Vec::new(),
            previous: Value::Null,
        })
    }

    /// Strikes those keystrokes. `None`: the server has given no answer.
    fn strike(&mut self, keystrokes: std::ops::Range<usize>) -> Option<()> {
        let before = self.conversation.computed();
        let is_warm = keystrokes.start >= WARM_UP;
        for keystroke in keystrokes {
            let (latency, hover) = self.strike_once(keystroke)?;
            if keystroke >= WARM_UP {
                self.latencies.push(latency);
                self.hover.extend(hover);
            }
        }
        if is_warm {
            self.computed += self.conversation.computed()?.saturating_sub(before?);
        }
        Some(())
    }

    /// Strikes a keystroke; how long its diagnostics took, and the hover behind it.
    fn strike_once(&mut self, keystroke: usize) -> Option<(Duration, Option<Duration>)> {
        let Self { conversation, sample, file, .. } = self;
        let uri = &file.uri;
        let is_insertion = keystroke.is_multiple_of(2);
        let position = json!({"line": sample.line, "character": sample.character});
        let end = json!({"line": sample.line, "character": sample.character + usize::from(!is_insertion)});
        let version = keystroke + 2;
        let text = if is_insertion { "0" } else { "" };
        let change = json!({
            "textDocument": {"uri": uri, "version": version},
            "contentChanges": [{"range": {"start": position, "end": end}, "text": text}],
        });
        let start = Instant::now();
        conversation.notify("textDocument/didChange", change);
        let (end, found) = if self.way == Way::Push {
            conversation.published(uri, version)?
        } else {
            let params = json!({"textDocument": {"uri": uri}, "previousResultId": self.previous});
            conversation.request("textDocument/diagnostic", params)?
        };
        if self.way == Way::Pull {
            self.previous = found["resultId"].clone();
        }
        if keystroke < 2 {
            self.found.insert(0, conversation::diagnostics(&found));
        }
        let asked = Instant::now();
        let hovered = json!({
            "textDocument": {"uri": uri},
            "position": {"line": sample.line, "character": sample.character - 1},
        });
        let hover = if self.offers_hover {
            Some(conversation.request("textDocument/hover", hovered)?.0 - asked)
        } else {
            None
        };
        Some((end - start, hover))
    }

    /// Writes down what was measured, and ends the server.
    fn end(self, keystrokes: usize, typing: &mut Typing) {
        let memory = self.conversation.memory();
        if self.way == Way::Push {
            typing.opened = self.opened;
            typing.push = self.latencies;
            typing.hover = self.hover;
            typing.memory = memory;
        } else {
            typing.pull = self.latencies;
            typing.memory = typing.memory.or(memory);
        }
        if typing.found.is_empty() {
            typing.found = self.found;
        }
        let each = u32::try_from(keystrokes).unwrap_or(u32::MAX);
        typing.computed = typing.computed.or(Some(self.computed / each));
        // There is nothing more to ask it.
        let _ = self.conversation.end();
    }
}
