//! How much of what a pick promises is luck. Prices follow what a creator's posts usually bring. Whoever is expected to bring far more than
//! others of that price has mostly been lucky with the very posts that the expectation rests on, and a plan is made of such creators: of what
//! the market holds, it takes the bargains. So a pick's views are drawn around less than is expected of it; the expected views stay as they are.

use domain::{PerTier, Tier};

use crate::Candidate;

/// The variance of expected views themselves, as a part of that of single posts about them: as if five or six posts told them. As measured
/// (docs/plan.md, "The range").
const UNCERTAIN: f64 = 0.18;

/// The most of a distance that is taken for luck, where prices follow views closely.
const SHARE_MAX: f64 = 0.5;

/// Of fewer candidates no line is drawn.
const CANDIDATES_MIN: usize = 20;

/// The line of expected views by price, both in logarithms, through all candidates.
pub(crate) struct Luck(Option<Line>);

struct Line {
    /// The mean price of each length, from which a creator's is measured: so all lengths say the same of a creator.
    usual: PerTier<f64>,
    price_mean: f64,
    views_mean: f64,
    slope: f64,
    /// Of the candidates' distances from the line.
    variance: f64,
}

impl Luck {
    /// Nobody's, where there are few candidates with a price, or all of them lie on the line.
    pub(crate) fn among(candidates: &[Candidate]) -> Self {
        Self(Line::through(candidates))
    }

    /// By how much the logarithm of a candidate's views is expected too high, where single posts scatter about it with this standard
    /// deviation; below zero where it is expected too low.
    pub(crate) fn of(&self, candidate: &Candidate, sd: f64) -> f64 {
        let Some(line) = &self.0 else { return 0.0 };
        let Some(point) = point(candidate, &line.usual) else { return 0.0 };
        line.distance(point) * (UNCERTAIN * sd * sd / line.variance).min(SHARE_MAX)
    }
}

impl Line {
    fn through(candidates: &[Candidate]) -> Option<Self> {
        let usual =
            PerTier::from_fn(|tier| mean(candidates.iter().filter_map(|one| log_price(one, tier))).unwrap_or(0.0));
        let points: Vec<(f64, f64)> = candidates.iter().filter_map(|one| point(one, &usual)).collect();
        if points.len() < CANDIDATES_MIN {
            return None;
        }
        let (price_mean, views_mean) =
            (mean(points.iter().map(|(price, _)| *price))?, mean(points.iter().map(|(_, views)| *views))?);
        let products = |of: fn(f64, f64) -> f64| mean(points.iter().map(|(x, y)| of(x - price_mean, y - views_mean)));
        let spread = products(|price, _| price * price)?;
        let slope = if spread > 0.0 { products(|price, views| price * views)? / spread } else { 0.0 };
        let mut line = Self { usual, price_mean, views_mean, slope, variance: 0.0 };
        line.variance = mean(points.iter().map(|point| line.distance(*point) * line.distance(*point)))?;
        (line.variance > 0.0).then_some(line)
    }

    /// By how much views lie above those of the line.
    fn distance(&self, (price, views): (f64, f64)) -> f64 {
        views - self.views_mean - self.slope * (price - self.price_mean)
    }
}

/// How a creator's prices lie to those of the others, of the lengths that it has; and its views.
fn point(candidate: &Candidate, usual: &PerTier<f64>) -> Option<(f64, f64)> {
    let priced = Tier::ALL.iter().filter_map(|tier| Some(log_price(candidate, *tier)? - usual[*tier]));
    let views = (candidate.views > 0).then(|| libm::log(candidate.views as f64));
    Some((mean(priced)?, views?))
}

fn log_price(candidate: &Candidate, tier: Tier) -> Option<f64> {
    candidate.prices[tier].filter(|price| price.0 > 0).map(|price| libm::log(price.0 as f64))
}

/// None of nothing.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

#[cfg(test)]
mod tests {
    use domain::{AuthorId, Fen};

    use super::*;

    fn candidate(number: i64, views: u64, prices: [Option<u64>; 3]) -> Candidate {
        Candidate {
            id: AuthorId::from_integer(number).expect("an id"),
            category: None,
            views,
            interactions: None,
            range: None,
            prices: PerTier::from_fn(|tier| {
                let place = Tier::ALL.iter().position(|one| *one == tier);
                place.and_then(|place| *prices.get(place)?).map(Fen)
            }),
        }
    }

    /// Views in proportion to the price of the first length, twice and half of them by turns; the second length costs three times as much.
    fn market(count: u64) -> Vec<Candidate> {
        let one = |at: u64| {
            let price = 1_000 * (1 + at / 2);
            let views = if at.is_multiple_of(2) { price * 20 } else { price * 5 };
            candidate(1 + at as i64, views, [Some(price), Some(3 * price), None])
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn whoever_brings_more_than_others_of_that_price_is_expected_too_high_by_a_part_of_it() {
        let candidates = market(200);
        let luck = Luck::among(&candidates);
        let two = 2.0_f64.ln();
        for (at, sign) in [(0, 1.0), (1, -1.0), (100, 1.0), (199, -1.0)] {
            // All lie as far from the line, so the variance is the square of that.
            let expected = sign * two * UNCERTAIN * 0.8 * 0.8 / (two * two);
            let told = luck.of(&candidates[at], 0.8);
            assert!((told - expected).abs() < 0.01, "{at}: {told} {expected}");
            assert!((luck.of(&candidates[at], 9.0) - sign * two * SHARE_MAX).abs() < 0.01);
        }
        // One length says as much as the other.
        let [short, long] = [[Some(50_000), None, None], [None, Some(150_000), None]].map(|prices| {
            let one = candidate(999, 4_000_000, prices);
            luck.of(&one, 0.8)
        });
        assert!(short > 0.2 && (short - long).abs() < 1e-9, "{short} {long}");
    }

    #[test]
    fn nothing_is_told_without_prices_or_views_or_of_few_or_of_a_market_on_the_line() {
        let luck = Luck::among(&market(200));
        assert_eq!(luck.of(&candidate(999, 4_000_000, [None; 3]), 0.8), 0.0);
        assert_eq!(luck.of(&candidate(999, 0, [Some(1), None, None]), 0.8), 0.0);
        let few = market(CANDIDATES_MIN as u64 - 1);
        assert_eq!(Luck::among(&few).of(&few[0], 0.8), 0.0);
        let alike: Vec<_> = (1..=50).map(|at| candidate(at, 100_000, [Some(500), None, None])).collect();
        assert_eq!(Luck::among(&alike).of(&alike[0], 0.8), 0.0);
        assert_eq!(Luck::among(&[]).of(&alike[0], 0.8), 0.0);
    }
}
