//! Times imports of synthetic creators: `bulk DIR [CREATORS] [first]` (default: 1,380,000 creators).
//!
//! Each creator has 14 or 15 posts and a rate card. Tells, on stderr, the seconds of making the states alone, of the
//! first import into a new file, of the same import again and of one that brings a post for every creator (left out
//! when `first` is given), and how long one look-up takes, the way to a blocking thread and back included.

use std::path::Path;
use std::time::Instant;

use domain::{
    AuthorId, Count, CpInfo, CreatorKey, CreatorState, Fen, ItemId, PerTier, Platform, Post, Price, Range, Snapshot,
    SnapshotSource, Tier, UnixTime, cost_per_interaction, cost_per_mille,
};
use store::{CreatorStore, ImportOutcome, ImportRequest, ImportStore, StoreError};
use store_sqlite::SqliteStore;

const NOW: UnixTime = UnixTime(1_760_000_000);

/// What is timed, and how many posts each creator has got since the first.
const IMPORTS: [(&str, u64); 3] = [("import", 0), ("import again", 0), ("import a new post of each", 1)];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().ok_or("bulk DIR [CREATORS] [first]")?;
    let creators: u64 = arguments.next().map_or(Ok(1_380_000), |text| text.parse())?;
    let imports = if arguments.next().as_deref() == Some("first") { 1 } else { IMPORTS.len() };
    let started = Instant::now();
    let posts: usize = states(creators, 0).map(|(_, state)| state.posts.posts().len()).sum();
    eprintln!("{:>7.2} s to make {creators} creators, {posts} posts", started.elapsed().as_secs_f64());
    run(&Path::new(&directory).join("bulk.db"), creators, &IMPORTS[..imports])
}

fn run(path: &Path, creators: u64, imports: &[(&str, u64)]) -> Result<(), Box<dyn std::error::Error>> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
    let store = SqliteStore::open(path)?;
    for (what, new_posts) in imports {
        let started = Instant::now();
        let outcome = import(&store, creators, *new_posts)?;
        eprintln!("{:>7.2} s to {what}: {outcome:?}", started.elapsed().as_secs_f64());
        look_up(&store, creators)?;
    }
    let started = Instant::now();
    drop(store);
    eprintln!("{:>7.2} s to close", started.elapsed().as_secs_f64());
    eprintln!("{:>7.1} MB", std::fs::metadata(path)?.len() as f64 / 1e6);
    Ok(())
}

fn import(store: &SqliteStore, creators: u64, new_posts: u64) -> Result<ImportOutcome, StoreError> {
    let mut written = Instant::now();
    let outcome = store.import(ImportRequest {
        states: &mut states(creators, new_posts),
        snapshots: &|key, state| vec![estimate(key, state)],
        now: NOW,
        progress: &mut |_| written = Instant::now(),
    })?;
    eprintln!("{:>7.2} s of it to commit", written.elapsed().as_secs_f64());
    Ok(outcome)
}

fn look_up(store: &SqliteStore, creators: u64) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build()?;
    let rounds = 20_000;
    let started = Instant::now();
    runtime.block_on(async {
        for round in 0..rounds {
            let key = key(random(round) % creators);
            store.latest(&key).await?.ok_or_else(|| StoreError::Corrupt(format!("{key:?} is missing")))?;
        }
        Ok::<_, StoreError>(())
    })?;
    eprintln!("{:>7.2} µs for one look-up", started.elapsed().as_secs_f64() * 1e6 / f64::from(rounds as u32));
    Ok(())
}

/// Sorted by the text of the id: 19 digits each.
fn key(index: u64) -> CreatorKey {
    let number = 6_000_000_000_000_000_000 + (index / 3) * 1_234_567_890_123;
    let author_id = AuthorId::from_integer(number as i64).expect("a positive number");
    CreatorKey { author_id, platform: Platform::ALL[(index % 3) as usize] }
}

fn states(creators: u64, new_posts: u64) -> impl Iterator<Item = (CreatorKey, CreatorState)> + Send {
    (0..creators).map(move |index| (key(index), state(index, new_posts)))
}

fn state(index: u64, new_posts: u64) -> CreatorState {
    let mut seed = random(index);
    let mut state = CreatorState::default();
    let posts = 14 + index % 2;
    for number in 0..(posts + new_posts) as u32 {
        seed = random(seed);
        let days = 100 - number * 3;
        let published_at = UnixTime(NOW.0 - days * UnixTime::DAY - (seed % 200_000) as u32);
        let plays = 1_000 + seed % 300_000;
        let count = |shift: u32, per: u64| Count::from((((seed >> shift) % per) & 0x3fff) as u16);
        state.posts.add(Post {
            item_id: ItemId::from_integer((i64::from(published_at.0) << 32) | (seed & 0xffff_ffff) as i64)
                .expect("a positive number"),
            plays,
            published_at,
            captured_at: UnixTime(NOW.0 - (seed >> 40) as u32 % UnixTime::DAY),
            duration_s: count(3, 120),
            likes: count(5, plays / 20),
            comments: count(7, plays / 200 + 1),
            shares: count(11, plays / 300 + 1),
            collects: count(13, plays / 250 + 1),
            sponsored: Some(seed & 7 == 0),
        });
    }
    for tier in key(index).platform.tiers() {
        let fen = Fen((1 + seed % 500) * 100_000);
        state.rate_card.add(*tier, Price { as_of: NOW, fen });
    }
    state
}

fn estimate(key: &CreatorKey, state: &CreatorState) -> Snapshot {
    let posts = state.posts.posts();
    let expected_views = posts.iter().map(|post| post.plays).sum::<u64>() / posts.len().max(1) as u64;
    let interactions = expected_views / 40;
    let prices = state.rate_card.fen();
    let per_tier = |cost: &dyn Fn(Fen) -> Option<Fen>| PerTier::from_fn(|tier: Tier| prices[tier].and_then(cost));
    Snapshot {
        author_id: key.author_id.clone(),
        platform: key.platform,
        source: SnapshotSource::Estimated,
        method: "median-10/1".into(),
        as_of: state.posts.captured_at().unwrap_or_default(),
        info: CpInfo {
            expected_views,
            cpm: per_tier(&|price| cost_per_mille(price, expected_views)),
            cpe: per_tier(&|price| cost_per_interaction(price, interactions)),
            hot_item_bp: Some(1200),
        },
        expected_interactions: Some(interactions),
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
