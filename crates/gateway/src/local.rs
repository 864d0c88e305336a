//! The operator's own data as a source of answers, with the figures of creators asked about kept in memory.

use std::sync::Arc;

use domain::{CpInfo, CreatorKey, Snapshot, UnixTime};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use store::{Latest, StoreError};

use crate::generations::{Seen, Watch};
use crate::state::{Settings, Store};

/// What the local data has on a creator.
#[derive(Debug)]
pub(crate) enum Found {
    /// An answer.
    Answer(Answer),
    /// The creator is known, but the posts allow no estimate.
    NoFigures,
    /// Nothing is held of this creator on this platform.
    Unknown,
}

/// An answer's figures, and the moment its facts are of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer {
    pub(crate) as_of: UnixTime,
    pub(crate) info: CpInfo,
}

/// Both figures of a creator. The estimate, which nearly every creator has, lies in the cache's own memory: among
/// hundreds of thousands of creators each pointer followed is a wait for memory, longer than writing the figures anew.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers {
    estimated: Option<Answer>,
    reported: Option<Arc<Answer>>,
}

/// The local source.
pub(crate) struct LocalSource {
    store: Arc<dyn Store>,
    watch: Arc<Watch>,
    settings: Settings,
    cache: Cache<CreatorKey, Seen<Answers>, ByBytes>,
}

/// What an entry takes, with the cache's own bookkeeping.
const ENTRY_BYTES: u64 = 256;

#[derive(Clone)]
struct ByBytes;

impl Weighter<CreatorKey, Seen<Answers>> for ByBytes {
    fn weight(&self, _: &CreatorKey, answers: &Seen<Answers>) -> u64 {
        let reported = answers.value.reported.as_ref().map_or(0, |_| size_of::<Answer>() as u64 + 32);
        ENTRY_BYTES + reported
    }
}

impl LocalSource {
    pub(crate) fn new(store: Arc<dyn Store>, watch: Arc<Watch>, settings: Settings) -> Self {
        let expected_entries = usize::try_from(settings.cache_bytes / ENTRY_BYTES).unwrap_or(usize::MAX);
        Self { store, watch, settings, cache: Cache::with_weighter(expected_entries, settings.cache_bytes, ByBytes) }
    }

    /// The answer from memory, where it is there and current.
    pub(crate) fn cached(&self, key: &CreatorKey, now: UnixTime) -> Option<Found> {
        let seen = self.cache.get(key)?;
        (seen.generation == self.watch.creators()).then(|| self.choose(&seen.value, now))
    }

    /// The answer from the store, kept in memory from then on. Unknown creators are not kept: ids that callers make up
    /// must not push real answers out.
    pub(crate) async fn read(&self, key: &CreatorKey, now: UnixTime) -> Result<Found, StoreError> {
        // Before the read: what changes from here on makes the entry old.
        let generation = self.watch.creators();
        let Some(latest) = self.store.latest(key).await? else { return Ok(Found::Unknown) };
        let answers = Answers::of(&latest);
        let found = self.choose(&answers, now);
        self.cache.insert(key.clone(), Seen { generation, value: answers });
        Ok(found)
    }

    fn choose(&self, answers: &Answers, now: UnixTime) -> Found {
        let (reported, estimated) = (answers.reported.as_deref(), answers.estimated.as_ref());
        // Figures that do not win are still better than no answer; their age is told.
        let answer = match self.settings.prefers_reported(reported.map(|answer| answer.as_of), now) {
            true => reported.or(estimated),
            false => estimated.or(reported),
        };
        answer.map_or(Found::NoFigures, |answer| Found::Answer(*answer))
    }
}

impl Answers {
    fn of(latest: &Latest) -> Self {
        let answer = |snapshot: &Snapshot| Answer { as_of: snapshot.as_of, info: snapshot.info };
        Self {
            estimated: latest.estimated.as_ref().map(answer),
            reported: latest.reported.as_ref().map(answer).map(Arc::new),
        }
    }
}
