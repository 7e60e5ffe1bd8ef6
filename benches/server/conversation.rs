//! A client that speaks to a server and knows when each of its messages came.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Server;
use crate::memory::{self, Memory};

/// How long a server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// How the client comes by diagnostics.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It is told them (`textDocument/publishDiagnostics`).
    Push,
    /// It asks for them (`textDocument/diagnostic`).
    Pull,
}

pub struct Conversation {
    child: Child,
    input: ChildStdin,
    /// Each message, and when its last byte was read.
    output: Receiver<(Instant, Value)>,
    settings: Value,
    capabilities: Value,
    /// The methods that the server has registered since.
    registered: Vec<String>,
    last_id: u64,
}

impl Conversation {
    /// Starts a server in a folder and shakes hands. `None` where it cannot be started or does not answer.
    pub fn start(server: &Server, folder: &Path, way: Way) -> Option<Self> {
        let mut child = Command::new(&server.program)
            .args(&server.arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .inspect_err(|error| eprintln!("{}: {error}", server.program))
            .ok()?;
        let (sender, output) = channel();
        let mut stdout = BufReader::new(child.stdout.take()?);
        thread::spawn(move || {
            while let Some(message) = read(&mut stdout) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take()?;
        let mut conversation = Self {
            child,
            input,
            output,
            settings: server.settings.clone(),
            capabilities: Value::Null,
            registered: Vec::new(),
            last_id: 0,
        };
        let uri = format!("file://{}", folder.display());
        let params = json!({
            "processId": std::process::id(),
            "rootUri": uri,
            "workspaceFolders": [{"uri": uri, "name": "bench"}],
            "capabilities": capabilities(way),
        });
        let (_, result) = conversation.request("initialize", params)?;
        conversation.capabilities = result["capabilities"].clone();
        conversation.notify("initialized", json!({}));
        if conversation.settings != json!({}) {
            let settings = conversation.settings.clone();
            conversation.notify("workspace/didChangeConfiguration", json!({"settings": settings}));
        }
        Some(conversation)
    }

    /// What the server said in the handshake that it can do.
    pub const fn capabilities(&self) -> &Value {
        &self.capabilities
    }

    /// Whether the server offers something: by that capability, or by having registered the method.
    pub fn offers(&self, capability: &str, method: &str) -> bool {
        let said = &self.capabilities[capability];
        !(said.is_null() || said == false) || self.registered.iter().any(|it| it == method)
    }

    pub fn open(&mut self, uri: &str, language: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Asks, and waits for the result; when it came.
    pub fn request(&mut self, method: &str, params: Value) -> Option<(Instant, Value)> {
        self.last_id += 1;
        let id = self.last_id;
        let mut message = json!({"jsonrpc": "2.0", "id": id, "method": method});
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
        let (when, mut answer) = self.wait(|it| it["id"] == id && it.get("method").is_none())?;
        answer.get("error").is_none().then(|| (when, answer["result"].take()))
    }

    /// Waits for the diagnostics of a version; of a server that does not tell the version, for the next ones.
    pub fn published(&mut self, uri: &str, version: usize) -> Option<(Instant, Value)> {
        self.wait(|message| {
            let params = &message["params"];
            message["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == uri
                && (params["version"].is_null() || params["version"] == version)
        })
    }

    /// Waits until no message has come, and nothing was computed, for so long; when the last of it was.
    pub fn quiet(&mut self, pause: Duration) -> Option<Instant> {
        let end = Instant::now() + PATIENCE * 3;
        let mut ticks = memory::ticks(self.child.id())?;
        let mut last = Instant::now();
        while last.elapsed() < pause {
            if Instant::now() > end {
                return None;
            }
            match self.output.recv_timeout(Duration::from_millis(20)) {
                Ok((when, message)) => {
                    self.answer(&message);
                    last = when;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
            let now = memory::ticks(self.child.id())?;
            // A tick is 10 ms: what a server does while it is idle comes to one now and then.
            if now > ticks + 1 {
                last = Instant::now();
                ticks = now;
            }
        }
        Some(last)
    }

    pub fn memory(&self) -> Option<Memory> {
        memory::memory(self.child.id())
    }

    /// How long the server has computed so far.
    pub fn computed(&self) -> Option<Duration> {
        memory::computed(self.child.id())
    }

    /// Ends the server as the protocol wants it; `None` where it does not.
    pub fn end(mut self) -> Option<()> {
        self.request("shutdown", Value::Null)?;
        self.notify("exit", Value::Null);
        let end = Instant::now() + PATIENCE;
        while self.child.try_wait().ok()?.is_none() {
            if Instant::now() > end {
                return None;
            }
            thread::sleep(Duration::from_millis(5));
        }
        Some(())
    }

    /// The next message that is wanted. What the server asks meanwhile is answered.
    fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Option<(Instant, Value)> {
        let end = Instant::now() + PATIENCE;
        loop {
            let (when, message) =
                self.output.recv_timeout(end.saturating_duration_since(Instant::now())).ok()?;
            if wanted(&message) {
                return Some((when, message));
            }
            self.answer(&message);
        }
    }

    /// Answers what the server asks, as an editor would that has these settings.
    fn answer(&mut self, message: &Value) {
        let (Some(id), Some(method)) = (message.get("id"), message["method"].as_str()) else { return };
        let params = &message["params"];
        let result = match method {
            "workspace/configuration" => params["items"].as_array().map_or(Value::Null, |items| {
                items.iter().map(|item| self.setting(item["section"].as_str().unwrap_or_default())).collect()
            }),
            "client/registerCapability" => {
                let registrations = params["registrations"].as_array().into_iter().flatten();
                self.registered
                    .extend(registrations.filter_map(|it| Some(it["method"].as_str()?.to_owned())));
                Value::Null
            }
            _ => Value::Null,
        };
        self.send(&json!({"jsonrpc": "2.0", "id": id, "result": result}));
    }

    /// The settings below `section`, which is names with dots between them.
    fn setting(&self, section: &str) -> Value {
        let names = section.split('.').filter(|it| !it.is_empty());
        names.fold(&self.settings, |settings, name| &settings[name]).clone()
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        // A server that has ended is noticed where its answer is waited for.
        let _ = self.input.write_all(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
        let _ = self.input.flush();
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How many diagnostics a notification or a report holds.
pub fn diagnostics(message: &Value) -> usize {
    let diagnostics = message.pointer("/params/diagnostics").or_else(|| message.get("items"));
    diagnostics.and_then(Value::as_array).map_or(0, Vec::len)
}

/// What VS Code says that it can take; where diagnostics are to be pushed, without asking for them.
fn capabilities(way: Way) -> Value {
    let client: Value =
        serde_json::from_str(include_str!("../../tests/lsp/clients/vscode.json")).expect("it is JSON");
    let mut capabilities = client["capabilities"].clone();
    if way == Way::Push {
        for (part, name) in [("textDocument", "diagnostic"), ("workspace", "diagnostics")] {
            capabilities[part].as_object_mut().expect("VS Code sends it").remove(name);
        }
    }
    capabilities
}

/// Reads a message. `None` at the end, and of what is no message.
fn read(output: &mut impl BufRead) -> Option<(Instant, Value)> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.parse::<usize>().ok();
        }
    }
    let mut body = vec![0; length?];
    output.read_exact(&mut body).ok()?;
    let when = Instant::now();
    Some((when, serde_json::from_slice(&body).ok()?))
}
