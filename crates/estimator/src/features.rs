//! What the regression looks at: the latest posts' log plays as they came and in order of size, all relative to their
//! median, so that a creator with ten times the plays gets ten times the forecast; and how often the creator posts. What
//! each feature weighs follows three factors: how few posts there are, whether their order tells something, and to which
//! side they are skewed.

use crate::coefficients::Bounds;
use crate::quantiles::percentile_of_logs;
use crate::recent::Recent;
use domain::UnixTime;

/// The most posts the regression looks at.
pub(crate) const WINDOW: usize = 15;

/// How many features there are.
pub(crate) const COUNT: usize = NAMES.len();

/// The features' names, as the coefficients' file has them; `docs/method.md` says what each is.
pub(crate) const NAMES: [&str; 21] = [
    "constant",
    "mean",
    "fading_1.5",
    "fading_3",
    "fading_6",
    "fading_12",
    "p0",
    "p10",
    "p25",
    "p40",
    "p60",
    "p75",
    "p90",
    "p100",
    "median_3",
    "median_5",
    "last",
    "sd",
    "level",
    "gap",
    "pace",
];

/// Half-lives of 1.5, 3, 6 and 12 posts, as the weight of a post beside that of the next newer one.
const FADINGS: [f64; 4] =
    [0.629_960_524_947_436_6, 0.793_700_525_984_099_8, 0.890_898_718_140_339_3, 0.943_874_312_681_693_5];

const PERCENTS: [usize; 8] = [0, 10, 25, 40, 60, 75, 90, 100];

/// The log plays that `level` is counted from: about 440,000 plays.
const LEVEL_ZERO: f64 = 13.0;

/// Where in [`NAMES`] the features start whose values are kept within [`Bounds`]: those that are not relative to the
/// creator's own posts, so that a creator unlike all others is treated as the most unlike of those.
pub(crate) const BOUNDED_FROM: usize = 18;

/// What a weight is made of: one, shortness, persistence and skew; `docs/method.md` says what each is.
pub(crate) const FACTORS: usize = 4;

/// Of each feature, numbers that times the factors make its weight.
pub(crate) type Weights = [[f64; FACTORS]; COUNT];

/// The features of one creator's recent posts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Features {
    /// The median of log plays, from which everything is measured.
    pub(crate) middle: f64,
    /// What the weights follow.
    pub(crate) factors: [f64; FACTORS],
    pub(crate) values: [f64; COUNT],
}

impl Features {
    /// The features of at least one post.
    pub(crate) fn of(recent: &Recent) -> Self {
        let logs = recent.log_plays(WINDOW);
        let posts = logs.len();
        let mut sorted = [0.0; WINDOW];
        let sorted = &mut sorted[..posts];
        sorted.copy_from_slice(logs);
        sorted.sort_unstable_by(f64::total_cmp);
        let middle = percentile_of_logs(sorted, 50);
        let mean = logs.iter().sum::<f64>() / posts as f64;
        let squares: f64 = logs.iter().map(|log| (log - mean) * (log - mean)).sum();
        let [fading_1, fading_3, fading_6, fading_12] = FADINGS.map(|fading| faded(logs, fading) - middle);
        let [p0, p10, p25, p40, p60, p75, p90, p100] =
            PERCENTS.map(|percent| percentile_of_logs(sorted, percent) - middle);
        let (gap, pace) = gaps(recent.published_at(WINDOW));
        let values = [
            1.0,
            mean - middle,
            fading_1,
            fading_3,
            fading_6,
            fading_12,
            p0,
            p10,
            p25,
            p40,
            p60,
            p75,
            p90,
            p100,
            median(&logs[..posts.min(3)]) - middle,
            median(&logs[..posts.min(5)]) - middle,
            logs[0] - middle,
            libm::sqrt(squares / posts as f64),
            middle - LEVEL_ZERO,
            gap,
            pace,
        ];
        Self { middle, factors: [1.0, 3.0 / posts as f64, persistence(logs, sorted), skew(sorted)], values }
    }

    /// The same, what is bounded within its bounds.
    pub(crate) fn within(mut self, bounds: &Bounds) -> Self {
        for (value, [least, most]) in self.values[BOUNDED_FROM..].iter_mut().zip(bounds) {
            *value = value.clamp(*least, *most);
        }
        self
    }

    /// The weighted sum.
    pub(crate) fn dot(&self, weights: &Weights) -> f64 {
        self.values.iter().zip(weights).map(|(value, parts)| value * self.weight(parts)).sum()
    }

    /// A feature's weight, of what it is made of.
    pub(crate) fn weight(&self, parts: &[f64; FACTORS]) -> f64 {
        parts.iter().zip(self.factors).map(|(part, factor)| part * factor).sum()
    }
}

/// Spreads of log plays below this count as this: rounded counts differ by as much.
const LEAST_SPREAD: f64 = 0.05;

/// How much nearer neighbours are to each other than any two posts: zero on average where order tells nothing, towards one
/// where plays drift, below zero where they go up and down by turns. Pulled to zero as if by five posts more; few posts
/// tell little.
fn persistence(logs: &[f64], sorted: &[f64]) -> f64 {
    let posts = logs.len() as f64;
    if logs.len() < 3 {
        return 0.0;
    }
    let steps = logs.windows(2).map(|pair| (pair[0] - pair[1]).abs()).sum::<f64>() / (posts - 1.0);
    // The mean difference of all pairs, by rank: the i-th least is the larger of a pair i times.
    let by_rank = sorted.iter().enumerate().map(|(rank, log)| log * (2.0 * rank as f64 + 1.0 - posts));
    let apart = 2.0 * by_rank.sum::<f64>() / (posts * (posts - 1.0));
    (1.0 - steps / apart.max(LEAST_SPREAD)) * posts / (posts + 5.0)
}

/// From minus one, where the median is the most, to one, where it is the least; zero for less than three posts.
fn skew(sorted: &[f64]) -> f64 {
    let (least, most) = (sorted[0], sorted[sorted.len() - 1]);
    (least + most - 2.0 * percentile_of_logs(sorted, 50)) / (most - least).max(LEAST_SPREAD)
}

/// The mean of `logs`, newest first, each weighing `fading` of the one before.
pub(crate) fn faded(logs: &[f64], fading: f64) -> f64 {
    let (mut weight, mut weights, mut sum) = (1.0, 0.0, 0.0);
    for log in logs {
        sum += log * weight;
        weights += weight;
        weight *= fading;
    }
    sum / weights
}

/// The median of at most [`WINDOW`] numbers.
pub(crate) fn median(numbers: &[f64]) -> f64 {
    let mut sorted = [0.0; WINDOW];
    let sorted = &mut sorted[..numbers.len()];
    sorted.copy_from_slice(numbers);
    sorted.sort_unstable_by(f64::total_cmp);
    percentile_of_logs(sorted, 50)
}

/// Logarithms of the median and of the mean time between posts, in days; a day where there is one post.
fn gaps(published_at: &[UnixTime]) -> (f64, f64) {
    /// A quarter of an hour: what is published closer together is taken as one session.
    const LEAST_DAYS: f64 = 0.01;
    let mut days = [0.0; WINDOW];
    let pairs = published_at.windows(2);
    let days = &mut days[..pairs.len()];
    if days.is_empty() {
        return (0.0, 0.0);
    }
    for (days, pair) in days.iter_mut().zip(pairs) {
        *days = (f64::from(pair[0].seconds_since(pair[1])) / f64::from(UnixTime::DAY)).max(LEAST_DAYS);
    }
    let mean = days.iter().sum::<f64>() / days.len() as f64;
    days.sort_unstable_by(f64::total_cmp);
    (libm::log(percentile_of_logs(days, 50)), libm::log(mean))
}
