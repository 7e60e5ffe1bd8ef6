//! What is passed over since somebody said so: the rules of `.ignore`, `.gitignore` and git's own list of what it excludes.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::NAMES;
use super::read::{Unread, regular, text_of};
use crate::project::is_brought_along;

/// How many bytes a list of rules may have: a giant is more than patterns that somebody wrote.
const MOST: u64 = 1 << 20;

/// The rules that hold in a folder: its own and those from above.
#[derive(Clone, Debug, Default)]
pub struct Rules(Option<Arc<Layer>>);

/// The rules that stand in one folder.
#[derive(Debug)]
struct Layer {
    /// By their kinds: those of `.ignore`, of `.gitignore`, of git for one repository, and of git for all. The first kind that
    /// knows a path decides, and of one kind the nearest folder.
    kinds: [Gitignore; 4],
    above: Rules,
}

impl Rules {
    /// The rules that hold in `folder`, given from the root of the disk, without its own; beside them what is wrong with them.
    ///
    /// # Errors
    ///
    /// Why nobody can say what is hidden there.
    pub fn above(folder: &Path) -> Result<(Self, Vec<Mistake>), String> {
        let (everywhere, _) = Gitignore::global();
        let none = Gitignore::empty;
        let mut rules = Self::default().with([none(), none(), none(), everywhere]);
        let mut mistakes = Vec::new();
        let above: Vec<&Path> = folder.ancestors().skip(1).collect();
        for folder in above.into_iter().rev() {
            rules = rules.read(folder, Signs::ALL, &mut mistakes)?;
        }
        Ok((rules, mistakes))
    }

    /// The rules that hold in the `folder` right below, given from the root of the disk, in which these `signs` lie.
    ///
    /// # Errors
    ///
    /// Why nobody can say what is hidden there.
    pub fn within(&self, folder: &Path, signs: Signs) -> Result<Self, String> {
        self.read(folder, signs, &mut Vec::new())
    }

    /// Whether the file or folder at `path`, given from the root of the disk, is hidden; what it lies in is not.
    pub fn hide(&self, path: &Path, is_folder: bool) -> bool {
        let count = self.layers().next().map_or(0, |layer| layer.kinds.len());
        let matches = (0..count).flat_map(|kind| self.layers().map(move |layer| &layer.kinds[kind]));
        let mut decided = matches.map(|rules| rules.matched(path, is_folder)).filter(|it| !it.is_none());
        decided.next().is_some_and(|it| it.is_ignore())
    }

    /// The folders that have rules, from the nearest.
    fn layers(&self) -> impl Iterator<Item = &Layer> {
        std::iter::successors(self.0.as_deref(), |layer| layer.above.0.as_deref())
    }

    fn read(&self, folder: &Path, signs: Signs, mistakes: &mut Vec<Mistake>) -> Result<Self, String> {
        if !(signs.ignore || signs.gitignore || signs.git) {
            return Ok(self.clone());
        }
        let mut rules = |name: &str, file: Option<PathBuf>| {
            file.map_or_else(|| Ok(Gitignore::empty()), |file| rules_in(folder, name, &file, mistakes))
        };
        let gitignore = rules(".gitignore", signs.gitignore.then(|| folder.join(".gitignore")))?;
        let ignore = rules(".ignore", signs.ignore.then(|| folder.join(".ignore")))?;
        let git = signs.git.then(|| git_folder(folder)).flatten();
        let excluded = rules(".git/info/exclude", git.map(|git| git.join("info/exclude")))?;
        let kinds = [ignore, gitignore, excluded, Gitignore::empty()];
        Ok(self.with(kinds))
    }

    /// These and those `kinds`, which are nearer.
    fn with(&self, kinds: [Gitignore; 4]) -> Self {
        if kinds.iter().all(Gitignore::is_empty) {
            return self.clone();
        }
        Self(Some(Arc::new(Layer { kinds, above: self.clone() })))
    }
}

/// What is wrong with the rules in a file.
#[derive(Debug)]
pub struct Mistake {
    /// The file.
    pub path: PathBuf,
    /// What is said of it.
    pub said: String,
}

/// What lies in a folder that says something of all that is in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signs {
    ignore: bool,
    gitignore: bool,
    git: bool,
    /// A configuration.
    pub configuration: bool,
    /// A file that a compose file beside it [brings along](is_brought_along).
    pub company: bool,
}

impl Signs {
    /// All of them may be there.
    pub const ALL: Self =
        Self { ignore: true, gitignore: true, git: true, configuration: true, company: true };

    /// Notes that something of that `name` is there.
    pub fn note(&mut self, name: &OsStr) {
        match name.as_encoded_bytes() {
            b".ignore" => self.ignore = true,
            b".gitignore" => self.gitignore = true,
            b".git" => self.git = true,
            _ => {
                // A disk that takes capitals for small letters finds it by another name, too.
                self.configuration |= NAMES.iter().any(|own| name.eq_ignore_ascii_case(own));
                self.company |= is_brought_along(name);
            }
        }
    }
}

/// The rules in `file`, called `name`, which count from `folder`; none where it is not there. A pipe by such a name would
/// never end.
fn rules_in(
    folder: &Path,
    name: &str,
    file: &Path,
    mistakes: &mut Vec<Mistake>,
) -> Result<Gitignore, String> {
    let Some(metadata) = fs::metadata(file).ok().filter(|it| !it.is_dir()) else {
        return Ok(Gitignore::empty());
    };
    let why = match regular(&metadata) {
        Ok(length) if length <= MOST => None,
        Ok(_) => Some(Unread::Large(MOST)),
        Err(why) => Some(why),
    };
    if let Some(why) = why {
        return Err(format!("the folder is passed over, since nobody can say what its {name} hides: {why}"));
    }
    let mut builder = GitignoreBuilder::new(folder);
    let mistake = builder.add(file).filter(|it| !it.is_io());
    mistakes.extend(mistake.map(|it| Mistake { path: file.to_owned(), said: it.to_string() }));
    Ok(builder.build().unwrap_or_else(|_| Gitignore::empty()))
}

/// Where git keeps what it knows of the repository in `folder`. Of a work tree that lies beside its repository, a file says
/// where that is.
fn git_folder(folder: &Path) -> Option<PathBuf> {
    let git = folder.join(".git");
    if !fs::metadata(&git).ok()?.is_file() {
        return Some(git);
    }
    let first_line = |path: &Path| Some(text_of(path, MOST).ok()??.lines().next()?.to_owned());
    let own = folder.join(first_line(&git)?.strip_prefix("gitdir: ")?);
    Some(own.join(first_line(&own.join("commondir"))?))
}
