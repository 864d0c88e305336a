//! How an upstream is, as a server tells it and as others read what it told.

use std::collections::BTreeMap;

use domain::MicroYuan;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::{BreakerRecord, BreakerState, CallCounts, LastFailure, Park, is_budget_spent};

/// What is told of an upstream.
#[derive(Debug, Clone, serde::Serialize)]
pub struct UpstreamStatus {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub base_url: String,
    /// Whether it is parked, until when and why.
    pub park: Option<Park>,
    /// When the rate limit is over that keeps this process from asking it; none where there is none.
    pub paused_until_ms: Option<u64>,
    /// Its breaker.
    pub breaker: BreakerState,
    /// The breaker's record: until when, how often.
    pub breaker_record: BreakerRecord,
    /// Calls in flight from this process.
    pub in_flight: u32,
    /// The most calls in flight allowed now.
    pub concurrency: u32,
    /// The most calls in flight ever allowed.
    pub concurrency_max: u32,
    /// Spent today (Asia/Shanghai) by all processes, what is unknown included; none when it could not be read.
    pub spent_today_micro_yuan: Option<u64>,
    /// The most to spend in a day.
    pub daily_budget_micro_yuan: Option<u64>,
    /// What one answer costs.
    pub price_micro_yuan: u64,
    /// Whether this process has ended and asks nobody any more.
    pub ended: bool,
    /// The latest failed call of this process; none where none failed.
    pub last_failure: Option<LastFailure>,
    /// The calls of this process.
    #[serde(flatten)]
    pub counts: CallCounts,
}

impl UpstreamStatus {
    /// Whether today's budget covers no further call.
    pub fn is_budget_spent(&self) -> bool {
        let budget = self.daily_budget_micro_yuan.map(MicroYuan);
        let is_spent = |spent| is_budget_spent(MicroYuan(spent), MicroYuan(self.price_micro_yuan), budget);
        self.spent_today_micro_yuan.is_some_and(is_spent)
    }
}

/// What is read of an [`UpstreamStatus`] that a server told, of this release or of another one: what it does not tell, or tells in another
/// form, is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct ToldStatus {
    /// When the rate limit is over that keeps the server from asking.
    #[serde(deserialize_with = "if_readable")]
    pub paused_until_ms: Option<u64>,
    /// Calls in flight from the server.
    #[serde(deserialize_with = "if_readable")]
    pub in_flight: Option<u32>,
    /// The most calls in flight allowed.
    #[serde(deserialize_with = "if_readable")]
    pub concurrency: Option<u32>,
    /// The most to spend in a day.
    #[serde(deserialize_with = "if_readable")]
    pub daily_budget_micro_yuan: Option<u64>,
    /// What one answer costs.
    #[serde(deserialize_with = "if_readable")]
    pub price_micro_yuan: Option<u64>,
    /// Whether the server has ended.
    #[serde(deserialize_with = "if_readable")]
    pub ended: bool,
    /// The latest failed call of the server.
    #[serde(deserialize_with = "if_readable")]
    pub last_failure: Option<LastFailure>,
    /// By business code in digits, or by the failure's name where no code was read.
    #[serde(deserialize_with = "if_readable")]
    pub calls: BTreeMap<String, u64>,
    /// The share of calls with code 0 whose figures could be read, in basis points.
    #[serde(deserialize_with = "if_readable")]
    pub success_bp: Option<u32>,
    /// The median latency of the latest calls, in microseconds.
    #[serde(deserialize_with = "if_readable")]
    pub latency_p50_us: Option<u64>,
    /// The 99th percentile of the same.
    #[serde(deserialize_with = "if_readable")]
    pub latency_p99_us: Option<u64>,
    /// How many calls in a row ended with 301.
    #[serde(deserialize_with = "if_readable")]
    pub streak_301: Option<u32>,
    /// The longest such row.
    #[serde(deserialize_with = "if_readable")]
    pub streak_301_max: Option<u32>,
    /// How often each difference from the contract's shape was seen.
    #[serde(deserialize_with = "if_readable")]
    pub drift: BTreeMap<String, u64>,
}

impl ToldStatus {
    /// Reads what a server told.
    pub fn of(status: &Value) -> Self {
        Self::deserialize(status).unwrap_or_default()
    }
}

fn if_readable<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(field: D) -> Result<T, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(field)?).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_server_tells_is_read_by_another_one() {
        let counts = |name: &str| BTreeMap::from([(name.to_owned(), 3)]);
        let counts = CallCounts {
            calls: counts("301"),
            success_bp: Some(9_900),
            latency_p50_us: Some(50_000),
            latency_p99_us: Some(90_000),
            streak_301: 1,
            streak_301_max: 2,
            drifted_answers: 3,
            drift: counts("envelope.extra is unknown"),
        };
        let last_failure = LastFailure { kind: "tls".to_owned(), detail: "untrusted".to_owned(), at_ms: 7 };
        let status = UpstreamStatus {
            name: "main".to_owned(),
            base_url: "http://127.0.0.1:1".to_owned(),
            park: None,
            paused_until_ms: Some(1_795_000_000_000),
            breaker: BreakerState::Closed,
            breaker_record: BreakerRecord::default(),
            in_flight: 4,
            concurrency: 5,
            concurrency_max: 8,
            spent_today_micro_yuan: Some(70),
            daily_budget_micro_yuan: Some(120),
            price_micro_yuan: 50,
            ended: true,
            last_failure: Some(last_failure.clone()),
            counts: counts.clone(),
        };
        let read = ToldStatus {
            paused_until_ms: status.paused_until_ms,
            in_flight: Some(4),
            concurrency: Some(5),
            daily_budget_micro_yuan: Some(120),
            price_micro_yuan: Some(50),
            ended: true,
            last_failure: Some(last_failure),
            calls: counts.calls,
            success_bp: counts.success_bp,
            latency_p50_us: counts.latency_p50_us,
            latency_p99_us: counts.latency_p99_us,
            streak_301: Some(1),
            streak_301_max: Some(2),
            drift: counts.drift,
        };
        assert_eq!(ToldStatus::of(&serde_json::to_value(&status).expect("JSON")), read);
    }

    #[test]
    fn what_another_release_tells_otherwise_is_left_out() {
        let told = json!({ "concurrency": "many", "calls": [1], "in_flight": null, "ended": 1, "last_failure": "tls", "price_micro_yuan": 50, "new": {} });
        assert_eq!(ToldStatus::of(&told), ToldStatus { price_micro_yuan: Some(50), ..ToldStatus::default() });
        assert_eq!(ToldStatus::of(&Value::Null), ToldStatus::default());
    }
}
