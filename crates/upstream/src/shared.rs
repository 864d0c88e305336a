//! What survives a restart and is shared by every process that asks the same upstream: whether it is parked, its breaker,
//! and what was spent today. Kept by whoever implements [`SharedState`]; here only in memory, for tests and trials.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::{BusinessCode, MicroYuan};
use ledger::Day;

/// Why the shared state could not be read or changed. Nothing is sent then: it could not be accounted for.
#[derive(Debug, thiserror::Error)]
#[error("the shared state of the upstreams could not be read or changed")]
pub struct SharedStateError(#[source] pub Box<dyn Error + Send + Sync>);

/// Why an upstream is parked: the business codes that more calls cannot mend, for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkReason {
    /// 100: the upstream does not accept the token.
    InvalidToken,
    /// 302, and it said to stay away for long.
    RateLimited,
    /// 303: today's quota there is used up.
    DailyQuotaExceeded,
    /// 601: no money left there.
    InsufficientBalance,
    /// 602: the token's spending cap there is reached.
    SpendingCapReached,
}

impl ParkReason {
    const ALL: [Self; 5] = [
        Self::InvalidToken,
        Self::RateLimited,
        Self::DailyQuotaExceeded,
        Self::InsufficientBalance,
        Self::SpendingCapReached,
    ];

    /// The business code behind it; its number is what a database keeps.
    pub fn code(self) -> BusinessCode {
        match self {
            Self::InvalidToken => BusinessCode::InvalidToken,
            Self::RateLimited => BusinessCode::RateLimited,
            Self::DailyQuotaExceeded => BusinessCode::DailyQuotaExceeded,
            Self::InsufficientBalance => BusinessCode::InsufficientBalance,
            Self::SpendingCapReached => BusinessCode::SpendingCapReached,
        }
    }

    /// The reason that a code is, where more calls cannot mend it.
    pub fn of(code: BusinessCode) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// An upstream that is not asked for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Park {
    /// Until when, in milliseconds since 1970-01-01T00:00:00Z.
    pub until_ms: u64,
    /// Why.
    pub reason: ParkReason,
}

/// The part of a circuit breaker that outlives a process. Zeros are a closed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct BreakerRecord {
    /// Open until this moment, in milliseconds since 1970-01-01T00:00:00Z; then one call is let through.
    pub open_until_ms: u64,
    /// How often it opened since it was last closed.
    pub openings: u32,
}

/// What is known of an upstream by all processes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SharedRecord {
    /// Parked until and why; one that is over may still be told.
    pub park: Option<Park>,
    /// The breaker.
    pub breaker: BreakerRecord,
    /// Reserved and not released on the day asked for: what was spent, what may have been, and what is being spent now.
    pub spent: MicroYuan,
}

/// Whether a day's budget covers no further call: what was spent with the price of one would be over it.
pub fn is_budget_spent(spent: MicroYuan, price: MicroYuan, budget: Option<MicroYuan>) -> bool {
    budget.is_some_and(|budget| budget.minus(spent).is_none_or(|left| left < price))
}

/// Where that is kept. Upstreams are told apart by name. Parkings, their ends and breakers are durable when the operation returns. What
/// is reserved and taken back need only be so together with whatever is charged or held next: a machine that loses power before
/// may have asked an upstream whose price its day's budget does not count.
#[async_trait]
pub trait SharedState: Send + Sync {
    /// What is known of an upstream, with what was spent on `day`; zeros for one never heard of.
    async fn load(&self, upstream: &str, day: Day) -> Result<SharedRecord, SharedStateError>;

    /// Parks it; a later end wins over an earlier one.
    async fn park(&self, upstream: &str, park: Park) -> Result<(), SharedStateError>;

    /// Ends its parking; tells whether there was one.
    async fn unpark(&self, upstream: &str) -> Result<bool, SharedStateError>;

    /// Replaces its breaker.
    async fn set_breaker(&self, upstream: &str, breaker: BreakerRecord) -> Result<(), SharedStateError>;

    /// Adds `price` to what was spent on `day`, unless the sum would be over `budget`; tells whether it did. Checked and
    /// added in one step: two processes must not both take the last of a budget. Without a budget it is only counted, which may
    /// happen a moment after the return.
    async fn reserve(
        &self,
        upstream: &str,
        day: Day,
        price: MicroYuan,
        budget: Option<MicroYuan>,
    ) -> Result<bool, SharedStateError>;

    /// Takes back one reservation of that day: the call was not billed.
    async fn release(&self, upstream: &str, day: Day, price: MicroYuan) -> Result<(), SharedStateError>;
}

/// Shared state that ends with the process.
#[derive(Debug, Default)]
pub struct InMemory(Mutex<HashMap<String, Held>>);

#[derive(Debug, Default)]
struct Held {
    park: Option<Park>,
    breaker: BreakerRecord,
    spent: HashMap<Day, MicroYuan>,
}

impl InMemory {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, upstream: &str, change: impl FnOnce(&mut Held) -> T) -> T {
        change(self.lock().entry(upstream.to_owned()).or_default())
    }
}

#[async_trait]
impl SharedState for InMemory {
    async fn load(&self, upstream: &str, day: Day) -> Result<SharedRecord, SharedStateError> {
        let held = self.lock();
        Ok(held.get(upstream).map_or_else(SharedRecord::default, |held| SharedRecord {
            park: held.park,
            breaker: held.breaker,
            spent: held.spent.get(&day).copied().unwrap_or_default(),
        }))
    }

    async fn park(&self, upstream: &str, park: Park) -> Result<(), SharedStateError> {
        self.change(upstream, |held| {
            if held.park.is_none_or(|before| before.until_ms <= park.until_ms) {
                held.park = Some(park);
            }
        });
        Ok(())
    }

    async fn unpark(&self, upstream: &str) -> Result<bool, SharedStateError> {
        Ok(self.change(upstream, |held| held.park.take().is_some()))
    }

    async fn set_breaker(&self, upstream: &str, breaker: BreakerRecord) -> Result<(), SharedStateError> {
        self.change(upstream, |held| held.breaker = breaker);
        Ok(())
    }

    async fn reserve(
        &self,
        upstream: &str,
        day: Day,
        price: MicroYuan,
        budget: Option<MicroYuan>,
    ) -> Result<bool, SharedStateError> {
        Ok(self.change(upstream, |held| {
            let spent = held.spent.entry(day).or_default();
            let granted = !is_budget_spent(*spent, price, budget);
            if granted {
                *spent = spent.plus(price);
            }
            granted
        }))
    }

    async fn release(&self, upstream: &str, day: Day, price: MicroYuan) -> Result<(), SharedStateError> {
        self.change(upstream, |held| {
            let spent = held.spent.entry(day).or_default();
            *spent = spent.minus(price).unwrap_or_default();
        });
        Ok(())
    }
}
