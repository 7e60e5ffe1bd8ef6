//! Portolan in the real editors: each one's own test, which lies beside what people take from here, run with the server
//! that was just built.
//!
//! An editor that is not on `PATH` is reported as ignored, in so many words; where `PORTOLAN_EDITORS` is `required` it
//! fails. What an editor showed lies in `target/editors/` afterwards, for people to look at.
//!
//! With `PORTOLAN_CLIENTS=write` what each editor says that it can take is written to `tests/lsp/clients/`.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde_json::{Value, json};

/// An editor, and how it is tested.
struct Editor {
    name: &'static str,
    /// The program to find on `PATH`.
    program: &'static str,
    /// The test, from the root of the repository: a shell script, or one for Node. It ends with 0 if all is well, 77 if
    /// something it needs is missing, as its last line says, and anything else if not.
    script: &'static str,
    /// The clients that its test starts the server with: the name that each tells, if it does, and what its file in
    /// `tests/lsp/clients/` is called.
    clients: &'static [(Option<&'static str>, &'static str)],
}

const EDITORS: [Editor; 6] = [
    Editor {
        name: "neovim",
        program: "nvim",
        script: "editors/neovim/test/run.sh",
        clients: &[(Some("Neovim"), "neovim-0.12")],
    },
    Editor {
        name: "neovim-0.7",
        program: "nvim-0.7",
        script: "editors/neovim/test/run.sh",
        clients: &[(Some("Neovim"), "neovim-0.7")],
    },
    Editor {
        name: "helix",
        program: "hx",
        script: "editors/helix/test/run.sh",
        clients: &[(Some("helix"), "helix")],
    },
    Editor {
        name: "emacs",
        program: "emacs",
        script: "editors/emacs/test/run.sh",
        clients: &[(Some("Eglot"), "eglot"), (Some("emacs"), "lsp-mode")],
    },
    Editor { name: "vim", program: "vim", script: "editors/vim/test/run.sh", clients: &[(None, "ale")] },
    Editor {
        name: "vscode",
        program: "code-server",
        script: "editors/vscode/scripts/test.mjs",
        clients: &[(Some("code-server"), "vscode")],
    },
];

/// The exit code of a test that was not run.
const SKIPPED: i32 = 77;

/// How long an editor may take altogether; its test gives up long before.
const PATIENCE: Duration = Duration::from_mins(12);

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // An editor that waits for its turn answers late, and two of them keep a small machine busy.
    arguments.test_threads.get_or_insert(1);
    let trials =
        EDITORS.into_iter().map(|editor| Trial::ignorable_test(editor.name, move || test(&editor))).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn test(editor: &Editor) -> Result<Completion, Failed> {
    let Some(program) = on_path(editor.program) else {
        return missing(format!("{} is not on PATH", editor.program));
    };
    if env::var_os("PORTOLAN_CLIENTS").is_some_and(|it| it == "write") {
        return write_clients(editor, &program);
    }
    let (status, said) = run(editor, &program, Path::new(env!("CARGO_BIN_EXE_portolan")))?;
    match status.code() {
        Some(0) => Ok(Completion::Completed),
        Some(SKIPPED) => missing(said.lines().last().unwrap_or("its test does not say why").to_owned()),
        _ => Err(format!("{status}\n{said}").into()),
    }
}

/// What cannot be tested here fails where every editor must be there, and is told everywhere else.
fn missing(what: String) -> Result<Completion, Failed> {
    if env::var_os("PORTOLAN_EDITORS").is_some_and(|it| it == "required") {
        return Err(format!("not tested, and every editor is required: {what}").into());
    }
    Ok(Completion::ignored_with(format!("not tested: {what}")))
}

/// Runs the editor's test with a server that writes down what it is told, and keeps what the clients say of themselves. The
/// test may fail: the server's process is not the one that some of them look for.
fn write_clients(editor: &Editor, program: &Path) -> Result<Completion, Failed> {
    let folder = tempfile::tempdir()?;
    let server = folder.path().join("portolan");
    fs::write(&server, RECORDER.replace("FOLDER", &folder.path().display().to_string()))?;
    #[cfg(unix)]
    fs::set_permissions(&server, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    run(editor, program, &server)?;
    let mut said = Vec::new();
    for file in fs::read_dir(folder.path())? {
        said.extend(handshake(&fs::read(file?.path())?));
    }
    for (name, file) in editor.clients {
        let Some(params) = said.iter().find(|it| it["clientInfo"]["name"].as_str() == *name) else {
            return Err(format!("no client that is called {name:?} has started the server").into());
        };
        let mut kept = json!({"capabilities": params["capabilities"]});
        if let Some(info) = params.get("clientInfo") {
            kept["clientInfo"] = info.clone();
        }
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lsp/clients").join(format!("{file}.json"));
        fs::write(path, format!("{}\n", serde_json::to_string_pretty(&kept)?))?;
    }
    Ok(Completion::Completed)
}

/// A server that writes what it is told into a file of its own in `FOLDER`, and passes it on to the real one.
const RECORDER: &str = concat!(
    r#"#!/bin/sh
[ "$1" = --stdio ] || exec '"#,
    env!("CARGO_BIN_EXE_portolan"),
    r#"' "$@"
pipe='FOLDER'/pipe.$$
mkfifo "$pipe"
exec 3<&0
tee 'FOLDER'/said.$$ <&3 >"$pipe" 2>/dev/null &
exec <"$pipe" 3<&-
rm "$pipe"
exec '"#,
    env!("CARGO_BIN_EXE_portolan"),
    r#"' "$@"
"#
);

/// The parameters of `initialize`, which is the first message of what a client said, if it said as much.
fn handshake(said: &[u8]) -> Option<Value> {
    let start = said.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let mut message =
        serde_json::Deserializer::from_slice(&said[start..]).into_iter::<Value>().next()?.ok()?;
    (message["method"] == "initialize").then(|| message["params"].take())
}

/// Runs the editor's test with that server on a copy of the demo; how it ended, and all that it wrote.
fn run(editor: &Editor, program: &Path, server: &Path) -> Result<(ExitStatus, String), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("editors").join(editor.name);
    // It is there only if the test ran before.
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(&out)?;
    let demo = tempfile::tempdir()?;
    for file in fs::read_dir(root.join("tests/demo"))? {
        let file = file?;
        fs::copy(file.path(), demo.path().join(file.file_name()))?;
    }
    let log = out.join("log.txt");
    let writer = File::create(&log)?;
    let interpreter = if editor.script.ends_with(".mjs") { "node" } else { "sh" };
    let mut child = Command::new(interpreter)
        .arg(root.join(editor.script))
        .env("PORTOLAN", server)
        .env("EDITOR_PROGRAM", program)
        .env("DEMO", demo.path())
        .env("OUT", &out)
        .stdin(std::process::Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()
        .map_err(|error| format!("{interpreter} cannot be started: {error}"))?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > PATIENCE {
            child.kill()?;
            break child.wait()?;
        }
        thread::sleep(Duration::from_millis(100));
    };
    Ok((status, String::from_utf8_lossy(&fs::read(&log)?).into_owned()))
}

/// The first program of that name on `PATH`.
fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}
