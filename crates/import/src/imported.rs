//! What a file brought: the creators' states, to be consumed once, in order or in parallel.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use domain::{AuthorId, CreatorKey, CreatorState, Platform};
use hashbrown::HashSet;

use crate::Summary;
use crate::error::Problem;
use crate::facts::{Facts, Shard};

/// The facts of one file, read to its end.
pub struct Imported {
    summary: Summary,
    shards: Vec<Mutex<Shard>>,
}

impl Imported {
    pub(crate) fn new(mut summary: Summary, facts: Facts) -> Result<Self, Problem> {
        let rounded = facts.rounded();
        let shards = facts.into_shards();
        summary.states = shards.iter().map(|shard| shard.len() as u64).sum();
        let authors = shards.iter().flat_map(Shard::keys).map(|key| &key.author_id);
        summary.creators = authors.collect::<HashSet<&AuthorId>>().len() as u64;
        summary.maybe_rounded = rounded.judge(summary.rows, summary.creators)?;
        Ok(Self { summary, shards: shards.into_iter().map(Mutex::new).collect() })
    }

    /// What became of the file's rows.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Gives every state to one of `threads` threads, in no order. Each thread folds into its own accumulator, made by
    /// `init`; all accumulators are returned.
    pub fn fold<A: Send>(
        self,
        threads: usize,
        init: impl Fn() -> A + Sync,
        fold: impl Fn(&mut A, CreatorKey, CreatorState) + Sync,
    ) -> Vec<A> {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut accumulator = init();
            while let Some(shard) = self.shards.get(next.fetch_add(1, Ordering::Relaxed)) {
                // Taken out of its place, so that the memory goes as the fold goes on.
                let mut shard = std::mem::take(&mut *lock(shard));
                for place in 0..shard.len() as u32 {
                    let (key, state) = shard.take(place);
                    fold(&mut accumulator, key, state);
                }
            }
            accumulator
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
            workers.into_iter().map(joined).collect()
        })
    }

    /// The states in the order of the creator's id as text, then of the platform's number.
    pub fn into_sorted(self) -> impl Iterator<Item = (CreatorKey, CreatorState)> + Send {
        let order = self.order();
        order.into_iter().map(move |entry| lock(&self.shards[entry.shard as usize]).take(entry.place))
    }

    fn order(&self) -> Vec<Entry> {
        let mut order = Vec::with_capacity(self.summary.states as usize);
        for (number, shard) in self.shards.iter().enumerate() {
            let shard = lock(shard);
            order.extend(shard.keys().iter().zip(0u32..).map(|(key, place)| Entry {
                text: padded(&key.author_id),
                platform: key.platform,
                shard: number as u16,
                place,
            }));
        }
        order.sort_unstable();
        order
    }
}

/// Where a state is, ordered by the id's text and the platform.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    text: [u128; 2],
    platform: Platform,
    shard: u16,
    place: u32,
}

/// The id's text, filled up with zeros to its greatest length: compares as the text does, two words at a time.
fn padded(author_id: &AuthorId) -> [u128; 2] {
    let mut digits = itoa::Buffer::new();
    let text = author_id.write(&mut digits).as_bytes();
    let mut padded = [0; 32];
    padded[..text.len()].copy_from_slice(text);
    let (head, tail) = padded.split_at(16);
    [head, tail].map(|half| half.iter().fold(0, |word, byte| word << 8 | u128::from(*byte)))
}

fn lock(shard: &Mutex<Shard>) -> std::sync::MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(|poison| poison.into_inner())
}

fn joined<A>(worker: thread::ScopedJoinHandle<'_, A>) -> A {
    worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
