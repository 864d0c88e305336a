//! The states of some of the creators, found by hash.
//!
//! Posts first wait, in the order in which they came. When enough of them do, they are joined with the posts held, and
//! all are written anew, creator by creator, into one flat vector: every creator's memory is fetched once for several
//! posts, and no creator costs an allocation of its own. How many may wait grows with the creators, as the posts held
//! do (at most [`PostHistory::LIMIT`] each), and not with the posts of the file.

use domain::{AuthorId, CreatorKey, CreatorState, Platform, Post, PostHistory};
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use super::{Batch, HeldPost, hash_of};

/// How many posts may wait, however few the creators are.
const WAITING_MIN: usize = 8192;

/// How many posts may wait for each creator: as many as may be held.
const WAITING_A_CREATOR: usize = PostHistory::LIMIT;

/// How many posts without a numeric id may wait, so that those of a shard are added while it is in the caches.
const TEXTS_MAX: usize = 4096;

/// The states of the creators whose hash falls to this shard.
#[derive(Default)]
pub(crate) struct Shard {
    /// Hash and place of each creator.
    table: HashTable<(u64, u32)>,
    /// The creators by place.
    keys: Vec<CreatorKey>,
    /// The posts held, creator by creator, oldest first.
    posts: Vec<HeldPost>,
    /// Where the posts of each creator end. Creators added since the posts were written have no entry, and no posts.
    ends: Vec<u32>,
    /// Posts that are not yet among those of their creators.
    waiting: Vec<HeldPost>,
    /// The authors of those.
    authors: Vec<i64>,
    /// Posts without a numeric id that wait, with the hashes of their creators.
    texts: Vec<(u64, CreatorKey, Post)>,
    /// Prices, profiles, reports and posts without a numeric id, kept apart because the large files have none.
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
    spare: Vec<HeldPost>,
}

impl Adding {
    pub(super) fn new(hasher: DefaultHashBuilder) -> Self {
        let (places, order, bounds) = (Vec::new(), Vec::new(), Vec::new());
        Self { hasher, places, order, bounds, spare: Vec::new() }
    }

    /// Keeps room that a shard no longer needs, if it is more than is kept already.
    fn keep(&mut self, room: Vec<HeldPost>) {
        if room.capacity() > self.spare.capacity() {
            self.spare = room;
        }
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
    /// Adds the posts in some rows of a batch, by and by.
    pub(super) fn add_posts(&mut self, batch: Batch<'_>, rows: &[u32], adding: &mut Adding) {
        if self.waiting.capacity() == 0 {
            self.make_room(adding);
        }
        self.waiting.extend(rows.iter().map(|row| batch.posts[*row as usize]));
        self.authors.extend(rows.iter().map(|row| batch.authors[*row as usize]));
        if self.waiting.len() >= self.waiting_max() {
            self.add_waiting(adding);
            self.make_room(adding);
        }
    }

    /// How many posts may wait.
    fn waiting_max(&self) -> usize {
        WAITING_MIN.max(self.keys.len() * WAITING_A_CREATOR)
    }

    /// Asks at once for the room that as many posts as may wait need, and some more: growing step by step would copy
    /// the posts each time and leave holes behind.
    fn make_room(&mut self, adding: &mut Adding) {
        let room = self.waiting_max() * 9 / 8;
        if self.waiting.capacity() < room {
            adding.keep(std::mem::replace(&mut self.waiting, Vec::with_capacity(room)));
            self.authors = Vec::with_capacity(room);
        }
    }

    /// Adds a post whose id or whose author's id is not a number, by and by.
    pub(super) fn add_text(&mut self, hash: u64, key: CreatorKey, post: Post) {
        self.texts.push((hash, key, post));
        if self.texts.len() >= TEXTS_MAX {
            self.add_texts();
        }
    }

    fn add_texts(&mut self) {
        let mut texts = std::mem::take(&mut self.texts);
        for (hash, key, post) in texts.drain(..) {
            self.others(hash, &key).posts.add(post);
        }
        self.texts = texts;
    }

    /// Adds what waits and gives the room for it back.
    pub(super) fn settle(&mut self, adding: &mut Adding) {
        self.add_texts();
        self.texts = Vec::new();
        self.add_waiting(adding);
        self.authors = Vec::new();
        adding.keep(std::mem::take(&mut self.waiting));
    }

    fn add_waiting(&mut self, adding: &mut Adding) {
        adding.places.clear();
        let (waiting, authors) = (std::mem::take(&mut self.waiting), std::mem::take(&mut self.authors));
        for (author, post) in authors.iter().zip(&waiting) {
            let hash = hash_of(&adding.hasher, *author, post.platform);
            adding.places.push(self.place_of_number(hash, *author, post.platform));
        }
        (self.waiting, self.authors) = (waiting, authors);
        adding.sort_by_place(self.keys.len());
        self.rewrite(adding);
        self.waiting.clear();
        self.authors.clear();
    }

    /// Writes the posts of all creators anew, the waiting ones among them.
    fn rewrite(&mut self, adding: &mut Adding) {
        let spare = std::mem::take(&mut adding.spare);
        let Adding { order, bounds, .. } = &*adding;
        // What the last shard left is used for this one, for they are of one size; asking for so much memory and giving
        // it back each time would keep the system busy.
        let held = std::mem::replace(&mut self.posts, spare);
        self.posts.clear();
        let most = held.len() + self.waiting.len();
        if self.posts.capacity() < most {
            self.posts = Vec::with_capacity(most);
        }
        let (mut held_before, mut rows_before) = (0, 0);
        for (place, rows_end) in bounds.iter().enumerate() {
            let held_end = self.ends.get(place).map_or(held_before, |end| *end as usize);
            let start = self.posts.len();
            self.posts.extend_from_slice(&held[held_before..held_end]);
            held_before = held_end;
            let rows_end = *rows_end as usize;
            if rows_end > rows_before {
                for row in &order[rows_before..rows_end] {
                    PostHistory::add_to_tail(&mut self.posts, start, self.waiting[*row as usize]);
                }
                PostHistory::trim_tail(&mut self.posts, start);
                rows_before = rows_end;
            }
            match self.ends.get_mut(place) {
                Some(end) => *end = self.posts.len() as u32,
                None => self.ends.push(self.posts.len() as u32),
            }
        }
        adding.keep(held);
    }

    /// What is held of a creator, who is added when new, besides the posts with numeric ids.
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

    /// The state at a place. To be asked for once: what is not in the flat vector is moved out.
    pub(crate) fn take(&mut self, place: u32) -> (CreatorKey, CreatorState) {
        let at = place as usize;
        let mut state = self.others.remove(&place).map_or_else(CreatorState::default, |others| *others);
        let start = if at == 0 { 0 } else { self.ends.get(at - 1).copied().unwrap_or(0) };
        if let Some(end) = self.ends.get(at) {
            let posts = self.posts[start as usize..*end as usize].iter().map(|post| post.to_post()).collect();
            state.posts.merge(PostHistory::from_ordered(posts));
        }
        (self.keys[at].clone(), state)
    }

    /// The place of a creator, who is added when new.
    pub(super) fn place(&mut self, hash: u64, key: &CreatorKey) -> u32 {
        self.find_or_add(hash, |held| held == key, || key.clone())
    }

    /// The place of a creator whose id is a number, not below zero.
    #[inline]
    fn place_of_number(&mut self, hash: u64, author: i64, platform: Platform) -> u32 {
        let same = |held: &CreatorKey| held.author_id.as_integer() == Some(author) && held.platform == platform;
        let author_id = || AuthorId::from_integer(author).expect("not below zero");
        self.find_or_add(hash, same, || CreatorKey { author_id: author_id(), platform })
    }

    #[inline]
    fn find_or_add(&mut self, hash: u64, same: impl Fn(&CreatorKey) -> bool, key: impl FnOnce() -> CreatorKey) -> u32 {
        let Self { table, keys, .. } = self;
        if let Some(entry) = table.find(hash, |entry| entry.0 == hash && same(&keys[entry.1 as usize])) {
            return entry.1;
        }
        // 2^32 creators in one of the shards would need terabytes of memory before.
        let place = u32::try_from(keys.len()).expect("fewer than 2^32 creators in a shard");
        keys.push(key());
        table.insert_unique(hash, (hash, place), |entry| entry.0);
        place
    }
}
