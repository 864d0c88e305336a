//! Creators that it is of no use to ask about for a while, so that they are answered without a call: those that an upstream refused,
//! lest a list with a dead id in it asks for it with every pass, and those whose answer was paid for and could not be read, lest every
//! request pays for it again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::CreatorKey;

use crate::clock::millis;
use crate::{End, Outcome};

/// For how long nothing is bought of a creator whose answer was paid for and could not be read. What ends it is time alone: a call made
/// sooner would most likely be paid in vain, too.
pub const UNUSABLE_FOR: Duration = Duration::from_secs(60);

/// The most creators kept; a few hundred bytes each.
const ENTRIES_MAX: usize = 10_000;

/// What is remembered of creators.
#[derive(Debug)]
pub(crate) struct Memory {
    refused_for_ms: u64,
    held: Mutex<HashMap<CreatorKey, Entry>>,
}

#[derive(Debug)]
struct Entry {
    until_ms: u64,
    /// The refusal; without one, an answer was paid in vain.
    refusal: Option<Arc<Outcome>>,
}

impl Memory {
    pub(crate) fn new(refused_for: Duration) -> Self {
        Self { refused_for_ms: millis(refused_for), held: Mutex::default() }
    }

    /// How a question ends that is answered from here. One that wants its answer `anew` does not take a refusal.
    pub(crate) fn get(&self, key: &CreatorKey, anew: bool, now_ms: u64) -> Option<Arc<Outcome>> {
        match self.refusal(key, now_ms) {
            Some(refusal) => Some(refusal).filter(|_| !anew),
            None => self.unusable_for(key, now_ms).map(|retry_after| {
                let end = End::Failed { failure: None, retry_after };
                Arc::new(Outcome { end, attempts: Vec::new(), skips: Vec::new(), ended_at_ms: now_ms })
            }),
        }
    }

    /// The refusal of a creator.
    pub(crate) fn refusal(&self, key: &CreatorKey, now_ms: u64) -> Option<Arc<Outcome>> {
        self.lock().get(key).filter(|entry| now_ms < entry.until_ms)?.refusal.clone()
    }

    /// For how much longer nothing is bought of a creator whose answer was paid in vain.
    pub(crate) fn unusable_for(&self, key: &CreatorKey, now_ms: u64) -> Option<Duration> {
        let held = self.lock();
        let entry = held.get(key).filter(|entry| now_ms < entry.until_ms && entry.refusal.is_none())?;
        Some(Duration::from_millis(entry.until_ms - now_ms))
    }

    /// Keeps what is worth it; an answer ends what there was.
    pub(crate) fn put(&self, key: CreatorKey, outcome: &Outcome, now_ms: u64) {
        let (for_ms, refusal) = match &outcome.end {
            End::Refused { .. } if self.refused_for_ms > 0 => {
                // Whoever is answered from here made no call.
                let (end, ended_at_ms) = (outcome.end.clone(), outcome.ended_at_ms);
                let refusal = Outcome { end, attempts: Vec::new(), skips: Vec::new(), ended_at_ms };
                (self.refused_for_ms, Some(Arc::new(refusal)))
            }
            End::Unusable { .. } => (millis(UNUSABLE_FOR), None),
            End::Answered(_) => {
                self.lock().remove(&key);
                return;
            }
            End::Refused { .. } | End::Unknown { .. } | End::Failed { .. } => return,
        };
        let mut held = self.lock();
        if held.len() >= ENTRIES_MAX {
            held.retain(|_, entry| now_ms < entry.until_ms);
        }
        // Still full: what is gained by keeping any of them is little, so all go.
        if held.len() >= ENTRIES_MAX {
            held.clear();
        }
        held.insert(key, Entry { until_ms: now_ms.saturating_add(for_ms), refusal });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CreatorKey, Entry>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
