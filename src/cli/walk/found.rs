//! What is known of files before they are judged: whether anybody wants them, and what the stacks know them by.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use foldhash::{HashSet, HashSetExt};

use super::{Walk, excludes};
use crate::cli::named::{Job, Named};
use crate::cli::names::relative;
use crate::cli::place::Place;
use crate::cli::pool;
use crate::cli::progress::Progress;
use crate::cli::settings::{Heeded, Nearest};
use crate::discovery::{self, Signs};
use crate::languages::{self, Language, NameVerdict};
use crate::project::Tree;
use crate::text::decoded;

/// What is to be looked at, as far as that is known before it is judged.
pub(super) struct Found {
    pub job: Job,
    pub known: Known,
}

/// What is known of a file before it is judged.
#[derive(Default)]
pub(super) struct Known {
    /// By what the stacks know it, if they do, and its language, if its name tells it.
    pub address: Option<(u64, Option<Language>)>,
    /// The same, if they know what it is as well as whoever reads it.
    pub sure: Option<u64>,
    /// Its path from the root of the disk, if it is a compose file.
    pub root: Option<PathBuf>,
    /// Its folder, if somebody named it.
    pub folder: Option<PathBuf>,
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

impl Walk<'_> {
    /// What is to be looked at of what is `named`: a single folder, or files. A long walk shows its `progress`.
    pub(super) fn found_at(&self, named: &[Named], progress: &Progress) -> Vec<Found> {
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
        let configurations = &self.configurations;
        let look = |path: &Path, heeded: &Heeded, is_hidden: &dyn Fn() -> bool| {
            let (path, configuration) = (relative(path), heeded.clone().ok()?);
            let place = Place { path, is_stdin: false, configuration, configurations };
            let verdict = self.wanted(&place, false).filter(|_| !is_hidden())?;
            let known = self.known(&place, verdict, false)?;
            Some(Found::of(Job::File { path: path.to_owned(), is_named: false, address: None }, known))
        };
        let heeded = |folder: &Path, signs: Signs, above: Option<&Heeded>| {
            if !signs.company {
                self.stacks.disk().saw_no_company(folder);
            }
            configurations.of_folder(folder, above.filter(|_| !signs.configuration))
        };
        let found = discovery::found_below(folder, pool::threads(), heeded, excludes, look);
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
        let known = self.place(path, is_stdin, nearest).ok().and_then(|place| {
            let verdict = self.wanted(&place, is_named)?;
            self.known(&place, verdict, is_named)
        });
        let known = known.or_else(|| is_named.then(Known::default));
        known.map(|known| Found::of(job, known))
    }

    /// What is known of the file at `place`, whose name tells that `verdict`, before it is judged; `None` where it is not to be
    /// looked at.
    fn known(&self, place: &Place<'_>, verdict: NameVerdict, is_named: bool) -> Option<Known> {
        if self.arguments.settings.no_project {
            return Some(Known::default());
        }
        let (whole, disk) = (discovery::absolute(place.path), self.stacks.disk());
        if let Some(bytes) = place.is_stdin.then(|| self.stdin().ok()).flatten() {
            disk.hold(&whole, &decoded(bytes));
        }
        if !is_named {
            disk.saw(&whole);
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
    pub(super) fn companions(&self, folders: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
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
