//! Xingtu's own figures as a snapshot: served exactly, with CPM from price and expected plays.

use std::borrow::Cow;

use domain::{CpInfo, CreatorKey, PostHistory, Reported, Snapshot, SnapshotSource, cost_per_mille};

use crate::Settings;
use crate::estimate::per_price;
use crate::hot::hot_share;

/// The name and version kept with snapshots of Xingtu's own figures.
pub(crate) const METHOD: &str = "xingtu-reported/1";

/// The snapshot of a report. The reply carries no hot share, so that one figure is ours, from the posts held.
pub(crate) fn snapshot(key: &CreatorKey, reported: &Reported, posts: &PostHistory, settings: &Settings) -> Snapshot {
    let views = reported.expected_views;
    Snapshot {
        author_id: key.author_id.clone(),
        platform: key.platform,
        source: SnapshotSource::Reported,
        method: Cow::Borrowed(METHOD),
        as_of: reported.as_of,
        info: CpInfo {
            expected_views: views,
            cpm: per_price(reported.prices, |price| cost_per_mille(price, views)),
            cpe: reported.cpe,
            hot_item_bp: hot_share(posts.posts(), reported.as_of, views, settings, |_, _| {}).basis_points(),
        },
        expected_interactions: None,
        range: None,
        prices: reported.prices,
    }
}
