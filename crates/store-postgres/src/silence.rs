//! Whether the server says anything at all. Once a wait was in vain during which nothing whatever was heard of it, every other wait
//! ends too, and whoever comes later is not made to wait: until it is heard of again, which a task of its own tries all the time. So the
//! waits of one request, and those of the requests it queues behind, do not add up.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use store::StoreError;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::connection::Connection;
use crate::error::from_postgres;
use crate::target::Target;

/// How long somebody waits for the answer to a statement: longer than for a lock, which a server that works does not exceed but
/// where its disk stands still. Then the connection is cut, so what was asked may have been done.
pub(crate) const ANSWER_MAX: Duration = Duration::from_secs(8);

/// How long somebody waits for a server that is known to be silent: as long as one that is back takes to say so.
const BACK_WITHIN: Duration = Duration::from_millis(200);

/// What is known of a server, by all who use the connections of a pool.
pub(crate) struct Silence {
    target: Target,
    began: Instant,
    /// When it was heard of last, in milliseconds since the beginning.
    heard_ms: AtomicU64,
    is_silent: watch::Sender<bool>,
}

impl Silence {
    /// A server that was heard of just now.
    pub(crate) fn of(target: Target) -> Arc<Self> {
        Arc::new(Self {
            target,
            began: Instant::now(),
            heard_ms: AtomicU64::new(0),
            is_silent: watch::Sender::new(false),
        })
    }

    /// It was heard of.
    pub(crate) fn heard(&self) {
        self.heard_ms.fetch_max(self.ms_at(Instant::now()), Ordering::Relaxed);
    }

    /// Somebody asked it something at a moment and waited in vain. It is silent, if it was not heard of since.
    pub(crate) fn waited_in_vain(self: &Arc<Self>, since: Instant) {
        if self.heard_ms.load(Ordering::Relaxed) <= self.ms_at(since) && !self.is_silent.send_replace(true) {
            tokio::spawn(Listening(Arc::downgrade(self)).listen());
        }
    }

    /// Somebody was told after a while that there is no connection. What is told soon makes nobody wait.
    pub(crate) fn failed_to_connect(self: &Arc<Self>, since: Instant) {
        if self.is_slow(since) {
            self.waited_in_vain(since);
        }
    }

    /// Completes once it is silent.
    pub(crate) async fn begun(&self) {
        // The sender is here, so there is no error.
        let _ = self.is_silent.subscribe().wait_for(|is_silent| *is_silent).await;
    }

    /// Goes on at once unless it is silent, and otherwise when it is back in a moment.
    ///
    /// # Errors
    /// [`StoreError::OutOfReach`] when it is not.
    pub(crate) async fn over(&self) -> Result<(), StoreError> {
        if !*self.is_silent.borrow() {
            return Ok(());
        }
        let mut is_silent = self.is_silent.subscribe();
        let back = timeout(BACK_WITHIN, is_silent.wait_for(|is_silent| !is_silent)).await;
        back.map(drop).map_err(|_| self.told())
    }

    /// What everybody is told meanwhile.
    pub(crate) fn told(&self) -> StoreError {
        let silent_ms = self.ms_at(Instant::now()).saturating_sub(self.heard_ms.load(Ordering::Relaxed));
        StoreError::OutOfReach(format!("it has said nothing for {} s", silent_ms.div_ceil(1_000)))
    }

    fn is_slow(&self, since: Instant) -> bool {
        since.elapsed() >= self.target.connect_within() / 2
    }

    fn ms_at(&self, moment: Instant) -> u64 {
        u64::try_from(moment.saturating_duration_since(self.began).as_millis()).unwrap_or(u64::MAX)
    }

    /// Whether it answers a question on a connection of its own, or says soon that there can be none.
    async fn is_heard(&self) -> bool {
        let asked = Instant::now();
        let answered = async {
            let connection = Connection::open(&self.target, from_postgres).await?;
            connection.batch("SELECT 1").await.map_err(from_postgres)
        };
        let answered = timeout(self.target.connect_within(), answered).await;
        answered.is_ok_and(|answered: Result<(), StoreError>| answered.is_ok() || !self.is_slow(asked))
    }
}

/// Listens for a silent server. Where it ends with its runtime, the next wait in vain tells anew.
struct Listening(Weak<Silence>);

impl Listening {
    async fn listen(self) {
        while let Some(silence) = self.0.upgrade() {
            if silence.is_heard().await {
                silence.heard();
                return;
            }
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(silence) = self.0.upgrade() {
            silence.is_silent.send_replace(false);
        }
    }
}
