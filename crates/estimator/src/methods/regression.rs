//! `regression`: linear quantile regression on the ordered recent posts. See `features` for what it looks at and
//! `coefficients` for the weights.

use crate::coefficients::Coefficients;
use crate::features::{Features, WINDOW};
use crate::quantiles::Quantiles;
use crate::recent::Recent;

/// Each percentile is the median of the latest posts plus weighted features, all in logarithms.
pub(crate) fn regression(recent: &Recent, coefficients: &Coefficients) -> Quantiles {
    debug_assert!(!recent.plays(WINDOW).is_empty(), "a method is given at least one post");
    let features = Features::of(recent).within(&coefficients.bounds);
    Quantiles::of_logs(coefficients.weights.each_ref().map(|weights| features.middle + features.dot(weights)))
}
