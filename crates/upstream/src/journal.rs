//! Who is told of every question's end: the archive, the snapshots, the list of unknown calls. Implemented outside.

use std::pin::Pin;
use std::sync::Arc;

use domain::CreatorKey;

use crate::Outcome;

/// Completes when something is kept.
pub type Keeping = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Keeps what came of questions.
pub trait Journal: Send + Sync {
    /// Called once for each question that was worked on, however many callers shared it, and before they are told. Keeping
    /// begins with the call, before anything that the callers do; they need not wait for it. Until it is complete, whoever asks
    /// the same gets this outcome.
    fn record(&self, key: CreatorKey, outcome: Arc<Outcome>) -> Keeping;
}

/// Keeps nothing.
pub(crate) struct NoJournal;

impl Journal for NoJournal {
    fn record(&self, _: CreatorKey, _: Arc<Outcome>) -> Keeping {
        Box::pin(async {})
    }
}
