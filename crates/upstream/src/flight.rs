//! Single flight: however many ask the same at once, the work is done once, in a task of its own, and every caller gets what
//! came of it. A caller who stops waiting stops nothing.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// The work under way, by question.
#[derive(Debug)]
pub(crate) struct Flights<K, V>(Mutex<HashMap<K, watch::Receiver<Option<V>>>>);

/// Takes the question off the list when its work ends, even by a panic.
struct Entry<K: Eq + Hash, V> {
    flights: Arc<Flights<K, V>>,
    key: K,
}

impl<K: Eq + Hash, V> Drop for Entry<K, V> {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.key);
    }
}

impl<K, V> Flights<K, V>
where
    K: Eq + Hash + Clone + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(HashMap::new())))
    }

    /// What comes of the work on `key`, begun now unless it is under way. None when the work panicked.
    pub(crate) async fn join<F>(self: &Arc<Self>, key: K, work: impl FnOnce() -> F) -> Option<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let mut landed = self.board(key, work);
        let landed = landed.wait_for(Option::is_some).await.ok()?;
        landed.clone()
    }

    /// Waits until nothing is under way.
    pub(crate) async fn all_landed(&self) {
        loop {
            let Some(mut under_way) = self.lock().values().next().cloned() else { return };
            // Ends with the task, which has left the list then.
            while under_way.changed().await.is_ok() {}
        }
    }

    fn board<F>(self: &Arc<Self>, key: K, work: impl FnOnce() -> F) -> watch::Receiver<Option<V>>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let mut flights = self.lock();
        if let Some(under_way) = flights.get(&key) {
            return under_way.clone();
        }
        let (land, landed) = watch::channel(None);
        flights.insert(key.clone(), landed.clone());
        let (entry, work) = (Entry { flights: self.clone(), key }, work());
        tokio::spawn(async move {
            // Dropped last: whoever comes between landing and leaving the list gets what came of it.
            let _entry = entry;
            land.send_replace(Some(work.await));
        });
        landed
    }
}

impl<K, V> Flights<K, V> {
    fn lock(&self) -> MutexGuard<'_, HashMap<K, watch::Receiver<Option<V>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    #[tokio::test]
    async fn a_caller_who_hangs_up_does_not_stop_the_work_and_the_next_question_is_asked_anew() {
        let (flights, calls) = (Flights::<u32, u32>::new(), Arc::new(AtomicU32::new(0)));
        let work = || {
            let calls = calls.clone();
            async move {
                tokio::time::sleep(Duration::from_millis(50)).await;
                calls.fetch_add(1, Ordering::SeqCst) + 1
            }
        };
        let hung_up = tokio::time::timeout(Duration::from_millis(1), flights.join(7, work)).await;
        assert!(hung_up.is_err());
        assert_eq!(flights.join(7, work).await, Some(1), "the same work");
        flights.all_landed().await;
        assert!(flights.lock().is_empty());
        assert_eq!(flights.join(7, work).await, Some(2), "asked anew");
    }

    #[tokio::test]
    async fn a_panic_is_told_and_leaves_nothing_behind() {
        let flights = Flights::<u32, u32>::new();
        let lost = flights.join(7, || async { panic!("on purpose") }).await;
        assert_eq!(lost, None);
        assert_eq!(flights.join(7, || async { 1 }).await, Some(1));
    }
}
