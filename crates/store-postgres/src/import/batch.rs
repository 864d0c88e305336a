//! What goes between the threads of an import.

use domain::{CreatorKey, CreatorState, Profile};
use store::SnapshotRow;

use crate::codec::{encode_posts, encode_rate_card, encode_reported};

/// Creators of a batch: enough that the round trips of one do not count.
pub(super) const CREATORS_MAX: usize = 1_000;

/// What is held of a creator.
#[derive(Default)]
pub(super) struct Held {
    /// The state; none when the creator is not known.
    pub(super) state: Option<CreatorState>,
    /// The newest snapshot of each source.
    pub(super) newest: Vec<SnapshotRow>,
}

/// Rows to write.
#[derive(Default)]
pub(super) struct Batch {
    /// States of creators that the table has no row of.
    pub(super) new_states: Vec<StateRow>,
    /// States that are not what their row says.
    pub(super) changed_states: Vec<StateRow>,
    /// Profiles that are not what their row says, if they have one.
    pub(super) profiles: Vec<(CreatorKey, Profile)>,
    /// Snapshots to add.
    pub(super) snapshots: Vec<SnapshotRow>,
}

/// A row of `creators`.
pub(super) struct StateRow {
    /// Whose state.
    pub(super) key: CreatorKey,
    /// The posts.
    pub(super) posts: Vec<u8>,
    /// The rate card, where it has a price.
    pub(super) rate_card: Option<Vec<u8>>,
    /// The report, where there is one.
    pub(super) reported: Option<Vec<u8>>,
}

impl StateRow {
    pub(super) fn new(key: CreatorKey, state: &CreatorState) -> Self {
        let rate_card = (!state.rate_card.is_empty()).then(|| encode_rate_card(&state.rate_card));
        let reported = state.reported.as_ref().map(encode_reported);
        Self { key, posts: encode_posts(&state.posts), rate_card, reported }
    }
}
