//! The answers of the endpoints about many creators, both ways. Amounts are texts in yuan, kept exactly.

use serde::{Deserialize, Serialize};

/// A page of creators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatorsPage {
    /// The edition of the market that it is of.
    pub edition: String,
    /// Whether the page before was of another edition.
    pub edition_changed: bool,
    /// Creators that pass, on all pages together.
    pub total: u64,
    /// These by source; not told by older servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_source: Option<BySource>,
    /// The creators of this page.
    pub creators: Vec<CreatorRow>,
    /// The cursor of the next page, where there is one.
    pub next: Option<String>,
}

/// How many creators have figures of each source, which are not on one scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BySource {
    /// Our estimates.
    pub estimated: u64,
    /// Xingtu's own figures.
    pub reported: u64,
    /// Answers bought from upstreams.
    pub upstream: u64,
}

impl BySource {
    /// Counts creators by the names of their sources.
    pub fn count<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        names.fold(Self::default(), |mut counts, name| {
            match name {
                "estimated" => counts.estimated += 1,
                "reported" => counts.reported += 1,
                "upstream" => counts.upstream += 1,
                // A plan of an older server tells none.
                _ => {}
            }
            counts
        })
    }
}

/// Some creators side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The edition of the market that it is of.
    pub edition: String,
    /// The creators, in the order asked for.
    pub creators: Vec<CreatorRow>,
    /// Ids of which there are no figures.
    pub unknown: Vec<String>,
}

/// A creator among others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatorRow {
    /// The creator's id.
    pub o_author_id: String,
    /// The platform.
    pub platform: String,
    /// The name shown to people.
    pub name: Option<String>,
    /// What its posts are about.
    pub category: Option<String>,
    /// How many follow it.
    pub followers: Option<u64>,
    /// The band of those.
    pub size: Option<String>,
    /// Of when the figures are, RFC 3339.
    pub as_of: String,
    /// `estimated`, `reported` or `upstream`.
    pub source: String,
    /// Expected views of the next placement.
    pub expected_views: u64,
    /// One in four posts does worse.
    pub views_p25: Option<u64>,
    /// One in four posts does better.
    pub views_p75: Option<u64>,
    /// Expected interactions.
    pub expected_interactions: Option<u64>,
    /// Whether CPM and CPE imply these.
    pub interactions_implied: bool,
    /// The hot share, in basis points; unknown where no post is recent.
    pub hot_item_bp: Option<u32>,
    /// On how many posts that rests, where known.
    pub hot_item_posts: Option<u8>,
    /// Prices and costs of each length that is sold.
    pub tiers: Vec<TierRow>,
    /// Where the expected views stand among the peers', 0 to 100.
    pub views_percentile: Option<u8>,
    /// Where the hot share stands.
    pub hot_percentile: Option<u8>,
    /// Whom it is compared with.
    pub peers: Option<PeersRow>,
}

/// Prices and costs of a length. Amounts are in yuan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TierRow {
    /// The tier's name.
    pub tier: String,
    /// The price of a placement.
    pub price_yuan: Option<String>,
    /// Whether CPM and expected views imply it.
    pub price_implied: bool,
    /// The cost of a thousand views.
    pub cpm_yuan: Option<String>,
    /// The cost of an interaction.
    pub cpe_yuan: Option<String>,
    /// Where the CPM stands among the peers', 0 to 100: low is cheap.
    pub cpm_percentile: Option<u8>,
    /// Where the CPE stands.
    pub cpe_percentile: Option<u8>,
    /// The median CPM of the peers.
    pub peers_cpm_yuan: Option<String>,
    /// The price at which the creator would sit at that median.
    pub fair_price_yuan: Option<String>,
}

/// Whom a creator is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeersRow {
    /// `category_and_size`, `size` or `platform`.
    pub scope: String,
    /// How many they are, the creator among them.
    pub count: u32,
}

/// The creator of examples.
pub(crate) fn example() -> CreatorRow {
    let yuan = |text: &str| Some(text.to_owned());
    let tier = |tier: &str, price: &str, cpm: &str, cpe: &str, places: (u8, u8), median: &str, fair: &str| TierRow {
        tier: tier.to_owned(),
        price_yuan: yuan(price),
        price_implied: false,
        cpm_yuan: yuan(cpm),
        cpe_yuan: yuan(cpe),
        cpm_percentile: Some(places.0),
        cpe_percentile: Some(places.1),
        peers_cpm_yuan: yuan(median),
        fair_price_yuan: yuan(fair),
    };
    CreatorRow {
        o_author_id: "6826128263245070349".to_owned(),
        platform: "SHORT_VIDEO".to_owned(),
        name: yuan("达人0"),
        category: yuan("美妆"),
        followers: Some(9_420_000),
        size: yuan("1m_10m"),
        as_of: "2026-11-22T03:04:05Z".to_owned(),
        source: "estimated".to_owned(),
        expected_views: 4_693_149,
        views_p25: Some(3_345_072),
        views_p75: Some(7_124_608),
        expected_interactions: Some(104_057),
        interactions_implied: false,
        hot_item_bp: Some(1200),
        hot_item_posts: Some(25),
        tiers: vec![
            tier("1_20", "263700", "56.18", "2.53", (88, 90), "21.30", "99964.07"),
            tier("21_60", "659100", "140.43", "6.33", (97, 98), "28.75", "134928.03"),
            tier("60", "659100", "140.43", "6.33", (96, 97), "33.10", "155343.23"),
        ],
        views_percentile: Some(71),
        hot_percentile: Some(55),
        peers: Some(PeersRow { scope: "category_and_size".to_owned(), count: 132 }),
    }
}
