//! Keeps what was bought, in the meter's batches: it was paid for, so where the store fails it is tried again, and what is lost in
//! the end is named.

use std::error::Error;
use std::sync::Arc;

use domain::{CallId, CreatorKey};
use store::{Bought, BoughtFilter, LedgerStore, StoreError};
use tokio::runtime::Handle;
use upstream::BeingKept;

use crate::purchases::{Open, Patience, Purchases};

/// An answer that is being kept.
pub(crate) struct Keeping {
    pub(crate) bought: Bought,
    /// The calls it was bought for.
    calls: Vec<CallId>,
    patience: Patience,
    /// Until it is dropped, whoever asks the same gets the answer all the same.
    _being_kept: BeingKept,
    /// The server does not end before.
    _under_way: Open,
}

impl Keeping {
    /// An answer that was bought just now, of which nobody was told yet.
    pub(crate) fn new(bought: Bought, purchases: &Arc<Purchases>, being_kept: BeingKept) -> Self {
        Self {
            calls: purchases.waiting_for(&bought.key),
            bought,
            patience: Patience::new(),
            _being_kept: being_kept,
            _under_way: purchases.begin(),
        }
    }

    /// What becomes of it when a try failed: `put` has it tried again, after a while. Those who bought it have their answer meanwhile.
    pub(crate) fn again(
        mut self,
        error: Arc<StoreError>,
        store: Arc<dyn LedgerStore>,
        put: impl FnOnce(Self) + Send + 'static,
    ) {
        let is_first = self.patience.is_new();
        let Some(wait) = self.patience.next() else { return self.lose(&*error) };
        if is_first {
            self.warn(&*error);
        }
        Handle::current().spawn(async move {
            tokio::time::sleep(wait).await;
            match self.is_kept(&*store).await {
                // A try that failed may have been stored all the same.
                Ok(true) => drop(self),
                Ok(false) => put(self),
                Err(error) => self.again(Arc::new(error), store, put),
            }
        });
    }

    async fn is_kept(&self, store: &dyn LedgerStore) -> Result<bool, StoreError> {
        let Bought { key, upstream, received_at_ms, .. } = &self.bought;
        let (key, upstream, since_ms) = (Some(key.clone()), Some(upstream.clone()), *received_at_ms);
        let filter = BoughtFilter { key, upstream, since_ms, after: 0, limit: 1 };
        let found = store.bought(filter).await?;
        Ok(found.first().is_some_and(|found| found.received_at_ms == self.bought.received_at_ms))
    }

    fn warn(&self, error: &(dyn Error + 'static)) {
        let (CreatorKey { author_id: creator, platform }, upstream) = (&self.bought.key, &self.bought.upstream);
        let calls = self.calls();
        tracing::warn!(calls, %upstream, %creator, %platform, error, "a bought answer could not be kept; trying again");
    }

    fn lose(&self, error: &(dyn Error + 'static)) {
        let (CreatorKey { author_id: creator, platform }, upstream) = (&self.bought.key, &self.bought.upstream);
        let calls = self.calls();
        // The callers got the answer all the same: it was paid for.
        tracing::error!(
            calls,
            %upstream,
            %creator,
            %platform,
            error,
            "a bought answer could not be kept: it will have to be bought again"
        );
    }

    /// The ids of the calls, as their callers know them.
    fn calls(&self) -> String {
        self.calls.iter().map(CallId::to_string).collect::<Vec<_>>().join(" ")
    }
}
