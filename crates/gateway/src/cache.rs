//! A bounded map from keys to what was read for them, made for one thing: that finding an entry touches little memory.
//!
//! Two generations a shard: entries are made in the young one; when that is full it becomes the old one, and what is found
//! there moves back. So what nobody asks for goes after one to two fillings, without any bookkeeping on a hit. An entry
//! lies in the table itself, beside its key, and in as few lines of the processor's cache as it fits in.

use std::hash::{BuildHasher, Hash};
use std::mem::take;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::{DefaultHashBuilder, HashTable};

/// Enough that threads hardly ever meet at a lock. A power of two.
const SHARDS: usize = 64;

/// The map. Values are cloned out: cheap ones, please.
pub(crate) struct Cache<K, V> {
    shards: Box<[Mutex<Shard<K, V>>]>,
    /// Keyed at random: callers choose keys.
    hasher: DefaultHashBuilder,
    generation_entries_max: usize,
}

struct Shard<K, V> {
    young: HashTable<Entry<K, V>>,
    old: HashTable<Entry<K, V>>,
}

/// Aligned to a line of the processor's cache: each line of a large table is a wait.
#[repr(align(64))]
struct Entry<K, V> {
    key: K,
    value: V,
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    /// A map of at most about `entries_max` entries.
    pub(crate) fn new(entries_max: usize) -> Self {
        let shard = || Mutex::new(Shard { young: HashTable::new(), old: HashTable::new() });
        Self {
            shards: (0..SHARDS).map(|_| shard()).collect(),
            hasher: DefaultHashBuilder::default(),
            generation_entries_max: (entries_max / SHARDS / 2).max(1),
        }
    }

    /// What is kept for a key.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let hash = self.hasher.hash_one(key);
        let mut shard = self.shard(hash);
        if let Some(entry) = shard.young.find(hash, |entry| entry.key == *key) {
            return Some(entry.value.clone());
        }
        let (entry, _) = shard.old.find_entry(hash, |entry| entry.key == *key).ok()?.remove();
        let value = entry.value.clone();
        self.put(&mut shard, hash, entry);
        Some(value)
    }

    /// Keeps a value, in place of the one before.
    pub(crate) fn insert(&self, key: K, value: V) {
        let hash = self.hasher.hash_one(&key);
        let mut shard = self.shard(hash);
        let Shard { young, old } = &mut *shard;
        if let Ok(entry) = old.find_entry(hash, |entry| entry.key == key) {
            entry.remove();
        }
        match young.find_mut(hash, |entry| entry.key == key) {
            Some(entry) => entry.value = value,
            None => self.put(&mut shard, hash, Entry { key, value }),
        }
    }

    /// Keeps nothing for a key.
    pub(crate) fn remove(&self, key: &K) {
        let hash = self.hasher.hash_one(key);
        let mut shard = self.shard(hash);
        let Shard { young, old } = &mut *shard;
        for table in [young, old] {
            if let Ok(entry) = table.find_entry(hash, |entry| entry.key == *key) {
                entry.remove();
            }
        }
    }

    /// Changes what is kept for a key, or what is first kept for it now, while nobody else does.
    pub(crate) fn update<T>(&self, key: K, change: impl FnOnce(&mut V) -> T) -> T
    where
        V: Default,
    {
        let hash = self.hasher.hash_one(&key);
        let mut shard = self.shard(hash);
        if let Some(entry) = shard.young.find_mut(hash, |entry| entry.key == key) {
            return change(&mut entry.value);
        }
        let old = shard.old.find_entry(hash, |entry| entry.key == key).ok().map(|entry| entry.remove().0);
        let mut entry = old.unwrap_or(Entry { key, value: V::default() });
        let outcome = change(&mut entry.value);
        self.put(&mut shard, hash, entry);
        outcome
    }

    fn put(&self, shard: &mut Shard<K, V>, hash: u64, entry: Entry<K, V>) {
        if shard.young.len() >= self.generation_entries_max {
            shard.old = take(&mut shard.young);
        }
        shard.young.insert_unique(hash, entry, |entry| self.hasher.hash_one(&entry.key));
    }

    fn shard(&self, hash: u64) -> MutexGuard<'_, Shard<K, V>> {
        // Not the bits that the table goes by: the lowest and the highest.
        let at = (hash >> 32) as usize % SHARDS;
        // Nothing panics between two states of a shard.
        self.shards[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_key_is_found() {
        let cache = Cache::new(1_000_000);
        for value in 0..3 {
            (0..1000).for_each(|key| cache.insert(key, key * 10 + value));
        }
        assert!((0..1000).all(|key| cache.get(&key) == Some(key * 10 + 2)));
        assert_eq!(cache.get(&1000), None);
    }

    #[test]
    fn it_stays_bounded_and_keeps_what_is_asked_for() {
        let cache = Cache::new(SHARDS * 20);
        cache.insert(u64::MAX, 7);
        for key in 0..100_000 {
            cache.insert(key, 1);
            assert_eq!(cache.get(&u64::MAX), Some(7), "asked for all the time");
        }
        let kept = (0..100_000).filter(|key| cache.get(key).is_some()).count();
        assert!((SHARDS * 10..=SHARDS * 20).contains(&kept), "{kept}");
    }

    #[test]
    fn what_became_old_is_changed_as_it_was() {
        let cache = Cache::new(SHARDS * 4);
        for round in 1..100 {
            cache.insert(1, round);
            (1000..1100).for_each(|key| cache.update(key, |value| *value += 1));
            let before = cache.get(&1).unwrap_or_default();
            cache.update(1, |value| *value += 1);
            assert_eq!(cache.get(&1), Some(before + 1));
        }
    }

    #[test]
    fn a_value_that_became_old_is_replaced_too() {
        let cache = Cache::new(SHARDS * 4);
        for round in 0..100 {
            cache.insert(1, round);
            (1000..2000).for_each(|key| cache.insert(key, 0));
            assert!(cache.get(&1).is_none_or(|value| value == round));
        }
    }
}
