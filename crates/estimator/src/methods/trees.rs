//! `trees`: sums of small decision trees over the ordered recent posts, their times and their interactions. See the module
//! `trees` at the crate's root for what a tree is and what it looks at.

use crate::coefficients::Coefficients;
use crate::features::{Features, WINDOW};
use crate::quantiles::Quantiles;
use crate::recent::Recent;
use crate::trees::values;

/// Each percentile is the median of the latest posts plus what its trees add, all in logarithms.
pub(crate) fn trees(recent: &Recent, coefficients: &Coefficients) -> Quantiles {
    debug_assert!(!recent.plays(WINDOW).is_empty(), "a method is given at least one post");
    let features = Features::of(recent);
    let values = values(recent, &features);
    Quantiles::of_logs(coefficients.trees.each_ref().map(|trees| features.middle + trees.sum(&values)))
}
