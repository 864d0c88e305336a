//! Who is told of every question's end: the archive, the snapshots, the list of unknown calls. Implemented outside.

use std::sync::Arc;

use async_trait::async_trait;
use domain::CreatorKey;

use crate::Outcome;

/// Keeps what came of questions.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Called once for each question that was worked on, however many callers shared it, and before they are told. What
    /// takes longer than the rest of the question's budget goes on while the callers are told already.
    async fn record(&self, key: CreatorKey, outcome: Arc<Outcome>);
}

/// Keeps nothing.
pub(crate) struct NoJournal;

#[async_trait]
impl Journal for NoJournal {
    async fn record(&self, _: CreatorKey, _: Arc<Outcome>) {}
}
