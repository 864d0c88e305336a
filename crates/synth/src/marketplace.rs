//! All creators and their rows, made on several threads. Which thread makes a creator has no influence on its rows,
//! and the rows are ordered afterwards, so the threads leave no trace in the result.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use domain::UnixTime;

use crate::creator::Creator;
use crate::facts::{AGE_DAYS_MAX, CAPTURE_DAYS};
use crate::ids::{self, AuthorIds, ItemIds};
use crate::row::{PriceRow, Row};
use crate::rows_by_time::Rows;
use crate::{Plan, SynthError, demo, post_counts, prices};

/// A marketplace ready to be written.
pub(crate) struct Marketplace {
    /// Creators' ids by place; the demo creator's last.
    pub(crate) authors: Vec<i64>,
    /// Prices in order of place.
    pub(crate) prices: Vec<PriceRow>,
    /// The rows, as the threads collected them.
    pub(crate) rows: Vec<Rows>,
    pub(crate) posts: u64,
    pub(crate) groups: u64,
}

/// Creators made at a time.
const CHUNK: usize = 512;

/// What a thread tells of a chunk of creators.
struct Chunk {
    number: usize,
    prices: Vec<PriceRow>,
    posts: u64,
    groups: u64,
}

/// Makes the marketplace of a plan; `progress` is told the posts made, of twice as many as there will be.
pub(crate) fn make(plan: &Plan, progress: &mut dyn FnMut(u64, u64)) -> Result<Marketplace, SynthError> {
    check(plan)?;
    let counts = post_counts::by_creator(plan.seed, plan.creators, plan.posts);
    let (mut chunks, rows) = make_chunks(plan, &counts, progress);
    chunks.sort_unstable_by_key(|chunk| chunk.number);
    let author_ids = AuthorIds::new(plan.seed);
    let mut marketplace = Marketplace {
        authors: (0..counts.len()).map(|place| author_ids.id(place as u32)).collect(),
        posts: plan.posts,
        groups: chunks.iter().map(|chunk| chunk.groups).sum(),
        prices: chunks.into_iter().flat_map(|chunk| chunk.prices).collect(),
        rows,
    };
    if plan.demo {
        demo::add_to(&mut marketplace, plan.newest);
    }
    Ok(marketplace)
}

fn check(plan: &Plan) -> Result<(), SynthError> {
    // Ids carry the second of publishing in 31 bits; 2010 leaves room for the oldest posts to have ids of 19 digits.
    const FROM: UnixTime = UnixTime(1_262_304_000);
    const TO: UnixTime = UnixTime(i32::MAX as u32);
    if plan.creators == 0 {
        return Err(SynthError::NoCreators);
    }
    if plan.posts < plan.creators {
        return Err(SynthError::TooFewPosts { posts: plan.posts, creators: plan.creators });
    }
    if plan.posts > ids::MAX {
        return Err(SynthError::TooManyPosts { posts: plan.posts, max: ids::MAX });
    }
    if !(FROM..=TO).contains(&plan.newest) {
        return Err(SynthError::NewestOutOfRange { newest: plan.newest, from: FROM, to: TO });
    }
    Ok(())
}

/// The days that rows can be published on.
pub(crate) fn empty_rows(newest: UnixTime) -> Rows {
    let oldest = newest.days_before((AGE_DAYS_MAX + CAPTURE_DAYS) as u32 + 1);
    Rows::new(oldest.0, newest.0)
}

fn make_chunks(plan: &Plan, counts: &[u32], progress: &mut dyn FnMut(u64, u64)) -> (Vec<Chunk>, Vec<Rows>) {
    let first_ordinals = first_ordinals(counts);
    let next = AtomicUsize::new(0);
    let work = |tell: mpsc::Sender<Chunk>| {
        let mut rows = empty_rows(plan.newest);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(chunk) = counts.chunks(CHUNK).nth(number) else { return rows };
            let chunk = make_chunk(plan, number, chunk, first_ordinals[number], &mut rows);
            // Nobody listens any more only when the main thread has gone, and then nothing matters.
            let _ = tell.send(chunk);
        }
    };
    thread::scope(|scope| {
        let (tell, told) = mpsc::channel();
        let workers: Vec<_> = (0..plan.threads())
            .map(|_| {
                scope.spawn({
                    let tell = tell.clone();
                    || work(tell)
                })
            })
            .collect();
        drop(tell);
        let (mut chunks, mut done) = (Vec::new(), 0);
        for chunk in told {
            done += chunk.posts;
            progress(done, 2 * plan.posts);
            chunks.push(chunk);
        }
        let rows = workers.into_iter().map(|worker| worker.join().expect("making rows never panics")).collect();
        (chunks, rows)
    })
}

/// The ordinal of the first post of each chunk.
fn first_ordinals(counts: &[u32]) -> Vec<u32> {
    let mut next = 0;
    let of_chunk = |chunk: &[u32]| {
        let first = next;
        next += chunk.iter().sum::<u32>();
        first
    };
    counts.chunks(CHUNK).map(of_chunk).collect()
}

fn make_chunk(plan: &Plan, number: usize, counts: &[u32], first_ordinal: u32, rows: &mut Rows) -> Chunk {
    let item_ids = ItemIds::new(plan.seed);
    let mut chunk = Chunk { number, prices: Vec::new(), posts: 0, groups: 0 };
    for (place, count) in (number * CHUNK..).zip(counts) {
        let place = place as u32;
        let creator = Creator::new(plan.seed, place, plan.newest);
        prices::rate_card(plan.seed, place, &creator, &mut chunk.prices);
        let mut platforms = 0_u8;
        let first = first_ordinal + chunk.posts as u32;
        creator.posts(*count, |of_creator, row| {
            platforms |= 1 << row.platform.number();
            rows.add(Row { item_low: item_ids.low(first + of_creator), ..row });
        });
        chunk.groups += u64::from(platforms.count_ones());
        chunk.posts += u64::from(*count);
    }
    chunk
}
