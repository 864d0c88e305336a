//! How the server notices what other processes (an import, a disabled token) changed in the store.
//!
//! The store's generation numbers are read again every [`POLL`]; everything cached carries the number it was read under
//! and is read again once that number is no longer current. So a change is seen within that time, and an answer that
//! was being read while the change landed cannot stay.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use store::{CreatorStore, Generations, SurveyMark};

/// How long a change made by another process may go unnoticed.
const POLL: Duration = Duration::from_millis(50);

/// The newest generation numbers read.
pub(crate) struct Watch {
    creators: AtomicU64,
    accounts: AtomicU64,
    bought: AtomicU64,
    reread: AtomicU64,
}

/// A value and the generation it was read under.
#[derive(Debug, Clone)]
pub(crate) struct Seen<T> {
    pub(crate) generation: u64,
    pub(crate) value: T,
}

impl Watch {
    pub(crate) fn new(generations: Generations) -> Self {
        let Generations { creators, accounts, bought, reread } = generations;
        let [creators, accounts, bought, reread] = [creators, accounts, bought, reread].map(AtomicU64::new);
        Self { creators, accounts, bought, reread }
    }

    /// Grows with every change to figures that may have been read before: by an import, or of bought answers that were read again.
    pub(crate) fn figures(&self) -> u64 {
        // Both only grow, so the sum is the same only while both are.
        let SurveyMark { creators, reread, .. } = self.survey_mark();
        creators.wrapping_add(reread)
    }

    /// What a survey made now would be of, at least.
    pub(crate) fn survey_mark(&self) -> SurveyMark {
        let [creators, bought, reread] =
            [&self.creators, &self.bought, &self.reread].map(|number| number.load(Ordering::Acquire));
        SurveyMark { creators, bought, reread }
    }

    pub(crate) fn accounts(&self) -> u64 {
        self.accounts.load(Ordering::Acquire)
    }

    fn set(&self, generations: Generations) {
        self.creators.store(generations.creators, Ordering::Release);
        self.accounts.store(generations.accounts, Ordering::Release);
        self.bought.store(generations.bought, Ordering::Release);
        self.reread.store(generations.reread, Ordering::Release);
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
