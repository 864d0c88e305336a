//! How upstreams stand: what all servers know of them together, and what each server told of its own calls. For operators, who
//! see it on the command line and in the admin API.

use std::collections::BTreeSet;

use domain::{MicroYuan, UnixTime};
use ledger::Day;
use serde_json::{Value, json};
use store::{StoreError, UpstreamRecord, UpstreamStore};
use upstream::{LastFailure, ToldStatus, is_budget_spent};

use crate::moment::rfc3339;
use crate::upkeep::TOLD_AGAIN_S;

/// What a server told longer ago than this is not shown.
const TOLD_WITHIN_S: u32 = UnixTime::DAY;

/// A server that told nothing for so long is not heard of any more: a few times as long as one that lives is silent.
const SILENT_AFTER_S: u32 = 3 * TOLD_AGAIN_S;

/// What is known of an upstream.
#[derive(Debug, Clone, PartialEq)]
pub struct UpstreamStanding {
    /// Its name.
    pub name: String,
    /// What all servers know together, with what was spent on the day of `now`.
    pub record: UpstreamRecord,
    /// What servers told of it in the last 24 hours: those that live first, the latest of each kind first.
    pub told: Vec<ServerTold>,
    /// When this was read.
    pub now: UnixTime,
}

/// What a server told of an upstream.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerTold {
    /// Which server.
    pub server: String,
    /// When.
    pub at: UnixTime,
    /// What: counters since it started, in the words of its release. Null, where it is no JSON.
    pub status: Value,
}

impl ServerTold {
    /// What this release reads of it.
    pub fn read(&self) -> ToldStatus {
        ToldStatus::of(&self.status)
    }

    /// Whether the server lives, as far as can be known at a moment.
    pub fn state(&self, now: UnixTime) -> ServerState {
        match now.seconds_since(self.at) {
            _ if self.read().ended => ServerState::Ended,
            SILENT_AFTER_S.. => ServerState::Silent,
            _ => ServerState::Living,
        }
    }
}

/// Whether a server lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServerState {
    /// It was heard of just now.
    Living,
    /// It has told nothing for minutes: it died, or does not reach the database.
    Silent,
    /// It told that it ends.
    Ended,
}

impl ServerState {
    /// Its word in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Living => "living",
            Self::Silent => "silent",
            Self::Ended => "ended",
        }
    }
}

/// Whether an upstream is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpstreamState {
    /// It is.
    Asked,
    /// Not until a moment, because of a business code that more calls cannot mend, for now.
    Parked {
        /// In milliseconds since the epoch.
        until_ms: u64,
        /// The code.
        code: u16,
    },
    /// Not until a moment, because too many calls in a row failed.
    BreakerOpen {
        /// In milliseconds since the epoch.
        until_ms: u64,
    },
    /// Not until a moment, because the day's budget covers no further call.
    BudgetSpent {
        /// In milliseconds since the epoch.
        until_ms: u64,
    },
    /// One call at a time, which decides.
    BreakerHalfOpen,
    /// Not until a moment by one server at least, because of its rate limit.
    RateLimited {
        /// In milliseconds since the epoch.
        until_ms: u64,
    },
}

impl UpstreamState {
    /// Its word in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Parked { .. } => "parked",
            Self::BreakerOpen { .. } => "breaker_open",
            Self::BudgetSpent { .. } => "budget_spent",
            Self::BreakerHalfOpen => "breaker_half_open",
            Self::RateLimited { .. } => "rate_limited",
        }
    }
}

impl UpstreamStanding {
    /// The configured upstreams, and others that servers told of in the last 24 hours, by name.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub async fn all<S: UpstreamStore + ?Sized>(
        store: &S,
        configured: &[String],
        now: UnixTime,
    ) -> Result<Vec<Self>, StoreError> {
        let told = store.told_of_upstreams(UnixTime(now.0.saturating_sub(TOLD_WITHIN_S))).await?;
        let names: BTreeSet<&String> = configured.iter().chain(told.iter().map(|told| &told.upstream)).collect();
        let mut all = Vec::with_capacity(names.len());
        for name in names {
            let record = store.upstream_record(name, Day::of(ms(now))).await?;
            let of_it = told.iter().filter(|told| told.upstream == *name);
            let told = of_it.map(|told| ServerTold {
                server: told.server.clone(),
                at: told.at,
                status: serde_json::from_str(&told.status).unwrap_or_default(),
            });
            let mut told: Vec<ServerTold> = told.collect();
            told.sort_by_key(|told| told.state(now) != ServerState::Living);
            all.push(Self { name: name.clone(), record, told, now });
        }
        Ok(all)
    }

    /// Whether it is asked.
    pub fn state(&self) -> UpstreamState {
        let UpstreamRecord { parked, breaker_open_until_ms: until_ms, breaker_openings, .. } = self.record;
        let now_ms = ms(self.now);
        if let Some((until_ms, code)) = parked.filter(|(until_ms, _)| now_ms < *until_ms) {
            return UpstreamState::Parked { until_ms, code };
        }
        if now_ms < until_ms {
            return UpstreamState::BreakerOpen { until_ms };
        }
        if self.is_budget_spent() {
            return UpstreamState::BudgetSpent { until_ms: Day::of(now_ms).ends_at_ms() };
        }
        if let Some(until_ms) = self.rate_limited_until_ms().filter(|until_ms| now_ms < *until_ms) {
            return UpstreamState::RateLimited { until_ms };
        }
        if breaker_openings > 0 { UpstreamState::BreakerHalfOpen } else { UpstreamState::Asked }
    }

    /// Whether the budget of the day of `now` covers no further call, by what the latest server told of budget and price.
    fn is_budget_spent(&self) -> bool {
        let told = self.told.first().map(ServerTold::read).unwrap_or_default();
        let price = MicroYuan(told.price_micro_yuan.unwrap_or_default());
        is_budget_spent(self.record.spent, price, told.daily_budget_micro_yuan.map(MicroYuan))
    }

    /// What servers told that live, and what others told.
    pub fn living_and_gone(&self) -> (Vec<&ServerTold>, Vec<&ServerTold>) {
        self.told.iter().partition(|told| told.state(self.now) == ServerState::Living)
    }

    /// The latest failed call that a server told of, and which server; those that are gone included: what they met may last.
    pub fn last_failure(&self) -> Option<(LastFailure, &str)> {
        let failures = self.told.iter().filter_map(|told| Some((told.read().last_failure?, told.server.as_str())));
        failures.max_by_key(|(failure, _)| failure.at_ms)
    }

    /// The last end of a rate limit that a server told of which lives.
    fn rate_limited_until_ms(&self) -> Option<u64> {
        self.living_and_gone().0.into_iter().filter_map(|told| told.read().paused_until_ms).max()
    }

    /// As JSON, the same on the command line and in the admin API.
    pub fn json(&self) -> Value {
        let (state, record) = (self.state(), &self.record);
        let servers = self.told.iter().map(|told| {
            let (ServerTold { server, at, status }, state) = (told, told.state(self.now).name());
            json!({ "server": server, "at": at.to_string(), "state": state, "status": status })
        });
        let mut body = json!({
            "upstream": self.name,
            "state": state.name(),
            "parked": Value::Null,
            "breakerOpenUntil": Value::Null,
            "rateLimitedUntil": Value::Null,
            "budgetSpentUntil": Value::Null,
            "breakerOpenings": record.breaker_openings,
            "spentTodayYuan": record.spent.to_string(),
            "lastFailure": self.last_failure().map(|(LastFailure { kind, detail, at_ms }, server)| {
                json!({ "kind": kind, "detail": detail, "at": rfc3339(at_ms), "server": server })
            }),
            "servers": servers.collect::<Vec<_>>(),
        });
        match state {
            UpstreamState::Parked { until_ms, code } => {
                body["parked"] = json!({ "until": rfc3339(until_ms), "code": code });
            }
            UpstreamState::BreakerOpen { until_ms } => body["breakerOpenUntil"] = rfc3339(until_ms).into(),
            UpstreamState::BudgetSpent { until_ms } => body["budgetSpentUntil"] = rfc3339(until_ms).into(),
            UpstreamState::RateLimited { until_ms } => body["rateLimitedUntil"] = rfc3339(until_ms).into(),
            UpstreamState::Asked | UpstreamState::BreakerHalfOpen => {}
        }
        body
    }
}

fn ms(now: UnixTime) -> u64 {
    u64::from(now.0) * 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parking_tells_more_than_a_breaker_and_that_more_than_a_rate_limit_and_what_is_over_counts_no_more() {
        let now = UnixTime(1_780_000_000);
        let (before, after) = (ms(now), ms(now) + 1);
        let state_of = |parked: u64, open_until: u64, breaker_openings, paused: &[u64]| {
            let parked = (parked > 0).then_some((parked, 601));
            let record = UpstreamRecord {
                parked,
                breaker_open_until_ms: open_until,
                breaker_openings,
                ..UpstreamRecord::default()
            };
            let told = paused.iter().map(|until_ms| {
                let status = json!({ "paused_until_ms": (*until_ms > 0).then_some(until_ms) });
                ServerTold { server: "a".into(), at: now, status }
            });
            UpstreamStanding { name: "main".into(), record, told: told.collect(), now }.state()
        };
        let state = |parked, open_until, openings| state_of(parked, open_until, openings, &[]);
        assert_eq!(state(0, 0, 0), UpstreamState::Asked);
        assert_eq!(state(after, after, 1), UpstreamState::Parked { until_ms: after, code: 601 });
        assert_eq!(state(before, after, 1), UpstreamState::BreakerOpen { until_ms: after });
        assert_eq!(state(before, before, 1), UpstreamState::BreakerHalfOpen);
        assert_eq!(state(before, 0, 0), UpstreamState::Asked);
        assert_eq!(state_of(0, after, 1, &[after]), UpstreamState::BreakerOpen { until_ms: after });
        let (limited, later) = (UpstreamState::RateLimited { until_ms: after }, after + 1);
        assert_eq!(state_of(0, before, 1, &[0, after, before]), limited);
        assert_eq!(state_of(0, 0, 0, &[after, later]), UpstreamState::RateLimited { until_ms: later });
        assert_eq!(state_of(0, 0, 0, &[before, 0]), UpstreamState::Asked);
    }

    #[test]
    fn a_server_that_ended_or_is_silent_for_minutes_is_told_apart_and_limits_nobody() {
        let now = UnixTime(1_780_000_000);
        let told = |silent_s, status| ServerTold { server: "a".into(), at: UnixTime(now.0 - silent_s), status };
        let paused = json!({ "paused_until_ms": ms(now) + 1 });
        let states = [(0, json!({})), (179, json!(null)), (180, paused.clone()), (5, json!({ "ended": true }))]
            .map(|(silent_s, status)| told(silent_s, status).state(now).name());
        assert_eq!(states, ["living", "living", "silent", "ended"]);
        let from_the_future = ServerTold { at: UnixTime(now.0 + 60), ..told(0, json!({})) };
        assert_eq!(from_the_future.state(now), ServerState::Living, "clocks differ");
        for (silent_s, state) in [(179, "rate_limited"), (180, "asked")] {
            let told = vec![told(silent_s, paused.clone())];
            let standing = UpstreamStanding { name: "main".into(), record: UpstreamRecord::default(), told, now };
            assert_eq!(standing.json()["state"], state);
        }
    }

    #[test]
    fn the_latest_failure_that_any_server_told_of_is_told_with_its_reason() {
        let now = UnixTime(1_780_000_000);
        let told = |server: &str, status| ServerTold { server: server.into(), at: now, status };
        let failed = |kind: &str, at_ms| json!({ "last_failure": { "kind": kind, "detail": "why", "at_ms": at_ms } });
        let told = vec![
            told("a", failed("dns", ms(now) - 5_000)),
            told("b", failed("tls", ms(now) - 4_000)),
            told("c", json!({ "last_failure": null })),
        ];
        let mut standing = UpstreamStanding { name: "main".into(), record: UpstreamRecord::default(), told, now };
        let at = rfc3339(ms(now) - 4_000);
        assert_eq!(standing.json()["lastFailure"], json!({ "kind": "tls", "detail": "why", "at": at, "server": "b" }));
        standing.told.truncate(0);
        assert_eq!(standing.json()["lastFailure"], Value::Null);
    }

    #[test]
    fn a_budget_is_spent_when_it_covers_no_further_call() {
        let now = UnixTime(1_780_000_000);
        let standing = |spent, status| UpstreamStanding {
            name: "main".into(),
            record: UpstreamRecord { spent: MicroYuan(spent), ..UpstreamRecord::default() },
            told: vec![ServerTold { server: "a".into(), at: now, status }],
            now,
        };
        let told = json!({ "price_micro_yuan": 50, "daily_budget_micro_yuan": 120, "paused_until_ms": ms(now) + 1 });
        assert_eq!(standing(70, told.clone()).state().name(), "rate_limited");
        for spent in [71, 120, 130] {
            let spent = standing(spent, told.clone());
            let until_ms = Day::of(ms(now)).ends_at_ms();
            assert_eq!(spent.state(), UpstreamState::BudgetSpent { until_ms });
            assert_eq!(spent.json()["budgetSpentUntil"], rfc3339(until_ms));
        }
        assert_eq!(standing(u64::MAX, json!({ "price_micro_yuan": 50 })).state(), UpstreamState::Asked, "no budget");
    }
}
