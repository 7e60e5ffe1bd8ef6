//! Paths as compose, Docker and nginx write them: `/` between the parts, on every system.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// The path that `written` is from `folder`, without steps that lead nowhere or back; `None` where it holds a variable
/// without a value, is fetched from elsewhere, or starts at somebody's home.
pub fn resolved(folder: &Path, written: &str) -> Option<PathBuf> {
    // As the builder tells a folder from a repository.
    let is_remote = written.contains("://")
        || written.starts_with("git@")
        || written.starts_with("github.com/")
        || written.contains(".git#")
        || written.ends_with(".git");
    if written.is_empty() || written.contains(['$', '\0', '\n']) || written.starts_with('~') || is_remote {
        return None;
    }
    let written = written.strip_prefix("./").unwrap_or(written);
    Some(straightened(folder.join(written).into()))
}

/// `path` without steps that lead nowhere or back; links are not looked at.
#[must_use]
pub fn straightened(path: Cow<'_, Path>) -> PathBuf {
    if is_straight(&path) {
        return path.into_owned();
    }
    let mut straight = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                straight.pop();
            }
            part => straight.push(part),
        }
    }
    straight
}

/// Whether no step of `path` can lead nowhere or back, as one can see at a glance.
fn is_straight(path: &Path) -> bool {
    let bytes = path.as_os_str().as_encoded_bytes();
    let is_odd = |pair: &[u8]| pair[0] == b'/' && matches!(pair[1], b'/' | b'.');
    let is_plain = bytes.len() > 1 && !bytes.starts_with(b".") && !bytes.ends_with(b"/");
    cfg!(unix) && is_plain && !bytes.windows(2).any(is_odd)
}

/// By what a file is known, given its path from the root: two paths that lead to the same file have one key.
#[must_use]
pub fn key(path: &Path) -> Cow<'_, OsStr> {
    // There may be two kinds of separators elsewhere; to take a path apart takes time.
    if cfg!(unix) {
        path.as_os_str().into()
    } else {
        path.components().collect::<PathBuf>().into_os_string().into()
    }
}

/// The path in a container that `written` is from `folder`, which ends without a slash.
pub fn within_container(folder: &str, written: &str) -> String {
    let whole = if written.starts_with('/') { written.to_owned() } else { format!("{folder}/{written}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The folder and the name of a path in a container.
pub fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Whether a path may stand for several, by [glob](https://man7.org/linux/man-pages/man7/glob.7.html).
pub fn has_wildcards(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// Whether `name`, one part of a path, is one that `pattern` stands for: `*` for any characters, `?` for one of them. A name
/// that starts with a dot is not meant by a wildcard there.
pub fn matches(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut position) = (0, 0);
    // Behind the last `*`, and how much of the name that has taken so far.
    let mut retry = None;
    while position < name.len() {
        match pattern.get(at) {
            Some('*') => {
                at += 1;
                retry = Some((at, position));
            }
            Some('?') => (at, position) = (at + 1, position + 1),
            Some(char) if *char == name[position] => (at, position) = (at + 1, position + 1),
            _ => {
                let Some((behind, taken)) = retry else { return false };
                retry = Some((behind, taken + 1));
                (at, position) = (behind, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|char| *char == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_resolved_from_its_folder() {
        let from = |written: &str| {
            resolved(Path::new("/a/b"), written).map(|path| path.to_string_lossy().into_owned())
        };
        assert_eq!(from("./web/../x").as_deref(), Some("/a/b/x"));
        assert_eq!(from("../../../c").as_deref(), Some("/c"));
        assert_eq!(from("/etc/x").as_deref(), Some("/etc/x"));
        for none in ["", "$A/b", "~/x", "https://a/b.git", "git@a:b", "a.git#main"] {
            assert_eq!(from(none), None, "{none}");
        }
    }

    #[test]
    fn a_path_in_a_container() {
        assert_eq!(within_container("/etc/nginx", "conf.d/*.conf"), "/etc/nginx/conf.d/*.conf");
        assert_eq!(within_container("/etc/nginx", "/x/./../y/"), "/y");
        assert_eq!(split("/etc/nginx/nginx.conf"), ("/etc/nginx", "nginx.conf"));
    }

    #[test]
    fn wildcards() {
        for (pattern, name) in [
            ("*.conf", "a.conf"),
            ("*", "a"),
            ("a?c", "abc"),
            ("*a*b*", "xaxxbx"),
            ("a**", "a"),
            (".*", ".a"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("*.conf", "a.conf.bak"), ("*", ".a"), ("a?c", "ac"), ("", "a"), ("a", "")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
        assert!(!matches(&"*a".repeat(50), &("a".repeat(1000) + "b")));
    }
}
