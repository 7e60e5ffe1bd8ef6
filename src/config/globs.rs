//! Sets of files, written as in `.gitignore`, counted from the folder of the configuration.

use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::names::Wrong;

/// The files that some globs name.
#[derive(Clone, Debug)]
pub struct Globs(Gitignore);

impl Globs {
    /// The files that `lines` name, each of which [`check`] has let through.
    pub fn new<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut builder = builder();
        for line in lines {
            // What is wrong with a line was told where it stands.
            let _ = builder.add_line(None, line);
        }
        Self(builder.build().unwrap_or_else(|_| Gitignore::empty()))
    }

    /// Whether a glob names the file or folder at `path` itself.
    pub fn name(&self, path: &Path, is_folder: bool) -> bool {
        self.0.matched(inside(path), is_folder).is_ignore()
    }

    /// Whether a glob names the file at `path`, or a folder that it lies in.
    pub fn hold(&self, path: &Path) -> bool {
        self.0.matched_path_or_any_parents(inside(path), false).is_ignore()
    }
}

impl Default for Globs {
    /// No file.
    fn default() -> Self {
        Self(Gitignore::empty())
    }
}

/// Whether `line` is a glob that can name something.
pub fn check(line: &str) -> Result<(), Wrong> {
    let wrong = |message: String, help: &str| Wrong { message, help: help.to_owned() };
    if line.trim().is_empty() || line.starts_with('#') {
        let help =
            "a glob is written as in .gitignore: `vendor/`, `*.dev.dockerfile`, `legacy/**/compose.yaml`";
        return Err(wrong(format!("the glob `{line}` names nothing"), help));
    }
    let error = match builder().add_line(None, line) {
        Ok(builder) => builder.build().err(),
        Err(error) => Some(error),
    };
    let Some(error) = error else { return Ok(()) };
    let reason = match &error {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    };
    Err(wrong(format!("`{line}` is no glob: {reason}"), "a backslash takes the meaning from what follows it"))
}

fn builder() -> GitignoreBuilder {
    let mut builder = GitignoreBuilder::new("");
    builder.allow_unclosed_class(false);
    builder
}

/// `path` without a root and steps upward: a file outside the folder is known by its names.
fn inside(path: &Path) -> PathBuf {
    path.components().filter(|part| matches!(part, Component::Normal(_))).collect()
}
