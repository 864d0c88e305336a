//! How long questions to a market of many creators take: `rank [CREATORS]`. The creators are drawn at random, the questions
//! are of every kind: each figure to sort by in both directions, with filters that nearly all, some, few or no creators pass,
//! from the first page and from within. The last line is for `cargo xtask bench market`.

#![allow(clippy::print_stdout, reason = "it tells what it measured")]

use std::time::Instant;

use domain::{
    CpInfo, Fen, PerTier, Platform, Profile, Range, Snapshot, SnapshotSource, Tier, UnixTime, cost_per_interaction,
    cost_per_mille,
};
use market::{Bounds, Builder, By, Filter, Market, Search, Sort};

const CATEGORIES: [&str; 8] = ["美妆", "美食", "剧情搞笑", "时尚", "生活", "母婴亲子", "三农", "测评"];

fn main() {
    let creators: u64 = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let mut random = fastrand::Rng::with_seed(7);
    let mut builder = Builder::default();
    // Ids of one length, so that their texts are in the order of the numbers.
    for number in 0..creators {
        let (snapshot, profile) = creator(10_000_000 + number, &mut random);
        builder.add(&snapshot, &profile);
    }
    let started = Instant::now();
    let market = builder.build();
    println!(
        "{} creators, built in {:.2} s from what was read; {} MiB, {} bytes a creator",
        market.len(),
        started.elapsed().as_secs_f64(),
        market.bytes() >> 20,
        market.bytes() / market.len().max(1),
    );
    let mut times_ms = Vec::new();
    for filter in filters() {
        for (by, descending) in By::ALL.into_iter().flat_map(|by| [(by, false), (by, true)]) {
            let sort = Sort { by, tier: Tier::From21To60s, descending };
            let search =
                Search { platform: Platform::ShortVideo, sort, filter: filter.clone(), limit: 100, after: None };
            pages(&market, search, &mut times_ms);
        }
    }
    times_ms.sort_by(f64::total_cmp);
    let at = |share: f64| times_ms[(times_ms.len() as f64 * share) as usize];
    let last = times_ms.last().copied().unwrap_or_default();
    println!("{} questions: p50 {:.1} ms, p90 {:.1} ms, longest {last:.1} ms", times_ms.len(), at(0.5), at(0.9));
    println!("p99 {:.2}", at(0.99));
}

/// Asks for the first pages.
fn pages(market: &Market, mut search: Search, times_ms: &mut Vec<f64>) {
    for _ in 0..4 {
        let started = Instant::now();
        let found = market.search(&search);
        times_ms.push(started.elapsed().as_secs_f64() * 1e3);
        match found.next {
            Some(next) => search.after = Some(next),
            None => break,
        }
    }
}

fn filters() -> Vec<Filter> {
    let from = |min| Bounds { min: Some(min), max: None };
    let until = |max| Bounds { min: None, max: Some(max) };
    let (all, category) = (Filter::default(), Some("美妆".to_owned()));
    vec![
        all.clone(),
        Filter { category: category.clone(), ..all.clone() },
        Filter { category: Some("nothing".to_owned()), ..all.clone() },
        Filter { followers: from(100_000), price: until(1_000_000), ..all.clone() },
        Filter {
            category,
            followers: from(1_000_000),
            cpm: until(3_000),
            views: from(50_000),
            hot: from(500),
            ..all.clone()
        },
        Filter { prefix: Some("100".to_owned()), ..all.clone() },
        Filter { prefix: Some("达人77".to_owned()), ..all.clone() },
        Filter { views: from(u64::MAX - 1), ..all },
    ]
}

fn creator(id: u64, random: &mut fastrand::Rng) -> (Snapshot, Profile) {
    // From about a hundred views to a hundred million.
    let views = 10_f64.powf(2.0 + 6.0 * random.f64()) as u64;
    let interactions = (views as f64 * (0.005 + 0.05 * random.f64())) as u64;
    let middle = views as f64 * (0.5 + 5.0 * random.f64()) / 100.0;
    let is_priced = random.u32(0..100) >= 8;
    let price = |factor: f64| Some(Fen((middle * factor) as u64 * 100 + 100)).filter(|_| is_priced);
    let prices = PerTier::from_fn(|tier| match tier {
        Tier::From1To20s => price(0.7),
        Tier::From21To60s => price(1.0),
        Tier::Over60s => price(1.3),
        Tier::Single => None,
    });
    let cost = |of: &dyn Fn(Fen) -> Option<Fen>| PerTier::from_fn(|tier: Tier| prices[tier].and_then(of));
    let info = CpInfo {
        expected_views: views,
        cpm: cost(&|price| cost_per_mille(price, views)),
        cpe: cost(&|price| cost_per_interaction(price, interactions)),
        hot_item_bp: Some(random.u32(0..30) * 100),
    };
    let snapshot = Snapshot {
        author_id: id.to_string().parse().expect("an id"),
        platform: Platform::ShortVideo,
        source: SnapshotSource::Estimated,
        method: "made-up/1".into(),
        as_of: UnixTime(1_795_000_000),
        info,
        expected_interactions: Some(interactions),
        range: Some(Range { p25: views / 2, p75: views * 2 }),
        prices,
        priced_at: None,
        hot_posts: Some(random.u8(1..26)),
        bought_at: None,
    };
    let category = CATEGORIES[random.usize(..CATEGORIES.len())].parse().expect("a label");
    let name = format!("达人{id}").parse().expect("a label");
    let followers = (views as f64 * 4.0 * random.f64()) as u64;
    (snapshot, Profile::of(UnixTime(1_795_000_000), Some(followers), Some(category), Some(name)))
}
