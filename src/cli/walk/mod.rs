//! From the paths on the command line to the texts of the files behind them.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::OnceLock;

use foldhash::{HashMap, HashMapExt};

use self::found::Found;
use super::named::{Job, Named, Once, is_handed_over, named};
use super::names::relative;
use super::place::{Place, Source};
use super::progress::Progress;
use super::settings::{Configurations, Heeded, Nearest, NotUnderstood};
use super::stacks::{Asked, Stacks};
use super::{Arguments, Outcome, complain, pool};
use crate::discovery::{self, Unread};
use crate::languages::{Language, NameVerdict};
use crate::project::File;

mod found;

/// The files that `arguments` name, to be visited as often as need be.
///
/// Folders are walked as ripgrep walks them: what .gitignore and .ignore hide is passed over, hidden files are not, and
/// `.git` is. What a configuration excludes is passed over too, unless somebody names it.
pub struct Walk<'a> {
    arguments: &'a Arguments,
    configurations: Configurations,
    stacks: Stacks,
    /// What was found to look at.
    jobs: Vec<Job>,
    stdin: OnceLock<Stdin>,
    /// What standard input is mended to.
    mended_stdin: OnceLock<Vec<u8>>,
}

/// Standard input, as it was read.
#[derive(Debug, Default)]
struct Stdin {
    /// What it holds; where that is too much, its beginning.
    bytes: Vec<u8>,
    /// Why that is not all.
    why: Option<Unread>,
}

/// What a visit wants of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Their texts.
    Texts,
    /// What is found in them: one in which nothing is found need not be read again.
    Findings,
}

/// What is told of the files that are not visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// What there is to tell.
    Aloud,
    /// Nothing: another visit tells it.
    Nothing,
}

impl<'a> Walk<'a> {
    /// Finds what `arguments` name, and the stacks around it unless they want none. A long run shows its `progress`.
    pub fn new(arguments: &'a Arguments, progress: &Progress) -> Self {
        let mut walk = Self::unfound(arguments);
        let (named, mut once) = named(arguments);
        let mut jobs = Vec::new();
        let (mut roots, mut folders, mut wanted) = (Vec::new(), BTreeSet::new(), HashMap::new());
        pool::in_order(
            |give| {
                let alike = named.chunk_by(|one, other| !one.is_folder() && !other.is_folder());
                let _ = alike.flat_map(|alike| alike.chunks(FOUND)).try_for_each(give);
            },
            |named: &[Named]| walk.found_at(named, progress),
            |found| {
                let is_wanted = |found: &Found| match &found.job {
                    Job::File { path, is_named: false, .. } => once.is_only(path),
                    _ => true,
                };
                for Found { job, known } in found.into_iter().filter(is_wanted) {
                    jobs.push(job);
                    wanted.extend(known.address);
                    roots.extend(known.root);
                    folders.extend(known.folder);
                }
                ControlFlow::Continue(())
            },
            Progress::PATIENCE,
            || progress.show(),
        );
        walk.jobs = jobs;
        if !arguments.settings.no_project {
            roots.extend(walk.companions(&folders));
            let configurations = &walk.configurations;
            let ask = |file: &File, language: Option<Language>, nearest: &mut Nearest| {
                let path = &file.path;
                let configuration = configurations.of_file_after(path, nearest).ok()?;
                let place = Place { path, is_stdin: false, configuration, configurations };
                let language = language.or_else(|| place.detect(&file.text));
                let configuration = place.configuration.as_deref();
                let settings = configurations.settings_for(configuration, path);
                Some(Asked { settings, most: configurations.most_bytes(configuration), language })
            };
            walk.stacks.find(&roots, &wanted, ask, progress);
        }
        walk
    }

    /// What `arguments` name, before anybody looked.
    fn unfound(arguments: &'a Arguments) -> Self {
        Self {
            arguments,
            configurations: Configurations::new(arguments),
            stacks: Stacks::new(arguments.sources.most_of_others()),
            jobs: Vec::new(),
            stdin: OnceLock::new(),
            mended_stdin: OnceLock::new(),
        }
    }

    /// The stacks around the files.
    pub const fn stacks(&self) -> &Stacks {
        &self.stacks
    }

    /// What standard input holds.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    fn stdin(&self) -> Result<&[u8], &Unread> {
        if let Some(mended) = self.mended_stdin.get() {
            return Ok(mended);
        }
        let Stdin { bytes, why } = self.read_stdin();
        why.as_ref().map_or(Ok(bytes), Err)
    }

    /// Standard input, which is read once.
    fn read_stdin(&self) -> &Stdin {
        self.stdin.get_or_init(|| {
            let mut stdin = Stdin::default();
            let most = self.most_bytes(self.stdin_path());
            stdin.why = discovery::read_from(io::stdin().lock(), most, &mut stdin.bytes).err();
            stdin
        })
    }

    /// From now on standard input holds these `bytes`, to which it was mended.
    pub fn mend_stdin(&self, bytes: Vec<u8>) {
        self.mended_stdin.get_or_init(|| bytes);
    }

    /// Calls `visit` for every file that is in a language we read, on several threads, and `take` with what it gave, in the
    /// order of the paths, as soon as all before it are taken; a break ends the visits. A long run shows its `progress`.
    ///
    /// What cannot be read is told on standard error, and makes the outcome [`Outcome::Failed`], as does a configuration with
    /// a mistake, below which nothing is visited; a file that somebody named and that is in no language we read is told too,
    /// but that is no failure.
    pub fn visit<'w, T: Send>(
        &'w self,
        need: Need,
        telling: Telling,
        progress: &Progress,
        visit: impl Fn(&Source<'_>) -> T + Sync,
        take: impl FnMut(T) -> ControlFlow<()>,
    ) -> Outcome {
        let give = |give: &mut dyn FnMut(&'w [Job]) -> ControlFlow<()>| {
            let _ = self.jobs.chunks(pool::batch(self.jobs.len())).try_for_each(give);
        };
        self.visit_given(give, need, telling, progress, visit, take)
    }

    /// Calls `visit` for all that `give` hands out.
    fn visit_given<J: AsRef<[Job]> + Send, T: Send>(
        &self,
        give: impl FnOnce(&mut dyn FnMut(J) -> ControlFlow<()>),
        need: Need,
        telling: Telling,
        progress: &Progress,
        visit: impl Fn(&Source<'_>) -> T + Sync,
        mut take: impl FnMut(T) -> ControlFlow<()>,
    ) -> Outcome {
        let mut outcome = Outcome::Clean;
        pool::in_order(
            give,
            |jobs: J| {
                let (mut bytes, mut nearest) = (Vec::new(), Nearest::default());
                let mut visited = |job| {
                    let silent = self.visited_silent(job, need, &mut nearest, &visit);
                    silent.unwrap_or_else(|| self.visited(job, &mut bytes, &mut nearest, &visit))
                };
                jobs.as_ref().iter().map(&mut visited).collect::<Vec<_>>()
            },
            |results| {
                progress.advance(results.len());
                for result in results {
                    match result {
                        Visited::Done(it) => take(it)?,
                        _ if telling == Telling::Nothing => {}
                        Visited::PassedOver { said, is_given_back } => progress.suspend(|| {
                            if is_given_back {
                                self.give_back();
                            }
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
        outcome.max(self.configurations.outcome())
    }
}

/// Visits every file that `arguments` name by itself, as [`Walk::visit`] does, while others are still being found.
pub fn visit<T: Send>(
    arguments: &Arguments,
    progress: &Progress,
    visit: impl Fn(&Source<'_>) -> T + Sync,
    take: impl FnMut(T) -> ControlFlow<()>,
) -> Outcome {
    let walk = Walk::unfound(arguments);
    let give = |give: &mut dyn FnMut(Vec<Job>) -> ControlFlow<()>| {
        give_out(arguments, &walk.configurations, give);
    };
    walk.visit_given(give, Need::Texts, Telling::Aloud, progress, visit, take)
}

/// How many files it takes at once of which nothing is known yet: nearly all of them are passed over.
const FOUND: usize = 64;

/// What became of a file.
enum Visited<T> {
    Done(T),
    /// It is in no language we read, or is not to be looked at. Of one that was named something may be said; standard
    /// input that is to be mended goes on as it came.
    PassedOver {
        said: Option<String>,
        is_given_back: bool,
    },
    Failed(String),
}

/// Hands out everything that `arguments` name, in its order.
fn give_out(
    arguments: &Arguments,
    configurations: &Configurations,
    give: &mut dyn FnMut(Vec<Job>) -> ControlFlow<()>,
) {
    let mut batch = Vec::with_capacity(FOUND);
    let mut give_one = |job: Job| {
        batch.push(job);
        if batch.len() < FOUND {
            return ControlFlow::Continue(());
        }
        give(std::mem::replace(&mut batch, Vec::with_capacity(FOUND)))
    };
    let (named, mut once) = named(arguments);
    for named in named {
        let given = match named {
            Named::Folder(path) => walk(&path, configurations, &mut once, &mut give_one),
            Named::One(job) => give_one(job),
        };
        if given.is_break() {
            break;
        }
    }
    let _ = give(batch);
}

/// Whether a walk passes over the folder at `path`, which falls under that configuration.
fn excludes(path: &Path, heeded: &Heeded) -> bool {
    heeded.as_ref().is_ok_and(|it| it.as_ref().is_some_and(|it| it.excludes(relative(path), true)))
}

/// Hands out the files below `folder`, those of one folder by their names.
fn walk(
    folder: &Path,
    configurations: &Configurations,
    once: &mut Once,
    give: &mut impl FnMut(Job) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let excludes = |path: &Path| excludes(path, &configurations.of_file(relative(path)));
    for path in discovery::files_below(folder, excludes) {
        match path {
            Ok(path) if !once.is_only(&path) => {}
            Ok(path) => give(Job::File { path: relative(&path).to_owned(), is_named: false, address: None })?,
            Err(why) => give(Job::Failure(why))?,
        }
    }
    ControlFlow::Continue(())
}

impl Walk<'_> {
    /// The name of standard input.
    fn stdin_path(&self) -> &Path {
        self.arguments.sources.stdin_filename.as_deref().unwrap_or(Path::new("<stdin>"))
    }

    /// How many bytes of the file at `path` are read.
    pub fn most_bytes(&self, path: &Path) -> u64 {
        let configuration = self.configurations.of_file(path).ok().flatten();
        self.configurations.most_bytes(configuration.as_deref())
    }

    /// The file at `path` with its configuration.
    fn place<'p>(
        &'p self,
        path: &'p Path,
        is_stdin: bool,
        nearest: &mut Nearest,
    ) -> Result<Place<'p>, NotUnderstood> {
        let configuration = self.configurations.of_file_after(path, nearest)?;
        Ok(Place { path, is_stdin, configuration, configurations: &self.configurations })
    }

    /// What the name of the file at `place` tells, if it is to be looked at.
    fn wanted(&self, place: &Place<'_>, is_named: bool) -> Option<NameVerdict> {
        if is_named {
            let is_passed_over = self.arguments.sources.force_exclude && place.is_within_excluded();
            return (!is_passed_over).then(|| place.verdict());
        }
        Some(place.verdict()).filter(|verdict| *verdict != NameVerdict::No && !place.is_excluded())
    }

    /// What becomes of `job`, if it is a file of which no more is needed than what is found in it, and that is nothing.
    fn visited_silent<T>(
        &self,
        job: &Job,
        need: Need,
        nearest: &mut Nearest,
        visit: &impl Fn(&Source<'_>) -> T,
    ) -> Option<Visited<T>> {
        let Job::File { path, address: Some(address), .. } = job else { return None };
        let is_enough = need == Need::Findings && !is_handed_over(path);
        let language = is_enough.then(|| self.stacks.silent(*address)).flatten()?;
        let place = self.place(relative(path), false, nearest).ok()?;
        Some(Visited::Done(place.visit_silent(language, &self.stacks, visit)))
    }

    /// What becomes of `job`. The `bytes` and the `nearest` configuration are there to be used again.
    fn visited<T>(
        &self,
        job: &Job,
        bytes: &mut Vec<u8>,
        nearest: &mut Nearest,
        visit: &impl Fn(&Source<'_>) -> T,
    ) -> Visited<T> {
        let own = &self.arguments.sources;
        let (path, is_stdin, is_named) = match job {
            Job::Failure(said) => return Visited::Failed(said.clone()),
            Job::Stdin => (self.stdin_path(), true, true),
            Job::File { path, is_named, .. } => (relative(path), false, *is_named),
        };
        bytes.clear();
        // Whoever sends a text through to have it mended gets it back, whatever becomes of it.
        let is_given_back = is_stdin && self.arguments.fix;
        let place = self.place(path, is_stdin, nearest).ok();
        let wanted = place.and_then(|place| Some((self.wanted(&place, is_named)?, place)));
        let Some((verdict, place)) = wanted else {
            return Visited::PassedOver { said: None, is_given_back };
        };
        let most = self.configurations.most_bytes(place.configuration.as_deref());
        let unread = |why: &Unread| match why {
            Unread::Large(_) => Visited::PassedOver {
                said: Some(format!(
                    "{} is passed over: {why} (--max-file-size sets the limit)",
                    path.display()
                )),
                is_given_back,
            },
            _ => Visited::Failed(format!("{}: {why}", path.display())),
        };
        if is_stdin {
            match self.stdin() {
                Ok(read) => bytes.extend(read),
                Err(why) => return unread(why),
            }
        } else {
            let read = if is_named && is_handed_over(path) {
                let file = fs::File::open(path).map_err(Unread::from);
                file.and_then(|file| discovery::read_from(file, most, bytes))
            } else {
                discovery::read(path, most, bytes)
            };
            if let Err(why) = read {
                return unread(&why);
            }
        }
        if let Some(it) = place.visit(verdict, bytes, &self.stacks, visit) {
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
        Visited::PassedOver { said, is_given_back }
    }

    /// Writes to standard output what standard input holds.
    fn give_back(&self) {
        let Stdin { bytes, why } = self.read_stdin();
        // If nobody reads what is given back, nothing is lost.
        let _ = io::stdout().write_all(bytes).and_then(|()| match why {
            Some(Unread::Large(_)) => io::copy(&mut io::stdin().lock(), &mut io::stdout()).map(drop),
            _ => Ok(()),
        });
    }
}
