//! One upstream with all that is known of it in this process: its breaker, its places, its rate limit, its counters, and
//! what the shared state said last.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{CreatorKey, MicroYuan};
use ledger::Day;
use tokio::time::Instant;

use crate::breaker::{Breaker, BreakerState, Leave};
use crate::budget::{Budget, Reservation};
use crate::call::{Called, Caller};
use crate::clock::millis;
use crate::failing::Failing;
use crate::failure::{Failure, Health, Next};
use crate::room::{Place, Room};
use crate::settings::{Settings, SettingsError, UpstreamSettings};
use crate::shared::{BreakerRecord, Park, SharedRecord, SharedState, SharedStateError};
use crate::stats::Stats;
use crate::{Attempt, Clock, ParkReason, SkipReason, UpstreamStatus};

/// For so long after midnight an upstream's clock may say that it is still the day before.
const MIDNIGHT_MS: u64 = 5 * 60 * 1000;

/// The longest pause after a 302 that is this process's own; a longer one is a parking, which every process knows of, and the
/// operator can end.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// One upstream.
pub(crate) struct Source {
    pub(crate) name: Arc<str>,
    pub(crate) settings: UpstreamSettings,
    caller: Caller,
    room: Arc<Room>,
    live: Mutex<Live>,
    budget: Arc<Budget>,
    stats: Mutex<Stats>,
    failing: Mutex<Failing>,
    shared: Arc<dyn SharedState>,
    /// When the shared state was last read, and what it said. Held while it is read or changed, so that what is read is
    /// never older than what this process wrote.
    seen: tokio::sync::Mutex<Seen>,
    shared_age_max: Duration,
    rate_limit_pause: Duration,
    clock: Clock,
}

/// What decides whether a call may begin.
struct Live {
    breaker: Breaker,
    park: Option<Park>,
    pause: Option<Pause>,
}

/// A rate limit of the upstream's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pause {
    /// When it is over.
    pub(crate) until: Instant,
    /// The same moment by the clock.
    until_ms: u64,
}

#[derive(Default)]
struct Seen {
    at: Option<Instant>,
    park: Option<Park>,
    breaker: BreakerRecord,
}

/// Leave to make one call: a place among the calls in flight, and the breaker's. Dropped without a verdict, the call was
/// not made.
pub(crate) struct Pass<'s> {
    source: &'s Source,
    place: Place,
    leave: Option<Leave>,
}

/// The breaker's leave for a question that is still elsewhere: where one call alone is let through, it is that question's. Given back
/// when dropped.
pub(crate) struct Claim {
    source: Arc<Source>,
    leave: Option<Leave>,
}

impl Claim {
    pub(crate) fn is_at(&self, source: &Source) -> bool {
        std::ptr::eq(&*self.source, source)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(leave) = self.leave.take() {
            self.source.live(|live| live.breaker.abandoned(leave));
        }
    }
}

impl Source {
    pub(crate) fn new(
        upstream: UpstreamSettings,
        settings: &Settings,
        shared: Arc<dyn SharedState>,
        clock: Clock,
    ) -> Result<Self, SettingsError> {
        let live = Live { breaker: Breaker::new(settings.breaker), park: None, pause: None };
        Ok(Self {
            name: upstream.name.as_str().into(),
            caller: Caller::new(&upstream, settings, clock.clone())?,
            room: Room::new(upstream.concurrency_max.get()),
            settings: upstream,
            live: Mutex::new(live),
            budget: Arc::default(),
            stats: Mutex::default(),
            failing: Mutex::default(),
            shared,
            seen: tokio::sync::Mutex::default(),
            shared_age_max: settings.shared_age_max,
            rate_limit_pause: settings.rate_limit_pause,
            clock,
        })
    }

    fn live<T>(&self, with: impl FnOnce(&mut Live) -> T) -> T {
        with(&mut self.live.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn today(&self) -> Day {
        Day::of((self.clock)())
    }

    /// Takes over what other processes changed, unless that was looked up a moment ago.
    pub(crate) async fn refresh(&self) -> Result<(), SharedStateError> {
        let mut seen = self.seen.lock().await;
        if seen.at.is_none_or(|at| at.elapsed() >= self.shared_age_max) {
            let record = self.shared.load(&self.name, self.today()).await?;
            self.adopt(&mut seen, record);
        }
        Ok(())
    }

    fn adopt(&self, seen: &mut Seen, record: SharedRecord) {
        self.live(|live| {
            // What this process decided and has not written yet must stay: only changes are taken over.
            if record.park != seen.park {
                live.park = record.park;
            }
            if record.breaker != seen.breaker {
                live.breaker.adopt(record.breaker);
            }
        });
        *seen = Seen { at: Some(Instant::now()), park: record.park, breaker: record.breaker };
    }

    /// Why no call may begin now, or none; with the moment from which one may, where it is known.
    pub(crate) fn closed(&self) -> Option<(SkipReason, Option<Duration>)> {
        let now_ms = (self.clock)();
        let after = |until_ms: u64| Some(Duration::from_millis(until_ms.saturating_sub(now_ms)));
        self.live(|live| {
            if let Some(park) = live.park.filter(|park| now_ms < park.until_ms) {
                return Some((SkipReason::Parked(park.reason), after(park.until_ms)));
            }
            if live.breaker.state(now_ms) == BreakerState::Open {
                return Some((SkipReason::BreakerOpen, after(live.breaker.record().open_until_ms)));
            }
            None
        })
    }

    /// Whether a call may begin here until `begin_by`, as far as is known.
    pub(crate) fn may_be_asked(&self, begin_by: Instant) -> bool {
        let is_paused = self.paused().is_some_and(|pause| pause.until > begin_by);
        let lets_in = self.live(|live| live.breaker.lets_in((self.clock)()));
        self.closed().is_none() && lets_in && !is_paused && self.until_next_budget().is_none()
    }

    /// The breaker's leave ahead of the call, where one may begin until `begin_by`.
    pub(crate) fn claim(self: &Arc<Self>, begin_by: Instant) -> Option<Claim> {
        let leave = self.may_be_asked(begin_by).then(|| self.live(|live| live.breaker.enter((self.clock)())))?;
        leave.map(|leave| Claim { source: self.clone(), leave: Some(leave) })
    }

    /// Leave to make a call, within `patience`; waits for a free place and for the end of the rate limit. What was claimed here
    /// is used.
    pub(crate) async fn enter(&self, patience: Instant, mut claim: Option<Claim>) -> Result<Pass<'_>, SkipReason> {
        loop {
            if let Some((reason, _)) = self.closed() {
                return Err(reason);
            }
            if let Some(pause) = self.paused() {
                if pause.until > patience {
                    return Err(SkipReason::RateLimited);
                }
                tokio::time::sleep_until(pause.until).await;
                continue;
            }
            let place = self.room.enter(patience).await.ok_or(SkipReason::Busy)?;
            // Much may have happened while it was waited for.
            if self.paused().is_some() || self.closed().is_some() {
                continue;
            }
            let claimed = claim.as_mut().and_then(|claim| claim.leave.take()).filter(|leave| *leave == Leave::Probe);
            let enter = || self.live(|live| live.breaker.enter((self.clock)()));
            let leave = claimed.or_else(enter).ok_or(SkipReason::BreakerOpen)?;
            return Ok(Pass { source: self, place, leave: Some(leave) });
        }
    }

    /// The rate limit, while it is not over.
    pub(crate) fn paused(&self) -> Option<Pause> {
        self.live(|live| live.pause).filter(|pause| Instant::now() < pause.until)
    }

    /// For how long a 302 keeps everybody from asking.
    fn pause_after(&self, retry_after: Option<Duration>) -> Duration {
        retry_after.unwrap_or(self.rate_limit_pause)
    }

    /// Reserves the price of a call out of today's budget, where that covers it.
    pub(crate) async fn reserve(&self) -> Result<Option<Reservation>, SharedStateError> {
        let (day, budget, was_open) = (self.today(), self.settings.daily_budget, self.budget.is_open());
        if self.shared.reserve(&self.name, day, self.settings.price, budget).await? {
            return Ok(Some(self.budget.covered(day)));
        }
        if self.budget.refused(day, was_open) {
            let until = moment(day.ends_at_ms());
            tracing::warn!(upstream = &*self.name, until, "the day's budget covers no further call: not asked");
        }
        Ok(None)
    }

    /// How long it is until the next day's budget; none while today's is not known to be spent.
    pub(crate) fn until_next_budget(&self) -> Option<Duration> {
        let (now_ms, today) = ((self.clock)(), self.today());
        self.budget.is_spent(today).then(|| Duration::from_millis(today.ends_at_ms().saturating_sub(now_ms)))
    }

    /// Takes a reservation back: nothing was billed.
    pub(crate) async fn release(&self, reservation: Reservation) {
        if let Err(error) = self.shared.release(&self.name, reservation.day, self.settings.price).await {
            self.not_kept("a reservation taken back", &error);
        }
    }

    /// Keeps everybody here from asking for so long, unless that is a parking.
    fn pause(&self, pause: Duration) {
        if pause <= PAUSE_MAX {
            let until_ms = (self.clock)().saturating_add(millis(pause));
            let pause = Pause { until: Instant::now() + pause, until_ms };
            self.live(|live| live.pause = live.pause.max(Some(pause)));
        }
    }

    /// The parking that follows from a call that began at `began_at_ms`, where one does.
    pub(crate) fn park_after(&self, next: Next, retry_after: Option<Duration>, began_at_ms: u64) -> Option<Park> {
        let now_ms = (self.clock)();
        let park = match next {
            Next::Park(reason) => Park { until_ms: parked_until_ms(began_at_ms), reason },
            Next::WhenAllowed => {
                let pause = self.pause_after(retry_after);
                let until_ms = if pause > PAUSE_MAX { now_ms.saturating_add(millis(pause)) } else { now_ms };
                Park { until_ms, reason: ParkReason::RateLimited }
            }
            Next::Again | Next::Elsewhere | Next::End => return None,
        };
        Some(park).filter(|park| now_ms < park.until_ms)
    }

    /// Parks the upstream. The operator may end it before its time.
    pub(crate) async fn park(&self, park: Park) {
        let stands = self.live(|live| {
            let stands = live.park.filter(|held| park.until_ms < held.until_ms).unwrap_or(park);
            *live.park.insert(stands)
        });
        let ends = match stands.reason {
            ParkReason::InvalidToken => {
                "put the right token in its place and restart the servers, then `astrolabe upstream unpark`"
            }
            _ => "`astrolabe upstream unpark` ends it",
        };
        tracing::warn!(
            upstream = &*self.name,
            code = stands.reason.code().number(),
            reason = ?stands.reason,
            until = moment(stands.until_ms),
            "upstream parked; {ends}"
        );
        let mut seen = self.seen.lock().await;
        match self.shared.park(&self.name, park).await {
            Ok(()) => seen.park = Some(park),
            Err(error) => self.not_kept("the parking", &error),
        }
    }

    /// Ends the parking, here and for every other process; tells whether there was one.
    pub(crate) async fn unpark(&self) -> Result<bool, SharedStateError> {
        let mut seen = self.seen.lock().await;
        let was_parked = self.shared.unpark(&self.name).await?;
        seen.park = None;
        let was_parked_here = self.live(|live| live.park.take().is_some());
        Ok(was_parked || was_parked_here)
    }

    /// Keeps the breaker as it is now, for other processes and the next start.
    pub(crate) async fn keep_breaker(&self) {
        let mut seen = self.seen.lock().await;
        let record = self.live(|live| live.breaker.record());
        match self.shared.set_breaker(&self.name, record).await {
            Ok(()) => seen.breaker = record,
            Err(error) => self.not_kept("the breaker", &error),
        }
    }

    /// Nothing else can be done about it: the process goes on with what it knows.
    fn not_kept(&self, what: &'static str, error: &SharedStateError) {
        tracing::warn!(upstream = &*self.name, what, error = error as &dyn std::error::Error, "could not be kept");
    }

    /// Notes a failed call, and tells it in the log unless that was told of its kind within the last minute.
    fn note(&self, failure: &Failure, at_ms: u64) {
        let now_ms = (self.clock)();
        let told = self.failing.lock().unwrap_or_else(PoisonError::into_inner).note(failure, at_ms, now_ms);
        if let Some(untold) = told {
            let (upstream, kind, detail) = (&*self.name, failure.kind.name(), &failure.detail);
            tracing::warn!(upstream, kind, detail, untold, "a call failed; each kind is told once a minute at most");
        }
    }

    pub(crate) fn price(&self) -> MicroYuan {
        self.settings.price
    }

    pub(crate) async fn status(&self) -> UpstreamStatus {
        let now_ms = (self.clock)();
        let record = {
            let mut seen = self.seen.lock().await;
            let record = self.shared.load(&self.name, self.today()).await.ok();
            if let Some(record) = record {
                self.adopt(&mut seen, record);
            }
            record
        };
        let (park, breaker, breaker_record) = self.live(|live| {
            let park = live.park.filter(|park| now_ms < park.until_ms);
            (park, live.breaker.state(now_ms), live.breaker.record())
        });
        UpstreamStatus {
            name: self.name.to_string(),
            base_url: self.settings.base_url.clone(),
            park,
            paused_until_ms: self.paused().map(|pause| pause.until_ms),
            breaker,
            breaker_record,
            in_flight: self.room.in_flight(),
            concurrency: self.room.limit(),
            concurrency_max: self.settings.concurrency_max.get(),
            spent_today_micro_yuan: record.map(|record| record.spent.0),
            daily_budget_micro_yuan: self.settings.daily_budget.map(|budget| budget.0),
            price_micro_yuan: self.settings.price.0,
            ended: false,
            last_failure: self.failing.lock().unwrap_or_else(PoisonError::into_inner).last(),
            counts: self.stats.lock().unwrap_or_else(PoisonError::into_inner).told(),
        }
    }
}

/// When a parking ends: at the next midnight in Shanghai after the call began. Quotas are whole again then, and asking once a day
/// whether a token or a balance was mended costs nothing. What is said in a day's first minutes may still be of the day before.
fn parked_until_ms(began_at_ms: u64) -> u64 {
    let day_before = Day::of(began_at_ms.saturating_sub(MIDNIGHT_MS));
    let today = Day::of(began_at_ms);
    if day_before == today { today.ends_at_ms() } else { day_before.ends_at_ms() + MIDNIGHT_MS }
}

/// A moment, for logs.
fn moment(unix_ms: u64) -> String {
    let moment = i64::try_from(unix_ms).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    moment.map(|moment| moment.to_string()).unwrap_or_default()
}

impl Pass<'_> {
    /// Makes the call and counts it. Tells also whether the breaker changed.
    pub(crate) async fn call(mut self, key: &CreatorKey, deadline: Instant) -> (Called, Attempt, bool) {
        let source = self.source;
        let (began, began_at_ms) = (Instant::now(), (source.clock)());
        let called = source.caller.call(key, deadline.min(began + source.settings.timeout)).await;
        let latency = began.elapsed();
        source.stats.lock().unwrap_or_else(PoisonError::into_inner).count(&called, latency);
        let failure = called.end.as_ref().err();
        failure.inspect(|failure| source.note(failure, began_at_ms));
        let breaker_changed = self.judge(failure, called.retry_after);
        let attempt = Attempt {
            upstream: source.name.clone(),
            began_at_ms,
            latency_us: u64::try_from(latency.as_micros()).unwrap_or(u64::MAX),
            code: called.code,
            http_status: called.http_status,
            failure: failure.cloned(),
        };
        tracing::debug!(
            upstream = &*source.name,
            creator = %key.author_id,
            platform = %key.platform,
            code = called.code,
            http_status = called.http_status,
            latency_us = attempt.latency_us,
            failure = failure.map(tracing::field::display),
            "upstream called"
        );
        (called, attempt, breaker_changed)
    }

    /// Lets the call's end speak to the breaker, the places and the rate limit.
    fn judge(&mut self, failure: Option<&Failure>, retry_after: Option<Duration>) -> bool {
        let (_, next, health) = match failure {
            Some(failure) => failure.kind.policy(),
            None => (crate::Billed::Yes, Next::End, Health::Works),
        };
        if next == Next::WhenAllowed {
            self.place.rate_limited();
            self.source.pause(self.source.pause_after(retry_after));
        } else {
            self.place.went_through();
        }
        let Some(leave) = self.leave.take() else { return false };
        let now_ms = (self.source.clock)();
        let changed = self.source.live(|live| match health {
            Health::Works => live.breaker.succeeded(leave),
            Health::Fails => live.breaker.failed(leave, now_ms),
        });
        if let Some(record) = changed {
            let upstream = &*self.source.name;
            match (failure, record.openings) {
                (Some(Failure { kind, detail }), openings @ 1..) => {
                    let (kind, until) = (kind.name(), moment(record.open_until_ms));
                    tracing::warn!(upstream, openings, until, kind, detail, "upstream fails: breaker opened");
                }
                _ => tracing::info!(upstream, "upstream answers again: breaker closed"),
            }
        }
        changed.is_some()
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if let Some(leave) = self.leave.take() {
            self.source.live(|live| live.breaker.abandoned(leave));
        }
    }
}
