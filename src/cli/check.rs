//! `--check`: what is wrong with the ports in files.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::ControlFlow;

use super::baseline::Entry;
use super::outputs::{Feed, Outputs};
use super::place::Source;
use super::policy::{Judged, Policy};
use super::progress::Progress;
use super::walk::{Need, Telling, Walk};
use super::{Arguments, Outcome, complain};
use crate::report::{FileReport, Summary, counted, printable};

/// Checks what `arguments` name and writes the reports.
pub fn run(arguments: &Arguments) -> Outcome {
    report(arguments, |_, _, _| (Mended::default(), Outcome::Clean))
}

/// How much was mended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mended {
    /// How many problems.
    pub problems: usize,
    /// In how many files.
    pub files: usize,
}

/// Reports on what `arguments` name, after `mend` did with it what it had to do.
pub fn report(
    arguments: &Arguments,
    mend: impl FnOnce(&Policy<'_>, &Walk<'_>, &Progress) -> (Mended, Outcome),
) -> Outcome {
    let policy = match Policy::new(&arguments.policy) {
        Ok(policy) => policy,
        Err(outcome) => return outcome,
    };
    let progress = Progress::new();
    let mut tally = Tally::default();
    if arguments.policy.write_baseline {
        let walk = Walk::new(arguments, &progress);
        let outcome = tally.fill(&walk, &policy, &progress, |_| ControlFlow::Continue(()));
        return outcome.max(tally.renew(&policy));
    }
    let outputs = match Outputs::open(arguments, &progress) {
        Ok(outputs) => outputs,
        Err(outcome) => return outcome,
    };
    let policy = policy.with_drawing(outputs.drawing());
    let has_readers = outputs.are_for_people();
    let mut outcome = Outcome::Clean;
    let written = outputs.write(|feed: &mut Feed<'_, '_>| {
        let walk = Walk::new(arguments, &progress);
        (tally.mended, outcome) = mend(&policy, &walk, &progress);
        outcome = outcome.max(tally.fill(&walk, &policy, &progress, |report| feed.take(report)));
        let said = tally.said(&policy, &mut outcome);
        let complaint = policy.complaint(&tally.summary);
        if !has_readers {
            said.iter().chain(&complaint).for_each(|said| tell(said));
            return Vec::new();
        }
        let summary = [tally.summary.to_string()].into_iter().chain(tally.summary.fixes());
        said.into_iter().chain(summary).chain(complaint).collect()
    });
    outcome.max(written).max(policy.outcome(&tally.summary))
}

/// What is counted over a run.
#[derive(Default)]
struct Tally {
    summary: Summary,
    mended: Mended,
    /// What the baseline holds and is not found any more in the files that were read.
    gone: Vec<Entry>,
    /// What is found in each file, for a baseline that is to be written.
    found: BTreeMap<String, Vec<Entry>>,
}

impl Tally {
    /// Judges what `walk` comes to, counts, and hands on the reports.
    fn fill(
        &mut self,
        walk: &Walk<'_>,
        policy: &Policy<'_>,
        progress: &Progress,
        mut hand_on: impl FnMut(FileReport) -> ControlFlow<()>,
    ) -> Outcome {
        let judge = |source: &Source<'_>| policy.judge(source);
        walk.visit(Need::Findings, Telling::Aloud, progress, judge, |Judged { report, gone }| {
            self.summary += report.summary();
            self.gone.extend(gone);
            if let Some(baseline) = policy.baseline().filter(|_| policy.writes_baseline()) {
                self.found.insert(baseline.key(&report.path), baseline.entries(&report));
            }
            hand_on(report)
        })
    }

    /// What was done beside the report.
    fn said(&mut self, policy: &Policy<'_>, outcome: &mut Outcome) -> Vec<String> {
        let mut said = Vec::new();
        let Mended { problems, files } = self.mended;
        if files > 0 {
            said.push(format!("Fixed {} in {}", counted(problems, "problem"), counted(files, "file")));
        }
        let Some(baseline) = policy.baseline() else { return said };
        self.gone.extend(baseline.of_lost_files().cloned());
        let count = self.gone.len();
        if count == 0 {
            return said;
        }
        let (findings, path) = (counted(count, "finding"), printable(&baseline.path().to_string_lossy()));
        let are = if count == 1 { "is" } else { "are" };
        if !policy.prunes() {
            said.push(format!(
                "{findings} of {path} {are} not found any more; --prune-baseline takes them out"
            ));
            return said;
        }
        match baseline.prune(&self.gone) {
            Ok(()) => said.push(format!("{findings} {are} not found any more and taken out of {path}")),
            Err(why) => *outcome = complain(why),
        }
        said
    }

    /// Writes the baseline anew.
    fn renew(self, policy: &Policy<'_>) -> Outcome {
        let Some(baseline) = policy.baseline() else { return Outcome::Clean };
        match baseline.renew(self.found) {
            Ok(count) => {
                // If nobody reads what was done, it is done all the same.
                let path = printable(&baseline.path().to_string_lossy());
                let _ = writeln!(io::stdout(), "{path} holds {}", counted(count, "finding"));
                Outcome::Clean
            }
            Err(why) => complain(why),
        }
    }
}

/// Says on standard error what was done.
pub fn tell(what: &str) {
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "{}", printable(what));
}
