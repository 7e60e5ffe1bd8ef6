//! A workspace that means harm: whatever its files name, the server runs nothing, reads nothing that is no regular file of a
//! sensible length, waits for nothing, and looks outside the workspace at what is named there alone.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::Client;
use crate::workspace::{address, write};

const COMPOSE: &str = "include:
  - /dev/zero
  - ../outside/named.yaml
  - ./pipe
  - ../../../../../../../../etc/hostname
services:
  web:
    build: {context: /, dockerfile: dev/zero}
    env_file: [/dev/zero, /dev/stdin, ./pipe, ./sparse.env, ./loop, ../outside/named.env, ./linked.env, /proc/self/mem, .]
    extends: {file: ./pipe, service: web}
    ports: ['585:80', \"$(touch ran):80\", '`touch ran`:80']
    command: [sh, -c, touch ran]
    volumes: ['./pipe:/etc/nginx/nginx.conf', '/dev/zero:/etc/nginx/conf.d/zero.conf', './:/etc/nginx/conf.d']
  other:
    extends: {file: /dev/zero, service: other}
    build: ./pipe
";

const NGINX: &str = "include /dev/zero;
include pipe;
include loop;
include ../outside/*.conf;
include /etc/shadow;
server { listen 994; }
";

const CONFIGURATION: &str = "exclude = [\"../**\"]
\"[run](command:workbench.action.quit)\" = 1
";

/// Writes the workspace, and what lies beside it.
fn hostile(folder: &Path) {
    write(
        folder,
        &[
            ("work/compose.yaml", COMPOSE),
            ("work/nginx.conf", NGINX),
            ("work/web/Dockerfile", "FROM alpine\nEXPOSE 585\nRUN touch ran\n"),
            ("work/named/portolan.toml", CONFIGURATION),
            ("work/named/Dockerfile", "FROM alpine\nEXPOSE 585\n"),
            ("outside/named.yaml", "services: {db: {image: postgres, ports: ['994:1']}}\n"),
            ("outside/named.env", "PORT=585\n"),
            ("outside/linked.env", "PORT=994\n"),
            ("outside/secret.env", "PORT=994\n"),
            ("outside/secret.yaml", "services: {a: {ports: ['994:1']}}\n"),
        ],
    );
    let work = folder.join("work");
    fs::File::create(work.join("sparse.env")).unwrap().set_len(10 << 30).unwrap();
    fs::File::create(work.join("sparse.Dockerfile")).unwrap().set_len(10 << 30).unwrap();
    for name in ["pipe", "compose.override.yaml", ".env", "Dockerfile.pipe", "portolan.toml", ".gitignore"] {
        assert!(Command::new("mkfifo").arg(work.join(name)).status().unwrap().success());
    }
    #[cfg(unix)]
    for (target, name) in [
        ("loop", "loop"),
        ("/dev/zero", "Dockerfile"),
        ("/dev/zero", "zero.conf"),
        ("../outside/linked.env", "linked.env"),
        ("../outside", "out"),
        ("..", "up"),
    ] {
        std::os::unix::fs::symlink(target, work.join(name)).unwrap();
    }
}

/// Has the server look at all that there is.
fn look_at_all(folder: &Path, client: &mut Client) {
    let work = folder.join("work");
    let uri = |name: &str| address(&work, name);
    client.initialize_with(json!({
        "capabilities": {
            "textDocument": {
                "publishDiagnostics": {"versionSupport": true, "relatedInformation": true},
                "hover": {"contentFormat": ["markdown"]},
                "diagnostic": {},
            },
        },
        "workspaceFolders": [{"uri": uri(""), "name": "work"}],
    }));
    let opened = [
        ("compose.yaml", "dockercompose", COMPOSE, 10),
        ("nginx.conf", "nginx", NGINX, 5),
        ("web/Dockerfile", "dockerfile", "FROM alpine\nEXPOSE 585\nRUN touch ran\n", 1),
        ("named/Dockerfile", "dockerfile", "FROM alpine\nEXPOSE 585\n", 1),
    ];
    for (name, id, text, line) in opened {
        client.open(&uri(name), id, text);
        let document = json!({"uri": uri(name)});
        let report = client.request("textDocument/diagnostic", json!({"textDocument": document})).unwrap();
        assert!(!report["items"].as_array().unwrap().is_empty(), "{name}");
        for character in [8, 13, 19] {
            client.hover(&uri(name), line, character);
            let position = json!({"line": line, "character": character});
            let mut params = json!({"textDocument": document, "position": position});
            for method in ["definition", "completion"] {
                client.request(&format!("textDocument/{method}"), params.clone()).unwrap();
            }
            params["context"] = json!({"includeDeclaration": true});
            client.request("textDocument/references", params).unwrap();
        }
        for method in ["documentLink", "documentSymbol"] {
            client.request(&format!("textDocument/{method}"), json!({"textDocument": document})).unwrap();
        }
        client.notify("textDocument/didSave", json!({"textDocument": document}));
    }
    client.request("workspace/diagnostic", json!({"previousResultIds": []})).unwrap();
    client.request("portolan/chart", json!({"format": "json"})).ok();
}

#[test]
#[cfg(unix)]
fn a_workspace_that_means_harm_is_read_to_the_end() {
    let folder = TempDir::new().unwrap();
    hostile(folder.path());
    let mut client = Client::start();
    look_at_all(folder.path(), &mut client);
    if let Some(resident) = client.resident() {
        assert!(resident < 200_000, "it has read what has no end: {resident} kB");
    }
    let messages = client.finish_with_messages();
    assert!(!folder.path().join("work/ran").exists());
    // The configuration is wrong, of which the user is told in its own words.
    let shown: Vec<&Value> = messages.iter().filter(|it| it["method"] == "window/showMessage").collect();
    let text = |it: &&Value| it["params"]["message"].as_str().unwrap().to_owned();
    assert!(shown.iter().any(|it| text(it).contains("command:workbench")), "{shown:#?}");
    for message in &messages {
        let is_text = ["window/showMessage", "window/logMessage"].iter().any(|it| message["method"] == *it);
        assert!(!is_text || !text(&message).contains("]("), "nothing to click on: {message}");
    }
}

/// What the system was asked for, as strace(1) writes it, line by line; `None` where there is no such program.
#[cfg(target_os = "linux")]
fn traced(folder: &Path) -> Option<String> {
    let trace = folder.join("trace");
    let arguments = [
        "-f",
        "-s",
        "4096",
        "-e",
        "trace=open,openat,execve,execveat,socket,connect,unlink,rename,mkdir",
        "-o",
    ];
    let is_there =
        Command::new("strace").args(["-o", "/dev/null", "true"]).status().is_ok_and(|it| it.success());
    if !is_there {
        eprintln!("passed over: there is no strace, or it may not trace");
        return None;
    }
    let mut strace = Command::new("strace");
    strace.args(arguments).arg(&trace).args([env!("CARGO_BIN_EXE_portolan"), "--stdio"]);
    let mut client = Client::start_as(&mut strace);
    look_at_all(folder, &mut client);
    client.finish();
    Some(fs::read_to_string(trace).unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn a_workspace_that_means_harm_has_nothing_run_written_sent_or_read_that_it_does_not_name() {
    let folder = TempDir::new().unwrap();
    hostile(folder.path());
    let Some(trace) = traced(folder.path()) else { return };
    let mut runs = 0;
    for line in trace.lines() {
        runs += usize::from(line.contains("execve"));
        let is_written = ["O_WRONLY", "O_RDWR", "O_CREAT", "unlink(", "rename(", "mkdir("]
            .iter()
            .any(|it| line.contains(it));
        assert!(!is_written, "it writes: {line}");
        assert!(!line.contains("socket(") && !line.contains("connect("), "it speaks to somebody: {line}");
        // Of a folder the names are read; what is none is not opened as one.
        let is_opened = line.contains("open") && !line.contains("O_DIRECTORY");
        for never in
            ["/dev/zero", "/dev/stdin", "pipe\"", "/proc/self/mem", "secret", ".override", "work/.env\""]
        {
            assert!(!(is_opened && line.contains(never)), "it reads what has no end or no name: {line}");
        }
    }
    assert_eq!(runs, 1, "the server itself");
    for named in ["outside/named.yaml", "outside/named.env"] {
        assert!(trace.contains(named), "{named} is read, since it is named");
    }
}
