//! Fitting coefficients: every creator's history, cut before each of its posts, is a row; the weights of each percentile
//! are those of the least pinball loss. A scattered copy of every other history counts a little too, so that the weights hold for
//! posts of another kind. Deterministic: the same histories in the same order give the same bytes.

use domain::{AuthorId, Post, PostHistory, UnixTime};

use crate::choice::{MAX_CHOSEN, Window, choose, latest_captures};
use crate::coefficients::{Bounds, Coefficients, Peers, rounded};
use crate::features::{BOUNDED_FROM, COUNT, FACTORS, Features, WINDOW, Weights};
use crate::fitted_creators::{FittedCreators, mark};
use crate::least_loss::{Rows, least_pinball_loss};
use crate::recent::Recent;
use crate::scattered::{mixed, scattered};
use crate::trees::{Examples, Trees, Values, grow, values};
use crate::{Quantiles, backtest};

/// Histories gathered to fit to.
#[derive(Default)]
pub struct Fit {
    rows: Vec<Row>,
    /// The same of scattered copies of every other creator's posts.
    scattered: Vec<Row>,
    /// The same of histories of eight posts and more cut to fewer, twice: trees learn from those as well.
    cut: Vec<Row>,
    creators: u64,
    /// The mark of each of them.
    marks: Vec<u64>,
    /// Of creators' log plays, on each platform by itself: posts, mean and sum of squares about it.
    moments: Vec<(f64, f64, f64)>,
}

/// One forecast that could be made, and the log plays it should have told.
struct Row {
    creator: u64,
    features: Features,
    values: Values,
    log: f64,
}

/// Creators are left out in so many turns to see how far each percentile is off.
const TURNS: u64 = 4;

/// How much a scattered row counts beside a real one for the regression. At a quarter forecasts of real posts err by 0.001 more, and
/// those of posts that scatter evenly and hardly drift, which nobody has, are nearly as good as the median's.
const SCATTERED_FOR_REGRESSION: f64 = 0.1;

/// The same for the trees, which see more in the kind of posts they were grown by.
const SCATTERED_FOR_TREES: f64 = 0.2;

/// How much a row of a cut history counts beside a real one.
const CUT_COUNT: f64 = 0.5;

/// Fewer rows than this say nothing of 84 weights, nor of trees.
pub const ROWS_MIN: usize = 1_000;

/// There are too few posts to fit to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} forecasts can be made of these posts, and at least {ROWS_MIN} are needed to fit coefficients")]
pub struct TooFewRows(pub usize);

impl Fit {
    /// Adds a creator's posts on each platform: a row for each that was mature and played, but the platform's first. All of a
    /// creator are taken or left out together, wherever some are left out.
    pub fn add<'h>(
        &mut self,
        creator: &AuthorId,
        of_platforms: impl IntoIterator<Item = &'h PostHistory>,
        mature_days: u32,
    ) {
        let before = self.moments.len();
        of_platforms.into_iter().for_each(|history| self.add_platform(history, mature_days));
        if self.moments.len() > before {
            self.creators += 1;
            self.marks.push(mark(creator));
        }
    }

    fn add_platform(&mut self, history: &PostHistory, mature_days: u32) {
        let posts = &latest_captures(history.posts());
        self.rows.extend(rows(self.creators, posts, mature_days, |_, recent| Some(recent)));
        for turn in 0..2 {
            self.cut.extend(rows(self.creators, posts, mature_days, |post, recent| cut(post, recent, turn)));
        }
        if self.creators.is_multiple_of(2) {
            let copy = scattered(posts, mature_days);
            self.scattered.extend(rows(self.creators, copy.posts(), mature_days, |_, recent| Some(recent)));
        }
        let plays = backtest::targets(posts, mature_days).map(|(_, post)| post.plays);
        let logs: Vec<f64> = plays.map(|plays| libm::log(plays as f64)).collect();
        if !logs.is_empty() {
            let mean = logs.iter().sum::<f64>() / logs.len() as f64;
            let squares = logs.iter().map(|log| (log - mean) * (log - mean)).sum();
            self.moments.push((logs.len() as f64, mean, squares));
        }
    }

    /// How many rows were gathered.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// How many of the creators have a mature post that was played.
    pub fn creators(&self) -> u64 {
        self.creators
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
        let mut weights = self.weights(&bounds, None, |_| true);
        let mut trees = self.trees(|_| true);
        let shifts = self.shifts(&bounds, &weights);
        for (percentile, [of_weights, of_trees]) in shifts.into_iter().enumerate() {
            // The middle one stays: it errs least where it is, and on posts of another kind moving it does harm.
            if Quantiles::LEVELS[percentile] != 0.5 {
                weights[percentile][0][0] += of_weights;
                trees[percentile].start = five_decimals(trees[percentile].start + of_trees);
            }
            weights[percentile] = weights[percentile].map(|parts| parts.map(five_decimals));
        }
        let fitted_on = format!("{} posts of {} creators", self.rows.len(), self.creators);
        let (creators, peers) = (FittedCreators::of(self.marks.clone()), self.peers());
        Ok(Coefficients { name: name.to_owned(), fitted_on, creators, peers, bounds, weights, trees })
    }

    /// The regression's weights of each percentile, fitted to some creators, sought from `near`.
    fn weights(&self, bounds: &Bounds, near: Option<&[Weights; 5]>, takes: impl Fn(u64) -> bool) -> [Weights; 5] {
        let mut rows = Rows::new(FACTORS * COUNT);
        for (gathered, count) in [(&self.rows, 1.0), (&self.scattered, SCATTERED_FOR_REGRESSION)] {
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

    /// The trees of each percentile, grown by some creators.
    fn trees(&self, takes: impl Fn(u64) -> bool) -> [Trees; 5] {
        let gathered = [(&self.rows, 1.0), (&self.scattered, SCATTERED_FOR_TREES), (&self.cut, CUT_COUNT)];
        let rows = gathered.iter().flat_map(|(rows, count)| rows.iter().map(move |row| (row, *count)));
        let taken = rows.filter(|(row, _)| takes(row.creator));
        let examples = Examples::of(taken.map(|(row, count)| (&row.values, row.log - row.features.middle, count)));
        std::thread::scope(|scope| {
            let examples = &examples;
            let grown = Quantiles::LEVELS.map(|level| scope.spawn(move || grow(examples, level)));
            grown.map(|trees| trees.join().expect("growing trees does not panic"))
        })
    }

    /// How far each percentile of the regression and of the trees is off on creators it was not fitted to, by fits to the
    /// others: a fit knows its own creators better than the next one, so that its ranges are slightly too narrow.
    fn shifts(&self, bounds: &Bounds, near: &[Weights; 5]) -> [[f64; 2]; 5] {
        let mut residuals: [[Vec<f64>; 2]; 5] = Default::default();
        for turn in 0..TURNS {
            let weights = self.weights(bounds, Some(near), |creator| creator % TURNS != turn);
            let trees = self.trees(|creator| creator % TURNS != turn);
            for row in self.rows.iter().filter(|row| row.creator % TURNS == turn) {
                let features = row.features.within(bounds);
                let above_middle = row.log - features.middle;
                for (percentile, [of_weights, of_trees]) in residuals.iter_mut().enumerate() {
                    of_weights.push(above_middle - features.dot(&weights[percentile]));
                    of_trees.push(above_middle - trees[percentile].sum(&row.values));
                }
            }
        }
        std::array::from_fn(|percentile| {
            residuals[percentile].each_mut().map(|missed| at_level(missed, Quantiles::LEVELS[percentile]))
        })
    }

    /// From the 1st to the 99th percentile of a feature.
    fn bounds(&self, feature: usize) -> [f64; 2] {
        let mut values: Vec<f64> = self.rows.iter().map(|row| row.features.values[feature]).collect();
        values.sort_unstable_by(f64::total_cmp);
        [1, 99].map(|percent| five_decimals(values[(values.len() - 1) * percent / 100]))
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
        let sd = |variance: f64| five_decimals(libm::sqrt(variance.max(0.01)));
        Peers { mean_log_plays: five_decimals(mean), between_sd: sd(between), within_sd: sd(within) }
    }
}

/// A row for each post that can be forecast but the first, from what `seen` makes of the posts before it.
fn rows(
    creator: u64,
    posts: &[Post],
    mature_days: u32,
    seen: impl Fn(&Post, Recent) -> Option<Recent>,
) -> impl Iterator<Item = Row> {
    let window = Window { latest: MAX_CHOSEN, since: UnixTime(0), mature_days };
    backtest::targets(posts, mature_days).filter_map(move |(place, post)| {
        let chosen = choose(&posts[..place], window, |_, _| {});
        let recent = (chosen.len() > 0).then(|| Recent::of(&chosen)).and_then(|recent| seen(post, recent))?;
        let features = Features::of(&recent);
        Some(Row { creator, features, values: values(&recent, &features), log: libm::log(post.plays as f64) })
    })
}

/// A history of eight posts or more cut to three or more; to what length is drawn by the time of publishing and the turn.
fn cut(post: &Post, recent: Recent, turn: u64) -> Option<Recent> {
    let posts = recent.plays(WINDOW).len();
    let lengths = posts.checked_sub(3).filter(|_| posts >= 8)? as u64;
    Some(recent.cut_to(3 + (mixed(turn << 40 | u64::from(post.published_at.0)) % lengths) as usize))
}

/// The number that the share `level` of all lies below.
fn at_level(numbers: &mut [f64], level: f64) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.get((numbers.len() as f64 * level) as usize).copied().unwrap_or(0.0)
}

/// More would say nothing and make the file hard to read.
fn five_decimals(number: f64) -> f64 {
    rounded(number, 1e5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtest::tests::history;

    #[test]
    fn a_creators_platforms_are_left_out_in_the_same_turn() {
        let of = |by: u64| history(&[3 * by, 900, 70 * by, 41, 5_000, 77]).into_iter().collect::<PostHistory>();
        let (mut fit, nothing) = (Fit::default(), PostHistory::default());
        let id = |number: &str| number.parse().expect("an id");
        fit.add(&id("1"), [&of(1), &nothing, &of(2)], 7);
        fit.add(&id("2"), [&nothing], 7);
        fit.add(&id("3"), [&of(3)], 7);
        assert_eq!(fit.marks, [mark(&id("1")), mark(&id("3"))]);
        assert_eq!((fit.creators(), fit.rows()), (2, 15));
        let creators: Vec<u64> = fit.rows.iter().map(|row| row.creator).collect();
        assert_eq!(creators, [[0; 5], [0; 5], [1; 5]].concat());
        assert_eq!(fit.moments.len(), 3);
    }
}
