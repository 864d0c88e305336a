//! Sums of errors of one method over one group of forecasts.

use crate::Quantiles;
use crate::quantiles::percentile;
use crate::recent::Recent;

/// Lengths of history: from so many earlier posts on.
pub(super) const LENGTHS: [(usize, &str); 4] =
    [(3, "3 earlier posts"), (4, "4-6 earlier posts"), (7, "7-14 earlier posts"), (15, "15+ earlier posts")];

/// Sizes of creators: from so many plays on, by the median of the latest posts before the forecast.
pub(super) const SIZES: [(u64, &str); 5] = [
    (0, "under 10,000 plays"),
    (10_000, "10,000 to 99,999 plays"),
    (100_000, "100,000 to 999,999 plays"),
    (1_000_000, "1,000,000 to 9,999,999 plays"),
    (10_000_000, "10,000,000+ plays"),
];

/// Errors are counted in billionths.
const UNIT: f64 = 1e9;

/// Sums that do not depend on the order of adding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Scores {
    pub(super) forecasts: u64,
    absolute: i128,
    /// Forecast less outcome.
    signed: i128,
    pinball: [i128; 5],
    within_50: u64,
    within_80: u64,
    pub(super) with_interactions: u64,
    interactions_absolute: i128,
}

/// The place of a forecast among the cells of a method.
pub(super) fn cell(earlier: usize, recent: &Recent) -> usize {
    let length = LENGTHS.iter().rposition(|(from, _)| earlier >= *from).unwrap_or(0);
    let mut plays = [0; crate::features::WINDOW];
    let latest = recent.plays(plays.len());
    let plays = &mut plays[..latest.len()];
    plays.copy_from_slice(latest);
    plays.sort_unstable();
    let median = percentile(plays, 50);
    let size = SIZES.iter().rposition(|(from, _)| median >= *from).unwrap_or(0);
    length * SIZES.len() + size
}

impl Scores {
    /// Adds a forecast of a post that came to `log_plays`; its absolute error.
    pub(super) fn add(&mut self, quantiles: Quantiles, log_plays: f64) -> f64 {
        let logs = quantiles.to_array().map(|plays| libm::log(plays.max(1) as f64));
        self.forecasts += 1;
        let absolute = (log_plays - logs[2]).abs();
        self.absolute += units(absolute);
        self.signed += units(logs[2] - log_plays);
        for ((sum, log), level) in self.pinball.iter_mut().zip(logs).zip(Quantiles::LEVELS) {
            let short = log_plays - log;
            *sum += units(if short > 0.0 { level * short } else { (level - 1.0) * short });
        }
        self.within_50 += u64::from(logs[1] <= log_plays && log_plays <= logs[3]);
        self.within_80 += u64::from(logs[0] <= log_plays && log_plays <= logs[4]);
        absolute
    }

    /// Adds a forecast of interactions, where both it and the outcome are known. One is added to both, for a post may
    /// have none.
    pub(super) fn add_interactions(&mut self, forecast: Option<u64>, outcome: Option<u64>) {
        if let (Some(forecast), Some(outcome)) = (forecast, outcome) {
            let log = |count: u64| libm::log(count as f64 + 1.0);
            self.with_interactions += 1;
            self.interactions_absolute += units((log(forecast) - log(outcome)).abs());
        }
    }

    pub(super) fn merge(&mut self, other: &Scores) {
        self.forecasts += other.forecasts;
        self.absolute += other.absolute;
        self.signed += other.signed;
        self.pinball.iter_mut().zip(other.pinball).for_each(|(sum, more)| *sum += more);
        self.within_50 += other.within_50;
        self.within_80 += other.within_80;
        self.with_interactions += other.with_interactions;
        self.interactions_absolute += other.interactions_absolute;
    }

    pub(super) fn mean_absolute(&self) -> f64 {
        mean(self.absolute, self.forecasts)
    }

    pub(super) fn bias(&self) -> f64 {
        mean(self.signed, self.forecasts)
    }

    pub(super) fn pinball(&self) -> [f64; 5] {
        self.pinball.map(|sum| mean(sum, self.forecasts))
    }

    /// The shares of outcomes within the 50 % and the 80 % range.
    pub(super) fn coverage(&self) -> [f64; 2] {
        [self.within_50, self.within_80].map(|within| within as f64 / self.forecasts.max(1) as f64)
    }

    pub(super) fn interactions_mean_absolute(&self) -> Option<f64> {
        (self.with_interactions > 0).then(|| mean(self.interactions_absolute, self.with_interactions))
    }
}

fn units(error: f64) -> i128 {
    libm::round(error * UNIT) as i128
}

fn mean(sum: i128, count: u64) -> f64 {
    sum as f64 / UNIT / count.max(1) as f64
}
