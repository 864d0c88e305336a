//! What everything that keeps rates for several servers must do, asserted through the trait alone.
//!
//! Its own tests call [`rates_conformance!`](crate::rates_conformance!) once. Time is the bucket's own and cannot be set, so
//! the cases measure how long their calls took, and assert what holds however slow these were.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::Rate;
use ledger::Admission;
use tokio::task::JoinSet;

use crate::RateStore;

/// Expands to one test per case. The expression makes two that keep the same buckets, as two servers do, all buckets full, and
/// whatever must outlive them: `([one, other], guard)`.
#[macro_export]
macro_rules! rates_conformance {
    ($make:expr) => {
        $crate::rates_conformance!(@cases $make,
            a_burst_passes_and_then_nothing_for_a_while, what_flowed_back_can_be_taken, a_changed_rate_counts_at_once,
            two_servers_share_a_bucket_exactly, two_servers_never_exceed_a_rate_together);
    };
    (@cases $make:expr, $($case:ident),+) => {
        $(
            #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let (servers, _guard) = $make;
                $crate::conformance::rates::$case(servers.map(::std::sync::Arc::new)).await;
            }
        )+
    };
}

fn rate(per_second: u32, burst: u32) -> Rate {
    let number = |number| NonZeroU32::new(number).expect("not zero");
    Rate { per_second: number(per_second), burst: number(burst) }
}

/// A call, and when it was made and answered: the bucket decided in between.
struct Asked {
    sent: Instant,
    answered: Instant,
    admission: Admission,
}

impl Asked {
    /// After how long the bucket is full again; none where the call was refused.
    fn full_in_us(&self) -> Option<u64> {
        match self.admission {
            Admission::Admitted { full_in_us, .. } => Some(full_in_us),
            Admission::Refused { .. } => None,
        }
    }

    fn is_admitted(&self) -> bool {
        self.full_in_us().is_some()
    }
}

async fn ask<R: RateStore>(server: &R, bucket: &str, rate: Rate) -> Asked {
    let sent = Instant::now();
    let admission = server.admit(bucket, rate).await.expect("an answer");
    Asked { sent, answered: Instant::now(), admission }
}

/// How many calls can have flowed into a bucket in a time at most.
fn flowed(time: Duration, rate: Rate) -> u64 {
    time.as_micros() as u64 / ledger::intervals_us(rate).0
}

/// Takes what a full bucket holds, and what flows in meanwhile, counting down; gives what the refusal names, in microseconds.
async fn drain<R: RateStore>(server: &R, bucket: &str, rate: Rate) -> u64 {
    let (began, burst) = (Instant::now(), u64::from(rate.burst.get()));
    for taken in 0.. {
        let asked = ask(server, bucket, rate).await;
        let flowed = flowed(asked.answered - began, rate);
        match asked.admission {
            Admission::Admitted { remaining, .. } => {
                let least = burst.saturating_sub(taken + 1);
                let most = (burst + flowed).checked_sub(taken + 1).expect("no more than it holds").min(burst - 1);
                assert!(
                    (least..=most).contains(&u64::from(remaining)),
                    "{remaining} after {taken}, {flowed} flowed in"
                );
            }
            Admission::Refused { retry_in_us } => {
                assert!(taken >= burst, "only {taken} of {burst}");
                assert!((1..=ledger::intervals_us(rate).0).contains(&retry_in_us), "{retry_in_us}");
                return retry_in_us;
            }
        }
    }
    unreachable!("asked for ever")
}

/// Sleeps for as long as a refusal names, and a moment more.
async fn wait(retry_in_us: u64) {
    tokio::time::sleep(Duration::from_micros(retry_in_us + 1_000)).await;
}

/// A bucket gives its burst, counting down, and then says when the next one may come; buckets are apart.
pub async fn a_burst_passes_and_then_nothing_for_a_while<R: RateStore>([one, other]: [Arc<R>; 2]) {
    let (began, rate) = (Instant::now(), rate(1, 5));
    drain(&*one, "token:1", rate).await;
    for server in [&one, &other] {
        let asked = ask(&**server, "token:1", rate).await;
        let may_be_admitted = flowed(asked.answered - began, rate) > 0;
        let is_right = match asked.admission {
            Admission::Admitted { .. } => may_be_admitted,
            Admission::Refused { retry_in_us } => (1..=1_000_000).contains(&retry_in_us),
        };
        assert!(is_right, "{:?}", asked.admission);
    }
    let apart = ask(&*other, "token:2", rate).await.admission;
    assert!(matches!(apart, Admission::Admitted { remaining: 4, .. }), "buckets are apart: {apart:?}");
}

/// After the time that a refusal names, one more passes.
pub async fn what_flowed_back_can_be_taken<R: RateStore>([one, other]: [Arc<R>; 2]) {
    let rate = rate(2, 1);
    wait(drain(&*one, "token:1", rate).await).await;
    assert!(ask(&*other, "token:1", rate).await.is_admitted());
}

/// What was used counts under another rate too, which refuses for no longer than its own bucket takes to fill.
pub async fn a_changed_rate_counts_at_once<R: RateStore>([one, other]: [Arc<R>; 2]) {
    let (wide, narrow) = (rate(1, 60), rate(10, 3));
    drain(&*one, "token:1", wide).await;
    let asked = ask(&*other, "token:1", narrow).await;
    let Admission::Refused { retry_in_us } = asked.admission else { panic!("admitted") };
    assert!((1..=100_000).contains(&retry_in_us), "{retry_in_us}");
    wait(retry_in_us).await;
    let asked = ask(&*one, "token:1", narrow).await;
    assert!(asked.is_admitted(), "{:?}", asked.admission);
}

/// Asked by two at once, a bucket gives what it holds and not one more.
pub async fn two_servers_share_a_bucket_exactly<R: RateStore + 'static>(servers: [Arc<R>; 2]) {
    let (began, rate) = (Instant::now(), rate(1, 23));
    let mut asking = JoinSet::new();
    for at in 0..64 {
        let server = servers[at % 2].clone();
        asking.spawn(async move { ask(&*server, "shared", rate).await });
    }
    let admitted = asking.join_all().await.iter().filter(|one| one.is_admitted()).count() as u64;
    // Whoever runs for a second sees one more flow in.
    assert!((23..=23 + flowed(began.elapsed(), rate)).contains(&admitted), "{admitted}");
}

/// Two that ask as fast as they can, for longer than a bucket takes to fill: together never more than burst and rate, and all
/// of it.
pub async fn two_servers_never_exceed_a_rate_together<R: RateStore + 'static>(servers: [Arc<R>; 2]) {
    let (began, rate) = (Instant::now(), rate(20, 10));
    let mut asking = JoinSet::new();
    for at in 0..8 {
        let server = servers[at % 2].clone();
        asking.spawn(async move {
            let mut all = Vec::new();
            while began.elapsed() < Duration::from_secs(1) || all.iter().all(Asked::is_admitted) {
                all.push(ask(&*server, "shared", rate).await);
            }
            all
        });
    }
    let all: Vec<Asked> = asking.join_all().await.into_iter().flatten().collect();
    let admitted = all.iter().filter(|asked| asked.is_admitted()).count() as u64;
    let most = 10 + flowed(began.elapsed(), rate);
    assert!(admitted <= most, "{admitted} of at most {most}");
    // From when the bucket was full for the last time to a refusal, nothing that flowed in was lost.
    let (interval_us, _) = ledger::intervals_us(rate);
    let was_full = all.iter().filter(|asked| asked.full_in_us() == Some(interval_us)).map(|asked| asked.answered).max();
    let was_empty = all.iter().filter(|asked| !asked.is_admitted()).map(|asked| asked.sent).max();
    let between = was_empty.expect("a refusal").saturating_duration_since(was_full.expect("a full bucket"));
    let least = if between.is_zero() { 0 } else { 10 + flowed(between, rate) };
    assert!(admitted >= least, "{admitted} of at least {least}");
}
