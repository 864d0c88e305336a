//! The purchases under way: which calls wait for an answer about whom, and how long what was paid for is tried to be stored. Batches are
//! counted among them: their rows, too, go on without whoever asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{CallId, CreatorKey};
use tokio::sync::watch;
use tokio::time::Instant;

/// What was paid for is tried to be stored again for so long where the store fails.
const STORE_AGAIN: Duration = Duration::from_secs(20);

/// How long the first try again waits.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// The purchases that are not over.
#[derive(Default)]
pub(crate) struct Purchases {
    /// How many purchases and batches are under way, and answers being kept.
    open: watch::Sender<usize>,
    /// The calls whose price is held and not settled, by what it is held for.
    unsettled: Mutex<HashMap<CreatorKey, Vec<CallId>>>,
}

/// A purchase or a batch under way, or an answer being kept, until it is dropped.
pub(crate) struct Open(Arc<Purchases>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

impl Purchases {
    /// Something is under way until what is given is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> Open {
        self.open.send_modify(|open| *open += 1);
        Open(self.clone())
    }

    /// Completes once nothing is under way.
    pub(crate) async fn over(&self) {
        // An error would say that there is no sender any more, which is this one.
        let _ = self.open.subscribe().wait_for(|open| *open == 0).await;
    }

    /// A call's price is held, until what is given is dropped.
    pub(crate) fn hold(self: &Arc<Self>, call: CallId, key: &CreatorKey) -> Unsettled {
        self.unsettled().entry(key.clone()).or_default().push(call);
        Unsettled { purchases: self.clone(), call, key: key.clone() }
    }

    /// The calls whose price is held for an answer about a creator.
    pub(crate) fn waiting_for(&self, key: &CreatorKey) -> Vec<CallId> {
        self.unsettled().get(key).cloned().unwrap_or_default()
    }

    /// Every call whose price is held, with what it is held for.
    pub(crate) fn all_unsettled(&self) -> Vec<(CallId, CreatorKey)> {
        let unsettled = self.unsettled();
        unsettled.iter().flat_map(|(key, calls)| calls.iter().map(|call| (*call, key.clone()))).collect()
    }

    fn unsettled(&self) -> MutexGuard<'_, HashMap<CreatorKey, Vec<CallId>>> {
        self.unsettled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A hold that is to be settled; dropped when it is, or when its task goes no further.
pub(crate) struct Unsettled {
    purchases: Arc<Purchases>,
    call: CallId,
    key: CreatorKey,
}

impl Drop for Unsettled {
    fn drop(&mut self) {
        let mut unsettled = self.purchases.unsettled();
        if let Some(calls) = unsettled.get_mut(&self.key) {
            calls.retain(|call| *call != self.call);
            if calls.is_empty() {
                unsettled.remove(&self.key);
            }
        }
    }
}

/// How long it is tried to store what was paid for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    began: Instant,
    wait: Duration,
}

impl Patience {
    /// From now on.
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), wait: FIRST_WAIT }
    }

    /// Whether nothing was tried again yet.
    pub(crate) fn is_new(&self) -> bool {
        self.wait == FIRST_WAIT
    }

    /// How long to wait before the next try, each time twice as long, the last time what is left; none where the time is up.
    pub(crate) fn next(&mut self) -> Option<Duration> {
        self.next_at(Instant::now())
    }

    fn next_at(&mut self, now: Instant) -> Option<Duration> {
        let left = STORE_AGAIN.saturating_sub(now.duration_since(self.began));
        let wait = self.wait.min(left);
        self.wait *= 2;
        (!left.is_zero()).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Platform;

    #[test]
    fn calls_wait_for_what_they_are_held_for_until_they_are_settled() {
        let key = |id: &str| CreatorKey { author_id: id.parse().expect("an id"), platform: Platform::ShortVideo };
        let purchases = Arc::new(Purchases::default());
        let (one, two) = (purchases.hold(CallId(1), &key("1")), purchases.hold(CallId(2), &key("1")));
        let other = purchases.hold(CallId(3), &key("2"));
        assert_eq!(purchases.waiting_for(&key("1")), [CallId(1), CallId(2)]);
        drop(one);
        assert_eq!(purchases.waiting_for(&key("1")), [CallId(2)]);
        drop(other);
        assert_eq!(purchases.all_unsettled(), [(CallId(2), key("1"))]);
        drop(two);
        assert!(purchases.unsettled().is_empty());
    }

    #[tokio::test]
    async fn it_is_over_once_nothing_is_under_way_that_began_meanwhile_either() {
        let purchases = Arc::new(Purchases::default());
        purchases.over().await;
        let first = purchases.begin();
        let over = tokio::spawn({
            let purchases = purchases.clone();
            async move { purchases.over().await }
        });
        tokio::task::yield_now().await;
        let second = purchases.begin();
        drop(first);
        tokio::task::yield_now().await;
        assert!(!over.is_finished());
        drop(second);
        over.await.expect("no panic");
    }

    #[test]
    fn it_is_tried_for_twenty_seconds_with_longer_and_longer_waits() {
        let mut patience = Patience::new();
        let (mut tries, mut waited) = (0, Duration::ZERO);
        assert!(patience.is_new());
        while let Some(wait) = patience.next_at(patience.began + waited) {
            waited += wait;
            tries += 1;
        }
        assert_eq!((tries, waited, patience.is_new()), (8, STORE_AGAIN, false));
        // A try may take long itself.
        let mut patience = Patience::new();
        assert_eq!(patience.next_at(patience.began + STORE_AGAIN), None);
    }
}
