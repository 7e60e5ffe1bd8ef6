//! How reports name files.

use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use crate::discovery::absolute;

/// The path as somebody in the current folder would type it, without the `./` that nobody types: reports name files so, and
/// whoever reads them looks below that folder.
pub fn relative(path: &Path) -> &Path {
    static HERE: LazyLock<PathBuf> = LazyLock::new(|| std::env::current_dir().unwrap_or_default());
    if path.is_absolute() {
        return path.strip_prefix(&*HERE).unwrap_or(path);
    }
    // Hardly any path begins so, and to take paths apart takes time.
    if !path.as_os_str().as_encoded_bytes().starts_with(b".") {
        return path;
    }
    path.strip_prefix("./").unwrap_or(path)
}

/// How a report that names one file `own` names the `other`, which is given from the root: as somebody in the current folder
/// would type it, who came to the first one so.
pub fn named_beside(own: &Path, other: &Path) -> PathBuf {
    let named = relative(other);
    if named != other {
        return named.to_owned();
    }
    // What both have in common below `../x` is the same below what that leads to.
    let mut folders = (own.to_owned(), absolute(own));
    while let (Some(Component::Normal(one)), Some(Component::Normal(same))) =
        (folders.0.components().next_back(), folders.1.components().next_back())
        && one == same
    {
        folders.0.pop();
        folders.1.pop();
    }
    let (typed, meant) = folders;
    other.strip_prefix(&meant).map_or_else(|_| other.to_owned(), |rest| typed.join(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_is_named_as_the_one_that_leads_to_it() {
        let here = std::env::current_dir().unwrap();
        let above = here.parent().unwrap();
        let named = |own: &str, other: PathBuf| named_beside(Path::new(own), &other);
        assert_eq!(named("compose.yaml", here.join("web/Dockerfile")), Path::new("web/Dockerfile"));
        assert_eq!(named("../x/compose.yaml", here.join("Dockerfile")), Path::new("Dockerfile"));
        assert_eq!(named("../x/compose.yaml", above.join("y/Dockerfile")), Path::new("../y/Dockerfile"));
        assert_eq!(named("compose.yaml", above.join("Dockerfile")), above.join("Dockerfile"));
        assert_eq!(named("/x/compose.yaml", "/x/y".into()), Path::new("/x/y"));
        assert_eq!(named("<stdin>", "/x/y".into()), Path::new("/x/y"));
    }
}
