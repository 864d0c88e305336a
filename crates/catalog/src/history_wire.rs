//! The answer of History, both ways. Amounts are texts in yuan; changes are natural logarithms of ratios, with six decimals.

use serde::{Deserialize, Serialize};

/// A creator's figures over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    /// The creator's id.
    pub o_author_id: String,
    /// The platform.
    pub platform: String,
    /// The figures, oldest first.
    pub snapshots: Vec<HistoryRow>,
}

/// The figures from one moment on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryRow {
    /// When they were recorded, RFC 3339.
    pub recorded_at: String,
    /// Of when their facts are, RFC 3339.
    pub as_of: String,
    /// When the newest of the prices was seen, RFC 3339: of then is a change of a price.
    pub priced_at: Option<String>,
    /// `estimated`, `reported` or `upstream`.
    pub source: String,
    /// Name and version of the method.
    pub method: String,
    /// Expected views.
    pub expected_views: u64,
    /// One in four posts does worse.
    pub views_p25: Option<u64>,
    /// One in four posts does better.
    pub views_p75: Option<u64>,
    /// Expected interactions.
    pub expected_interactions: Option<u64>,
    /// The hot share, in basis points; unknown where no post was recent.
    pub hot_item_bp: Option<u32>,
    /// On how many posts that rests, where known.
    pub hot_item_posts: Option<u8>,
    /// The change of expected views since the figures before of the same source.
    pub views_change: Option<f64>,
    /// The change of expected interactions.
    pub interactions_change: Option<f64>,
    /// Prices and costs of each length that is sold, and of what was withdrawn that it was.
    pub tiers: Vec<HistoryTier>,
    /// What posts did that were published later.
    pub later: Option<HistoryLater>,
}

/// Prices and costs of a length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryTier {
    /// The tier's name.
    pub tier: String,
    /// `new` or `withdrawn`, since the figures before.
    pub offer: Option<String>,
    /// The price of a placement.
    pub price_yuan: Option<String>,
    /// The cost of a thousand views.
    pub cpm_yuan: Option<String>,
    /// The cost of an interaction.
    pub cpe_yuan: Option<String>,
    /// The change of the CPM: by the price and by the views.
    pub cpm_change: Option<HistoryChange>,
    /// The change of the CPE: by the price and by the interactions.
    pub cpe_change: Option<HistoryChange>,
}

/// A change of a cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryChange {
    /// All of it: the sum of its parts.
    pub total: f64,
    /// What the price contributed.
    pub by_price: f64,
    /// What the views, or the interactions, contributed.
    pub by_count: f64,
}

/// What later posts did.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryLater {
    /// How many there are.
    pub posts: usize,
    /// The median of their plays.
    pub median_plays: u64,
    /// How many were inside the range.
    pub inside: Option<usize>,
    /// Whether the median was.
    pub median_inside: Option<bool>,
    /// The logarithm of the median over the expected views.
    pub log_error: Option<f64>,
}

/// An example: a price that rose and views that fell.
pub(crate) fn example() -> HistoryPage {
    let tier = |price: &str, cpm: &str, cpe: &str, changes: [Option<HistoryChange>; 2]| HistoryTier {
        tier: "21_60".to_owned(),
        offer: None,
        price_yuan: Some(price.to_owned()),
        cpm_yuan: Some(cpm.to_owned()),
        cpe_yuan: Some(cpe.to_owned()),
        cpm_change: changes[0],
        cpe_change: changes[1],
    };
    let row = |at: &str, priced_at: &str, views, views_change, tier| HistoryRow {
        recorded_at: at.to_owned(),
        as_of: at.to_owned(),
        priced_at: Some(priced_at.to_owned()),
        source: "estimated".to_owned(),
        method: "median-10/1".to_owned(),
        expected_views: views,
        views_p25: Some(views / 2),
        views_p75: Some(views * 2),
        expected_interactions: Some(20_000),
        hot_item_bp: Some(1200),
        hot_item_posts: Some(25),
        views_change,
        interactions_change: views_change.map(|_| 0.0),
        tiers: vec![tier],
        later: None,
    };
    let change = |by_price, by_count, total| Some(HistoryChange { total, by_price, by_count });
    let first =
        row("2026-10-01T00:00:00Z", "2026-09-12T00:00:00Z", 400_000, None, tier("8000", "20", "0.4", [None, None]));
    let later = HistoryLater {
        posts: 6,
        median_plays: 441_000,
        inside: Some(4),
        median_inside: Some(true),
        log_error: Some(0.09758),
    };
    let changes = [change(0.09531, 0.105361, 0.200671), change(0.09531, 0.0, 0.09531)];
    let second = row(
        "2026-11-01T00:00:00Z",
        "2026-10-20T00:00:00Z",
        360_000,
        Some(-0.105361),
        tier("8800", "24.44", "0.44", changes),
    );
    let snapshots = vec![HistoryRow { later: Some(later), ..first }, second];
    HistoryPage { o_author_id: "6826128263245070349".to_owned(), platform: "SHORT_VIDEO".to_owned(), snapshots }
}
