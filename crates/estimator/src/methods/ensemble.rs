//! `ensemble`: the mean of `regression` and `trees`, in logarithms. Each errs where the other does not: together they forecast
//! posts of the kind they were fitted to as well as the better one, and posts of another kind better than both. Steady posts, which
//! neither was fitted to, are answered with their own median.

use crate::Quantiles;
use crate::coefficients::Coefficients;
use crate::features::{Features, WINDOW};
use crate::recent::Recent;
use crate::trees::values;

/// What the regression and the trees add to the median log plays of the latest posts, for each percentile.
pub(crate) struct Added {
    pub(crate) middle: f64,
    pub(crate) regression: [f64; 5],
    pub(crate) trees: [f64; 5],
    /// How far log plays lie from their median, but for the farthest: [`scatter`].
    pub(crate) scatter: f64,
    /// How much of what both add to the median the ensemble takes, from zero of steady posts to one.
    pub(crate) share: f64,
}

/// Where the middle percentile is.
const MIDDLE: usize = 2;

impl Added {
    /// To those of at least one post.
    pub(crate) fn of(recent: &Recent, coefficients: &Coefficients) -> Self {
        let posts = recent.plays(WINDOW).len();
        debug_assert!(posts > 0, "a method is given at least one post");
        let features = Features::of(recent);
        let values = values(recent, &features);
        let bounded = features.within(&coefficients.bounds);
        let scatter = scatter(recent.log_plays(WINDOW), features.middle);
        Self {
            middle: features.middle,
            regression: coefficients.weights.each_ref().map(|weights| bounded.dot(weights)),
            trees: coefficients.trees.each_ref().map(|trees| trees.sum(&values)),
            scatter,
            share: share(posts, scatter),
        }
    }

    /// The median as plays, rounded: the logarithm of a whole number may come back a little below it.
    pub(crate) fn middle_plays(&self) -> u64 {
        libm::round(libm::exp(self.middle)) as u64
    }

    /// What the ensemble takes off every percentile: of what is added to the middle one, the part that steady posts do not bear
    /// out. The ranges keep their width, for nobody knows that the next post is as steady.
    pub(crate) fn taken_off(&self) -> f64 {
        (1.0 - self.share) * self.mean(MIDDLE)
    }

    /// The mean of what both add.
    fn mean(&self, at: usize) -> f64 {
        (self.regression[at] + self.trees[at]) / 2.0
    }
}

/// From this scatter on many posts are as those that were fitted to.
const USUAL: f64 = 0.3;

/// Of so many posts half of it is usual: few lie close together by chance.
const HALF_AT: f64 = 8.0;

/// Up to this share of the usual scatter posts are steady.
const STEADY: f64 = 0.1;

/// The fewest posts that may be steady.
const POSTS_MIN: usize = 3;

/// One post in so many is left out of the scatter, the farthest from the median first: a hit among steady posts makes them no less steady.
const LEFT_OUT: usize = 5;

/// The root mean square distance of log plays from their median, without the farthest fifth.
fn scatter(logs: &[f64], middle: f64) -> f64 {
    let mut squares = [0.0; WINDOW];
    let squares = &mut squares[..logs.len()];
    squares.iter_mut().zip(logs).for_each(|(square, log)| *square = (log - middle) * (log - middle));
    squares.sort_unstable_by(f64::total_cmp);
    let near = &squares[..logs.len() - logs.len() / LEFT_OUT];
    libm::sqrt(near.iter().sum::<f64>() / near.len() as f64)
}

/// The scatter from which on so many posts are usual.
fn usual_scatter(posts: usize) -> f64 {
    USUAL * posts as f64 / (posts as f64 + HALF_AT)
}

/// How much of what is added to the median is taken of posts that scatter so: nothing of steady ones, all from the usual on.
fn share(posts: usize, scatter: f64) -> f64 {
    if posts < POSTS_MIN {
        return 1.0;
    }
    ((scatter / usual_scatter(posts) - STEADY) / (1.0 - STEADY)).clamp(0.0, 1.0)
}

/// Each percentile is the median of the latest posts plus the mean of what both add, moved to the median where posts are steady.
pub(crate) fn ensemble(recent: &Recent, coefficients: &Coefficients) -> Quantiles {
    let added = Added::of(recent, coefficients);
    let from = added.middle - added.taken_off();
    Quantiles::of_logs(std::array::from_fn(|at| from + added.mean(at)))
}

#[cfg(test)]
mod tests {
    use domain::PostHistory;

    use super::*;
    use crate::estimate::estimate;
    use crate::{Settings, backtest};

    /// The five percentiles of a creator whose posts had these plays.
    fn forecast(plays: &[u64]) -> [u64; 5] {
        let history: PostHistory = backtest::tests::history(plays).into_iter().collect();
        estimate(&history, &Settings::default()).expect("an estimate").views.to_array()
    }

    #[test]
    fn the_median_is_told_as_the_post_has_it() {
        let of = |plays: u64| Added {
            middle: libm::log(plays as f64),
            regression: [0.0; 5],
            trees: [0.0; 5],
            scatter: 0.0,
            share: 0.0,
        };
        for plays in (1..100_000).chain([4_693_149, 12_503_507]) {
            assert_eq!(of(plays).middle_plays(), plays);
        }
    }

    #[test]
    fn steady_posts_are_answered_with_their_own_level() {
        for plays in (1..2_000).chain([100_000, 4_693_149, 999_999_999_999]) {
            for posts in [3, 9, 15, 30] {
                let forecast = forecast(&vec![plays; posts]);
                assert!(forecast.is_sorted() && forecast[2] == plays, "{posts} posts of {plays}: {forecast:?}");
            }
        }
        let near: Vec<u64> = (0..15).map(|number| 1_006 + number).collect();
        let [p10, p25, p50, p75, p90] = forecast(&near);
        assert_eq!(p50, 1_013, "the median of posts of 1,006 to 1,020");
        // The next one need not be as steady.
        assert!(p10 < p25 && p25 < 1_006 && 1_020 < p75 && p75 < p90, "{:?}", [p10, p25, p50, p75, p90]);
    }

    #[test]
    fn fewer_than_three_posts_are_never_steady() {
        for posts in [1, 2] {
            assert_eq!(share(posts, 0.0), 1.0);
        }
        // A tenth of 0.3 × 4 ÷ 12, and all of it.
        assert_eq!([0.0, 0.0099, 0.1001, 0.9].map(|scatter| share(4, scatter)), [0.0, 0.0, 1.0, 1.0]);
        assert!((share(16, 0.11) - 0.5).abs() < 1e-9, "between a tenth of 0.2 and 0.2");
    }

    #[test]
    fn a_hit_or_a_flop_among_steady_posts_changes_nothing() {
        for (other, at) in [(5_000, 6), (1_000_000, 0), (1_000_000, 13), (5_000, 13), (1, 13), (999_999_999_999, 13)] {
            let mut plays = vec![100_000; 13];
            plays.insert(at, other);
            let forecast = forecast(&plays);
            assert!(forecast.is_sorted() && forecast[2] == 100_000, "{other} at {at}: {forecast:?}");
            assert!(forecast[1] <= 100_000 && 100_000 <= forecast[3], "{other} at {at}: {forecast:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn posts_that_hardly_scatter_hold_the_expected_views(
            level in 100_u64..1_000_000_000,
            off in proptest::collection::vec(-0.04_f64..0.04, 3..20),
        ) {
            let plays: Vec<u64> = off.iter().map(|off| (level as f64 * off.exp()) as u64).collect();
            let used = &plays[plays.len().saturating_sub(WINDOW)..];
            let logs: Vec<f64> = used.iter().map(|plays| (*plays as f64).ln()).collect();
            let scatter = scatter(&logs, crate::features::median(&logs));
            let forecast = forecast(&plays);
            proptest::prop_assert!(forecast.is_sorted(), "{:?}", forecast);
            if scatter < usual_scatter(used.len()) / 10.0 {
                let held = used.iter().min() <= Some(&forecast[2]) && Some(&forecast[2]) <= used.iter().max();
                proptest::prop_assert!(held, "{:?} of {:?}", forecast, used);
            }
        }

        #[test]
        fn percentiles_are_in_order_however_posts_scatter(
            plays in proptest::collection::vec(1_u64..100_000_000, 1..20),
            narrowed in 0.0_f64..1.0,
        ) {
            let plays: Vec<u64> = plays.iter().map(|plays| (*plays as f64).powf(narrowed) as u64 + 1).collect();
            proptest::prop_assert!(forecast(&plays).is_sorted());
        }
    }
}
