//! When the server ends: with its client, however that ends, and at once.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::URI;
use crate::client::Client;

/// How long a test waits for a process to end; none takes this long when all is well.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether the process of that number is no more. One that has ended may wait for whoever started it to take notice.
fn is_gone(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_none_or(|(_, rest)| rest.trim_start().starts_with('Z'))
}

fn wait_until_gone(process: u32, what: &str) {
    let end = Instant::now() + PATIENCE;
    while !is_gone(process) {
        assert!(Instant::now() < end, "the server lives on: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn frame(message: &Value) -> String {
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len())
}

fn initialize(process: u32) -> String {
    let params = json!({"capabilities": {}, "processId": process, "rootUri": null});
    frame(&json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}))
}

/// A large document of each language.
fn large() -> [(&'static str, &'static str, String); 3] {
    let repeat = |block: &str| block.repeat(1_000_000 / block.len());
    let compose =
        (0..20_000).map(|index| format!("  s{index}:\n    image: a\n    ports: ['{}:80']\n", 10_000 + index));
    [
        ("file:///a/Dockerfile", "dockerfile", repeat("FROM a\nENV A=b C=d\nEXPOSE $A 585\nRUN x\n")),
        (
            "file:///a/nginx.conf",
            "nginx",
            repeat("server {\n  listen 994;\n  location / { proxy_pass http://a:80; }\n}\n"),
        ),
        ("file:///a/compose.yaml", "dockercompose", "services:\n".to_owned() + &compose.collect::<String>()),
    ]
}

#[test]
fn exit_ends_the_server_at_once_in_the_middle_of_its_work() {
    for is_last in [true, false] {
        for (uri, id, text) in large() {
            let mut client = Client::initialized(&["utf-16"]);
            client.open(uri, id, &text);
            if is_last {
                client.request("shutdown", Value::Null).unwrap();
            }
            client.notify("exit", Value::Null);
            assert_eq!(client.ended().code(), Some(i32::from(!is_last)));
            let said = client.rest();
            let is_published = |it: &Value| it["method"] == "textDocument/publishDiagnostics";
            assert!(!said.iter().any(is_published), "it has not waited for the diagnostics of {uri}");
        }
    }
}

#[test]
fn a_client_that_hangs_up_in_the_middle_of_work_leaves_no_server() {
    for (uri, id, text) in large() {
        let mut client = Client::initialized(&["utf-16"]);
        client.open(uri, id, &text);
        client.hang_up();
        assert_eq!(client.ended().code(), Some(1));
    }
}

#[test]
fn a_client_that_reads_no_more_leaves_no_server() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_portolan"))
        .arg("--stdio")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(server.stdout.take());
    let mut input = server.stdin.take().unwrap();
    input.write_all(initialize(0).as_bytes()).unwrap();
    let end = Instant::now() + PATIENCE;
    while server.try_wait().unwrap().is_none() {
        assert!(Instant::now() < end, "it lives on, though nobody hears it");
        thread::sleep(Duration::from_millis(5));
    }
    drop(input);
}

/// The client that the next test kills: it types without end.
#[test]
#[ignore = "another test starts it, and kills it"]
fn a_client_that_is_to_be_killed() {
    let mut client = Client::initialized(&["utf-16"]);
    eprintln!("server {}", client.process());
    client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 585\n");
    for version in 2.. {
        client.change(URI, version, &[([1, 7, 1, 7], " "), ([1, 7, 1, 8], "")]);
        if version % 3 == 0 {
            client.hover(URI, 1, 8);
        }
        eprintln!("edit");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_client_that_is_killed_at_any_moment_leaves_no_server() {
    for edits in [0, 1, 2, 3, 5, 8, 13, 40] {
        let mut client = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "lifetime::a_client_that_is_to_be_killed", "--ignored", "--nocapture"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(client.stderr.take().unwrap()).lines();
        let mut lines =
            lines.map(Result::unwrap).filter(|line| line.starts_with("server ") || line == "edit");
        let server = lines.next().unwrap().split_once(' ').unwrap().1.parse().unwrap();
        lines.take(edits).for_each(drop);
        client.kill().unwrap();
        client.wait().unwrap();
        wait_until_gone(server, &format!("killed after {edits} edits"));
    }
}

/// The server's input stays open here, as it does where the client has started other processes that hold it.
#[test]
#[cfg(target_os = "linux")]
fn a_client_whose_pipe_somebody_else_holds_leaves_no_server() {
    let mut client = Command::new("sh")
        .args([
            "-c",
            "exec 3<&0; \"$0\" --stdio <&3 & echo \"server $!\" >&2; wait",
            env!("CARGO_BIN_EXE_portolan"),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = client.stdin.take().unwrap();
    input.write_all(initialize(client.id()).as_bytes()).unwrap();
    let mut answer = [0; 16];
    client.stdout.as_mut().unwrap().read_exact(&mut answer).unwrap();
    let mut log = BufReader::new(client.stderr.take().unwrap());
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    let server: u32 = line.trim().strip_prefix("server ").unwrap().parse().unwrap();
    assert!(!is_gone(server) && Path::new(&format!("/proc/{server}")).exists());
    client.kill().unwrap();
    client.wait().unwrap();
    wait_until_gone(server, "its client was killed");
    drop(input);
}

/// A number that names nobody here, as that of a client in another container does, ends nothing.
#[test]
fn a_client_of_a_number_that_is_unknown_is_served() {
    for process in [json!(null), json!(0), json!(1), json!(std::process::id()), json!(u32::MAX)] {
        let mut client = Client::start();
        let params = json!({"capabilities": {}, "processId": process, "rootUri": null});
        client.request("initialize", params).unwrap();
        client.open(URI, "dockerfile", "FROM alpine\nEXPOSE 585\n");
        assert!(client.hover(URI, 1, 8).is_object(), "{process}");
        client.finish();
    }
}
