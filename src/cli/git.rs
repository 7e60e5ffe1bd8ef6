//! What git says of a repository, which may be anybody's: it reads and compares, and runs nothing that the repository names.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{self, BufReader};
use std::path::Path;
use std::process::{ChildStdout, Command, Output, Stdio};

/// What git prints, called in `folder`.
///
/// # Errors
///
/// Why it cannot say it.
pub fn output<'a>(folder: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Result<Vec<u8>, String> {
    let Output { status, stdout, stderr } = command(folder, arguments).output().map_err(not_started)?;
    if status.success() {
        return Ok(stdout);
    }
    let said = String::from_utf8_lossy(&stderr);
    let said = said.lines().next().unwrap_or("git gave no reason");
    Err(format!("--diff-base: {}", said.strip_prefix("fatal: ").unwrap_or(said)))
}

/// What `read` makes of what git prints about the files in `folder`. It may be much, so that it is read as it comes.
///
/// # Errors
///
/// Why it cannot say it.
pub fn read<'a, T>(
    folder: &Path,
    arguments: impl IntoIterator<Item = &'a str>,
    read: impl FnOnce(BufReader<ChildStdout>) -> io::Result<T>,
) -> Result<T, String> {
    let arguments = arguments.into_iter().map(str::to_owned);
    let mut command = command(folder, without_filters(folder).into_iter().chain(arguments));
    command.envs([("PORTOLAN_CLEAN", ""), ("PORTOLAN_PROCESS", ""), ("PORTOLAN_REQUIRED", "false")]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(not_started)?;
    let stdout = child.stdout.take().expect("it was asked for");
    let result = read(BufReader::new(stdout));
    match (result, child.wait()) {
        (Ok(result), Ok(status)) if status.success() => Ok(result),
        (Err(error), _) | (_, Err(error)) => {
            Err(format!("--diff-base: what git prints cannot be read: {error}"))
        }
        (_, Ok(status)) => Err(format!("--diff-base: git cannot compare the files ({status})")),
    }
}

/// A call of git in `folder` without hook, monitor or pager, and without what is missing being fetched. Nor is anything written,
/// such as an index that was found to be old.
fn command(folder: &Path, arguments: impl IntoIterator<Item: AsRef<OsStr>>) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).stdin(Stdio::null()).arg("--no-pager");
    command.envs([
        ("LC_ALL", "C"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_NO_LAZY_FETCH", "1"),
        ("GIT_ALLOW_PROTOCOL", "none"),
    ]);
    let settings = [
        "core.fsmonitor=false",
        "core.hooksPath=/dev/null",
        "core.quotePath=false",
        "diff.autoRefreshIndex=false",
    ];
    command.args(settings.into_iter().flat_map(|setting| ["-c", setting]));
    command.args(arguments);
    command
}

/// The options that take away the programs which git would run over files before it compares them, by whatever names
/// `.gitattributes` asks for them.
fn without_filters(folder: &Path) -> Vec<String> {
    let list = ["config", "--null", "--name-only", "--get-regexp", r"^filter\."];
    let listed = output(folder, list).unwrap_or_default();
    let keys = listed.split(|&byte| byte == 0).map(String::from_utf8_lossy);
    let filters: BTreeSet<String> =
        keys.filter_map(|key| key.rsplit_once('.').map(|(filter, _)| filter.to_owned())).collect();
    // A value stands behind the first `=`, and the name of a variable that holds one behind the last.
    let off = |filter: &String, key: &str, value: &str| match filter.contains('=') {
        false => ["-c".to_owned(), format!("{filter}.{key}={value}")],
        true => ["--config-env".to_owned(), format!("{filter}.{key}=PORTOLAN_{}", key.to_uppercase())],
    };
    let all =
        |filter| [off(filter, "clean", ""), off(filter, "process", ""), off(filter, "required", "false")];
    filters.iter().flat_map(all).flatten().collect()
}

/// Why git does not even start.
fn not_started(error: io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "--diff-base calls git, which is not to be found on PATH".to_owned(),
        _ => format!("--diff-base calls git, which does not start: {error}"),
    }
}
