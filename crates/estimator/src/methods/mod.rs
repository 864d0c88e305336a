//! The methods of expected views, one a file: pure functions from recent posts to [`crate::Quantiles`]. Which posts they
//! are given is decided in `choice`; their names and windows are in `method`.

pub(crate) mod aged;
pub(crate) mod ensemble;
pub(crate) mod last;
pub(crate) mod median;
pub(crate) mod peers;
pub(crate) mod regression;
pub(crate) mod trees;
pub(crate) mod weighted;

use crate::quantiles::Quantiles;

/// A normal distribution of log plays.
pub(crate) struct Normal {
    pub(crate) mean: f64,
    pub(crate) sd: f64,
}

impl Normal {
    fn quantiles(&self) -> Quantiles {
        Quantiles::of_logs(NORMAL_QUANTILES.map(|z| self.mean + z * self.sd))
    }
}

/// How many standard deviations from its mean a normal variable's 10th, 25th, 50th, 75th and 90th percentiles lie.
pub(crate) const NORMAL_QUANTILES: [f64; 5] =
    [-1.281_551_565_5, -0.674_489_750_2, 0.0, 0.674_489_750_2, 1.281_551_565_5];
