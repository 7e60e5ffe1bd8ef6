//! `--check`: what is wrong with the ports in files.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::ControlFlow;

use super::baseline::Entry;
use super::outputs::{Feed, Outputs};
use super::policy::{Judged, Policy};
use super::progress::Progress;
use super::walk::{self, Source};
use super::{Arguments, Outcome, complain};
use crate::report::{FileReport, Summary, counted};

/// Checks what `arguments` name and writes the reports.
pub fn run(arguments: &Arguments) -> Outcome {
    report(arguments, |policy, source| policy.judge(source), |_, judged| judged)
}

/// Reports on what `arguments` name: `visit` is called for every file on several threads, then `settle` for what it gave,
/// one file after the other.
pub fn report<T: Send>(
    arguments: &Arguments,
    visit: impl Fn(&Policy<'_>, &Source<'_>) -> T + Sync,
    settle: impl FnMut(&Policy<'_>, T) -> Judged,
) -> Outcome {
    let policy = match Policy::new(&arguments.policy) {
        Ok(policy) => policy,
        Err(outcome) => return outcome,
    };
    let progress = Progress::new();
    let mut tally = Tally::default();
    if arguments.policy.write_baseline {
        let hand_on = |_| ControlFlow::Continue(());
        let outcome = tally.fill(arguments, &policy, &progress, (visit, settle), hand_on);
        return outcome.max(tally.renew(&policy));
    }
    let outputs = match Outputs::open(arguments, &progress) {
        Ok(outputs) => outputs,
        Err(outcome) => return outcome,
    };
    let policy = policy.with_drawing(outputs.drawing());
    let has_readers = outputs.are_for_people();
    let mut outcome = Outcome::Clean;
    let written = outputs.write(|feed: &mut Feed| {
        outcome = tally.fill(arguments, &policy, &progress, (visit, settle), |report| feed.take(report));
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
    /// How many problems were mended in how many files.
    mended: (usize, usize),
    /// What the baseline holds and is not found any more in the files that were read.
    gone: Vec<Entry>,
    /// What is found in each file, for a baseline that is to be written.
    found: BTreeMap<String, Vec<Entry>>,
}

impl Tally {
    /// Reads what `arguments` name, counts, and hands on the reports.
    fn fill<T: Send>(
        &mut self,
        arguments: &Arguments,
        policy: &Policy<'_>,
        progress: &Progress,
        (visit, mut settle): (
            impl Fn(&Policy<'_>, &Source<'_>) -> T + Sync,
            impl FnMut(&Policy<'_>, T) -> Judged,
        ),
        mut hand_on: impl FnMut(FileReport) -> ControlFlow<()>,
    ) -> Outcome {
        let mut outcome = Outcome::Clean;
        let visit = |source: &Source<'_>| visit(policy, source);
        let walked = walk::visit(arguments, progress, visit, |visited| {
            let Judged { report, gone, mended, outcome: own } = settle(policy, visited);
            outcome = outcome.max(own);
            self.summary += report.summary();
            self.mended.0 += mended;
            self.mended.1 += usize::from(mended > 0);
            self.gone.extend(gone);
            if let Some(baseline) = policy.baseline().filter(|_| arguments.policy.write_baseline) {
                self.found.insert(baseline.key(&report.path), baseline.entries(&report));
            }
            // Where nobody reads the report on, there are still files to mend.
            let flow = hand_on(report);
            if arguments.fix { ControlFlow::Continue(()) } else { flow }
        });
        outcome.max(walked)
    }

    /// What was done beside the report.
    fn said(&mut self, policy: &Policy<'_>, outcome: &mut Outcome) -> Vec<String> {
        let mut said = Vec::new();
        let (problems, files) = self.mended;
        if files > 0 {
            said.push(format!("Fixed {} in {}", counted(problems, "problem"), counted(files, "file")));
        }
        let Some(baseline) = policy.baseline() else { return said };
        self.gone.extend(baseline.of_lost_files().cloned());
        let count = self.gone.len();
        if count == 0 {
            return said;
        }
        let (findings, path) = (counted(count, "finding"), baseline.path().display());
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
                let path = baseline.path().display();
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
    let _ = writeln!(anstream::stderr(), "{what}");
}
