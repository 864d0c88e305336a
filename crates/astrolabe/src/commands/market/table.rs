//! Creators as rows of a table, and as dots of a chart.

use catalog::Lang;
use catalog::market_wire::{CreatorRow, TierRow};
use chart::Dot;
use domain::{Fen, Range, Tier, cost_per_mille};
use market::By;

use crate::tables::Kind::{Flag, Id, Moment, Percent, Text, Whole, Yuan};
use crate::tables::{Cell, Column, Table, words};

const COLUMNS: [Column; 30] = [
    Column::new("author_id", Id, "creator", "达人 ID"),
    Column::new("name", Text, "name", "名称"),
    Column::new("category", Text, "category", "类目"),
    Column::new("price_yuan", Yuan, "price", "报价"),
    Column::new("price_implied", Flag, "implied", "推算报价"),
    Column::new("cpm_yuan", Yuan, "CPM", "CPM"),
    Column::new("cpm_percentile", Whole, "CPM percentile", "CPM 百分位").short("CPM pctl", "CPM 百分位"),
    Column::new("expected_views", Whole, "expected views", "预期播放量").short("expected views", "预期 播放量"),
    Column::new("fair_price_yuan", Yuan, "fair price", "合理报价"),
    Column::new("followers", Whole, "followers", "粉丝数"),
    Column::new("cpe_yuan", Yuan, "CPE", "CPE"),
    Column::new("hot_percent", Percent, "hot posts", "爆款率"),
    Column::new("hot_of_posts", Whole, "out of posts", "爆款率作品数").short("out of posts", "爆款率 作品数"),
    Column::new("views_p25", Whole, "views p25", "播放量 p25"),
    Column::new("views_p75", Whole, "views p75", "播放量 p75"),
    Column::new("cpm_at_p25_yuan", Yuan, "CPM at p25", "CPM，播放量 p25"),
    Column::new("cpm_at_p75_yuan", Yuan, "CPM at p75", "CPM，播放量 p75"),
    Column::new("expected_interactions", Whole, "interactions", "预期互动量"),
    Column::new("interactions_implied", Flag, "implied interactions", "推算互动量"),
    Column::new("peers_cpm_yuan", Yuan, "peers' median CPM", "同类 CPM 中位数"),
    Column::new("views_percentile", Whole, "views percentile", "播放量百分位").short("views pctl", "播放量 百分位"),
    Column::new("cpe_percentile", Whole, "CPE percentile", "CPE 百分位").short("CPE pctl", "CPE 百分位"),
    Column::new("hot_percentile", Whole, "hot percentile", "爆款率百分位").short("hot pctl", "爆款率 百分位"),
    Column::new("peers", Whole, "peers", "同类人数"),
    Column::new("peers_by", Text, "peers by", "同类范围").of(words::peers_by),
    Column::new("size", Text, "size", "粉丝量级").of(words::size),
    Column::new("tier", Text, "tier", "时长档位").of(words::tier),
    Column::new("platform", Text, "platform", "内容类型").of(words::platform),
    Column::new("source", Text, "source", "来源").of(words::source),
    Column::new("as_of", Moment, "as of", "数据时间"),
];

/// What tells a good placement, the most telling first.
const TELLING: [&str; 6] =
    ["author_id", "cpm_yuan", "cpm_percentile", "fair_price_yuan", "price_yuan", "expected_views"];

/// Creators below each other, with prices and costs of a tier.
pub(crate) fn compared(creators: &[CreatorRow], tier: Tier) -> Table {
    let rows = creators.iter().map(|creator| cells(creator, tier).into()).collect();
    Table { rows, ..Table::new(COLUMNS, &TELLING) }
}

/// Creators as they are sorted.
pub(crate) fn ranked(creators: &[CreatorRow], tier: Tier, by: By) -> Table {
    let sorted: &[&str] = match by {
        By::Cpm => &["cpm_yuan"],
        By::Cpe => &["cpe_yuan"],
        By::Price => &["price_yuan"],
        By::Views => &["expected_views"],
        By::Interactions => &["expected_interactions"],
        By::Hot => &["hot_percent", "hot_of_posts"],
        By::Followers => &["followers"],
        By::Category => &["category"],
    };
    let mut table = compared(creators, tier);
    table.first.retain(|name| !sorted.contains(name));
    table.first.splice(1..1, sorted.iter().copied());
    table
}

fn cells(creator: &CreatorRow, tier: Tier) -> [Cell; COLUMNS.len()] {
    let (of, peers) = (of_tier(creator, tier), creator.peers.as_ref());
    let text = |text: Option<&String>| Cell::of(text.cloned(), Cell::Text);
    let whole = |number: Option<u64>| Cell::of(number, Cell::Whole);
    let percentile = |percentile: Option<u8>| whole(percentile.map(u64::from));
    // A server's texts, which it wrote as the type does.
    let fen = |text: &String| Fen::from_yuan_text(text).ok();
    let yuan = |amount: fn(&TierRow) -> &Option<String>| {
        Cell::of(of.and_then(|of| amount(of).as_ref()).and_then(fen), Cell::Yuan)
    };
    let price = of.and_then(|of| of.price_yuan.as_ref()).and_then(fen);
    let cpm_at = |views: Option<u64>| {
        Cell::of(price.zip(views).and_then(|(price, views)| cost_per_mille(price, views)), Cell::Yuan)
    };
    [
        Cell::Text(creator.o_author_id.clone()),
        text(creator.name.as_ref()),
        text(creator.category.as_ref()),
        yuan(|of| &of.price_yuan),
        Cell::Flag(of.is_some_and(|of| of.price_implied)),
        yuan(|of| &of.cpm_yuan),
        percentile(of.and_then(|of| of.cpm_percentile)),
        Cell::Whole(creator.expected_views),
        yuan(|of| &of.fair_price_yuan),
        whole(creator.followers),
        yuan(|of| &of.cpe_yuan),
        Cell::of(creator.hot_item_bp.map(u64::from), Cell::Share),
        whole(creator.hot_item_posts.map(u64::from)),
        whole(creator.views_p25),
        whole(creator.views_p75),
        cpm_at(creator.views_p25),
        cpm_at(creator.views_p75),
        whole(creator.expected_interactions),
        Cell::Flag(creator.interactions_implied),
        yuan(|of| &of.peers_cpm_yuan),
        percentile(creator.views_percentile),
        percentile(of.and_then(|of| of.cpe_percentile)),
        percentile(creator.hot_percentile),
        whole(peers.map(|peers| u64::from(peers.count))),
        text(peers.map(|peers| &peers.scope)),
        text(creator.size.as_ref()),
        Cell::Text(tier.name().to_owned()),
        Cell::Text(creator.platform.clone()),
        Cell::Text(creator.source.clone()),
        Cell::of(creator.as_of.parse().ok(), Cell::Moment),
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
