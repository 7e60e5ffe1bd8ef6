//! From the paths on the command line to the texts of the files behind them.

use std::borrow::Cow;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use ignore::{WalkBuilder, WalkState};

use super::settings::Configurations;
use super::{Arguments, Outcome, complain};
use crate::config::Settings;
use crate::discovery::Configuration;
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
/// `.git` is. What a configuration excludes is passed over too, unless somebody names it. What cannot be read is told on
/// standard error, and makes the outcome [`Outcome::Failed`], as does a configuration with a mistake, below which nothing
/// is visited; a file that somebody named and that is in no language we read is told too, but that is no failure.
pub fn visit<T: Send>(arguments: &Arguments, visit: impl Fn(&Source<'_>) -> T + Sync) -> (Vec<T>, Outcome) {
    let configurations = Configurations::new(arguments);
    let here = [PathBuf::from(".")];
    let paths = if arguments.paths.is_empty() { &here[..] } else { &arguments.paths };
    let mut visited = Vec::new();
    let mut outcome = Outcome::Clean;
    for path in paths {
        if path.as_os_str() != "-" && path.is_dir() {
            let (mut files, worst) = walk(path, &configurations, &visit);
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
        let give_back = |bytes: &[u8]| {
            if is_stdin && arguments.fix {
                // Whoever sends a text through to have it mended gets it back. If nobody reads it, nothing is lost.
                let _ = io::stdout().write_all(bytes);
            }
        };
        let Ok(configuration) = configurations.of_file(name) else {
            give_back(&bytes.unwrap_or_default());
            continue;
        };
        let configuration = configuration.as_deref();
        let place = Place { path: name, is_stdin, configuration, configurations: &configurations };
        match bytes.map(|bytes| (visit_bytes(&place, &bytes, &visit), bytes)) {
            Ok((Some(it), _)) => visited.push(it),
            Ok((None, bytes)) => {
                give_back(&bytes);
                complain(format_args!(
                    "{} is passed over: no Dockerfile, compose or nginx file by its name or content \
                     (--language says what it is)",
                    name.display()
                ));
            }
            Err(error) => outcome = complain(format_args!("{}: {error}", name.display())),
        }
    }
    (visited, outcome.max(configurations.outcome()))
}

/// A file, and the configuration that it falls under.
struct Place<'a> {
    path: &'a Path,
    is_stdin: bool,
    configuration: Option<&'a Configuration>,
    configurations: &'a Configurations<'a>,
}

impl Place<'_> {
    /// The language that the file is in, if somebody says so.
    fn language(&self) -> Option<Language> {
        self.configurations.language(self.configuration, self.path)
    }

    /// Whether a walk passes over it.
    fn is_excluded(&self, is_folder: bool) -> bool {
        self.configuration.is_some_and(|it| it.excludes(self.path, is_folder))
    }
}

/// Visits the files below `folder`.
fn walk<T: Send>(
    folder: &Path,
    configurations: &Configurations<'_>,
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
            let mut next = WalkState::Continue;
            let result = entry.map_err(|error| error.to_string()).and_then(|entry| {
                let (path, kind) = (relative(entry.path()), entry.file_type());
                let is_folder = kind.is_some_and(|kind| kind.is_dir());
                if entry.depth() == 0 || !(is_folder || kind.is_some_and(|kind| kind.is_file())) {
                    return Ok(None);
                }
                let configuration = configurations.of_file(path);
                let Ok(configuration) = &configuration else { return Ok(None) };
                let configuration = configuration.as_deref();
                let place = Place { path, is_stdin: false, configuration, configurations };
                if is_folder {
                    next = if place.is_excluded(true) { WalkState::Skip } else { next };
                    return Ok(None);
                }
                match visit_file(&place, &mut bytes, visit) {
                    Ok(visited) => Ok(visited.map(|it| (path.to_owned(), it))),
                    Err(error) => Err(format!("{}: {error}", path.display())),
                }
            });
            match result.transpose().map(|result| sender.send(result)) {
                Some(Err(_)) => WalkState::Quit,
                _ => next,
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

/// Visits the file at `place`, unless it is excluded, or its name says that it is in no language we read: then it is not
/// even opened.
fn visit_file<T>(
    place: &Place<'_>,
    bytes: &mut Vec<u8>,
    visit: &impl Fn(&Source<'_>) -> T,
) -> io::Result<Option<T>> {
    let is_known =
        || place.language().is_some() || languages::by_name(&place.path.to_string_lossy()) != NameVerdict::No;
    if place.is_excluded(false) || !is_known() {
        return Ok(None);
    }
    bytes.clear();
    fs::File::open(place.path)?.read_to_end(bytes)?;
    Ok(visit_bytes(place, bytes, visit))
}

/// Visits a file that holds `bytes`, if it is in a language we read.
fn visit_bytes<T>(place: &Place<'_>, bytes: &[u8], visit: &impl Fn(&Source<'_>) -> T) -> Option<T> {
    let text = match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    };
    let path = place.path;
    let language = place.language().or_else(|| languages::detect(&path.to_string_lossy(), None, &text))?;
    let settings = place.configurations.settings_for(place.configuration, path);
    Some(visit(&Source { path, language, text: &text, bytes, is_stdin: place.is_stdin, settings }))
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
