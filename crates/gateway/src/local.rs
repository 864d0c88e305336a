//! The operator's own data as a source of answers, with the figures of creators asked about kept in memory.

use std::sync::Arc;

use domain::{CpInfo, CreatorKey, Fen, PerTier, Platform, Snapshot, UnixTime};
use store::{CreatorStore, Latest, StoreError};

use crate::cache::Cache;
use crate::generations::{Seen, Watch};
use crate::state::Settings;

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

/// Both figures of a creator. The estimate, which nearly every creator has, lies in the cache's own memory, and small:
/// among hundreds of thousands of creators each pointer followed and each line of memory touched is a wait, longer than
/// writing the figures anew.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers {
    estimated: Option<Packed>,
    reported: Option<Arc<Packed>>,
}

/// An answer in 64 bytes.
#[derive(Debug, Clone, Copy)]
struct Packed {
    as_of: UnixTime,
    hot_item_bp: u32,
    expected_views: u64,
    cpm: PackedCosts,
    cpe: PackedCosts,
}

/// The costs of a platform's tiers, in their order. No platform has more than three.
#[derive(Debug, Clone, Copy)]
struct PackedCosts([u64; 3]);

impl PackedCosts {
    /// In the place of a cost: the tier has none.
    const NONE: u64 = u64::MAX;

    fn pack(platform: Platform, costs: &PerTier<Option<Fen>>) -> Self {
        let cost = |place: usize| platform.tiers().get(place).and_then(|tier| costs[*tier]);
        Self([0, 1, 2].map(|place| cost(place).map_or(Self::NONE, |fen| fen.0)))
    }

    fn unpack(self, platform: Platform) -> PerTier<Option<Fen>> {
        let mut costs = PerTier::default();
        for (tier, cost) in platform.tiers().iter().zip(self.0) {
            costs[*tier] = (cost != Self::NONE).then_some(Fen(cost));
        }
        costs
    }
}

impl Packed {
    fn pack(snapshot: &Snapshot) -> Self {
        let info = &snapshot.info;
        Self {
            as_of: snapshot.as_of,
            hot_item_bp: info.hot_item_bp,
            expected_views: info.expected_views,
            cpm: PackedCosts::pack(snapshot.platform, &info.cpm),
            cpe: PackedCosts::pack(snapshot.platform, &info.cpe),
        }
    }

    fn unpack(&self, platform: Platform) -> Answer {
        let info = CpInfo {
            expected_views: self.expected_views,
            cpm: self.cpm.unpack(platform),
            cpe: self.cpe.unpack(platform),
            hot_item_bp: self.hot_item_bp,
        };
        Answer { as_of: self.as_of, info }
    }
}

/// The local source.
pub(crate) struct LocalSource {
    store: Arc<dyn CreatorStore>,
    watch: Arc<Watch>,
    settings: Settings,
    cache: Cache<CreatorKey, Seen<Answers>>,
}

/// What an entry takes: its place in a table that is between half and seven eighths full, and a report.
const ENTRY_BYTES: u64 = 240;

impl LocalSource {
    pub(crate) fn new(store: Arc<dyn CreatorStore>, watch: Arc<Watch>, settings: Settings) -> Self {
        let entries_max = usize::try_from(settings.cache_bytes / ENTRY_BYTES).unwrap_or(usize::MAX);
        Self { store, watch, settings, cache: Cache::new(entries_max) }
    }

    /// The answer from memory, where it is there and current.
    pub(crate) fn cached(&self, key: &CreatorKey, now: UnixTime) -> Option<Found> {
        let seen = self.cache.get(key)?;
        (seen.generation == self.watch.creators()).then(|| self.choose(&seen.value, key.platform, now))
    }

    /// The answer from the store, kept in memory from then on. Unknown creators are not kept: ids that callers make up
    /// must not push real answers out.
    pub(crate) async fn read(&self, key: &CreatorKey, now: UnixTime) -> Result<Found, StoreError> {
        // Before the read: what changes from here on makes the entry old.
        let generation = self.watch.creators();
        let Some(latest) = self.store.latest(key).await? else { return Ok(Found::Unknown) };
        let answers = Answers::of(&latest);
        let found = self.choose(&answers, key.platform, now);
        self.cache.insert(key.clone(), Seen { generation, value: answers });
        Ok(found)
    }

    fn choose(&self, answers: &Answers, platform: Platform, now: UnixTime) -> Found {
        let (reported, estimated) = (answers.reported.as_deref(), answers.estimated.as_ref());
        let answer = self.settings.choose(reported, estimated, |answer| answer.as_of, now);
        answer.map_or(Found::NoFigures, |answer| Found::Answer(answer.unpack(platform)))
    }
}

impl Answers {
    fn of(latest: &Latest) -> Self {
        Self {
            estimated: latest.estimated.as_ref().map(Packed::pack),
            reported: latest.reported.as_ref().map(Packed::pack).map(Arc::new),
        }
    }
}
