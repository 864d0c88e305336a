//! What the next placement with a creator is expected to bring, from the creator's own posts: pure functions, no clock.
//!
//! [`snapshots`] is what imports and the server use; [`explain`] tells the same figures with everything behind them. Both
//! choose posts through the same function, so an explanation cannot drift from the answer but by a change of settings, which it tells. [`Backtest`] scores methods on
//! posts they have not seen, [`Fit`] makes the coefficients of those that need some. The methods, their formulas and how
//! they were chosen: `docs/method.md`.

mod answered;
mod backtest;
mod choice;
mod coefficients;
mod estimate;
mod explanation;
mod features;
mod fit;
mod fitted_creators;
mod formulas;
mod hot;
mod least_loss;
mod method;
mod methods;
mod past;
mod quantiles;
mod recent;
mod reported;
mod scattered;
mod trees;

pub use answered::{Answered, DifferingFigure};
pub use backtest::{Backtest, Difference, EARLIER_MIN, Report, ReportedGroup, ReportedMethod};
pub use choice::{LeftOut, latest_captures};
pub use coefficients::{Coefficients, CoefficientsError};
pub use explanation::{
    Asked, ExplainedHot, ExplainedKind, ExplainedPost, ExplainedStep, ExplainedTerm, Explanation, explain,
};
pub use fit::{Fit, ROWS_MIN as FIT_ROWS_MIN, TooFewRows};
pub use fitted_creators::mark;
pub use method::{Method, UnknownMethod};
pub use past::{Change, Later, Moved, MovedCosts, Offer, Past, past};
pub use quantiles::Quantiles;

use domain::{CreatorKey, CreatorState, Snapshot};

/// What an operator may set about estimates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The method of expected views.
    pub method: Method,
    /// A post is hot from this many times the expected views on. Xingtu's own threshold is not public.
    pub hot_multiple: u32,
    /// Posts younger than this many days at capture are left out: they are still growing.
    pub mature_days: u32,
    /// The fitted numbers of the methods that need some.
    pub coefficients: &'static Coefficients,
}

impl Default for Settings {
    fn default() -> Self {
        Self { method: Method::default(), hot_multiple: 3, mature_days: 7, coefficients: Coefficients::built_in() }
    }
}

/// The snapshots a creator's state allows: our estimate, when there is a post to estimate from, and Xingtu's own
/// figures, when a reply carried them.
pub fn snapshots(key: &CreatorKey, state: &CreatorState, settings: &Settings) -> Vec<Snapshot> {
    let estimated =
        estimate::estimate(&state.posts, settings).map(|estimate| estimate.snapshot(key, &state.rate_card, settings));
    let reported = reported::snapshot(key, state, settings);
    estimated.into_iter().chain(reported).collect()
}
