//! Which charged calls have not been answered: from the start of their batch until the reply is with the operating system.
//! What a connection holds of it costs a request no allocation and no lock that anybody waits for.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::CallId;

use crate::meter::Meter;

/// The calls of a batch.
#[derive(Debug)]
struct Batch {
    calls: Vec<CallId>,
    is_over: Vec<AtomicBool>,
    /// How many are not over.
    open: AtomicUsize,
}

/// A call whose reply has not left. Dropped, it is over: the reply has left, none was owed after all, or nobody is there any
/// more to take it.
#[derive(Debug)]
pub(crate) struct Owed {
    batch: Arc<Batch>,
    place: usize,
}

impl Drop for Owed {
    fn drop(&mut self) {
        self.batch.is_over[self.place].store(true, Ordering::Release);
        self.batch.open.fetch_sub(1, Ordering::Release);
    }
}

/// Every call of a server that is not over. Looking through them takes as long as there are such calls, however old they are.
#[derive(Default)]
pub(crate) struct Unanswered(Vec<(Arc<Batch>, Vec<usize>)>);

impl Unanswered {
    /// Begins a batch; gives what each of its calls is owed, in order.
    pub(crate) fn begin(&mut self, calls: Vec<CallId>) -> impl Iterator<Item = Owed> + use<> {
        let count = calls.len();
        let is_over = (0..count).map(|_| AtomicBool::new(false)).collect();
        let batch = Arc::new(Batch { calls, is_over, open: AtomicUsize::new(count) });
        self.0.push((batch.clone(), (0..count).collect()));
        (0..count).map(move |place| Owed { batch: batch.clone(), place })
    }

    /// The calls that are not over.
    pub(crate) fn calls(&mut self) -> Vec<CallId> {
        let mut calls = Vec::new();
        self.0.retain_mut(|(batch, places)| {
            if batch.open.load(Ordering::Acquire) == 0 {
                return false;
            }
            places.retain(|place| !batch.is_over[*place].load(Ordering::Acquire));
            calls.extend(places.iter().map(|place| batch.calls[*place]));
            !places.is_empty()
        });
        calls
    }
}

/// A reply on its way out of a connection.
pub(crate) enum Leaving {
    /// The first one of its call.
    First(Owed),
    /// One that was given before, to the same request.
    Again(CallId),
}

/// A connection's replies that are not with the operating system yet. Of requests that are served one after the other there
/// is one at most, nearly always.
#[derive(Default)]
pub(crate) struct Outbox {
    has_any: AtomicBool,
    leaving: Mutex<Vec<Leaving>>,
    /// Lines sent of bodies that are sent by lines.
    lines: AtomicU64,
    /// Whether such a body has all its lines sent that were made, and more are being made.
    waits_for_line: AtomicBool,
}

impl Outbox {
    /// Notes the reply of a call; it is written next.
    pub(crate) fn put(&self, owed: Owed) {
        self.push(Leaving::First(owed));
    }

    /// Notes a reply that was given before.
    pub(crate) fn put_again(&self, call: CallId) {
        self.push(Leaving::Again(call));
    }

    /// Notes the replies that a line is; it is written next.
    pub(crate) fn put_line(&self, leaving: Vec<Leaving>) {
        self.lines.fetch_add(1, Ordering::Relaxed);
        leaving.into_iter().for_each(|leaving| self.push(leaving));
    }

    /// How many lines were put here.
    pub(crate) fn lines(&self) -> u64 {
        self.lines.load(Ordering::Relaxed)
    }

    /// Notes whether the next line of a body is still being made.
    pub(crate) fn wait_for_line(&self, waits: bool) {
        self.waits_for_line.store(waits, Ordering::Relaxed);
    }

    /// Whether the next line of a body is still being made.
    pub(crate) fn waits_for_line(&self) -> bool {
        self.waits_for_line.load(Ordering::Relaxed)
    }

    /// What was put here and is written by another connection's way.
    pub(crate) fn take(&self) -> Vec<Leaving> {
        std::mem::take(&mut *self.leaving.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// All that was put here has been written.
    pub(crate) fn flushed(&self, meter: &Meter) {
        // One task puts and flushes.
        if !self.has_any.load(Ordering::Relaxed) {
            return;
        }
        self.has_any.store(false, Ordering::Relaxed);
        for leaving in self.leaving.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            match leaving {
                Leaving::First(owed) => drop(owed),
                Leaving::Again(call) => meter.answered_again(call),
            }
        }
    }

    fn push(&self, leaving: Leaving) {
        self.leaving.lock().unwrap_or_else(PoisonError::into_inner).push(leaving);
        self.has_any.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_unanswered_until_what_it_is_owed_is_dropped() {
        let mut unanswered = Unanswered::default();
        let [a, b, c] = [1, 2, 3].map(CallId);
        let mut first: Vec<Owed> = unanswered.begin(vec![a, b]).collect();
        assert_eq!(unanswered.calls(), [a, b]);
        drop(first.remove(0));
        let second: Vec<Owed> = unanswered.begin(vec![c]).collect();
        assert_eq!(unanswered.calls(), [b, c]);
        drop(second);
        assert_eq!(unanswered.calls(), [b]);
        drop(first);
        assert!(unanswered.calls().is_empty() && unanswered.0.is_empty());
    }
}
