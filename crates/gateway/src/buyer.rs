//! Buys answers from the upstreams for callers who pay for them. Each purchase runs in a task of its own: a caller who hangs up,
//! or a panic on the way to it, skips no settlement.

use std::sync::Arc;
use std::time::Duration;

use domain::{BusinessCode, CallId, CallState, CreatorKey, LostPurchase, Sentence, UnixTime, sentence};
use ledger::Refusal;
use store::{Done, LedgerStore, Resolution, Resolved, StoreError, Take, Taken};
use tokio::time::Instant;
use upstream::{CallUnderWay, End, FailureKind, Outcome, UNUSABLE_FOR, Upstreams};

use crate::envelope::{self, Payload, RequestId};
use crate::known::Known;
use crate::local::{Answer, LocalSource};
use crate::meter::{ChargeError, Ended, InDoubt, Meter};
use crate::moment::Moment;
use crate::pipeline::Figures;
use crate::problem::Problem;
use crate::purchases::{Open, Patience, Purchases, Unsettled};
use crate::sources::{Directives, Origin, Sources, Unanswered};
use crate::unanswered::Owed;

/// When to ask again, in seconds, after a purchase that was billed for nothing, or may have been.
pub(crate) const RETRY_AFTER_LOSS_S: u32 = UNUSABLE_FOR.as_secs() as u32;

/// How long a caller of whom nothing was bought waits until that is stored: it owes nothing, whatever becomes of that.
const VOID_WAIT: Duration = Duration::from_secs(1);

/// The upstreams, and everything a purchase needs.
pub(crate) struct Buyer {
    pub(crate) upstreams: Upstreams,
    pub(crate) meter: Arc<Meter>,
    pub(crate) local: Arc<LocalSource>,
    pub(crate) sources: Sources,
    pub(crate) store: Arc<dyn LedgerStore>,
    pub(crate) purchases: Arc<Purchases>,
}

/// What a caller asks for.
pub(crate) struct Purchase {
    /// Its price, to be set aside under the call's id.
    pub(crate) take: Take,
    pub(crate) key: CreatorKey,
    /// Who asks.
    pub(crate) caller: Arc<Known>,
    pub(crate) says: Directives,
    /// When the request came.
    pub(crate) now: Moment,
    /// When its price is set aside: later, where the request waited for another one first.
    pub(crate) held_from: Moment,
    /// When nothing fresh enough was found: an answer that came since then is one.
    pub(crate) since: Instant,
}

/// What became of a purchase without a fault.
pub(crate) enum Purchased {
    /// An answer.
    Delivered(Delivered),
    /// The caller cannot pay; nobody was asked.
    Refused(Refusal),
    /// Something was done under the call's idempotency key before; nobody was asked.
    Before(Done),
}

/// An answer that is settled.
pub(crate) struct Delivered {
    pub(crate) answer: Answer,
    pub(crate) origin: Origin,
    /// When it was made.
    pub(crate) made_at: Moment,
    /// To be kept until the reply has left.
    pub(crate) owed: Owed,
}

impl Buyer {
    /// Sets the price of an answer aside durably, buys it, and settles the hold by what came of it, whether or not anybody waits
    /// for it.
    ///
    /// # Errors
    /// With what the caller is told where there is no answer; nothing is charged then.
    pub(crate) async fn buy(self: &Arc<Self>, purchase: Purchase) -> Result<Purchased, Problem> {
        // From now on, not from when the task first runs: a server that stops in between waits for it.
        let (buyer, under_way) = (self.clone(), self.purchases.begin());
        let task = tokio::spawn(async move {
            match buyer.hold(&purchase).await? {
                Taken::Taken(standing) => purchase.caller.set_standing(standing),
                Taken::Refused(refusal) => return Ok(Purchased::Refused(refusal)),
                Taken::Before(done) => return Ok(Purchased::Before(done)),
            }
            let unsettled = buyer.purchases.hold(purchase.take.id, &purchase.key);
            buyer.deliver(purchase, (under_way, unsettled)).await.map(Purchased::Delivered)
        });
        // A panic leaves the hold to its expiry.
        task.await.map_err(|error| Problem::internal(error.into()))?
    }

    /// What is told from memory, without anybody being asked, where an upstream refused the creator a short while ago: the operator's own
    /// data, or that nobody knows it.
    pub(crate) async fn refused(
        &self,
        key: &CreatorKey,
        says: Directives,
        now: Moment,
    ) -> Option<Result<(Answer, Origin), Problem>> {
        if says.wants_it_anew() || !self.upstreams.is_refused(key) {
            return None;
        }
        let instead = self.instead(key, says, now.second(), Unanswered::Refused).await;
        Some(instead.ok_or_else(|| refused(key)))
    }

    /// What is told without anybody being asked where an answer on the creator was paid in vain a short while ago: the last good one, or
    /// when to ask again. However new an answer the request wants.
    pub(crate) async fn paid_in_vain(
        &self,
        key: &CreatorKey,
        says: Directives,
        now: Moment,
    ) -> Option<Result<(Answer, Origin), Problem>> {
        let retry_after = self.upstreams.unusable_for(key)?;
        let instead = self.instead(key, says, now.second(), Unanswered::Failed).await;
        Some(instead.ok_or_else(|| unanswered(retry_after)))
    }

    async fn hold(&self, purchase: &Purchase) -> Result<Taken, Problem> {
        let held = self.meter.hold(purchase.take.clone(), purchase.held_from).await;
        held.map_err(|error| Problem::unstored(error.into()))
    }

    /// Ends what is still under way when the server does not wait for it any longer: what was sent may be billed, so its call is
    /// unknown; of anything else nothing will come.
    ///
    /// # Errors
    /// When it cannot be stored: the holds expire.
    pub(crate) async fn give_up(&self) -> Result<(), ChargeError> {
        let sent = self.upstreams.close();
        let resolve = |(id, key)| {
            let sent = sent.get(&key);
            let state = if sent.is_some() { CallState::Unknown } else { CallState::Rejected };
            let lost = sent.map(|CallUnderWay { upstream, sent_at_ms }| LostPurchase {
                upstream: upstream.to_string(),
                failure: FailureKind::NoAnswer.name().to_owned(),
                sent_at_ms: *sent_at_ms,
            });
            let resolved = Resolved { id, resolution: Resolution::Void(state), answer: None, lost };
            (id, key, sent, self.meter.resolve(resolved))
        };
        // Sent before any is waited for: there is little time, and many calls are one commit.
        let resolving: Vec<_> = self.purchases.all_unsettled().into_iter().map(resolve).collect();
        let mut all = Ok(());
        for (id, CreatorKey { author_id: creator, platform }, sent, ended) in resolving {
            match (ended.await, sent) {
                // One whose answer came in the meantime is settled by it.
                (Ok(Ended { was_held: true, .. }), Some(CallUnderWay { upstream, .. })) => {
                    tracing::warn!(call = %id, %upstream, %creator, %platform, "stopped while an upstream was asked, which may bill it");
                }
                (Ok(_), _) => {}
                (Err(in_doubt), _) => all = all.and(Err(in_doubt.error)),
            }
        }
        all
    }

    /// Settles a hold, again and again for a while where the store fails.
    async fn settle(&self, resolved: Resolved) -> Result<Ended, ChargeError> {
        let mut patience = Patience::new();
        // Of the tries that failed: one of them may have been stored all the same.
        let mut in_doubt: Vec<InDoubt> = Vec::new();
        loop {
            let error = match self.meter.resolve(resolved.clone()).await {
                Ok(ended) if ended.was_held || in_doubt.is_empty() || resolved.resolution != Resolution::Post => {
                    return Ok(ended);
                }
                Ok(ended) => match self.is_posted(resolved.id).await {
                    Ok(was_held) => return Ok(Ended { was_held, ..ended }),
                    Err(error) => ChargeError::Store(Arc::new(error)),
                },
                Err(failed) => {
                    let error = failed.error.clone();
                    in_doubt.push(failed);
                    error
                }
            };
            match (&error, patience.next()) {
                (ChargeError::Store(_), Some(wait)) => tokio::time::sleep(wait).await,
                _ => {
                    in_doubt.into_iter().for_each(InDoubt::stays);
                    return Err(error);
                }
            }
        }
    }

    /// Settles the hold of a purchase that cost nothing, in the background where that takes long: a hold that is never settled expires.
    async fn void(self: &Arc<Self>, resolved: Resolved, open: (Open, Unsettled)) {
        let buyer = self.clone();
        let voiding = tokio::spawn(async move {
            let (_open, id) = (open, resolved.id);
            if let Err(error) = buyer.settle(resolved).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(call = %id, error, "a call that came to nothing could not be settled: it is unknown once its hold expires");
            }
        });
        let _ = tokio::time::timeout(VOID_WAIT, voiding).await;
    }

    async fn is_posted(&self, id: CallId) -> Result<bool, StoreError> {
        Ok(self.store.call(id).await?.is_some_and(|call| call.state == CallState::Succeeded))
    }

    /// `open` says until it is settled that it is not.
    async fn deliver(self: &Arc<Self>, purchase: Purchase, open: (Open, Unsettled)) -> Result<Delivered, Problem> {
        let Purchase { key, since, says, .. } = &purchase;
        let outcome = self.upstreams.ask_since(key.clone(), *since, says.wants_it_anew()).await;
        if let End::Answered(_) = outcome.end {
            // What is held in memory of the creator is no longer the newest.
            self.local.forget(&purchase.key);
        }
        let (resolution, verdict) = self.judge(&outcome, &purchase).await;
        // Not before what it says, however long an upstream took.
        let made_at = purchase.now.max(Moment { unix_ms: outcome.ended_at_ms });
        let answer = match &verdict {
            Ok((answer, _)) if purchase.take.once.is_some() => Some(body(&purchase, answer, made_at)),
            Ok(_) | Err(_) => None,
        };
        let (id, lost) = (purchase.take.id, lost(&outcome));
        warn_of_loss(id, &purchase.key, &outcome);
        let resolved = Resolved { id, resolution, answer, lost };
        let verdict = match verdict {
            Err(problem) if resolution == Resolution::Void(CallState::Rejected) => {
                self.void(resolved, open).await;
                return Err(problem);
            }
            verdict => verdict,
        };
        let ended = self.settle(resolved).await;
        let ended = ended.map_err(|error| Problem::unstored(error.into()))?;
        let (answer, origin) = verdict?;
        if !ended.was_held {
            return Err(Problem::internal("the answer came after its hold had expired".into()));
        }
        Ok(Delivered { answer, origin, made_at, owed: ended.owed })
    }

    /// How the call ends, and what the caller gets.
    async fn judge(&self, outcome: &Outcome, purchase: &Purchase) -> (Resolution, Result<(Answer, Origin), Problem>) {
        let loss = || unanswered(Duration::from_secs(RETRY_AFTER_LOSS_S.into()));
        let (why, state, problem) = match &outcome.end {
            End::Answered(answer) => {
                let bought_at = Moment { unix_ms: answer.received_at_ms }.second();
                let as_of = UnixTime(bought_at.0.saturating_sub(answer.age_s));
                let answer = Answer { as_of, info: answer.info, hot_posts: None, bought_at: Some(bought_at) };
                return (Resolution::Post, Ok((answer, Origin::Upstream)));
            }
            End::Refused { .. } => (Unanswered::Refused, CallState::Rejected, refused(&purchase.key)),
            End::Unusable { .. } => (Unanswered::Failed, CallState::Unusable, loss()),
            End::Unknown { .. } => (Unanswered::Failed, CallState::Unknown, loss()),
            End::Failed { retry_after, .. } => (Unanswered::Failed, CallState::Rejected, unanswered(*retry_after)),
        };
        let now = Moment { unix_ms: outcome.ended_at_ms }.second();
        match self.instead(&purchase.key, purchase.says, now, why).await {
            Some(held) => (Resolution::Post, Ok(held)),
            None => (Resolution::Void(state), Err(problem)),
        }
    }

    /// What is served of a creator when the upstreams gave no answer.
    async fn instead(
        &self,
        key: &CreatorKey,
        says: Directives,
        now: UnixTime,
        why: Unanswered,
    ) -> Option<(Answer, Origin)> {
        // A failure to read what is held is no worse than holding nothing.
        let held = self.local.read(key).await.ok().flatten().unwrap_or_default();
        self.sources.instead(held, says, now, why)
    }
}

/// Warns of what was billed without an answer, or may have been: once for each call that ends so.
fn warn_of_loss(call: CallId, key: &CreatorKey, outcome: &Outcome) {
    let (upstream, failure, what) = match &outcome.end {
        End::Unusable { upstream, failure, .. } => (upstream, failure, "an upstream billed a call for nothing"),
        End::Unknown { upstream, failure, .. } => (upstream, failure, "an upstream may have billed a call for nothing"),
        End::Answered(_) | End::Refused { .. } | End::Failed { .. } => return,
    };
    let CreatorKey { author_id: creator, platform } = key;
    tracing::warn!(%call, %upstream, %creator, %platform, %failure, "{what}");
}

/// What may have been billed without an answer.
fn lost(outcome: &Outcome) -> Option<LostPurchase> {
    let (End::Unusable { upstream, failure, .. } | End::Unknown { upstream, failure, .. }) = &outcome.end else {
        return None;
    };
    // The last call decided. Where it is not known, because the work ended with a panic, it was not long ago.
    let sent_at_ms = outcome.attempts.last().map_or(outcome.ended_at_ms, |attempt| attempt.began_at_ms);
    Some(LostPurchase { upstream: upstream.to_string(), failure: failure.kind.name().to_owned(), sent_at_ms })
}

/// The body that answers the call, to be given again.
fn body(purchase: &Purchase, answer: &Answer, made_at: Moment) -> Vec<u8> {
    let figures = Figures::of(purchase.key.platform, answer);
    let id = RequestId::of_call(purchase.take.id);
    envelope::write(&Payload::Figures(&figures), id, made_at).body.to_vec()
}

fn refused(key: &CreatorKey) -> Problem {
    let CreatorKey { author_id, platform } = key;
    let message = sentence!(
        "creator {author_id} is unknown on {platform} to every source that was asked: check oAuthorId and platform",
        "所有已查询的来源均未找到达人 {author_id}（{platform}）：请检查 oAuthorId 与 platform"
    );
    Problem::new(BusinessCode::InvalidParameter, message)
}

fn unanswered(retry_after: Duration) -> Problem {
    let seconds = retry_after.as_secs_f64().ceil().clamp(1.0, 86_400.0) as u32;
    let Sentence { en, zh } = wait(seconds);
    let message = Sentence::new(
        format!("no source could answer this time, and nothing was charged: try again in {en}"),
        format!("本次所有来源均未能给出答案，未扣费：请在{zh}后重试"),
    );
    Problem { retry_after_s: Some(seconds), ..Problem::new(BusinessCode::CollectionFailed, message) }
}

/// A time to wait as people tell it, never too short; `Retry-After` has the seconds.
fn wait(seconds: u32) -> Sentence {
    let (minutes, hours) = (seconds.div_ceil(60), seconds.div_ceil(3_600));
    match seconds {
        0..120 => sentence!("{seconds} s", " {seconds} 秒"),
        120..7_200 => sentence!("about {minutes} min", "约 {minutes} 分钟"),
        _ => sentence!("about {hours} h", "约 {hours} 小时"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_the_unit_that_people_use() {
        for (seconds, en, zh) in
            [(60, "60 s", " 60 秒"), (121, "about 3 min", "约 3 分钟"), (73_148, "about 21 h", "约 21 小时")]
        {
            assert_eq!(wait(seconds), Sentence::new(en, zh));
        }
    }
}
