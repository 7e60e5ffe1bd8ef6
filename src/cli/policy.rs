//! What a check fails for: which findings count, and how many of them are too many.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::baseline::{Baseline, Entry};
use super::diff_base::ChangedLines;
use super::names::named_beside;
use super::place::Source;
use super::{Outcome, complain};
use crate::finding::{Finding, Severity};
use crate::lint::Linted;
use crate::report::{Drawing, FileReport, Summary, Why};

/// Which findings count.
#[derive(Debug, Args)]
#[command(next_help_heading = "What to fail for")]
pub struct PolicyArguments {
    /// The mildest findings for which the exit code is 1; with `hint`, hints are reported too
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = FailOn::Warning, requires = "check")]
    pub fail_on: FailOn,

    /// Fail for warnings only if there are more than this many
    #[arg(long, value_name = "NUMBER", requires = "check", conflicts_with = "diff")]
    pub max_warnings: Option<usize>,

    /// Exit with 0 whatever is found; what could not be done still gives 2
    #[arg(long, requires = "check")]
    pub exit_zero: bool,

    /// Report only what is not in this file, which --write-baseline writes; a finding is known again after the lines around
    /// it have moved
    #[arg(long, value_name = "FILE", requires = "check", conflicts_with = "diff")]
    pub baseline: Option<PathBuf>,

    /// Write everything that is found now to the file of --baseline, in place of a report
    #[arg(long, requires = "baseline", conflicts_with_all = ["fix", "output_file", "diff_base", "statistics"])]
    pub write_baseline: bool,

    /// Take out of the file of --baseline what is not found any more
    #[arg(long, requires = "baseline", conflicts_with_all = ["write_baseline", "diff_base"])]
    pub prune_baseline: bool,

    /// Report only what stands on lines that were changed since this revision or on the way from it, by what git says: a
    /// branch, a tag or a commit
    #[arg(long, value_name = "REVISION", requires = "check", conflicts_with_all = ["fix", "diff"])]
    pub diff_base: Option<String>,
}

/// The mildest findings that make a check fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors alone.
    Error,
    /// Errors and warnings.
    Warning,
    /// All but hints.
    Info,
    /// Everything.
    Hint,
    /// Nothing.
    Never,
}

impl FailOn {
    const fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::Hint => Some(Severity::Hint),
            Self::Never => None,
        }
    }
}

/// What counts in a run, as everything that it hangs on was read.
pub struct Policy<'a> {
    arguments: &'a PolicyArguments,
    drawing: Drawing,
    baseline: Option<Baseline>,
    changed: Option<ChangedLines>,
}

/// What became of one file under a policy.
pub struct Judged {
    /// What is to be said of it.
    pub report: FileReport,
    /// What the baseline says of it and is not found any more.
    pub gone: Vec<Entry>,
}

impl<'a> Policy<'a> {
    /// What `arguments` ask for.
    ///
    /// # Errors
    ///
    /// The baseline or the difference could not be had, which is told.
    pub fn new(arguments: &'a PolicyArguments) -> Result<Self, Outcome> {
        let baseline =
            arguments.baseline.as_deref().map(|path| Baseline::read(path, arguments.write_baseline));
        let changed = arguments.diff_base.as_deref().map(ChangedLines::since);
        Ok(Self {
            arguments,
            drawing: Drawing::None,
            baseline: baseline.transpose().map_err(complain)?,
            changed: changed.transpose().map_err(complain)?,
        })
    }

    /// The same, with findings that are drawn like that.
    pub fn with_drawing(self, drawing: Drawing) -> Self {
        Self { drawing, ..self }
    }

    /// The baseline, if there is one.
    pub const fn baseline(&self) -> Option<&Baseline> {
        self.baseline.as_ref()
    }

    /// Whether what is found is to be written to the baseline, in place of a report.
    pub const fn writes_baseline(&self) -> bool {
        self.arguments.write_baseline
    }

    /// Whether what is gone is to be taken out of the baseline.
    pub const fn prunes(&self) -> bool {
        self.arguments.prune_baseline
    }

    /// What is found in `source` and can be reported; hints are only where they count.
    pub fn findings(&self, source: &Source<'_>) -> Vec<Finding> {
        let mut findings = source.linted().findings;
        findings.retain(|finding| self.shows(finding.severity));
        findings
    }

    /// What is to be said of `source`.
    pub fn judge(&self, source: &Source<'_>) -> Judged {
        // What is said of a file may be about a change in one beside it.
        let is_untouched = |changed: &ChangedLines| {
            !changed.holds(source.path) && !source.stacks.has_neighbours(source.path)
        };
        if self.changed.as_ref().is_some_and(is_untouched) {
            let report = FileReport { path: source.path.to_owned(), ..FileReport::default() };
            return Judged { report, gone: Vec::new() };
        }
        let Linted { mut findings, suppressed } = source.linted();
        if self.baseline.is_none() {
            findings.retain(|finding| self.shows(finding.severity));
        }
        let suppressed: Vec<_> = suppressed.into_iter().map(|it| (it.finding, it.reason)).collect();
        let named = |other: &Path| named_beside(source.path, other);
        let mut report =
            FileReport::new(source.path, source.text, &findings, &suppressed, self.drawing, &named);
        if let Some(changed) = &self.changed {
            report.findings.retain(|finding| changed.touch(source.path, finding));
            report.held_back.retain(|held| changed.touch(source.path, &held.finding));
        }
        let mut gone = Vec::new();
        if let Some(baseline) = &self.baseline {
            let known = baseline.of_file(source.path);
            if self.changed.is_none() {
                gone = known.gone(&report.findings);
                gone.retain(|entry| entry.could_be_found(source.settings));
            }
            report.findings.retain(|finding| self.shows(finding.severity));
            report.hold_back(|finding| known.holds(finding).then_some(Why::Baseline));
        }
        report.held_back.retain(|held| self.shows(held.finding.severity));
        Judged { report, gone }
    }

    fn shows(&self, severity: Severity) -> bool {
        severity < Severity::Hint || self.arguments.fail_on == FailOn::Hint
    }

    /// That there are more warnings than can be borne, if there are.
    pub fn complaint(&self, summary: &Summary) -> Option<String> {
        let most = self.arguments.max_warnings.filter(|most| summary.warnings > *most)?;
        Some(format!("more warnings than --max-warnings {most}"))
    }

    /// Whether the run is to fail for what was found.
    pub fn outcome(&self, summary: &Summary) -> Outcome {
        let own = self.arguments;
        let Some(severity) = own.fail_on.severity().filter(|_| !own.exit_zero && !own.write_baseline) else {
            return Outcome::Clean;
        };
        let counted = summary.at_least(severity);
        let fails = match own.max_warnings {
            Some(most) if severity >= Severity::Warning => {
                counted > summary.warnings || summary.warnings > most
            }
            Some(most) => counted > 0 || summary.warnings > most,
            None => counted > 0,
        };
        if fails { Outcome::Found } else { Outcome::Clean }
    }
}
