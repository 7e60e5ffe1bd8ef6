//! The stacks around the files of a run: which there are, and which file is a part of which.
//!
//! Which files a stack has is found out once and kept for the whole run, with what is to be said of them; the stacks
//! themselves are kept as long as they are not too much, and linked anew for those who ask later. So memory grows with the
//! names of the files and with what is found, not with what they hold.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ffi::OsString;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::place::Source;
use super::pool;
use super::progress::Progress;
use super::remarks::{Found, Remarks};
use super::settings::Nearest;
use crate::config::Settings;
use crate::discovery::{Disk, Kept, absolute};
use crate::languages::Language;
use crate::lint::{Linted, judge_with_suppressed, lint_with_suppressed};
use crate::project::{File, Stack, Tree, View, key, link, roots};

/// How much the stacks may weigh together, in bytes, that are kept for the other files of each.
const MOST_KEPT: usize = 1 << 19;

/// How much the stacks may weigh together that share files, and that are kept for those. A file with more around it is
/// judged by itself.
const MOST_SHARED: usize = 48 << 20;

/// How much the files may weigh that are kept for those who link other stacks.
const MOST_READ: usize = 4 << 20;

/// How much a file weighs beside its text: what was found in it, and what follows from that.
const OVERHEAD: usize = 4 << 10;

/// How many bytes of text a stack has at most; the rest is a gap.
const LARGEST: usize = 12 << 20;

/// A file in more stacks than this is judged by itself: what is right in one of them may be wrong in another, so that little
/// could be said, and that late.
const MOST_AROUND: usize = 64;

/// The stacks around the files of a run.
#[derive(Debug)]
pub struct Stacks {
    disk: Disk,
    roots: Vec<Root>,
    /// The stacks that a file is a part of, by its [address](Self::address).
    around: HashMap<u64, Around>,
    /// The stacks that were linked last, and those that share files.
    linked: Mutex<Kept<usize, Cell>>,
    shared: Mutex<Kept<usize, Cell>>,
    /// What was said of files while the stack around them was at hand.
    remarks: Remarks,
    /// How often a file of each stack was said to have changed.
    changes: Mutex<HashMap<usize, usize>>,
}

/// Where a stack begins.
#[derive(Debug)]
struct Root {
    path: PathBuf,
    /// How many files the stack has.
    files: usize,
    /// How much they weigh.
    weight: usize,
    /// Whether any of them is in another stack too.
    is_shared: bool,
}

/// The stacks around a file, as indexes into the roots.
#[derive(Debug)]
enum Around {
    /// Nearly always it is one.
    One(usize),
    Several(Vec<usize>),
}

impl Around {
    fn roots(&self) -> &[usize] {
        match self {
            Self::One(root) => std::slice::from_ref(root),
            Self::Several(roots) => roots,
        }
    }

    fn push(&mut self, root: usize) {
        match self {
            Self::One(first) => *self = Self::Several(vec![*first, root]),
            Self::Several(roots) => roots.push(root),
        }
    }
}

/// What is asked of a file when its turn comes, as far as that is known before.
#[derive(Debug)]
pub struct Asked<'s> {
    /// What is asked of the linter there.
    pub settings: Cow<'s, Settings>,
    /// How many bytes of it are read.
    pub most: u64,
    /// In what language it is read.
    pub language: Option<Language>,
}

/// A stack that is linked by the first who wants it.
type Cell = Arc<OnceLock<Arc<Stack>>>;

impl Stacks {
    /// None; files of more than `largest` bytes will be a part of none.
    pub fn new(largest: u64) -> Self {
        Self {
            disk: Disk::new(MOST_READ).limited(largest),
            roots: Vec::new(),
            around: HashMap::new(),
            linked: Mutex::new(Kept::new(MOST_KEPT)),
            shared: Mutex::new(Kept::new(MOST_SHARED)),
            remarks: Remarks::default(),
            changes: Mutex::default(),
        }
    }

    /// Where the files come from.
    pub const fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Finds the stacks that the compose files at `paths` begin, on several threads, and judges those of their
    /// files that have one of the `wanted` [addresses](Self::address), some of which have a language by their names: `ask` tells
    /// what is asked of a file. A long run shows its `progress`.
    pub fn find<'s>(
        &mut self,
        paths: &[PathBuf],
        wanted: &HashMap<u64, Option<Language>>,
        ask: impl Fn(&File, Option<Language>, &mut Nearest) -> Option<Asked<'s>> + Sync,
        progress: &Progress,
    ) {
        /// How much all stacks may weigh together, beside something for each of them: compose files that all include each
        /// other have more than could be read.
        const MOST: usize = 32 << 20;
        const EACH: usize = 64 << 10;
        let mut known = HashSet::new();
        let paths = roots(paths.iter().map(PathBuf::as_path).filter(|path| known.insert(path.as_os_str())));
        let most = MOST + EACH * paths.len();
        let (mut found, mut around) = (Vec::<Root>::new(), HashMap::<u64, Around>::new());
        let (mut weight, kept) = (0, AtomicUsize::new(0));
        let linked = |index: usize| {
            let root = &paths[index];
            let stack = self.link(root, None);
            let weight = stack.files.iter().map(|it| it.file.text.len() + OVERHEAD).sum();
            let files: Vec<u64> = stack.files.iter().map(|it| self.address(&it.file.path)).collect();
            self.judge(&stack, &files, wanted, &ask);
            // The first ones are the first that somebody wants: they do not make way for others yet.
            if kept.fetch_add(weight, Ordering::Relaxed) + weight <= MOST_KEPT / 2 {
                lock(&self.linked).insert(index, Arc::new(OnceLock::from(stack)), weight);
            }
            (Root { path: root.clone(), files: files.len(), weight, is_shared: false }, files)
        };
        pool::in_order(
            |give| {
                let batch = pool::batch(paths.len());
                let starts = (0..paths.len()).step_by(batch);
                let _ = starts.map(|start| start..paths.len().min(start + batch)).try_for_each(give);
            },
            |batch: Range<usize>| batch.map(linked).collect::<Vec<_>>(),
            |batch| {
                for (root, files) in batch {
                    weight += root.weight;
                    if weight > most {
                        return ControlFlow::Break(());
                    }
                    let index = found.len();
                    for address in files {
                        let known = around.entry(address);
                        known.and_modify(|it| it.push(index)).or_insert(Around::One(index));
                    }
                    found.push(root);
                }
                ControlFlow::Continue(())
            },
            Progress::PATIENCE,
            || progress.show(),
        );
        for around in around.values() {
            if let Around::Several(roots) = around {
                roots.iter().for_each(|&root| found[root].is_shared = true);
            }
        }
        (self.roots, self.around) = (found, around);
    }

    /// What is to be said of `source`, a part of the stacks around it.
    pub fn lint(&self, source: &Source<'_>) -> Linted {
        let Source { text, language, settings, .. } = *source;
        if self.around.is_empty() {
            return lint_with_suppressed(text, language, &[], settings);
        }
        let path = absolute(source.path);
        let address = self.address(&path);
        if self.around(address).len() == 1
            && let Some(linted) = self.remarks.of(address, language, text)
        {
            return linted;
        }
        let views = self.views(&path, language, text);
        match views.first().map(|view| &view.stack.files[view.file].file.scan) {
            Some(scan) => judge_with_suppressed(text, language, scan, &views, settings),
            None => lint_with_suppressed(text, language, &[], settings),
        }
    }

    /// The language of the file at `address`, if it was judged already and nothing is to be said of it.
    pub fn silent(&self, address: u64) -> Option<Language> {
        let is_alone = self.around(address).len() == 1 && !self.disk.holds_some();
        is_alone.then(|| self.remarks.silent(address)).flatten()
    }

    /// Judges those files of `stack`, which have those `addresses`, that are `wanted`, as long as it is the only one around
    /// them.
    fn judge<'s>(
        &self,
        stack: &Arc<Stack>,
        addresses: &[u64],
        wanted: &HashMap<u64, Option<Language>>,
        ask: impl Fn(&File, Option<Language>, &mut Nearest) -> Option<Asked<'s>>,
    ) {
        let known = addresses.iter().copied().filter(|address| wanted.contains_key(address));
        let expected = self.remarks.expected(known);
        let mut found = Vec::with_capacity(expected.len());
        let mut nearest = Nearest::default();
        for (index, (member, &address)) in stack.files.iter().zip(addresses).enumerate() {
            let file = &*member.file;
            let Some(language) = file.language.filter(|_| expected.contains(&address)) else { continue };
            let by_name = wanted.get(&address).copied().flatten();
            let Some(asked) = ask(file, by_name, &mut nearest) else { continue };
            let Asked { settings, most, language: own } = asked;
            let view = [View { stack: Arc::clone(stack), file: index }];
            let linted = judge_with_suppressed(&file.text, language, &file.scan, &view, &settings);
            // What says that it is empty may be made up for whoever asks.
            let is_sure = own == Some(language) && !file.text.is_empty() && file.text.len() as u64 <= most;
            found.push(Found { address, language, text: &file.text, is_sure, linted });
        }
        self.remarks.keep(found);
    }

    /// By what a file is known, given its path from the root.
    pub fn address(&self, path: &Path) -> u64 {
        self.remarks.address(path)
    }

    /// Whether the file at `path` is in a stack with others.
    pub fn has_neighbours(&self, path: &Path) -> bool {
        self.around_path(&absolute(path)).iter().any(|&root| self.roots[root].files > 1)
    }

    /// How often a file in a stack around the one at `path` was said to have changed.
    pub fn changes_around(&self, path: &Path) -> usize {
        let changes = lock(&self.changes);
        self.around_path(&absolute(path)).iter().filter_map(|root| changes.get(root)).sum()
    }

    /// From now on the file at `path` holds something else: that `text`, or what is on the disk.
    pub fn change(&self, path: &Path, text: Option<&str>) {
        let path = absolute(path);
        match text {
            Some(text) => self.disk.hold(&path, text),
            None => self.disk.forget(&path),
        }
        self.remarks.forget();
        for root in self.around_path(&path) {
            lock(&self.linked).remove(root);
            lock(&self.shared).remove(root);
            *lock(&self.changes).entry(*root).or_default() += 1;
        }
    }

    /// The stacks that the file at `address` is a part of.
    fn around(&self, address: u64) -> &[usize] {
        self.around.get(&address).map_or(&[], Around::roots)
    }

    /// The stacks that the file at `path`, which is from the root, is a part of.
    fn around_path(&self, path: &Path) -> &[usize] {
        self.around(self.address(path))
    }

    /// The file at `path` in the stacks around it, where it holds `text` and is in `language`.
    fn views(&self, path: &Path, language: Language, text: &str) -> Vec<View> {
        let around = self.around_path(path);
        let weight: usize = around.iter().map(|&root| self.roots[root].weight).sum();
        if around.len() > MOST_AROUND || (around.len() > 1 && weight > MOST_SHARED) {
            return Vec::new();
        }
        let read = OnceLock::new();
        let view = |&root: &usize| {
            let stack = self.linked(root);
            let view = View { file: position(&stack, path, language)?, stack };
            if *view.stack.files[view.file].file.text == *text {
                return Some(view);
            }
            let file =
                read.get_or_init(|| Arc::new(File::read(path.to_owned(), text.into(), Some(language))));
            let stack = self.link(&self.roots[root].path, Some(file));
            Some(View { file: position(&stack, path, language)?, stack })
        };
        around.iter().filter_map(view).collect()
    }

    /// The stack of that index.
    fn linked(&self, root: usize) -> Arc<Stack> {
        let Root { path, weight, is_shared, .. } = &self.roots[root];
        let known = lock(&self.linked).get(&root);
        let cell = known.unwrap_or_else(|| {
            let mut kept = lock(if *is_shared { &self.shared } else { &self.linked });
            kept.get(&root).unwrap_or_else(|| {
                let cell = Cell::default();
                kept.insert(root, Arc::clone(&cell), *weight);
                cell
            })
        });
        Arc::clone(cell.get_or_init(|| self.link(path, None)))
    }

    /// The stack that begins with the compose file at `root`, with `file` in place of what is on the disk.
    fn link(&self, root: &Path, file: Option<&Arc<File>>) -> Arc<Stack> {
        Arc::new(link(root, &Ration { disk: &self.disk, file, given: RefCell::default() }))
    }
}

/// As much of the disk as one stack may have.
struct Ration<'a> {
    disk: &'a Disk,
    /// What stands in place of the file at that path.
    file: Option<&'a Arc<File>>,
    /// What it has, each file by its [key], and how many bytes that is.
    given: RefCell<(HashMap<OsString, Arc<File>>, usize)>,
}

impl Tree for Ration<'_> {
    fn file(&self, path: &Path, language: Option<Language>) -> Option<Arc<File>> {
        if let Some(file) = self.file.filter(|file| file.path == path && file.language == language) {
            return Some(Arc::clone(file));
        }
        let (given, bytes) = &mut *self.given.borrow_mut();
        let known = given.get(&*key(path)).filter(|file| file.language == language);
        let file = known.cloned().or_else(|| {
            let file = self.disk.file(path, language)?;
            *bytes += file.text.len();
            given.insert(key(path).into_owned(), Arc::clone(&file));
            Some(file)
        })?;
        (*bytes <= LARGEST).then_some(file)
    }

    fn files_in(&self, folder: &Path) -> Vec<PathBuf> {
        self.disk.files_in(folder)
    }

    fn may_change(&self) -> bool {
        false
    }
}

/// Where the file at `path` is in `stack`, if it is there as one of `language`.
fn position(stack: &Stack, path: &Path, language: Language) -> Option<usize> {
    stack.files.iter().position(|it| it.file.language == Some(language) && it.file.path == path)
}

/// A panic elsewhere leaves whole entries behind, so they stay in use.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const DOCKERFILE: &str = "FROM a\nEXPOSE 80\n";

    /// A folder with these files, and the stacks that its compose files begin.
    fn found(files: &[(&str, &str)]) -> (tempfile::TempDir, Stacks) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut stacks = Stacks::new(u64::MAX);
        let is_compose = |(name, _): &&(&str, &str)| name.ends_with(".yaml");
        let roots: Vec<PathBuf> =
            files.iter().filter(is_compose).map(|(name, _)| folder.path().join(name)).collect();
        stacks.find(&[&roots[..], &roots[..]].concat(), &HashMap::new(), |_, _, _| None, &Progress::new());
        (folder, stacks)
    }

    fn services(names: &[&str], build: &str) -> String {
        let service = |name: &&str| format!("  {name}:\n    build: {build}\n");
        format!("services:\n{}", names.iter().map(service).collect::<String>())
    }

    #[test]
    fn a_file_is_a_part_of_each_stack_that_brings_it_along() {
        let (one, two) = (services(&["web"], "./web"), services(&["api"], "../web"));
        let (folder, stacks) = found(&[
            ("one.yaml", &one),
            ("two/compose.yaml", &two),
            ("three.yaml", "services: {a: {image: b}}\n"),
            ("web/Dockerfile", DOCKERFILE),
        ]);
        let path = |name: &str| folder.path().join(name);
        let views = |name: &str, text: &str| stacks.views(&path(name), Language::Dockerfile, text);
        let around = views("web/Dockerfile", DOCKERFILE);
        let bases: Vec<_> = around.iter().map(|view| view.stack.files[0].file.path.clone()).collect();
        assert_eq!(bases, [path("one.yaml"), path("two/compose.yaml")]);
        assert!(around.iter().all(|view| view.stack.files[view.file].file.path == path("web/Dockerfile")));
        assert!(views("Dockerfile", DOCKERFILE).is_empty());
        assert!(stacks.views(&path("web/Dockerfile"), Language::Nginx, DOCKERFILE).is_empty());
        assert!(stacks.has_neighbours(&path("one.yaml")) && !stacks.has_neighbours(&path("three.yaml")));
        assert_eq!(stacks.views(&path("three.yaml"), Language::Compose, "").len(), 1, "alone, but a stack");
    }

    #[test]
    fn a_file_has_the_text_that_is_judged() {
        let compose = services(&["web"], ".");
        let (folder, stacks) = found(&[("compose.yaml", &compose), ("Dockerfile", DOCKERFILE)]);
        let path = folder.path().join("Dockerfile");
        let text = |text: &str| {
            let views = stacks.views(&path, Language::Dockerfile, text);
            views[0].stack.files[views[0].file].file.text.to_string()
        };
        assert_eq!(text("FROM b\n"), "FROM b\n");
        assert_eq!(text(DOCKERFILE), DOCKERFILE);
        fs::write(&path, "FROM c\n").unwrap();
        let seen = || {
            let views = stacks.views(&folder.path().join("compose.yaml"), Language::Compose, &compose);
            let file = views[0].stack.files.iter().find(|it| it.file.path == path).unwrap();
            file.file.text.to_string()
        };
        assert_eq!((seen().as_str(), stacks.changes_around(&path)), (DOCKERFILE, 0));
        stacks.change(&path, None);
        assert_eq!((seen().as_str(), stacks.changes_around(&path)), ("FROM c\n", 1));
        stacks.change(&path, Some("FROM d\n"));
        assert_eq!((seen().as_str(), stacks.changes_around(&path)), ("FROM d\n", 2));
    }

    #[test]
    fn a_file_that_very_many_bring_along_is_judged_by_itself() {
        let compose = services(&["web"], ".");
        let names: Vec<String> = (0..=MOST_AROUND).map(|number| format!("{number}.yaml")).collect();
        let mut files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), &*compose)).collect();
        files.push(("Dockerfile", DOCKERFILE));
        let views = |files: &[(&str, &str)]| {
            let (folder, stacks) = found(files);
            stacks.views(&folder.path().join("Dockerfile"), Language::Dockerfile, DOCKERFILE).len()
        };
        assert_eq!(views(&files), 0);
        assert_eq!(views(&files[1..]), MOST_AROUND);
    }

    #[test]
    fn compose_files_that_share_very_much_come_to_an_end() {
        let names: Vec<String> = (0..100).map(|number| format!("{number}.yaml")).collect();
        let dockerfiles: Vec<String> = (0..40).map(|number| format!("{number}/Dockerfile")).collect();
        let services: String =
            (0..40).map(|number| format!("  s{number}:\n    build: ./{number}\n")).collect();
        let compose = format!("services:\n{services}");
        let dockerfile = format!("{DOCKERFILE}# {}\n", "x".repeat(20_000));
        let files = names.iter().map(|name| (name.as_str(), &*compose));
        let files: Vec<(&str, &str)> =
            files.chain(dockerfiles.iter().map(|name| (name.as_str(), &*dockerfile))).collect();
        let (folder, stacks) = found(&files);
        assert!(stacks.roots.len() < names.len() && stacks.roots.len() > 30, "{}", stacks.roots.len());
        let views = |name: &str| stacks.views(&folder.path().join(name), Language::Compose, &compose).len();
        assert_eq!((views("0.yaml"), views("99.yaml")), (1, 0));
    }

    #[test]
    fn a_stack_has_no_more_text_than_can_be_read() {
        let services: String =
            (0..8).map(|number| format!("  s{number}:\n    build: ./{number}\n")).collect();
        let dockerfile = format!("FROM a\n# {}\n", "x".repeat(3 << 20));
        let names: Vec<String> = (0..8).map(|number| format!("{number}/Dockerfile")).collect();
        let compose = format!("services:\n{services}");
        let mut files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), &*dockerfile)).collect();
        files.push(("compose.yaml", &compose));
        let (folder, stacks) = found(&files);
        let views = stacks.views(&folder.path().join("compose.yaml"), Language::Compose, &compose);
        assert_eq!(views[0].stack.files.len(), 1 + 3);
        assert!(views[0].stack.services[7].has_gaps && !views[0].stack.services[0].has_gaps);
    }
}
