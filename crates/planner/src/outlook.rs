//! The range of a plan's views, by simulation: each pick's views are drawn from a distribution as wide as the pick's quartiles, about what is
//! expected of it less its luck, all picks independently, many times over, and the totals are put in order. The distribution is that of
//! real posts (docs/plan.md, "The range").

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

use crate::Candidate;
use crate::luck::Luck;

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
    /// Picks without a range of their own, which were drawn with the median spread of the others, or, where no pick has one, with that of most
    /// forecasts.
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

/// The part of the posts above the middle that are beyond what is drawn: from ten times the distance of the quartile on, where fewer than one in a
/// thousand real posts are. Without an end an exponential tail has no mean as soon as the quartile is at twice the middle.
const BEYOND: f64 = 1.0 / 1024.0;

/// How a pick's views scatter, in logarithms: as the lower half of a normal distribution below the expected views, exponentially above
/// them, where hits are. Each half of it has the pick's quartile.
#[derive(Clone, Copy)]
struct Scatter {
    /// The standard deviation of the normal half.
    below: f64,
    /// The mean of the exponential one.
    above: f64,
}

impl Scatter {
    /// The standard deviation of a normal distribution with both quartiles as far apart.
    fn sd(self) -> f64 {
        f64::midpoint(self.below, self.above * std::f64::consts::LN_2 / UPPER_QUARTILE)
    }
}

/// The median spread of forecasts, where no pick has one of its own: quartiles at 0.65 and 1.75 times the expected views (docs/plan.md,
/// "The range").
const USUAL: Scatter = Scatter { below: 0.638_7, above: 0.807_4 };

/// Simulates a plan out of these candidates.
pub(crate) fn outlook(picks: &[&Candidate], candidates: &[Candidate]) -> Outlook {
    let known: Vec<Option<Scatter>> = picks.iter().map(|pick| scatter(pick)).collect();
    let usual = |of: fn(&Scatter) -> f64| {
        let mut all: Vec<f64> = known.iter().flatten().map(of).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(of(&USUAL))
    };
    let usual = Scatter { below: usual(|one| one.below), above: usual(|one| one.above) };
    let draws = (DEVIATES_MAX / picks.len().max(1)).clamp(DRAWS_MIN, DRAWS);
    let luck = Luck::among(candidates);
    let mut totals = vec![0.0; draws];
    let mut random = Random { generator: Xoshiro256PlusPlus::seed_from_u64(SEED), spare: None };
    for (pick, known) in picks.iter().zip(&known) {
        let scatter = known.unwrap_or(usual);
        let middle = pick.views as f64 * libm::exp(-luck.of(pick, scatter.sd()));
        totals.iter_mut().for_each(|total| *total += middle * libm::exp(random.deviate(scatter)));
    }
    totals.sort_by(f64::total_cmp);
    let at = |percent: usize| totals[(draws - 1) * percent / 100].round() as u64;
    let spread_assumed = known.iter().filter(|one| one.is_none()).count();
    Outlook { p10: at(10), p25: at(25), p50: at(50), p75: at(75), p90: at(90), draws, spread_assumed }
}

fn scatter(candidate: &Candidate) -> Option<Scatter> {
    let range = candidate.range.filter(|range| range.p25 > 0 && (range.p25..=range.p75).contains(&candidate.views))?;
    let [low, middle, high] = [range.p25, candidate.views, range.p75].map(|views| libm::log(views as f64));
    Some(Scatter { below: (middle - low) / UPPER_QUARTILE, above: (high - middle) / std::f64::consts::LN_2 })
}

/// Deviates, the same on every machine.
struct Random {
    generator: Xoshiro256PlusPlus,
    /// Normal ones are made in pairs; the second waits here.
    spare: Option<f64>,
}

impl Random {
    /// By how much the logarithm of a pick's views lies above its middle.
    fn deviate(&mut self, scatter: Scatter) -> f64 {
        let side = self.uniform();
        match side > 0.0 {
            // Evenly between 0 and 1, being above 0.
            true => -libm::log(BEYOND + side * (1.0 - BEYOND)) * scatter.above,
            false => -self.normal().abs() * scatter.below,
        }
    }

    /// Of the standard normal distribution (Marsaglia's polar method).
    fn normal(&mut self) -> f64 {
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

    /// Where nobody's luck is known.
    fn alone(picks: &[&Candidate]) -> Outlook {
        outlook(picks, &[])
    }

    fn near(value: u64, expected: f64) -> bool {
        (value as f64 / expected - 1.0).abs() < 0.05
    }

    #[test]
    fn one_pick_has_its_own_quartiles_back_and_the_tails_of_real_posts() {
        let one = candidate(1_000_000, Some((500_000, 3_000_000)));
        let told = alone(&[&one]);
        assert!(near(told.p25, 500_000.0) && near(told.p50, 1_000_000.0) && near(told.p75, 3_000_000.0), "{told:?}");
        // 10 % of a normal half: 1.2816 standard deviations; of an exponential one: where a fifth of the half is left.
        assert!(near(told.p10, 1e6 * (-1.2816 * 2.0_f64.ln() / UPPER_QUARTILE).exp()), "{told:?}");
        assert!(near(told.p90, 1e6 * 3.0_f64.powf(5.0_f64.log2())), "{told:?}");
    }

    #[test]
    fn a_pick_without_scatter_on_one_side_has_none_there() {
        let told = alone(&[&candidate(100_000, Some((100_000, 200_000)))]);
        assert_eq!((told.p10, told.p25), (100_000, 100_000));
        assert!(near(told.p75, 200_000.0), "{told:?}");
        let outside = alone(&[&candidate(300_000, Some((100_000, 200_000)))]);
        assert_eq!(outside.spread_assumed, 1, "a middle outside of its range");
    }

    #[test]
    fn many_picks_together_are_surer_than_one() {
        let one = candidate(1_000_000, Some((800_000, 1_250_000)));
        let hundred = alone(&[&one; 100]);
        let (sd, mean) = ((1.25_f64).ln() / UPPER_QUARTILE, (1.25_f64).ln() / 2.0_f64.ln());
        // The means of both halves: of the normal one by its distribution function, of the exponential one 1 ÷ (1 − mean).
        let below = (sd * sd / 2.0).exp() * libm::erfc(sd / 2.0_f64.sqrt());
        assert!(near(hundred.p50, 100.0 * 1e6 * f64::midpoint(below, 1.0 / (1.0 - mean))), "{hundred:?}");
        assert!((hundred.p75 as f64) < 1.2 * hundred.p25 as f64, "{hundred:?}");
    }

    #[test]
    fn a_pick_without_range_is_drawn_with_the_usual_spread_and_counted() {
        let (known, unknown) = (candidate(100, Some((50, 200))), candidate(1_000_000, None));
        let told = alone(&[&known, &unknown]);
        assert_eq!(told.spread_assumed, 1);
        assert!(near(told.p25, 500_000.0) && near(told.p75, 2_000_000.0), "{told:?}");
    }

    #[test]
    fn picks_of_which_none_has_a_range_are_drawn_with_the_spread_that_forecasts_usually_have() {
        let told = alone(&[&candidate(1_000_000, None)]);
        assert_eq!(told.spread_assumed, 1);
        assert!(near(told.p25, 650_000.0) && near(told.p50, 1_000_000.0) && near(told.p75, 1_750_000.0), "{told:?}");
    }
}
