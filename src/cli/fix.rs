//! `--fix` and `--diff`: files mended, or what would be.
//!
//! A file is replaced as a whole or not at all, and only if it still holds what was read.

use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::policy::{Judged, Policy};
use super::progress::Progress;
use super::walk::{self, Source};
use super::{Arguments, Outcome, check, complain, replace};
use crate::config::Settings;
use crate::finding::{Finding, Safety};
use crate::fix::{self, Fixed};
use crate::languages::Language;
use crate::report::{counted, printable};

/// Mends what `arguments` name, and writes the report on what remains. Of standard input the mended text is the output,
/// and the report goes to standard error.
pub fn run(arguments: &Arguments) -> Outcome {
    let visit = |policy: &Policy<'_>, source: &Source<'_>| {
        let file = Mended::new(arguments, policy, source);
        // Nobody asks for the text again where nothing is to be written.
        let judged = policy.judge(&source.with_text(&file.fixed.text));
        (file, judged)
    };
    check::report(arguments, visit, |policy, (file, judged)| {
        if let Some(echo) = &file.echo {
            let outcome = print(echo).map_or_else(unwritten, |()| Outcome::Clean);
            return Judged { mended: file.fixed.applied.len(), outcome, ..judged };
        }
        if file.fixed.applied.is_empty() {
            return judged;
        }
        match replace::replace(&file.path, &file.before, file.fixed.text.as_bytes()) {
            Ok(()) => Judged { mended: file.fixed.applied.len(), ..judged },
            Err(error) => {
                let outcome = complain(format_args!("{} is not fixed: {error}", file.path.display()));
                Judged { outcome, ..file.judged_before(policy) }
            }
        }
    })
}

/// Writes the difference that mending what `arguments` name would make, as a patch. Changes nothing.
pub fn diff(arguments: &Arguments) -> Outcome {
    let policy = match Policy::new(&arguments.policy) {
        Ok(policy) => policy,
        Err(outcome) => return outcome,
    };
    let (mut problems, mut files, mut outcome) = (0, 0, Outcome::Clean);
    let visit = |source: &Source<'_>| {
        let file = Mended::new(arguments, &policy, source);
        let before = str::from_utf8(&file.before).unwrap_or_default();
        let is_changed = !file.fixed.applied.is_empty();
        (is_changed.then(|| unified(&file.path, before, &file.fixed.text)), file.fixed.applied.len())
    };
    let walked = walk::visit(arguments, &Progress::new(), visit, |(diff, applied)| {
        let Some(diff) = diff else { return ControlFlow::Continue(()) };
        problems += applied;
        files += 1;
        let printed = if io::stdout().is_terminal() {
            let shown: Vec<String> = diff.split('\n').map(printable_line).collect();
            print(shown.join("\n").as_bytes())
        } else {
            print(diff.as_bytes())
        };
        if let Err(error) = printed {
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

/// A file before and after its fixes.
struct Mended {
    path: PathBuf,
    language: Language,
    settings: Settings,
    before: Vec<u8>,
    fixed: Fixed,
    /// What to write to standard output in its place, if it is standard input.
    echo: Option<Vec<u8>>,
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
            complain(format_args!("{} is not fixed: it is not valid UTF-8", source.path.display()));
        }
        let echo = source
            .is_stdin
            .then(|| if is_mended { fixed.text.clone().into_bytes() } else { source.bytes.to_vec() });
        Self {
            path: source.path.to_owned(),
            language: source.language,
            settings: source.settings.clone(),
            before: if is_mended { source.bytes.to_vec() } else { Vec::new() },
            fixed,
            echo,
        }
    }

    /// What is to be said of the file as it was.
    fn judged_before(&self, policy: &Policy<'_>) -> Judged {
        let text = str::from_utf8(&self.before).unwrap_or_default();
        let (path, language, settings) = (&self.path, self.language, &self.settings);
        policy.judge(&Source { path, language, text, bytes: &self.before, is_stdin: false, settings })
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

/// A line as a terminal may show it.
fn printable_line(line: &str) -> String {
    line.split('\t').map(printable).collect::<Vec<_>>().join("\t")
}

/// Writes bytes of a file to standard output as they are: nothing that they hold is taken for a colour.
fn print(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
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
