//! Where the reports go, and in which form: each is written by a thread of its own while the files are still read.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, Scope, ScopedJoinHandle};

use anstream::stream::{AsLockedWrite, RawStream};
use anstream::{AutoStream, ColorChoice, StripStream};

use super::formats::{Form, OutputFile, OutputFormat};
use super::progress::Progress;
use super::{Arguments, Outcome, complain};
use crate::report::{self, Drawing, FileReport};

/// The reports of a run, open for writing.
pub struct Outputs {
    outputs: Vec<Output>,
    drawing: Drawing,
}

/// One report.
struct Output {
    content: Content,
    out: Box<dyn Write + Send>,
    /// Whether colours are taken out of what goes to it.
    is_stripped: bool,
    /// The file that it is written to; without one it is standard output or error.
    path: Option<PathBuf>,
}

/// What a report holds.
#[derive(Clone, Copy)]
enum Content {
    Findings(OutputFormat),
    Statistics,
    JsonStatistics,
}

impl Content {
    /// Whether people read it, who want a last word.
    const fn is_for_people(self) -> bool {
        match self {
            Self::Findings(format) => matches!(format, OutputFormat::Text | OutputFormat::Concise),
            Self::Statistics => true,
            Self::JsonStatistics => false,
        }
    }
}

impl Outputs {
    /// The reports that `arguments` ask for. The files are there from now on, so that a run whose report could not be
    /// written does not even begin.
    ///
    /// # Errors
    ///
    /// A file could not be made, which is told.
    pub fn open(arguments: &Arguments, progress: &Progress) -> Result<Self, Outcome> {
        let own = &arguments.output;
        let content = match own.report().map_err(complain)? {
            _ if own.statistics => match own.form().map_err(complain)? {
                Form::Text => Content::Statistics,
                Form::Json => Content::JsonStatistics,
            },
            Some(format) => Content::Findings(format),
            None if is_on_github() => Content::Findings(OutputFormat::Github),
            None => Content::Findings(OutputFormat::Text),
        };
        let mut outputs = Vec::new();
        if own.output_file.iter().all(|file| file.format.is_some()) {
            let is_echoed = arguments.fix && arguments.paths.iter().any(|path| path.as_os_str() == "-");
            let color = if content.is_for_people() { own.color.into() } else { uncoloured() };
            let color = resolved(color, is_echoed);
            let out = standard_output(color, is_echoed, progress);
            outputs.push(Output { content, out, is_stripped: color == ColorChoice::Never, path: None });
        }
        for OutputFile { format, path } in &own.output_file {
            let file = File::create(path).map_err(|error| {
                complain(format_args!("the report cannot be written to {}: {error}", path.display()))
            })?;
            let content = format.map_or(content, Content::Findings);
            let out = Box::new(BufWriter::new(file));
            let is_stripped = content.is_for_people();
            outputs.push(Output { content, out, is_stripped, path: Some(path.clone()) });
        }
        let is_drawn = |output: &Output| matches!(output.content, Content::Findings(OutputFormat::Text));
        let drawn = outputs.iter().filter(|output| is_drawn(output));
        let drawing = match drawn.map(|output| output.is_stripped).min() {
            None => Drawing::None,
            Some(true) => Drawing::Plain,
            Some(false) => Drawing::Coloured,
        };
        if drawing == Drawing::Plain {
            // There is nothing to take out, and to look for it takes time.
            outputs.iter_mut().filter(|output| is_drawn(output)).for_each(|it| it.is_stripped = false);
        }
        Ok(Self { outputs, drawing })
    }

    /// Whether people read one of them.
    pub fn are_for_people(&self) -> bool {
        self.outputs.iter().any(|output| output.content.is_for_people())
    }

    /// How the findings are to be drawn.
    pub const fn drawing(&self) -> Drawing {
        self.drawing
    }

    /// Writes the reports on all files that `read` gives, and what it returns behind those that people read.
    pub fn write(self, read: impl FnOnce(&mut Feed<'_, '_>) -> Vec<String>) -> Outcome {
        let outcome = thread::scope(|scope| {
            let mut feed = Feed { scope, gathered: Vec::new(), waiting: self.outputs, writers: Vec::new() };
            let last_words = read(&mut feed);
            feed.end().map(|(output, result)| output.end(result, &last_words)).max()
        });
        outcome.unwrap_or_default()
    }
}

/// Takes the reports on the files as they come.
pub struct Feed<'s, 'e> {
    scope: &'s Scope<'s, 'e>,
    /// The files that are not handed on yet: to hand on each by itself would wake the writers for each.
    gathered: Vec<Arc<FileReport>>,
    /// The reports that no thread writes yet.
    waiting: Vec<Output>,
    writers: Vec<Writer<'s>>,
}

/// A thread that writes a report.
struct Writer<'s> {
    /// Nobody is there any more where its pipe is closed.
    files: Option<SyncSender<Vec<Arc<FileReport>>>>,
    thread: ScopedJoinHandle<'s, (Output, io::Result<()>)>,
}

impl<'s> Feed<'s, '_> {
    /// Takes the report on one file; breaks where nobody reads on, since every pipe is closed.
    pub fn take(&mut self, file: FileReport) -> ControlFlow<()> {
        /// How many files are handed on at once; fewer are not worth threads.
        const MOST: usize = 64;
        self.gathered.push(Arc::new(file));
        if self.gathered.len() < MOST {
            return ControlFlow::Continue(());
        }
        for output in std::mem::take(&mut self.waiting) {
            self.writers.push(output.written_by_a_thread(self.scope));
        }
        self.hand_on();
        let is_read = self.writers.iter().any(|writer| writer.files.is_some());
        if is_read { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    /// Hands on what is gathered to those who write already.
    fn hand_on(&mut self) {
        for writer in &mut self.writers {
            writer.files.take_if(|files| files.send(self.gathered.clone()).is_err());
        }
        self.gathered.clear();
    }

    /// Every report and how the writing of it ended, once that is done.
    fn end(mut self) -> impl Iterator<Item = (Output, io::Result<()>)> {
        if !self.writers.is_empty() {
            self.hand_on();
        }
        let gathered = self.gathered;
        let at_once = self.waiting.into_iter().map(move |mut output| {
            let result = output.write(gathered.iter().map(Arc::clone));
            (output, result)
        });
        let threads = self.writers.into_iter().map(|writer| writer.thread);
        let threads: Vec<_> = threads.collect();
        let ended = threads.into_iter().map(|thread| match thread.join() {
            Ok(ended) => ended,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        at_once.chain(ended)
    }
}

impl Output {
    /// Starts a thread that writes it.
    fn written_by_a_thread<'s>(mut self, scope: &'s Scope<'s, '_>) -> Writer<'s> {
        /// How often files are handed on ahead of the slowest report.
        const AHEAD: usize = 2;
        let (files, read) = sync_channel(AHEAD);
        let thread = scope.spawn(move || {
            let result = self.write(read.into_iter().flatten());
            (self, result)
        });
        Writer { files: Some(files), thread }
    }

    fn write(&mut self, mut files: impl Iterator<Item = Arc<FileReport>>) -> io::Result<()> {
        let (files, out) = (&mut files, &mut *self.out);
        let mut stripped;
        let out: &mut dyn Write = if self.is_stripped {
            stripped = StripStream::new(out);
            &mut stripped
        } else {
            out
        };
        match self.content {
            Content::Findings(format) => format.write(files, out)?,
            Content::Statistics => report::statistics(files, out)?,
            Content::JsonStatistics => report::json_statistics(files, out)?,
        }
        out.flush()
    }

    /// Writes the `last_words` if people read them, and tells what went wrong.
    fn end(mut self, result: io::Result<()>, last_words: &[String]) -> Outcome {
        let words = if self.content.is_for_people() { last_words } else { &[] };
        let result = result
            .and_then(|()| words.iter().try_for_each(|word| writeln!(self.out, "{word}")))
            .and_then(|()| self.out.flush());
        match (result, self.path) {
            (Ok(()), _) => Outcome::Clean,
            (Err(error), None) if error.kind() == io::ErrorKind::BrokenPipe => Outcome::Clean,
            (Err(error), None) => complain(format_args!("cannot write the output: {error}")),
            (Err(error), Some(path)) => {
                complain(format_args!("the report cannot be written to {}: {error}", path.display()))
            }
        }
    }
}

/// `color`, decided by what the output leads to where nobody said.
fn resolved(color: ColorChoice, is_echoed: bool) -> ColorChoice {
    match color {
        ColorChoice::Auto if is_echoed => AutoStream::choice(&io::stderr()),
        ColorChoice::Auto => AutoStream::choice(&io::stdout()),
        color => color,
    }
}

/// Standard output, or standard error where the mended text goes to the former.
fn standard_output(color: ColorChoice, is_echoed: bool, progress: &Progress) -> Box<dyn Write + Send> {
    let progress = progress.clone();
    if is_echoed { beside(io::stderr(), color, progress) } else { beside(io::stdout(), color, progress) }
}

/// `stream`, which may lead to the terminal on which the `progress` is shown; without colours as it is.
fn beside<S>(stream: S, color: ColorChoice, progress: Progress) -> Box<dyn Write + Send>
where
    S: Write + IsTerminal + RawStream + AsLockedWrite + Send + 'static,
{
    if color == ColorChoice::Never {
        return Box::new(BufWriter::new(Beside { out: stream, progress }));
    }
    Box::new(BufWriter::new(Beside { out: AutoStream::new(stream, color), progress }))
}

/// What is for programs goes out as it is, but to a terminal without what that might obey.
fn uncoloured() -> ColorChoice {
    if io::stdout().is_terminal() { ColorChoice::Never } else { ColorChoice::AlwaysAnsi }
}

/// A stream that may lead to the terminal on which the progress is shown.
struct Beside<W> {
    out: W,
    progress: Progress,
}

impl<W: Write> Write for Beside<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.progress.suspend(|| self.out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.progress.suspend(|| self.out.flush())
    }
}

/// Whether this runs as a step of a GitHub workflow, as
/// [its documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/variables) has one know.
fn is_on_github() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}
