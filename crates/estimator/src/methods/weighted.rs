//! `weighted`: an exponentially weighted mean of the logarithms of plays, newer posts counting more.

use crate::quantiles::Quantiles;
use crate::recent::Recent;

use super::Normal;

/// A post's weight beside that of the next newer one: half after five posts.
const FADING: f64 = 0.870_550_563_296_124;

/// A spread of log plays that the creator's own is mixed with, as if seen in [`PRIOR_POSTS`] posts, and that stands alone
/// for a creator with one post: the within-creator spread of public short-video data.
const PRIOR_SD: f64 = 0.90;
const PRIOR_POSTS: f64 = 2.0;

/// Weighted mean and spread of log plays, taken as normal.
pub(crate) fn weighted(recent: &Recent, window: usize) -> Quantiles {
    normal(recent, window).quantiles()
}

/// A post's weight, the newest first.
fn weights() -> impl Iterator<Item = f64> {
    std::iter::successors(Some(1.0), |weight| Some(weight * FADING))
}

/// What share of the mean each of so many posts is, the newest first.
pub(crate) fn shares(posts: usize) -> impl Iterator<Item = f64> {
    let sum: f64 = weights().take(posts).sum();
    weights().take(posts).map(move |weight| weight / sum)
}

/// The distribution of log plays.
pub(crate) fn normal(recent: &Recent, window: usize) -> Normal {
    let logs = recent.log_plays(window);
    let sum: f64 = weights().take(logs.len()).sum();
    let mean = logs.iter().zip(weights()).map(|(log, weight)| log * weight).sum::<f64>() / sum;
    let squares: f64 = logs.iter().zip(weights()).map(|(log, weight)| (log - mean) * (log - mean) * weight).sum();
    let variance = (squares + PRIOR_POSTS * PRIOR_SD * PRIOR_SD) / (sum + PRIOR_POSTS);
    // The mean of few posts is itself uncertain.
    Normal { mean, sd: libm::sqrt(variance * (1.0 + 1.0 / sum)) }
}
