//! How well methods forecast: for each post of a creator from the fourth on, a forecast from the earlier ones, as if the
//! later ones were not known, held against what the post did.
//!
//! Sums are kept in whole numbers, so that the order in which creators are added, on however many threads, changes no byte.

mod paired;
mod report;
mod scores;

use domain::{Post, PostHistory, UnixTime};

pub use paired::Difference;
use paired::Paired;
pub use report::{Report, ReportedGroup, ReportedMethod};
use scores::{LENGTHS, SIZES, Scores};

use crate::choice::{MAX_CHOSEN, Window, choose, latest_captures};
use crate::estimate::InteractionRate;
use crate::recent::Recent;
use crate::{Method, Settings};

/// Forecasts are scored from this many earlier posts on.
pub const EARLIER_MIN: usize = 3;

/// Scores of methods, growing creator by creator.
#[derive(Debug, Clone)]
pub struct Backtest {
    methods: Vec<Method>,
    settings: Settings,
    creators: u64,
    /// For each method, length of history and size of creator.
    cells: Vec<Scores>,
    /// For each method, beside the one in use, where that is one of them.
    beside_in_use: Vec<Paired>,
}

/// Those of `posts` that can be held against a forecast, with their places: mature when captured, and played.
pub(crate) fn targets(posts: &[Post], mature_days: u32) -> impl Iterator<Item = (usize, &Post)> {
    posts.iter().enumerate().filter(move |(_, post)| post.plays > 0 && post.is_mature(mature_days))
}

impl Backtest {
    /// Of these methods, with these settings' coefficients and days to maturity, beside their method in use.
    pub fn new(methods: &[Method], settings: &Settings) -> Self {
        let cells = vec![Scores::default(); methods.len() * LENGTHS.len() * SIZES.len()];
        let beside_in_use = vec![Paired::default(); methods.len()];
        Self { methods: methods.to_vec(), settings: *settings, creators: 0, cells, beside_in_use }
    }

    /// Adds all forecasts of one creator, on each platform by itself.
    pub fn add<'h>(&mut self, of_platforms: impl IntoIterator<Item = &'h PostHistory>) {
        let mut errors = vec![0.0; self.methods.len()];
        let forecasts = of_platforms.into_iter().map(|history| self.add_platform(history, &mut errors)).sum();
        self.creators += u64::from(forecasts > 0);
        let in_use = self.methods.iter().position(|method| *method == self.settings.method);
        if let Some(in_use) = in_use {
            let paired = self.beside_in_use.iter_mut().zip(&errors);
            paired.for_each(|(paired, error)| paired.add(forecasts, error - errors[in_use]));
        }
    }

    /// Adds all forecasts of one creator on a platform, and to `errors` each method's absolute errors; how many forecasts there are.
    fn add_platform(&mut self, history: &PostHistory, errors: &mut [f64]) -> u64 {
        let posts = latest_captures(history.posts());
        let mature_days = self.settings.mature_days;
        let window = Window { latest: MAX_CHOSEN, since: UnixTime(0), mature_days };
        let mut forecasts = 0;
        for (earlier, (place, post)) in targets(&posts, mature_days).enumerate().skip(EARLIER_MIN) {
            let chosen = choose(&posts[..place], window, |_, _| {});
            if chosen.len() == 0 {
                continue;
            }
            forecasts += 1;
            let recent = Recent::of(&chosen);
            let cell = scores::cell(earlier, &recent);
            let log_plays = libm::log(post.plays as f64);
            for (at, method) in self.methods.iter().enumerate() {
                let quantiles = method.forecast(&recent, self.settings.coefficients);
                let scores = &mut self.cells[at * LENGTHS.len() * SIZES.len() + cell];
                errors[at] += scores.add(quantiles, log_plays);
                let rate = InteractionRate::of(&chosen, method.window());
                scores.add_interactions(rate.at(quantiles.p50), post.interactions());
            }
        }
        forecasts
    }

    /// Joins the scores of other creators, by the same methods.
    pub fn merge(&mut self, other: &Backtest) {
        debug_assert_eq!(self.methods, other.methods, "scores of the same methods");
        self.creators += other.creators;
        self.cells.iter_mut().zip(&other.cells).for_each(|(held, more)| held.merge(more));
        self.beside_in_use.iter_mut().zip(&other.beside_in_use).for_each(|(held, more)| held.merge(more));
    }

    /// The scores in groups.
    pub fn report(&self) -> Report {
        let cells = self.cells.chunks_exact(LENGTHS.len() * SIZES.len());
        let methods = self.methods.iter().zip(cells).zip(&self.beside_in_use);
        let methods = methods.map(|((method, cells), paired)| {
            let method = method.name_with(self.settings.coefficients).into_owned();
            ReportedMethod { method, groups: report::groups(cells), beside_in_use: paired.difference() }
        });
        Report { creators: self.creators, mature_days: self.settings.mature_days, methods: methods.collect() }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use domain::{Count, ItemId};

    use super::*;
    use crate::estimate::estimate;

    /// A post a day, with these plays.
    pub(crate) fn history(plays: &[u64]) -> Vec<Post> {
        let post = |(number, plays): (usize, &u64)| Post {
            item_id: ItemId::from_integer(number as i64).expect("an id"),
            plays: *plays,
            published_at: UnixTime(1_700_000_000 + number as u32 * UnixTime::DAY),
            captured_at: UnixTime(1_790_000_000),
            duration_s: Count::UNKNOWN,
            likes: Count::UNKNOWN,
            comments: Count::UNKNOWN,
            shares: Count::UNKNOWN,
            collects: Count::UNKNOWN,
            sponsored: None,
        };
        plays.iter().enumerate().map(post).collect()
    }

    #[test]
    fn a_forecast_is_what_would_have_been_answered_before_the_post_was_published() {
        let plays: Vec<u64> = (0..24_u64).map(|number| 500 + number * number * 7_919 % 90_000).collect();
        let posts = history(&plays);
        for method in Method::ALL {
            let settings = Settings { method, ..Settings::default() };
            let errors: f64 = (EARLIER_MIN..posts.len())
                .map(|at| {
                    let before: PostHistory = posts[..at].iter().cloned().collect();
                    let answered = estimate(&before, &settings).expect("an estimate").views.p50;
                    (libm::log(plays[at] as f64) - libm::log(answered as f64)).abs()
                })
                .sum();
            let mut backtest = Backtest::new(&[method], &settings);
            backtest.add([&posts.iter().cloned().collect()]);
            let report = backtest.report();
            let all = report.methods[0].group("all").expect("forecasts");
            assert_eq!(all.forecasts, 21);
            assert!((all.mean_absolute_error - errors / 21.0).abs() < 1e-6, "{method:?}");
        }
    }

    #[test]
    fn older_captures_of_an_item_are_neither_forecast_nor_known() {
        let settings = Settings::default();
        let posts = history(&[900, 1_100, 700, 1_300, 800, 60_000]);
        let mut once = Backtest::new(&[Method::Median10], &settings);
        once.add([&posts.iter().cloned().collect()]);
        let older = posts.iter().map(|post| Post {
            published_at: UnixTime(post.published_at.0 - 1),
            captured_at: UnixTime(post.captured_at.0 - 1),
            ..post.clone()
        });
        let mut twice = Backtest::new(&[Method::Median10], &settings);
        twice.add([&posts.iter().cloned().chain(older).collect()]);
        assert_eq!(once.report(), twice.report());
    }

    #[test]
    fn a_creator_is_one_on_however_many_platforms() {
        let settings = Settings::default();
        let of = |by: u64| history(&[3 * by, 900, 70 * by, 41, 5_000, 77]).into_iter().collect::<PostHistory>();
        let platforms = [of(1), of(2)];
        let mut together = Backtest::new(&Method::ALL, &settings);
        together.add(&platforms);
        let mut apart = Backtest::new(&Method::ALL, &settings);
        platforms.iter().for_each(|posts| apart.add([posts]));
        let (together, apart) = (together.report(), apart.report());
        assert_eq!((together.creators, apart.creators), (1, 2));
        for (one, two) in together.methods.iter().zip(&apart.methods) {
            assert_eq!(one.groups, two.groups, "{}", one.method);
            // Of one creator nothing is known of how creators differ.
            let [one, two] = [one, two].map(|method| method.beside_in_use.expect("a difference"));
            assert!((one.mean - two.mean).abs() < 1e-5 && one.standard_error < 1e-5, "{one:?} {two:?}");
        }
    }

    #[test]
    fn the_order_of_creators_changes_no_byte() {
        let settings = Settings::default();
        let creators: Vec<PostHistory> =
            (1..9_u64).map(|by| history(&[3 * by, 900, 70 * by, 41, 5_000, 77]).into_iter().collect()).collect();
        let mut in_order = Backtest::new(&Method::ALL, &settings);
        creators.iter().for_each(|posts| in_order.add([posts]));
        let mut apart = Backtest::new(&Method::ALL, &settings);
        for posts in creators.iter().rev() {
            let mut one = Backtest::new(&Method::ALL, &settings);
            one.add([posts]);
            apart.merge(&one);
        }
        assert_eq!(in_order.report(), apart.report());
    }
}
