//! From the paths on the command line to the texts of the files behind them.

use std::borrow::Cow;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use ignore::{WalkBuilder, WalkState};

use super::{Arguments, Outcome, complain};
use crate::config::Settings;
use crate::languages::{self, Language, NameVerdict};

/// A file that is to be read for ports.
#[derive(Debug)]
pub struct Source<'a> {
    /// Its path as the report names it.
    pub path: &'a Path,
    /// What it is.
    pub language: Language,
    /// What it holds; bytes that are no UTF-8 are replaced by U+FFFD.
    pub text: &'a str,
    /// What it holds, as it is.
    pub bytes: &'a [u8],
    /// Whether it is standard input.
    pub is_stdin: bool,
    /// What is asked of the linter there.
    pub settings: Settings,
}

/// Calls `visit` for every file that `arguments` name and that is in a language we read, on several threads, and returns
/// what it gave in the order of the paths.
///
/// Folders are walked as ripgrep walks them: what .gitignore and .ignore hide is passed over, hidden files are not, and
/// `.git` is. What cannot be read is told on standard error, and makes the outcome [`Outcome::Failed`]; so is a file that
/// somebody named and that is in no language we read, but that is no failure.
pub fn visit<T: Send>(arguments: &Arguments, visit: impl Fn(&Source<'_>) -> T + Sync) -> (Vec<T>, Outcome) {
    let language = arguments.language.map(|name| name.0);
    let here = [PathBuf::from(".")];
    let paths = if arguments.paths.is_empty() { &here[..] } else { &arguments.paths };
    let mut visited = Vec::new();
    let mut outcome = Outcome::Clean;
    for path in paths {
        if path.as_os_str() != "-" && path.is_dir() {
            let (mut files, worst) = walk(path, language, &visit);
            visited.append(&mut files);
            outcome = outcome.max(worst);
            continue;
        }
        let (name, bytes) = if path.as_os_str() == "-" {
            (arguments.stdin_filename.as_deref().unwrap_or(Path::new("<stdin>")), read_stdin())
        } else {
            (relative(path), fs::read(path))
        };
        let is_stdin = path.as_os_str() == "-";
        let visited_bytes = |bytes: Vec<u8>| (visit_bytes(name, language, &bytes, is_stdin, &visit), bytes);
        match bytes.map(visited_bytes) {
            Ok((Some(it), _)) => visited.push(it),
            Ok((None, bytes)) => {
                if is_stdin && arguments.fix {
                    // Whoever sends a text through to have it mended gets it back. If nobody reads it, nothing is lost.
                    let _ = io::stdout().write_all(&bytes);
                }
                complain(format_args!(
                    "{} is passed over: no Dockerfile, compose or nginx file by its name or content \
                     (--language says what it is)",
                    name.display()
                ));
            }
            Err(error) => outcome = complain(format_args!("{}: {error}", name.display())),
        }
    }
    (visited, outcome)
}

/// Visits the files below `folder`.
fn walk<T: Send>(
    folder: &Path,
    language: Option<Language>,
    visit: &(impl Fn(&Source<'_>) -> T + Sync),
) -> (Vec<T>, Outcome) {
    let mut builder = WalkBuilder::new(folder);
    builder.hidden(false).require_git(false).filter_entry(|entry| entry.file_name() != ".git");
    builder.threads(thread::available_parallelism().map_or(1, usize::from));
    let (sender, found) = mpsc::channel();
    builder.build_parallel().run(|| {
        let sender = sender.clone();
        let mut bytes = Vec::new();
        Box::new(move |entry| {
            let result = entry.map_err(|error| error.to_string()).and_then(|entry| {
                if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                    return Ok(None);
                }
                let path = relative(entry.path());
                match visit_file(path, language, &mut bytes, visit) {
                    Ok(visited) => Ok(visited.map(|it| (path.to_owned(), it))),
                    Err(error) => Err(format!("{}: {error}", path.display())),
                }
            });
            match result.transpose().map(|result| sender.send(result)) {
                Some(Err(_)) => WalkState::Quit,
                _ => WalkState::Continue,
            }
        })
    });
    drop(sender);
    let mut outcome = Outcome::Clean;
    let mut files = Vec::new();
    for result in found {
        match result {
            Ok(file) => files.push(file),
            Err(error) => outcome = complain(error),
        }
    }
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    (files.into_iter().map(|(_, visited)| visited).collect(), outcome)
}

/// Visits the file at `path`, unless its name says that it is in no language we read: then it is not even opened.
fn visit_file<T>(
    path: &Path,
    language: Option<Language>,
    bytes: &mut Vec<u8>,
    visit: &impl Fn(&Source<'_>) -> T,
) -> io::Result<Option<T>> {
    if language.is_none() && languages::by_name(&path.to_string_lossy()) == NameVerdict::No {
        return Ok(None);
    }
    bytes.clear();
    fs::File::open(path)?.read_to_end(bytes)?;
    Ok(visit_bytes(path, language, bytes, false, visit))
}

/// Visits a file that holds `bytes`, if it is in a language we read.
fn visit_bytes<T>(
    path: &Path,
    language: Option<Language>,
    bytes: &[u8],
    is_stdin: bool,
    visit: &impl Fn(&Source<'_>) -> T,
) -> Option<T> {
    let text = match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    };
    let language = language.or_else(|| languages::detect(&path.to_string_lossy(), None, &text))?;
    Some(visit(&Source { path, language, text: &text, bytes, is_stdin, settings: Settings::default() }))
}

fn read_stdin() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The path without the `./` that nobody typed.
fn relative(path: &Path) -> &Path {
    path.strip_prefix("./").unwrap_or(path)
}
