//! Where the facts of a file gather while it is read: one state a creator and platform, split over many shards.
//!
//! Every thread adds to every shard, a batch of rows at a time, so there is one copy of each state and nothing to
//! merge in the end. Which thread comes first does not matter, for [`domain::PostHistory`] does not depend on order.

mod shard;

use std::hash::BuildHasher;
use std::sync::Mutex;

use domain::{CreatorKey, CreatorState, Post, Price, Reported, Tier};
use hashbrown::DefaultHashBuilder;

pub(crate) use shard::Shard;

/// The shards are 2^this many. Enough that two threads seldom want the same one, and few enough that a batch has
/// many rows for each.
const SHARD_BITS: u32 = 6;

/// All facts of a file.
pub(crate) struct Facts {
    hasher: DefaultHashBuilder,
    shards: Vec<Mutex<Shard>>,
}

/// One row of posts on its way into the facts.
pub(crate) type PostRow = (CreatorKey, Post);

impl Facts {
    pub(crate) fn new() -> Self {
        let shards = (0..1usize << SHARD_BITS).map(|_| Mutex::default()).collect();
        Self { hasher: DefaultHashBuilder::default(), shards }
    }

    /// Adds a batch of posts and leaves `rows` empty. `scratch` is kept between batches to save allocations;
    /// `start` is the shard to begin with: a different one for each thread keeps them apart.
    pub(crate) fn add_posts(&self, rows: &mut Vec<PostRow>, scratch: &mut Scratch, start: usize) {
        scratch.sort_by_shard(rows, &self.hasher);
        for step in 0..self.shards.len() {
            let number = (start + step) % self.shards.len();
            let of_shard = scratch.of_shard(number);
            if of_shard.is_empty() {
                continue;
            }
            let mut shard = lock(&self.shards[number]);
            for &row in of_shard {
                let row = row as usize;
                let (key, post) = &rows[row];
                shard.posts(scratch.hashes[row], key).add(post.clone());
            }
        }
        rows.clear();
    }

    /// The shard that thread `worker` of `threads` should begin with.
    pub(crate) fn start_of(&self, worker: usize, threads: usize) -> usize {
        worker * self.shards.len() / threads.max(1) % self.shards.len()
    }

    pub(crate) fn add_price(&self, key: &CreatorKey, tier: Tier, price: Price) {
        self.with(key, |shard, hash| shard.others(hash, key).rate_card.add(tier, price));
    }

    pub(crate) fn add_reported(&self, key: &CreatorKey, reported: Reported) {
        self.with(key, |shard, hash| {
            let state = CreatorState { reported: Some(reported), ..CreatorState::default() };
            shard.others(hash, key).merge(state);
        });
    }

    /// Makes sure that the creator is there, even when nothing more is told of it.
    pub(crate) fn touch(&self, key: &CreatorKey) {
        self.with(key, |shard, hash| {
            shard.posts(hash, key);
        });
    }

    fn with(&self, key: &CreatorKey, then: impl FnOnce(&mut Shard, u64)) {
        let hash = self.hasher.hash_one(key);
        then(&mut lock(&self.shards[shard_of(hash)]), hash);
    }

    /// The shards, when the file is read.
    pub(crate) fn into_shards(self) -> Vec<Shard> {
        self.shards.into_iter().map(|shard| shard.into_inner().unwrap_or_else(|poison| poison.into_inner())).collect()
    }
}

/// Locks a shard. A thread that panicked in a shard has failed the whole import, so what it left does not matter.
fn lock(shard: &Mutex<Shard>) -> std::sync::MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(|poison| poison.into_inner())
}

/// The top bits, for the table inside a shard uses the others.
fn shard_of(hash: u64) -> usize {
    // hashbrown tells entries apart by the topmost seven bits, so take those below.
    ((hash >> (57 - SHARD_BITS)) & ((1 << SHARD_BITS) - 1)) as usize
}

/// What adding a batch needs room for.
#[derive(Default)]
pub(crate) struct Scratch {
    hashes: Vec<u64>,
    /// Row numbers, shard by shard.
    order: Vec<u32>,
    /// Where each shard's row numbers end in `order`; the first entry is where the first begins.
    bounds: Vec<u32>,
}

impl Scratch {
    /// A counting sort of row numbers by shard.
    fn sort_by_shard(&mut self, rows: &[PostRow], hasher: &DefaultHashBuilder) {
        self.hashes.clear();
        self.hashes.extend(rows.iter().map(|(key, _)| hasher.hash_one(key)));
        let mut next = [0u32; 1 << SHARD_BITS];
        for hash in &self.hashes {
            next[shard_of(*hash)] += 1;
        }
        self.bounds.clear();
        self.bounds.push(0);
        let mut end = 0;
        for count in &mut next {
            end += std::mem::replace(count, end);
            self.bounds.push(end);
        }
        self.order.clear();
        self.order.resize(rows.len(), 0);
        for (row, hash) in self.hashes.iter().enumerate() {
            let place = &mut next[shard_of(*hash)];
            self.order[*place as usize] = row as u32;
            *place += 1;
        }
    }

    fn of_shard(&self, number: usize) -> &[u32] {
        &self.order[self.bounds[number] as usize..self.bounds[number + 1] as usize]
    }
}
