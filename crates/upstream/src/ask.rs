//! The work on one question: upstream after upstream, call after call, inside one budget of time. What each failure leads to
//! is said in `failure.rs`; here it is done.

use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use domain::CreatorKey;
use tokio::time::{Instant, timeout_at};

use crate::budget::Reservation;
use crate::call::Called;
use crate::failure::{Billed, Failure, FailureKind, Next};
use crate::source::{Claim, Pass, Source};
use crate::under_way::UnderWay;
use crate::{Answer, Attempt, Clock, Dice, End, Journal, Outcome, Settings, Skip, SkipReason};

/// The part of the budget kept for what is written after the last call.
const SETTLE_SHARE: u32 = 50;
/// Who has waited at an upstream for long looks this often whether another one may be asked.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// Before this, nobody should be sent to try again.
const RETRY_AFTER_MIN: Duration = Duration::from_secs(1);
/// When to try again after failures that say nothing about it.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// What every question needs.
pub(crate) struct World {
    pub(crate) sources: Vec<Arc<Source>>,
    pub(crate) settings: Settings,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) clock: Clock,
    pub(crate) dice: Dice,
    pub(crate) under_way: UnderWay,
}

/// One question under way.
struct Ask<'w> {
    world: &'w World,
    key: &'w CreatorKey,
    began: Instant,
    /// No call takes longer than until here.
    calls_end: Instant,
    /// Nothing does.
    ends: Instant,
    attempts: Vec<Attempt>,
    skips: Vec<Skip>,
    /// Whether a wait was ended because the process is about to.
    is_cut_short: bool,
    /// The place that the next upstream of this question keeps for it.
    claim: Option<Claim>,
    /// The upstreams left for another one after a long wait: asked again when that is of no help.
    left: Vec<Arc<Source>>,
}

/// Asks the upstreams in order until the question has its end.
pub(crate) async fn run(world: &World, key: &CreatorKey) -> Arc<Outcome> {
    let mut ask = Ask::begin(world, key, Instant::now());
    let mut end = None;
    for (at, source) in world.sources.iter().enumerate() {
        end = ask.through(source, &world.sources[at + 1..]).await;
        if end.is_some() || ask.is_cut_short {
            break;
        }
    }
    // Those that were left are waited for once more, to the end: nobody else is.
    ask.claim = None;
    for source in std::mem::take(&mut ask.left) {
        if end.is_none() && !ask.is_cut_short {
            end = ask.through(&source, &[]).await;
        }
    }
    let end = end.unwrap_or_else(|| ask.failed());
    let (attempts, skips) = (std::mem::take(&mut ask.attempts), std::mem::take(&mut ask.skips));
    Arc::new(Outcome { end, attempts, skips, ended_at_ms: (world.clock)() })
}

impl<'w> Ask<'w> {
    fn begin(world: &'w World, key: &'w CreatorKey, began: Instant) -> Self {
        let budget = world.settings.budget;
        let ends = began + budget;
        let calls_end = ends - budget / SETTLE_SHARE;
        let (attempts, skips, left) = (Vec::new(), Vec::new(), Vec::new());
        Self { world, key, began, calls_end, ends, attempts, skips, is_cut_short: false, claim: None, left }
    }

    /// Asks one upstream, again where that may help. None: ask the next one.
    async fn through(&mut self, source: &Arc<Source>, others: &[Arc<Source>]) -> Option<End> {
        let mut reserved = None;
        let end = self.calls(source, others, &mut reserved).await;
        // What was billed, or may have been, stays counted.
        let nothing_billed = matches!(end, None | Some(End::Refused { .. }));
        if let Some(reservation) = reserved.filter(|_| nothing_billed) {
            let source = source.clone();
            self.settle(async move { source.release(reservation).await }).await;
        }
        end
    }

    /// The calls to one upstream, on one reservation: none but the last of them can be billed.
    async fn calls(
        &mut self,
        source: &Arc<Source>,
        others: &[Arc<Source>],
        reserved: &mut Option<Reservation>,
    ) -> Option<End> {
        let made = self.attempts.iter().filter(|attempt| attempt.upstream == source.name).count();
        for number in u32::try_from(made).unwrap_or(u32::MAX)..self.world.settings.attempts_max {
            if number > 0 && !self.back_off(source, others, number).await {
                return None;
            }
            let (called, attempt, breaker_changed) = match self.call(source, others, reserved).await {
                Ok(made) => made,
                Err(reason) => {
                    self.skips.push(Skip { upstream: source.name.clone(), reason });
                    return None;
                }
            };
            let began_at_ms = attempt.began_at_ms;
            self.attempts.push(attempt);
            if breaker_changed {
                let source = source.clone();
                self.settle(async move { source.keep_breaker().await }).await;
            }
            if let ControlFlow::Break(end) = self.follow(source, called, began_at_ms).await {
                return end;
            }
        }
        None
    }

    /// Makes one call when everything allows it.
    async fn call(
        &mut self,
        source: &Arc<Source>,
        others: &[Arc<Source>],
        reserved: &mut Option<Reservation>,
    ) -> Result<(Called, Attempt, bool), SkipReason> {
        let not_accountable = |error: &(dyn std::error::Error + 'static)| {
            tracing::warn!(upstream = &*source.name, error, "not asked: the call could not be accounted for");
            SkipReason::NotAccountable
        };
        match timeout_at(self.calls_end, source.refresh()).await {
            Ok(refreshed) => refreshed.map_err(|error| not_accountable(&error))?,
            Err(elapsed) => return Err(not_accountable(&elapsed)),
        }
        let begin_by = self.begin_by(source, others);
        let pass = self.enter(source, others, begin_by).await?;
        if reserved.is_none() {
            // Should this be cut off, the reservation may stand all the same: rather a call too few than one too many.
            let reservation = timeout_at(self.calls_end, source.reserve()).await;
            let reservation = reservation.map_err(|elapsed| not_accountable(&elapsed))?;
            *reserved = reservation.map_err(|error| not_accountable(&error))?;
            if reserved.is_none() {
                return Err(SkipReason::BudgetSpent);
            }
        }
        if Instant::now() > begin_by {
            return Err(SkipReason::OutOfTime);
        }
        let Some(_noted) = self.world.under_way.begin(self.key, &source.name, (self.world.clock)()) else {
            return Err(SkipReason::OutOfTime);
        };
        Ok(pass.call(self.key, self.calls_end).await)
    }

    /// Leave to make a call, until `begin_by`. What takes longer than `wait_max` is waited for only while no other upstream lets this
    /// question in; where a breaker lets one call through, it is left by one question alone.
    async fn enter<'s>(
        &mut self,
        source: &'s Arc<Source>,
        others: &[Arc<Source>],
        begin_by: Instant,
    ) -> Result<Pass<'s>, SkipReason> {
        let claim = self.claim.take_if(|claim| claim.is_at(source));
        let mut entering = pin!(source.enter(begin_by, claim));
        let leave_at = Instant::now() + self.world.settings.wait_max;
        let mut looked_at = None;
        loop {
            let waits_for_long = source.paused().is_some_and(|pause| pause.until > leave_at);
            let look_at = match looked_at {
                Some(before) => before + LOOK_AGAIN,
                None if waits_for_long => Instant::now(),
                None => leave_at,
            };
            match self.wait(timeout_at(look_at, &mut entering)).await {
                None => return Err(SkipReason::Stopping),
                Some(Ok(entered)) => return entered,
                Some(Err(_)) => looked_at = Some(Instant::now()),
            }
            if self.claim_another(others) {
                self.left.push(source.clone());
                return Err(if waits_for_long { SkipReason::RateLimited } else { SkipReason::Busy });
            }
        }
    }

    /// Whether another upstream is ready to let this question in; if so, it keeps that for it.
    fn claim_another(&mut self, others: &[Arc<Source>]) -> bool {
        let begin_by = self.with_left(self.world.settings.attempt_min);
        if self.claim.is_none() {
            self.claim = others.iter().find_map(|source| source.claim(begin_by));
        }
        self.claim.is_some()
    }

    /// The last moment at which a call to this upstream may begin. One call tells how long the next may take: one that is cut off
    /// may be billed, and the upstreams that are left are to have as much time.
    fn begin_by(&self, source: &Source, others: &[Arc<Source>]) -> Instant {
        let attempt_min = self.world.settings.attempt_min;
        let before = self.last_at(source);
        let took = before.map(|attempt| Duration::from_micros(attempt.latency_us).max(attempt_min));
        let needed = match took {
            Some(took) if self.is_another_left(others) => took * 2,
            took => took.unwrap_or(attempt_min),
        };
        self.with_left(needed)
    }

    /// The question's last call to this upstream.
    fn last_at(&self, source: &Source) -> Option<&Attempt> {
        self.attempts.iter().rfind(|attempt| attempt.upstream == source.name)
    }

    /// The last moment at which so much of the time for calls is left.
    fn with_left(&self, needed: Duration) -> Instant {
        self.calls_end.checked_sub(needed).unwrap_or(self.began)
    }

    /// Does what follows from a call: goes on, or breaks off with the question's end, or with none for the next upstream.
    async fn follow(&self, source: &Arc<Source>, called: Called, began_at_ms: u64) -> ControlFlow<Option<End>> {
        let (upstream, price) = (source.name.clone(), source.price());
        let failure = match called.end {
            Ok(info) => {
                let drift = called.drift;
                let (age_s, body, received_at_ms) = (called.age_s, called.body, (self.world.clock)());
                let answer = Answer { info, body, upstream, price, received_at_ms, age_s, drift };
                return ControlFlow::Break(Some(End::Answered(answer)));
            }
            Err(failure) => failure,
        };
        let (billed, next, _) = failure.kind.policy();
        if let Some(park) = source.park_after(next, called.retry_after, began_at_ms) {
            let source = source.clone();
            self.settle(async move { source.park(park).await }).await;
            return ControlFlow::Break(None);
        }
        match next {
            Next::Again | Next::WhenAllowed => ControlFlow::Continue(()),
            Next::Elsewhere | Next::Park(_) => ControlFlow::Break(None),
            Next::End => ControlFlow::Break(Some(match billed {
                Billed::No => End::Refused { upstream, message: failure.detail },
                Billed::Yes => {
                    // Whoever asked warns of it, with the id of the call that it was for.
                    tracing::debug!(%upstream, creator = %self.key.author_id, %failure, "paid, and its figures cannot be read");
                    End::Unusable { upstream, price, failure, body: called.body }
                }
                Billed::Maybe => {
                    tracing::debug!(%upstream, creator = %self.key.author_id, %failure, "sent, and its end is unknown");
                    End::Unknown { upstream, price, failure }
                }
            })),
        }
    }

    /// Waits before the next call; false when there is no time for one. After a 302 the rate limit is the wait.
    async fn back_off(&mut self, source: &Source, others: &[Arc<Source>], number: u32) -> bool {
        let wait = match self.last_at(source).and_then(|attempt| attempt.failure.as_ref()) {
            Some(failure) if failure.kind == FailureKind::RateLimited => Duration::ZERO,
            _ => back_off(&self.world.settings, number, (self.world.dice)()),
        };
        let begin_at = Instant::now() + wait;
        if begin_at > self.begin_by(source, others) || source.closed().is_some() {
            return false;
        }
        self.wait(tokio::time::sleep_until(begin_at)).await.is_some()
    }

    /// Waits before a call; none where the process is about to end before that, and so does the question.
    async fn wait<T>(&mut self, awaited: impl Future<Output = T>) -> Option<T> {
        let came = self.world.under_way.unless_stopping(awaited).await;
        self.is_cut_short |= came.is_none();
        came
    }

    /// Writes what follows from a call. The write goes on when the question has no time left for it.
    async fn settle(&self, write: impl Future<Output = ()> + Send + 'static) {
        let _ = timeout_at(self.ends, tokio::spawn(write)).await;
    }

    /// No upstream answered.
    fn failed(&self) -> End {
        let failure = self.attempts.iter().rev().find_map(|attempt| attempt.failure.clone());
        End::Failed { failure, retry_after: self.retry_after() }
    }

    /// When the first upstream may be asked again.
    fn retry_after(&self) -> Duration {
        let waits = self.world.sources.iter().map(|source| match (source.closed(), source.paused()) {
            (Some((_, after)), _) => after.unwrap_or(RETRY_AFTER),
            (None, pause) => {
                let after_pause = || pause.map(|pause| pause.until.saturating_duration_since(Instant::now()));
                source.until_next_budget().or_else(after_pause).unwrap_or(RETRY_AFTER)
            }
        });
        waits.min().unwrap_or(RETRY_AFTER).max(RETRY_AFTER_MIN)
    }

    /// Whether one of the upstreams behind may be asked in this question's time, as far as is known here.
    fn is_another_left(&self, others: &[Arc<Source>]) -> bool {
        let begin_by = self.with_left(self.world.settings.attempt_min);
        others.iter().any(|source| source.may_be_asked(begin_by))
    }
}

/// The wait before call `number` (from 1 on): doubling up to a cap, and of that a chance part between half and all, so that
/// callers who failed together do not come back together.
fn back_off(settings: &Settings, number: u32, chance: f64) -> Duration {
    let doubled = settings.backoff_first.saturating_mul(1 << (number - 1).min(16));
    doubled.min(settings.backoff_max).mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

/// How a question ended whose work was lost by a fault of ours: it may have been sent.
pub(crate) fn lost(world: &World) -> Outcome {
    let failure = Failure::new(FailureKind::NoAnswer, "the work on the question was lost");
    tracing::error!("the work on a question was lost; its call, if there was one, is unknown");
    let first = world.sources.first();
    let end = match first {
        Some(source) => End::Unknown { upstream: source.name.clone(), price: source.price(), failure },
        None => End::Failed { failure: Some(failure), retry_after: RETRY_AFTER },
    };
    Outcome { end, attempts: Vec::new(), skips: Vec::new(), ended_at_ms: (world.clock)() }
}

#[cfg(test)]
mod tests {
    use domain::Platform;

    use super::*;
    use crate::journal::NoJournal;
    use crate::{InMemory, Secret, UpstreamSettings, system_clock, system_dice};

    /// Two upstreams, of which nothing is known yet.
    fn world(settings: Settings) -> World {
        let source = |name| {
            let upstream = UpstreamSettings::new(name, "http://127.0.0.1:1", Secret::new("token"));
            Arc::new(Source::new(upstream, &settings, Arc::new(InMemory::default()), system_clock()).expect("a source"))
        };
        let sources = ["a", "b"].map(source).to_vec();
        let (journal, under_way) = (Arc::new(NoJournal), UnderWay::default());
        World { sources, settings, journal, clock: system_clock(), dice: system_dice(), under_way }
    }

    fn attempt(upstream: &str, took: Duration) -> Attempt {
        let latency_us = took.as_micros() as u64;
        Attempt { upstream: upstream.into(), began_at_ms: 0, latency_us, code: None, http_status: None, failure: None }
    }

    #[test]
    fn a_call_begins_only_with_as_much_time_left_as_one_may_take_and_as_the_next_upstream_needs() {
        let seconds = Duration::from_secs;
        let world = world(Settings { budget: seconds(50), attempt_min: seconds(10), ..Settings::default() });
        let key = CreatorKey { author_id: "42".parse().expect("an id"), platform: Platform::ShortVideo };
        let [a, b] = &world.sources[..] else { panic!("two") };
        let began = Instant::now();
        // A fiftieth of the budget is for what is written after the last call.
        let mut ask = Ask::begin(&world, &key, began);
        assert_eq!((ask.calls_end, ask.ends), (began + seconds(49), began + seconds(50)));
        for (before, alone, with_another_left) in [
            (None, 39, 39),
            (Some(("a", 3)), 39, 29),
            (Some(("a", 20)), 29, 9),
            (Some(("a", 24)), 25, 1),
            (Some(("b", 30)), 39, 39),
        ] {
            ask.attempts = before.map(|(upstream, took)| attempt(upstream, seconds(took))).into_iter().collect();
            assert_eq!(ask.begin_by(a, &[]), began + seconds(alone), "{before:?}");
            assert_eq!(ask.begin_by(a, std::slice::from_ref(b)), began + seconds(with_another_left), "{before:?}");
        }
    }

    #[test]
    fn waits_double_up_to_the_cap_and_differ_by_chance() {
        let settings = Settings::default();
        let waits = |chance| [1, 2, 3, 5, 6, 40].map(|number| back_off(&settings, number, chance).as_millis());
        assert_eq!(waits(0.0), [250, 500, 1000, 4000, 4000, 4000]);
        assert_eq!(waits(1.0), [500, 1000, 2000, 8000, 8000, 8000]);
        assert_eq!(waits(0.5)[..2], [375, 750]);
    }
}
