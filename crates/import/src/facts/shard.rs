//! The states of some of the creators, found by hash.
//!
//! Posts first wait, in the order in which they came. When enough of them do, they are joined with the posts held, and
//! all are written anew, creator by creator, into one flat vector: every creator's memory is fetched once for several
//! posts, and no creator costs an allocation of its own. How many may wait grows with the posts held, which grow with
//! the creators (at most [`PostHistory::LIMIT`] each) and not with the posts of the file.

use std::collections::HashMap;
use std::hash::BuildHasher;

use domain::{CreatorKey, CreatorState, Post, PostHistory};
use hashbrown::{DefaultHashBuilder, HashTable};

use super::PostRow;

/// How many posts may wait, however few are held.
const WAITING_MIN: usize = 8192;

/// The states of the creators whose hash falls to this shard.
#[derive(Default)]
pub(crate) struct Shard {
    /// Hash and place of each creator.
    table: HashTable<(u64, u32)>,
    /// The creators by place.
    keys: Vec<CreatorKey>,
    /// The posts held, creator by creator, oldest first.
    posts: Vec<Post>,
    /// Where the posts of each creator end. Creators added since the posts were written have no entry, and no posts.
    ends: Vec<u32>,
    /// Posts that are not yet among those of their creators; all are there until they are moved out one by one.
    waiting: Vec<Option<PostRow>>,
    /// Prices and reports, kept apart because files of posts, the large ones, have none.
    others: HashMap<u32, Box<CreatorState>>,
}

/// What adding posts to a shard needs: how keys are hashed, and room that is used again.
pub(super) struct Adding {
    pub(super) hasher: DefaultHashBuilder,
    places: Vec<u32>,
    /// Numbers of waiting rows, creator by creator.
    order: Vec<u32>,
    /// Where each creator's numbers end in `order`.
    bounds: Vec<u32>,
    spare: Vec<Post>,
}

impl Adding {
    pub(super) fn new(hasher: DefaultHashBuilder) -> Self {
        let (places, order, bounds) = (Vec::new(), Vec::new(), Vec::new());
        Self { hasher, places, order, bounds, spare: Vec::new() }
    }

    /// A counting sort of row numbers by place.
    fn sort_by_place(&mut self, creators: usize) {
        self.bounds.clear();
        self.bounds.resize(creators, 0);
        for place in &self.places {
            self.bounds[*place as usize] += 1;
        }
        let mut start = 0;
        for bound in &mut self.bounds {
            start += std::mem::replace(bound, start);
        }
        self.order.clear();
        self.order.resize(self.places.len(), 0);
        for (row, place) in self.places.iter().enumerate() {
            // From where the creator's numbers start to where they end.
            let bound = &mut self.bounds[*place as usize];
            self.order[*bound as usize] = row as u32;
            *bound += 1;
        }
    }
}

impl Shard {
    /// Adds posts, by and by.
    pub(super) fn add_posts(&mut self, rows: impl Iterator<Item = PostRow>, adding: &mut Adding) {
        self.waiting.extend(rows.map(Some));
        if self.waiting.len() >= WAITING_MIN.max(self.posts.len()) {
            self.add_waiting(adding);
        }
    }

    /// Adds what waits and gives the room for it back.
    pub(super) fn settle(&mut self, adding: &mut Adding) {
        self.add_waiting(adding);
        self.waiting = Vec::new();
    }

    fn add_waiting(&mut self, adding: &mut Adding) {
        let mut waiting = std::mem::take(&mut self.waiting);
        adding.places.clear();
        for (key, _) in waiting.iter().flatten() {
            let place = self.place(adding.hasher.hash_one(key), key);
            adding.places.push(place);
        }
        adding.sort_by_place(self.keys.len());
        self.rewrite(&mut waiting, adding);
        waiting.clear();
        self.waiting = waiting;
    }

    /// Writes the posts of all creators anew, the waiting ones among them.
    fn rewrite(&mut self, waiting: &mut [Option<PostRow>], adding: &mut Adding) {
        let Adding { order, bounds, spare, .. } = adding;
        // What the last shard left is used for this one, for they are of one size; asking for so much memory and giving
        // it back each time would keep the system busy.
        std::mem::swap(&mut self.posts, spare);
        self.posts.reserve(spare.len() + waiting.len());
        let mut held = spare.drain(..);
        let (mut held_before, mut rows) = (0, order.iter());
        let mut rows_before = 0;
        for (place, rows_end) in bounds.iter().enumerate() {
            let held_end = self.ends.get(place).copied().unwrap_or(held_before);
            let start = self.posts.len();
            self.posts.extend(held.by_ref().take((held_end - held_before) as usize));
            held_before = held_end;
            if *rows_end > rows_before {
                let new = rows.by_ref().take((*rows_end - rows_before) as usize);
                for (_, post) in new.filter_map(|row| waiting[*row as usize].take()) {
                    PostHistory::add_to_tail(&mut self.posts, start, post);
                }
                PostHistory::trim_tail(&mut self.posts, start);
                rows_before = *rows_end;
            }
            match self.ends.get_mut(place) {
                Some(end) => *end = self.posts.len() as u32,
                None => self.ends.push(self.posts.len() as u32),
            }
        }
    }

    /// The prices and reports of a creator, who is added when new. Its posts are not in here.
    pub(super) fn others(&mut self, hash: u64, key: &CreatorKey) -> &mut CreatorState {
        let place = self.place(hash, key);
        self.others.entry(place).or_default()
    }

    /// How many creators are in this shard.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The keys, in the order of their places.
    pub(crate) fn keys(&self) -> &[CreatorKey] {
        &self.keys
    }

    /// The state at a place. To be asked for once: prices and reports are moved out.
    pub(crate) fn take(&mut self, place: u32) -> (CreatorKey, CreatorState) {
        let at = place as usize;
        let mut state = self.others.remove(&place).map_or_else(CreatorState::default, |others| *others);
        let start = if at == 0 { 0 } else { self.ends.get(at - 1).copied().unwrap_or(0) };
        if let Some(end) = self.ends.get(at) {
            state.posts = PostHistory::from_ordered(&self.posts[start as usize..*end as usize]);
        }
        (self.keys[at].clone(), state)
    }

    /// The place of a creator, who is added when new.
    pub(super) fn place(&mut self, hash: u64, key: &CreatorKey) -> u32 {
        let Self { table, keys, .. } = self;
        let same = |entry: &(u64, u32)| entry.0 == hash && keys[entry.1 as usize] == *key;
        if let Some(entry) = table.find(hash, same) {
            return entry.1;
        }
        // 2^32 creators in one of the shards would need terabytes of memory before.
        let place = u32::try_from(keys.len()).expect("fewer than 2^32 creators in a shard");
        keys.push(key.clone());
        table.insert_unique(hash, (hash, place), |entry| entry.0);
        place
    }
}
