//! The range of a plan's views, by simulation: each pick's views are drawn from a lognormal distribution with the pick's
//! quartiles, all picks independently, many times over, and the totals are put in order.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

use crate::Candidate;

/// Percentiles of a plan's total views.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    /// One total in ten is below.
    pub p10: u64,
    /// One in four is below.
    pub p25: u64,
    /// The middle.
    pub p50: u64,
    /// One in four is above.
    pub p75: u64,
    /// One in ten is above.
    pub p90: u64,
    /// How many totals were drawn.
    pub draws: usize,
    /// Picks without a range of their own, which were drawn with the median spread of the others.
    pub spread_assumed: usize,
}

/// The upper quartile of the standard normal distribution.
const UPPER_QUARTILE: f64 = 0.674_489_750_196_081_7;
const DRAWS: usize = 4000;
const DRAWS_MIN: usize = 500;
/// Of all picks together, so that large plans take no longer than a few tenths of a second.
const DEVIATES_MAX: usize = 2_000_000;
/// Any will do, but it must stay.
const SEED: u64 = 0x0A57_0001;

/// A lognormal distribution: mean and standard deviation of logarithms.
#[derive(Clone, Copy)]
struct Lognormal {
    mean: f64,
    sd: f64,
}

/// Simulates a plan; none where no pick's range is known.
pub(crate) fn outlook(picks: &[&Candidate]) -> Option<Outlook> {
    let known: Vec<Option<Lognormal>> = picks.iter().map(|pick| of_quartiles(pick)).collect();
    let mut spreads: Vec<f64> = known.iter().flatten().map(|one| one.sd).collect();
    spreads.sort_by(f64::total_cmp);
    let usual = *spreads.get(spreads.len() / 2)?;
    let draws = (DEVIATES_MAX / picks.len()).clamp(DRAWS_MIN, DRAWS);
    let mut totals = vec![0.0; draws];
    let mut random = Normal { generator: Xoshiro256PlusPlus::seed_from_u64(SEED), spare: None };
    for (pick, known) in picks.iter().zip(&known) {
        // Of zero views the logarithm is below all others, and the exponential zero again.
        let assumed = || Lognormal { mean: libm::log(pick.views as f64), sd: usual };
        let Lognormal { mean, sd } = known.unwrap_or_else(assumed);
        totals.iter_mut().for_each(|total| *total += libm::exp(mean + sd * random.next()));
    }
    totals.sort_by(f64::total_cmp);
    let at = |percent: usize| totals[(draws - 1) * percent / 100].round() as u64;
    let spread_assumed = known.iter().filter(|one| one.is_none()).count();
    Some(Outlook { p10: at(10), p25: at(25), p50: at(50), p75: at(75), p90: at(90), draws, spread_assumed })
}

fn of_quartiles(candidate: &Candidate) -> Option<Lognormal> {
    let range = candidate.range.filter(|range| range.p25 > 0 && range.p25 <= range.p75)?;
    let (low, high) = (libm::log(range.p25 as f64), libm::log(range.p75 as f64));
    Some(Lognormal { mean: f64::midpoint(low, high), sd: (high - low) / (2.0 * UPPER_QUARTILE) })
}

/// Standard normal deviates (Marsaglia's polar method), the same on every machine.
struct Normal {
    generator: Xoshiro256PlusPlus,
    /// They are made in pairs; the second waits here.
    spare: Option<f64>,
}

impl Normal {
    fn next(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (self.uniform(), self.uniform());
            let square = x * x + y * y;
            if square < 1.0 && square > 0.0 {
                let scale = libm::sqrt(-2.0 * libm::log(square) / square);
                self.spare = Some(y * scale);
                return x * scale;
            }
        }
    }

    /// Between −1 and 1.
    fn uniform(&mut self) -> f64 {
        (self.generator.next_u64() >> 11) as f64 * (2.0 / (1_u64 << 53) as f64) - 1.0
    }
}

#[cfg(test)]
mod tests {
    use domain::{AuthorId, PerTier, Range};

    use super::*;

    fn candidate(views: u64, range: Option<(u64, u64)>) -> Candidate {
        Candidate {
            id: AuthorId::from_integer(1).expect("an id"),
            category: None,
            views,
            interactions: None,
            range: range.map(|(p25, p75)| Range { p25, p75 }),
            prices: PerTier::default(),
        }
    }

    fn near(value: u64, expected: f64) -> bool {
        (value as f64 / expected - 1.0).abs() < 0.05
    }

    #[test]
    fn one_pick_has_its_own_quartiles_back() {
        let one = candidate(1_000_000, Some((500_000, 2_000_000)));
        let told = outlook(&[&one]).expect("a range");
        assert!(near(told.p25, 500_000.0) && near(told.p50, 1_000_000.0) && near(told.p75, 2_000_000.0), "{told:?}");
        // 10 % of a lognormal: the median × exp(−1.2816 sd).
        let sd = 4.0_f64.ln() / (2.0 * UPPER_QUARTILE);
        assert!(near(told.p10, 1e6 * (-1.2816 * sd).exp()) && near(told.p90, 1e6 * (1.2816 * sd).exp()), "{told:?}");
    }

    #[test]
    fn many_picks_together_are_surer_than_one() {
        let one = candidate(1_000_000, Some((500_000, 2_000_000)));
        let hundred = outlook(&[&one; 100]).expect("a range");
        let mean = 1e6 * (0.5 * (4.0_f64.ln() / (2.0 * UPPER_QUARTILE)).powi(2)).exp();
        assert!(near(hundred.p50, 100.0 * mean), "{hundred:?}");
        assert!((hundred.p75 as f64) < 1.2 * hundred.p25 as f64, "{hundred:?}");
    }

    #[test]
    fn a_pick_without_range_is_drawn_with_the_usual_spread_and_counted() {
        let (known, unknown) = (candidate(100, Some((50, 200))), candidate(1_000_000, None));
        let told = outlook(&[&known, &unknown]).expect("a range");
        assert_eq!(told.spread_assumed, 1);
        assert!(near(told.p25, 500_000.0) && near(told.p75, 2_000_000.0), "{told:?}");
        assert_eq!(outlook(&[&unknown]), None);
        assert_eq!(outlook(&[]), None);
    }
}
