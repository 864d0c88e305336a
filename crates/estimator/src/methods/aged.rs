//! `aged-10`: the percentiles of the latest ten posts, young ones among them, each grown to what it would come to.

use domain::UnixTime;

use crate::choice::MAX_CHOSEN;
use crate::quantiles::{Quantiles, percentile_of_logs};
use crate::recent::Recent;

/// Age in days and how far below its creator's usual log plays a post of that age lies (public short-video data,
/// `docs/method.md`); linear between, nothing from the last on.
const GROWTH: [(f64, f64); 5] = [(0.5, 1.1), (4.0, 0.5), (12.0, 0.2), (20.0, 0.1), (30.0, 0.0)];

/// The percentiles of the latest `window` posts after growing.
pub(crate) fn aged(recent: &Recent, window: usize) -> Quantiles {
    let mut grown = [0.0; MAX_CHOSEN];
    let grown = &mut grown[..recent.log_plays(window).len()];
    grown.iter_mut().zip(grown_logs(recent, window)).for_each(|(place, log)| *place = log);
    grown.sort_unstable_by(f64::total_cmp);
    Quantiles::of_logs([10, 25, 50, 75, 90].map(|percent| percentile_of_logs(grown, percent)))
}

/// What the plays of the latest `window` posts will come to, newest first.
pub(crate) fn grown_plays(recent: &Recent, window: usize) -> impl Iterator<Item = f64> {
    grown_logs(recent, window).map(libm::exp)
}

/// The same in logarithms.
fn grown_logs(recent: &Recent, window: usize) -> impl Iterator<Item = f64> {
    let ages = recent.ages_s(window).iter().map(|age_s| f64::from(*age_s) / f64::from(UnixTime::DAY));
    recent.log_plays(window).iter().zip(ages).map(|(log, age_days)| log + still_to_come(age_days))
}

/// How much a post's log plays will still grow from an age on.
fn still_to_come(age_days: f64) -> f64 {
    if age_days <= GROWTH[0].0 {
        return GROWTH[0].1;
    }
    let between = GROWTH.windows(2).find(|pair| age_days < pair[1].0);
    between.map_or(0.0, |pair| {
        let ((from, high), (to, low)) = (pair[0], pair[1]);
        high + (low - high) * (age_days - from) / (to - from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_grows_less_the_older_it_is() {
        assert_eq!([0.0, 0.5, 4.0, 12.0, 30.0, 400.0].map(still_to_come), [1.1, 1.1, 0.5, 0.2, 0.0, 0.0]);
        assert!((still_to_come(8.0) - 0.35).abs() < 1e-12);
    }
}
