//! What a server does beside answering: expired holds are voided, calls past their retention forgotten, successes that cost
//! nothing added to the usage.

use std::sync::Arc;
use std::time::Duration;

use domain::MicroYuan;
use store::{StoreError, Usage};

use crate::moment::Moment;
use crate::state::Gateway;

/// How long a success that costs nothing may be missing from the usage, and a hold outlive its expiry.
const EVERY: Duration = Duration::from_secs(1);

/// Calls forgotten in one transaction.
const FORGOTTEN_AT_ONCE: u32 = 1_000;

/// Does it until the task is dropped. A failure is told once and tried again.
pub(crate) async fn run(gateway: Arc<Gateway>) {
    let mut failing = false;
    loop {
        tokio::time::sleep(EVERY).await;
        match once(&gateway).await {
            Ok(()) => failing = false,
            Err(error) if !failing => {
                tracing::warn!(error = &error as &dyn std::error::Error, "upkeep of the books fails; trying again");
                failing = true;
            }
            Err(_) => {}
        }
    }
}

/// Does it once.
pub(crate) async fn once(gateway: &Gateway) -> Result<(), StoreError> {
    let now = (gateway.clock)();
    count_free(gateway, now).await?;
    let expired = gateway.meter_store.expire_holds(now.unix_ms).await?;
    if expired > 0 {
        tracing::warn!(expired, "calls ended without an answer; `astrolabe calls reconcile` settles them");
    }
    let kept_ms = u64::from(gateway.settings.calls_kept_days) * 86_400_000;
    gateway.meter_store.forget_calls(now.unix_ms.saturating_sub(kept_ms), FORGOTTEN_AT_ONCE).await?;
    Ok(())
}

async fn count_free(gateway: &Gateway, now: Moment) -> Result<(), StoreError> {
    let day = gateway.day(now);
    let counted: Vec<_> = gateway
        .limiters
        .all_tokens()
        .into_iter()
        .map(|(token_id, (account_id, limiter))| (token_id, account_id, limiter.take_free(), limiter))
        .filter(|(_, _, calls, _)| *calls > 0)
        .collect();
    if counted.is_empty() {
        return Ok(());
    }
    let endpoint = catalog::AUTHOR_CP_INFO.number;
    let charged = MicroYuan::ZERO;
    let usage = counted
        .iter()
        .map(|(token_id, account_id, calls, _)| Usage {
            day,
            account_id: *account_id,
            token_id: *token_id,
            endpoint,
            calls: *calls,
            charged,
        })
        .collect();
    let stored = gateway.meter_store.count_free(usage).await;
    if stored.is_err() {
        counted.iter().for_each(|(_, _, calls, limiter)| limiter.give_back_free(*calls));
    }
    stored
}
