//! What everything that keeps rates for several servers must do, asserted through the trait alone.
//!
//! Its own tests call [`rates_conformance!`](crate::rates_conformance!) once. Time is the bucket's own and cannot be set, so
//! the cases use rates at which next to nothing flows back while they run, or measure how long they ran.

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

async fn admit<R: RateStore>(server: &R, bucket: &str, rate: Rate) -> Admission {
    server.admit(bucket, rate).await.expect("an answer")
}

fn is_admitted(admission: &Admission) -> bool {
    matches!(admission, Admission::Admitted { .. })
}

/// A bucket gives its burst, counting down, and then says when the next one may come; buckets are apart.
pub async fn a_burst_passes_and_then_nothing_for_a_while<R: RateStore>([one, other]: [Arc<R>; 2]) {
    let rate = rate(1, 5);
    for left in (0..5).rev() {
        let admission = admit(&*one, "token:1", rate).await;
        assert!(matches!(admission, Admission::Admitted { remaining, .. } if remaining == left), "{admission:?}");
    }
    for server in [&one, &other] {
        let refused = admit(&**server, "token:1", rate).await;
        let is_right = matches!(refused, Admission::Refused { retry_in_us } if (1..=1_000_000).contains(&retry_in_us));
        assert!(is_right, "{refused:?}");
    }
    let apart = admit(&*other, "token:2", rate).await;
    assert!(matches!(apart, Admission::Admitted { remaining: 4, .. }), "buckets are apart: {apart:?}");
}

/// After the time that a refusal names, one more passes.
pub async fn what_flowed_back_can_be_taken<R: RateStore>([one, other]: [Arc<R>; 2]) {
    let rate = rate(4, 1);
    assert!(is_admitted(&admit(&*one, "token:1", rate).await));
    let Admission::Refused { retry_in_us } = admit(&*other, "token:1", rate).await else { panic!("admitted") };
    assert!((1..=250_000).contains(&retry_in_us), "{retry_in_us}");
    tokio::time::sleep(Duration::from_micros(retry_in_us + 1_000)).await;
    assert!(is_admitted(&admit(&*other, "token:1", rate).await));
}

/// What was used counts under another rate too, which refuses for no longer than its own bucket takes to fill.
pub async fn a_changed_rate_counts_at_once<R: RateStore>([one, other]: [Arc<R>; 2]) {
    let (wide, narrow) = (rate(1, 60), rate(10, 3));
    while is_admitted(&admit(&*one, "token:1", wide).await) {}
    let Admission::Refused { retry_in_us } = admit(&*other, "token:1", narrow).await else { panic!("admitted") };
    assert!((1..=110_000).contains(&retry_in_us), "{retry_in_us}");
    tokio::time::sleep(Duration::from_millis(150)).await;
    let admission = admit(&*one, "token:1", narrow).await;
    assert!(is_admitted(&admission), "{admission:?}");
}

/// Asked by two at once, a bucket gives what it holds and not one more.
pub async fn two_servers_share_a_bucket_exactly<R: RateStore + 'static>(servers: [Arc<R>; 2]) {
    let began = Instant::now();
    let mut asking = JoinSet::new();
    for at in 0..64 {
        let server = servers[at % 2].clone();
        asking.spawn(async move { admit(&*server, "shared", rate(1, 23)).await });
    }
    let admitted = asking.join_all().await.iter().filter(|one| is_admitted(one)).count() as u64;
    // Whoever runs for a second sees one more flow in.
    assert!((23..=23 + began.elapsed().as_secs()).contains(&admitted), "{admitted}");
}

/// Two that ask as fast as they can, for longer than a bucket takes to fill: together never more than burst and rate, and all
/// of it.
pub async fn two_servers_never_exceed_a_rate_together<R: RateStore + 'static>(servers: [Arc<R>; 2]) {
    const PER_SECOND: u32 = 40;
    const BURST: u32 = 10;
    let began = Instant::now();
    let mut asking = JoinSet::new();
    for at in 0..8 {
        let server = servers[at % 2].clone();
        asking.spawn(async move {
            let mut admitted = 0;
            while began.elapsed() < Duration::from_secs(1) {
                admitted += u64::from(is_admitted(&admit(&*server, "shared", rate(PER_SECOND, BURST)).await));
            }
            admitted
        });
    }
    let admitted: u64 = asking.join_all().await.into_iter().sum();
    let most = u64::from(BURST) + began.elapsed().as_millis() as u64 * u64::from(PER_SECOND) / 1_000;
    assert!(admitted <= most, "{admitted} of at most {most}");
    // The bucket was never without somebody asking, so nothing is left of it; a slow machine asks less often.
    assert!(admitted >= most / 2, "{admitted} of {most}");
}
