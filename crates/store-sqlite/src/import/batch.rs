//! What goes from one thread of an import to the other: rows ready to be written, their blobs in one buffer.

use std::ops::Range;

use domain::{CreatorKey, CreatorState, Profile};
use store::SnapshotRow;

use crate::codec::{encode_posts, encode_rate_card, encode_reported};

/// Creators of a batch: few enough to stay in the processor's cache, enough to make the channel's cost vanish.
const CREATORS_MAX: u64 = 256;

/// Rows to write. Emptied and used again, so that an import allocates a few of them and no more.
#[derive(Default)]
pub(super) struct Batch {
    /// Creators looked at, changed or not.
    pub(super) touched: u64,
    /// States of creators that the table has no row of.
    pub(super) new_states: Vec<StateRow>,
    /// States that are not what their row says.
    pub(super) changed_states: Vec<StateRow>,
    /// Profiles that are not what their row says, if they have one.
    pub(super) profiles: Vec<(CreatorKey, Profile)>,
    /// Snapshots to add.
    pub(super) snapshots: Vec<SnapshotRow>,
    blobs: Vec<u8>,
}

/// A row of `creators`; its blobs are in the batch.
pub(super) struct StateRow {
    /// Whose state.
    pub(super) key: CreatorKey,
    posts: Range<usize>,
    rate_card: Range<usize>,
    reported: Range<usize>,
}

impl Batch {
    pub(super) fn is_full(&self) -> bool {
        self.touched >= CREATORS_MAX
    }

    pub(super) fn clear(&mut self) {
        self.touched = 0;
        self.new_states.clear();
        self.changed_states.clear();
        self.profiles.clear();
        self.snapshots.clear();
        self.blobs.clear();
    }

    /// Adds a state to write.
    pub(super) fn push_state(&mut self, key: CreatorKey, state: &CreatorState, is_new: bool) {
        let start = self.blobs.len();
        encode_posts(&state.posts, &mut self.blobs);
        let posts_end = self.blobs.len();
        if !state.rate_card.is_empty() {
            encode_rate_card(&state.rate_card, &mut self.blobs);
        }
        let rate_card_end = self.blobs.len();
        if let Some(reported) = &state.reported {
            encode_reported(reported, &mut self.blobs);
        }
        let (posts, rate_card) = (start..posts_end, posts_end..rate_card_end);
        let rows = if is_new { &mut self.new_states } else { &mut self.changed_states };
        rows.push(StateRow { key, posts, rate_card, reported: rate_card_end..self.blobs.len() });
    }

    /// The posts of a row.
    pub(super) fn posts(&self, row: &StateRow) -> &[u8] {
        &self.blobs[row.posts.clone()]
    }

    /// The rate card of a row, where it has a price.
    pub(super) fn rate_card(&self, row: &StateRow) -> Option<&[u8]> {
        Some(&self.blobs[row.rate_card.clone()]).filter(|blob| !blob.is_empty())
    }

    /// The report of a row, where it has one.
    pub(super) fn reported(&self, row: &StateRow) -> Option<&[u8]> {
        Some(&self.blobs[row.reported.clone()]).filter(|blob| !blob.is_empty())
    }
}
