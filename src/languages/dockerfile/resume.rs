//! A Dockerfile that is much like the one before it: the reading is taken up before what changed, and broken off where it comes
//! to what the reading before has found already.
//!
//! Between two instructions the reader knows nothing but what [`Mark`] counts. Where two readings stand between the same
//! instructions and go by the same, they find the same behind that, if only further on or back in the text. Whether they go by
//! the same is told by the instructions between: none that says anything to those behind it, as `FROM`, `ENV`, `ARG`, `WORKDIR`
//! and `USER` do, may be among them, neither before nor now. Else the reading goes on to the end.

use std::sync::Arc;

use foldhash::HashMap;

use super::instructions::Instructions;
use super::variables;
use super::{Said, Scanner, is_excused};
use crate::languages::change::Change;
use crate::languages::environment::NOTHING;
use crate::languages::joining::{Aim, Counts, count};
use crate::languages::{Breakage, Instruction, Scan, Setting};
use crate::text::Span;

/// A text, and what was found in it.
#[derive(Clone, Debug)]
pub struct Before {
    pub text: Arc<str>,
    pub scan: Arc<Scan>,
    /// What is broken, whether that is told of or not.
    breakages: Vec<Breakage>,
    /// The places between its instructions, in order: behind each of them.
    marks: Vec<Mark>,
    said: Said,
    variables: variables::Said,
    /// How many bytes came out of variables.
    taken: usize,
}

/// A place between two instructions, and how much was found and said up to there.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    /// The first byte behind it: the start of a line, or the end of the text.
    at: usize,
    counts: Counts,
    /// How many instructions of the stage are kept.
    instructions: u32,
    /// Where the stage ends that is being read.
    end: usize,
    said: Extent,
    is_broken: bool,
    /// How many bytes came out of variables.
    taken: usize,
}

/// How much was said up to a place that instructions behind it hear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Extent {
    variables: variables::Extent,
    names: u32,
    workdirs: u32,
    users: u32,
    has_stray: bool,
    /// Whether the escape character is another than the usual one.
    has_own_escape: bool,
}

/// As [`scan`](super::scan), by what is remembered of a text `before`; remembers this one instead, if it can.
pub fn scan_after(text: &Arc<str>, before: Option<Before>) -> (Arc<Scan>, Option<Before>) {
    before.map_or_else(|| Reader::new(text), |before| Reader::resume(text, before)).read(text)
}

/// A reader that leaves marks.
struct Reader<'t> {
    scanner: Scanner<'t>,
    instructions: Instructions<'t>,
    marks: Vec<Mark>,
    rest: Option<Rest>,
}

/// What stood in the text before behind the place at which the reading is taken up.
struct Rest {
    change: Change,
    /// That place.
    from: Mark,
    /// It and the places behind it, unless it is the start of the text.
    marks: Vec<Mark>,
    /// The first of them that may be met yet.
    next: usize,
    scan: Scan,
    /// Of the stage that the place stands in, the instructions behind it, its end and its user.
    instructions: Vec<Instruction>,
    end: usize,
    user: Option<Setting>,
    said: Said,
    variables: variables::Said,
    /// How many bytes came out of variables in all.
    taken: usize,
}

impl<'t> Reader<'t> {
    /// A reader of a text of which nothing is known.
    fn new(text: &'t str) -> Self {
        Self {
            scanner: Scanner::new(text, &NOTHING),
            instructions: Instructions::new(text),
            marks: Vec::new(),
            rest: None,
        }
    }

    /// A reader that stands where `text` goes on to be the text `before`.
    fn resume(text: &'t str, before: Before) -> Self {
        let Before { text: old, scan, breakages, mut marks, mut said, mut variables, taken } = before;
        let change = Change::between(&old, text);
        let start = change.before.start;
        // A line that ends with `\r` asks whether a `\n` follows, and the last instruction whether there is another line.
        let ends_line = start < old.len() && start > 0 && old.as_bytes()[start - 1] == b'\n';
        let is_kept = |mark: &Mark| mark.at < start || mark.at == start && ends_line;
        // What is put in at that place may leave all that is behind it as it was.
        let kept = marks.partition_point(is_kept);
        let behind = marks.split_off(kept.saturating_sub(1));
        let from = behind.first().copied().filter(|_| kept > 0);
        marks.extend(from);
        let from = from.unwrap_or_default();

        let mut scan = Arc::try_unwrap(scan).unwrap_or_else(|shared| Scan::clone(&shared));
        scan.breakages = breakages;
        let mut rest = Rest {
            change,
            from,
            marks: behind,
            next: 0,
            scan: scan.cut(from.counts),
            instructions: Vec::new(),
            end: 0,
            user: None,
            said: said.cut(from.said),
            variables: variables.cut(from.said.variables),
            taken,
        };
        if let Some(stage) = scan.stages.last_mut() {
            let scope = &mut scan.scopes[stage.scope];
            rest.instructions = stage.instructions.split_off(from.instructions as usize);
            rest.end = std::mem::replace(&mut scope.extent.end, from.end);
            rest.user = std::mem::replace(&mut scope.user, said.users.last().cloned().flatten());
        }
        let instructions = if marks.is_empty() {
            Instructions::new(text)
        } else {
            let escape = if from.said.has_own_escape { '`' } else { '\\' };
            Instructions::resume(text, from.at, escape)
        };
        let mut scanner = Scanner::new(text, &NOTHING).resume(scan, said, from.is_broken);
        let bases = scanner.scan.stages.iter().map(|stage| stage.base);
        scanner.variables = scanner.variables.resume(variables, bases, from.taken);
        Self { scanner, instructions, marks, rest: Some(rest) }
    }

    /// Reads on, to the end or to where the rest is known.
    fn read(mut self, text: &Arc<str>) -> (Arc<Scan>, Option<Before>) {
        while let Some(instruction) = self.instructions.next() {
            self.scanner.read(&instruction);
            let mark = Mark::of(&self.scanner, &self.instructions);
            self.marks.push(mark);
            if let Some(rest) = self.rest.take_if(|rest| rest.is_met(&mark, text)) {
                self.join(rest, mark);
                break;
            }
        }
        let Scanner { mut scan, said, variables, .. } = self.scanner;
        let breakages = scan.breakages.clone();
        if is_excused(text, &scan) {
            scan.breakages.clear();
        }
        let is_sorted = scan.is_sorted();
        scan.sort();
        scan.shrink();
        let (text, scan, marks) = (Arc::clone(text), Arc::new(scan), self.marks);
        // What is not in the order in which it was read has no marks.
        let taken = variables.taken().filter(|_| is_sorted);
        let variables = variables.into_said();
        let before =
            |taken| Before { text, scan: Arc::clone(&scan), breakages, marks, said, variables, taken };
        let before = taken.map(before);
        (scan, before)
    }

    /// Takes over the `rest`, which was met at the place `now`.
    fn join(&mut self, mut rest: Rest, now: Mark) {
        let (then, from, change) = (rest.marks[rest.next], rest.from, rest.change);
        let span = &mut |span: &mut Span| {
            if span.start >= then.at {
                *span = Span::new(change.now(span.start), change.now(span.end));
            }
        };
        let index = &mut |aim: Aim, index: &mut usize| {
            if *index >= then.counts.of_aim(aim) {
                *index = *index + now.counts.of_aim(aim) - then.counts.of_aim(aim);
            }
        };
        let scan = &mut self.scanner.scan;
        if let Some(stage) = scan.stages.last_mut() {
            let scope = &mut scan.scopes[stage.scope];
            let read = (then.instructions - from.instructions) as usize;
            let behind = rest.instructions.iter_mut().skip(read);
            stage.instructions.extend(behind.map(|instruction| {
                span(&mut instruction.span);
                *instruction
            }));
            if rest.end > then.end {
                scope.extent.end = change.now(rest.end);
            }
            scope.user = rest.user.take();
            scope.user.iter_mut().for_each(|user| span(&mut user.span));
        }
        rest.scan.for_each_span(span);
        rest.scan.for_each_index(index);
        scan.append(rest.scan, then.counts.moved(from.counts, Counts::NONE));

        rest.said.for_each_span(span);
        self.scanner.said.append(rest.said);
        rest.variables.for_each_span(span);
        let scopes = rest.variables.ports_mut().filter_map(|port| port.scope.as_mut());
        scopes.for_each(|scope| index(Aim::Scopes, scope));
        self.scanner.variables.append(rest.variables, rest.taken - then.taken);

        let behind = rest.marks[rest.next + 1..].iter();
        self.marks.extend(behind.map(|mark| {
            let is_same_stage = mark.counts.stages == then.counts.stages;
            let instructions = mark.instructions;
            Mark {
                at: change.now(mark.at),
                counts: mark.counts.moved(then.counts, now.counts),
                instructions: if is_same_stage {
                    instructions + now.instructions - then.instructions
                } else {
                    instructions
                },
                end: if mark.end >= then.at { change.now(mark.end) } else { mark.end },
                taken: mark.taken + now.taken - then.taken,
                ..*mark
            }
        }));
    }
}

impl Rest {
    /// Whether the reading of `text`, which stands at the place `now`, would go on to find what the rest holds.
    fn is_met(&mut self, now: &Mark, text: &str) -> bool {
        let change = self.change;
        let is_before = |mark: &&Mark| mark.at < change.before.end || change.now(mark.at) < now.at;
        self.next += self.marks[self.next..].iter().take_while(is_before).count();
        let Some(then) = self.marks.get(self.next) else { return false };
        let taken = now.taken + self.taken - then.taken;
        change.now(then.at) == now.at
            && then.said == self.from.said
            && now.said == self.from.said
            && then.is_broken == now.is_broken
            && taken <= variables::allowance(text.len())
    }
}

impl Mark {
    /// The place at which the reader is.
    fn of(scanner: &Scanner<'_>, instructions: &Instructions<'_>) -> Self {
        let Scanner { scan, said, variables, .. } = scanner;
        let end = scanner.scope.map_or(0, |scope| scan.scopes[scope].extent.end);
        Self {
            at: instructions.at(),
            counts: Counts::of(scan),
            instructions: scan.stages.last().map_or(0, |stage| count(&stage.instructions)),
            end,
            said: Extent {
                variables: variables.extent(),
                names: count(&said.names),
                workdirs: count(&said.workdirs),
                users: count(&said.users),
                has_stray: said.stray.is_some(),
                has_own_escape: instructions.escape() != '\\',
            },
            is_broken: scanner.is_broken,
            taken: variables.taken().unwrap_or_default(),
        }
    }
}

impl Scanner<'_> {
    /// The scanner where `scan` was found and that was `said`.
    fn resume(self, scan: Scan, said: Said, is_broken: bool) -> Self {
        let scopes: Vec<usize> = scan.stages.iter().map(|stage| stage.scope).collect();
        let mut workdirs = vec![None; scopes.len()];
        for (stage, workdir) in &said.workdirs {
            workdirs[*stage] = workdir.clone();
        }
        let stages: HashMap<_, _> = said.names.iter().cloned().collect();
        Self { scope: scopes.last().copied(), stages, scopes, workdirs, scan, said, is_broken, ..self }
    }
}

impl Said {
    /// Cuts off what was said behind the place up to which `extent` was said, and gives that.
    fn cut(&mut self, extent: Extent) -> Self {
        Self {
            names: self.names.split_off(extent.names as usize),
            workdirs: self.workdirs.split_off(extent.workdirs as usize),
            users: self.users.split_off(extent.users as usize),
            stray: self.stray.take_if(|_| !extent.has_stray),
        }
    }

    /// Takes over what was said behind it.
    fn append(&mut self, mut behind: Self) {
        self.names.append(&mut behind.names);
        self.workdirs.append(&mut behind.workdirs);
        self.users.append(&mut behind.users);
        self.stray = self.stray.take().or(behind.stray);
    }

    /// Shows each place in it to `change`, which may move it.
    fn for_each_span(&mut self, change: &mut impl FnMut(&mut Span)) {
        self.users.iter_mut().flatten().for_each(|user| change(&mut user.span));
        self.stray.iter_mut().for_each(|stray| change(&mut stray.span));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many instructions are read when one text has become another.
    fn read(before: &str, now: &str) -> usize {
        let before = scan_after(&Arc::from(before), None).1.expect("it is in order");
        let mut reader = Reader::resume(now, before);
        let mut count = 0;
        while let Some(instruction) = reader.instructions.next() {
            reader.scanner.read(&instruction);
            count += 1;
            let mark = Mark::of(&reader.scanner, &reader.instructions);
            if reader.rest.as_mut().is_some_and(|rest| rest.is_met(&mark, now)) {
                break;
            }
        }
        count
    }

    #[test]
    fn what_nobody_hears_is_read_alone() {
        let text = "FROM a\nENV PORT=80\nEXPOSE $PORT\nRUN b\nUSER c\nFROM d\nCMD e\n";
        for (from, to, expected) in [
            ("$PORT", "$PORT 81", 1),
            ("RUN b", "RUN bc", 1),
            ("RUN b\n", "RUN b\nEXPOSE 82\n", 1),
            ("RUN b", "RUN b \\", 3),
            ("T=80", "T=8080", 6),
            ("USER c", "USER cd", 3),
            ("CMD e", "CMD ef", 1),
            ("RUN b", "RU b", 4),
        ] {
            assert_eq!(read(text, &text.replacen(from, to, 1)), expected, "{from:?} -> {to:?}");
        }
    }
}
