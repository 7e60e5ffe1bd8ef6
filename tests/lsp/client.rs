//! A client that speaks to the real binary over its standard input and output, and takes any byte on its output that is
//! no frame for a failure.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long a test waits for what must come; nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<Result<Value, String>>,
    stderr: Option<thread::JoinHandle<String>>,
    last_id: i64,
    seen: Vec<Value>,
}

impl Client {
    /// Starts the server, without a word.
    pub fn start() -> Self {
        Self::start_with(&["--stdio"])
    }

    /// Starts the binary with those arguments.
    pub fn start_with(arguments: &[&str]) -> Self {
        Self::start_as(Command::new(env!("CARGO_BIN_EXE_portolan")).args(arguments))
    }

    /// Starts the server by that command.
    pub fn start_as(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary is built");
        let (sender, output) = channel();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            while let Some(message) = read_frame(&mut stdout).transpose() {
                let is_last = message.is_err();
                if sender.send(message).is_err() || is_last {
                    return;
                }
            }
        });
        let mut stderr = child.stderr.take().unwrap();
        let stderr = thread::spawn(move || {
            let mut log = Vec::new();
            stderr.read_to_end(&mut log).unwrap();
            String::from_utf8_lossy(&log).into_owned()
        });
        Self { input: child.stdin.take(), child, output, stderr: Some(stderr), last_id: 0, seen: Vec::new() }
    }

    /// Starts the server and shakes hands, with a client that offers `encodings`, reads Markdown and shows whatever a
    /// diagnostic can carry.
    pub fn initialized(encodings: &[&str]) -> Self {
        let mut client = Self::start();
        client.initialize(&json!({
            "general": {"positionEncodings": encodings},
            "textDocument": {
                "hover": {"contentFormat": ["markdown", "plaintext"]},
                "publishDiagnostics": {
                    "versionSupport": true,
                    "relatedInformation": true,
                    "codeDescriptionSupport": true,
                    "tagSupport": {"valueSet": [1, 2]},
                },
            },
        }));
        client
    }

    /// Shakes hands; returns what the server can do.
    pub fn initialize(&mut self, capabilities: &Value) -> Value {
        self.initialize_with(json!({"capabilities": capabilities}))
    }

    /// Shakes hands with those `params`, beside which a client that says nothing of published diagnostics wants their
    /// versions; returns what the server can do.
    pub fn initialize_with(&mut self, mut params: Value) -> Value {
        let published = &mut params["capabilities"]["textDocument"]["publishDiagnostics"];
        if published.is_null() {
            *published = json!({"versionSupport": true});
        }
        self.initialize_as_it_is(params)
    }

    /// Shakes hands with those `params`; returns what the server can do.
    pub fn initialize_as_it_is(&mut self, mut params: Value) -> Value {
        // Both must be there, though they may say nothing.
        for key in ["processId", "rootUri"] {
            params[key] = params[key].take();
        }
        let result = self.request("initialize", params).unwrap();
        self.notify("initialized", json!({}));
        result["capabilities"].clone()
    }

    /// Sends bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    pub fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request and waits for its answer: the result, or the error.
    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.last_id += 1;
        let id = self.last_id;
        let mut message = json!({"jsonrpc": "2.0", "id": id, "method": method});
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
        let answer = self.wait(method, |message| message["id"] == id && message.get("method").is_none());
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer["result"].clone()),
        }
    }

    /// The next message that `wanted` accepts; the others are kept for later.
    pub fn wait(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(index) = self.seen.iter().position(&wanted) {
            return self.seen.remove(index);
        }
        let end = Instant::now() + PATIENCE;
        loop {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(Ok(message)) if wanted(&message) => return message,
                Ok(Ok(message)) => self.seen.push(message),
                Ok(Err(error)) => panic!("the protocol was broken while waiting for {what}: {error}"),
                Err(RecvTimeoutError::Timeout) => panic!("no {what}; seen: {:#?}", self.seen),
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("the server ended while waiting for {what}: {}", self.log())
                }
            }
        }
    }

    pub fn open(&mut self, uri: &str, language: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Sends edits: each a range `[line, character, line, character]` and the text to put there.
    pub fn change(&mut self, uri: &str, version: i32, edits: &[([u64; 4], &str)]) {
        let change = |&([line, character, end_line, end_character], text): &([u64; 4], &str)| {
            let start = json!({"line": line, "character": character});
            let end = json!({"line": end_line, "character": end_character});
            json!({"range": {"start": start, "end": end}, "text": text})
        };
        let changes: Vec<Value> = edits.iter().map(change).collect();
        let document = json!({"uri": uri, "version": version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
    }

    pub fn close(&mut self, uri: &str) {
        self.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    }

    /// The diagnostics published for that version of `uri`; `None`: for a closed document.
    pub fn diagnostics(&mut self, uri: &str, version: Option<i32>) -> Vec<Value> {
        let message = self.wait("publishDiagnostics", |message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"].get("version") == version.map(Value::from).as_ref()
        });
        message["params"]["diagnostics"].as_array().unwrap().clone()
    }

    pub fn hover(&mut self, uri: &str, line: u64, character: u64) -> Value {
        let position = json!({"line": line, "character": character});
        let params = json!({"textDocument": {"uri": uri}, "position": position});
        self.request("textDocument/hover", params).unwrap()
    }

    /// The actions for `[line, character, line, character]` of `uri`, of the kinds in `only`, or of all.
    pub fn code_actions(&mut self, uri: &str, range: [u64; 4], only: Option<&[&str]>) -> Vec<Value> {
        let [line, character, end_line, end_character] = range;
        let start = json!({"line": line, "character": character});
        let end = json!({"line": end_line, "character": end_character});
        let mut context = json!({"diagnostics": []});
        if let Some(only) = only {
            context["only"] = json!(only);
        }
        let params = json!({
            "textDocument": {"uri": uri},
            "range": {"start": start, "end": end},
            "context": context,
        });
        self.request("textDocument/codeAction", params).unwrap().as_array().unwrap().clone()
    }

    /// The number of the server's process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// All that a server has said that has ended, beside what somebody has waited for.
    pub fn rest(&mut self) -> Vec<Value> {
        let mut seen = std::mem::take(&mut self.seen);
        seen.extend(self.output.iter().map(|message| message.expect("the output ends with a whole frame")));
        seen
    }

    /// Forgets the messages that nobody has waited for.
    pub fn forget_seen(&mut self) {
        self.seen.clear();
    }

    /// What the server holds in memory, in kB, where the system tells.
    pub fn resident(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix(" kB")?.parse().ok()
    }

    /// Closes the server's input, as an editor does that dies.
    pub fn hang_up(&mut self) {
        self.input = None;
    }

    /// Waits for the server to end by itself.
    pub fn ended(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < end, "the server does not end");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Shuts the server down as the protocol wants it, and checks that its output held frames alone. Returns what it wrote
    /// to standard error.
    pub fn finish(mut self) -> String {
        self.end();
        self.log()
    }

    /// As [`finish`](Self::finish); returns the messages that no test waited for.
    pub fn finish_with_messages(mut self) -> Vec<Value> {
        self.end();
        std::mem::take(&mut self.seen)
    }

    fn end(&mut self) {
        assert_eq!(self.request("shutdown", Value::Null), Ok(Value::Null));
        self.notify("exit", Value::Null);
        assert_eq!(self.ended().code(), Some(0));
        for message in &self.output {
            self.seen.push(message.expect("the output ends with a whole frame"));
        }
    }

    fn log(&mut self) -> String {
        self.stderr.take().map(|thread| thread.join().unwrap()).unwrap_or_default()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads one frame, to the letter.
fn read_frame(output: &mut impl BufRead) -> Result<Option<Value>, String> {
    let mut length = None;
    let mut is_first = true;
    loop {
        let mut line = Vec::new();
        if output.read_until(b'\n', &mut line).map_err(|error| error.to_string())? == 0 {
            return if is_first { Ok(None) } else { Err("the output ends inside a header".to_owned()) };
        }
        is_first = false;
        let line = String::from_utf8_lossy(&line).into_owned();
        let Some(line) = line.strip_suffix("\r\n") else { return Err(format!("stray bytes: {line:?}")) };
        if line.is_empty() {
            break;
        }
        match line.split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse::<usize>().ok(),
            _ => return Err(format!("stray header: {line:?}")),
        }
    }
    let mut body = vec![0; length.ok_or("a frame without a length")?];
    output.read_exact(&mut body).map_err(|error| error.to_string())?;
    let message: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    if message["jsonrpc"] != "2.0" {
        return Err(format!("no JSON-RPC 2.0: {message}"));
    }
    Ok(Some(message))
}
