//! Creators' states and snapshots: read one by one while serving, written in bulk by imports.

use async_trait::async_trait;
use domain::{AuthorId, CreatorKey, CreatorState, Snapshot, UnixTime};

use crate::{Generations, StoreError, SurveyMark, Surveyed};

/// The newest snapshot of each source for one creator on one platform.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Latest {
    /// Our own estimate.
    pub estimated: Option<Snapshot>,
    /// Xingtu's own figures.
    pub reported: Option<Snapshot>,
    /// The answer bought last from an upstream.
    pub bought: Option<Snapshot>,
}

/// Reads creators.
#[async_trait]
pub trait CreatorStore: Send + Sync {
    /// The newest snapshots of a creator, or `None` when nothing is held about the creator on that platform: a creator
    /// whose posts allow no estimate is known, with an empty [`Latest`]. One of whom only a bought answer is held is known
    /// too.
    async fn latest(&self, key: &CreatorKey) -> Result<Option<Latest>, StoreError>;

    /// The posts, prices, report and profile held of a creator.
    async fn state(&self, key: &CreatorKey) -> Result<Option<CreatorState>, StoreError>;

    /// Both of these, of one moment: where an import came in between they are read again.
    async fn latest_with_state(&self, key: &CreatorKey) -> Result<Option<(Latest, Option<CreatorState>)>, StoreError> {
        let mut latest = self.latest(key).await?;
        loop {
            let state = self.state(key).await?;
            let again = self.latest(key).await?;
            if again == latest {
                return Ok(latest.map(|latest| (latest, state)));
            }
            latest = again;
        }
    }

    /// What imports brought of the creators behind one, or of the first ones, in the order of an import: at most `limit`.
    async fn states(
        &self,
        behind: Option<&CreatorKey>,
        limit: u32,
    ) -> Result<Vec<(CreatorKey, CreatorState)>, StoreError>;

    /// The newest snapshots of a creator, bought answers included, newest recorded first, with the moment each was recorded; at most
    /// `limit`.
    async fn history(&self, key: &CreatorKey, limit: u32) -> Result<Vec<(UnixTime, Snapshot)>, StoreError>;

    /// How often things have changed, by whatever process.
    async fn generations(&self) -> Result<Generations, StoreError>;

    /// How many creators (creator and platform) imports brought.
    async fn creator_count(&self) -> Result<u64, StoreError>;

    /// Gives back the room on the disk that an import took besides, where it is much and nobody reads from it: the import itself does so
    /// at its end, but cannot while others read. Done by servers, now and then; without it nothing is lost.
    async fn cut_log(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Gives every creator that has figures to `take`, bought ones included, in the order of an import. What imports brought is
    /// of one moment, that of the mark it answers with; a bought answer may be newer.
    ///
    /// Blocks, for seconds where there are a million creators: on a thread that runs no async tasks.
    fn survey(&self, take: &mut (dyn FnMut(Surveyed) + Send)) -> Result<SurveyMark, StoreError>;
}

/// What an import brings, and what to do with it.
pub struct ImportRequest<'a> {
    /// What was read of each creator: no key twice, **sorted by the text of the author's id, then by platform number**.
    pub states: &'a mut (dyn Iterator<Item = (CreatorKey, CreatorState)> + Send),
    /// Makes the snapshots of a creator's merged state: at most one of each source.
    pub snapshots: &'a (dyn Fn(&CreatorKey, &CreatorState) -> Vec<Snapshot> + Sync),
    /// When the import runs; kept with the snapshots as the moment they were recorded.
    pub now: UnixTime,
    /// Told how many creators are done, now and then.
    pub progress: &'a mut (dyn FnMut(u64) + Send),
}

/// What is held of a creator with what an import read merged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// Both together.
    pub state: CreatorState,
    /// Whether nothing was held.
    pub is_new: bool,
    /// Whether it is not what was held.
    pub is_changed: bool,
    /// Whether the profile is not the one that was held.
    pub has_new_profile: bool,
}

impl Merged {
    /// Merges.
    pub fn of(held: Option<CreatorState>, read: CreatorState) -> Self {
        let Some(held) = held else {
            let has_new_profile = !read.profile.is_empty();
            return Self { state: read, is_new: true, is_changed: true, has_new_profile };
        };
        let mut state = held.clone();
        state.merge(read);
        let (is_changed, has_new_profile) = (state != held, state.profile != held.profile);
        Self { state, is_new: false, is_changed, has_new_profile }
    }
}

/// What an import changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportOutcome {
    /// Creators (creator and platform) the import had something of.
    pub touched: u64,
    /// Of these, creators whose state is not what it was.
    pub changed: u64,
    /// Snapshots added, for their figures are not those of the newest snapshot of their source.
    pub snapshots_added: u64,
}

/// What was deleted of a creator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forgotten {
    /// States: one for each platform.
    pub states: u64,
    /// Snapshots of all of them.
    pub snapshots: u64,
    /// Answers bought from upstreams.
    pub bought: u64,
}

/// Writes creators. Blocking: an import is one long job, not a request.
pub trait ImportStore: Send + Sync {
    /// Merges what was read into the held states and records a snapshot where the figures changed, all in one durable
    /// transaction: after an error or a kill nothing of it is kept, and doing it twice changes nothing.
    fn import(&self, request: ImportRequest<'_>) -> Result<ImportOutcome, StoreError>;

    /// Deletes what is held of a creator, on every platform: posts, prices, profile, snapshots, bought answers. Servers see that
    /// as they see an import. Calls and what they cost stay. Doing it twice changes nothing.
    fn forget(&self, author_id: &AuthorId) -> Result<Forgotten, StoreError>;

    /// Makes what was deleted of creators unreadable in the database's files too, as far as it is the store that sees to that; whether
    /// nothing of it is left there. Blocking, and as long as all creators take to be written. Doing it twice changes nothing.
    fn wipe_deleted(&self) -> Result<bool, StoreError>;
}
