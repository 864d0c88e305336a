//! Where the facts of a file gather while it is read: one state a creator and platform, split over many shards.
//!
//! Every thread adds to every shard, a batch of rows at a time, so there is one copy of each state and nothing to
//! merge in the end. Which thread comes first does not matter, for [`domain::PostHistory`] does not depend on order.
//!
//! Posts whose ids are numbers, nearly all, are held as [`HeldPost`] and found by number. Posts with another id, of the
//! post or of its author, gather in a history of their own beside it, and the two are merged in the end.

mod held;
mod shard;

use std::hash::BuildHasher;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::thread;

use domain::{CreatorKey, CreatorState, Fen, Platform, Post, Price, Profile, Reported, Tier, UnixTime};
use hashbrown::DefaultHashBuilder;

pub(crate) use held::HeldPost;
use shard::Adding;
pub(crate) use shard::Shard;

use crate::rounded::{Rounded, has_lost_digits};
use crate::table::Priced;

/// The shards are 2^this many: so many that, with a million creators in the file, the states of one shard fit a
/// core's cache while its waiting posts are added to them.
const SHARD_BITS: u32 = 9;

/// Marks a row that goes to no shard.
const NO_SHARD: u16 = u16::MAX;

/// All facts of a file.
pub(crate) struct Facts {
    hasher: DefaultHashBuilder,
    shards: Vec<Mutex<Shard>>,
    rounded: Mutex<Rounded>,
}

impl Facts {
    pub(crate) fn new() -> Self {
        let shards = (0..1usize << SHARD_BITS).map(|_| Mutex::default()).collect();
        Self { hasher: DefaultHashBuilder::default(), shards, rounded: Mutex::default() }
    }

    /// What a thread needs to add posts.
    pub(crate) fn scratch(&self) -> Scratch {
        let adding = Adding::new(self.hasher.clone());
        Scratch { adding, shards: Vec::new(), order: Vec::new(), bounds: Vec::new() }
    }

    /// Adds a batch of posts. `start` is the shard to begin with: a different one for each
    /// thread keeps them apart.
    pub(crate) fn add_posts(&self, scratch: &mut Scratch, start: usize, batch: Batch<'_>) {
        scratch.sort_by_shard(batch);
        self.note_rounded(batch);
        for step in 0..self.shards.len() {
            let number = (start + step) % self.shards.len();
            let rows = &scratch.order[scratch.bounds[number] as usize..scratch.bounds[number + 1] as usize];
            if !rows.is_empty() {
                lock(&self.shards[number]).add_posts(batch, rows, &mut scratch.adding);
            }
        }
    }

    /// Adds a post whatever its ids are; for those that [`HeldPost`] cannot hold.
    pub(crate) fn add_post(&self, key: CreatorKey, post: Post) {
        lock(&self.rounded).add(post.item_id.as_integer(), key.author_id.as_integer());
        let hash = self.hash(&key);
        lock(&self.shards[shard_of(hash)]).add_text(hash, key, post);
    }

    /// The shard that thread `worker` of `threads` should begin with.
    pub(crate) fn start_of(&self, worker: usize, threads: usize) -> usize {
        worker * self.shards.len() / threads.max(1) % self.shards.len()
    }

    pub(crate) fn add_price(&self, key: &CreatorKey, tier: Tier, price: Price) {
        self.with(key, |shard, hash| shard.others(hash, key).rate_card.add(tier, price));
    }

    /// Adds a row of a table of rate cards that was true at `as_of`. Gives the other price of the same moment that the file has
    /// told before, where there is one: the higher of the two stays.
    pub(crate) fn add_priced(&self, priced: Priced, as_of: UnixTime) -> Option<Fen> {
        lock(&self.rounded).add(None, priced.key.author_id.as_integer());
        let (tier, price) = (priced.tier, priced.price(as_of));
        let other = self.with(&priced.key, |shard, hash| {
            let rate_card = &mut shard.others(hash, &priced.key).rate_card;
            let held = rate_card.price(tier);
            rate_card.add(tier, price);
            held.filter(|held| held.as_of == price.as_of && held.fen != price.fen)
        });
        self.add_profile(&priced.key, priced.profile);
        other.map(|other| other.fen)
    }

    pub(crate) fn add_profile(&self, key: &CreatorKey, profile: Profile) {
        if !profile.is_empty() {
            self.with(key, |shard, hash| shard.others(hash, key).profile.merge(profile));
        }
    }

    pub(crate) fn add_reported(&self, key: &CreatorKey, reported: Reported) {
        self.with(key, |shard, hash| {
            let state = CreatorState { reported: Some(reported), ..CreatorState::default() };
            shard.others(hash, key).merge(state);
        });
    }

    /// Makes sure that the creator is there, even when nothing more is told of it.
    pub(crate) fn touch(&self, key: &CreatorKey) {
        lock(&self.rounded).add(None, key.author_id.as_integer());
        self.with(key, |shard, hash| {
            shard.place(hash, key);
        });
    }

    /// Notes the ids of a batch that look rounded. One row in thousands has one.
    fn note_rounded(&self, batch: Batch<'_>) {
        let rows = batch.authors.iter().zip(batch.posts);
        let looks_so = |(author, post): &(&i64, &HeldPost)| has_lost_digits(**author) || has_lost_digits(post.item_id);
        let mut found = rows.filter(looks_so).filter(|(author, _)| **author >= 0).peekable();
        if found.peek().is_some() {
            let mut rounded = lock(&self.rounded);
            found.for_each(|(author, post)| rounded.add(Some(post.item_id), Some(*author)));
        }
    }

    /// The ids noted, when the file is read.
    pub(crate) fn rounded(&self) -> Rounded {
        std::mem::take(&mut lock(&self.rounded))
    }

    fn hash(&self, key: &CreatorKey) -> u64 {
        match key.author_id.as_integer() {
            Some(author) => hash_of(&self.hasher, author, key.platform),
            None => self.hasher.hash_one(key),
        }
    }

    fn with<T>(&self, key: &CreatorKey, then: impl FnOnce(&mut Shard, u64) -> T) -> T {
        let hash = self.hash(key);
        then(&mut lock(&self.shards[shard_of(hash)]), hash)
    }

    /// Adds all posts that still wait in their shards, on `threads` threads.
    pub(crate) fn settle(&self, threads: usize) {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut adding = Adding::new(self.hasher.clone());
            while let Some(shard) = self.shards.get(next.fetch_add(1, Ordering::Relaxed)) {
                lock(shard).settle(&mut adding);
            }
        };
        thread::scope(|scope| {
            (1..threads).for_each(|_| drop(scope.spawn(work)));
            work();
        });
    }

    /// The shards, when the file is read and all is settled.
    pub(crate) fn into_shards(self) -> Vec<Shard> {
        self.shards.into_iter().map(|shard| shard.into_inner().unwrap_or_else(|poison| poison.into_inner())).collect()
    }
}

/// Locks a part of the facts. A thread that panicked in one has failed the whole import, so what it left does not matter.
fn lock<T>(part: &Mutex<T>) -> MutexGuard<'_, T> {
    part.lock().unwrap_or_else(|poison| poison.into_inner())
}

/// The hash of a creator whose id is a number.
#[inline]
fn hash_of(hasher: &DefaultHashBuilder, author: i64, platform: Platform) -> u64 {
    // No id has the topmost bit, and few the one below.
    hasher.hash_one(author as u64 ^ u64::from(platform.number()) << 62)
}

/// The shard a key belongs to. hashbrown uses the lowest bits of a hash and the topmost seven; these are between.
fn shard_of(hash: u64) -> usize {
    ((hash >> (57 - SHARD_BITS)) & ((1 << SHARD_BITS) - 1)) as usize
}

/// A batch of posts: the author of each, below zero for rows that are to be left out, and the post.
#[derive(Clone, Copy)]
pub(crate) struct Batch<'a> {
    pub(crate) authors: &'a [i64],
    pub(crate) posts: &'a [HeldPost],
}

/// What adding a batch needs room for.
pub(crate) struct Scratch {
    adding: Adding,
    shards: Vec<u16>,
    /// Row numbers, shard by shard.
    order: Vec<u32>,
    /// Where each shard's row numbers end in `order`; the first entry is where the first begins.
    bounds: Vec<u32>,
}

impl Scratch {
    /// A counting sort of row numbers by shard. Rows to be left out are.
    fn sort_by_shard(&mut self, batch: Batch<'_>) {
        let hasher = &self.adding.hasher;
        self.shards.clear();
        self.shards.extend(batch.authors.iter().zip(batch.posts).map(|(author, post)| match *author {
            ..0 => NO_SHARD,
            author => shard_of(hash_of(hasher, author, post.platform)) as u16,
        }));
        let mut next = [0u32; 1 << SHARD_BITS];
        for shard in &self.shards {
            if let Some(next) = next.get_mut(usize::from(*shard)) {
                *next += 1;
            }
        }
        self.bounds.clear();
        self.bounds.push(0);
        let mut end = 0;
        for count in &mut next {
            end += std::mem::replace(count, end);
            self.bounds.push(end);
        }
        self.order.clear();
        self.order.resize(end as usize, 0);
        for (row, shard) in self.shards.iter().enumerate() {
            if let Some(place) = next.get_mut(usize::from(*shard)) {
                self.order[*place as usize] = row as u32;
                *place += 1;
            }
        }
    }
}
