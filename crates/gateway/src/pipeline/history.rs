//! A creator's figures over time, as they are held.

use catalog::history_wire::{HistoryChange, HistoryLater, HistoryPage, HistoryRow, HistoryTier};
use catalog::{AuthorCpInfoQuestion, Endpoint, HISTORY, HISTORY_MAX, PlainQuery};
use domain::{CreatorKey, Post, Snapshot, UnixTime};
use estimator::{Change, Past};
use serde_json::{Value, json};

use crate::pipeline::Ask;
use crate::pipeline::answer::{no_figures, unknown_creator};
use crate::pipeline::paid::PaidQuestion;
use crate::problem::Problem;
use crate::ranked::yuan;
use crate::state::Gateway;

/// Whose history is asked for.
pub(crate) struct History(CreatorKey);

impl PaidQuestion for History {
    const ENDPOINT: &'static Endpoint = &HISTORY;

    fn read(query: &PlainQuery<'_>, _body: &[u8]) -> Result<Self, Problem> {
        Ok(Self(AuthorCpInfoQuestion::read(query)?.key))
    }

    fn creator(&self) -> Option<&CreatorKey> {
        Some(&self.0)
    }

    async fn answer(&self, gateway: &Gateway, _ask: &Ask<'_>) -> Result<Value, Problem> {
        let recorded = gateway.store.history(&self.0, HISTORY_MAX).await?;
        let state = gateway.store.state(&self.0).await?;
        if recorded.is_empty() {
            return Err(if state.is_some() { no_figures(&self.0) } else { unknown_creator(&self.0) });
        }
        let posts = state.as_ref().map_or(&[][..], |state| state.posts.posts());
        Ok(json!(history_page(&self.0, &recorded, posts, gateway.settings.estimate.mature_days)))
    }
}

/// The history of a creator as `/v1/history` tells it: `recorded` newest first, as stores have it, the newest [`HISTORY_MAX`].
pub fn history_page(
    key: &CreatorKey,
    recorded: &[(UnixTime, Snapshot)],
    posts: &[Post],
    mature_days: u32,
) -> HistoryPage {
    let past = estimator::past(recorded, posts, mature_days);
    HistoryPage {
        o_author_id: key.author_id.to_string(),
        platform: key.platform.name().to_owned(),
        snapshots: past.iter().map(row).collect(),
    }
}

fn row(past: &Past<'_>) -> HistoryRow {
    let snapshot = past.snapshot;
    HistoryRow {
        recorded_at: past.recorded_at.to_string(),
        as_of: snapshot.as_of.to_string(),
        priced_at: snapshot.priced_at.map(|moment| moment.to_string()),
        source: snapshot.source.name().to_owned(),
        method: snapshot.method.to_string(),
        expected_views: snapshot.info.expected_views,
        views_p25: snapshot.range.map(|range| range.p25),
        views_p75: snapshot.range.map(|range| range.p75),
        expected_interactions: snapshot.expected_interactions,
        hot_item_bp: snapshot.info.hot_item_bp,
        hot_item_posts: snapshot.hot_posts,
        views_change: past.moved.and_then(|moved| moved.views).map(rounded),
        interactions_change: past.moved.and_then(|moved| moved.interactions).map(rounded),
        tiers: tiers(past),
        later: past.later.map(|later| HistoryLater {
            posts: later.posts,
            median_plays: later.median_plays,
            inside: later.inside,
            median_inside: later.median_inside,
            log_error: later.log_error.map(rounded),
        }),
    }
}

/// The lengths of which anything is known, and those that were withdrawn.
fn tiers(past: &Past<'_>) -> Vec<HistoryTier> {
    let snapshot = past.snapshot;
    let tiers = snapshot.platform.tiers().iter().map(|tier| {
        let moved = past.moved.map(|moved| moved.tiers[*tier]).unwrap_or_default();
        HistoryTier {
            tier: tier.name().to_owned(),
            offer: moved.offer.map(|offer| offer.name().to_owned()),
            price_yuan: yuan(snapshot.prices[*tier]),
            cpm_yuan: yuan(snapshot.info.cpm[*tier]),
            cpe_yuan: yuan(snapshot.info.cpe[*tier]),
            cpm_change: moved.cpm.map(change),
            cpe_change: moved.cpe.map(change),
        }
    });
    let is_told = |of: &HistoryTier| {
        of.price_yuan.is_some() || of.cpm_yuan.is_some() || of.cpe_yuan.is_some() || of.offer.is_some()
    };
    tiers.filter(is_told).collect()
}

/// The parts rounded, and their sum.
fn change(change: Change) -> HistoryChange {
    let (by_price, by_count) = (rounded(change.by_price), rounded(change.by_count));
    HistoryChange { total: rounded(by_price + by_count), by_price, by_count }
}

/// To six decimals.
fn rounded(number: f64) -> f64 {
    let rounded = (number * 1e6).round() / 1e6;
    // Not −0.
    if rounded == 0.0 { 0.0 } else { rounded }
}
