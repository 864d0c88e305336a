//! Answers that have just come: whoever began to ask before one was kept gets it, and need not ask again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::CreatorKey;
use tokio::time::Instant;

use crate::{End, Outcome};

/// How long they are remembered: longer than a caller needs from its beginning to its question.
const KEPT: Duration = Duration::from_secs(5);

/// The latest answers.
#[derive(Default)]
pub(crate) struct Landed(Mutex<Latest>);

/// An outcome that is being kept, until this is dropped: because it is kept, or could not be.
pub struct BeingKept {
    landed: Arc<Landed>,
    key: CreatorKey,
    outcome: Arc<Outcome>,
}

impl Drop for BeingKept {
    fn drop(&mut self) {
        if let Some((at, landed)) = self.landed.lock().answers.get_mut(&self.key)
            && Arc::ptr_eq(landed, &self.outcome)
        {
            *at = Some(Instant::now());
        }
    }
}

#[derive(Default)]
struct Latest {
    /// Each with when it was kept; without, where it is still being kept and nobody finds it elsewhere.
    answers: HashMap<CreatorKey, (Option<Instant>, Arc<Outcome>)>,
    /// Old ones are forgotten when there are so many: each is looked at a few times, however many there are.
    forget_at: usize,
}

impl Landed {
    /// Remembers an answer that is to be kept; nothing else is worth it.
    pub(crate) fn put(self: &Arc<Self>, key: CreatorKey, outcome: &Arc<Outcome>) -> BeingKept {
        if let End::Answered(_) = outcome.end {
            let now = Instant::now();
            let Latest { answers, forget_at } = &mut *self.lock();
            if answers.len() >= *forget_at {
                answers.retain(|_, (at, _)| at.is_none_or(|at| now.duration_since(at) < KEPT));
                *forget_at = 2 * answers.len() + 64;
            }
            answers.insert(key.clone(), (None, outcome.clone()));
        }
        BeingKept { landed: self.clone(), key, outcome: outcome.clone() }
    }

    /// The answer that is being kept, or was since a moment.
    pub(crate) fn get(&self, key: &CreatorKey, since: Instant) -> Option<Arc<Outcome>> {
        let landed = self.lock();
        landed.answers.get(key).filter(|(at, _)| at.is_none_or(|at| at >= since)).map(|(_, outcome)| outcome.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Latest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
