//! How much is told of services in all.
//!
//! What many services take over from one place (a service that all extend, a Dockerfile that all are built from, a list of
//! variables that all have) grows with both, the services and the place. No project comes near the end of the allowance; of
//! one that does, the rest is left out as a gap.

use std::cell::Cell;

/// How many ports, names, paths and places may be looked at for one service after the other.
const MOST: usize = 1 << 17;

/// How much may still be told.
#[derive(Debug)]
pub struct Allowance {
    left: Cell<usize>,
    is_spent: Cell<bool>,
}

impl Allowance {
    /// All of it.
    pub const fn new() -> Self {
        Self { left: Cell::new(MOST), is_spent: Cell::new(false) }
    }

    /// Takes `count` off what may still be told; `false`: there is not so much left, and it must not be told.
    pub fn take(&self, count: usize) -> bool {
        let left = self.left.get().checked_sub(count);
        match left {
            Some(left) => self.left.set(left),
            None => self.is_spent.set(true),
        }
        left.is_some()
    }

    /// Whether something was not told.
    pub const fn is_spent(&self) -> bool {
        self.is_spent.get()
    }
}
