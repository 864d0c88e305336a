//! The operator's own data as a source of answers, with the figures of creators asked about kept in memory.

use std::sync::Arc;

use domain::{CpInfo, CreatorKey, Fen, PerTier, Platform, Snapshot, UnixTime};
use store::{CreatorStore, Latest, StoreError};

use crate::cache::Cache;
use crate::generations::{Seen, Watch};
use crate::moment::Clock;
use crate::sources::Held;
use crate::state::Settings;

/// An answer's figures, the moment its facts are of, on how many posts its hot share rests, where that is known, and when it was bought,
/// where it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) as_of: UnixTime,
    pub(crate) info: CpInfo,
    pub(crate) hot_posts: Option<u8>,
    pub(crate) bought_at: Option<UnixTime>,
}

/// The figures of a creator by source.
#[derive(Debug, Default)]
struct Answers {
    estimated: Option<Answer>,
    reported: Option<Answer>,
    bought: Option<Answer>,
}

impl Answers {
    fn of(latest: &Latest) -> Self {
        let answer = |snapshot: &Snapshot| {
            let Snapshot { as_of, info, hot_posts, bought_at, .. } = *snapshot;
            Answer { as_of, info, hot_posts, bought_at }
        };
        let Latest { estimated, reported, bought } = latest;
        let [estimated, reported, bought] = [estimated, reported, bought].map(|of| of.as_ref().map(answer));
        Self { estimated, reported, bought }
    }

    /// The estimate, small, where that is all there is.
    fn pack(&self, platform: Platform, generation: u64) -> Option<Packed> {
        match (&self.estimated, &self.reported, &self.bought) {
            (Some(estimated), None, None) => Packed::pack(estimated, platform, generation),
            _ => None,
        }
    }
}

/// An answer in 40 bytes, so that with its key it fits one line of the processor's cache: among hundreds of thousands of
/// creators each line touched is a wait, longer than writing the figures anew.
#[derive(Debug, Clone, Copy)]
struct Packed {
    /// Expected views; in the lowest 21 bits the posts of the hot share (zero where they are not known) and its basis points.
    views_and_hot: u64,
    as_of: UnixTime,
    /// The lowest bits of the generation it was read under.
    generation: u32,
    cpm: PackedCosts,
    cpe: PackedCosts,
}

/// The costs of a platform's tiers, in their order. No platform has more than three.
#[derive(Debug, Clone, Copy)]
struct PackedCosts([u32; 3]);

impl PackedCosts {
    /// In the place of a cost: the tier has none.
    const NONE: u32 = u32::MAX;

    /// Nothing, where a cost is too large.
    fn pack(platform: Platform, costs: &PerTier<Option<Fen>>) -> Option<Self> {
        let mut packed = [Self::NONE; 3];
        for (place, tier) in packed.iter_mut().zip(platform.tiers()) {
            let Some(cost) = costs[*tier] else { continue };
            *place = u32::try_from(cost.0).ok().filter(|cost| *cost != Self::NONE)?;
        }
        Some(Self(packed))
    }

    fn unpack(self, platform: Platform) -> PerTier<Option<Fen>> {
        let mut costs = PerTier::default();
        for (tier, cost) in platform.tiers().iter().zip(self.0) {
            costs[*tier] = (cost != Self::NONE).then_some(Fen(u64::from(cost)));
        }
        costs
    }
}

/// In the place of a hot share: there is none.
const NO_HOT_SHARE: u16 = u16::MAX;
/// Bits of a hot share, and of how many posts it rests on: at most 25.
const HOT_BITS: u32 = u16::BITS;
const POSTS_BITS: u32 = 5;
const BELOW_VIEWS: u32 = HOT_BITS + POSTS_BITS;

impl Packed {
    /// Nothing, where a figure is too large.
    fn pack(answer: &Answer, platform: Platform, generation: u64) -> Option<Self> {
        let info = &answer.info;
        let hot = match info.hot_item_bp {
            Some(share) => u16::try_from(share).ok().filter(|share| *share != NO_HOT_SHARE)?,
            None => NO_HOT_SHARE,
        };
        let posts = u64::from(answer.hot_posts.unwrap_or(0));
        let fits = info.expected_views >> (u64::BITS - BELOW_VIEWS) == 0 && posts >> POSTS_BITS == 0;
        let views = fits.then_some(info.expected_views << BELOW_VIEWS)?;
        Some(Self {
            views_and_hot: views | posts << HOT_BITS | u64::from(hot),
            as_of: answer.as_of,
            generation: low_bits(generation),
            cpm: PackedCosts::pack(platform, &info.cpm)?,
            cpe: PackedCosts::pack(platform, &info.cpe)?,
        })
    }

    fn unpack(&self, platform: Platform) -> Answer {
        let info = CpInfo {
            expected_views: self.views_and_hot >> BELOW_VIEWS,
            cpm: self.cpm.unpack(platform),
            cpe: self.cpe.unpack(platform),
            hot_item_bp: Some(self.views_and_hot as u16).filter(|share| *share != NO_HOT_SHARE).map(u32::from),
        };
        let posts = (self.views_and_hot >> HOT_BITS) as u8 & ((1 << POSTS_BITS) - 1);
        Answer { as_of: self.as_of, info, hot_posts: Some(posts).filter(|posts| *posts > 0), bought_at: None }
    }
}

/// A generation comes back in them after four billion changes, of which none asked about the creator in between.
fn low_bits(generation: u64) -> u32 {
    generation as u32
}

/// The local source.
pub(crate) struct LocalSource {
    store: Arc<dyn CreatorStore>,
    watch: Arc<Watch>,
    clock: Clock,
    settings: Settings,
    /// The estimates of creators that have nothing else, which are nearly all.
    packed: Cache<CreatorKey, Packed>,
    /// Everything else.
    others: Cache<CreatorKey, Seen<Arc<Answers>>>,
}

/// What a packed entry takes: its place in a table that is between half and seven eighths full.
const PACKED_BYTES: u64 = 128;

/// What another entry takes: the same, and its answers.
const OTHER_BYTES: u64 = 512;

impl LocalSource {
    pub(crate) fn new(store: Arc<dyn CreatorStore>, watch: Arc<Watch>, clock: Clock, settings: Settings) -> Self {
        let entries = |bytes_each: u64| usize::try_from(settings.cache_bytes / 2 / bytes_each).unwrap_or(usize::MAX);
        let (packed, others) = (Cache::new(entries(PACKED_BYTES)), Cache::new(entries(OTHER_BYTES)));
        Self { store, watch, clock, settings, packed, others }
    }

    /// What is held of a creator, from memory, where it is there and current.
    pub(crate) fn cached(&self, key: &CreatorKey, now: UnixTime) -> Option<Held> {
        let generation = self.watch.figures();
        match self.packed.get(key) {
            Some(packed) if packed.generation == low_bits(generation) => {
                Some(Held { local: Some(packed.unpack(key.platform)), bought: None })
            }
            _ => {
                let seen = self.others.get(key)?;
                (seen.generation == generation).then(|| self.held(&seen.value, now))
            }
        }
    }

    /// What is held of a creator, from the store, kept in memory from then on; `None` where nothing is. Unknown creators are
    /// not kept: ids that callers make up must not push real answers out.
    pub(crate) async fn read(&self, key: &CreatorKey) -> Result<Option<Held>, StoreError> {
        // Before the read: what changes from here on makes the entry old.
        let generation = self.watch.figures();
        let Some(latest) = self.store.latest(key).await? else { return Ok(None) };
        let answers = Answers::of(&latest);
        let held = self.held(&answers, (self.clock)().second());
        match answers.pack(key.platform, generation) {
            Some(packed) => self.packed.insert(key.clone(), packed),
            None => self.others.insert(key.clone(), Seen { generation, value: Arc::new(answers) }),
        }
        Ok(Some(held))
    }

    /// Forgets what is in memory of a creator: an answer was bought. What is being read meanwhile may come back without it; then
    /// the store is read once more before anything is bought.
    pub(crate) fn forget(&self, key: &CreatorKey) {
        self.packed.remove(key);
        self.others.remove(key);
    }

    fn held(&self, answers: &Answers, now: UnixTime) -> Held {
        let local = self.settings.choose(answers.reported, answers.estimated, |answer| answer.as_of, now);
        Held { local, bought: answers.bought }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(views: u64, hot_item_bp: impl Into<Option<u32>>, cost: u64) -> Answer {
        let costs = PerTier::from_fn(|tier| (tier == Platform::ShortVideo.tiers()[1]).then_some(Fen(cost)));
        let info = CpInfo { expected_views: views, cpm: costs, cpe: costs, hot_item_bp: hot_item_bp.into() };
        Answer { as_of: UnixTime(7), info, hot_posts: None, bought_at: None }
    }

    #[test]
    fn what_is_packed_comes_out_as_it_was_and_what_does_not_fit_is_not_packed() {
        assert_eq!(size_of::<(CreatorKey, Packed)>(), 64);
        let with_posts = Answer { hot_posts: Some(25), ..answer((1 << 43) - 1, 10_000, u64::from(u32::MAX) - 1) };
        for fits in
            [answer(0, 0, 0), answer(1, None, 1), with_posts, Answer { hot_posts: Some(1), ..answer(1, None, 1) }]
        {
            let packed = Packed::pack(&fits, Platform::ShortVideo, 1 << 40 | 3).expect("fits");
            assert_eq!(packed.unpack(Platform::ShortVideo), fits);
            assert_eq!(packed.generation, 3);
        }
        let too_many_posts = Answer { hot_posts: Some(32), ..answer(0, 0, 0) };
        for too_large in
            [too_many_posts, answer(1 << 43, 0, 0), answer(0, (1 << 16) - 1, 0), answer(0, 0, u64::from(u32::MAX))]
        {
            assert!(Packed::pack(&too_large, Platform::ShortVideo, 0).is_none());
        }
    }
}
