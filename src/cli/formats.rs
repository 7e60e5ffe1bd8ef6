//! What the command line says of the output: its form, its place and its colours.

use std::io::{self, Write};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::LazyLock;

use anstream::ColorChoice;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::report;

/// In which form the output is, and where it goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "What to write")]
pub struct OutputArguments {
    /// The form of the output: where GITHUB_ACTIONS is `true`, --check takes github unless told otherwise; --chart knows
    /// text, json, mermaid, dot and svg, the rest text and json
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub output_format: Option<Format>,

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

/// The form of any output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One that reports on findings have; text and json are those of everything else, too.
    Report(OutputFormat),
    /// One that only charts have.
    Drawing(DrawingFormat),
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<Format>> = LazyLock::new(|| {
            let reports = OutputFormat::value_variants().iter().copied().map(Format::Report);
            reports.chain(DrawingFormat::value_variants().iter().copied().map(Format::Drawing)).collect()
        });
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Report(format) => format.to_possible_value(),
            Self::Drawing(format) => format.to_possible_value(),
        }
    }
}

impl Format {
    /// Its name on the command line.
    fn name(self) -> String {
        self.to_possible_value().map(|it| it.get_name().to_owned()).unwrap_or_default()
    }
}

/// A form that only charts have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DrawingFormat {
    /// A chart as a flowchart of Mermaid
    Mermaid,
    /// A chart for Graphviz
    Dot,
    /// A chart as a picture
    Svg,
}

/// The form of a report on findings.
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
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write(self, files: report::Files<'_>, out: &mut dyn Write) -> io::Result<()> {
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

/// The form of what is neither a report nor a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// The form of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartForm {
    /// A table for people.
    Table,
    /// For programs.
    Json,
    /// A drawing.
    Drawing(DrawingFormat),
}

impl OutputArguments {
    /// The form of reports on findings, if one was asked for.
    ///
    /// # Errors
    ///
    /// A form that only charts have was asked for.
    pub fn report(&self) -> Result<Option<OutputFormat>, String> {
        match self.output_format {
            None => Ok(None),
            Some(Format::Report(format)) => Ok(Some(format)),
            Some(format) => Err(format!("--output-format {} is for --chart", format.name())),
        }
    }

    /// The form of a chart.
    ///
    /// # Errors
    ///
    /// A form that charts do not have was asked for.
    pub fn chart(&self) -> Result<ChartForm, String> {
        match self.output_format {
            None | Some(Format::Report(OutputFormat::Text)) => Ok(ChartForm::Table),
            Some(Format::Report(OutputFormat::Json)) => Ok(ChartForm::Json),
            Some(Format::Drawing(format)) => Ok(ChartForm::Drawing(format)),
            Some(other) => Err(format!(
                "--output-format {} is for the findings of --check; --chart knows text, json, mermaid, dot and svg",
                other.name()
            )),
        }
    }

    /// The form of what is neither a report on findings nor a chart.
    ///
    /// # Errors
    ///
    /// A form that only those have was asked for.
    pub fn form(&self) -> Result<Form, String> {
        match self.output_format {
            None | Some(Format::Report(OutputFormat::Text)) => Ok(Form::Text),
            Some(Format::Report(OutputFormat::Json)) => Ok(Form::Json),
            Some(other) => {
                let whose = match other {
                    Format::Report(_) => "the findings of --check",
                    Format::Drawing(_) => "--chart",
                };
                Err(format!("--output-format {} is for {whose}; the rest knows text and json", other.name()))
            }
        }
    }
}

/// A file for a report: its path, behind the name of a format and `=` if it is not the one of standard output.
#[derive(Clone, Debug)]
pub struct OutputFile {
    /// Its format; without one that of standard output.
    pub format: Option<OutputFormat>,
    /// Where it is to be.
    pub path: PathBuf,
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
