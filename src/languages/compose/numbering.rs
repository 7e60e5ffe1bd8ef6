//! How nodes are found again by their numbers.
//!
//! These count up from zero, and the words beside them are our own: nobody can choose them so that they collide, and a hash
//! that withstands such a choice would cost more than the rest of the work.

use std::hash::{BuildHasherDefault, Hasher};

/// For sets and maps whose keys are nodes.
pub type Numbering = BuildHasherDefault<NumberHasher>;

/// A hash of numbers and of words of our own.
#[derive(Clone, Copy, Debug, Default)]
pub struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        // The upper bits depend on all of the key, the lower ones only on its own lower ones.
        self.0.rotate_left(26)
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, _: u8) {
        // It ends a word, which has no other beside it in these keys.
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_u64(&mut self, number: u64) {
        /// An odd number whose bits are mixed.
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(FACTOR);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    use super::*;

    #[test]
    fn neighbours_lie_apart() {
        let hash = |number: usize, word: &str| Numbering::default().hash_one((number, word));
        let hashes: HashSet<u64> = (0..1000)
            .flat_map(|number| {
                ["value", "ports", "merged into a service", "merged into a service with ports"]
                    .map(|word| hash(number, word))
            })
            .collect();
        assert_eq!(hashes.len(), 4000);
        let buckets: HashSet<u64> = hashes.iter().map(|hash| hash % 8192).collect();
        assert!(buckets.len() > 2800, "{}", buckets.len());
    }
}
