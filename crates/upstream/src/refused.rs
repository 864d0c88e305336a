//! Creators that an upstream refused a short while ago: answered from memory, so that a list with a dead id in it does not
//! ask for it with every pass.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::CreatorKey;

use crate::clock::millis;
use crate::{End, Outcome};

/// The most creators kept; a few hundred bytes each.
const ENTRIES_MAX: usize = 10_000;

/// The refusals, with the moment they are forgotten at.
#[derive(Debug)]
pub(crate) struct Refused {
    ttl_ms: u64,
    held: Mutex<HashMap<CreatorKey, (u64, Arc<Outcome>)>>,
}

impl Refused {
    pub(crate) fn new(ttl: Duration) -> Self {
        Self { ttl_ms: millis(ttl), held: Mutex::default() }
    }

    pub(crate) fn get(&self, key: &CreatorKey, now_ms: u64) -> Option<Arc<Outcome>> {
        let held = self.lock();
        held.get(key).filter(|(until_ms, _)| now_ms < *until_ms).map(|(_, outcome)| outcome.clone())
    }

    /// Keeps the outcome when it is a refusal; an answer ends the one there was.
    pub(crate) fn put(&self, key: CreatorKey, outcome: &Outcome, now_ms: u64) {
        match outcome.end {
            _ if self.ttl_ms == 0 => return,
            End::Refused { .. } => {}
            End::Answered(_) => {
                self.lock().remove(&key);
                return;
            }
            End::Unusable { .. } | End::Unknown { .. } | End::Failed { .. } => return,
        }
        // Whoever is answered from here made no call.
        let (end, ended_at_ms) = (outcome.end.clone(), outcome.ended_at_ms);
        let outcome = Arc::new(Outcome { end, attempts: Vec::new(), skips: Vec::new(), ended_at_ms });
        let mut held = self.lock();
        if held.len() >= ENTRIES_MAX {
            held.retain(|_, (until_ms, _)| now_ms < *until_ms);
        }
        // Still full: what is gained by keeping any of them is little, so all go.
        if held.len() >= ENTRIES_MAX {
            held.clear();
        }
        held.insert(key, (now_ms.saturating_add(self.ttl_ms), outcome));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CreatorKey, (u64, Arc<Outcome>)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
