//! What is between two texts of which one is nearly the other.

use crate::text::Span;

/// The shortest change from one text to another: the bytes that went, and by how many the rest has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The bytes of the text before that are not in the one now.
    pub before: Span,
    /// The length of the text before.
    was: usize,
    /// The length of the text now.
    is: usize,
}

impl Change {
    /// The change from the text `before` to the text `now`.
    pub fn between(before: &str, now: &str) -> Self {
        let (old, new) = (before.as_bytes(), now.as_bytes());
        let start = same_at_start(old, new);
        let tail = same_at_end(&old[start..], &new[start..]);
        Self { before: Span::new(start, old.len() - tail), was: old.len(), is: new.len() }
    }

    /// The same, as far to the front as it can be said to lie: of a line like the next one, which of them is new.
    pub fn foremost(before: &str, now: &str) -> Self {
        let (old, new) = (before.as_bytes(), now.as_bytes());
        let tail = same_at_end(old, new);
        let start = same_at_start(&old[..old.len() - tail], &new[..new.len() - tail]);
        Self { before: Span::new(start, old.len() - tail), was: old.len(), is: new.len() }
    }

    /// Where byte `at` of the text before, behind the change, is now.
    pub const fn now(&self, at: usize) -> usize {
        at + self.is - self.was
    }
}

/// How many bytes are compared at once.
const STRIDE: usize = 1024;

/// How many bytes two texts have in common at their start.
fn same_at_start(one: &[u8], other: &[u8]) -> usize {
    let strides = one.chunks_exact(STRIDE).zip(other.chunks_exact(STRIDE));
    let start = STRIDE * strides.take_while(|(one, other)| one == other).count();
    start + one[start..].iter().zip(&other[start..]).take_while(|(one, other)| one == other).count()
}

/// How many bytes two texts have in common at their end.
fn same_at_end(one: &[u8], other: &[u8]) -> usize {
    let strides = one.rchunks_exact(STRIDE).zip(other.rchunks_exact(STRIDE));
    let end = STRIDE * strides.take_while(|(one, other)| one == other).count();
    let rest = one[..one.len() - end].iter().rev().zip(other[..other.len() - end].iter().rev());
    end + rest.take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_and_how_far_the_rest_has_moved() {
        let long = "x".repeat(3 * STRIDE + 7);
        for (before, now, went) in [
            ("", "", ""),
            ("a", "", "a"),
            ("", "a", ""),
            ("abc", "abc", ""),
            ("aXc", "aYYc", "X"),
            ("aaa", "aa", "a"),
            ("aa", "aaa", ""),
        ] {
            for (head, tail) in [("", ""), (long.as_str(), ""), ("", &long), (&long, &long)] {
                let [before, now] = [before, now].map(|text| [head, text, tail].concat());
                let change = Change::between(&before, &now);
                assert_eq!(change.before.of(&before), went, "{} {}", head.len(), tail.len());
                for change in [change, Change::foremost(&before, &now)] {
                    assert_eq!(before[change.before.end..], now[change.now(change.before.end)..]);
                    assert_eq!(before[..change.before.start], now[..change.before.start]);
                }
            }
        }
    }
}
