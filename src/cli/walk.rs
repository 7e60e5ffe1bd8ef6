//! From the paths on the command line to the texts of the files behind them.

use std::borrow::Cow;
use std::fs;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, LazyLock};

use super::progress::Progress;
use super::settings::Configurations;
use super::{Arguments, Outcome, complain, pool};
use crate::config::Settings;
use crate::discovery::{self, Configuration};
use crate::languages::{self, Language, NameVerdict};

/// A file that is to be read for ports.
#[derive(Clone, Copy, Debug)]
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
    pub settings: &'a Settings,
}

impl Source<'_> {
    /// The same file, if it held `text`.
    pub const fn with_text<'b>(&'b self, text: &'b str) -> Source<'b> {
        Source { text, bytes: text.as_bytes(), ..*self }
    }
}

/// Calls `visit` for every file that `arguments` name and that is in a language we read, on several threads, and `take`
/// with what it gave, in the order of the paths, as soon as all before it are taken; a break ends the visits. A long run
/// shows its `progress`.
///
/// Folders are walked as ripgrep walks them: what .gitignore and .ignore hide is passed over, hidden files are not, and
/// `.git` is. What a configuration excludes is passed over too, unless somebody names it. What cannot be read is told on
/// standard error, and makes the outcome [`Outcome::Failed`], as does a configuration with a mistake, below which nothing
/// is visited; a file that somebody named and that is in no language we read is told too, but that is no failure.
pub fn visit<T: Send>(
    arguments: &Arguments,
    progress: &Progress,
    visit: impl Fn(&Source<'_>) -> T + Sync,
    mut take: impl FnMut(T) -> ControlFlow<()>,
) -> Outcome {
    let configurations = Arc::new(Configurations::new(arguments));
    let mut outcome = Outcome::Clean;
    pool::in_order(
        |give| give_out(arguments, &configurations, give),
        |jobs: Vec<Job>| {
            let mut bytes = Vec::new();
            let visited =
                jobs.into_iter().map(|job| job.visited(arguments, &configurations, &mut bytes, &visit));
            visited.collect::<Vec<_>>()
        },
        |results| {
            progress.advance(results.len());
            for result in results {
                match result {
                    Visited::Done(it) => take(it)?,
                    Visited::PassedOver { said, given_back } => progress.suspend(|| {
                        // If nobody reads what is given back, nothing is lost.
                        let _ = given_back.map(|bytes| io::stdout().write_all(&bytes));
                        said.map(complain);
                    }),
                    Visited::Failed(said) => outcome = progress.suspend(|| complain(said)),
                }
            }
            ControlFlow::Continue(())
        },
        Progress::PATIENCE,
        || progress.show(),
    );
    progress.end();
    outcome.max(configurations.outcome())
}

/// What to look at.
enum Job {
    /// A file, which may be one that somebody named.
    File { path: PathBuf, is_named: bool },
    /// Standard input.
    Stdin,
    /// What could not be walked, or not be listed, and why.
    Failure(String),
}

/// What became of it.
enum Visited<T> {
    Done(T),
    /// It is in no language we read, or is not to be looked at. Of one that was named something may be said; standard
    /// input that is to be mended goes on as it came.
    PassedOver {
        said: Option<String>,
        given_back: Option<Vec<u8>>,
    },
    Failed(String),
}

/// Hands out everything that `arguments` name, in its order.
fn give_out(
    arguments: &Arguments,
    configurations: &Arc<Configurations>,
    give: &mut dyn FnMut(Vec<Job>) -> ControlFlow<()>,
) {
    /// How many files a thread takes at once.
    const BATCH: usize = 16;
    let mut batch = Vec::with_capacity(BATCH);
    let mut give_one = |job: Job| {
        batch.push(job);
        if batch.len() < BATCH {
            return ControlFlow::Continue(());
        }
        give(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)))
    };
    let listed = arguments.sources.listed().unwrap_or_else(|said| {
        let _ = give_one(Job::Failure(said));
        Vec::new()
    });
    let is_list = arguments.sources.files_from.as_deref() == Some(Path::new("-"));
    let here = (arguments.paths.is_empty() && arguments.sources.files_from.is_none()).then(|| ".".into());
    for path in arguments.paths.iter().cloned().chain(listed).chain(here) {
        let given = if path.as_os_str() == "-" && is_list {
            give_one(Job::Failure("standard input is the list of files and cannot be one of them".to_owned()))
        } else if path.as_os_str() == "-" {
            give_one(Job::Stdin)
        } else if path.is_dir() {
            walk(&path, configurations, &mut give_one)
        } else {
            give_one(Job::File { path, is_named: true })
        };
        if given.is_break() {
            break;
        }
    }
    let _ = give(batch);
}

/// Hands out the files below `folder`, those of one folder by their names.
fn walk(
    folder: &Path,
    configurations: &Arc<Configurations>,
    give: &mut impl FnMut(Job) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let configurations = Arc::clone(configurations);
    let excludes = move |path: &Path| {
        let path = relative(path);
        configurations.of_file(path).is_ok_and(|it| it.is_some_and(|it| it.excludes(path, true)))
    };
    for path in discovery::files_below(folder, excludes) {
        give(match path {
            Ok(path) => Job::File { path: relative(&path).to_owned(), is_named: false },
            Err(error) => Job::Failure(error.to_string()),
        })?;
    }
    ControlFlow::Continue(())
}

impl Job {
    /// What becomes of it. The `bytes` are there to be used again.
    fn visited<T>(
        self,
        arguments: &Arguments,
        configurations: &Configurations,
        bytes: &mut Vec<u8>,
        visit: &impl Fn(&Source<'_>) -> T,
    ) -> Visited<T> {
        let own = &arguments.sources;
        let (path, is_stdin, is_named) = match &self {
            Self::Failure(said) => return Visited::Failed(said.clone()),
            Self::Stdin => (own.stdin_filename.as_deref().unwrap_or(Path::new("<stdin>")), true, true),
            Self::File { path, is_named } => (relative(path), false, *is_named),
        };
        bytes.clear();
        let failed = |error: io::Error| Visited::Failed(format!("{}: {error}", path.display()));
        if is_stdin && let Err(error) = io::stdin().lock().read_to_end(bytes) {
            return failed(error);
        }
        // Whoever sends a text through to have it mended gets it back, whatever becomes of it.
        let passed_over = |said: Option<String>, bytes: &[u8]| Visited::PassedOver {
            said,
            given_back: (is_stdin && arguments.fix).then(|| bytes.to_vec()),
        };
        let Ok(configuration) = configurations.of_file(path) else { return passed_over(None, bytes) };
        let place = Place { path, is_stdin, configuration: configuration.as_deref(), configurations };
        let is_wanted = if is_named {
            !(own.force_exclude && place.is_within_excluded())
        } else {
            !place.is_excluded() && place.may_be_read()
        };
        if !is_wanted {
            return passed_over(None, bytes);
        }
        if !is_stdin && let Err(error) = fs::File::open(path).and_then(|mut file| file.read_to_end(bytes)) {
            return failed(error);
        }
        if let Some(it) = place.visit(bytes, visit) {
            return Visited::Done(it);
        }
        let is_told = is_stdin || (is_named && !own.are_listed_by_a_program());
        let said = is_told.then(|| {
            format!(
                "{} is passed over: no Dockerfile, compose or nginx file by its name or content (--language says what \
                 it is)",
                path.display()
            )
        });
        passed_over(said, bytes)
    }
}

/// A file, and the configuration that it falls under.
struct Place<'a> {
    path: &'a Path,
    is_stdin: bool,
    configuration: Option<&'a Configuration>,
    configurations: &'a Configurations,
}

impl Place<'_> {
    /// The language that the file is in, if somebody says so.
    fn language(&self) -> Option<Language> {
        self.configurations.language(self.configuration, self.path)
    }

    /// Whether the configuration says that it is passed over.
    fn is_excluded(&self) -> bool {
        self.configuration.is_some_and(|it| it.excludes(self.path, false))
    }

    /// Whether a configuration says that it, or a folder in which it lies, is passed over.
    fn is_within_excluded(&self) -> bool {
        self.path.ancestors().any(|path| {
            let configuration = self.configurations.of_file(path).ok().flatten();
            configuration.is_some_and(|it| it.excludes(path, path != self.path))
        })
    }

    /// Whether its name leaves open that it is in a language we read: else it is not even opened.
    fn may_be_read(&self) -> bool {
        self.language().is_some() || languages::by_name(&self.path.to_string_lossy()) != NameVerdict::No
    }

    /// Visits the file, which holds `bytes`, if it is in a language we read.
    fn visit<T>(&self, bytes: &[u8], visit: &impl Fn(&Source<'_>) -> T) -> Option<T> {
        let text = match str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(bytes),
        };
        let path = self.path;
        let language = self.language().or_else(|| languages::detect(&path.to_string_lossy(), None, &text))?;
        let settings = self.configurations.settings_for(self.configuration, path);
        Some(visit(&Source {
            path,
            language,
            text: &text,
            bytes,
            is_stdin: self.is_stdin,
            settings: &settings,
        }))
    }
}

/// The path as somebody in the current folder would type it, without the `./` that nobody types: reports name files so, and
/// whoever reads them looks below that folder.
pub fn relative(path: &Path) -> &Path {
    static HERE: LazyLock<PathBuf> = LazyLock::new(|| std::env::current_dir().unwrap_or_default());
    if path.is_absolute() {
        return path.strip_prefix(&*HERE).unwrap_or(path);
    }
    path.strip_prefix("./").unwrap_or(path)
}

/// How a report that names one file `own` names the `other`, which is given from the root: as somebody in the current folder
/// would type it, who came to the first one so.
pub fn named_beside(own: &Path, other: &Path) -> PathBuf {
    let named = relative(other);
    if named != other {
        return named.to_owned();
    }
    // What both have in common below `../x` is the same below what that leads to.
    let mut folders = (own.to_owned(), discovery::absolute(own));
    while let (Some(Component::Normal(one)), Some(Component::Normal(same))) =
        (folders.0.components().next_back(), folders.1.components().next_back())
        && one == same
    {
        folders.0.pop();
        folders.1.pop();
    }
    let (typed, meant) = folders;
    other.strip_prefix(&meant).map_or_else(|_| other.to_owned(), |rest| typed.join(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_is_named_as_the_one_that_leads_to_it() {
        let here = std::env::current_dir().unwrap();
        let above = here.parent().unwrap();
        let named = |own: &str, other: PathBuf| named_beside(Path::new(own), &other);
        assert_eq!(named("compose.yaml", here.join("web/Dockerfile")), Path::new("web/Dockerfile"));
        assert_eq!(named("../x/compose.yaml", here.join("Dockerfile")), Path::new("Dockerfile"));
        assert_eq!(named("../x/compose.yaml", above.join("y/Dockerfile")), Path::new("../y/Dockerfile"));
        assert_eq!(named("compose.yaml", above.join("Dockerfile")), above.join("Dockerfile"));
        assert_eq!(named("/x/compose.yaml", "/x/y".into()), Path::new("/x/y"));
        assert_eq!(named("<stdin>", "/x/y".into()), Path::new("/x/y"));
    }
}
