//! Answers to keep.

use domain::{CpInfo, Fen, MicroYuan, PerTier, Snapshot, SnapshotSource, Tier, UnixTime};

use super::super::sample::{NOW, key};
use super::Upstreams;
use crate::{Bought, BoughtFilter};

/// When the first answer of a case is received.
pub(super) const NOW_MS: u64 = NOW.0 as u64 * 1_000;

/// Figures that expect so many views.
pub(super) fn info(expected_views: u64) -> CpInfo {
    let cpm = PerTier::from_fn(|tier| (tier != Tier::Single).then_some(Fen(2_156)));
    let cpe = PerTier::from_fn(|tier| (tier == Tier::Over60s).then_some(Fen(0)));
    CpInfo { expected_views, cpm, cpe, hot_item_bp: Some(1_200) }
}

/// An answer about a creator, received `seconds` after the first one; unusable, where it expects no number of views.
pub(super) fn bought(author_id: &str, seconds: u64, expected_views: Option<u64>) -> Bought {
    Bought {
        number: 0,
        key: key(author_id),
        upstream: "global".into(),
        received_at_ms: NOW_MS + seconds * 1_000 + 789,
        age_s: 7 * seconds as u32,
        price: MicroYuan(300_000),
        info: expected_views.map(info),
        body: vec![0x28, 0xb5, 0, seconds as u8],
    }
}

/// What is to be served of it.
pub(super) fn snapshot(bought: &Bought) -> Snapshot {
    let received_at_s = (bought.received_at_ms / 1_000) as u32;
    Snapshot {
        author_id: bought.key.author_id.clone(),
        platform: bought.key.platform,
        source: SnapshotSource::Upstream,
        method: format!("upstream/{}", bought.upstream).into(),
        as_of: UnixTime(received_at_s.saturating_sub(bought.age_s)),
        info: bought.info.expect("a usable answer"),
        expected_interactions: None,
        range: None,
        prices: PerTier::default(),
        priced_at: None,
        hot_posts: None,
        bought_at: Some(UnixTime(received_at_s)),
    }
}

/// Keeps answers, one after the other.
pub(super) async fn keep<S: Upstreams>(store: &S, answers: &[Bought]) {
    for answer in answers {
        store.keep_bought(answer.clone()).await.expect("kept");
    }
}

/// Every answer kept.
pub(super) async fn all<S: Upstreams>(store: &S) -> Vec<Bought> {
    list(store, BoughtFilter { limit: u32::MAX, ..BoughtFilter::default() }).await
}

/// The answers of a filter.
pub(super) async fn list<S: Upstreams>(store: &S, filter: BoughtFilter) -> Vec<Bought> {
    store.bought(filter).await.expect("the answers")
}
