//! How the server notices what other processes (an import, a disabled token) changed in the store.
//!
//! The store's generation numbers are read again every [`POLL`]; everything cached carries the number it was read under
//! and is read again once that number is no longer current. So a change is seen within that time, and an answer that
//! was being read while the change landed cannot stay.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use store::{CreatorStore, Generations};

/// How long a change made by another process may go unnoticed.
const POLL: Duration = Duration::from_millis(50);

/// The newest generation numbers read.
pub(crate) struct Watch {
    creators: AtomicU64,
    accounts: AtomicU64,
    bought: AtomicU64,
}

/// A value and the generation it was read under.
#[derive(Debug, Clone)]
pub(crate) struct Seen<T> {
    pub(crate) generation: u64,
    pub(crate) value: T,
}

impl Watch {
    pub(crate) fn new(generations: Generations) -> Self {
        let Generations { creators, accounts, bought } = generations;
        let [creators, accounts, bought] = [creators, accounts, bought].map(AtomicU64::new);
        Self { creators, accounts, bought }
    }

    pub(crate) fn creators(&self) -> u64 {
        self.creators.load(Ordering::Acquire)
    }

    pub(crate) fn accounts(&self) -> u64 {
        self.accounts.load(Ordering::Acquire)
    }

    /// The number of the answer that was bought last.
    pub(crate) fn bought(&self) -> u64 {
        self.bought.load(Ordering::Acquire)
    }

    fn set(&self, generations: Generations) {
        self.creators.store(generations.creators, Ordering::Release);
        self.accounts.store(generations.accounts, Ordering::Release);
        self.bought.store(generations.bought, Ordering::Release);
    }
}

/// Follows the store's generations until the task is dropped. A failed read is told once and tried again.
pub(crate) async fn follow(store: Arc<dyn CreatorStore>, watch: Arc<Watch>) {
    let mut failing = false;
    loop {
        tokio::time::sleep(POLL).await;
        match store.generations().await {
            Ok(generations) => {
                watch.set(generations);
                failing = false;
            }
            Err(error) if !failing => {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot see whether the data changed");
                failing = true;
            }
            Err(_) => {}
        }
    }
}
