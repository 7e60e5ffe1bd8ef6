//! A workspace of files that hang together: what a keystroke in one costs, beside reading and linking everything.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use portolan::languages::Language;
use portolan::project::{self, Files};
use serde_json::{Value, json};

use crate::Server;
use crate::conversation::{self, Conversation, Way};

/// Two ports of a Dockerfile: the one that its compose file publishes, and another.
const PORTS: [&str; 2] = ["8000", "9000"];

/// What was measured in such a workspace.
#[derive(Default)]
pub struct Linked {
    /// From a keystroke in a Dockerfile to the diagnostics of its compose file.
    pub other: Vec<Duration>,
    /// From a keystroke in a Dockerfile that nothing names to its own diagnostics.
    pub apart: Vec<Duration>,
    /// From the news that everything may be otherwise to the diagnostics of all files.
    pub all: Vec<Duration>,
    /// How many diagnostics the compose file had, with the one port and with the other.
    pub found: Vec<usize>,
}

/// The files of the stack of that number, by their paths in its folder.
fn files(number: usize) -> [(&'static str, String); 4] {
    let compose = format!(
        "services:
  web:
    build: ./web
    ports:
      - \"{}:8000\"
  proxy:
    image: nginx:1.29
    volumes:
      - ./nginx.conf:/etc/nginx/conf.d/default.conf:ro
    ports:
      - \"{}:${{HTTP_PORT}}\"
  db:
    image: postgres:18
    expose: [5432]
",
        20_000 + number,
        30_000 + number,
    );
    let nginx = "upstream web { server web:8000; }

server {
    listen 8080;
    location / { proxy_pass http://web; }
}
";
    [
        ("compose.yaml", compose),
        (
            "web/Dockerfile",
            format!("FROM node:22\nWORKDIR /srv/{number}\nCOPY . .\nEXPOSE 8000\nCMD [\"node\", \".\"]\n"),
        ),
        ("nginx.conf", nginx.to_owned()),
        (".env", "HTTP_PORT=8080\n".to_owned()),
    ]
}

/// Writes so many stacks below `folder`.
pub fn write(folder: &Path, count: usize) {
    for number in 0..count {
        for (name, text) in files(number) {
            let path = folder.join(format!("stack{number}")).join(name);
            fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("the folder is writable");
            fs::write(path, text).expect("the folder is writable");
        }
    }
}

/// Links one stack of so many, and all of them, without a server around; the middle of some times each.
pub fn in_process(count: usize, times: usize) -> (Duration, Duration) {
    let texts: Vec<(String, String)> = (0..count)
        .flat_map(|number| files(number).map(|(name, text)| (format!("/stack{number}/{name}"), text)))
        .collect();
    let tree = Files::new(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let roots: Vec<PathBuf> = tree.compose_files().map(Path::to_owned).collect();
    let link = |roots: &[PathBuf]| roots.iter().for_each(|root| drop(black_box(project::link(root, &tree))));
    let middle = |roots: &[PathBuf]| {
        let mut all: Vec<Duration> = (0..times.max(1))
            .map(|_| {
                let start = Instant::now();
                link(roots);
                start.elapsed()
            })
            .collect();
        all.sort_unstable();
        all[all.len() / 2]
    };
    (middle(&roots[..1]), middle(&roots))
}

/// Types into Dockerfiles of such a workspace. `None`: the server does not offer what it takes, or has given no answer.
pub fn typing(server: &Server, folder: &Path, keystrokes: usize, linked: &mut Linked) -> Option<()> {
    if !Language::ALL.into_iter().all(|language| server.reads(language)) {
        return None;
    }
    let mut conversation = Conversation::start(server, folder, Way::Pull)?;
    if !conversation.offers("diagnosticProvider", "textDocument/diagnostic") {
        return conversation.end();
    }
    let all = json!({"previousResultIds": []});
    conversation.request("workspace/diagnostic", all.clone())?;
    let uri = |name: &str| format!("file://{}", folder.join(name).display());
    let [compose, dockerfile, apart] =
        ["stack0/compose.yaml", "stack0/web/Dockerfile", "apart/Dockerfile"].map(uri);
    let [(_, compose_text), (_, dockerfile_text), ..] = files(0);
    conversation.open(&compose, "dockercompose", &compose_text);
    conversation.open(&dockerfile, "dockerfile", &dockerfile_text);
    conversation.open(&apart, "dockerfile", &dockerfile_text);
    for keystroke in 0..keystrokes {
        for (changed, asked, times) in
            [(&dockerfile, &compose, &mut linked.other), (&apart, &apart, &mut linked.apart)]
        {
            let start = Instant::now();
            conversation.notify("textDocument/didChange", change(changed, keystroke));
            let (end, found) =
                conversation.request("textDocument/diagnostic", json!({"textDocument": {"uri": asked}}))?;
            times.push(end - start);
            if keystroke < 2 && asked == &compose {
                linked.found.push(conversation::diagnostics(&found));
            }
        }
    }
    for _ in 0..keystrokes.div_ceil(40) {
        let changes = json!({"changes": [{"uri": uri(".gitignore"), "type": 2}]});
        let start = Instant::now();
        conversation.notify("workspace/didChangeWatchedFiles", changes);
        linked.all.push(conversation.request("workspace/diagnostic", all.clone())?.0 - start);
    }
    conversation.end()
}

/// Puts the one port into a Dockerfile, or the other, in turns.
fn change(uri: &str, keystroke: usize) -> Value {
    let range = json!({"start": {"line": 3, "character": 7}, "end": {"line": 3, "character": 11}});
    json!({
        "textDocument": {"uri": uri, "version": keystroke + 2},
        "contentChanges": [{"range": range, "text": PORTS[(keystroke + 1) % 2]}],
    })
}
