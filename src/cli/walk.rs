//! From the paths on the command line to the texts of the files behind them.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ignore::{WalkBuilder, WalkState};

use super::{Arguments, Outcome, complain};
use crate::languages::{self, Language};

/// A file that is to be read for ports.
#[derive(Debug)]
pub struct Source<'a> {
    /// Its path as the report names it.
    pub path: &'a Path,
    /// What it is.
    pub language: Language,
    /// What it holds; bytes that are no UTF-8 are replaced by U+FFFD.
    pub text: &'a str,
}

/// Calls `visit` for every file that `arguments` name and that is in a language we read, on several threads, and returns
/// what it gave in the order of the paths.
///
/// Folders are walked as ripgrep walks them: what .gitignore and .ignore hide is passed over, hidden files are not, and
/// `.git` is. What cannot be read is told on standard error, and makes the outcome [`Outcome::Failed`].
pub fn visit<T: Send>(arguments: &Arguments, visit: impl Fn(&Source<'_>) -> T + Sync) -> (Vec<T>, Outcome) {
    let here = [PathBuf::from(".")];
    let paths = if arguments.paths.is_empty() { &here[..] } else { &arguments.paths };
    let mut visited = Vec::new();
    let mut outcome = Outcome::Clean;
    for path in paths {
        if path.as_os_str() == "-" {
            let name = arguments.stdin_filename.as_deref().unwrap_or(Path::new("<stdin>"));
            let mut bytes = Vec::new();
            match io::stdin().lock().read_to_end(&mut bytes) {
                Ok(_) => visited.extend(read_named(arguments, name, &bytes, &visit)),
                Err(error) => outcome = complain(format_args!("standard input cannot be read: {error}")),
            }
            continue;
        }
        match fs::metadata(path) {
            Ok(data) if data.is_dir() => {
                let mut found = Mutex::new((Vec::new(), Outcome::Clean));
                walk(arguments, path, &visit, &found);
                let (files, worst) = found.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
                files.sort_by(|(one, _), (other, _)| one.cmp(other));
                visited.append(files);
                outcome = outcome.max(*worst);
            }
            Ok(_) => match fs::read(path) {
                Ok(bytes) => visited.extend(read_named(arguments, path, &bytes, &visit)),
                Err(error) => outcome = complain(format_args!("{} cannot be read: {error}", path.display())),
            },
            Err(error) => outcome = complain(format_args!("{}: {error}", path.display())),
        }
    }
    (visited.into_iter().map(|(_, visited)| visited).collect(), outcome)
}

/// What one thread after the other adds to: the files visited, and how it went.
type Found<T> = Mutex<(Vec<(PathBuf, T)>, Outcome)>;

fn walk<T: Send>(
    arguments: &Arguments,
    folder: &Path,
    visit: &(impl Fn(&Source<'_>) -> T + Sync),
    found: &Found<T>,
) {
    let language = arguments.language.map(|name| name.0);
    let mut builder = WalkBuilder::new(folder);
    builder.hidden(false).require_git(false).filter_entry(|entry| entry.file_name() != ".git");
    builder.threads(std::thread::available_parallelism().map_or(1, usize::from));
    builder.build_parallel().run(|| {
        let mut bytes = Vec::new();
        Box::new(move |entry| {
            let result = entry.map_err(|error| error.to_string()).and_then(|entry| {
                if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                    return Ok(None);
                }
                let path = relative(entry.path());
                read_into(path, language, &mut bytes)
                    .map(|known| known.map(|language| with_text(path, language, &bytes, visit)))
                    .map_err(|error| format!("{} cannot be read: {error}", path.display()))
            });
            let mut found = found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            match result {
                Ok(visited) => found.0.extend(visited),
                Err(error) => found.1 = complain(error),
            }
            WalkState::Continue
        })
    });
}

/// Reads the file at `path` into `bytes` if it may be in a language we read, and tells which.
fn read_into(path: &Path, language: Option<Language>, bytes: &mut Vec<u8>) -> io::Result<Option<Language>> {
    let name = path.to_string_lossy();
    if language.is_none() && languages::by_name(&name) == languages::NameVerdict::No {
        return Ok(None);
    }
    bytes.clear();
    fs::File::open(path)?.read_to_end(bytes)?;
    Ok(language.or_else(|| languages::detect(&name, None, &String::from_utf8_lossy(bytes))))
}

/// Visits a file that somebody named. One that is no language we read is told, and passed over.
fn read_named<T>(
    arguments: &Arguments,
    path: &Path,
    bytes: &[u8],
    visit: &impl Fn(&Source<'_>) -> T,
) -> Option<(PathBuf, T)> {
    let known = arguments.language.map(|name| name.0);
    let language =
        known.or_else(|| languages::detect(&path.to_string_lossy(), None, &String::from_utf8_lossy(bytes)));
    let Some(language) = language else {
        complain(format_args!(
            "{} is passed over: no Dockerfile, compose or nginx file by its name or content (--language says what it is)",
            path.display()
        ));
        return None;
    };
    Some(with_text(relative(path), language, bytes, visit))
}

fn with_text<T>(
    path: &Path,
    language: Language,
    bytes: &[u8],
    visit: &impl Fn(&Source<'_>) -> T,
) -> (PathBuf, T) {
    let text = String::from_utf8_lossy(bytes);
    (path.to_owned(), visit(&Source { path, language, text: &text }))
}

/// The path without the `./` that nobody typed.
fn relative(path: &Path) -> &Path {
    path.strip_prefix("./").unwrap_or(path)
}
