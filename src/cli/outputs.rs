//! Where the reports go, and in which form: each is written by a thread of its own while the files are still read.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use anstream::stream::{AsLockedWrite, RawStream};
use anstream::{AutoStream, ColorChoice, StripStream};
use clap::{Args, ValueEnum};

use super::progress::Progress;
use super::{Arguments, Outcome, complain};
use crate::report::{self, Drawing, FileReport};

/// In which form the output is, and where it goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "What to write")]
pub struct OutputArguments {
    /// The form of the output: where GITHUB_ACTIONS is `true`, --check takes github unless told otherwise; what is not
    /// --check knows text and json
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub output_format: Option<OutputFormat>,

    /// Write the report to a file in place of standard output; with a format in front of it, as in
    /// `sarif=portolan.sarif`, beside that. May be given several times
    #[arg(long, value_name = "[FORMAT=]FILE", requires = "check", conflicts_with = "diff")]
    pub output_file: Vec<OutputFile>,

    /// How often each rule found something and how much is found in which file, in place of the findings
    #[arg(long, requires = "check", conflicts_with = "diff")]
    pub statistics: bool,

    /// When to colour the output; `auto` heeds NO_COLOR and whether the output is a terminal
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,
}

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people: the finding with its lines
    #[value(alias = "full")]
    Text,
    /// A finding a line, as GCC writes it
    Concise,
    /// One JSON object
    Json,
    /// A JSON object for each finding, on a line of its own
    Ndjson,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions, which become annotations
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// Checkstyle's XML
    Checkstyle,
    /// JUnit's XML
    Junit,
    /// Reviewdog's Diagnostic Format
    Rdjson,
    /// A table, for job summaries
    Markdown,
}

impl OutputFormat {
    /// Writes the report on `files`.
    fn write(self, files: report::Files<'_>, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Text => report::text(files, out),
            Self::Concise => report::concise(files, out),
            Self::Json => report::json(files, out),
            Self::Ndjson => report::ndjson(files, out),
            Self::Sarif => report::sarif(files, out),
            Self::Github => report::github(files, out),
            Self::Gitlab => report::gitlab(files, out),
            Self::Checkstyle => report::checkstyle(files, out),
            Self::Junit => report::junit(files, out),
            Self::Rdjson => report::rdjson(files, out),
            Self::Markdown => report::markdown(files, out),
        }
    }
}

/// The form of what is not a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl OutputArguments {
    /// The form of what is not a report on findings.
    ///
    /// # Errors
    ///
    /// A form that only those reports have was asked for.
    pub fn form(&self) -> Result<Form, String> {
        match self.output_format {
            None | Some(OutputFormat::Text) => Ok(Form::Text),
            Some(OutputFormat::Json) => Ok(Form::Json),
            Some(other) => {
                let name = other.to_possible_value().map(|it| it.get_name().to_owned()).unwrap_or_default();
                Err(format!(
                    "--output-format {name} is for the findings of --check; the rest knows text and json"
                ))
            }
        }
    }
}

/// A file for a report: its path, behind the name of a format and `=` if it is not the one of standard output.
#[derive(Clone, Debug)]
pub struct OutputFile {
    format: Option<OutputFormat>,
    path: PathBuf,
}

impl FromStr for OutputFile {
    type Err = String;

    fn from_str(said: &str) -> Result<Self, String> {
        if said.is_empty() {
            return Err("a file has a name".to_owned());
        }
        let Some((name, path)) = said.split_once('=').filter(|(name, _)| !name.contains(['/', '\\', '.']))
        else {
            return Ok(Self { format: None, path: said.into() });
        };
        let format = OutputFormat::from_str(name, false).map_err(|_| {
            let names = OutputFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let names: Vec<String> = names.map(|it| it.get_name().to_owned()).collect();
            format!(
                "there is no format `{name}`, but {} (a file of that name is `./{said}`)",
                names.join(", ")
            )
        })?;
        if path.is_empty() {
            return Err(format!("a file has a name: `{name}=portolan.{name}`"));
        }
        Ok(Self { format: Some(format), path: path.into() })
    }
}

/// When to colour the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// The reports of a run, open for writing.
pub struct Outputs {
    outputs: Vec<Output>,
    drawing: Drawing,
}

/// One report.
struct Output {
    content: Content,
    out: Box<dyn Write + Send>,
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
        let content = match own.output_format {
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
            let out = standard_output(color, is_echoed, progress);
            outputs.push(Output { content, out, path: None });
        }
        for OutputFile { format, path } in &own.output_file {
            let file = File::create(path).map_err(|error| {
                complain(format_args!("the report cannot be written to {}: {error}", path.display()))
            })?;
            let content = format.map_or(content, Content::Findings);
            let out: Box<dyn Write + Send> =
                if content.is_for_people() { stripped(file) } else { Box::new(BufWriter::new(file)) };
            outputs.push(Output { content, out, path: Some(path.clone()) });
        }
        let draws = |output: &Output| matches!(output.content, Content::Findings(OutputFormat::Text));
        let drawing = if outputs.iter().any(draws) { Drawing::Lines } else { Drawing::None };
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
    pub fn write(self, read: impl FnOnce(&mut Feed) -> Vec<String>) -> Outcome {
        /// How many files are read ahead of the slowest report.
        const AHEAD: usize = 64;
        let outcome = thread::scope(|scope| {
            let mut feed = Feed { readers: Vec::new() };
            let mut writers = Vec::new();
            for mut output in self.outputs {
                let (sender, files) = sync_channel(AHEAD);
                feed.readers.push(sender);
                writers.push(scope.spawn(move || {
                    let result = output.write(files);
                    (output, result)
                }));
            }
            let last_words = read(&mut feed);
            drop(feed);
            let ended = writers.into_iter().map(|writer| match writer.join() {
                Ok(ended) => ended,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            ended.map(|(output, result)| output.end(result, &last_words)).max()
        });
        outcome.unwrap_or_default()
    }
}

/// Takes the reports on the files as they come.
pub struct Feed {
    readers: Vec<SyncSender<Arc<FileReport>>>,
}

impl Feed {
    /// Takes the report on one file; breaks where nobody reads on, since every pipe is closed.
    pub fn take(&mut self, file: FileReport) -> ControlFlow<()> {
        let file = Arc::new(file);
        self.readers.retain(|reader| reader.send(Arc::clone(&file)).is_ok());
        if self.readers.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl Output {
    fn write(&mut self, files: Receiver<Arc<FileReport>>) -> io::Result<()> {
        let (mut files, out) = (files.into_iter(), &mut *self.out);
        match self.content {
            Content::Findings(format) => format.write(&mut files, out)?,
            Content::Statistics => report::statistics(&mut files, out)?,
            Content::JsonStatistics => report::json_statistics(&mut files, out)?,
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

/// Standard output, or standard error where the mended text goes to the former.
fn standard_output(color: ColorChoice, is_echoed: bool, progress: &Progress) -> Box<dyn Write + Send> {
    let progress = progress.clone();
    if is_echoed { beside(io::stderr(), color, progress) } else { beside(io::stdout(), color, progress) }
}

/// `stream`, which may lead to the terminal on which the `progress` is shown, coloured or not.
fn beside<S>(stream: S, color: ColorChoice, progress: Progress) -> Box<dyn Write + Send>
where
    S: Write + IsTerminal + RawStream + AsLockedWrite + Send + 'static,
{
    let color = if color == ColorChoice::Auto { AutoStream::choice(&stream) } else { color };
    if color == ColorChoice::Never {
        return stripped(Beside { out: stream, progress });
    }
    Box::new(BufWriter::new(Beside { out: AutoStream::new(stream, color), progress }))
}

/// `stream` without colours. What is between two of them comes bit by bit, and is gathered.
fn stripped(stream: impl Write + Send + 'static) -> Box<dyn Write + Send> {
    let gathered: Box<dyn Write + Send> = Box::new(BufWriter::new(stream));
    Box::new(StripStream::new(gathered))
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
