//! What became known where in a file: by that, everything is known again that was known at a place in it.
//!
//! A server learns its name and its module but once, and a block its transport; so it is enough to know where.

use super::Block;
use crate::port::Transport;
use crate::text::Span;

/// A place that is not reached.
const NEVER: usize = usize::MAX;

/// A place behind all that are reached.
pub const EVER: usize = NEVER - 1;

/// What became known where.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    /// All blocks, in the order in which they open.
    blocks: Vec<Opened>,
    scopes: Vec<Learned>,
    /// Of each section, where the first statement ends that a placeholder stands before.
    sections: Vec<usize>,
}

/// A block, as it was when it opened.
#[derive(Clone, Copy, Debug)]
struct Opened {
    block: Block,
    /// The number of the block around it.
    around: Option<usize>,
    /// How many are around it.
    depth: usize,
    /// Where the statement ends by which it passes on to UDP.
    turned: usize,
}

/// Where the statements end by which a scope learns what it is.
#[derive(Clone, Copy, Debug)]
struct Learned {
    named: usize,
    proved: usize,
}

/// What is known of an open block at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The block as it is there, but for its opener.
    pub block: Block,
    /// Whether its scope has a name, and shows its module.
    pub scope: Option<(bool, bool)>,
    /// Whether its section has a placeholder.
    pub is_templated: bool,
}

impl Trail {
    /// A block opens, within the block of the number `around` and `depth` blocks in all; its own number.
    pub(super) fn push_block(&mut self, block: Block, around: Option<usize>, depth: usize) -> usize {
        let number = self.blocks.len();
        self.blocks.push(Opened { block: Block { number, ..block }, around, depth, turned: NEVER });
        number
    }

    /// There is another scope.
    pub fn push_scope(&mut self) {
        self.scopes.push(Learned { named: NEVER, proved: NEVER });
    }

    /// There is another section.
    pub fn push_section(&mut self) {
        self.sections.push(NEVER);
    }

    /// A scope gets its name.
    pub fn name(&mut self, scope: usize, at: usize) {
        self.scopes[scope].named = at;
    }

    /// A scope shows its module.
    pub fn prove(&mut self, scope: usize, at: usize) {
        self.scopes[scope].proved = at;
    }

    /// A section has a placeholder.
    pub fn template(&mut self, section: usize, at: usize) {
        self.sections[section] = self.sections[section].min(at);
    }

    /// A block passes on to UDP.
    pub fn turn(&mut self, block: usize, at: usize) {
        self.blocks[block].turned = self.blocks[block].turned.min(at);
    }

    /// How many blocks there are.
    pub const fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// How many blocks are open where `innermost` is the last of them.
    pub fn depth(&self, innermost: Option<usize>) -> usize {
        innermost.map_or(0, |block| self.blocks[block].depth + 1)
    }

    /// The blocks that are open at byte `at`, where `innermost` is the last of them: from that on outwards.
    pub fn open(&self, innermost: Option<usize>, at: usize) -> impl Iterator<Item = Block> {
        let around = |number: &usize| self.blocks[*number].around;
        std::iter::successors(innermost, around).map(move |number| {
            let Opened { block, turned, .. } = self.blocks[number];
            let transport = if turned <= at { Transport::Udp } else { block.transport };
            Block { transport, ..block }
        })
    }

    /// What is known of an open `block` at byte `at`.
    pub(super) fn known(&self, block: Block, at: usize) -> Known {
        let scope = block.scope.map(|scope| (self.is_named(scope, at), self.is_proved(scope, at)));
        let is_templated = self.is_templated(block.section, at);
        Known { block: Block { opener: Span::default(), ..block }, scope, is_templated }
    }

    /// Whether the scope has its name at byte `at`.
    pub fn is_named(&self, scope: usize, at: usize) -> bool {
        self.scopes[scope].named <= at
    }

    /// Whether the scope shows its module at byte `at`.
    pub fn is_proved(&self, scope: usize, at: usize) -> bool {
        self.scopes[scope].proved <= at
    }

    /// Whether the section has a placeholder before byte `at`.
    pub fn is_templated(&self, section: usize, at: usize) -> bool {
        self.sections[section] <= at
    }

    /// What was known at byte `at`, where there were so many blocks, scopes and sections.
    pub fn until(&self, at: usize, blocks: usize, scopes: usize, sections: usize) -> Self {
        let until = |it: usize| if it <= at { it } else { NEVER };
        Self {
            blocks: self.blocks[..blocks]
                .iter()
                .map(|it| Opened { turned: until(it.turned), ..*it })
                .collect(),
            scopes: self.scopes[..scopes]
                .iter()
                .map(|it| Learned { named: until(it.named), proved: until(it.proved) })
                .collect(),
            sections: self.sections[..sections].iter().map(|it| until(*it)).collect(),
        }
    }

    /// Takes over what `before` learned behind its byte `at`, where it had so many blocks, scopes and sections. Those that are
    /// `open` have the same numbers in both. `moved` moves a place, and `renumbered` the indices of a block and the block around it.
    pub(super) fn append(
        &mut self,
        before: &Self,
        (at, blocks, scopes, sections): (usize, usize, usize, usize),
        open: &[Block],
        moved: impl Fn(usize) -> usize,
        renumbered: impl Fn(Block) -> Block,
    ) {
        let later = |it: usize| if it != NEVER && it > at { moved(it) } else { NEVER };
        for block in open {
            let turned = &mut self.blocks[block.number].turned;
            *turned = (*turned).min(later(before.blocks[block.number].turned));
            if let Some(scope) = block.scope {
                let (own, other) = (&mut self.scopes[scope], before.scopes[scope]);
                own.named = own.named.min(later(other.named));
                own.proved = own.proved.min(later(other.proved));
            }
        }
        for section in open.iter().map(|block| block.section).chain([0]) {
            self.sections[section] = self.sections[section].min(later(before.sections[section]));
        }
        let (grown, first) = (self.blocks.len(), blocks);
        self.blocks.extend(before.blocks[blocks..].iter().map(|it| Opened {
            block: renumbered(it.block),
            around: it.around.map(|around| if around < first { around } else { around - first + grown }),
            depth: it.depth,
            turned: later(it.turned),
        }));
        let behind = before.scopes[scopes..].iter();
        self.scopes.extend(behind.map(|it| Learned { named: later(it.named), proved: later(it.proved) }));
        self.sections.extend(before.sections[sections..].iter().map(|it| later(*it)));
    }
}
