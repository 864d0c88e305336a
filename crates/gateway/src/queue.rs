//! Hands work to a thread of its own: what somebody waits for at once, and what nobody waits for with the next that somebody does,
//! or a little later. Waking a thread takes longer than most of what it is woken for.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;

/// What waits for the thread.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    /// Told when the thread is to take what waits.
    due: Condvar,
}

struct State<T> {
    waiting: Vec<T>,
    /// Whether somebody waits for what waits, or it has waited long enough.
    is_due: bool,
    /// Whether the thread sleeps until it is told.
    is_asleep: bool,
    /// Whether there is a task that will make it due.
    has_alarm: bool,
    is_closed: bool,
}

/// Makes what waits due once it is dropped: also where its task never comes to run.
struct Alarm<T>(Arc<Queue<T>>);

impl<T> Drop for Alarm<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.has_alarm = false;
        if !state.waiting.is_empty() {
            self.0.wake(state);
        }
    }
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Arc<Self> {
        let state = State { waiting: Vec::new(), is_due: false, is_asleep: false, has_alarm: false, is_closed: false };
        Arc::new(Self { state: Mutex::new(state), due: Condvar::new() })
    }

    /// Adds an item that is due at once. It is dropped where nobody takes items any more.
    pub(crate) fn push(&self, item: T) {
        let mut state = self.lock();
        if state.is_closed {
            // Not under the lock: what is dropped may have more to tell.
            drop(state);
            return drop(item);
        }
        state.waiting.push(item);
        self.wake(state);
    }

    /// All that waits, but no more than `at_most`, once it is due; nothing after the end, when everything was taken.
    pub(crate) fn take(&self, at_most: usize) -> Option<Vec<T>> {
        let mut state = self.lock();
        while !state.is_due {
            state.is_asleep = true;
            state = self.due.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let count = state.waiting.len().min(at_most);
        let taken = state.waiting.drain(..count).collect();
        state.is_due = state.is_closed || !state.waiting.is_empty();
        (count > 0).then_some(taken)
    }

    /// Adds nothing more; what waits can still be taken.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        self.wake(state);
    }

    /// Adds nothing more, and drops what waits.
    pub(crate) fn abandon(&self) {
        self.close();
        let waiting = std::mem::take(&mut self.lock().waiting);
        drop(waiting);
    }

    fn wake(&self, mut state: MutexGuard<'_, State<T>>) {
        state.is_due = true;
        let was_asleep = std::mem::take(&mut state.is_asleep);
        // Before it is woken: it needs the lock at once.
        drop(state);
        if was_asleep {
            self.due.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Send + 'static> Queue<T> {
    /// Adds an item that is due with the next one that is, or after a while, whether or not the thread is busy meanwhile. Outside of a
    /// runtime it is due at once.
    pub(crate) fn push_for_later(self: &Arc<Self>, item: T, within: Duration) {
        let Ok(runtime) = Handle::try_current() else { return self.push(item) };
        let mut state = self.lock();
        if state.is_closed {
            drop(state);
            return drop(item);
        }
        state.waiting.push(item);
        if !state.is_due && !state.has_alarm {
            state.has_alarm = true;
            drop(state);
            let alarm = Alarm(self.clone());
            runtime.spawn(async move {
                tokio::time::sleep(within).await;
                drop(alarm);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a thread takes, time after time, until the end.
    fn taken(queue: &Arc<Queue<u32>>, at_most: usize) -> std::thread::JoinHandle<Vec<Vec<u32>>> {
        let queue = queue.clone();
        std::thread::spawn(move || std::iter::from_fn(|| queue.take(at_most)).collect())
    }

    fn wait_until_asleep(queue: &Queue<u32>) {
        while !queue.lock().is_asleep {
            std::thread::yield_now();
        }
    }

    #[tokio::test]
    async fn what_nobody_waits_for_comes_with_what_somebody_does_or_after_a_while() {
        let queue = Queue::new();
        let thread = taken(&queue, 10);
        let while_ = Duration::from_millis(2);
        wait_until_asleep(&queue);
        queue.push_for_later(1, while_);
        queue.push_for_later(2, while_);
        assert!(queue.lock().is_asleep, "not woken for it");
        queue.push(3);
        wait_until_asleep(&queue);
        queue.push_for_later(4, while_);
        while !queue.lock().waiting.is_empty() {
            tokio::task::yield_now().await;
        }
        wait_until_asleep(&queue);
        queue.push(5);
        queue.close();
        queue.push(6);
        assert_eq!(thread.join().expect("no panic"), [vec![1, 2, 3], vec![4], vec![5]]);
    }

    #[tokio::test]
    async fn a_busy_thread_leaves_what_nobody_waits_for_until_somebody_does() {
        let queue = Queue::new();
        queue.push(1);
        assert_eq!(queue.take(10), Some(vec![1]));
        queue.push_for_later(2, Duration::from_secs(3600));
        assert!(!queue.lock().is_due);
        queue.push(3);
        queue.push_for_later(4, Duration::from_secs(3600));
        assert_eq!(queue.take(2), Some(vec![2, 3]));
        assert_eq!(queue.take(2), Some(vec![4]), "what was due stays so");
        assert!(!queue.lock().is_due);
    }

    #[test]
    fn without_a_runtime_the_thread_is_woken_at_once_and_it_takes_no_more_than_it_wants() {
        let queue = Queue::new();
        let thread = taken(&queue, 2);
        wait_until_asleep(&queue);
        queue.push_for_later(1, Duration::MAX);
        wait_until_asleep(&queue);
        {
            let mut state = queue.lock();
            state.waiting.extend([2, 3, 4]);
            queue.wake(state);
        }
        wait_until_asleep(&queue);
        queue.close();
        assert_eq!(thread.join().expect("no panic"), [vec![1], vec![2, 3], vec![4]]);
    }

    #[test]
    fn what_is_abandoned_is_dropped_and_so_is_what_comes_after() {
        let (queue, item) = (Queue::new(), Arc::new(()));
        queue.push(item.clone());
        queue.abandon();
        queue.push(item.clone());
        assert_eq!(Arc::strong_count(&item), 1);
        assert!(queue.take(1).is_none());
    }

    #[tokio::test]
    async fn a_runtime_that_ends_wakes_the_thread() {
        let queue = Queue::new();
        let thread = taken(&queue, 10);
        wait_until_asleep(&queue);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(1).build().expect("a runtime");
        {
            let _context = runtime.enter();
            queue.push_for_later(1, Duration::from_secs(3600));
        }
        runtime.shutdown_background();
        wait_until_asleep(&queue);
        queue.close();
        assert_eq!(thread.join().expect("no panic"), [vec![1]]);
    }
}
