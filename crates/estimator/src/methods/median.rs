//! `median-10`, `median-15`, `median-30`: percentiles of the latest posts as they are.

use crate::choice::MAX_CHOSEN;
use crate::quantiles::{Quantiles, percentile};
use crate::recent::Recent;

/// The percentiles of the plays of the latest `window` posts.
pub(crate) fn median(recent: &Recent, window: usize) -> Quantiles {
    let plays = recent.plays(window);
    let mut sorted = [0; MAX_CHOSEN];
    let sorted = &mut sorted[..plays.len()];
    sorted.copy_from_slice(plays);
    sorted.sort_unstable();
    let [p10, p25, p50, p75, p90] = [10, 25, 50, 75, 90].map(|percent| percentile(sorted, percent));
    Quantiles { p10, p25, p50, p75, p90 }
}
