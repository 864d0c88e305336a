//! How much more or less one method errs than another on the same forecasts, and how far chance alone may take that.

use serde::Serialize;

/// The mean difference of two methods' absolute errors of log plays.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// Of this method less that of the method in use: below zero, this one errs less.
    pub mean: f64,
    /// Its standard error over creators, whose forecasts stand or fall together.
    pub standard_error: f64,
}

/// Sums of one creator's differences over all creators, in whole numbers, so that their order changes nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Paired {
    forecasts: i128,
    forecasts_squared: i128,
    /// In the units of [`UNIT`].
    difference: i128,
    difference_squared: i128,
    product: i128,
}

/// Differences are counted in millionths.
const UNIT: f64 = 1e6;

impl Paired {
    /// Adds a creator: so many forecasts, whose errors differ by this much together.
    pub(super) fn add(&mut self, forecasts: u64, difference: f64) {
        let (forecasts, difference) = (i128::from(forecasts), libm::round(difference * UNIT) as i128);
        self.forecasts += forecasts;
        self.forecasts_squared += forecasts * forecasts;
        self.difference += difference;
        self.difference_squared += difference * difference;
        self.product += forecasts * difference;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.forecasts += other.forecasts;
        self.forecasts_squared += other.forecasts_squared;
        self.difference += other.difference;
        self.difference_squared += other.difference_squared;
        self.product += other.product;
    }

    /// The difference; its error is that of a ratio of two sums over creators.
    pub(super) fn difference(&self) -> Option<Difference> {
        let [n, nn, d, dd, nd] =
            [self.forecasts, self.forecasts_squared, self.difference, self.difference_squared, self.product]
                .map(|sum| sum as f64);
        let mean = d / n;
        let squares = (dd - 2.0 * mean * nd + mean * mean * nn).max(0.0);
        let rounded = |number: f64| libm::round(number) / UNIT;
        (n > 0.0).then(|| Difference { mean: rounded(mean), standard_error: rounded(libm::sqrt(squares) / n) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_that_of_a_mean_where_creators_are_alike() {
        let mut paired = Paired::default();
        [0.1, -0.1, 0.3, 0.1].into_iter().for_each(|difference| paired.add(1, difference));
        let difference = paired.difference().expect("forecasts");
        // The mean is 0.1; the squares around it come to 0.08.
        assert!((difference.mean - 0.1).abs() < 1e-6, "{difference:?}");
        assert!((difference.standard_error - 0.08_f64.sqrt() / 4.0).abs() < 1e-6, "{difference:?}");
        assert_eq!(Paired::default().difference(), None);
    }
}
