//! What a server does beside answering: expired holds are voided, calls past their retention forgotten, successes that cost
//! nothing added to the usage, what is unanswered noted, servers that died given up, and an import's room on the disk given back.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::{CallId, MicroYuan, UnixTime};
use store::{ServerId, StoreError, Usage};
use tokio::sync::oneshot;
use tokio::time::timeout;
use upstream::UpstreamStatus;

use crate::buyer::Buyer;
use crate::health::HealthHour;
use crate::state::Gateway;

/// How long a success that costs nothing may be missing from the usage, and a hold outlive its expiry.
const EVERY: Duration = Duration::from_secs(1);

/// In how many rounds once it is read how many calls wait for their end, and looked how much room the last import took besides.
const COUNTED_EVERY: u64 = 10;

/// Calls forgotten in one transaction.
const FORGOTTEN_AT_ONCE: u32 = 1_000;

/// How long what a server told of upstreams is kept once it tells no more: its counters are of use for a while after its end.
const TOLD_KEPT_DAYS: u32 = 7;

/// What stays as it is is told again after so long, so that a server nobody asks is not taken for one that ended.
pub(crate) const TOLD_AGAIN_S: u32 = 60;

/// What this server told last of its upstreams, and when.
#[derive(Default)]
struct Told {
    texts: Vec<String>,
    at: UnixTime,
    /// Whether the server ends now: nothing is in flight from it any more.
    is_last: bool,
}

/// Does it until `ends` is told, or its other end dropped; a round that has begun is done to its end. A failure is told once and tried
/// again, and it is told when it works again.
pub(crate) async fn run(gateway: Arc<Gateway>, mut ends: oneshot::Receiver<()>) {
    let mut failing = false;
    let mut others = Others::default();
    let mut told = Told::default();
    for round in 0.. {
        if timeout(EVERY, &mut ends).await.is_ok() {
            return;
        }
        gateway.health.look(HealthHour { hour: gateway.hour(), ..gateway.metrics.by_end() });
        match once(&gateway, &mut others, &mut told, round).await {
            Ok(()) => {
                if std::mem::take(&mut failing) {
                    tracing::warn!("the store is back: upkeep of the books goes on");
                }
            }
            Err(error) if !failing => {
                gateway.meter.writing().doubt();
                tracing::warn!(error = &error as &dyn std::error::Error, "upkeep of the books fails; trying again");
                failing = true;
            }
            Err(_) => gateway.meter.writing().doubt(),
        }
    }
}

/// Does it once.
async fn once(gateway: &Gateway, others: &mut Others, told: &mut Told, round: u64) -> Result<(), StoreError> {
    // First, so that others see that this server lives.
    gateway.meter.note(false).await?;
    keep_books(gateway).await?;
    keep_upstreams(gateway, told).await?;
    if round.is_multiple_of(COUNTED_EVERY) {
        gateway.metrics.set_unsettled(gateway.meter_store.unsettled().await?);
        // The books are not in that file, and what is wrong with it its readers tell.
        let _ = gateway.store.cut_log().await;
    }
    others.look(gateway).await
}

/// Does what has to be done before a server ends: all of it, whatever fails; the first failure is told.
pub(crate) async fn last(gateway: &Gateway) -> Result<(), StoreError> {
    let mut told = Ok(());
    if let Some(buyer) = &gateway.buyer {
        if let Err(error) = buyer.give_up().await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "what upstreams were asked for is not settled: it is unknown once its holds expire");
        }
        let mut last = Told { is_last: true, ..Told::default() };
        told = tell_of_upstreams(gateway, buyer, (gateway.clock)().second(), &mut last).await;
    }
    told.and(keep_books(gateway).await).and(gateway.meter.note(true).await)
}

/// Settles at once what a server left that is dead for certain: what it charged and may not have answered, and what it held.
///
/// # Errors
/// [`StoreError`] when not all of it could be settled: the rest is as soon as its server was silent for long enough, or its holds expire.
pub async fn settle_after(gateway: &Gateway, dead: ServerId) -> Result<(), StoreError> {
    let notes = gateway.meter_store.notes().await?;
    if let Some((server, beat)) = notes.into_iter().find(|(server, _)| *server == dead) {
        give_up(gateway, server, beat).await?;
    }
    gateway.meter_store.give_up_holds(dead).await?.into_iter().for_each(warn_of_no_end);
    Ok(())
}

fn warn_of_no_end(call: CallId) {
    tracing::warn!(
        %call,
        "a call has no end: its server died, or could not store it; it may have been sent to an upstream: `astrolabe calls show {call}`"
    );
}

/// Gives a server up whose note has this beat still.
async fn give_up(gateway: &Gateway, server: ServerId, beat: i64) -> Result<(), StoreError> {
    if let Some(calls) = gateway.meter_store.give_up(server, beat).await? {
        tracing::warn!(
            %server,
            calls,
            "a server died; what it charged and may not have answered is unknown: `astrolabe calls reconcile` settles it"
        );
    }
    Ok(())
}

async fn keep_books(gateway: &Gateway) -> Result<(), StoreError> {
    let now = (gateway.clock)();
    // Both are only in memory until then: neither waits for the other to work.
    count_free(gateway).await.and(settle_repeated(gateway).await)?;
    gateway.meter_store.expire_holds(now.unix_ms).await?.into_iter().for_each(warn_of_no_end);
    let kept_ms = u64::from(gateway.settings.calls_kept_days) * 86_400_000;
    gateway.meter_store.forget_calls(now.unix_ms.saturating_sub(kept_ms), FORGOTTEN_AT_ONCE).await?;
    Ok(())
}

/// Tells how the upstreams are, where there are any, and forgets what is past its retention, whether there still are any or not.
async fn keep_upstreams(gateway: &Gateway, told: &mut Told) -> Result<(), StoreError> {
    let (now, store) = ((gateway.clock)(), &gateway.meter_store);
    if let Some(buyer) = &gateway.buyer {
        tell_of_upstreams(gateway, buyer, now.second(), told).await?;
    }
    store.forget_told(now.second().days_before(TOLD_KEPT_DAYS)).await?;
    let kept_ms = u64::from(gateway.settings.bodies_kept_days) * 86_400_000;
    store.forget_bodies(now.unix_ms.saturating_sub(kept_ms), FORGOTTEN_AT_ONCE).await?;
    Ok(())
}

async fn tell_of_upstreams(gateway: &Gateway, buyer: &Buyer, now: UnixTime, told: &mut Told) -> Result<(), StoreError> {
    let server = gateway.meter.server().to_string();
    let status: Vec<(String, String)> = buyer
        .upstreams
        .status()
        .await
        .into_iter()
        .map(|status| if told.is_last { UpstreamStatus { in_flight: 0, ended: true, ..status } } else { status })
        // Nothing in it can fail to be written as JSON.
        .map(|status| (serde_json::to_string(&status).unwrap_or_default(), status.name))
        .collect();
    let texts: Vec<String> = status.iter().map(|(text, _)| text.clone()).collect();
    // What stays as it is is not written again and again.
    if told.texts != texts || now.seconds_since(told.at) >= TOLD_AGAIN_S {
        for (text, name) in &status {
            gateway.meter_store.tell_upstream(&server, name, now, text).await?;
        }
        *told = Told { texts, at: now, is_last: told.is_last };
    }
    Ok(())
}

/// A call that was unknown is answered once its answer was given again, under its idempotency key.
async fn settle_repeated(gateway: &Gateway) -> Result<(), StoreError> {
    let calls = gateway.meter.take_answered_again();
    if calls.is_empty() {
        return Ok(());
    }
    let stored = gateway.meter_store.answered(calls.clone()).await;
    if stored.is_err() {
        calls.into_iter().for_each(|call| gateway.meter.answered_again(call));
    }
    stored
}

/// The other servers that have a note: its beat, and in how many rounds it was the same. No clock is compared with another
/// machine's, and rounds in which this server could not reach the store count for nobody's death.
#[derive(Default)]
struct Others(HashMap<ServerId, (i64, u32)>);

impl Others {
    /// Looks at every note, and gives up those who stood still for too long.
    async fn look(&mut self, gateway: &Gateway) -> Result<(), StoreError> {
        let mut notes = gateway.meter_store.notes().await?;
        notes.retain(|(server, _)| *server != gateway.meter.server());
        self.0 = notes.into_iter().map(|(server, beat)| (server, (beat, self.rounds(server, beat)))).collect();
        let lost = self.0.iter().filter(|(_, (_, rounds))| *rounds >= gateway.settings.server_lost_s);
        for (server, (beat, _)) in lost {
            give_up(gateway, *server, *beat).await?;
        }
        Ok(())
    }

    /// In how many rounds, with this one, a server has had this beat after the first.
    fn rounds(&self, server: ServerId, beat: i64) -> u32 {
        match self.0.get(&server) {
            Some((before, rounds)) if *before == beat => rounds + 1,
            _ => 0,
        }
    }
}

async fn count_free(gateway: &Gateway) -> Result<(), StoreError> {
    let (mut usage, mut limiters) = (Vec::new(), Vec::new());
    for (token_id, (account_id, limiter)) in gateway.limiters.all_tokens() {
        for (day, endpoint, calls) in limiter.take_free(|| gateway.day((gateway.clock)())) {
            usage.push(Usage { day, account_id, token_id, endpoint, calls, charged: MicroYuan::ZERO });
            limiters.push(limiter.clone());
        }
    }
    if usage.is_empty() {
        return Ok(());
    }
    let stored = gateway.meter_store.count_free(usage.clone()).await;
    if stored.is_err() {
        limiters.iter().zip(&usage).for_each(|(limiter, of)| limiter.count_free(of.day, of.endpoint, of.calls));
    }
    stored
}
