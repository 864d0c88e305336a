//! The circuit breaker: an upstream that fails again and again is left alone, then tried with one call at a time. Pure:
//! the moment comes from the caller, and so do the transitions that other processes made.

use crate::BreakerRecord;
use crate::clock::millis;
use crate::settings::BreakerSettings;

/// The most doublings of the time it stays open; more would only overflow.
const DOUBLINGS_MAX: u32 = 16;

/// Closed, open, or half-open: open with its time over.
#[derive(Debug)]
pub(crate) struct Breaker {
    settings: BreakerSettings,
    /// Failures in a row while closed.
    failures: u32,
    /// Not default: open, and half-open from its moment on.
    record: BreakerRecord,
    /// Whether the one call of the half-open breaker is under way.
    probing: bool,
}

/// How it is, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BreakerState {
    /// Calls go through.
    Closed,
    /// No call goes through.
    Open,
    /// One call goes through and decides.
    HalfOpen,
}

/// Leave to make one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leave {
    /// One of many.
    Ordinary,
    /// The one that decides.
    Probe,
}

impl Breaker {
    pub(crate) fn new(settings: BreakerSettings) -> Self {
        Self { settings, failures: 0, record: BreakerRecord::default(), probing: false }
    }

    pub(crate) fn state(&self, now_ms: u64) -> BreakerState {
        match self.record {
            BreakerRecord { openings: 0, .. } => BreakerState::Closed,
            // One that opened by a clock that was ahead, here or at another process, is not open until then.
            BreakerRecord { open_until_ms, .. }
                if (1..=millis(self.settings.open_for_max)).contains(&open_until_ms.saturating_sub(now_ms)) =>
            {
                BreakerState::Open
            }
            BreakerRecord { .. } => BreakerState::HalfOpen,
        }
    }

    /// Whether one more caller would be let in: a half-open breaker has room for one alone.
    pub(crate) fn lets_in(&self, now_ms: u64) -> bool {
        match self.state(now_ms) {
            BreakerState::Closed => true,
            BreakerState::HalfOpen => !self.probing,
            BreakerState::Open => false,
        }
    }

    pub(crate) fn record(&self) -> BreakerRecord {
        self.record
    }

    /// Takes over what another process, or this one before a restart, made of it.
    pub(crate) fn adopt(&mut self, record: BreakerRecord) {
        if record != self.record {
            *self = Self { record, ..Self::new(self.settings) };
        }
    }

    /// Leave to make a call, or none; each leave is given back by exactly one of the three below.
    pub(crate) fn enter(&mut self, now_ms: u64) -> Option<Leave> {
        if !self.lets_in(now_ms) {
            return None;
        }
        let is_closed = self.state(now_ms) == BreakerState::Closed;
        self.probing = !is_closed;
        Some(if is_closed { Leave::Ordinary } else { Leave::Probe })
    }

    /// The call showed that the upstream works; tells the record when it changed.
    pub(crate) fn succeeded(&mut self, leave: Leave) -> Option<BreakerRecord> {
        match leave {
            // A success that was under way when it opened says nothing about now.
            Leave::Ordinary if self.record.openings > 0 => None,
            Leave::Ordinary => {
                self.failures = 0;
                None
            }
            Leave::Probe => {
                self.adopt(BreakerRecord::default());
                self.probing = false;
                Some(self.record)
            }
        }
    }

    /// The call failed; tells the record when it changed.
    pub(crate) fn failed(&mut self, leave: Leave, now_ms: u64) -> Option<BreakerRecord> {
        match leave {
            Leave::Ordinary if self.record.openings > 0 => return None,
            Leave::Ordinary => {
                self.failures += 1;
                if self.failures < self.settings.failures {
                    return None;
                }
            }
            Leave::Probe => self.probing = false,
        }
        let doubled = 1_u32 << self.record.openings.min(DOUBLINGS_MAX);
        let open_for = self.settings.open_for.saturating_mul(doubled).min(self.settings.open_for_max);
        let openings = self.record.openings.saturating_add(1);
        self.record = BreakerRecord { open_until_ms: now_ms.saturating_add(millis(open_for)), openings };
        Some(self.record)
    }

    /// The call was not made, or shows nothing.
    pub(crate) fn abandoned(&mut self, leave: Leave) {
        if leave == Leave::Probe {
            self.probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn breaker() -> Breaker {
        let seconds = Duration::from_secs;
        Breaker::new(BreakerSettings { failures: 3, open_for: seconds(10), open_for_max: seconds(35) })
    }

    fn fail(breaker: &mut Breaker, now_ms: u64) -> Option<BreakerRecord> {
        let leave = breaker.enter(now_ms).expect("leave");
        breaker.failed(leave, now_ms)
    }

    #[test]
    fn three_failures_in_a_row_open_it_and_a_success_between_them_does_not() {
        let mut breaker = breaker();
        assert_eq!((fail(&mut breaker, 0), fail(&mut breaker, 0)), (None, None));
        assert_eq!(breaker.enter(0).and_then(|leave| breaker.succeeded(leave)), None);
        assert_eq!((fail(&mut breaker, 0), fail(&mut breaker, 0)), (None, None));
        let record = fail(&mut breaker, 1_000);
        assert_eq!(record, Some(BreakerRecord { open_until_ms: 11_000, openings: 1 }));
        assert_eq!((breaker.enter(10_999), breaker.state(10_999)), (None, BreakerState::Open));
    }

    #[test]
    fn half_open_lets_one_call_through_which_closes_it_or_opens_it_for_twice_as_long() {
        let mut breaker = breaker();
        breaker.adopt(BreakerRecord { open_until_ms: 10_000, openings: 1 });
        let probe = breaker.enter(10_000).expect("one call");
        assert_eq!((probe, breaker.state(10_000)), (Leave::Probe, BreakerState::HalfOpen));
        assert_eq!(breaker.enter(10_000), None, "one at a time");
        assert_eq!(breaker.failed(probe, 10_000), Some(BreakerRecord { open_until_ms: 30_000, openings: 2 }));
        let probe = breaker.enter(30_000).expect("one call");
        breaker.abandoned(probe);
        let probe = breaker.enter(30_000).expect("it is free again");
        assert_eq!(breaker.failed(probe, 30_000).map(|record| record.open_until_ms), Some(65_000), "the longest");
        let probe = breaker.enter(65_000).expect("one call");
        assert_eq!(breaker.succeeded(probe), Some(BreakerRecord::default()));
        assert_eq!(breaker.enter(65_000), Some(Leave::Ordinary));
    }

    #[test]
    fn one_that_opened_by_a_clock_that_was_ahead_is_tried_and_stays_open_no_longer_than_the_longest() {
        let mut breaker = breaker();
        breaker.adopt(BreakerRecord { open_until_ms: 3_600_000, openings: 1 });
        assert_eq!(breaker.state(3_600_000 - 35_001), BreakerState::HalfOpen);
        assert_eq!(breaker.state(3_600_000 - 35_000), BreakerState::Open, "the longest that it can be");
        let probe = breaker.enter(1_000).expect("one call");
        assert_eq!(breaker.failed(probe, 1_000), Some(BreakerRecord { open_until_ms: 21_000, openings: 2 }));
        assert_eq!(breaker.enter(20_999), None);
    }

    #[test]
    fn what_was_under_way_when_it_opened_decides_nothing() {
        let mut breaker = breaker();
        let late = breaker.enter(0).expect("leave");
        for _ in 0..3 {
            fail(&mut breaker, 0);
        }
        assert_eq!((breaker.succeeded(late), breaker.failed(late, 5)), (None, None));
        assert_eq!(breaker.state(5), BreakerState::Open);
    }
}
