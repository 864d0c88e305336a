//! What is counted of one upstream since this process began: calls by what came of them, latency, streaks, drift.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use domain::BusinessCode;

use crate::call::Called;
use crate::failure::FailureKind;

/// Latency is told of this many latest calls.
const LATENCIES_MAX: usize = 1024;
/// Labels of calls that are told apart: more than the contract has codes and a call has ways to fail. An upstream chooses its codes.
const LABELS_MAX: usize = 64;
/// What calls beyond them are counted as.
const OTHER: &str = "other";
/// Kinds of drift remembered; further ones are only counted.
const DRIFTS_MAX: usize = 32;

/// The counters.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    /// By business code in digits, or by the failure's name where no code was read; as `other` from the 65th of these on.
    calls: BTreeMap<String, u64>,
    latencies_us: VecDeque<u64>,
    streak_301: u32,
    streak_301_max: u32,
    drifted_answers: u64,
    /// How often each drift was seen.
    drift: BTreeMap<String, u64>,
}

/// The counters, as told.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct CallCounts {
    /// By business code in digits, or by the failure's name where no code was read; as `other` from the 65th of these on.
    pub calls: BTreeMap<String, u64>,
    /// The share of calls with code 0 whose figures could be read, in basis points; none before the first call.
    pub success_bp: Option<u32>,
    /// The median latency of the latest calls, in microseconds.
    pub latency_p50_us: Option<u64>,
    /// The 99th percentile of the same.
    pub latency_p99_us: Option<u64>,
    /// How many calls in a row, up to now, ended with 301.
    pub streak_301: u32,
    /// The longest such row.
    pub streak_301_max: u32,
    /// Answers whose shape differs from the contract's, usable or not.
    pub drifted_answers: u64,
    /// How often each difference was seen.
    pub drift: BTreeMap<String, u64>,
}

impl Stats {
    /// Counts a call.
    pub(crate) fn count(&mut self, called: &Called, latency: Duration) {
        let label = match (&called.end, called.code) {
            (Err(failure), _) if failure.kind == FailureKind::Unusable => failure.kind.name().to_owned(),
            (_, Some(code)) => code.to_string(),
            (Err(failure), None) => failure.kind.name().to_owned(),
            (Ok(_), None) => String::new(),
        };
        let is_told_apart = self.calls.len() < LABELS_MAX || self.calls.contains_key(&label);
        *self.calls.entry(if is_told_apart { label } else { OTHER.to_owned() }).or_default() += 1;
        if self.latencies_us.len() == LATENCIES_MAX {
            self.latencies_us.pop_front();
        }
        self.latencies_us.push_back(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
        let collection_failed = i64::from(BusinessCode::CollectionFailed.number());
        self.streak_301 = if called.code == Some(collection_failed) { self.streak_301 + 1 } else { 0 };
        self.streak_301_max = self.streak_301_max.max(self.streak_301);
        self.drifted_answers += u64::from(!called.drift.is_empty());
        for drift in called.drift.iter().map(ToString::to_string) {
            if self.drift.len() < DRIFTS_MAX || self.drift.contains_key(&drift) {
                *self.drift.entry(drift).or_default() += 1;
            }
        }
    }

    pub(crate) fn told(&self) -> CallCounts {
        let mut latencies: Vec<u64> = self.latencies_us.iter().copied().collect();
        latencies.sort_unstable();
        let quantile =
            |percent: usize| latencies.get((latencies.len() * percent / 100).min(latencies.len().max(1) - 1));
        let total: u64 = self.calls.values().sum();
        let successes = self.calls.get("0").copied().unwrap_or_default();
        CallCounts {
            calls: self.calls.clone(),
            success_bp: (successes * 10_000).checked_div(total).and_then(|share| u32::try_from(share).ok()),
            latency_p50_us: quantile(50).copied(),
            latency_p99_us: quantile(99).copied(),
            streak_301: self.streak_301,
            streak_301_max: self.streak_301_max,
            drifted_answers: self.drifted_answers,
            drift: self.drift.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::failure::Failure;

    fn of_code(code: i64) -> Called {
        let end = Err(Failure::new(FailureKind::UnknownCode, "a code of its own"));
        Called {
            code: Some(code),
            http_status: Some(200),
            retry_after: None,
            age_s: 0,
            body: Bytes::new(),
            end,
            drift: Vec::new(),
        }
    }

    #[test]
    fn codes_without_number_are_counted_under_few_names_and_each_once() {
        let mut stats = Stats::default();
        let codes = (10_000..13_000).chain([10_000, 301]);
        codes.for_each(|code| stats.count(&of_code(code), Duration::from_millis(1)));
        let told = stats.told();
        assert_eq!(told.calls.len(), LABELS_MAX + 1);
        assert_eq!((told.calls["10000"], told.calls.values().sum::<u64>()), (2, 3_002));
        assert_eq!((told.calls[OTHER], told.streak_301), (3_002 - 1 - LABELS_MAX as u64, 1));
    }
}
