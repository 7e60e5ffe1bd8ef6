//! The comments in Dockerfiles that speak to other linters.

use foldhash::{HashMap, HashMapExt};

use super::order::{Extent, checkov, directive, hadolint, skipped, tally, trivy};
use super::{Silences, is_within};
use crate::languages::{Scan, ScopeKind};
use crate::rules::Tool;
use crate::suppress::comment::{BLANKS, line_at, line_end_behind, reach};
use crate::text::Span;

/// Reads the Dockerfiles of a text, line by line.
pub struct Dockerfiles<'t, 's> {
    text: &'t str,
    scan: &'s Scan,
    /// For a tool whose comments may stand above each other: where the search for the instruction below the last one
    /// ended, and what it found. Those up to there speak of the same.
    below: HashMap<Tool, (usize, Option<Span>)>,
    /// Whether only parser directives were read so far, so that the next line can be one.
    in_head: bool,
    /// Where the stages start, at their names or at `FROM`.
    stages: Vec<usize>,
    /// The first of the silences from the last comment for a stage.
    staged: Option<usize>,
}

impl<'t, 's> Dockerfiles<'t, 's> {
    /// Nothing of `text` is read yet.
    pub fn new(text: &'t str, scan: &'s Scan) -> Self {
        Self { text, scan, below: HashMap::new(), in_head: false, stages: stages(scan), staged: None }
    }

    /// Reads a `line` of a Dockerfile, which fills the bytes `around` it; the first of its own that is not blank is `body`.
    pub fn read(&mut self, line: Span, body: usize, around: Span, silences: &mut Silences<'t>) {
        let Some(said) = Span::new(body, line.end).of(self.text).strip_prefix('#') else {
            self.in_head = false;
            return;
        };
        let directive = directive(said).filter(|_| self.in_head || line.start <= around.start);
        self.in_head = directive.is_some();
        if let Some((_, value)) = directive.filter(|(name, _)| name.eq_ignore_ascii_case("check")) {
            for names in skipped(value) {
                silences.add(Tool::BuildKit, Some(around), names, None);
            }
        }
        if is_within(body, &self.scan.heredocs, around) {
            return;
        }
        if let Some((names, reason)) = checkov(said) {
            silences.add(Tool::Checkov, Some(around), names, reason);
        }
        // The others take no comment between the lines of an instruction for theirs.
        if is_within(body, &self.scan.stretches, around) {
            return;
        }
        for (tool, order) in [(Tool::Hadolint, hadolint(said)), (Tool::Tally, tally(said))] {
            let Some((extent, names, reason)) = order else { continue };
            let target = match extent {
                Extent::Instruction => self.instruction_below(tool, line.end),
                Extent::Stage => Some(self.rest_of_stage(line.end, around, silences)),
                Extent::File => Some(around),
            };
            let first = silences.len();
            silences.add(tool, target, names, reason);
            if extent == Extent::Stage {
                self.staged = (first < silences.len()).then_some(first);
            }
        }
        for names in trivy(said) {
            let target = self.instruction_below(Tool::Trivy, line.end);
            silences.add(Tool::Trivy, target, names, None);
        }
    }

    /// The instruction right below a comment of `tool`, whose line ends at byte `end`.
    fn instruction_below(&mut self, tool: Tool, end: usize) -> Option<Span> {
        if let Some((_, found)) = self.below.get(&tool).filter(|(until, _)| end < *until) {
            return *found;
        }
        let is_passed = |comment: &str| match tool {
            Tool::Tally => true,
            Tool::Trivy => trivy(comment).next().is_some(),
            _ => false,
        };
        let mut end = end;
        let found = loop {
            let line = line_at(self.text, line_end_behind(self.text, end));
            let body = line.of(self.text).trim_start_matches(BLANKS);
            match body.strip_prefix('#') {
                Some(comment) if line.end > end && is_passed(comment) => end = line.end,
                Some(_) => break None,
                None => break (!body.is_empty()).then(|| reach(line, self.scan)),
            }
        };
        self.below.insert(tool, (end, found));
        found
    }

    /// What a comment for a stage speaks of, whose line ends at byte `end`: what stands below the line below it, up to the
    /// next `FROM`. The last such comment before it has no say there any more.
    fn rest_of_stage(&mut self, end: usize, around: Span, silences: &mut Silences<'t>) -> Span {
        let below = reach(line_at(self.text, line_end_behind(self.text, end)), self.scan);
        if let Some(last) = self.staged.take() {
            silences.end(last, below.end);
        }
        let next = self.stages.partition_point(|stage| *stage <= below.end);
        let next = self.stages.get(next).map(|next| line_at(self.text, *next).start.saturating_sub(1));
        let start = line_end_behind(self.text, below.end);
        Span::new(start, next.map_or(around.end, |next| next.min(around.end)).max(start))
    }
}

/// Where the stages of Dockerfiles start, in the order of the file.
fn stages(scan: &Scan) -> Vec<usize> {
    let stages = scan.scopes.iter().filter(|scope| scope.kind == ScopeKind::Stage);
    let mut starts: Vec<usize> = stages.map(|stage| stage.span.start).collect();
    starts.sort_unstable();
    starts
}
