//! Whether the rates that servers keep together are out of reach. While they are, one request a second tries them, and no other waits for
//! them; it is told once when they go and once when they are back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use store::RatesError;

use crate::state::OnLoss;

/// How often they are tried while they are out of reach. Longer than a try takes: no two wait at a time.
const TRIED_EVERY: Duration = Duration::from_secs(1);

/// When they were tried last since they went.
pub(crate) struct RatesLoss {
    /// By a clock that nobody sets.
    start: Instant,
    /// Nanoseconds since the start; 0 while they are in reach.
    tried_at: AtomicU64,
}

/// Leave to ask for a request's rates.
#[derive(Clone, Copy)]
pub(crate) struct Try {
    /// Whether they are out of reach, for all that is known.
    again: bool,
}

impl RatesLoss {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), tried_at: AtomicU64::new(0) }
    }

    /// Leave to ask them; none while they are out of reach, but for one request a second.
    pub(crate) fn leave(&self, now: Instant) -> Option<Try> {
        let tried_at = self.tried_at.load(Ordering::Relaxed);
        if tried_at == 0 {
            return Some(Try { again: false });
        }
        let now = self.since_start(now);
        let is_due = now.saturating_sub(tried_at) >= TRIED_EVERY.as_nanos() as u64;
        let is_mine =
            is_due && self.tried_at.compare_exchange(tried_at, now, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        is_mine.then_some(Try { again: true })
    }

    /// They could not be reached.
    pub(crate) fn failed(&self, now: Instant, error: &RatesError, on_loss: OnLoss) {
        // Others that had asked already may have told it.
        if self.tried_at.compare_exchange(0, self.since_start(now), Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        let error = error as &dyn std::error::Error;
        match on_loss {
            OnLoss::Open => tracing::warn!(error, "the shared rates are lost: each server keeps its own"),
            OnLoss::Closed => tracing::warn!(error, "the shared rates are lost: who has a rate is refused"),
        }
    }

    /// They answered.
    pub(crate) fn answered(&self, tried: Try) {
        // Of those who asked before they went, some may still be answered: that does not bring them back.
        if tried.again {
            self.tried_at.store(0, Ordering::Relaxed);
            tracing::warn!("the shared rates are back");
        }
    }

    fn since_start(&self, now: Instant) -> u64 {
        u64::try_from(now.duration_since(self.start).as_nanos()).unwrap_or(u64::MAX).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_they_are_lost_one_request_a_second_asks_until_it_is_answered() {
        let (loss, mut now) = (RatesLoss::new(), Instant::now());
        let silent = RatesError::Silent { place: "there" };
        let asked = |now| (0..5).filter(|_| loss.leave(now).is_some()).count();
        assert_eq!(asked(now), 5, "nothing is wrong");
        let early = loss.leave(now).expect("leave");
        loss.failed(now, &silent, OnLoss::Open);
        assert_eq!(asked(now), 0);
        loss.answered(early);
        assert_eq!(asked(now), 0, "it had asked before they went");
        for _ in 0..3 {
            now += TRIED_EVERY;
            assert_eq!(asked(now), 1);
            loss.failed(now, &silent, OnLoss::Open);
            assert_eq!(asked(now), 0);
        }
        now += TRIED_EVERY;
        loss.answered(loss.leave(now).expect("leave"));
        assert_eq!(asked(now), 5);
    }
}
