//! The calls that are being made, and whether the process is about to end. When it ends in the middle of calls, they are all that is
//! known of what may be billed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::CreatorKey;
use tokio::sync::watch;

/// A call that was sent and is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallUnderWay {
    /// The upstream's name.
    pub upstream: Arc<str>,
    /// When it was sent, in milliseconds since the epoch.
    pub sent_at_ms: u64,
}

/// The calls, by what they ask; a question has one at a time.
#[derive(Default)]
pub(crate) struct UnderWay {
    calls: Mutex<Calls>,
    /// Whether nothing is waited for any more.
    is_stopping: watch::Sender<bool>,
}

#[derive(Default)]
struct Calls {
    by_question: HashMap<CreatorKey, CallUnderWay>,
    is_closed: bool,
}

/// Takes a call off the list once it has ended.
pub(crate) struct Noted<'u> {
    under_way: &'u UnderWay,
    key: &'u CreatorKey,
}

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        self.under_way.lock().by_question.remove(self.key);
    }
}

impl UnderWay {
    /// Notes a call that is about to be made; none may be any more, after the end.
    pub(crate) fn begin<'u>(&'u self, key: &'u CreatorKey, upstream: &Arc<str>, sent_at_ms: u64) -> Option<Noted<'u>> {
        let mut calls = self.lock();
        if calls.is_closed {
            return None;
        }
        calls.by_question.insert(key.clone(), CallUnderWay { upstream: upstream.clone(), sent_at_ms });
        Some(Noted { under_way: self, key })
    }

    /// From now on no question waits before a call.
    pub(crate) fn stop_waiting(&self) {
        self.is_stopping.send_replace(true);
    }

    /// What is waited for; none where the process is about to end before that.
    pub(crate) async fn unless_stopping<T>(&self, awaited: impl Future<Output = T>) -> Option<T> {
        let mut stopping = self.is_stopping.subscribe();
        tokio::select! {
            biased;
            came = awaited => Some(came),
            // An error would say that there is no sender any more, which is this one.
            _ = stopping.wait_for(|is_stopping| *is_stopping) => None,
        }
    }

    /// Lets no further call begin; gives those that are under way.
    pub(crate) fn close(&self) -> HashMap<CreatorKey, CallUnderWay> {
        let mut calls = self.lock();
        calls.is_closed = true;
        calls.by_question.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Platform;

    #[test]
    fn what_has_not_ended_is_told_at_the_close_and_nothing_begins_after_it() {
        let key = |id: &str| CreatorKey { author_id: id.parse().expect("an id"), platform: Platform::ShortVideo };
        let (one, two, upstream) = (key("1"), key("2"), Arc::from("main"));
        let under_way = UnderWay::default();
        drop(under_way.begin(&one, &upstream, 1));
        let _open = under_way.begin(&two, &upstream, 2).expect("before the close");
        assert_eq!(
            under_way.close(),
            HashMap::from([(two.clone(), CallUnderWay { upstream: upstream.clone(), sent_at_ms: 2 })])
        );
        assert!(under_way.begin(&one, &upstream, 3).is_none());
    }
}
