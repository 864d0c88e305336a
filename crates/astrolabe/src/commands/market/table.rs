//! Creators as rows of a table, and as dots of a chart.

use catalog::Lang;
use catalog::market_wire::{CreatorRow, TierRow};
use chart::Dot;
use domain::{Fen, Range, Tier};

use crate::figures::percent;
use crate::output::{self, thousands};

/// The columns of [`listed`], and which of them are numbers.
const HEADER: [&str; 11] = [
    "creator",
    "name",
    "category",
    "followers",
    "price, yuan",
    "CPM, yuan",
    "percentile",
    "CPE, yuan",
    "expected views",
    "hot",
    "fair price, yuan",
];
const NUMBERS: [usize; 8] = [3, 4, 5, 6, 7, 8, 9, 10];

/// Creators below each other, with prices and costs of a tier.
pub(crate) fn listed(creators: &[CreatorRow], tier: Tier) -> String {
    output::table_of_ids(HEADER, &NUMBERS, creators.iter().map(|creator| row(creator, tier)))
}

fn row(creator: &CreatorRow, tier: Tier) -> [String; HEADER.len()] {
    let dash = || "–".to_owned();
    let text = |text: Option<&String>| text.cloned().unwrap_or_else(dash);
    let of = of_tier(creator, tier);
    let yuan = |of_tier: fn(&TierRow) -> &Option<String>| text(of.and_then(|of| of_tier(of).as_ref()));
    [
        creator.o_author_id.clone(),
        text(creator.name.as_ref()),
        text(creator.category.as_ref()),
        creator.followers.map_or_else(dash, thousands),
        yuan(|of| &of.price_yuan),
        yuan(|of| &of.cpm_yuan),
        of.and_then(|of| of.cpm_percentile).map_or_else(dash, |percentile| percentile.to_string()),
        yuan(|of| &of.cpe_yuan),
        thousands(creator.expected_views),
        percent(u64::from(creator.hot_item_bp)),
        yuan(|of| &of.fair_price_yuan),
    ]
}

/// CPM against expected views.
pub(crate) fn drawn(creators: &[CreatorRow], tier: Tier, lang: Lang) -> String {
    let dots: Vec<Dot> = creators.iter().filter_map(|creator| dot(creator, tier)).collect();
    chart::scatter(&dots, lang)
}

/// Nothing where the CPM is not known.
fn dot(creator: &CreatorRow, tier: Tier) -> Option<Dot> {
    let cpm = of_tier(creator, tier)?.cpm_yuan.as_deref()?;
    Some(Dot {
        name: creator.name.clone().unwrap_or_else(|| creator.o_author_id.clone()),
        category: creator.category.clone(),
        cpm: Fen::from_yuan_text(cpm).ok()?,
        views: creator.expected_views,
        range: creator.views_p25.zip(creator.views_p75).map(|(p25, p75)| Range { p25, p75 }),
    })
}

fn of_tier(creator: &CreatorRow, tier: Tier) -> Option<&TierRow> {
    creator.tiers.iter().find(|of| of.tier == tier.name())
}
