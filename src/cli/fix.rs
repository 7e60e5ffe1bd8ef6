//! `--fix` and `--diff`: files mended, or what would be.
//!
//! A file is replaced as a whole or not at all, and only if it still holds what was read.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::check::{self, Report};
use super::walk::{self, Source};
use super::{Arguments, Outcome, OutputFormat, complain};
use crate::config::Settings;
use crate::finding::{Finding, Safety};
use crate::fix::{self, Fixed};
use crate::languages::Language;
use crate::report::{counted, printable};

/// Mends what `arguments` name, and writes the report on what remains. Of standard input the mended text is the output,
/// and the report goes to standard error.
///
/// # Errors
///
/// Those of `out`.
pub fn write(arguments: &Arguments, out: &mut impl Write) -> io::Result<Outcome> {
    let (files, mut outcome) = walk::visit(arguments, |source| {
        let mut file = Mended::new(arguments, source);
        // Nobody asks for the text again where nothing is to be written.
        let report = file.fixed.applied.is_empty().then(|| {
            let text = std::mem::take(&mut file.fixed.text);
            Report::new(arguments, source.path, &text, &file.fixed.left)
        });
        (file, report)
    });
    let mut count = Count::default();
    let mut reports = Vec::new();
    for (file, report) in files {
        if let Some(echo) = &file.echo {
            out.flush()?;
            print(echo)?;
        }
        if let Some(report) = report {
            reports.push(report);
            continue;
        }
        let result = match file.echo {
            Some(_) => Ok(()),
            None => replace(&file.path, &file.before, file.fixed.text.as_bytes()),
        };
        match &result {
            Ok(()) => count.add(file.fixed.applied.len()),
            Err(error) => {
                let path = file.path.display();
                outcome = outcome.max(complain(format_args!("{path} is not fixed: {error}")));
            }
        }
        reports.push(if result.is_ok() { file.report(arguments) } else { file.report_before(arguments) });
    }
    let done = count.after("Fixed");
    if let (OutputFormat::Json, Some(done)) = (arguments.output_format, &done) {
        tell(done);
    }
    let found = if arguments.paths.iter().any(|path| path.as_os_str() == "-") {
        let mut err = anstream::AutoStream::new(io::stderr().lock(), arguments.color.into());
        check::write(arguments, reports, done.as_deref(), &mut err)?
    } else {
        check::write(arguments, reports, done.as_deref(), out)?
    };
    Ok(outcome.max(found))
}

/// Writes the difference that mending what `arguments` name would make, as a patch. Changes nothing.
///
/// # Errors
///
/// Those of `out`.
pub fn diff(arguments: &Arguments, out: &mut impl Write) -> io::Result<Outcome> {
    let (files, mut outcome) = walk::visit(arguments, |source| {
        let file = Mended::new(arguments, source);
        let before = str::from_utf8(&file.before).unwrap_or_default();
        let is_changed = !file.fixed.applied.is_empty();
        (is_changed.then(|| unified(&file.path, before, &file.fixed.text)), file.fixed.applied.len())
    });
    out.flush()?;
    let mut count = Count::default();
    for (diff, problems) in files {
        let Some(diff) = diff else { continue };
        count.add(problems);
        if io::stdout().is_terminal() {
            let shown: Vec<String> = diff.split('\n').map(printable_line).collect();
            print(shown.join("\n").as_bytes())?;
        } else {
            print(diff.as_bytes())?;
        }
        outcome = outcome.max(Outcome::Found);
    }
    if let Some(said) = count.after("Would fix") {
        tell(&said);
    }
    Ok(outcome)
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
    fn new(arguments: &Arguments, source: &Source<'_>) -> Self {
        let findings = |text: &str| check::findings(text, source.language, &source.settings);
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

    /// The report on what is left in the file.
    fn report(&self, arguments: &Arguments) -> Report {
        Report::new(arguments, &self.path, &self.fixed.text, &self.fixed.left)
    }

    /// The report on the file as it was.
    fn report_before(&self, arguments: &Arguments) -> Report {
        let before = str::from_utf8(&self.before).unwrap_or_default();
        let findings = check::findings(before, self.language, &self.settings);
        Report::new(arguments, &self.path, before, &findings)
    }
}

/// How many problems in how many files.
#[derive(Debug, Default)]
struct Count {
    problems: usize,
    files: usize,
}

impl Count {
    fn add(&mut self, problems: usize) {
        self.problems += problems;
        self.files += 1;
    }

    /// The count behind `verb`, if there is anything to count.
    fn after(&self, verb: &str) -> Option<String> {
        let (problems, files) = (counted(self.problems, "problem"), counted(self.files, "file"));
        (self.files > 0).then(|| format!("{verb} {problems} in {files}"))
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

/// Says on standard error what was done.
fn tell(what: &str) {
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "{what}");
}

/// Puts `after` in the place of the file at `path`, of which `before` was read. Where `path` is a link, the file that it
/// leads to is replaced. One that holds `after` already was named twice, and is left as it is.
fn replace(path: &Path, before: &[u8], after: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path)?;
    if fs::read(&target)? == after {
        return Ok(());
    }
    let metadata = fs::metadata(&target)?;
    if metadata.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
    }
    let folder = target.parent().unwrap_or(Path::new("."));
    let (file, temporary) = temporary(folder).map_err(|error| {
        let said = format!("cannot write to its folder, {}: {error}", folder.display());
        io::Error::new(error.kind(), said)
    })?;
    let result = fill(file, &temporary, &metadata, after).and_then(|()| {
        if fs::read(&target)? != before {
            return Err(io::Error::other("it was changed by somebody else meanwhile"));
        }
        fs::rename(&temporary, &target)
    });
    if result.is_err() {
        // The error that is told is the one that matters.
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// A new file in `folder`, and its path.
fn temporary(folder: &Path) -> io::Result<(File, PathBuf)> {
    const TRIES: usize = 100;
    let mut tries = 0..TRIES;
    loop {
        let number = tries.next().unwrap_or(TRIES);
        let path = folder.join(format!(".portolan-{}-{number}.tmp", std::process::id()));
        let mut options = OpenOptions::new();
        // Until it has the permissions of the file that it replaces, nobody else is to read what that one holds.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < TRIES => {}
            Err(error) => return Err(error),
        }
    }
}

/// Writes `bytes` to `file`, and gives it the owner and permissions of the one that it replaces.
fn fill(mut file: File, path: &Path, metadata: &Metadata, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    drop(file);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        // Only root can give a file away; to others it was theirs, or it becomes so.
        let _ = chown(path, Some(metadata.uid()), Some(metadata.gid()));
    }
    fs::set_permissions(path, metadata.permissions())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_somebody_else_changed_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Dockerfile");
        fs::write(&path, "EXPOSE 81").unwrap();
        let error = replace(&path, b"EXPOSE 80", b"EXPOSE 82").unwrap_err();
        assert!(error.to_string().contains("somebody else"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "EXPOSE 81");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
        replace(&path, b"EXPOSE 81", b"EXPOSE 82").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "EXPOSE 82");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_difference_is_a_patch() {
        let said = unified(Path::new("/a\\b/Docker\u{1b}file"), "a\r\nb\rc\nd", "a\r\nB\rc\nd");
        let head = "--- a/a/b/Docker\\u{1b}file\n+++ b/a/b/Docker\\u{1b}file\n@@ -1,3 +1,3 @@\n";
        assert_eq!(said, format!("{head} a\r\n-b\rc\n+B\rc\n d\n\\ No newline at end of file\n"));
    }
}
