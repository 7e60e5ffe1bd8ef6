//! Which stacks there are, what hangs on what, and which are to be linked anew: the bookkeeping, without the linking.
//!
//! A stack is out of date from the moment at which something changed that it asked for until a linking that began after
//! that is taken in. Linking takes its time beside this, so a change that comes meanwhile is remembered.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::project::{Stack, View};

/// The stacks, by the compose files that they begin with.
#[derive(Debug, Default)]
pub struct Stacks {
    roots: BTreeMap<PathBuf, Root>,
    /// For each path the roots whose stacks asked for it.
    asked: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    /// For each file the roots whose stacks it is a part of.
    members: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    /// The roots whose stacks are out of date, of which nobody has said that they will link them.
    stale: BTreeSet<PathBuf>,
    /// Those of which somebody has.
    claimed: BTreeSet<PathBuf>,
    /// Counts what happens here.
    clock: u64,
    /// How often what is asked for became something else.
    asked_changes: usize,
    /// How many linkings are on their way.
    linking: usize,
    /// What changed since the first of them began.
    touched: Vec<(u64, Change)>,
}

/// A compose file that a stack begins with.
#[derive(Debug, Default)]
struct Root {
    stack: Option<Arc<Stack>>,
    /// When the linking began that it comes from.
    linked: u64,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The text of a file.
    Text(PathBuf),
    /// A file or a folder came, went, or is otherwise.
    Tree(PathBuf),
    /// Whatever there is.
    Everything,
}

impl Change {
    /// Whether a stack that asked for `asked` hangs on it.
    fn concerns(&self, asked: &BTreeSet<PathBuf>) -> bool {
        match self {
            Self::Text(path) => asked.contains(path),
            Self::Tree(path) => {
                let is_listed = path.parent().is_some_and(|folder| asked.contains(folder));
                is_listed || asked.range::<Path, _>(from(path)).next().is_some_and(|it| it.starts_with(path))
            }
            Self::Everything => true,
        }
    }
}

/// A linking that is on its way.
#[derive(Debug)]
pub struct Linking {
    /// The roots to link.
    pub roots: Vec<PathBuf>,
    began: u64,
}

impl Stacks {
    /// Has those `roots` and no others from now on; returns the files that were parts of stacks that are no more.
    pub fn set_roots(&mut self, roots: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
        let gone: Vec<PathBuf> = self.roots.keys().filter(|root| !roots.contains(*root)).cloned().collect();
        let mut parts = BTreeSet::new();
        for root in gone {
            if let Some(stack) = self.roots.remove(&root).and_then(|root| root.stack) {
                self.asked_changes += 1;
                parts.extend(self.unlist(&root, &stack));
            }
            self.stale.remove(&root);
            self.claimed.remove(&root);
        }
        for root in roots {
            if !self.roots.contains_key(root) {
                self.roots.insert(root.clone(), Root::default());
                self.stale.insert(root.clone());
            }
        }
        parts
    }

    /// Takes in that something changed.
    pub fn touch(&mut self, change: Change) {
        self.clock += 1;
        let concerned: BTreeSet<PathBuf> = match &change {
            Change::Text(path) => self.asked.get(path).cloned().unwrap_or_default(),
            Change::Tree(path) => {
                let listed = path.parent().and_then(|folder| self.asked.get(folder));
                let below =
                    self.asked.range::<Path, _>(from(path)).take_while(|(it, _)| it.starts_with(path));
                listed.into_iter().chain(below.map(|(_, roots)| roots)).flatten().cloned().collect()
            }
            Change::Everything => self.roots.keys().cloned().collect(),
        };
        self.claimed.retain(|root| !concerned.contains(root));
        self.stale.extend(concerned);
        if self.linking > 0 {
            self.touched.push((self.clock, change));
        }
    }

    /// The roots whose stacks are out of date and asked for `path`, whoever is about to link them.
    pub fn stale_about(&self, path: &Path) -> BTreeSet<PathBuf> {
        let about = self.asked.get(path).into_iter().flatten();
        about.filter(|root| self.stale.contains(*root) || self.claimed.contains(*root)).cloned().collect()
    }

    /// The roots whose stacks are out of date, of which nobody has said that they will link them.
    pub fn stale(&self) -> impl Iterator<Item = &PathBuf> {
        self.stale.iter()
    }

    /// Leaves the linking of those `roots` to whoever calls.
    pub fn claim(&mut self, roots: impl IntoIterator<Item = PathBuf>) {
        for root in roots {
            if self.stale.remove(&root) {
                self.claimed.insert(root);
            }
        }
    }

    /// How many bytes the files of a root's stack have; `None` where it was never linked.
    pub fn weight(&self, root: &Path) -> Option<usize> {
        let stack = self.roots.get(root)?.stack.as_ref()?;
        Some(stack.files.iter().map(|member| member.file.text.len()).sum())
    }

    /// Begins to link those `roots`.
    pub fn begin(&mut self, roots: Vec<PathBuf>) -> Linking {
        self.linking += 1;
        Linking { roots, began: self.clock }
    }

    /// Takes in what came of a linking, by its roots; returns the files that are parts of the stacks, or were. Of a root for
    /// which nothing came, nothing is to be had until something changes.
    pub fn end(&mut self, linking: &Linking, linked: Vec<Arc<Stack>>) -> BTreeSet<PathBuf> {
        let mut parts = BTreeSet::new();
        let mut linked = linked.into_iter();
        for path in &linking.roots {
            let stack = linked.next();
            let Some(root) = self.roots.get_mut(path) else { continue };
            // Another one that began later may be there already.
            if root.linked > linking.began {
                continue;
            }
            root.linked = linking.began;
            let asked = |stack: &Option<Arc<Stack>>| stack.as_ref().map(|stack| stack.asked.clone());
            self.asked_changes += usize::from(stack.is_some() && asked(&root.stack) != asked(&stack));
            let before =
                if stack.is_some() { std::mem::replace(&mut root.stack, stack.clone()) } else { None };
            if let Some(before) = before {
                parts.extend(self.unlist(path, &before));
            }
            if let Some(stack) = &stack {
                parts.extend(self.list(path, stack));
            }
            let concerns = |change: &Change| stack.as_ref().is_none_or(|stack| change.concerns(&stack.asked));
            self.claimed.remove(path);
            if self.touched.iter().any(|(at, change)| *at > linking.began && concerns(change)) {
                self.stale.insert(path.clone());
            } else {
                self.stale.remove(path);
            }
        }
        self.linking -= 1;
        if self.linking == 0 {
            self.touched.clear();
        }
        parts
    }

    /// The stacks that the file at `path` is a part of.
    pub fn views(&self, path: &Path) -> Vec<View> {
        let stacks = self.members.get(path).into_iter().flatten().filter_map(|root| self.stack(root));
        let view = |stack: &Arc<Stack>| {
            let file = stack.files.iter().position(|member| member.file.path == path)?;
            Some(View { stack: Arc::clone(stack), file })
        };
        stacks.filter_map(view).collect()
    }

    /// All stacks, in the order of the compose files that they begin with.
    pub fn all(&self) -> Vec<Arc<Stack>> {
        self.roots.values().filter_map(|root| root.stack.clone()).collect()
    }

    /// All that some stack asked for, and how often that became something else.
    pub fn asked(&self) -> (impl Iterator<Item = &PathBuf>, usize) {
        (self.asked.keys(), self.asked_changes)
    }

    /// What the stacks asked for that asked for `path`.
    pub fn asked_with(&self, path: &Path) -> BTreeSet<PathBuf> {
        let stacks = self.asked.get(path).into_iter().flatten().filter_map(|root| self.stack(root));
        stacks.flat_map(|stack| stack.asked.iter().cloned()).collect()
    }

    fn stack(&self, root: &Path) -> Option<&Arc<Stack>> {
        self.roots.get(root)?.stack.as_ref()
    }

    /// Writes down what hangs on the stack of `root`; returns its files.
    fn list(&mut self, root: &Path, stack: &Stack) -> Vec<PathBuf> {
        for path in &stack.asked {
            self.asked.entry(path.clone()).or_default().insert(root.to_owned());
        }
        for member in &stack.files {
            self.members.entry(member.file.path.clone()).or_default().insert(root.to_owned());
        }
        stack.files.iter().map(|member| member.file.path.clone()).collect()
    }

    /// Strikes out what hangs on the stack of `root`; returns its files.
    fn unlist(&mut self, root: &Path, stack: &Stack) -> Vec<PathBuf> {
        let strike = |map: &mut BTreeMap<PathBuf, BTreeSet<PathBuf>>, path: &Path| {
            if let Some(roots) = map.get_mut(path) {
                roots.remove(root);
                if roots.is_empty() {
                    map.remove(path);
                }
            }
        };
        stack.asked.iter().for_each(|path| strike(&mut self.asked, path));
        stack.files.iter().for_each(|member| strike(&mut self.members, &member.file.path));
        stack.files.iter().map(|member| member.file.path.clone()).collect()
    }
}

/// The range of an ordered list that starts with `path`, behind which what lies below it stands.
pub const fn from(path: &Path) -> (Bound<&Path>, Bound<&Path>) {
    (Bound::Included(path), Bound::Unbounded)
}
