//! `peers`: a creator's own mean of log plays, pulled to that of all creators the coefficients were fitted on, the more
//! the fewer the posts (the best linear predictor of a random-effects model).

use crate::coefficients::Peers;
use crate::quantiles::Quantiles;
use crate::recent::Recent;

use super::Normal;

/// As if the creator's own spread had been seen in so many more posts, at the peers' spread.
const PRIOR_POSTS: f64 = 4.0;

/// Mean pulled to the peers' by the ratio of variances; spread likewise.
pub(crate) fn peers(recent: &Recent, window: usize, peers: &Peers) -> Quantiles {
    normal(recent, window, peers).quantiles()
}

/// The distribution of log plays.
pub(crate) fn normal(recent: &Recent, window: usize, peers: &Peers) -> Normal {
    let logs = recent.log_plays(window);
    let posts = logs.len() as f64;
    let own = logs.iter().sum::<f64>() / posts;
    let within = peers.within_sd * peers.within_sd;
    let between = peers.between_sd * peers.between_sd;
    let trust = between / (between + within / posts);
    let mean = peers.mean_log_plays + trust * (own - peers.mean_log_plays);
    let squares: f64 = logs.iter().map(|log| (log - own) * (log - own)).sum();
    let variance = (squares + PRIOR_POSTS * within) / (posts - 1.0 + PRIOR_POSTS);
    Normal { mean, sd: libm::sqrt(variance * (1.0 + trust / posts)) }
}
