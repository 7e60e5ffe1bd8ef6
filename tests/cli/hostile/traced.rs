//! What the program does to the world, by what strace sees of it: it opens no socket, writes nothing that nobody asked for, and
//! runs nothing but git for `--diff-base`.
//!
//! Where strace is missing or may not look, that is said, unless `PORTOLAN_TOOLS` is `required`.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::FORMATS;
use crate::folder;

/// What a traced program did.
#[derive(Debug, Default)]
struct Deeds {
    /// What it tried to read.
    read: BTreeSet<PathBuf>,
    /// What it changed: each with the call.
    changed: BTreeSet<(String, PathBuf)>,
    /// What it ran.
    run: Vec<PathBuf>,
    /// Every call that is about a network.
    network: Vec<String>,
}

/// Runs it in `folder` under strace; `None`, which is told, where strace is of no use.
fn traced(folder: &Path, arguments: &[&str], input: &[u8]) -> Option<Deeds> {
    /// All that could change something; the rest of `%file` looks.
    const CHANGING: &str = "%network,%file,execve,execveat,ftruncate,fchmod,fchown,fallocate,fsetxattr,fremovexattr,mknod,mknodat";
    let trace = TempDir::new().unwrap();
    let path = trace.path().join("trace");
    let mut command = Command::new("strace");
    command
        .args([
            "-f",
            "-qq",
            "-y",
            "-s",
            "4096",
            "-e",
            &format!("trace={CHANGING}"),
            "-e",
            "signal=none",
            "-o",
        ])
        .arg(&path)
        .arg(env!("CARGO_BIN_EXE_portolan"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("GITHUB_ACTIONS")
        .env_remove("LD_LIBRARY_PATH")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let output = command.spawn().ok().map(|mut child| {
        // It may end before it has read all.
        let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input));
        child.wait_with_output().unwrap()
    });
    let lines = fs::read_to_string(&path).unwrap_or_default();
    if !lines.contains("execve(") {
        let is_required = std::env::var_os("PORTOLAN_TOOLS").is_some_and(|value| value == "required");
        assert!(!is_required, "strace is needed and does not run: {output:?}");
        eprintln!("passed over: strace is missing, or may not look");
        return None;
    }
    let output = output?;
    assert!(output.status.code().is_some_and(|code| code < 2), "{arguments:?}: {output:?}");
    let mut deeds = Deeds::default();
    lines.lines().for_each(|line| deeds.add(folder, line));
    Some(deeds)
}

impl Deeds {
    /// Adds what a line of the trace tells: `17 openat(AT_FDCWD</a>, "b", O_RDONLY|O_CLOEXEC) = 3</a/b>`.
    fn add(&mut self, folder: &Path, line: &str) {
        let call = line.split_once(' ').map_or(line, |(_, call)| call).trim_start();
        // The second half of a call that was interrupted says nothing new.
        let Some((name, rest)) = call.split_once('(').filter(|_| !call.starts_with("<...")) else { return };
        let mut quoted = rest.split('"').skip(1).step_by(2);
        let path = |written: Option<&str>| folder.join(written.unwrap_or_default());
        match name {
            "execve" | "execveat" => self.run.push(path(quoted.next())),
            "open" | "openat" | "openat2" | "creat" => {
                let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"];
                let path = path(quoted.next());
                if name == "creat" || writes.iter().any(|flag| rest.contains(flag)) {
                    self.changed.insert(("open".to_owned(), path));
                } else {
                    self.read.insert(path);
                }
            }
            "access" | "faccessat" | "faccessat2" | "stat" | "lstat" | "statx" | "newfstatat"
            | "readlink" | "readlinkat" | "getcwd" | "chdir" | "statfs" | "getxattr" | "lgetxattr"
            | "listxattr" | "llistxattr" | "inotify_add_watch" | "name_to_handle_at" => {}
            _ if [
                "socket", "connect", "bind", "listen", "accept", "send", "recv", "getsock", "setsock",
                "getpeer", "shutdown",
            ]
            .iter()
            .any(|start| name.starts_with(start)) =>
            {
                self.network.push(line.to_owned());
            }
            _ => {
                let last = quoted.last().map(|it| folder.join(it));
                // What has no path has a descriptor, whose path stands behind it.
                let by_descriptor = rest
                    .split_once('<')
                    .and_then(|(_, it)| it.split_once('>'))
                    .map(|(path, _)| folder.join(path));
                self.changed.insert((name.to_owned(), last.or(by_descriptor).unwrap_or_default()));
            }
        }
    }

    /// What it changed in `folder`, by the names there, with what it did.
    fn changed_in(&self, folder: &Path) -> BTreeSet<String> {
        let name = |path: &Path| {
            let path = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned();
            // Its name holds the number of the process.
            if path.contains(".portolan-") { "temporary".to_owned() } else { path }
        };
        self.changed.iter().map(|(call, path)| format!("{call} {}", name(path))).collect()
    }

    /// That it changed nothing, ran nothing, and spoke to nobody.
    fn assert_none(&self, what: &str) {
        assert_eq!(self.network, [""; 0], "{what}");
        assert_eq!(self.changed, BTreeSet::new(), "{what}");
        assert_eq!(self.run, [PathBuf::from(env!("CARGO_BIN_EXE_portolan"))], "{what}");
    }
}

/// A project of several files that hang together, with something to find in each.
fn project() -> TempDir {
    folder(&[
        (
            "compose.yaml",
            "include: [more/compose.yaml]\nservices:\n  a:\n    build: web\n    env_file: a.env\n    ports: ['99999:80']\n  b:\n    image: nginx\n    volumes: ['./nginx.conf:/etc/nginx/nginx.conf']\n",
        ),
        ("more/compose.yaml", "services:\n  c:\n    image: redis\n    ports: ['99999:6379']\n"),
        ("web/Dockerfile", "FROM a\nEXPOSE 585\n"),
        (
            "nginx.conf",
            "http { include conf.d/*.conf; server { listen 99999; location / { proxy_pass http://a:80; } } }\n",
        ),
        ("conf.d/a.conf", "server { listen 99998; }\n"),
        ("a.env", "A=1\n"),
        (".env", "B=1\n"),
        ("portolan.toml", "[ports]\n7070 = \"billing\"\n"),
        (".gitignore", "vendor\n"),
    ])
}

#[test]
fn nothing_is_written_sent_or_run() {
    let project = project();
    let root = project.path();
    let formats = FORMATS.map(|format| vec!["--check", "--output-format", format]);
    let others = [
        &["--check"][..],
        &["--check", "--statistics"],
        &["--check", "--diff", "--unsafe-fixes"],
        &["--check", "--no-project", "-", "--stdin-filename=Dockerfile"],
        &["--check", "--fix", "--unsafe-fixes", "-", "--language=dockerfile"],
        &["--list"],
        &["--chart"],
        &["--chart", "--output-format=svg"],
        &["--lookup", "585"],
        &["--lookup", "postg*"],
        &["--explain", "reserved-port"],
        &["--rules"],
        &["--man"],
        &["--help"],
        &["--version"],
    ];
    for arguments in formats.iter().map(Vec::as_slice).chain(others) {
        let Some(deeds) = traced(root, arguments, b"FROM a\nEXPOSE 585\n") else { return };
        deeds.assert_none(&arguments.join(" "));
    }
}

#[test]
fn an_editor_is_served_over_its_two_streams_alone() {
    let project = project();
    let root = project.path();
    let uri = |path: &str| format!("file://{}/{path}", root.display());
    let messages = [
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{{"processId":null,"rootUri":"{}","capabilities":{{}}}}}}"#,
            uri("")
        ),
        r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#.to_owned(),
        format!(
            r#"{{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{{"textDocument":{{"uri":"{}","languageId":"dockerfile","version":1,"text":"FROM a\nEXPOSE 585\n"}}}}}}"#,
            uri("web/Dockerfile")
        ),
        format!(
            r#"{{"jsonrpc":"2.0","id":2,"method":"textDocument/hover","params":{{"textDocument":{{"uri":"{}"}},"position":{{"line":1,"character":8}}}}}}"#,
            uri("web/Dockerfile")
        ),
        format!(
            r#"{{"jsonrpc":"2.0","id":3,"method":"textDocument/diagnostic","params":{{"textDocument":{{"uri":"{}"}}}}}}"#,
            uri("web/Dockerfile")
        ),
        r#"{"jsonrpc":"2.0","id":4,"method":"workspace/symbol","params":{"query":"a"}}"#.to_owned(),
        r#"{"jsonrpc":"2.0","id":9,"method":"shutdown"}"#.to_owned(),
        r#"{"jsonrpc":"2.0","method":"exit"}"#.to_owned(),
    ];
    let input: String =
        messages.iter().map(|it| format!("Content-Length: {}\r\n\r\n{it}", it.len())).collect();
    let Some(deeds) = traced(root, &["--stdio"], input.as_bytes()) else { return };
    deeds.assert_none("the server");
}

#[test]
fn only_what_is_named_is_written_and_a_mended_file_is_replaced_as_a_whole() {
    let project = project();
    let root = project.path();
    let reports = ["--check", "--output-file=json=report.json", "--output-file=sarif=report.sarif"];
    let Some(deeds) = traced(root, &reports, b"") else { return };
    assert!(deeds.changed_in(root).iter().eq(["open report.json", "open report.sarif"]), "{deeds:?}");
    assert!(deeds.network.is_empty() && deeds.run.len() == 1);

    let baseline = ["--check", "--baseline=baseline.json", "--write-baseline"];
    let deeds = traced(root, &baseline, b"").unwrap();
    assert!(deeds.changed_in(root).iter().eq(["open baseline.json"]), "{deeds:?}");

    let deeds = traced(root, &["--check", "--fix", "--unsafe-fixes", "--exit-zero"], b"").unwrap();
    let changed = deeds.changed_in(root);
    let whole = [
        "chmod temporary",
        "chown temporary",
        "open temporary",
        "rename more/compose.yaml",
        "rename web/Dockerfile",
    ];
    assert!(changed.iter().eq(whole), "what was there is never opened to be written: {changed:?}");
    assert!(deeds.network.is_empty() && deeds.run.len() == 1);
}

#[test]
fn git_alone_is_run_and_for_a_difference_alone() {
    let project = project();
    let root = project.path();
    let git = |arguments: &[&str]| {
        let settings = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        assert!(
            Command::new("git").args(settings).args(arguments).current_dir(root).status().unwrap().success()
        );
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message=one"]);
    fs::write(root.join("web/Dockerfile"), "FROM a\nEXPOSE 80\nEXPOSE 994\n").unwrap();
    // The same at another time, which git would note for the next time.
    let text = fs::read(root.join("nginx.conf")).unwrap();
    fs::write(root.join("nginx.conf"), text).unwrap();
    let Some(deeds) = traced(root, &["--check", "--diff-base=HEAD"], b"") else { return };
    let names: BTreeSet<_> =
        deeds.run.iter().skip(1).map(|path| path.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, BTreeSet::from(["git".into()]), "{:?}", deeds.run);
    assert!(deeds.network.is_empty(), "{:?}", deeds.network);
    let changed = deeds.changed_in(root);
    assert!(changed.iter().all(|it| it == "open /dev/null"), "{changed:?}");
}

/// What is read is what was named, what that brings along as compose does, and what says how to read it.
#[test]
fn nothing_is_read_but_what_the_documentation_tells() {
    let outside =
        folder(&[("secret", "A=1\n"), ("a.conf", "server { listen 80; }\n"), ("Dockerfile", "FROM a\n")]);
    let secret = outside.path().display();
    let compose = format!(
        "services:\n  a:\n    image: nginx\n    build: {{context: https://example.com/x.git, dockerfile: {secret}/Dockerfile}}\n    \
         volumes: ['{secret}:/data', '~/.ssh:/etc/nginx/ssh', './nginx.conf:/etc/nginx/nginx.conf']\n    \
         secrets: [x]\n    ports: ['80:80']\n    command: cat {secret}/secret\n    healthcheck: {{test: 'cat {secret}/secret'}}\n\
         secrets:\n  x: {{file: {secret}/secret}}\n"
    );
    let nginx = format!(
        "load_module {secret}/secret;\nhttp {{ include {secret}/*.conf; include ../../../../../{secret}/*; include /etc/passwd;\n\
         server {{ listen 443 ssl; ssl_certificate {secret}/secret; ssl_certificate_key {secret}/secret; root {secret}; \
         auth_basic_user_file {secret}/secret; }} }}\n"
    );
    let dockerfile = format!(
        "# syntax={secret}/secret\nFROM a\nCOPY {secret}/secret ../../../../{secret}/secret /etc/nginx/nginx.conf\nADD https://example.com/x /y\nEXPOSE 80\n"
    );
    let project = folder(&[("compose.yaml", &compose), ("nginx.conf", &nginx), ("Dockerfile", &dockerfile)]);
    let root = project.path();
    for arguments in [&["--check"][..], &["--chart"], &["--list"]] {
        let Some(deeds) = traced(root, arguments, b"") else { return };
        deeds.assert_none(&arguments.join(" "));
        let system = ["/lib", "/usr/lib", "/etc/ld.so", "/proc/", "/sys/", "/dev/"].map(Path::new);
        let strange = deeds.read.iter().filter(|path| {
            let is_own = path.starts_with(root) || root.ancestors().any(|above| path.parent() == Some(above));
            // Where the user says what git ignores everywhere.
            let is_of_git = path.ends_with(".gitconfig")
                || path.ends_with("etc/gitconfig")
                || path.ends_with("git/config")
                || path.ends_with("git/ignore");
            !is_own
                && !is_of_git
                && !system.iter().any(|it| path.to_string_lossy().starts_with(&*it.to_string_lossy()))
        });
        let strange: Vec<_> = strange.collect();
        assert!(strange.is_empty(), "{arguments:?} reads {strange:?}");
    }
}
