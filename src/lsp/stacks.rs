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
    /// The files whose texts changed since, of those that the stack asked for; `None` where more than texts did.
    edited: Option<BTreeSet<PathBuf>>,
}

impl Root {
    /// Takes in that something changed that the stack hangs on.
    fn touch(&mut self, change: &Change) {
        match (change, &mut self.edited) {
            (Change::Text(path), Some(edited)) => drop(edited.insert(path.clone())),
            _ => self.edited = None,
        }
    }
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
    /// The root whose stack it is.
    pub root: PathBuf,
    /// The stack that was linked last, and the files whose texts are all that changed since.
    pub before: Option<(Arc<Stack>, BTreeSet<PathBuf>)>,
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
        for root in &concerned {
            if let Some(root) = self.roots.get_mut(root) {
                root.touch(&change);
            }
        }
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

    /// The roots that somebody is about to link for the first time.
    pub fn awaited(&self) -> impl Iterator<Item = &PathBuf> {
        let is_new = |root: &&PathBuf| self.roots.get(*root).is_some_and(|root| root.stack.is_none());
        self.claimed.iter().filter(is_new)
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

    /// Begins to link the stack of that `root`.
    pub fn begin(&mut self, root: PathBuf) -> Linking {
        self.linking += 1;
        let before = self.roots.get(&root).and_then(|root| root.stack.clone().zip(root.edited.clone()));
        Linking { root, before, began: self.clock }
    }

    /// Takes in what came of a linking; returns the files that are parts of the stack, or were. Where nothing came, nothing
    /// is to be had until something changes.
    pub fn end(&mut self, linking: &Linking, stack: Option<Arc<Stack>>) -> BTreeSet<PathBuf> {
        let parts = self.take_in(linking, stack);
        self.linking -= 1;
        if self.linking == 0 {
            self.touched.clear();
        }
        parts
    }

    fn take_in(&mut self, linking: &Linking, stack: Option<Arc<Stack>>) -> BTreeSet<PathBuf> {
        let path = &linking.root;
        // Another one that began later may be there already.
        let Some(root) = self.roots.get_mut(path).filter(|root| root.linked <= linking.began) else {
            return BTreeSet::new();
        };
        root.linked = linking.began;
        self.claimed.remove(path);
        self.stale.remove(path);
        let concerns = |change: &Change| stack.as_ref().is_none_or(|stack| change.concerns(&stack.asked));
        root.edited = stack.is_some().then(BTreeSet::new);
        for (_, change) in self.touched.iter().filter(|(at, change)| *at > linking.began && concerns(change))
        {
            root.touch(change);
            self.stale.insert(path.clone());
        }
        let Some(stack) = stack else { return BTreeSet::new() };
        let before = root.stack.replace(Arc::clone(&stack));
        let has_same = before.as_ref().is_some_and(|before| before.asked == stack.asked);
        if has_same && before.as_ref().is_some_and(|before| files_of(before).eq(files_of(&stack))) {
            return files_of(&stack).cloned().collect();
        }
        self.asked_changes += usize::from(!has_same);
        let mut parts = BTreeSet::new();
        if let Some(before) = before {
            parts.extend(self.unlist(path, &before));
        }
        parts.extend(self.list(path, &stack));
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
        for path in stack.asked.iter() {
            self.asked.entry(path.clone()).or_default().insert(root.to_owned());
        }
        for member in &stack.files {
            self.members.entry(member.file.path.clone()).or_default().insert(root.to_owned());
        }
        files_of(stack).cloned().collect()
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
        files_of(stack).cloned().collect()
    }
}

/// The paths of the files of a stack.
fn files_of(stack: &Stack) -> impl Iterator<Item = &PathBuf> {
    stack.files.iter().map(|member| &member.file.path)
}

/// The range of an ordered list that starts with `path`, behind which what lies below it stands.
pub const fn from(path: &Path) -> (Bound<&Path>, Bound<&Path>) {
    (Bound::Included(path), Bound::Unbounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stack that begins at `/root` and asked for those paths.
    fn stack(asked: &[&str]) -> Arc<Stack> {
        let asked = Arc::new(asked.iter().map(PathBuf::from).collect());
        Arc::new(Stack { asked, ..Stack::default() })
    }

    /// Stacks that begin at those files, each of which was linked and asked for itself and more.
    fn linked(asked: &[(&str, &[&str])]) -> Stacks {
        let mut stacks = Stacks::default();
        stacks.set_roots(&asked.iter().map(|(root, _)| PathBuf::from(root)).collect());
        for (root, more) in asked {
            let linking = stacks.begin(root.into());
            stacks.end(&linking, Some(stack(&[&[*root], *more].concat())));
        }
        stacks
    }

    fn stale(stacks: &Stacks) -> Vec<&str> {
        stacks.stale().filter_map(|root| root.to_str()).collect()
    }

    #[test]
    fn what_is_asked_for_makes_those_stale_that_asked() {
        let asked: [(&str, &[&str]); 2] = [("/a", &["/web/Dockerfile", "/conf"]), ("/b", &["/web/sub/x"])];
        for (change, expected) in [
            (Change::Text("/a".into()), &["/a"][..]),
            (Change::Text("/web/Dockerfile".into()), &["/a"]),
            (Change::Text("/web".into()), &[]),
            (Change::Text("/conf/new".into()), &[]),
            (Change::Tree("/conf/new".into()), &["/a"]),
            (Change::Tree("/web".into()), &["/a", "/b"]),
            (Change::Tree("/web/sub".into()), &["/b"]),
            (Change::Tree("/we".into()), &[]),
            (Change::Everything, &["/a", "/b"]),
        ] {
            let mut stacks = linked(&asked);
            assert_eq!(stale(&stacks), [""; 0]);
            stacks.touch(change.clone());
            assert_eq!(stale(&stacks), expected, "{change:?}");
        }
    }

    #[test]
    fn what_changes_while_a_stack_is_linked_leaves_it_stale() {
        let mut stacks = linked(&[("/a", &[])]);
        let linking = stacks.begin("/a".into());
        // It did not ask for this before.
        stacks.touch(Change::Text("/new".into()));
        stacks.end(&linking, Some(stack(&["/a", "/new"])));
        assert_eq!(stale(&stacks), ["/a"]);
        let linking = stacks.begin("/a".into());
        stacks.touch(Change::Text("/other".into()));
        stacks.end(&linking, Some(stack(&["/a", "/new"])));
        assert_eq!(stale(&stacks), [""; 0]);
    }

    #[test]
    fn texts_are_remembered_as_long_as_nothing_else_changes() {
        let edited = |stacks: &mut Stacks| {
            let linking = stacks.begin("/a".into());
            let edited = linking.before.as_ref().map(|(_, edited)| edited.clone());
            stacks.end(&linking, None);
            edited
        };
        let mut stacks = Stacks::default();
        stacks.set_roots(&BTreeSet::from(["/a".into()]));
        assert_eq!(edited(&mut stacks), None, "it was never linked");
        let mut stacks = linked(&[("/a", &["/x", "/y"])]);
        stacks.touch(Change::Text("/x".into()));
        stacks.touch(Change::Text("/y".into()));
        stacks.touch(Change::Text("/z".into()));
        let both = BTreeSet::from(["/x".into(), "/y".into()]);
        let linking = stacks.begin("/a".into());
        assert_eq!(linking.before.as_ref().map(|(_, edited)| edited), Some(&both));
        stacks.touch(Change::Text("/x".into()));
        stacks.end(&linking, Some(stack(&["/a", "/x"])));
        assert_eq!(edited(&mut stacks), Some(BTreeSet::from(["/x".into()])), "meanwhile it changed again");
        for change in [Change::Tree("/x".into()), Change::Everything] {
            let mut stacks = linked(&[("/a", &["/x"])]);
            stacks.touch(Change::Text("/x".into()));
            stacks.touch(change.clone());
            stacks.touch(Change::Text("/x".into()));
            assert_eq!(edited(&mut stacks), None, "{change:?}");
        }
    }

    #[test]
    fn a_linking_that_began_earlier_and_ends_later_changes_nothing() {
        let mut stacks = linked(&[("/a", &[])]);
        let slow = stacks.begin("/a".into());
        stacks.touch(Change::Text("/a".into()));
        let fast = stacks.begin("/a".into());
        let new = stack(&["/a"]);
        stacks.end(&fast, Some(Arc::clone(&new)));
        stacks.end(&slow, Some(stack(&["/a", "/old"])));
        assert!(Arc::ptr_eq(&stacks.all()[0], &new));
        assert_eq!(stale(&stacks), [""; 0]);
        stacks.touch(Change::Text("/old".into()));
        assert_eq!(stale(&stacks), [""; 0]);
    }

    #[test]
    fn what_cannot_be_linked_is_not_tried_again_before_something_changes() {
        let mut stacks = Stacks::default();
        stacks.set_roots(&BTreeSet::from(["/a".into()]));
        assert_eq!(stale(&stacks), ["/a"]);
        let linking = stacks.begin("/a".into());
        stacks.end(&linking, None);
        assert_eq!(stale(&stacks), [""; 0]);
        stacks.touch(Change::Everything);
        assert_eq!(stale(&stacks), ["/a"]);
    }

    #[test]
    fn a_root_that_is_gone_leaves_nothing_behind() {
        let mut stacks = linked(&[("/a", &["/x"]), ("/b", &["/x"])]);
        stacks.set_roots(&BTreeSet::from(["/b".into()]));
        stacks.touch(Change::Text("/x".into()));
        assert_eq!(stale(&stacks), ["/b"]);
        stacks.set_roots(&BTreeSet::new());
        assert_eq!((stale(&stacks), stacks.asked().0.count()), (Vec::new(), 0));
    }
}
