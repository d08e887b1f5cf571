//! How often something came, for as long as an entry of it is kept.

use std::collections::HashMap;
use std::hash::Hash;

#[derive(Debug, Default)]
struct Count {
    times: u64,
    kept: u64,
}

#[derive(Debug)]
pub(super) struct Counts<K>(HashMap<K, Count>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Hash + Eq + Clone> Counts<K> {
    /// Counts another one, which is kept; gives how often it has come by now.
    pub(super) fn saw(&mut self, key: &K) -> u64 {
        let count = self.0.entry(key.clone()).or_default();
        count.times += 1;
        count.kept += 1;
        count.times
    }

    /// An entry of it is not kept any more; it is forgotten with the last one.
    pub(super) fn forget(&mut self, key: &K) {
        let Some(count) = self.0.get_mut(key) else { return };
        count.kept -= 1;
        if count.kept == 0 {
            self.0.remove(key);
        }
    }

    /// How often it has come.
    pub(super) fn times(&self, key: &K) -> u64 {
        self.0.get(key).map_or(1, |count| count.times)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
