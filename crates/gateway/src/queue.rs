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
    /// Whether the thread sleeps until it is told.
    is_asleep: bool,
    /// Whether there is a task that will wake it.
    has_alarm: bool,
    is_closed: bool,
}

/// Wakes the thread once it is dropped: also where its task never comes to run.
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
        let state = State { waiting: Vec::new(), is_asleep: false, has_alarm: false, is_closed: false };
        Arc::new(Self { state: Mutex::new(state), due: Condvar::new() })
    }

    /// Adds an item, and wakes the thread. The item is dropped where nobody takes items any more.
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

    /// What waits, once anything does and the thread was woken; nothing after the end, when everything was taken.
    pub(crate) fn take(&self, at_most: usize) -> Option<Vec<T>> {
        let mut state = self.lock();
        while state.waiting.is_empty() && !state.is_closed {
            state.is_asleep = true;
            while state.is_asleep {
                state = self.due.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
        let count = state.waiting.len().min(at_most);
        (count > 0).then(|| state.waiting.drain(..count).collect())
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
    /// Adds an item, for which the thread is woken `within` a while, unless it is before. Outside of a runtime it is woken at once.
    pub(crate) fn push_for_later(self: &Arc<Self>, item: T, within: Duration) {
        let Ok(runtime) = Handle::try_current() else { return self.push(item) };
        let mut state = self.lock();
        if state.is_closed {
            drop(state);
            return drop(item);
        }
        state.waiting.push(item);
        // One that is awake looks again before it sleeps.
        if state.is_asleep && !state.has_alarm {
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
