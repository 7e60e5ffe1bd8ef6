//! From the paths on the command line to the texts of the files behind them.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::thread;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::named::{Job, Named, Once, is_handed_over, named};
use super::names::relative;
use super::place::{Place, Source};
use super::progress::Progress;
use super::settings::{Configurations, Nearest, NotUnderstood};
use super::stacks::{Asked, Stacks};
use super::{Arguments, Outcome, complain, pool};
use crate::discovery::{self, Unread};
use crate::languages::{self, Language, NameVerdict};
use crate::project::{File, Tree};
use crate::text::decoded;

/// The files that `arguments` name, to be visited as often as need be.
///
/// Folders are walked as ripgrep walks them: what .gitignore and .ignore hide is passed over, hidden files are not, and
/// `.git` is. What a configuration excludes is passed over too, unless somebody names it.
pub struct Walk<'a> {
    arguments: &'a Arguments,
    configurations: Arc<Configurations>,
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
            configurations: Arc::new(Configurations::new(arguments)),
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
            let _ = self.jobs.chunks(BATCH).try_for_each(give);
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

/// Does `work`, and shows the `progress` once somebody has waited for it for a while.
fn patiently<T: Send>(progress: &Progress, work: impl FnOnce() -> T + Send) -> T {
    let (done, ended) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if ended.recv_timeout(Progress::PATIENCE) == Err(RecvTimeoutError::Timeout) {
                progress.show();
            }
        });
        let worked = work();
        drop(done);
        worked
    })
}

/// How many files a thread takes at once to judge them.
const BATCH: usize = 16;

/// How many files it takes at once of which nothing is known yet: nearly all of them are passed over.
const FOUND: usize = 64;

/// What is to be looked at, as far as that is known before it is judged.
struct Found {
    job: Job,
    known: Known,
}

/// What is known of a file before it is judged.
#[derive(Default)]
struct Known {
    /// By what the stacks know it, if they do, and its language, if its name tells it.
    address: Option<(u64, Option<Language>)>,
    /// The same, if they know what it is as well as whoever reads it.
    sure: Option<u64>,
    /// Its path from the root of the disk, if it is a compose file.
    root: Option<PathBuf>,
    /// Its folder, if somebody named it.
    folder: Option<PathBuf>,
}

impl Found {
    fn of(job: Job, known: Known) -> Self {
        let job = match job {
            Job::File { path, is_named, .. } => Job::File { path, is_named, address: known.sure },
            other => other,
        };
        Self { job, known }
    }
}

/// What became of it.
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
    configurations: &Arc<Configurations>,
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

/// Whether a file is of the same language by its `path` as by that from the root, the `whole` of it: a folder above the current
/// one may say more.
fn is_told_alike(path: &Path, whole: &Path) -> bool {
    /// How many parts of a path tell the language at most.
    const PARTS: usize = 3;
    let [bytes, all] = [path, whole].map(|it| it.as_os_str().as_encoded_bytes());
    let has_all = bytes.iter().filter(|byte| **byte == b'/').count() >= PARTS && all.ends_with(bytes);
    has_all || languages::by_name(&path.to_string_lossy()) == languages::by_name(&whole.to_string_lossy())
}

/// Whether a walk passes over a folder.
fn excludes(configurations: &Arc<Configurations>) -> impl Fn(&Path) -> bool + Send + Sync + 'static {
    let configurations = Arc::clone(configurations);
    move |path| {
        let path = relative(path);
        configurations.of_file(path).is_ok_and(|it| it.is_some_and(|it| it.excludes(path, true)))
    }
}

/// Hands out the files below `folder`, those of one folder by their names.
fn walk(
    folder: &Path,
    configurations: &Arc<Configurations>,
    once: &mut Once,
    give: &mut impl FnMut(Job) -> ControlFlow<()>,
) -> ControlFlow<()> {
    for path in discovery::files_below(folder, excludes(configurations)) {
        match path {
            Ok(path) if !once.is_only(&path) => {}
            Ok(path) => give(Job::File { path: relative(&path).to_owned(), is_named: false, address: None })?,
            Err(why) => give(Job::Failure(why))?,
        }
    }
    ControlFlow::Continue(())
}

impl Walk<'_> {
    /// What is to be looked at of what is `named`: a single folder, or files. A long walk shows its `progress`.
    fn found_at(&self, named: &[Named], progress: &Progress) -> Vec<Found> {
        if let [Named::Folder(folder)] = named {
            return patiently(progress, || self.found_below(folder));
        }
        let mut nearest = Nearest::default();
        let jobs = named.iter().filter_map(|named| match named {
            Named::One(job) => Some(job.clone()),
            Named::Folder(_) => None,
        });
        jobs.filter_map(|job| self.found(job, &mut nearest)).collect()
    }

    /// What is to be looked at below `folder`, those of one folder by their names.
    fn found_below(&self, folder: &Path) -> Vec<Found> {
        let look = |path: &Path, nearest: &mut Nearest| {
            let path = relative(path);
            let place = self.place(path, false, nearest).ok()?;
            let known = self.known(&place, false)?;
            Some(Found::of(Job::File { path: path.to_owned(), is_named: false, address: None }, known))
        };
        let found = discovery::found_below(folder, excludes(&self.configurations), look);
        let or_why = |found: Result<Found, String>| {
            found.unwrap_or_else(|why| Found::of(Job::Failure(why), Known::default()))
        };
        found.into_iter().map(or_why).collect()
    }

    /// What is known of `job` before it is judged; `None` where nothing is to be looked at.
    fn found(&self, job: Job, nearest: &mut Nearest) -> Option<Found> {
        let (path, is_stdin, is_named) = match &job {
            Job::Failure(_) => return Some(Found::of(job, Known::default())),
            Job::Stdin => (self.stdin_path(), true, true),
            Job::File { path, is_named, .. } => (relative(path), false, *is_named),
        };
        let known = self.place(path, is_stdin, nearest).ok().and_then(|place| self.known(&place, is_named));
        let known = known.or_else(|| is_named.then(Known::default));
        known.map(|known| Found::of(job, known))
    }

    /// What is known of the file at `place` before it is judged; `None` where it is not to be looked at.
    fn known(&self, place: &Place<'_>, is_named: bool) -> Option<Known> {
        let verdict = self.wanted(place, is_named)?;
        if self.arguments.settings.no_project {
            return Some(Known::default());
        }
        let (whole, disk) = (discovery::absolute(place.path), self.stacks.disk());
        if let Some(bytes) = place.is_stdin.then(|| self.stdin().ok()).flatten() {
            disk.hold(&whole, &decoded(bytes));
        }
        let is_compose = match verdict {
            NameVerdict::Is(language) => language == Language::Compose,
            // Only what it holds can tell, and that is read for the stack in any case.
            NameVerdict::Maybe(Language::Compose) => match disk.text(&whole) {
                Some(text) => {
                    let is_compose = place.detect(&text) == Some(Language::Compose);
                    if is_compose {
                        disk.learn(&whole, text, Language::Compose);
                    } else if !is_named {
                        return None;
                    }
                    is_compose
                }
                None => false,
            },
            _ => false,
        };
        let by_name = match verdict {
            NameVerdict::Is(language) => Some(language),
            _ => None,
        };
        let folder = whole.parent().filter(|_| is_named && verdict != NameVerdict::No).map(Path::to_owned);
        let address = self.stacks.address(&whole);
        let is_sure = by_name.is_some() || is_told_alike(place.path, &whole);
        Some(Known {
            address: Some((address, by_name)),
            sure: is_sure.then_some(address),
            root: is_compose.then_some(whole),
            folder,
        })
    }

    /// The compose files in these folders and in those above them, up to the one in which git has its repository, or else to
    /// the current one.
    fn companions(&self, folders: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
        let here = discovery::absolute(Path::new("."));
        let mut known = HashSet::new();
        let mut companions = Vec::new();
        for folder in folders {
            let repository = folder.ancestors().find(|it| it.join(".git").exists());
            let top = repository.unwrap_or(if folder.starts_with(&here) { &here } else { folder });
            for folder in folder.ancestors().take_while(|it| it.starts_with(top)) {
                // What is above was looked through for another file.
                if !known.insert(folder) {
                    break;
                }
                let files = self.stacks.disk().files_in(folder).into_iter();
                companions.extend(files.filter(|path| {
                    let place = self.place(path, false, &mut Nearest::default()).ok();
                    place.is_some_and(|it| {
                        it.verdict() == NameVerdict::Is(Language::Compose) && !it.is_within_excluded()
                    })
                }));
            }
        }
        companions
    }

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
        let place =
            self.place(path, is_stdin, nearest).ok().filter(|place| self.wanted(place, is_named).is_some());
        let Some(place) = place else { return Visited::PassedOver { said: None, is_given_back } };
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
        if let Some(it) = place.visit(bytes, &self.stacks, visit) {
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
