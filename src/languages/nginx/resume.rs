//! nginx configuration that is much like the one before it: the reading is taken up before what changed, and broken off where it
//! comes to what the reading before has found already.
//!
//! Between two statements the reader knows which blocks are open, and a few things of each of them. Where two readings stand
//! between the same statements and know the same, they find the same behind that, if only further on or back in the text.

use std::sync::Arc;

use smol_str::SmolStr;

use super::statement::Statements;
use super::trail::{EVER, Trail};
use super::{Block, Reading};
use crate::languages::change::Change;
use crate::languages::joining::{Aim, Counts};
use crate::languages::{Breakage, Module, Scan, Scope, ScopeKind};
use crate::text::Span;

/// A text, and what was found in it.
#[derive(Clone, Debug)]
pub struct Before {
    pub text: Arc<str>,
    pub scan: Arc<Scan>,
    /// What is broken between its statements, whether that is told of or not.
    breakages: Vec<Breakage>,
    /// The places of the quotes that nothing closes.
    quotes: Vec<Span>,
    lua_is_broken: bool,
    /// The places between its statements, in order: behind each of them.
    marks: Vec<Mark>,
    trail: Trail,
}

/// A place between two statements, and how much was found up to there.
#[derive(Clone, Copy, Debug)]
struct Mark {
    /// The first byte behind it.
    at: usize,
    /// The first byte that the statement before it has not asked for.
    seen: usize,
    counts: Counts,
    /// How many quotes are never closed.
    quotes: usize,
    /// How many blocks have opened.
    blocks: usize,
    /// The number of the innermost block that is open.
    innermost: Option<usize>,
    lua_is_broken: bool,
}

/// As [`scan`](super::scan), by what is remembered of a text `before`; remembers this one instead, if it can.
pub fn scan_after(text: &Arc<str>, before: Option<Before>) -> (Arc<Scan>, Option<Before>) {
    before.map_or_else(|| Reader::new(text), |before| Reader::resume(text, before)).read(text)
}

/// A reader that leaves marks.
struct Reader<'t> {
    reading: Reading<'t>,
    statements: Statements<'t>,
    marks: Vec<Mark>,
    rest: Option<Rest>,
}

/// What stood in the text before behind the place at which the reading is taken up.
struct Rest {
    text: Arc<str>,
    change: Change,
    /// That place.
    from: Mark,
    /// It and the places behind it, unless it is the start of the text.
    marks: Vec<Mark>,
    /// The first of them that may be met yet.
    next: usize,
    /// How many open blocks may still be compared.
    allowance: usize,
    scan: Scan,
    /// The scopes that are open at that place, as they were at the end, each with its index.
    scopes: Vec<(usize, Scope)>,
    /// All quotes.
    quotes: Vec<Span>,
    lua_is_broken: bool,
    /// The whole trail.
    trail: Trail,
}

impl<'t> Reader<'t> {
    /// A reader of a text of which nothing is known.
    fn new(text: &'t str) -> Self {
        let (reading, statements) = (Reading::new(text), Statements::new(text));
        Self { reading, statements, marks: Vec::new(), rest: None }
    }

    /// A reader that stands where `text` goes on to be the text `before`.
    fn resume(text: &'t str, before: Before) -> Self {
        let Before { text: old, scan, breakages, quotes, lua_is_broken, mut marks, trail } = before;
        let change = Change::between(&old, text);
        let kept = marks.iter().take_while(|mark| mark.seen <= change.before.start).count();
        // What is put in at that place may leave all that is behind it as it was.
        let behind = marks.split_off(kept.saturating_sub(1));
        let from = behind.first().copied().filter(|_| kept > 0);
        marks.extend(from);
        let from = from.unwrap_or(Mark::START);

        let mut scan = Arc::try_unwrap(scan).unwrap_or_else(|shared| Scan::clone(&shared));
        scan.breakages = breakages;
        let mut rest = Rest {
            text: old,
            change,
            from,
            marks: behind,
            next: 0,
            allowance: text.len(),
            scan: scan.cut(from.counts),
            scopes: Vec::new(),
            quotes,
            lua_is_broken,
            trail,
        };
        let mut reading = Reading::new(text);
        reading.blocks = rest.trail.open(from.innermost, from.at).collect();
        reading.blocks.reverse();
        reading.trail = rest.trail.until(from.at, from.blocks, scan.scopes.len(), scan.sections.len());
        for scope in reading.blocks.iter().filter_map(|block| block.scope) {
            if rest.scopes.last().is_none_or(|(last, _)| *last != scope) {
                rest.scopes.push((scope, scan.scopes[scope].clone()));
                rest.trail.forget(scope, &mut scan.scopes[scope], from.at);
            }
        }
        for (index, section) in scan.sections.iter_mut().enumerate() {
            section.is_templated = rest.trail.is_templated(index, from.at);
        }
        reading.scan = scan;
        let open_quotes = rest.quotes[..from.quotes].to_vec();
        let statements = Statements::resume(text, from.at, open_quotes);
        Self { reading, statements, marks, rest: Some(rest) }
    }

    /// Reads on, to the end or to where the rest is known.
    fn read(mut self, text: &Arc<str>) -> (Arc<Scan>, Option<Before>) {
        while self.reading.step(&mut self.statements) {
            let mark = Mark::of(&self.reading, &mut self.statements);
            self.marks.push(mark);
            if let Some(rest) = self.rest.take_if(|rest| rest.is_met(&mark, &self.reading)) {
                self.join(rest, mark);
                break;
            }
        }
        let Self { mut reading, statements, marks, .. } = self;
        let breakages = reading.scan.breakages.clone();
        reading.end(&statements);
        let Reading { mut scan, trail, .. } = reading;
        // What is not in the order in which it was read has no marks.
        let is_sorted = scan.is_sorted();
        scan.sort();
        scan.shrink();
        let (text, scan) = (Arc::clone(text), Arc::new(scan));
        let lua_is_broken = statements.lua_is_broken();
        let quotes = statements.unclosed_quotes().to_vec();
        let before =
            || Before { text, scan: Arc::clone(&scan), breakages, quotes, lua_is_broken, marks, trail };
        let before = is_sorted.then(before);
        (scan, before)
    }

    /// Takes over the `rest`, which was met at the place `now`.
    fn join(&mut self, mut rest: Rest, now: Mark) {
        let (then, from, change) = (rest.marks[rest.next], rest.from, rest.change);
        // The lines of a directive begin with the blanks before it.
        let blanks = rest.text[..then.at].trim_end_matches([' ', '\t']).len();
        let moved = |at: usize| if at >= blanks { change.now(at) } else { at };
        let span = |span: Span| Span::new(moved(span.start), moved(span.end));
        let index = |aim: Aim, index: usize| {
            let (was, is) = (then.counts.of_aim(aim), now.counts.of_aim(aim));
            if index >= was { index + is - was } else { index }
        };
        let number =
            |number: usize| if number >= then.blocks { number + now.blocks - then.blocks } else { number };

        let Reading { scan, blocks, trail, .. } = &mut self.reading;
        let mut last = None;
        for scope in blocks.iter().filter_map(|block| block.scope) {
            if last.replace(scope) == Some(scope) {
                continue;
            }
            // Those further out opened earlier.
            let before = match rest.scopes.binary_search_by_key(&scope, |(index, _)| *index) {
                Ok(saved) => &mut rest.scopes[saved].1,
                Err(_) => &mut rest.scan.scopes[scope - from.counts.scopes as usize],
            };
            let own = &mut scan.scopes[scope];
            if !trail.is_named(scope, now.at) && own.kind != ScopeKind::Upstream {
                own.name = std::mem::take(&mut before.name);
            }
            if !trail.is_proved(scope, now.at) {
                own.kind = before.kind;
            }
            if before.extent.end > then.at {
                own.extent.end = change.now(before.extent.end);
            }
        }
        for section in blocks.iter().map(|block| block.section).chain([0]) {
            scan.sections[section].is_templated |= rest.trail.is_templated(section, EVER);
        }

        rest.scan.for_each_span(&mut |place| {
            *place = span(*place);
        });
        rest.scan.for_each_index(&mut |aim, it| *it = index(aim, *it));
        scan.append(rest.scan, then.counts.moved(from.counts, Counts::NONE));
        let renumbered = |block: Block| Block {
            number: number(block.number),
            scope: block.scope.map(|scope| index(Aim::Scopes, scope)),
            section: index(Aim::Sections, block.section),
            opener: span(block.opener),
            ..block
        };
        let counts = (then.counts.scopes as usize, then.counts.sections as usize);
        trail.append(&rest.trail, (then.at, then.blocks, counts.0, counts.1), blocks, moved, renumbered);
        let quotes = rest.quotes[then.quotes..].iter().map(|quote| span(*quote));
        self.statements.append(quotes, rest.lua_is_broken);
        self.marks.extend(rest.marks[rest.next + 1..].iter().map(|mark| Mark {
            at: change.now(mark.at),
            seen: change.now(mark.seen),
            counts: mark.counts.moved(then.counts, now.counts),
            quotes: mark.quotes + now.quotes - then.quotes,
            blocks: mark.blocks + now.blocks - then.blocks,
            innermost: mark.innermost.map(number),
            ..*mark
        }));
        if let Some(end) = self.marks.last() {
            *blocks = trail.open(end.innermost, end.at).collect();
            blocks.reverse();
        }
    }
}

impl Rest {
    /// Whether the `reading`, which stands at the place `now`, would go on to find what the rest holds.
    fn is_met(&mut self, now: &Mark, reading: &Reading<'_>) -> bool {
        let change = self.change;
        let is_before = |mark: &&Mark| mark.at < change.before.end || change.now(mark.at) < now.at;
        self.next += self.marks[self.next..].iter().take_while(is_before).count();
        let Some(then) = self.marks.get(self.next) else { return false };
        let depth = reading.blocks.len();
        if change.now(then.at) != now.at
            || then.lua_is_broken != now.lua_is_broken
            || self.trail.depth(then.innermost) != depth
            || depth > self.allowance
            || !is_same_before((&self.text, then.at), (reading.text, now.at))
        {
            return false;
        }
        self.allowance -= depth;
        let known = self.trail.open(then.innermost, then.at);
        let known = known.map(|block| self.trail.known(block, then.at));
        let now_known = reading.blocks.iter().rev().map(|block| reading.trail.known(*block, now.at));
        self.trail.is_templated(0, then.at) == reading.trail.is_templated(0, now.at) && known.eq(now_known)
    }
}

impl Mark {
    /// The start of a text.
    const START: Self = Self {
        at: 0,
        seen: 0,
        counts: Counts { sections: 1, ..Counts::NONE },
        quotes: 0,
        blocks: 0,
        innermost: None,
        lua_is_broken: false,
    };

    /// The place at which the reader is.
    fn of(reading: &Reading<'_>, statements: &mut Statements<'_>) -> Self {
        Self {
            at: statements.end(),
            seen: statements.take_seen(),
            counts: Counts::of(&reading.scan),
            quotes: statements.unclosed_quotes().len(),
            blocks: reading.trail.blocks(),
            innermost: reading.blocks.last().map(|block| block.number),
            lua_is_broken: statements.lua_is_broken(),
        }
    }
}

/// Whether the same stands in two texts right before a place, as far back as a statement looks: over what is blank, to what is
/// not.
fn is_same_before((one, at): (&str, usize), (other, there): (&str, usize)) -> bool {
    let mut before = one.as_bytes()[..at].iter().rev();
    let mut there = other.as_bytes()[..there].iter().rev();
    loop {
        match (before.next(), there.next()) {
            (None, None) => return true,
            (Some(b' ' | b'\t'), Some(b' ' | b'\t')) => {}
            (one, other) => return one == other,
        }
    }
}

impl Trail {
    /// Makes `scope`, which is open at byte `at`, what it was known to be there.
    fn forget(&self, index: usize, scope: &mut Scope, at: usize) {
        if !self.is_named(index, at) && scope.kind != ScopeKind::Upstream {
            scope.name = SmolStr::default();
        }
        if !self.is_proved(index, at) && self.is_proved(index, EVER) {
            scope.kind = ScopeKind::Server(Module::Unknown);
        }
        scope.extent.end = scope.span.end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many statements are read when one text has become another.
    fn read(before: &str, now: &str) -> usize {
        let before = scan_after(&Arc::from(before), None).1.expect("it is in order");
        let mut reader = Reader::resume(now, before);
        let mut count = 0;
        while reader.reading.step(&mut reader.statements) {
            count += 1;
            let mark = Mark::of(&reader.reading, &mut reader.statements);
            if reader.rest.as_mut().is_some_and(|rest| rest.is_met(&mark, &reader.reading)) {
                break;
            }
        }
        count
    }

    #[test]
    fn what_the_rest_does_not_hang_on_is_read_alone() {
        let text = "http {\n server {\n  listen 80;\n  server_name a;\n  location / {\n   proxy_pass http://b:81;\n  }\n }\n}\n";
        for (from, to, expected) in [
            ("80", "8080", 1),
            ("server_name a", "server_name ab", 1),
            ("location /", "location /c", 1),
            ("81", "8181", 1),
            ("81;", "81; # why", 2),
            ("listen 80;", "listen 80 udp;", 6),
            ("http", "stream", 9),
        ] {
            assert_eq!(read(text, &text.replacen(from, to, 1)), expected, "{from:?} -> {to:?}");
        }
    }
}
