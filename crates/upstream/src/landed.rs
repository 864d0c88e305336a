//! Answers that have just come: whoever began to ask before one came gets it, and need not ask again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::CreatorKey;
use tokio::time::Instant;

use crate::{End, Outcome};

/// How long they are remembered: longer than a caller needs from its beginning to its question.
const KEPT: Duration = Duration::from_secs(5);

/// The latest answers, each with when it came.
#[derive(Default)]
pub(crate) struct Landed(Mutex<HashMap<CreatorKey, (Instant, Arc<Outcome>)>>);

impl Landed {
    /// Remembers an answer; nothing else is worth it.
    pub(crate) fn put(&self, key: CreatorKey, outcome: &Arc<Outcome>) {
        if let End::Answered(_) = outcome.end {
            let now = Instant::now();
            let mut landed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            landed.retain(|_, (at, _)| now.duration_since(*at) < KEPT);
            landed.insert(key, (now, outcome.clone()));
        }
    }

    /// The answer that came since a moment.
    pub(crate) fn get(&self, key: &CreatorKey, since: Instant) -> Option<Arc<Outcome>> {
        let landed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        landed.get(key).filter(|(at, _)| *at >= since).map(|(_, outcome)| outcome.clone())
    }
}
