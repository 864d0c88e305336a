//! Why an upstream fails, for who looks after it: the latest failed call, and which failures are a line of the log.

use std::collections::HashMap;

use crate::failure::{Billed, Failure, FailureKind};

/// A kind of failure is told in the log once in so long.
const TOLD_AGAIN_MS: u64 = 60_000;

/// The latest failed call of an upstream, as a server tells it and as others read it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LastFailure {
    /// How it failed, by the name in logs and counters.
    pub kind: String,
    /// What the upstream, or the system, said; without URLs and without the token. May be empty.
    pub detail: String,
    /// When it began, in milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: u64,
}

/// What is known of the failures of one upstream.
#[derive(Debug, Default)]
pub(crate) struct Failing {
    last: Option<LastFailure>,
    /// When each kind was told last, and how many of it came since.
    told: HashMap<FailureKind, (u64, u64)>,
}

impl Failing {
    /// Notes a failed call. Where it is to be told in the log: how many of its kind came since one was told.
    pub(crate) fn note(&mut self, failure: &Failure, at_ms: u64, now_ms: u64) -> Option<u64> {
        let Failure { kind, detail } = failure;
        // It works, and knows nobody of that name.
        if *kind == FailureKind::Refused {
            return None;
        }
        self.last = Some(LastFailure { kind: kind.name().to_owned(), detail: detail.clone(), at_ms });
        // A parking is told by who parks; what was paid, or may have been, by whoever asked, with the call that it was for.
        if matches!(kind, FailureKind::Parked(_)) || kind.billed() != Billed::No {
            return None;
        }
        match self.told.get_mut(kind) {
            Some((told_ms, since)) if now_ms.abs_diff(*told_ms) < TOLD_AGAIN_MS => {
                *since += 1;
                None
            }
            _ => Some(self.told.insert(*kind, (now_ms, 0)).map_or(0, |(_, since)| since)),
        }
    }

    pub(crate) fn last(&self) -> Option<LastFailure> {
        self.last.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParkReason;

    #[test]
    fn each_kind_is_told_at_first_and_then_once_a_minute_with_how_many_came_since() {
        let mut failing = Failing::default();
        let mut note = |kind, now_ms| failing.note(&Failure::new(kind, "why"), now_ms, now_ms);
        assert_eq!(note(FailureKind::Tls, 1_000), Some(0));
        assert_eq!((note(FailureKind::Tls, 2_000), note(FailureKind::Tls, 60_999)), (None, None));
        assert_eq!(note(FailureKind::Dns, 2_000), Some(0), "another kind");
        assert_eq!((note(FailureKind::Tls, 61_000), note(FailureKind::Tls, 121_000)), (Some(2), Some(0)));
        assert_eq!(note(FailureKind::Tls, 0), Some(0), "a clock that is set back keeps nothing from being told");
    }

    #[test]
    fn what_is_told_elsewhere_or_is_no_failure_of_the_upstreams_is_no_line_here() {
        let mut failing = Failing::default();
        let mut last_after = |kind| {
            let told = failing.note(&Failure::new(kind, "why"), 5, 7);
            (told, failing.last().map(|last| (last.kind, last.detail, last.at_ms)))
        };
        assert_eq!(last_after(FailureKind::Refused), (None, None));
        for kind in [FailureKind::Parked(ParkReason::InvalidToken), FailureKind::Unusable, FailureKind::TimedOut] {
            assert_eq!(last_after(kind), (None, Some((kind.name().to_owned(), "why".to_owned(), 5))));
        }
        let kept = last_after(FailureKind::TimedOut).1;
        assert_eq!(last_after(FailureKind::Refused), (None, kept));
    }
}
