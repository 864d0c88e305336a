//! `last`: the next post does what the last one did. The yardstick that any method should beat.

use crate::quantiles::Quantiles;
use crate::recent::Recent;

use super::median::median;

/// The last post's plays; the range is that of the latest `window` posts, stretched to hold the last one.
pub(crate) fn last(recent: &Recent, window: usize) -> Quantiles {
    let mut quantiles = median(recent, window).to_array();
    quantiles[2] = recent.plays(1)[0];
    Quantiles::around_middle(quantiles)
}
