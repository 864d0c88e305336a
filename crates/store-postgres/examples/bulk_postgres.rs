//! Times imports of synthetic creators: `bulk_postgres URL [CREATORS]` (default: 20,000), into a schema `bulk` that is made anew and
//! dropped afterwards.
//!
//! Each creator has 15 posts and a rate card. Tells, on stderr, the seconds of the first import, of the same import again
//! and of one that brings a post for every creator, and how long one look-up takes.

use std::time::Instant;

use domain::{
    Count, CpInfo, CreatorKey, CreatorState, Fen, PerTier, Platform, Post, Price, Range, Snapshot, SnapshotSource,
    UnixTime, cost_per_interaction, cost_per_mille,
};
use store::{CreatorStore, ImportRequest, ImportStore, StoreError};
use store_postgres::PostgresStore;

const NOW: UnixTime = UnixTime(1_760_000_000);

/// What is timed, and how many posts each creator has.
const IMPORTS: [(&str, u32); 3] = [("import", 15), ("import again", 15), ("import a new post of each", 16)];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("bulk URL [CREATORS]")?;
    let creators: u64 = arguments.next().map_or(Ok(20_000), |text| text.parse())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(execute(&url, "DROP SCHEMA IF EXISTS bulk CASCADE; CREATE SCHEMA bulk"))?;
    let store = runtime.block_on(PostgresStore::connect(&format!("{url}?options=-csearch_path%3Dbulk")))?;
    for (what, posts) in IMPORTS {
        let started = Instant::now();
        let outcome = store.import(ImportRequest {
            states: &mut (0..creators).map(|index| (key(index), state(index, posts))),
            snapshots: &|key, state| vec![estimate(key, state)],
            now: NOW,
            progress: &mut |_| {},
        })?;
        eprintln!("{:>7.2} s to {what}: {outcome:?}", started.elapsed().as_secs_f64());
        runtime.block_on(look_up(&store, creators))?;
    }
    runtime.block_on(execute(&url, "DROP SCHEMA bulk CASCADE"))?;
    Ok(())
}

async fn execute(url: &str, sql: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute(sql).await
}

async fn look_up(store: &PostgresStore, creators: u64) -> Result<(), StoreError> {
    let rounds = 2_000;
    let started = Instant::now();
    for round in 0..rounds {
        let key = key(random(round) % creators);
        store.latest(&key).await?.ok_or_else(|| StoreError::Corrupt(format!("{key:?} is missing")))?;
    }
    eprintln!("{:>7.0} µs for one look-up", started.elapsed().as_secs_f64() * 1e6 / rounds as f64);
    Ok(())
}

/// Sorted by the text of the id: 19 digits each.
fn key(index: u64) -> CreatorKey {
    let author_id = format!("{}", 6_000_000_000_000_000_000 + index * 1_234_567).parse().expect("an id");
    CreatorKey { author_id, platform: Platform::ShortVideo }
}

fn state(index: u64, posts: u32) -> CreatorState {
    let mut state = CreatorState::default();
    for number in 0..posts {
        let seed = random(index * 100 + u64::from(number));
        let published_at = UnixTime(NOW.0 - (100 - number * 3) * UnixTime::DAY - (seed % 200_000) as u32);
        let plays = 1_000 + seed % 300_000;
        let count = |per: u64| Count::from((plays / per) as u16);
        state.posts.add(Post {
            item_id: format!("{}", (u64::from(published_at.0) << 32) | (seed & 0xffff_ffff)).parse().expect("an id"),
            plays,
            published_at,
            captured_at: NOW,
            duration_s: Count::from(30),
            likes: count(20),
            comments: count(200),
            shares: count(300),
            collects: count(250),
            sponsored: Some(seed & 7 == 0),
        });
    }
    for tier in Platform::ShortVideo.tiers() {
        state.rate_card.add(*tier, Price { as_of: NOW, fen: Fen((1 + index % 500) * 100_000) });
    }
    state
}

fn estimate(key: &CreatorKey, state: &CreatorState) -> Snapshot {
    let posts = state.posts.posts();
    let expected_views = posts.iter().map(|post| post.plays).sum::<u64>() / posts.len().max(1) as u64;
    let prices = state.rate_card.fen();
    let per_tier = |cost: &dyn Fn(Fen) -> Option<Fen>| PerTier::from_fn(|tier| prices[tier].and_then(cost));
    Snapshot {
        author_id: key.author_id.clone(),
        platform: key.platform,
        source: SnapshotSource::Estimated,
        method: "mean/1".into(),
        as_of: NOW,
        info: CpInfo {
            expected_views,
            cpm: per_tier(&|price| cost_per_mille(price, expected_views)),
            cpe: per_tier(&|price| cost_per_interaction(price, expected_views / 40)),
            hot_item_bp: Some(1200),
        },
        expected_interactions: Some(expected_views / 40),
        range: Some(Range { p25: expected_views / 2, p75: expected_views * 2 }),
        prices,
        priced_at: state.rate_card.as_of(),
        hot_posts: Some(25),
        bought_at: None,
    }
}

/// SplitMix64.
fn random(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
