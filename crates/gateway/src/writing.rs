//! Whether the ledger can be written, by what the last changes came to. After one that could not be kept the meter makes a small one every
//! second, so that a server is ready again without anybody asking it anything.

use std::sync::atomic::{AtomicU8, Ordering};

use store::StoreError;

/// The last change was kept.
const PROVEN: u8 = 0;
/// One was not, for a reason that may be its own; the next try tells.
const DOUBTED: u8 = 1;
/// None can be kept.
const FAILING: u8 = 2;

/// What is known of it.
#[derive(Default)]
pub(crate) struct Writing(AtomicU8);

impl Writing {
    /// Whether nothing can be kept at the moment.
    pub(crate) fn is_failing(&self) -> bool {
        self.0.load(Ordering::Relaxed) == FAILING
    }

    /// Whether it is to be tried.
    pub(crate) fn is_doubted(&self) -> bool {
        self.0.load(Ordering::Relaxed) != PROVEN
    }

    /// A change was kept.
    pub(crate) fn kept(&self) {
        if self.is_doubted() && self.0.swap(PROVEN, Ordering::Relaxed) == FAILING {
            tracing::warn!("the ledger can be written again");
        }
    }

    /// A change was not kept. One that waited too long for others says nothing of the next.
    pub(crate) fn failed(&self, error: &StoreError) {
        match error {
            StoreError::Busy => self.doubt(),
            error => self.failing(error),
        }
    }

    /// Something went wrong that may have been a change.
    pub(crate) fn doubt(&self) {
        self.0.fetch_max(DOUBTED, Ordering::Relaxed);
    }

    /// The change was not kept that was made to try it.
    pub(crate) fn failing(&self, error: &StoreError) {
        if self.0.swap(FAILING, Ordering::Relaxed) != FAILING {
            let error = error as &dyn std::error::Error;
            tracing::warn!(error, "the ledger cannot be written: not ready until it can");
        }
    }
}
