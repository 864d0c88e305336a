//! Fitting coefficients: every creator's history, cut before each of its posts, is a row; the weights of each percentile
//! are those of the least pinball loss. A scattered copy of every other history counts a little too, so that the weights hold for
//! posts of another kind. Deterministic: the same histories in the same order give the same bytes.

use domain::{Post, PostHistory, UnixTime};

use crate::choice::{MAX_CHOSEN, Window, choose};
use crate::coefficients::{Bounds, Coefficients, Peers};
use crate::features::{BOUNDED_FROM, COUNT, FACTORS, Features, Weights};
use crate::least_loss::{Rows, least_pinball_loss};
use crate::recent::Recent;
use crate::scattered::scattered;
use crate::{Quantiles, backtest};

/// Histories gathered to fit to.
#[derive(Default)]
pub struct Fit {
    rows: Vec<Row>,
    /// The same of scattered copies of every other creator's posts.
    scattered: Vec<Row>,
    creators: u64,
    /// Of creators' log plays: posts, mean and sum of squares about it.
    moments: Vec<(f64, f64, f64)>,
}

/// One forecast that could be made, and the log plays it should have told.
struct Row {
    creator: u64,
    features: Features,
    log: f64,
}

/// Creators are left out in so many turns to see how far each percentile is off.
const TURNS: u64 = 4;

/// How much a scattered row counts beside a real one. Copies of every other creator at a quarter cost the forecasts of real
/// posts less than 0.001, and make those of synthetic posts as good as the median's.
const SCATTERED_COUNT: f64 = 0.25;

/// Fewer rows than this say nothing of 84 weights.
const ROWS_MIN: usize = 1_000;

/// There are too few posts to fit to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} forecasts can be made of these posts, and at least {ROWS_MIN} are needed to fit coefficients")]
pub struct TooFewRows(pub usize);

impl Fit {
    /// Adds a creator's posts: a row for each that was mature and played, but the first.
    pub fn add(&mut self, history: &PostHistory, mature_days: u32) {
        let posts = history.posts();
        self.rows.extend(rows(self.creators, posts, mature_days));
        if self.creators.is_multiple_of(2) {
            let copy = scattered(posts, mature_days);
            self.scattered.extend(rows(self.creators, copy.posts(), mature_days));
        }
        let plays = backtest::targets(posts, mature_days).map(|(_, post)| post.plays);
        let logs: Vec<f64> = plays.map(|plays| libm::log(plays as f64)).collect();
        if !logs.is_empty() {
            let mean = logs.iter().sum::<f64>() / logs.len() as f64;
            let squares = logs.iter().map(|log| (log - mean) * (log - mean)).sum();
            self.moments.push((logs.len() as f64, mean, squares));
            self.creators += 1;
        }
    }

    /// How many rows were gathered.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The coefficients of the least loss.
    ///
    /// # Errors
    /// [`TooFewRows`].
    pub fn coefficients(&self, name: &str) -> Result<Coefficients, TooFewRows> {
        if self.rows.len() < ROWS_MIN {
            return Err(TooFewRows(self.rows.len()));
        }
        let bounds = std::array::from_fn(|place| self.bounds(BOUNDED_FROM + place));
        let mut weights = self.fitted(&bounds, None, |_| true);
        let shifts = self.shifts(&bounds, &weights);
        for (weights, shift) in weights.iter_mut().zip(shifts) {
            weights[0][0] += shift;
            *weights = weights.map(|pair| pair.map(rounded));
        }
        let fitted_on = format!("{} posts of {} creators", self.rows.len(), self.creators);
        Ok(Coefficients { name: name.to_owned(), fitted_on, peers: self.peers(), bounds, weights })
    }

    /// The weights of each percentile, fitted to some creators, sought from `near`.
    fn fitted(&self, bounds: &Bounds, near: Option<&[Weights; 5]>, takes: impl Fn(u64) -> bool) -> [Weights; 5] {
        let mut rows = Rows::new(FACTORS * COUNT);
        for (gathered, count) in [(&self.rows, 1.0), (&self.scattered, SCATTERED_COUNT)] {
            for Row { features, log, .. } in gathered.iter().filter(|row| takes(row.creator)) {
                let features = features.within(bounds);
                let terms = features.values.iter().flat_map(|value| features.factors.map(|factor| value * factor));
                rows.push(terms, log - features.middle, count);
            }
        }
        std::array::from_fn(|percentile| {
            let near = near.map(|near| near[percentile].concat());
            let flat = least_pinball_loss(&rows, Quantiles::LEVELS[percentile], near);
            std::array::from_fn(|at| std::array::from_fn(|part| flat[FACTORS * at + part]))
        })
    }

    /// How far each percentile is off on creators it was not fitted to, by fits to the others: a fit knows its own
    /// creators better than the next one, so that its ranges are slightly too narrow.
    fn shifts(&self, bounds: &Bounds, near: &[Weights; 5]) -> [f64; 5] {
        let mut residuals: [Vec<f64>; 5] = Default::default();
        for turn in 0..TURNS {
            let weights = self.fitted(bounds, Some(near), |creator| creator % TURNS != turn);
            for row in self.rows.iter().filter(|row| row.creator % TURNS == turn) {
                let features = row.features.within(bounds);
                let missed = residuals.iter_mut().zip(&weights);
                missed.for_each(|(missed, weights)| missed.push(row.log - features.middle - features.dot(weights)));
            }
        }
        let levels = residuals.iter_mut().zip(Quantiles::LEVELS);
        let shifts: Vec<f64> = levels.map(|(missed, level)| at_level(missed, level)).collect();
        std::array::from_fn(|at| shifts[at])
    }

    /// From the 1st to the 99th percentile of a feature.
    fn bounds(&self, feature: usize) -> [f64; 2] {
        let mut values: Vec<f64> = self.rows.iter().map(|row| row.features.values[feature]).collect();
        values.sort_unstable_by(f64::total_cmp);
        [1, 99].map(|percent| rounded(values[(values.len() - 1) * percent / 100]))
    }

    /// The moments of a random-effects model.
    fn peers(&self) -> Peers {
        let creators = self.moments.len() as f64;
        let mean = self.moments.iter().map(|(_, mean, _)| mean).sum::<f64>() / creators;
        let freedom: f64 = self.moments.iter().map(|(posts, ..)| posts - 1.0).sum();
        let within = self.moments.iter().map(|(.., squares)| squares).sum::<f64>() / freedom.max(1.0);
        let of_means = self.moments.iter().map(|(_, own, _)| (own - mean) * (own - mean)).sum::<f64>();
        let noise = self.moments.iter().map(|(posts, ..)| within / posts).sum::<f64>() / creators;
        let between = of_means / (creators - 1.0).max(1.0) - noise;
        let sd = |variance: f64| rounded(libm::sqrt(variance.max(0.01)));
        Peers { mean_log_plays: rounded(mean), between_sd: sd(between), within_sd: sd(within) }
    }
}

/// A row for each post that can be forecast but the first.
fn rows(creator: u64, posts: &[Post], mature_days: u32) -> impl Iterator<Item = Row> + '_ {
    let window = Window { latest: MAX_CHOSEN, since: UnixTime(0), mature_days };
    backtest::targets(posts, mature_days).filter_map(move |(place, post)| {
        let chosen = choose(&posts[..place], window, |_, _| {});
        let log = libm::log(post.plays as f64);
        (chosen.len() > 0).then(|| Row { creator, features: Features::of(&Recent::of(&chosen)), log })
    })
}

/// The number that the share `level` of all lies below.
fn at_level(numbers: &mut [f64], level: f64) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.get((numbers.len() as f64 * level) as usize).copied().unwrap_or(0.0)
}

/// To five decimals: more would say nothing and make the file hard to read.
fn rounded(number: f64) -> f64 {
    // Adding zero makes minus zero zero.
    libm::round(number * 1e5) / 1e5 + 0.0
}
