//! The upstreams' side of the store: what they share with other servers, and the journal of what was bought.

use std::cell::RefCell;
use std::sync::Arc;

use async_trait::async_trait;
use domain::{BusinessCode, CreatorKey, MicroYuan};
use ledger::Day;
use store::{Bought, LedgerStore, StoreError, UpstreamRecord};
use upstream::{
    Answer, BeingKept, BreakerRecord, End, Journal, Outcome, Park, ParkReason, SharedRecord, SharedState,
    SharedStateError,
};
use zstd::bulk::Compressor;

use crate::keeping::Keeping;
use crate::meter::{ChargeError, Meter};
use crate::purchases::Purchases;

/// How hard answers are compressed: a body is 300 bytes, and the level makes no difference to it.
const ZSTD_LEVEL: i32 = 3;

/// Shared state and journal in the store. What comes with every purchase is written by the meter, with everything else it writes.
pub(crate) struct InStore {
    pub(crate) store: Arc<dyn LedgerStore>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) purchases: Arc<Purchases>,
}

thread_local! {
    /// Its working memory, a megabyte, is made once for each thread.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

/// A body as it is archived. Compressing to memory fails only for want of memory; an answer without its body is better than none.
fn compressed(body: &[u8]) -> Vec<u8> {
    COMPRESSOR.with_borrow_mut(|compressor| {
        if compressor.is_none() {
            *compressor = Compressor::new(ZSTD_LEVEL).ok();
        }
        compressor.as_mut().and_then(|compressor| compressor.compress(body).ok()).unwrap_or_default()
    })
}

fn unshared(error: StoreError) -> SharedStateError {
    SharedStateError(Box::new(error))
}

fn unmetered(error: ChargeError) -> SharedStateError {
    SharedStateError(Box::new(error))
}

#[async_trait]
impl SharedState for InStore {
    async fn load(&self, upstream: &str, day: Day) -> Result<SharedRecord, SharedStateError> {
        let record = self.store.upstream_record(upstream, day).await.map_err(unshared)?;
        let UpstreamRecord { parked, breaker_open_until_ms, breaker_openings, spent } = record;
        // A code that no release of ours parks for parks nothing.
        let park = parked.and_then(|(until_ms, code)| {
            let reason = BusinessCode::from_number(code).and_then(ParkReason::of)?;
            Some(Park { until_ms, reason })
        });
        let breaker = BreakerRecord { open_until_ms: breaker_open_until_ms, openings: breaker_openings };
        Ok(SharedRecord { park, breaker, spent })
    }

    async fn park(&self, upstream: &str, park: Park) -> Result<(), SharedStateError> {
        self.store.park_upstream(upstream, park.until_ms, park.reason.code().number()).await.map_err(unshared)
    }

    async fn unpark(&self, upstream: &str) -> Result<bool, SharedStateError> {
        self.store.unpark_upstream(upstream).await.map_err(unshared)
    }

    async fn set_breaker(&self, upstream: &str, breaker: BreakerRecord) -> Result<(), SharedStateError> {
        self.store.set_breaker(upstream, breaker.open_until_ms, breaker.openings).await.map_err(unshared)
    }

    async fn reserve(
        &self,
        upstream: &str,
        day: Day,
        price: MicroYuan,
        budget: Option<MicroYuan>,
    ) -> Result<bool, SharedStateError> {
        let reserved = self.meter.reserve(upstream, day, price, budget);
        // Without a budget it is only counted: nothing is to be waited for.
        if budget.is_none() { Ok(true) } else { reserved.await.map_err(unmetered) }
    }

    async fn release(&self, upstream: &str, day: Day, price: MicroYuan) -> Result<(), SharedStateError> {
        self.meter.release(upstream, day, price).await.map(drop).map_err(unmetered)
    }
}

impl Journal for InStore {
    /// Keeps what was paid for: with the ends of the callers' holds, which wait behind it. Calls whose end is unknown are kept by the
    /// callers' own records.
    fn record(&self, key: CreatorKey, outcome: Arc<Outcome>, being_kept: BeingKept) {
        let (upstream, price, body, info, received_at_ms, age_s) = match &outcome.end {
            End::Answered(answer) => {
                let Answer { upstream, price, body, info, received_at_ms, age_s, .. } = answer;
                (upstream, price, body, Some(*info), *received_at_ms, *age_s)
            }
            End::Unusable { upstream, price, body, .. } => (upstream, price, body, None, outcome.ended_at_ms, 0),
            End::Refused { .. } | End::Unknown { .. } | End::Failed { .. } => return,
        };
        let (upstream, price, body) = (upstream.to_string(), *price, compressed(body));
        let bought = Bought { number: 0, key, upstream, received_at_ms, age_s, price, info, body };
        self.meter.keep(Keeping::new(bought, &self.purchases, being_kept));
    }
}
