//! The operator's own data as a source of answers, with the answers already written kept in memory.

use std::sync::Arc;

use catalog::cp_info_wire;
use domain::{CreatorKey, Snapshot, UnixTime};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use store::{Latest, StoreError};

use crate::generations::{Seen, Watch};
use crate::state::{Settings, Store};

/// What the local data has on a creator.
#[derive(Debug)]
pub(crate) enum Found {
    /// An answer.
    Answer(Arc<Answer>),
    /// The creator is known, but the posts allow no estimate.
    NoFigures,
    /// Nothing is held of this creator on this platform.
    Unknown,
}

/// An answer's `data`, written, and the moment its facts are of.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) as_of: UnixTime,
    pub(crate) data: Box<[u8]>,
}

/// Both figures of a creator, written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers {
    estimated: Option<Arc<Answer>>,
    reported: Option<Arc<Answer>>,
}

/// The local source.
pub(crate) struct LocalSource {
    store: Arc<dyn Store>,
    watch: Arc<Watch>,
    settings: Settings,
    cache: Cache<CreatorKey, Seen<Answers>, ByBytes>,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<CreatorKey, Seen<Answers>> for ByBytes {
    fn weight(&self, _: &CreatorKey, answers: &Seen<Answers>) -> u64 {
        // Key, slot and bookkeeping of an entry come to about 150 bytes beside the answers' own.
        let of = |answer: &Option<Arc<Answer>>| answer.as_ref().map_or(0, |answer| answer.data.len() as u64 + 48);
        150 + of(&answers.value.estimated) + of(&answers.value.reported)
    }
}

impl LocalSource {
    pub(crate) fn new(store: Arc<dyn Store>, watch: Arc<Watch>, settings: Settings) -> Self {
        let expected_entries = usize::try_from(settings.cache_bytes / 450).unwrap_or(usize::MAX);
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
        let answers = Answers::write(&latest);
        let found = self.choose(&answers, now);
        self.cache.insert(key.clone(), Seen { generation, value: answers });
        Ok(found)
    }

    fn choose(&self, answers: &Answers, now: UnixTime) -> Found {
        let (reported, estimated) = (answers.reported.as_ref(), answers.estimated.as_ref());
        // Figures that do not win are still better than no answer; their age is told.
        let answer = match self.settings.prefers_reported(reported.map(|answer| answer.as_of), now) {
            true => reported.or(estimated),
            false => estimated.or(reported),
        };
        answer.map_or(Found::NoFigures, |answer| Found::Answer(answer.clone()))
    }
}

impl Answers {
    fn write(latest: &Latest) -> Self {
        let write = |snapshot: &Snapshot| {
            let mut data = Vec::with_capacity(256);
            cp_info_wire::write(snapshot.platform, &snapshot.info, &mut data);
            Arc::new(Answer { as_of: snapshot.as_of, data: data.into() })
        };
        Self { estimated: latest.estimated.as_ref().map(write), reported: latest.reported.as_ref().map(write) }
    }
}
