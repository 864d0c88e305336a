//! How often one may ask: the generic cell rate algorithm (ITU-T I.371), which keeps one moment per bucket and forgets
//! nothing and nobody.

use domain::Rate;

/// A bucket's state: when it would be full again if nothing more was taken, in microseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bucket {
    /// The theoretical arrival time of the next request at the steady rate.
    pub full_at_us: u64,
}

/// Whether a request is within its rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is; the bucket counts it.
    Admitted {
        /// How many more may come at once.
        remaining: u32,
        /// After how many microseconds the bucket is full again.
        full_in_us: u64,
    },
    /// It is not; nothing is taken.
    Refused {
        /// After how many microseconds one more may come.
        retry_in_us: u64,
    },
}

/// The microseconds that one request takes to flow in, and that a whole burst takes.
pub fn intervals_us(rate: Rate) -> (u64, u64) {
    let interval_us = 1_000_000 / u64::from(rate.per_second.get()).min(1_000_000);
    (interval_us, interval_us * u64::from(rate.burst.get()))
}

impl Admission {
    /// An admission by a bucket that is full again in `full_in_us`.
    pub fn admitted(full_in_us: u64, interval_us: u64, window_us: u64) -> Self {
        let remaining = window_us.saturating_sub(full_in_us) / interval_us;
        Self::Admitted { remaining: u32::try_from(remaining).unwrap_or(u32::MAX), full_in_us }
    }
}

/// How late a request may come to its bucket, after others that came later: it is told of as it was then, and gives nothing
/// back of what they took. What is further ahead than that was not taken under this clock and this rate.
const LATE_US_MAX: u64 = 10_000_000;

impl Bucket {
    /// Takes one request at `now_us` from the bucket.
    pub fn take(&mut self, rate: Rate, now_us: u64) -> Admission {
        let (interval_us, window_us) = intervals_us(rate);
        // A clock that was set back, or a rate that was larger, must not refuse for much longer than a whole bucket takes.
        let full_at_us = self.full_at_us.clamp(now_us, now_us + window_us) + interval_us;
        let full_in_us = full_at_us - now_us;
        if full_in_us > window_us {
            if self.full_at_us > now_us + window_us + LATE_US_MAX {
                self.full_at_us = now_us + window_us;
            }
            return Admission::Refused { retry_in_us: full_in_us - window_us };
        }
        self.full_at_us = full_at_us;
        Admission::admitted(full_in_us, interval_us, window_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    fn rate(per_second: u32, burst: u32) -> Rate {
        let number = |number| NonZeroU32::new(number).expect("not zero");
        Rate { per_second: number(per_second), burst: number(burst) }
    }

    const NOW_US: u64 = 1_795_316_645_000_000;

    #[test]
    fn a_burst_passes_and_then_the_steady_rate() {
        let (rate, mut bucket) = (rate(10, 3), Bucket::default());
        for remaining in [2, 1, 0] {
            let admission = bucket.take(rate, NOW_US);
            assert!(
                matches!(admission, Admission::Admitted { remaining: left, .. } if left == remaining),
                "{admission:?}"
            );
        }
        assert_eq!(bucket.take(rate, NOW_US), Admission::Refused { retry_in_us: 100_000 });
        assert_eq!(bucket.take(rate, NOW_US + 99_999), Admission::Refused { retry_in_us: 1 });
        assert!(matches!(bucket.take(rate, NOW_US + 100_000), Admission::Admitted { remaining: 0, .. }));
    }

    #[test]
    fn no_window_of_time_admits_more_than_burst_and_rate() {
        let seed = fastrand::u64(..);
        eprintln!("seed {seed}");
        let mut random = fastrand::Rng::with_seed(seed);
        for _ in 0..200 {
            let (per_second, burst) = (random.u32(1..2_000), random.u32(1..50));
            let (mut bucket, mut now, mut admitted) = (Bucket::default(), NOW_US, 0u64);
            for _ in 0..2_000 {
                now += random.u64(0..3_000);
                admitted += u64::from(matches!(bucket.take(rate(per_second, burst), now), Admission::Admitted { .. }));
            }
            let interval = 1_000_000 / u64::from(per_second);
            assert!(admitted <= u64::from(burst) + (now - NOW_US) / interval, "seed {seed}");
        }
    }

    #[test]
    fn who_comes_late_gives_nothing_back() {
        let seed = fastrand::u64(..);
        eprintln!("seed {seed}");
        let mut random = fastrand::Rng::with_seed(seed);
        let (rate, mut bucket, mut admitted) = (rate(40, 10), Bucket::default(), 0u64);
        for step in 0..20_000u64 {
            let now = NOW_US + 1_000_000 + step * 100 - random.u64(0..1_000_000);
            admitted += u64::from(matches!(bucket.take(rate, now), Admission::Admitted { .. }));
        }
        assert!(admitted <= 10 + (1_000_000 + 20_000 * 100) / 25_000, "seed {seed}: {admitted}");
    }

    #[test]
    fn a_clock_set_back_refuses_no_longer_than_a_bucket_takes() {
        let (rate, mut bucket) = (rate(1, 5), Bucket::default());
        bucket.take(rate, NOW_US + 86_400_000_000);
        let Admission::Refused { retry_in_us } = bucket.take(rate, NOW_US) else { panic!("admitted") };
        assert_eq!(retry_in_us, 1_000_000);
        assert!(matches!(bucket.take(rate, NOW_US + retry_in_us), Admission::Admitted { remaining: 0, .. }));
    }

    #[test]
    fn a_rate_that_was_lowered_refuses_no_longer_than_its_own_bucket_takes() {
        let (wide, narrow, mut bucket) = (rate(1, 60), rate(10, 3), Bucket::default());
        while matches!(bucket.take(wide, NOW_US), Admission::Admitted { .. }) {}
        let Admission::Refused { retry_in_us } = bucket.take(narrow, NOW_US) else { panic!("admitted") };
        assert_eq!(retry_in_us, 100_000);
        assert!(matches!(bucket.take(narrow, NOW_US + retry_in_us), Admission::Admitted { .. }));
    }
}
