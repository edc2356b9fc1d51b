//! A map whose values are made once, and kept while they are asked for.

use foldhash::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Values by their keys, each made once; it may be asked from many threads.
#[derive(Debug)]
pub struct OnceMap<K, V> {
    /// Those that were asked for, and those that were not asked for lately.
    values: Mutex<[OnceValues<K, V>; 2]>,
}

type OnceValues<K, V> = HashMap<K, Arc<OnceLock<Arc<V>>>>;

impl<K, V> Default for OnceMap<K, V> {
    fn default() -> Self {
        OnceMap { values: Mutex::default() }
    }
}

impl<K: Eq + Hash, V> OnceMap<K, V> {
    /// The value of a key; where another thread makes it, this one waits.
    pub fn get(&self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        let mut values = self.values();
        let [new, old] = &mut *values;
        let slot = new.entry(key).or_insert_with_key(|key| old.remove(key).unwrap_or_default()).clone();
        drop(values);
        slot.get_or_init(|| Arc::new(make())).clone()
    }

    /// Lets go of what was not asked for since the time before last that this was called.
    pub fn forget_unused(&self) {
        let mut values = self.values();
        values[1] = std::mem::take(&mut values[0]);
    }

    pub fn clear(&self) {
        *self.values() = Default::default();
    }

    /// The values that were made so far, in no order.
    pub fn made(&self) -> Vec<(K, Arc<V>)>
    where
        K: Clone,
    {
        let values = self.values();
        let made = values.iter().flatten();
        made.filter_map(|(key, slot)| Some((key.clone(), slot.get()?.clone()))).collect()
    }

    /// How many values are kept.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.values().iter().map(HashMap::len).sum()
    }

    fn values(&self) -> MutexGuard<'_, [OnceValues<K, V>; 2]> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
