//! The files of a chart: each once, by its name as it is seen from the base.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use super::ChartFile;

/// The files that a chart speaks of, as they come.
#[derive(Debug)]
pub struct Files<'a> {
    base: &'a Path,
    files: Vec<ChartFile>,
    known: HashMap<PathBuf, usize>,
}

impl<'a> Files<'a> {
    /// No files yet, to be named as they are seen from the folder `base`.
    pub fn new(base: &'a Path) -> Self {
        Self { base, files: Vec::new(), known: HashMap::new() }
    }

    /// The index of the file at `path`.
    pub fn index(&mut self, path: &Path) -> usize {
        if let Some(&index) = self.known.get(path) {
            return index;
        }
        self.files.push(ChartFile { path: path.to_owned(), name: seen_from(self.base, path) });
        self.known.insert(path.to_owned(), self.files.len() - 1);
        self.files.len() - 1
    }

    /// How the file of that index is shown.
    pub fn name(&self, index: usize) -> &str {
        &self.files[index].name
    }

    /// All of them.
    pub fn into_files(self) -> Vec<ChartFile> {
        self.files
    }
}

/// The path to `path` from the folder `base`, with `/` between the folders.
fn seen_from(base: &Path, path: &Path) -> String {
    let shared = base.components().zip(path.components()).take_while(|(one, other)| one == other).count();
    let names = |component: Component<'_>| component.as_os_str().to_string_lossy().into_owned();
    // What shares no more than the root is elsewhere, and is named from there.
    if shared <= 1 {
        return path.to_string_lossy().replace('\\', "/");
    }
    let ups = base.components().skip(shared).map(|_| "..".to_owned());
    ups.chain(path.components().skip(shared).map(names)).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_base() {
        let seen = |path: &str| seen_from(Path::new("/home/me/stack"), Path::new(path));
        assert_eq!(seen("/home/me/stack/web/Dockerfile"), "web/Dockerfile");
        assert_eq!(seen("/home/me/other/compose.yaml"), "../other/compose.yaml");
        assert_eq!(seen("/etc/nginx/nginx.conf"), "/etc/nginx/nginx.conf");
    }
}
