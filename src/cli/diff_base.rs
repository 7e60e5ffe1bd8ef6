//! `--diff-base`: the lines that were changed since a revision, by what git says.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{self, BufRead, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::git;
use crate::report::{Place, Reported};

/// The lines of the working tree that are not those of a revision.
#[derive(Debug)]
pub struct ChangedLines {
    files: HashMap<PathBuf, Lines>,
}

/// Lines of a file, counted from 1.
#[derive(Debug, PartialEq, Eq)]
enum Lines {
    /// Those in these ranges, which are in order.
    Some(Vec<Range<usize>>),
    /// All of them, as in a file that git does not know yet.
    All,
}

impl ChangedLines {
    /// What was changed on the way from where this branch and `revision` part, committed or not.
    ///
    /// # Errors
    ///
    /// Why git cannot say it.
    pub fn since(revision: &str) -> Result<Self, String> {
        let root = path(line(&git::output(Path::new("."), ["rev-parse", "--show-toplevel"])?));
        let commit = format!("{revision}^{{commit}}");
        let known =
            git::output(Path::new("."), ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]);
        let Ok(known) = known else {
            return Err(format!("--diff-base: git knows no revision `{revision}`{}", advice()));
        };
        let known = String::from_utf8_lossy(line(&known)).into_owned();
        let Ok(base) = git::output(Path::new("."), ["merge-base", &known, "HEAD"]) else {
            let said = format!("--diff-base: `{revision}` and what is checked out have no commit in common");
            return Err(said + advice());
        };
        let base = String::from_utf8_lossy(line(&base)).into_owned();
        let options = [
            "diff",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--text",
            "--find-renames",
            "--ignore-submodules",
            "--unified=0",
            "--inter-hunk-context=0",
            "-O/dev/null",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            base.as_str(),
            "--",
        ];
        let changed = git::read(&root, options, changed)?;
        let others = git::output(&root, ["ls-files", "--others", "--exclude-standard", "-z"])?;
        let mut files = HashMap::new();
        for (file, ranges) in changed {
            files.insert(real(&root.join(file)), Lines::Some(ranges));
        }
        for file in others.split(|&byte| byte == 0).filter(|file| !file.is_empty()) {
            files.insert(real(&root.join(path(file))), Lines::All);
        }
        Ok(Self { files })
    }

    /// Whether anything was changed in the file at `path`.
    pub fn holds(&self, path: &Path) -> bool {
        self.files.contains_key(&real(path))
    }

    /// Whether `finding`, in the file at `path`, is about a changed line of that or of another file.
    pub fn touch(&self, path: &Path, finding: &Reported) -> bool {
        let own = self.files.get(&real(path));
        let is_changed = |lines: Option<&Lines>, place: &Place| lines.is_some_and(|it| it.hold(place));
        is_changed(own, &finding.place)
            || finding.related.iter().any(|related| match &related.file {
                None => is_changed(own, &related.place),
                Some(other) => is_changed(self.files.get(&real(other)), &related.place),
            })
    }
}

impl Lines {
    /// Whether one of them is in `place`.
    fn hold(&self, place: &Place) -> bool {
        let Self::Some(ranges) = self else { return true };
        let behind = ranges.partition_point(|range| range.end <= place.line);
        ranges.get(behind).is_some_and(|range| range.start <= place.end_line)
    }
}

/// What helps where a revision or the way to it is missing.
fn advice() -> &'static str {
    match git::output(Path::new("."), ["rev-parse", "--is-shallow-repository"]) {
        Ok(said) if line(&said) == b"true" => {
            "; this clone is shallow: get the history first (`git fetch --unshallow`, on GitHub `fetch-depth: 0`, on \
             GitLab `GIT_DEPTH: 0`)"
        }
        _ => "",
    }
}

/// Files with their changed lines.
type Changes = Vec<(PathBuf, Vec<Range<usize>>)>;

/// The changed lines of each file, as a patch without context says them.
fn changed(mut patch: impl BufRead) -> io::Result<Changes> {
    /// No name of a file is longer, however it is written.
    const LONGEST: u64 = 1 << 16;
    let mut files: Changes = Vec::new();
    let mut head = Vec::new();
    // The lines of a hunk look like anything, so they are counted.
    let mut inside = 0;
    let mut is_gone = false;
    while let Some(&first) = patch.fill_buf()?.first() {
        if inside > 0 {
            inside -= usize::from(first != b'\\');
            patch.skip_until(b'\n')?;
            continue;
        }
        head.clear();
        (&mut patch).take(LONGEST).read_until(b'\n', &mut head)?;
        if head.pop_if(|last| *last == b'\n').is_none() {
            patch.skip_until(b'\n')?;
        }
        if let Some(name) = head.strip_prefix(b"+++ ") {
            let name = unquoted(name.strip_suffix(b"\t").unwrap_or(name));
            is_gone = name == b"/dev/null";
            if let Some(name) = name.strip_prefix(b"b/") {
                files.push((path(name), Vec::new()));
            }
        } else if let Some((old, new)) = head.strip_prefix(b"@@ -").and_then(hunk) {
            inside = old.len() + new.len();
            if let Some((_, ranges)) = files.last_mut().filter(|_| !is_gone && !new.is_empty()) {
                ranges.push(new);
            }
        }
    }
    Ok(files)
}

/// The old and the new lines in the head of a hunk, behind its `@@ -`.
fn hunk(head: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
    let head = str::from_utf8(head.get(..head.iter().position(|&byte| byte == b'@')?)?).ok()?;
    let (old, new) = head.trim().split_once(" +")?;
    let lines = |said: &str| {
        let (first, count) = said.split_once(',').unwrap_or((said, "1"));
        let (first, count): (usize, usize) = (first.parse().ok()?, count.parse().ok()?);
        Some(first..first + count)
    };
    Some((lines(old)?, lines(new)?))
}

/// A path as it is: git writes one that holds odd bytes as a string of C.
fn unquoted(name: &[u8]) -> Vec<u8> {
    let Some(inner) = name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")) else {
        return name.to_vec();
    };
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next() {
            Some(b'a') => 7,
            Some(b'b') => 8,
            Some(b't') => b'\t',
            Some(b'n') => b'\n',
            Some(b'v') => 11,
            Some(b'f') => 12,
            Some(b'r') => b'\r',
            Some(digit @ b'0'..=b'7') => {
                let mut value = digit - b'0';
                for _ in 0..2 {
                    let Some(digit) = rest.next_if(|it| (b'0'..=b'7').contains(it)) else { break };
                    value = value.wrapping_mul(8).wrapping_add(digit - b'0');
                }
                value
            }
            Some(other) => other,
            None => b'\\',
        });
    }
    bytes
}

/// The first line of what git printed.
fn line(printed: &[u8]) -> &[u8] {
    let line = printed.split(|&byte| byte == b'\n').next().unwrap_or_default();
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The path from the root, through no link; as it is where there is no such file.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| std::path::absolute(path).unwrap_or(path.to_owned()))
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    let path: &OsStr = std::os::unix::ffi::OsStrExt::from_bytes(bytes);
    path.into()
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    let path = String::from_utf8_lossy(bytes).into_owned();
    OsStr::new(&path).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_read_by_its_counts() {
        let patch = b"diff --git a/x b/x
--- a/x
+++ b/x
@@ -1 +1,2 @@ FROM a
-++ b/y
+++ b/z
+@@ -9 +9 @@
@@ -5,2 +6,0 @@
-a
-b
@@ -9,0 +9 @@
+c
\\ No newline at end of file
diff --git a/gone b/gone
--- a/gone
+++ /dev/null
@@ -1 +0,0 @@
-a
--- a/odd
+++ \"b/a\\tb\\303\\244\\\"\"
@@ -0,0 +1 @@
+x
--- a/with space
+++ b/with space\t
@@ -3 +3 @@
-x
+y
";
        let expected: [(PathBuf, Vec<Range<usize>>); 3] = [
            ("x".into(), vec![1..3, 9..10]),
            ("a\tb\u{e4}\"".into(), vec![Range { start: 1, end: 2 }]),
            ("with space".into(), vec![Range { start: 3, end: 4 }]),
        ];
        assert_eq!(changed(&patch[..]).unwrap(), expected);
    }
}
