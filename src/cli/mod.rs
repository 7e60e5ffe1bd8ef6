//! The command line: reads files, asks the core, writes a report.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::report::printable;

mod arguments;
mod baseline;
mod chart;
mod check;
mod compat;
mod diff_base;
mod explain;
mod fix;
mod formats;
mod generate;
mod git;
mod list;
mod lookup;
mod named;
mod names;
mod outputs;
mod place;
mod policy;
mod pool;
mod progress;
mod remarks;
mod replace;
mod settings;
mod sources;
mod stacks;
mod version;
mod walk;

pub use arguments::{Arguments, LanguageName};
pub use formats::{Color, DrawingFormat, Format, OutputArguments, OutputFile, OutputFormat};
pub use generate::Shell;
pub use policy::{FailOn, PolicyArguments};
pub use settings::SettingsArguments;
pub use sources::SourceArguments;

use formats::Form;

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Done, and nothing worth failing for was found.
    #[default]
    Clean,
    /// Done, and something was found.
    Found,
    /// Something could not be done; the rest was.
    Failed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Clean => Self::SUCCESS,
            Outcome::Found => Self::from(1),
            Outcome::Failed => Self::from(2),
        }
    }
}

/// Runs the mode that `arguments` name and writes to standard output; `None` if they name none that is the command line's.
///
/// A reader that closes the pipe ends the run early, and is no error.
pub fn run(arguments: &Arguments) -> Option<Outcome> {
    if arguments.diff {
        return Some(fix::diff(arguments));
    } else if arguments.fix {
        return Some(fix::run(arguments));
    } else if arguments.check {
        return Some(check::run(arguments));
    }
    if arguments.chart {
        return Some(chart::run(arguments));
    }
    let form = match arguments.output.form() {
        Ok(form) => form,
        Err(why) => return Some(complain(why)),
    };
    let mut out = standard_output(arguments);
    let result = if arguments.list {
        list::run(arguments, form, &mut out)
    } else if let Some(query) = &arguments.lookup {
        lookup::run(query, arguments, form, &mut out)
    } else if let Some(rule) = &arguments.explain {
        explain::page(rule, &mut out)
    } else if arguments.rules {
        explain::list(form, &mut out)
    } else if arguments.compat {
        compat::list(form, &mut out)
    } else if let Some(shell) = arguments.completions {
        generate::completions(shell, &mut out)
    } else if arguments.man {
        generate::man(&mut out)
    } else {
        return None;
    };
    Some(ended(result.and_then(|outcome| out.flush().map(|()| outcome))))
}

/// Standard output, coloured or not.
fn standard_output(arguments: &Arguments) -> impl Write {
    let stdout = anstream::AutoStream::new(io::stdout().lock(), arguments.output.color.into());
    io::BufWriter::new(stdout)
}

/// How a run ended whose output was written, or was not.
fn ended(result: io::Result<Outcome>) -> Outcome {
    match result {
        Ok(outcome) => outcome,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Outcome::Clean,
        Err(error) => complain(format_args!("cannot write the output: {error}")),
    }
}

/// Says on standard error what could not be done.
fn complain(what: impl fmt::Display) -> Outcome {
    // Where standard error is closed too there is nobody left to tell.
    let _ = writeln!(anstream::stderr(), "portolan: {}", printable(&what.to_string()));
    Outcome::Failed
}

/// The words of `text` in lines of at most `width` characters, unless a word is longer.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut().filter(|line| line.chars().count() + 1 + word.chars().count() <= width) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}
