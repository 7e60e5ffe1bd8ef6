//! What is kept for those who ask again, as long as it is not too much.

use std::borrow::Borrow;
use std::hash::Hash;

use foldhash::{HashMap, HashMapExt};

/// Values by their keys, each with its weight. Those that were not asked for lately make way for others.
///
/// All of them together weigh no more than what was said, unless a single one does.
#[derive(Debug)]
pub struct Kept<K, V> {
    /// How much each of the two halves holds.
    most: usize,
    /// What was asked for last, and how much it weighs together.
    recent: HashMap<K, (V, usize)>,
    weight: usize,
    /// What was asked for before that.
    older: HashMap<K, (V, usize)>,
}

impl<K: Hash + Eq, V: Clone> Kept<K, V> {
    /// Nothing yet, and later no more than `most`.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most: most / 2, recent: HashMap::new(), weight: 0, older: HashMap::new() }
    }

    /// The value of that key, if it is kept.
    pub fn get<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        if let Some((value, _)) = self.recent.get(key) {
            return Some(value.clone());
        }
        let (key, (value, weight)) = self.older.remove_entry(key)?;
        self.insert(key, value.clone(), weight);
        Some(value)
    }

    /// Keeps that value in place of the one that the key had.
    pub fn insert(&mut self, key: K, value: V, weight: usize) {
        self.remove(&key);
        if self.weight + weight > self.most {
            // The room that the oldest had is there for the next.
            std::mem::swap(&mut self.older, &mut self.recent);
            self.recent.clear();
            self.weight = 0;
        }
        self.weight += weight;
        self.recent.insert(key, (value, weight));
    }

    /// Keeps the value of that key no longer.
    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        if !self.recent.is_empty()
            && let Some((_, weight)) = self.recent.remove(key)
        {
            self.weight -= weight;
        }
        if !self.older.is_empty() {
            self.older.remove(key);
        }
    }

    /// Keeps nothing.
    pub fn clear(&mut self) {
        *self = Self { most: self.most, recent: HashMap::new(), weight: 0, older: HashMap::new() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_asks_for_makes_way() {
        let mut kept = Kept::new(100);
        for number in 0..1000 {
            kept.insert(number, number, 10);
            assert_eq!(kept.get(&0), Some(0), "asked for again and again");
            assert!(kept.weight <= 50 && kept.older.values().map(|(_, weight)| weight).sum::<usize>() <= 50);
        }
        assert_eq!((kept.get(&999), kept.get(&500)), (Some(999), None));
        kept.insert(1, 1, 1000);
        assert_eq!(kept.get(&1), Some(1), "a single one may weigh more");
        kept.insert(2, 2, 10);
        kept.insert(3, 3, 45);
        assert_eq!((kept.get(&1), kept.get(&3)), (None, Some(3)));
        kept.remove(&3);
        assert_eq!(kept.get(&3), None);
        kept.clear();
        assert_eq!(kept.get(&2), None);
    }
}
