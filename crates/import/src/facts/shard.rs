//! The states of some of the creators, found by hash.

use std::collections::HashMap;

use domain::{CreatorKey, CreatorState, PostHistory};
use hashbrown::HashTable;

/// The states of the creators whose hash falls to this shard.
#[derive(Default)]
pub(crate) struct Shard {
    /// Hash and place in `groups`.
    table: HashTable<(u64, u32)>,
    groups: Vec<Group>,
    /// Prices and reports, kept apart because files of posts, the large ones, have none.
    others: HashMap<u32, Box<CreatorState>>,
}

/// Whose posts, and the posts.
struct Group {
    key: CreatorKey,
    posts: PostHistory,
}

impl Shard {
    /// The posts of a creator, who is added when new.
    pub(crate) fn posts(&mut self, hash: u64, key: &CreatorKey) -> &mut PostHistory {
        let place = self.place(hash, key);
        &mut self.groups[place as usize].posts
    }

    /// The prices and reports of a creator, who is added when new. Its posts are not in here.
    pub(crate) fn others(&mut self, hash: u64, key: &CreatorKey) -> &mut CreatorState {
        let place = self.place(hash, key);
        self.others.entry(place).or_default()
    }

    /// How many creators are in this shard.
    pub(crate) fn len(&self) -> usize {
        self.groups.len()
    }

    /// The keys, in the order of their places.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &CreatorKey> {
        self.groups.iter().map(|group| &group.key)
    }

    /// Takes the state at a place out, leaving it empty.
    pub(crate) fn take(&mut self, place: u32) -> (CreatorKey, CreatorState) {
        let group = &mut self.groups[place as usize];
        let posts = std::mem::take(&mut group.posts);
        let mut state = self.others.remove(&place).map_or_else(CreatorState::default, |others| *others);
        state.posts = posts;
        (group.key.clone(), state)
    }

    fn place(&mut self, hash: u64, key: &CreatorKey) -> u32 {
        let Self { table, groups, .. } = self;
        let same = |entry: &(u64, u32)| entry.0 == hash && groups[entry.1 as usize].key == *key;
        if let Some(entry) = table.find(hash, same) {
            return entry.1;
        }
        // 2^32 creators in one of 64 shards would need terabytes of memory before.
        let place = u32::try_from(groups.len()).expect("fewer than 2^32 creators in a shard");
        groups.push(Group { key: key.clone(), posts: PostHistory::default() });
        table.insert_unique(hash, (hash, place), |entry| entry.0);
        place
    }
}
