//! `astrolabe history`: a creator's figures over time, what moved them, and what later posts did.

use std::path::PathBuf;

use anyhow::bail;
use catalog::history_wire::{HistoryChange, HistoryPage, HistoryRow, HistoryTier};
use catalog::{HISTORY_MAX, Lang};
use chart::{Beside, History, LaterPost};
use clap::Args;
use domain::{AuthorId, CreatorKey, Fen, PerTier, Platform, Post, Range, Tier, UnixTime};

use crate::cli::Common;
use crate::commands::market::{ServerFlags, tell_cost};
use crate::commands::{cp, operator_store};
use crate::data_dir::DataDir;
use crate::flags::parse_platform;
use crate::output;
use crate::tables::{Cell, Column, Kind, OutArgs, Table, check_writable, words, write_whole};

#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// The creator's id
    author_id: AuthorId,
    /// SHORT_VIDEO, LIVE_STREAMING, PICTURE_TEXT or SHORT_DRAMA
    #[arg(long, default_value_t = Platform::ShortVideo, value_parser = parse_platform)]
    platform: Platform,
    /// Draw it into this file too: expected views with their range, later posts, and CPM
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    server: ServerFlags,
    #[command(flatten)]
    pub(crate) out: OutArgs,
    /// Print JSON for programs, as /v1/history answers
    #[arg(long, conflicts_with = "out")]
    json: bool,
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, args: &HistoryArgs) -> anyhow::Result<()> {
    args.out.check()?;
    args.svg.as_deref().map_or(Ok(()), check_writable)?;
    let key = CreatorKey { author_id: args.author_id.clone(), platform: args.platform };
    let (page, posts) = match args.server.client()? {
        // A server tells what came of later posts, not the posts.
        Some(client) => {
            let page = client.history(&key).await?;
            tell_cost(&client, args.out.lang());
            (page, Vec::new())
        }
        None => local(common, &key, args.out.lang()).await?,
    };
    if let Some(file) = &args.svg {
        let drawn = chart::history(&picture(&page, &posts, args.out.lang()), args.out.lang());
        write_whole(file, drawn.as_bytes())?;
    }
    match args.json {
        true => output::json(&page),
        false => args.out.put(&table(&page)),
    }
}

async fn local(common: &Common, key: &CreatorKey, lang: Lang) -> anyhow::Result<(HistoryPage, Vec<Post>)> {
    let data = DataDir::held(common)?;
    let store = operator_store(&data).await?;
    let recorded = store.history(key, HISTORY_MAX).await?;
    if recorded.is_empty() {
        bail!(cp::unknown(key, &data.place(), lang));
    }
    let state = store.state(key).await?.unwrap_or_default();
    let mature_days = data.config.estimate.mature_days;
    let mut posts = estimator::latest_captures(state.posts.posts()).into_owned();
    let page = gateway::history_page(key, &recorded, &posts, mature_days);
    // Those that are drawn are those that were counted.
    posts.retain(|post| post.is_mature(mature_days));
    Ok((page, posts))
}

/// A row for each length of each snapshot; one for a snapshot without.
fn table(page: &HistoryPage) -> Table {
    use Kind::{Moment, Number, Percent, Text, Whole, Yuan};
    let columns = [
        Column::new("as_of", Moment, "as of", "数据时间"),
        Column::new("source", Text, "source", "来源").of(words::source),
        Column::new("expected_views", Whole, "expected views", "预期播放量").short("expected views", "预期 播放量"),
        Column::new("tier", Text, "length", "时长档位").of(words::tier),
        Column::new("price_yuan", Yuan, "price", "报价"),
        Column::new("priced_at", Moment, "priced", "报价时间"),
        Column::new("cpm_yuan", Yuan, "CPM", "CPM"),
        Column::new("cpe_yuan", Yuan, "CPE", "CPE"),
        Column::new("cpm_change_percent", Number, "CPM changed by %", "CPM 变化（%）").short("CPM by %", "CPM 变化%"),
        Column::new("price_change_percent", Number, "price by %", "报价变化（%）").short("price by %", "报价 变化%"),
        Column::new("views_change_percent", Number, "views by %", "播放量变化（%）")
            .short("views by %", "播放量 变化%"),
        Column::new("interactions_change_percent", Number, "interactions by %", "互动量变化（%）")
            .short("interact. by %", "互动量 变化%"),
        Column::new("later_posts", Whole, "later posts", "后续作品数"),
        Column::new("later_median_plays", Whole, "their median plays", "后续播放中位数"),
        Column::new("later_inside", Whole, "inside the range", "落在区间内"),
        Column::new("later_log_error", Number, "log error", "对数误差"),
        Column::new("views_p25", Whole, "views p25", "播放量 p25"),
        Column::new("views_p75", Whole, "views p75", "播放量 p75"),
        Column::new("expected_interactions", Whole, "interactions", "预期互动量"),
        Column::new("hot_percent", Percent, "hot posts", "爆款率"),
        Column::new("hot_of_posts", Whole, "out of posts", "爆款率作品数"),
        Column::new("method", Text, "method", "方法"),
        Column::new("recorded_at", Moment, "recorded", "记录时间"),
        Column::new("offer", Text, "offer", "在售变化").of(words::offer),
    ];
    // What moved and why, before what there is besides: these fit 80 columns in both languages.
    let first = [
        "as_of",
        "tier",
        "offer",
        "cpm_yuan",
        "cpm_change_percent",
        "price_change_percent",
        "views_change_percent",
        "interactions_change_percent",
        "cpe_yuan",
        "priced_at",
        "expected_views",
        "later_median_plays",
    ];
    let mut table = Table::new(columns, &first);
    for row in &page.snapshots {
        match row.tiers.is_empty() {
            true => table.rows.push(cells(row, None)),
            false => table.rows.extend(row.tiers.iter().map(|tier| cells(row, Some(tier)))),
        }
    }
    table
}

fn cells(row: &HistoryRow, tier: Option<&HistoryTier>) -> Vec<Cell> {
    let moment = |text: &str| Cell::of(text.parse().ok(), Cell::Moment);
    let of_tier = |of: fn(&HistoryTier) -> Option<&str>| Cell::of(tier.and_then(of).and_then(fen), Cell::Yuan);
    let change = |of: fn(HistoryChange) -> f64| percent(tier.and_then(|tier| tier.cpm_change).map(of));
    let later = row.later;
    vec![
        moment(&row.as_of),
        Cell::Text(row.source.clone()),
        Cell::Whole(row.expected_views),
        Cell::of(tier, |tier| Cell::Text(tier.tier.clone())),
        of_tier(|tier| tier.price_yuan.as_deref()),
        Cell::of(row.priced_at.as_ref(), |text| moment(text)),
        of_tier(|tier| tier.cpm_yuan.as_deref()),
        of_tier(|tier| tier.cpe_yuan.as_deref()),
        change(|change| change.total),
        change(|change| change.by_price),
        percent(row.views_change),
        percent(row.interactions_change),
        Cell::of(later, |later| Cell::Whole(later.posts as u64)),
        Cell::of(later, |later| Cell::Whole(later.median_plays)),
        Cell::of(later.and_then(|later| later.inside), |inside| Cell::Whole(inside as u64)),
        Cell::of(later.and_then(|later| later.log_error), Cell::Number),
        Cell::of(row.views_p25, Cell::Whole),
        Cell::of(row.views_p75, Cell::Whole),
        Cell::of(row.expected_interactions, Cell::Whole),
        Cell::of(row.hot_item_bp.map(u64::from), Cell::Share),
        Cell::of(row.hot_item_posts.map(u64::from), Cell::Whole),
        Cell::Text(row.method.clone()),
        moment(&row.recorded_at),
        Cell::of(tier.and_then(|tier| tier.offer.clone()), Cell::Text),
    ]
}

/// A logarithm of a ratio as percent, with two decimals.
fn percent(log: Option<f64>) -> Cell {
    Cell::of(log, |log| Cell::Number((log.exp_m1() * 10_000.0).round() / 100.0))
}

fn fen(yuan: &str) -> Option<Fen> {
    Fen::from_yuan_text(yuan).ok()
}

/// The sources in the order of drawing: the first of them with figures is what others are beside.
const SOURCES: [&str; 3] = ["estimated", "reported", "upstream"];

/// What is drawn: the figures of each source, and later posts.
fn picture(page: &HistoryPage, posts: &[Post], lang: Lang) -> History {
    let named = |source: &str| words::source(source).map_or_else(|| source.to_owned(), |word| word.of(lang).to_owned());
    let of = |source: &&str| (named(source), moments(page, source));
    let mut series = SOURCES.iter().map(of).filter(|(_, moments)| !moments.is_empty());
    let (source, moments) = series.next().unwrap_or_default();
    let since = moments.first().map_or(UnixTime(0), |first| first.at);
    let later = posts.iter().filter(|post| post.published_at >= since);
    let posts = later.map(|post| LaterPost { at: post.published_at, plays: post.plays }).collect();
    let beside = series.map(|(name, moments)| Beside { name, moments }).collect();
    History { name: page.o_author_id.clone(), source, moments, beside, posts }
}

/// The figures of a source, oldest first.
fn moments(page: &HistoryPage, source: &str) -> Vec<chart::Moment> {
    let rows = page.snapshots.iter().filter(|row| row.source == source);
    let moments = rows.filter_map(|row| {
        let mut cpm = PerTier::default();
        for tier in &row.tiers {
            if let Ok(known) = tier.tier.parse::<Tier>() {
                cpm[known] = tier.cpm_yuan.as_deref().and_then(fen);
            }
        }
        let range = row.views_p25.zip(row.views_p75).map(|(p25, p75)| Range { p25, p75 });
        let at: UnixTime = row.as_of.parse().ok()?;
        let priced_at = row.priced_at.as_ref().and_then(|text| text.parse().ok());
        Some(chart::Moment {
            at,
            costs_at: priced_at.map_or(at, |priced_at| at.max(priced_at)),
            views: row.expected_views,
            range,
            cpm,
        })
    });
    moments.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::fit::table_width;
    use crate::tables::terminal;

    fn example() -> HistoryPage {
        let examples = catalog::success_examples(&catalog::HISTORY, Lang::En);
        serde_json::from_str(&examples[0].1).expect("a history")
    }

    /// Two snapshots of two lengths; the later is dearer by the price, the views and the interactions.
    fn page(moved: f64, cpm_yuan: &str) -> HistoryPage {
        let row = |month: u32, moved: Option<f64>| {
            let change =
                moved.map(|moved| HistoryChange { by_price: moved, by_count: -moved / 2.0, total: moved / 2.0 });
            let tier = |tier: &str| HistoryTier {
                tier: tier.to_owned(),
                offer: None,
                price_yuan: Some("263700".to_owned()),
                cpm_yuan: Some(cpm_yuan.to_owned()),
                cpe_yuan: Some("2".to_owned()),
                cpm_change: change,
                cpe_change: change,
            };
            let row = &example().snapshots[0];
            HistoryRow {
                as_of: format!("2026-{month:02}-01T00:00:00Z"),
                priced_at: Some(format!("2026-{month:02}-03T00:00:00Z")),
                views_change: moved,
                interactions_change: moved,
                tiers: vec![tier("1_20"), tier("21_60")],
                ..row.clone()
            }
        };
        HistoryPage { snapshots: vec![row(7, None), row(8, Some(moved))], ..example() }
    }

    #[test]
    fn a_length_that_came_or_went_is_told_on_80_columns_too() {
        let mut page = page(1.5_f64.ln(), "50");
        let [short, long] = &mut page.snapshots[1].tiers[..] else { panic!("two lengths") };
        short.offer = Some("new".to_owned());
        *long = HistoryTier {
            tier: long.tier.clone(),
            offer: Some("withdrawn".to_owned()),
            price_yuan: None,
            cpm_yuan: None,
            cpe_yuan: None,
            cpm_change: None,
            cpe_change: None,
        };
        for (lang, told) in [(Lang::En, ["new", "no longer offered"]), (Lang::Zh, ["新增", "不再提供"])] {
            let text = terminal::text(&table(&page), lang, Some(80));
            assert!(told.iter().all(|word| text.contains(word)) && table_width(&text) <= 80, "{text}");
        }
    }

    #[test]
    fn what_moved_and_why_fits_80_columns_in_both_languages() {
        // ln 1.5 and half of it, whole and not; and a fall by nine tenths.
        for (moved, cpm) in [(1.5_f64.ln(), "50"), (-(10_f64.ln()), "1276.29")] {
            for (lang, headings) in
                [(Lang::En, ["CPM", "price", "views", "interact."]), (Lang::Zh, ["CPM", "报价", "播放量", "互动量"])]
            {
                let text = terminal::text(&table(&page(moved, cpm)), lang, Some(80));
                let heads: Vec<&str> = text.lines().skip(1).take(2).collect();
                for heading in headings {
                    assert!(heads[0].contains(heading), "{heading:?} is not in\n{text}");
                }
                let by = if lang == Lang::En { "by %" } else { "变化%" };
                assert_eq!(heads[1].matches(by).count(), 4, "{text}");
                assert!(table_width(&text) <= 80, "{text}");
                // The same decimals in all that stand beside each other.
                let last = text.lines().rfind(|line| line.contains("2026-08")).expect("a row");
                let numbers = last.split(['│', '┆']).map(str::trim).skip(3).take(5);
                assert!(
                    numbers.clone().all(|number| number.len() > 3 && number[..number.len() - 2].ends_with('.')),
                    "{text}"
                );
            }
        }
    }
}
