//! The files of a folder that anybody would look at: a walk as ripgrep walks.
//!
//! The patterns are understood by ripgrep's own crate. The steps are taken here, since whoever reads what lies in a folder
//! sees there, without another question to the system, whether it has rules or a configuration of its own; and since most
//! files are known by their names to be nobody's, so that no pattern need be tried on them.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::hidden::{Mistake, Rules, Signs};
use super::queue::Queue;
use super::{absolute, lock};

/// The files below `folder`, those of one folder by their names; what cannot be looked at comes in between, with the reason.
///
/// What .gitignore and .ignore hide is passed over, hidden files are not, and `.git` is. So are the folders that
/// `excludes` names, and, as nobody can say what they hide, those whose .gitignore or .ignore is nothing to read.
pub fn files_below(
    folder: &Path,
    excludes: impl Fn(&Path) -> bool,
) -> impl Iterator<Item = Result<PathBuf, String>> {
    /// What a walk comes to.
    enum Step {
        Into(Folder<()>),
        To(Result<PathBuf, String>),
    }
    let walk = Walk {
        known: |_: &Path, _: Signs, _: Option<&()>| (),
        excludes: move |path: &Path, (): &()| excludes(path),
    };
    let (root, mistakes) = start(folder);
    let first = mistakes.into_iter().map(|it| Step::To(Err(it.said))).chain(root.map(Step::Into));
    let mut steps = vec![first.collect::<Vec<_>>().into_iter()];
    std::iter::from_fn(move || {
        loop {
            match steps.last_mut()?.next() {
                Some(Step::To(found)) => return Some(found),
                None => drop(steps.pop()),
                Some(Step::Into(folder)) => {
                    let mut next = Vec::new();
                    walk.look_into(&folder, |met| match met {
                        Met::File { path, is_hidden, .. } if !is_hidden() => {
                            next.push((path.to_owned(), Step::To(Ok(path.to_owned()))));
                        }
                        Met::File { .. } => {}
                        Met::Folder(folder) => next.push((folder.path.clone(), Step::Into(folder))),
                        Met::Failure { path, said } => next.push((path, Step::To(Err(said)))),
                    });
                    next.sort_by(|(one, _), (other, _)| one.as_os_str().cmp(other.as_os_str()));
                    steps.push(next.into_iter().map(|(_, step)| step).collect::<Vec<_>>().into_iter());
                }
            }
        }
    })
}

/// What `look` makes of the files of [`files_below`], in the same order, without those of which it makes nothing. It looks on
/// so many `threads`.
///
/// What is `known` of a folder is told to `excludes` and to `look`, which has to ask whether the file is hidden before it touches
/// it: most need not be asked for. It hangs on the signs in the folder and on what is known of the one above it.
pub fn found_below<K: Clone + Send, T: Send>(
    folder: &Path,
    threads: usize,
    known: impl Fn(&Path, Signs, Option<&K>) -> K + Sync,
    excludes: impl Fn(&Path, &K) -> bool + Sync,
    look: impl Fn(&Path, &K, &dyn Fn() -> bool) -> Option<T> + Sync,
) -> Vec<Result<T, String>> {
    let (root, mistakes) = start(folder);
    let found = Mutex::new(mistakes.into_iter().map(|it| (it.path, Err(it.said))).collect::<Vec<_>>());
    let walk = Walk { known, excludes };
    let queue = Queue::of(root);
    let work = |most: usize| {
        let mut own = Vec::new();
        for _ in 0..most {
            let Some((folder, mut turn)) = queue.next() else { break };
            walk.look_into(&folder, |met| match met {
                Met::File { path, known, is_hidden } => {
                    own.extend(look(path, known, is_hidden).map(|it| (path.to_owned(), Ok(it))));
                }
                Met::Folder(folder) => turn.add(folder),
                Met::Failure { path, said } => own.push((path, Err(said))),
            });
        }
        lock(&found).append(&mut own);
    };
    // A folder without others in it needs no other thread.
    work(1);
    if !queue.is_empty() {
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|| work(usize::MAX));
            }
            work(usize::MAX);
        });
    }
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_cached_key(|(path, _)| place_in_order(path));
    found.into_iter().map(|(_, it)| it).collect()
}

/// What the paths of a walk are ordered by, and quickly: bytes that compare as the parts of a path do, of which one that goes on
/// comes behind the folder that it goes on from.
fn place_in_order(path: &Path) -> Vec<u8> {
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    bytes.map(|&byte| if std::path::is_separator(char::from(byte)) { 0 } else { byte }).collect()
}

/// Whether `path`, a file or a folder below `folder`, is one that a walk through `folder` comes to.
#[must_use]
pub fn is_walked(folder: &Path, path: &Path) -> bool {
    let Ok(below) = path.strip_prefix(folder) else { return false };
    let mut place = real(folder);
    let Ok((mut rules, _)) = Rules::above(&place) else { return false };
    let mut is_folder = place.is_dir();
    for name in below {
        let Ok(own) = rules.within(&place, Signs::ALL) else { return false };
        place.push(name);
        let Ok(metadata) = fs::symlink_metadata(&place) else { return false };
        if !is_folder || own.hide(&place, metadata.is_dir()) {
            return false;
        }
        (rules, is_folder) = (own, metadata.is_dir());
    }
    fs::symlink_metadata(&place).is_ok()
}

/// What lies right in `folder` and is no folder, by the names; none where it is no folder that can be looked into. What the
/// names lead to is looked at where one of them is read.
#[must_use]
pub fn files_in(folder: &Path) -> Vec<PathBuf> {
    let is_file = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| !kind.is_dir());
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut files: Vec<PathBuf> = entries.filter(is_file).map(|entry| entry.path()).collect();
    files.sort();
    files
}

/// What a walk asks of others.
struct Walk<N, E> {
    /// What is known of a folder.
    known: N,
    /// Whether it passes over one.
    excludes: E,
}

/// A folder that a walk goes into.
struct Folder<K> {
    /// Its path, as somebody wrote it.
    path: PathBuf,
    /// The same from the root of the disk, by which the rules know it.
    real: PathBuf,
    /// The rules from above it.
    rules: Rules,
    /// What is known of the one above it.
    above: Option<K>,
}

/// What lies in a folder.
enum Met<'a, K> {
    File { path: &'a Path, known: &'a K, is_hidden: &'a dyn Fn() -> bool },
    Folder(Folder<K>),
    Failure { path: PathBuf, said: String },
}

impl<N, E> Walk<N, E> {
    /// Hands on what lies in `folder` and is not passed over, and files that may be hidden.
    fn look_into<K: Clone>(&self, folder: &Folder<K>, mut meet: impl FnMut(Met<'_, K>))
    where
        N: Fn(&Path, Signs, Option<&K>) -> K,
        E: Fn(&Path, &K) -> bool,
    {
        let (mut names, mut signs) = (Vec::new(), Signs::default());
        let failure = |path: &Path, why| Met::Failure { path: path.to_owned(), said: said(path, &why) };
        let entries = match fs::read_dir(&folder.path) {
            Ok(entries) => entries,
            Err(why) => return meet(failure(&folder.path, why)),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(why) => {
                    meet(failure(&folder.path, why));
                    continue;
                }
            };
            let name = entry.file_name();
            signs.note(&name);
            match entry.file_type() {
                Ok(kind) if kind.is_file() || kind.is_dir() => names.push((name, kind.is_dir())),
                Ok(_) => {}
                Err(why) => meet(failure(&entry.path(), why)),
            }
        }
        match folder.rules.within(&folder.real, signs) {
            Ok(rules) => self.look_at(folder, &rules, signs, names, meet),
            Err(why) => meet(Met::Failure {
                path: folder.path.clone(),
                said: format!("{}: {why}", folder.path.display()),
            }),
        }
    }

    /// The same, of what has those `names`, each with whether it is a folder.
    fn look_at<K: Clone>(
        &self,
        folder: &Folder<K>,
        rules: &Rules,
        signs: Signs,
        names: Vec<(OsString, bool)>,
        mut meet: impl FnMut(Met<'_, K>),
    ) where
        N: Fn(&Path, Signs, Option<&K>) -> K,
        E: Fn(&Path, &K) -> bool,
    {
        // In a folder with nothing in it nobody asks.
        let (mut asked, mut path) = (None, PathBuf::new());
        for (name, is_folder) in names {
            if name == ".git" {
                continue;
            }
            path.as_mut_os_string().clear();
            // What lies in the current folder goes by its name alone.
            if folder.path.as_os_str() != "." {
                path.push(&folder.path);
            }
            path.push(&name);
            let is_hidden = || rules.hide(&folder.real.join(&name), is_folder);
            if is_folder && is_hidden() {
                continue;
            }
            let known = asked.get_or_insert_with(|| (self.known)(&folder.path, signs, folder.above.as_ref()));
            if !is_folder {
                meet(Met::File { path: &path, known, is_hidden: &is_hidden });
            } else if !(self.excludes)(&path, known) {
                let (path, real) = (path.clone(), folder.real.join(&name));
                meet(Met::Folder(Folder { path, real, rules: rules.clone(), above: Some(known.clone()) }));
            }
        }
    }
}

/// The folder that a walk through `folder` begins in, if it is one, and what is wrong above it.
fn start<K>(folder: &Path) -> (Option<Folder<K>>, Vec<Mistake>) {
    if fs::metadata(folder).is_ok_and(|it| !it.is_dir()) {
        return (None, Vec::new());
    }
    let (path, real) = (folder.to_owned(), real(folder));
    match Rules::above(&real) {
        Ok((rules, mistakes)) => (Some(Folder { path, real, rules, above: None }), mistakes),
        Err(why) => {
            let said = format!("{}: {why}", folder.display());
            (None, vec![Mistake { path, said }])
        }
    }
}

/// `folder` from the root of the disk, where the links in its path lead to.
fn real(folder: &Path) -> PathBuf {
    fs::canonicalize(folder).unwrap_or_else(|_| absolute(folder))
}

/// Why a walk could not go on.
fn said(path: &Path, why: &std::io::Error) -> String {
    format!("{0}: IO error for operation on {0}: {why}", path.display())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ignore::WalkBuilder;
    use proptest::prelude::*;

    use super::*;

    /// Writes the files, each with its text, into a new folder.
    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a file lies somewhere")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        folder
    }

    /// The files that a walk through `folder` comes to, on several threads, in its order.
    fn found(folder: &Path) -> Vec<PathBuf> {
        let look =
            |path: &Path, (): &(), is_hidden: &dyn Fn() -> bool| (!is_hidden()).then(|| path.to_owned());
        let found = found_below(folder, 3, |_, _, _| (), |_, ()| false, look);
        found.into_iter().map(|it| it.expect("all can be looked at")).collect()
    }

    /// The same, as the crate walks that ripgrep walks with.
    fn expected(folder: &Path) -> BTreeSet<PathBuf> {
        let mut builder = WalkBuilder::new(folder);
        builder.hidden(false).require_git(false).filter_entry(|entry| entry.file_name() != ".git");
        let entries = builder.build().map(|entry| entry.expect("all can be looked at"));
        entries
            .filter(|it| it.file_type().is_some_and(|it| it.is_file()))
            .map(ignore::DirEntry::into_path)
            .collect()
    }

    fn assert_walked(folder: &Path) {
        let found = found(folder);
        assert_eq!(found.iter().cloned().collect::<BTreeSet<_>>(), expected(folder));
        let one_by_one = files_below(folder, |_| false).map(|it| it.expect("all can be looked at"));
        assert_eq!(found, one_by_one.collect::<Vec<_>>());
        let all = WalkBuilder::new(folder).standard_filters(false).build().map(|it| it.expect("it is there"));
        let files = all.filter(|it| it.file_type().is_some_and(|it| it.is_file()));
        for path in files
            .map(ignore::DirEntry::into_path)
            .filter(|it| !it.components().any(|it| it.as_os_str() == ".git"))
        {
            assert_eq!(is_walked(folder, &path), found.contains(&path), "{}", path.display());
        }
    }

    #[test]
    fn a_walk_comes_to_what_ripgrep_comes_to() {
        let tree = folder(&[
            (".gitignore", "*.log\n/top\nbuild/\n!keep.log\nroot/hidden.txt\n"),
            ("root/.gitignore", "\u{feff}a/*.txt\n!a/kept.txt\n[\n"),
            ("root/.ignore", "!forced.log\nnever\n"),
            ("root/.git/info/exclude", "excluded\nkept.txt\n"),
            ("root/.git/config", ""),
            ("root/top/x", ""),
            ("root/hidden.txt", ""),
            ("root/x.log", ""),
            ("root/keep.log", ""),
            ("root/forced.log", ""),
            ("root/excluded", ""),
            ("root/never/x", ""),
            ("root/a/x.txt", ""),
            ("root/a/kept.txt", ""),
            ("root/a/x.conf", ""),
            ("root/a-b/x", ""),
            ("root/a.conf", ""),
            ("root/a/build/x", ""),
            ("root/a/build.conf/x", ""),
            ("root/a/.ignore", "!*\nb\n"),
            ("root/a/x.log", ""),
            ("root/a/b/x", ""),
            ("root/a/c/.gitignore", "*\n!.gitignore\n"),
            ("root/a/c/x", ""),
            ("root/.hidden/x", ""),
            ("root/modules/.git", "gitdir: ../.git/modules/m\n"),
            ("root/modules/x", ""),
            ("excluded", ""),
        ]);
        for below in ["", "root", "root/a", "root/a/c", "root/modules", "root/top"] {
            assert_walked(&tree.path().join(below));
        }
        // Neither a file nor nothing is a folder.
        assert_eq!(files_below(&tree.path().join("root/a.conf"), |_| false).count(), 0);
        assert!(files_below(&tree.path().join("nothing"), |_| false).all(|it| it.is_err()));
        assert!(!is_walked(tree.path(), &tree.path().join("nothing")));
    }

    /// The path of a file in a small tree, and what stands in it where it is a list of rules.
    fn any_file() -> impl Strategy<Value = (String, String)> {
        let folder = proptest::sample::select(vec!["", "a/", "a/b/", "a/b/build/", "b/", "a.d/", "build/a/"]);
        let name = proptest::sample::select(vec!["a", "b", "x.log", "keep.log", ".x", "build.conf", "X.Log"]);
        let rules = vec![".gitignore", ".ignore", ".git/info/exclude"];
        let pattern = proptest::sample::select(vec![
            "*.log",
            "!keep.log",
            "/a",
            "a/",
            "b",
            "!b",
            "**/x.log",
            "a/*",
            "/b/**",
            "!a/b/",
            "a/b",
            "build",
            "!*",
            "*",
            ".*",
            "# a",
            "{a,b}",
            "[",
            "/",
            "!/a/b/x.log",
            " b",
            "b ",
            "a\\*",
            "?.d",
        ]);
        let lists = (proptest::sample::select(rules), proptest::collection::vec(pattern, 1..4));
        let file = prop_oneof![
            3 => name.prop_map(|name| (name.to_owned(), String::new())),
            1 => lists.prop_map(|(name, patterns)| (name.to_owned(), patterns.join("\n"))),
        ];
        (folder, file).prop_map(|(folder, (name, text))| (format!("{folder}{name}"), text))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_rules_hide_what_they_hide_from_ripgrep(files in proptest::collection::vec(any_file(), 1..24)) {
            let tree = tempfile::tempdir().expect("a folder");
            for (path, text) in &files {
                let path = tree.path().join(path);
                // Where a file is already there is no folder.
                if fs::create_dir_all(path.parent().expect("a file lies somewhere")).is_ok() && !path.is_dir() {
                    fs::write(path, text).expect("a file");
                }
            }
            for below in ["", "a", "a/b"].map(|below| tree.path().join(below)).iter().filter(|it| it.is_dir()) {
                assert_walked(below);
            }
        }
    }

    #[test]
    fn a_work_tree_has_what_its_repository_excludes() {
        let tree = folder(&[
            ("own/.git/info/exclude", "excluded\n"),
            ("own/.git/worktrees/beside/commondir", "../..\n"),
            ("beside/excluded", ""),
            ("beside/x", ""),
        ]);
        let git = tree.path().join("own/.git/worktrees/beside");
        fs::write(tree.path().join("beside/.git"), format!("gitdir: {}\n", git.display())).expect("a file");
        assert_walked(&tree.path().join("beside"));
        assert_eq!(found(&tree.path().join("beside")), [tree.path().join("beside/x")]);
    }

    #[test]
    fn what_is_known_of_a_folder_is_asked_for_where_a_configuration_lies() {
        let tree = folder(&[
            ("a/x", ""),
            ("a/b/portolan.toml", ""),
            ("a/b/c/x", ""),
            ("a/d/Portolan.TOML", ""),
            ("e/.x", ""),
        ]);
        let known = |folder: &Path, signs: Signs, above: Option<&PathBuf>| {
            above.filter(|_| !signs.configuration).cloned().unwrap_or_else(|| folder.to_owned())
        };
        let look =
            |path: &Path, known: &PathBuf, _: &dyn Fn() -> bool| Some((path.to_owned(), known.clone()));
        let found = found_below(tree.path(), 2, known, |_, _| false, look);
        let found = found.into_iter().map(|it| it.expect("all can be looked at"));
        let below = |path: &Path| {
            path.strip_prefix(tree.path()).expect("it lies there").to_string_lossy().into_owned()
        };
        let found: Vec<_> = found.map(|(path, known)| (below(&path), below(&known))).collect();
        let expected = [
            ("a/b/c/x", "a/b"),
            ("a/b/portolan.toml", "a/b"),
            ("a/d/Portolan.TOML", "a/d"),
            ("a/x", ""),
            ("e/.x", ""),
        ];
        assert_eq!(found, expected.map(|(path, known)| (path.to_owned(), known.to_owned())));
    }
}
