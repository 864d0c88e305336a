//! What the server holds while it runs: the store, the clock, settings, caches and counters.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::{AddressRange, Rate, Spoken, TokenHash, UnixTime};
use ledger::Day;
use store::{CreatorStore, LedgerStore, RateStore, StoreError};
use tokio::sync::Semaphore;
use upstream::{SettingsError, Surroundings, UpstreamSettings, Upstreams};

use crate::body;
use crate::buyer::Buyer;
use crate::cache::Cache;
use crate::editions::Editions;
use crate::failures::Failures;
use crate::generations::{Seen, Watch};
use crate::health::{Health, HealthHour};
use crate::known::Known;
use crate::limiter::Limiters;
use crate::local::LocalSource;
use crate::meter::Meter;
use crate::metrics::{Metrics, write_faults, write_upstreams};
use crate::moment::{Clock, Moment};
use crate::pages::Pages;
use crate::purchases::Purchases;
use crate::rates_loss::RatesLoss;
use crate::server;
use crate::sources::Sources;
use crate::token::TokenKey;
use crate::upstreams::InStore;

/// Where the gateway keeps and finds everything; usually one store in both roles.
#[derive(Clone)]
pub struct Stores {
    /// Creators' figures.
    pub creators: Arc<dyn CreatorStore>,
    /// Callers, books, calls and prices.
    pub meter: Arc<dyn LedgerStore>,
    /// Rates kept with other servers; each server keeps its own, when none.
    pub rates: Option<SharedRates>,
    /// Upstreams, where there are any.
    pub upstreams: Option<UpstreamSource>,
}

/// Upstreams; what is bought from them is kept with the ledger.
#[derive(Clone)]
pub struct UpstreamSource {
    /// The upstreams, in the order in which they are asked.
    pub upstreams: Vec<UpstreamSettings>,
    /// What they have in common.
    pub settings: upstream::Settings,
}

impl UpstreamSource {
    fn open(self, clock: &Clock, in_store: Arc<InStore>) -> Result<Upstreams, SettingsError> {
        let clock = clock.clone();
        let surroundings = Surroundings {
            journal: in_store.clone(),
            clock: Arc::new(move || clock().unix_ms),
            ..Surroundings::new(in_store)
        };
        Upstreams::new(self.upstreams, self.settings, surroundings)
    }
}

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store cannot be read.
    #[error("the data cannot be read")]
    Store(#[from] StoreError),
    /// The settings of the upstreams have a mistake.
    #[error("the settings of the upstreams do not fit together")]
    Upstreams(#[from] SettingsError),
    /// Two metrics have one name: a mistake in this crate.
    #[error("the metrics cannot be made")]
    Metrics(#[from] prometheus::Error),
    /// There can be no more threads.
    #[error("a thread cannot be started")]
    Thread(#[from] std::io::Error),
}

impl Spoken for StartError {
    fn chinese(&self) -> String {
        let text = match self {
            Self::Store(_) => "无法读取数据",
            Self::Upstreams(_) => "上游的设置有误",
            Self::Metrics(_) => "无法建立监控指标",
            Self::Thread(_) => "无法启动线程",
        };
        text.to_owned()
    }
}

/// Rates kept with other servers, and what happens without them.
#[derive(Clone)]
pub struct SharedRates {
    /// The buckets.
    pub store: Arc<dyn RateStore>,
    /// What happens while they cannot be reached.
    pub on_loss: OnLoss,
}

/// What happens to callers with a rate while the shared rates cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnLoss {
    /// Each server keeps the rates by itself.
    #[default]
    Open,
    /// They are refused.
    Closed,
}

impl Stores {
    /// One store in both roles.
    pub fn of<S: CreatorStore + LedgerStore + 'static>(store: Arc<S>) -> Self {
        Self { creators: store.clone(), meter: store, rates: None, upstreams: None }
    }
}

/// Which figures win where both are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prefer {
    /// Xingtu's own, while they are younger than [`Settings::reported_max_age_days`].
    #[default]
    Reported,
    /// Our estimate.
    Estimated,
}

/// What `/metrics` tells on the listener of the clients, where anybody may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PublicMetrics {
    /// It is not there.
    None,
    /// How requests went: nothing of the upstreams, neither their names nor what is spent on them.
    #[default]
    Requests,
    /// All that the listener of the admin API tells.
    All,
}

/// What may be set about serving. The last four are for tests: no operator has a reason to change them.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Answer HTTP 200 whatever the business code, as the service did in the page's days.
    pub http_status_always_200: bool,
    /// Which figures win where both are held.
    pub prefer: Prefer,
    /// From this age on, reported figures give way to estimated ones.
    pub reported_max_age_days: u32,
    /// How estimates are made, for explaining them.
    pub estimate: estimator::Settings,
    /// Memory for answers, in bytes.
    pub cache_bytes: u64,
    /// Open connections at most; further ones wait.
    pub connections_max: usize,
    /// Proxies whose `X-Forwarded-For` says from where a request comes.
    pub trusted_proxies: &'static [AddressRange],
    /// What `/metrics` tells everybody.
    pub metrics: PublicMetrics,
    /// How long calls are listed; books and usage keep what they cost for ever.
    pub calls_kept_days: u32,
    /// Where answers come from.
    pub sources: Sources,
    /// How long the bodies of bought answers are kept; their figures are kept for ever.
    pub bodies_kept_days: u32,
    /// A server that has given no sign for so many seconds is taken for dead: what it charged and may not have answered is
    /// unknown then.
    pub server_lost_s: u32,
    /// How often it is looked whether a connection is of use: what does nothing is closed, and so is half a head.
    pub look_every: Duration,
    /// How long the body of a request may take.
    pub body_wait: Duration,
    /// Plans made at the same time at most; each takes a processor for up to two seconds.
    pub plans_at_once: usize,
    /// How long a question for a plan waits for its turn.
    pub plan_wait: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            http_status_always_200: false,
            prefer: Prefer::Reported,
            reported_max_age_days: 30,
            estimate: estimator::Settings::default(),
            cache_bytes: 256 << 20,
            connections_max: 10_000,
            trusted_proxies: &[],
            metrics: PublicMetrics::default(),
            calls_kept_days: 90,
            sources: Sources::default(),
            bodies_kept_days: 90,
            server_lost_s: 10,
            look_every: server::LOOK_EVERY,
            body_wait: body::WAIT,
            plans_at_once: 2,
            plan_wait: Duration::from_secs(10),
        }
    }
}

impl Settings {
    /// Of the figures held of a creator, those to answer with at `now`; `as_of` tells of when they are. Figures that do
    /// not win are still better than no answer.
    pub fn choose<T>(
        &self,
        reported: Option<T>,
        estimated: Option<T>,
        as_of: impl Fn(&T) -> UnixTime,
        now: UnixTime,
    ) -> Option<T> {
        let fresh_s = self.reported_max_age_days.saturating_mul(UnixTime::DAY);
        let is_fresh = reported.as_ref().is_some_and(|reported| now.seconds_since(as_of(reported)) < fresh_s);
        match self.prefer == Prefer::Reported && is_fresh {
            true => reported,
            false => estimated.or(reported),
        }
    }
}

/// The running server's parts, shared by all requests.
pub struct Gateway {
    pub(crate) store: Arc<dyn CreatorStore>,
    pub(crate) meter_store: Arc<dyn LedgerStore>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) rates: Option<SharedRates>,
    pub(crate) rates_loss: RatesLoss,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) key: TokenKey,
    pub(crate) metrics: Metrics,
    pub(crate) local: Arc<LocalSource>,
    /// Where there are upstreams.
    pub(crate) buyer: Option<Arc<Buyer>>,
    /// What goes on without its caller.
    pub(crate) purchases: Arc<Purchases>,
    pub(crate) watch: Arc<Watch>,
    pub(crate) limiters: Limiters,
    /// Callers by the hash of their token; an entry of an older generation is read again.
    pub(crate) callers: Cache<TokenHash, Seen<Arc<Known>>>,
    /// How often each address sent a wrong token.
    pub(crate) failures: Failures,
    /// Turns at looking for unfamiliar tokens of addresses that send wrong ones all the time.
    pub(crate) guesses: Semaphore,
    pub(crate) health: Health,
    /// The market that creators are ranked in.
    pub(crate) editions: Arc<Editions>,
    /// Turns at making plans.
    pub(crate) plans: Arc<Semaphore>,
    pub(crate) pages: OnceLock<Arc<dyn Pages>>,
    today: Today,
    draining: AtomicBool,
}

impl Gateway {
    /// Tokens kept in memory.
    const TOKENS_CACHED: usize = 100_000;
    /// Addresses whose wrong tokens are counted.
    const ADDRESSES_WATCHED: usize = 100_000;
    /// How often an address may send a wrong token. Many callers may share one, so valid tokens pass all the same.
    const WRONG_TOKENS: Rate = Rate { per_second: NonZeroU32::new(5).unwrap(), burst: NonZeroU32::new(100).unwrap() };
    /// Tokens looked for at the same time that come from addresses which are wrong too often: a flood of them takes no more of
    /// the store than that.
    const GUESSES_AT_ONCE: usize = 2;

    /// Puts the parts together, in a runtime that runs as long as they are used.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn new(stores: Stores, key: TokenKey, clock: Clock, settings: Settings) -> Result<Arc<Self>, StartError> {
        let Stores { creators, meter: meter_store, rates, upstreams } = stores;
        let watch = Arc::new(Watch::new(creators.generations().await?));
        let local = Arc::new(LocalSource::new(creators.clone(), watch.clone(), clock.clone(), settings));
        let editions = Editions::new(creators.clone(), watch.clone(), clock.clone(), settings);
        let meter = Arc::new(Meter::new(meter_store.clone())?);
        let purchases = Arc::new(Purchases::default());
        let in_store =
            Arc::new(InStore { store: meter_store.clone(), meter: meter.clone(), purchases: purchases.clone() });
        let upstreams = upstreams.map(|source| source.open(&clock, in_store)).transpose()?;
        let buyer = upstreams.map(|upstreams| {
            Arc::new(Buyer {
                upstreams,
                meter: meter.clone(),
                local: local.clone(),
                sources: settings.sources,
                store: meter_store.clone(),
                purchases: purchases.clone(),
            })
        });
        Ok(Arc::new(Self {
            local,
            buyer,
            purchases,
            store: creators,
            meter,
            meter_store,
            rates,
            rates_loss: RatesLoss::new(),
            clock,
            settings,
            key,
            metrics: Metrics::new()?,
            watch,
            limiters: Limiters::default(),
            callers: Cache::new(Self::TOKENS_CACHED),
            failures: Failures::new(
                Self::ADDRESSES_WATCHED,
                Self::WRONG_TOKENS,
                "too many wrong tokens come from this address: further ones are refused, valid ones pass",
            ),
            guesses: Semaphore::new(Self::GUESSES_AT_ONCE),
            health: Health::default(),
            editions: Arc::new(editions),
            plans: Arc::new(Semaphore::new(settings.plans_at_once)),
            pages: OnceLock::new(),
            today: Today::default(),
            draining: AtomicBool::new(false),
        }))
    }

    /// Serves these pages beside the API, from now on; only the first ones count.
    pub fn show(&self, pages: Arc<dyn Pages>) {
        let _ = self.pages.set(pages);
    }

    /// How Author CP Info did in the last 24 hours, oldest first.
    pub fn health_hours(&self) -> Vec<HealthHour> {
        let hour = self.hour();
        self.health.look(HealthHour { hour, ..self.metrics.by_end() });
        self.health.hours(hour)
    }

    /// Everything counted, as Prometheus reads it; with what is for operators, the upstreams with it, where that is asked for.
    pub async fn metrics_text(&self, of_operators: bool) -> Vec<u8> {
        let mut text = self.metrics.text(of_operators);
        write_faults(&self.meter_store.faults(), &mut text);
        if let Some(buyer) = self.buyer.as_ref().filter(|_| of_operators) {
            write_upstreams(&buyer.upstreams.status().await, &mut text);
        }
        text
    }

    /// The present hour, counted since 1970.
    pub(crate) fn hour(&self) -> u64 {
        (self.clock)().unix_ms / 3_600_000
    }

    /// The day of a moment, which is nearly always today: found once a day.
    pub(crate) fn day(&self, now: Moment) -> Day {
        self.today.of(now)
    }

    /// The number that this server drew, by which the log and `upstream status` of others tell of it.
    pub fn server(&self) -> store::ServerId {
        self.meter.server()
    }

    /// Tells load balancers to send no more requests: `/readyz` fails from now on.
    pub(crate) fn start_draining(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether new requests are welcome.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

/// The last day asked for. Finding a day takes longer than everything else that limits a call.
#[derive(Default)]
struct Today(AtomicU64);

impl Today {
    fn of(&self, now: Moment) -> Day {
        let (second, day) = (now.unix_ms / 1000, self.0.load(Ordering::Relaxed));
        let (begins, minutes, number) = (day >> 32, day >> 16 & 0xffff, day & 0xffff);
        if (begins..begins + minutes * 60).contains(&second) {
            return Day::from_number(number as i32);
        }
        let day = Day::of(now.unix_ms);
        self.0.store(Self::pack(day).unwrap_or(0), Ordering::Relaxed);
        day
    }

    /// The second in which a day begins, the minutes that it has, and its number: in one word, so that they belong together whoever else
    /// writes it. Nothing, where one is too large, as after 2106.
    fn pack(day: Day) -> Option<u64> {
        let (begins_ms, ends_ms) = (day.begins_at_ms(), day.ends_at_ms());
        let begins = u32::try_from(begins_ms / 1000).ok()?;
        let minutes = u16::try_from((ends_ms - begins_ms) / 60_000).ok()?;
        let number = u16::try_from(day.number()).ok()?;
        Some(u64::from(begins) << 32 | u64::from(minutes) << 16 | u64::from(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_is_the_day_whatever_was_asked_before() {
        let today = Today::default();
        let midnight_ms = 1_795_536_000_000; // 2026-11-24T16:00:00Z, midnight in Shanghai.
        // Of the last two one day begins before 1970, and one after 2106.
        let at_midnight = [midnight_ms - 1, midnight_ms, midnight_ms + 1, midnight_ms - 100, midnight_ms + 86_400_000];
        for ms in
            at_midnight.into_iter().chain([0, 86_400_000, 4_294_967_295_000, 4_295_000_000_000, 6_000_000_000_000])
        {
            for _ in 0..2 {
                assert_eq!(today.of(Moment { unix_ms: ms }), Day::of(ms), "{ms}");
            }
        }
    }

    #[test]
    fn two_days_that_are_asked_for_at_the_same_time_are_not_mixed() {
        let (today, midnight_ms) = (Today::default(), 1_795_536_000_000);
        let both = [midnight_ms - 1, midnight_ms].map(|ms| (Moment { unix_ms: ms }, Day::of(ms)));
        let ask = || {
            for _ in 0..50_000 {
                for (now, day) in both {
                    assert_eq!(today.of(now), day);
                }
            }
        };
        std::thread::scope(|threads| {
            [ask, ask].map(|ask| threads.spawn(ask)).map(|thread| thread.join().expect("no panic"))
        });
    }
}
