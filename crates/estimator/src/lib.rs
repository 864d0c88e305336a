//! What the next placement with a creator is expected to bring, from the creator's own posts: pure functions, no clock.
//!
//! [`snapshots`] is what imports and the server use; [`explain`] tells the same figures with everything behind them. Both
//! choose posts through the same function, so an explanation cannot drift from the answer. The methods, their formulas
//! and how they were chosen: `docs/method.md`.

mod choice;
mod estimate;
mod explanation;
mod hot;
mod method;
mod quartile;
mod reported;

pub use choice::LeftOut;
pub use explanation::{ExplainedHot, ExplainedPost, ExplainedStep, Explanation, explain};
pub use method::{Method, UnknownMethod};

use domain::{CreatorKey, CreatorState, Snapshot};

/// What an operator may set about estimates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The method of expected views.
    pub method: Method,
    /// A post is hot from this many times the expected views on. Xingtu's own threshold is not public.
    pub hot_multiple: u32,
    /// Posts younger than this many days at capture are left out: they are still growing.
    pub mature_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { method: Method::Median10, hot_multiple: 3, mature_days: 7 }
    }
}

/// The snapshots a creator's state allows: our estimate, when there is a post to estimate from, and Xingtu's own
/// figures, when a reply carried them.
pub fn snapshots(key: &CreatorKey, state: &CreatorState, settings: &Settings) -> Vec<Snapshot> {
    let estimated = estimate::estimate(&state.posts, settings).map(|estimate| estimate.snapshot(key, &state.rate_card));
    let reported = state.reported.map(|reported| reported::snapshot(key, &reported, &state.posts, settings));
    estimated.into_iter().chain(reported).collect()
}
