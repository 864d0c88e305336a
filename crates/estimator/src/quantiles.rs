//! A forecast: the plays that the next post falls below with a stated probability.

use domain::Post;

/// Plays of the next post at five probabilities, ascending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantiles {
    /// One post in ten does worse.
    pub p10: u64,
    /// One in four does worse.
    pub p25: u64,
    /// Half do worse: the expected views.
    pub p50: u64,
    /// One in four does better.
    pub p75: u64,
    /// One in ten does better.
    pub p90: u64,
}

/// Logarithms of whole numbers may come back a little below them and would be rounded down: they are lifted by so much.
const HAIR: f64 = 1e-13;

impl Quantiles {
    /// The probabilities, in the order of [`Quantiles::to_array`].
    pub const LEVELS: [f64; 5] = [0.10, 0.25, 0.50, 0.75, 0.90];

    /// The five numbers, ascending.
    pub fn to_array(self) -> [u64; 5] {
        [self.p10, self.p25, self.p50, self.p75, self.p90]
    }

    /// Five numbers around the middle one, which stays: what crosses it is pulled to it.
    pub(crate) fn around_middle([p10, p25, p50, p75, p90]: [u64; 5]) -> Self {
        let (p25, p75) = (p25.min(p50), p75.max(p50));
        Self { p10: p10.min(p25), p25, p50, p75, p90: p90.max(p75) }
    }

    /// The same of logarithms of plays, rounded down to whole plays, at least one.
    pub(crate) fn of_logs(logs: [f64; 5]) -> Self {
        Self::around_middle(logs.map(|log| (libm::exp(log + HAIR) as u64).clamp(1, Post::MAX_PLAYS)))
    }
}

/// The `percent`-th percentile of `sorted`, linear between neighbours (Hyndman and Fan's type 7), rounded down: in whole
/// numbers, so that the same posts give the same bytes everywhere. `sorted` is ascending and not empty.
pub(crate) fn percentile(sorted: &[u64], percent: usize) -> u64 {
    let hundredths = (sorted.len() - 1) * percent;
    let (below, rest) = (sorted[hundredths / 100], hundredths % 100);
    if rest == 0 {
        return below;
    }
    let above = sorted[hundredths / 100 + 1];
    below + (above - below) * rest as u64 / 100
}

/// As [`percentile`], of numbers with fractions.
pub(crate) fn percentile_of_logs(sorted: &[f64], percent: usize) -> f64 {
    let hundredths = (sorted.len() - 1) * percent;
    let (below, rest) = (sorted[hundredths / 100], hundredths % 100);
    if rest == 0 {
        return below;
    }
    below + (sorted[hundredths / 100 + 1] - below) * (rest as f64 / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_type_7_rounded_down() {
        let quartiles = |sorted: &[u64]| [25, 50, 75].map(|percent| percentile(sorted, percent));
        assert_eq!(quartiles(&[7]), [7, 7, 7]);
        assert_eq!(quartiles(&[1, 2]), [1, 1, 1]);
        assert_eq!(quartiles(&[10, 20, 30, 40]), [17, 25, 32]);
        assert_eq!(quartiles(&[1, 2, 3, 4, 5]), [2, 3, 4]);
        assert_eq!([10, 90].map(|percent| percentile(&[10, 20, 30, 40, 50, 60], percent)), [15, 55]);
    }

    #[test]
    fn the_logarithm_of_a_whole_number_comes_back_as_that_number() {
        let whole = (1..100_000).chain((0..1_000).map(|step| 1_000_000 + 999_983 * step)).chain([Post::MAX_PLAYS]);
        for plays in whole {
            // As a weighted mean of equal logarithms has it, which is a last digit off.
            let log = libm::log(plays as f64);
            for log in [log, (log * 0.3 + log * 0.7) / (0.3 + 0.7), log * 0.1 + log * 0.9] {
                assert_eq!(Quantiles::of_logs([log; 5]).p50, plays);
            }
        }
    }

    #[test]
    fn what_crosses_the_middle_is_pulled_to_it() {
        let crossed = Quantiles::around_middle([30, 20, 10, 5, 40]);
        assert_eq!(crossed.to_array(), [10, 10, 10, 10, 40]);
    }
}
