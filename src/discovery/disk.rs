//! The disk as the linker of a project sees it: files that are read once, and the names in a folder.

use std::ffi::OsString;
use std::hash::BuildHasher;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use foldhash::fast::RandomState;
use foldhash::{HashMap, HashSet};

use super::{Kept, absolute, files_in, lock, text_of, text_of_file};
use crate::languages::Language;
use crate::project::{File, Tree, is_brought_along, key};

/// Files of more bytes than this are not read for the sake of others: nobody writes such a configuration by hand.
pub const LARGEST: u64 = 4 << 20;

/// How much a file weighs beside its text.
const OVERHEAD: usize = 16 << 10;

/// The files on the disk.
///
/// What was read twice is kept as long as it is not too much, so that a file that many ask for is not read for each of them;
/// most are asked for once, and do not take the place of others. What is no regular file, such as a pipe or a device, is never
/// opened.
#[derive(Debug)]
pub struct Disk {
    /// What was read, each file by its [key].
    kept: Mutex<Kept<OsString, Arc<File>>>,
    /// The files that were read, by the hashes of their [keys](key): who has that of another one is but kept earlier.
    read: Mutex<HashSet<u64>>,
    hasher: RandomState,
    /// What a walk saw.
    seen: Mutex<Seen>,
    /// What files hold in place of what they hold on the disk.
    held: Mutex<HashMap<PathBuf, Arc<str>>>,
    /// How often something was said to have changed: what was read before that is not kept.
    changes: AtomicUsize,
    /// How many bytes a file may have.
    largest: u64,
}

/// What a walk saw, so that the system is asked less often: by the hashes of their keys.
#[derive(Debug, Default)]
struct Seen {
    /// Regular files.
    files: HashSet<u64>,
    /// Folders in which nothing is that a compose file [brings along](is_brought_along).
    lonely: HashSet<u64>,
}

impl Disk {
    /// The disk, of which texts of so many bytes are kept.
    #[must_use]
    pub fn new(most: usize) -> Self {
        let kept = Mutex::new(Kept::new(most));
        Self {
            kept,
            read: Mutex::default(),
            hasher: RandomState::default(),
            seen: Mutex::default(),
            held: Mutex::default(),
            changes: AtomicUsize::new(0),
            largest: LARGEST,
        }
    }

    /// The same, if no file may have more than `largest` bytes, or [`LARGEST`] if that is less.
    #[must_use]
    pub fn limited(self, largest: u64) -> Self {
        Self { largest: largest.min(LARGEST), ..self }
    }

    /// Whether a file holds something else than on the disk.
    pub fn holds_some(&self) -> bool {
        !lock(&self.held).is_empty()
    }

    /// From now on the file at `path` holds `text`, whatever it holds on the disk.
    pub fn hold(&self, path: &Path, text: &str) {
        lock(&self.held).insert(path.to_owned(), text.into());
        self.forget(path);
    }

    /// Reads the file at `path` anew when it is asked for again.
    pub fn forget(&self, path: &Path) {
        let mut kept = lock(&self.kept);
        self.changes.fetch_add(1, Ordering::Relaxed);
        kept.remove(&*key(path));
    }

    /// Reads the file at `path`, which is known to hold `text`, as one of `language`.
    pub fn learn(&self, path: &Path, text: Arc<str>, language: Language) {
        let changes = self.changes.load(Ordering::Relaxed);
        self.keep(&Arc::new(File::read(path.to_owned(), text, Some(language))), changes);
    }

    /// Takes note that there is a regular file at `path`, from the root of the disk.
    pub fn saw(&self, path: &Path) {
        lock(&self.seen).files.insert(self.hash(path));
    }

    /// Takes note that in `folder` nothing is that a compose file [brings along](is_brought_along).
    pub fn saw_no_company(&self, folder: &Path) {
        lock(&self.seen).lonely.insert(self.hash(&absolute(folder)));
    }

    /// What the file at `path` holds.
    pub fn text(&self, path: &Path) -> Option<Arc<str>> {
        let held = lock(&self.held).get(path).cloned();
        held.or_else(|| self.text_there(path))
    }

    /// What the file at `path` holds on the disk.
    fn text_there(&self, path: &Path) -> Option<Arc<str>> {
        let is_seen = lock(&self.seen).files.contains(&self.hash(path));
        let text = if is_seen {
            text_of_file(path, self.largest)
        } else if path.file_name().is_some_and(is_brought_along)
            && path.parent().is_some_and(|folder| lock(&self.seen).lonely.contains(&self.hash(folder)))
        {
            return None;
        } else {
            text_of(path, self.largest)
        };
        text.ok().flatten().map(Arc::from)
    }

    fn hash(&self, path: &Path) -> u64 {
        self.hasher.hash_one(key(path))
    }

    fn read(&self, path: &Path, language: Option<Language>) -> Option<Arc<File>> {
        let changes = self.changes.load(Ordering::Relaxed);
        let file = Arc::new(File::read(path.to_owned(), self.text(path)?, language));
        if !lock(&self.read).insert(self.hash(path)) {
            self.keep(&file, changes);
        }
        Some(file)
    }

    /// Keeps what was read when there had been so many changes.
    fn keep(&self, file: &Arc<File>, changes: usize) {
        let mut kept = lock(&self.kept);
        if self.changes.load(Ordering::Relaxed) == changes {
            kept.insert(key(&file.path).into_owned(), Arc::clone(file), weight(file));
        }
    }
}

/// How much `file` weighs: its text, and what was found in it, which is several times as much.
fn weight(file: &File) -> usize {
    OVERHEAD + 4 * file.text.len()
}

impl Tree for Disk {
    fn file(&self, path: &Path, language: Option<Language>) -> Option<Arc<File>> {
        let kept = lock(&self.kept).get(&*key(path));
        kept.filter(|file| file.language == language).or_else(|| self.read(path, language))
    }

    fn files_in(&self, folder: &Path) -> Vec<PathBuf> {
        files_in(folder)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const DOCKERFILE: Option<Language> = Some(Language::Dockerfile);

    #[test]
    fn a_file_that_is_asked_for_again_is_kept_until_it_is_said_to_have_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Dockerfile");
        let disk = Disk::new(1 << 20);
        assert!(disk.file(&path, DOCKERFILE).is_none());
        fs::write(&path, "FROM a\nEXPOSE 80\n").unwrap();
        let read = disk.file(&path, DOCKERFILE).unwrap();
        assert_eq!((read.path.as_path(), read.scan.uses.len()), (path.as_path(), 1));
        let read = disk.file(&path, DOCKERFILE).unwrap();
        fs::write(&path, "FROM a\n").unwrap();
        assert!(Arc::ptr_eq(&read, &disk.file(&path, DOCKERFILE).unwrap()));
        disk.forget(&path);
        assert_eq!(&*disk.file(&path, DOCKERFILE).unwrap().text, "FROM a\n");
        disk.hold(&path, "FROM b\n");
        assert_eq!(&*disk.file(&path, DOCKERFILE).unwrap().text, "FROM b\n");
        let nginx = disk.file(&path, Some(Language::Nginx)).unwrap();
        assert_eq!(nginx.language, Some(Language::Nginx), "whoever asks knows what it is");
        assert_eq!(disk.file(&path, DOCKERFILE).unwrap().language, DOCKERFILE);
    }

    #[test]
    fn what_a_walk_saw_is_not_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let [file, list] = ["compose.yaml", ".env"].map(|name| folder.path().join(name));
        [&file, &list].into_iter().for_each(|path| fs::write(path, "A=1\n").unwrap());
        let disk = Disk::new(0).limited(4);
        disk.saw(&file);
        assert_eq!(
            (disk.text(&file).as_deref(), disk.text(&list).as_deref()),
            (Some("A=1\n"), Some("A=1\n"))
        );
        disk.saw_no_company(folder.path());
        assert_eq!((disk.text(&file).as_deref(), disk.text(&list)), (Some("A=1\n"), None));
        fs::write(&file, "A=100\n").unwrap();
        assert_eq!(disk.text(&file), None, "that is too much");
        fs::remove_file(&file).unwrap();
        assert_eq!(disk.text(&file), None);
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_replaced_and_much_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Dockerfile");
        fs::write(&path, b"FROM a\n# \xff\n").unwrap();
        let disk = Disk::new(1 << 20);
        assert_eq!(&*disk.file(&path, DOCKERFILE).unwrap().text, "FROM a\n# \u{fffd}\n");
        disk.forget(&path);
        fs::write(&path, "#".repeat((4 << 20) + 1)).unwrap();
        assert!(disk.file(&path, DOCKERFILE).is_none());
    }

    #[test]
    fn a_folder_has_its_files_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("c")).unwrap();
        let names = ["a.conf", "b.conf", "z"].map(|name| folder.path().join(name));
        names.iter().for_each(|path| fs::write(path, "").unwrap());
        let disk = Disk::new(0);
        assert_eq!(disk.files_in(folder.path()), names);
        assert_eq!(disk.files_in(&names[0]), [""; 0].map(PathBuf::from));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_never_opened() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("Dockerfile");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let disk = Disk::new(0);
        for path in [pipe.as_path(), folder.path(), Path::new("/dev/zero")] {
            assert!(disk.file(path, DOCKERFILE).is_none(), "{}", path.display());
        }
    }
}
