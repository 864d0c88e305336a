//! Who is told of every question's end, to archive what was paid for. Implemented outside.

use std::sync::Arc;

use domain::CreatorKey;

use crate::Outcome;
use crate::landed::BeingKept;

/// Keeps what came of questions.
pub trait Journal: Send + Sync {
    /// Called once for each question that was worked on, however many callers shared it, and before they are told. Keeping
    /// begins with the call, before anything that the callers do; they need not wait for it. Until `being_kept` is dropped,
    /// whoever asks the same gets this outcome.
    fn record(&self, key: CreatorKey, outcome: Arc<Outcome>, being_kept: BeingKept);
}

/// Keeps nothing.
pub(crate) struct NoJournal;

impl Journal for NoJournal {
    fn record(&self, _: CreatorKey, _: Arc<Outcome>, _: BeingKept) {}
}
