//! How answers tell the market: a creator's row, amounts, sources, editions.

use catalog::market_wire::{CreatorRow, PeersRow, TierRow};
use domain::Fen;
use market::{Listed, Market};

/// A creator's row in answers of `/v1/creators` and `/v1/compare`.
pub(crate) fn creator_row(listed: &Listed) -> CreatorRow {
    let tiers = listed.platform.tiers().iter().map(|tier| TierRow {
        tier: tier.name().to_owned(),
        price_yuan: yuan(listed.prices[*tier]),
        price_implied: listed.price_implied[*tier],
        cpm_yuan: yuan(listed.cpm[*tier]),
        cpe_yuan: yuan(listed.cpe[*tier]),
        cpm_percentile: listed.percentiles.cpm[*tier],
        cpe_percentile: listed.percentiles.cpe[*tier],
        peers_cpm_yuan: yuan(listed.peers.as_ref().and_then(|peers| peers.cpm_median[*tier])),
        fair_price_yuan: yuan(listed.fair_prices[*tier]),
    });
    CreatorRow {
        o_author_id: listed.author_id.to_string(),
        platform: listed.platform.name().to_owned(),
        name: listed.name.clone(),
        category: listed.category.clone(),
        followers: listed.followers,
        size: listed.band.map(|band| band.name().to_owned()),
        as_of: listed.as_of.to_string(),
        source: listed.source.name().to_owned(),
        expected_views: listed.expected_views,
        views_p25: listed.range.map(|range| range.p25),
        views_p75: listed.range.map(|range| range.p75),
        expected_interactions: listed.expected_interactions,
        interactions_implied: listed.interactions_implied,
        hot_item_bp: listed.hot_item_bp,
        hot_item_posts: listed.hot_posts,
        tiers: tiers.collect(),
        views_percentile: listed.percentiles.views,
        hot_percentile: listed.percentiles.hot,
        peers: listed.peers.as_ref().map(|peers| PeersRow { scope: peers.scope.name().to_owned(), count: peers.count }),
    }
}

/// An amount in yuan.
pub(crate) fn yuan(amount: Option<Fen>) -> Option<String> {
    amount.map(|fen| fen.yuan().to_string())
}

/// The edition of a market.
pub(crate) fn edition_text(market: &Market) -> String {
    format!("{:016x}", market.edition())
}
