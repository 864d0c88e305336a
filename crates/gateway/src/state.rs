//! What the server holds while it runs: the store, the clock, settings, caches and counters.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::{Token, TokenHash, UnixTime};
use store::{AccountStore, CreatorStore, StoreError};

use crate::cache::Cache;
use crate::generations::{Seen, Watch};
use crate::local::LocalSource;
use crate::metrics::Metrics;
use crate::moment::Clock;
use crate::token::TokenKey;

/// The store as the gateway needs it.
pub trait Store: CreatorStore + AccountStore + 'static {}

impl<S: CreatorStore + AccountStore + 'static> Store for S {}

/// Which figures win where both are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prefer {
    /// Xingtu's own, while they are younger than [`Settings::reported_max_age_days`].
    #[default]
    Reported,
    /// Our estimate.
    Estimated,
}

/// What an operator may set about serving.
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
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) key: TokenKey,
    pub(crate) metrics: Metrics,
    pub(crate) local: LocalSource,
    pub(crate) watch: Arc<Watch>,
    /// Tokens by hash; an entry of an older generation is read again.
    pub(crate) tokens: Cache<TokenHash, Seen<Arc<Token>>>,
    draining: AtomicBool,
}

impl Gateway {
    /// Tokens kept in memory.
    const TOKENS_CACHED: usize = 100_000;

    /// Puts the parts together.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn new(
        store: Arc<dyn Store>,
        key: TokenKey,
        clock: Clock,
        settings: Settings,
    ) -> Result<Arc<Self>, StoreError> {
        let watch = Arc::new(Watch::new(store.generations().await?));
        Ok(Arc::new(Self {
            local: LocalSource::new(store.clone(), watch.clone(), settings),
            store,
            clock,
            settings,
            key,
            metrics: Metrics::new().map_err(|error| StoreError::Database(error.into()))?,
            watch,
            tokens: Cache::new(Self::TOKENS_CACHED),
            draining: AtomicBool::new(false),
        }))
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
