//! `ensemble`: the mean of `regression` and `trees`, in logarithms. Each errs where the other does not: together they forecast
//! posts of the kind they were fitted to as well as the better one, and posts of another kind better than both.

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
}

impl Added {
    /// To those of at least one post.
    pub(crate) fn of(recent: &Recent, coefficients: &Coefficients) -> Self {
        debug_assert!(!recent.plays(WINDOW).is_empty(), "a method is given at least one post");
        let features = Features::of(recent);
        let values = values(recent, &features);
        let bounded = features.within(&coefficients.bounds);
        Self {
            middle: features.middle,
            regression: coefficients.weights.each_ref().map(|weights| bounded.dot(weights)),
            trees: coefficients.trees.each_ref().map(|trees| trees.sum(&values)),
        }
    }

    /// The median as plays, rounded: the logarithm of a whole number may come back a little below it.
    pub(crate) fn middle_plays(&self) -> u64 {
        libm::round(libm::exp(self.middle)) as u64
    }
}

/// Each percentile is the median of the latest posts plus the mean of what both add.
pub(crate) fn ensemble(recent: &Recent, coefficients: &Coefficients) -> Quantiles {
    let added = Added::of(recent, coefficients);
    Quantiles::of_logs(std::array::from_fn(|at| added.middle + (added.regression[at] + added.trees[at]) / 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_told_as_the_post_has_it() {
        let of = |plays: u64| Added { middle: libm::log(plays as f64), regression: [0.0; 5], trees: [0.0; 5] };
        for plays in (1..100_000).chain([4_693_149, 12_503_507]) {
            assert_eq!(of(plays).middle_plays(), plays);
        }
    }
}
