//! `--fix` and `--diff`: files mended, or what would be.
//!
//! A file is replaced as a whole or not at all, and only if it still holds what was read.

use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::place::Source;
use super::policy::Policy;
use super::progress::Progress;
use super::walk::{Need, Telling, Walk};
use super::{Arguments, Outcome, check, complain, replace};
use crate::config::Settings;
use crate::discovery::bytes_of;
use crate::finding::{Finding, Safety};
use crate::fix::{self, Fixed};
use crate::languages::Language;
use crate::report::{counted, printable, printable_lines};
use crate::text::decoded;

/// Mends what `arguments` name, and writes the report on what remains. Of standard input the mended text is the output,
/// and the report goes to standard error.
pub fn run(arguments: &Arguments) -> Outcome {
    check::report(arguments, |policy, walk, progress| {
        let mut mended = check::Mended::default();
        let mut outcome = Outcome::Clean;
        mend(arguments, policy, walk, progress, |file| {
            if file.is_stdin {
                outcome = outcome.max(print(file.after()).map_or_else(unwritten, |()| Outcome::Clean));
                walk.mend_stdin(file.after().to_vec());
            }
            if file.fixed.applied.is_empty() {
                return ControlFlow::Continue(());
            }
            if file.is_stdin {
                walk.stacks().change(&file.path, Some(&file.fixed.text));
            } else if let Err(error) = replace::replace(&file.path, &file.before, file.after()) {
                outcome = complain(format_args!("{} is not fixed: {error}", file.path.display()));
                return ControlFlow::Continue(());
            } else {
                walk.stacks().change(&file.path, None);
            }
            mended.problems += file.fixed.applied.len();
            mended.files += 1;
            ControlFlow::Continue(())
        });
        (mended, outcome)
    })
}

/// Writes the difference that mending what `arguments` name would make, as a patch. Changes nothing.
pub fn diff(arguments: &Arguments) -> Outcome {
    let policy = match Policy::new(&arguments.policy) {
        Ok(policy) => policy,
        Err(outcome) => return outcome,
    };
    let progress = Progress::new();
    let walk = Walk::new(arguments, &progress);
    let (mut problems, mut files, mut outcome) = (0, 0, Outcome::Clean);
    let walked = mend(arguments, &policy, &walk, &progress, |file| {
        if file.fixed.applied.is_empty() {
            return ControlFlow::Continue(());
        }
        walk.stacks().change(&file.path, Some(&file.fixed.text));
        problems += file.fixed.applied.len();
        files += 1;
        let before = str::from_utf8(&file.before).unwrap_or_default();
        let diff = unified(&file.path, before, &file.fixed.text);
        if let Err(error) = print(diff.as_bytes()) {
            outcome = outcome.max(unwritten(error));
            return ControlFlow::Break(());
        }
        if !arguments.policy.exit_zero {
            outcome = outcome.max(Outcome::Found);
        }
        ControlFlow::Continue(())
    });
    if files > 0 {
        check::tell(&format!("Would fix {} in {}", counted(problems, "problem"), counted(files, "file")));
    }
    outcome.max(walked)
}

/// Mends every file that `walk` comes to and hands it to `settle`, one after the other: what is done to one file is known
/// where the next ones of its stacks are mended.
fn mend(
    arguments: &Arguments,
    policy: &Policy<'_>,
    walk: &Walk<'_>,
    progress: &Progress,
    mut settle: impl FnMut(Mended) -> ControlFlow<()>,
) -> Outcome {
    let visit = |source: &Source<'_>| {
        let changes = walk.stacks().changes_around(source.path);
        (Mended::new(arguments, policy, source), changes)
    };
    // Of what is mended a report follows, which tells what cannot be read.
    let telling = if arguments.diff { Telling::Aloud } else { Telling::Nothing };
    walk.visit(Need::Texts, telling, progress, visit, |(file, changes)| {
        let is_late = walk.stacks().changes_around(&file.path) > changes;
        settle(if is_late { file.again(arguments, policy, walk) } else { file })
    })
}

/// A file before and after its fixes.
struct Mended {
    path: PathBuf,
    language: Language,
    settings: Settings,
    is_stdin: bool,
    /// What it held; nothing where nothing is mended, unless it is standard input.
    before: Vec<u8>,
    fixed: Fixed,
}

impl Mended {
    fn new(arguments: &Arguments, policy: &Policy<'_>, source: &Source<'_>) -> Self {
        let findings = |text: &str| policy.findings(&source.with_text(text));
        let most = if arguments.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
        let fixed = if source.bytes == source.text.as_bytes() {
            fix::apply(source.text, most, findings)
        } else {
            Fixed { text: source.text.to_owned(), applied: Vec::new(), left: findings(source.text) }
        };
        let is_mended = !fixed.applied.is_empty();
        let would_mend = |finding: &Finding| finding.fix.as_ref().is_some_and(|fix| fix.safety <= most);
        if source.bytes != source.text.as_bytes() && fixed.left.iter().any(would_mend) {
            complain(format_args!("{} is not fixed: it is not UTF-8", source.path.display()));
        }
        Self {
            path: source.path.to_owned(),
            language: source.language,
            settings: source.settings.clone(),
            is_stdin: source.is_stdin,
            before: if is_mended || source.is_stdin { source.bytes.to_vec() } else { Vec::new() },
            fixed,
        }
    }

    /// What it holds now.
    fn after(&self) -> &[u8] {
        if self.fixed.applied.is_empty() { &self.before } else { self.fixed.text.as_bytes() }
    }

    /// The same file, mended with what was done to others meanwhile in view.
    fn again(self, arguments: &Arguments, policy: &Policy<'_>, walk: &Walk<'_>) -> Self {
        let most = walk.most_bytes(&self.path);
        let read = if self.is_stdin { Ok(self.before.clone()) } else { bytes_of(&self.path, most) };
        // It was there a moment ago, and what is wrong by now the report will tell.
        let Ok(bytes) = read else { return self };
        let Ok(text) = str::from_utf8(&bytes) else { return self };
        let Self { path, language, settings, is_stdin, .. } = &self;
        let (language, is_stdin, stacks, bytes) = (*language, *is_stdin, walk.stacks(), text.as_bytes());
        let source = Source { path, language, text, bytes, is_stdin, settings, stacks, is_silent: false };
        Self::new(arguments, policy, &source)
    }
}

/// The difference between two texts of the file at `path`, as `patch` and `git apply` read it.
fn unified(path: &Path, before: &str, after: &str) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    let path = printable(path.trim_start_matches('/'));
    // To those tools `\n` alone ends a line.
    let [old, new] = [before, after].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let diff = TextDiff::configure().newline_terminated(true).diff_slices(&old, &new);
    diff.unified_diff().header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}

/// Writes bytes of a file to standard output as they are: nothing that they hold is taken for a colour. A terminal is shown
/// what it would obey.
fn print(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        out.write_all(printable_lines(&decoded(bytes)).as_bytes())?;
    } else {
        out.write_all(bytes)?;
    }
    out.flush()
}

/// The output could not be written; that a pipe is closed is no error.
fn unwritten(error: io::Error) -> Outcome {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Outcome::Clean;
    }
    complain(format_args!("cannot write the output: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_a_patch() {
        let said = unified(Path::new("/a\\b/Docker\u{1b}file"), "a\r\nb\rc\nd", "a\r\nB\rc\nd");
        let head = "--- a/a/b/Docker\\u{1b}file\n+++ b/a/b/Docker\\u{1b}file\n@@ -1,3 +1,3 @@\n";
        assert_eq!(said, format!("{head} a\r\n-b\rc\n+B\rc\n d\n\\ No newline at end of file\n"));
    }
}
