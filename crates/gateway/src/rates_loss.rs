//! Whether the rates that servers keep together are out of reach, told once when they go and once when they are back.

use std::sync::atomic::{AtomicU64, Ordering};

use store::RatesError;

use crate::moment::Moment;
use crate::state::OnLoss;

/// They are back when nothing has failed for so long: some requests may still fail while others get through.
const BACK_AFTER_MS: u64 = 1_000;

/// Since when nothing has failed.
#[derive(Default)]
pub(crate) struct RatesLoss {
    /// When the last request failed; 0 while they are in reach.
    last_ms: AtomicU64,
}

impl RatesLoss {
    /// A request could not reach them.
    pub(crate) fn one(&self, now: Moment, error: &RatesError, on_loss: OnLoss) {
        if self.last_ms.swap(now.unix_ms, Ordering::Relaxed) > 0 {
            return;
        }
        let error = error as &dyn std::error::Error;
        match on_loss {
            OnLoss::Open => tracing::warn!(error, "the shared rates are lost: each server keeps its own"),
            OnLoss::Closed => tracing::warn!(error, "the shared rates are lost: who has a rate is refused"),
        }
    }

    /// A request reached them.
    pub(crate) fn none(&self, now: Moment) {
        let last_ms = self.last_ms.load(Ordering::Relaxed);
        if last_ms == 0 || now.unix_ms.saturating_sub(last_ms) < BACK_AFTER_MS {
            return;
        }
        // Where another one failed meanwhile, they are not back.
        if self.last_ms.compare_exchange(last_ms, 0, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            tracing::warn!("the shared rates are back");
        }
    }
}
