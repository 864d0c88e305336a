//! Everything that a server writes to the ledger at one moment: calls of many callers, and what was bought for them.

use std::sync::Arc;

use async_trait::async_trait;
use domain::MicroYuan;
use ledger::Day;

use crate::{Bought, FaultsOf, MeterStore, Resolved, StoreError, Take, Taken, Unanswered, UpstreamStore};

/// What is to be written. What became of one part is nothing to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Prices to be charged.
    pub charges: Vec<Take>,
    /// Prices to be set aside, until `holds_expire_at_ms` at the latest, by the server of the note.
    pub holds: Vec<Take>,
    /// In milliseconds since the epoch.
    pub holds_expire_at_ms: u64,
    /// Holds that are to be resolved.
    pub resolved: Vec<Resolved>,
    /// Replaces the note of its server where anything is charged or posted: with its own calls and those. Its beat and the one
    /// after it are the batch's.
    pub note: Unanswered,
    /// Changes of what was spent at upstreams.
    pub spending: Vec<Spending>,
    /// Answers that were bought.
    pub bought: Vec<Bought>,
}

/// A change of what was spent at an upstream on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spending {
    /// As [`UpstreamStore::reserve_spending`].
    Reserve {
        /// Where.
        upstream: String,
        /// The day whose budget it is.
        day: Day,
        /// What is added.
        price: MicroYuan,
        /// What the sum may not exceed.
        budget: Option<MicroYuan>,
    },
    /// As [`UpstreamStore::release_spending`].
    Release {
        /// Where.
        upstream: String,
        /// The day whose budget it is.
        day: Day,
        /// What is taken back.
        price: MicroYuan,
    },
}

/// What became of a part of a batch.
pub type Part<T> = Result<T, Arc<StoreError>>;

/// What became of a batch, part by part, in the order of each.
#[derive(Debug)]
pub struct Committed {
    /// Of the charges.
    pub charged: Part<Vec<Taken>>,
    /// Of the holds.
    pub held: Part<Vec<Taken>>,
    /// Of the resolved holds: false where there was none.
    pub ended: Part<Vec<bool>>,
    /// Of the spending: false where the budget did not cover a reservation.
    pub spent: Vec<Part<bool>>,
    /// Of the bought answers.
    pub kept: Vec<Part<()>>,
}

impl Batch {
    /// Whether somebody waits for it to be on disk: spending and bought answers are on disk with what comes after them.
    pub fn must_be_durable(&self) -> bool {
        !(self.charges.is_empty() && self.holds.is_empty() && self.resolved.is_empty())
    }

    /// What became of it, where all of it failed.
    pub fn failed(&self, error: StoreError) -> Committed {
        let error = Arc::new(error);
        Committed {
            charged: Err(error.clone()),
            held: Err(error.clone()),
            ended: Err(error.clone()),
            spent: vec![Err(error.clone()); self.spending.len()],
            kept: vec![Err(error); self.bought.len()],
        }
    }
}

/// The whole ledger: money, and what was bought.
#[async_trait]
pub trait LedgerStore: MeterStore + UpstreamStore {
    /// Writes a batch: in one transaction where the store can, and otherwise part by part, each as its own method does. Charges,
    /// holds and ends are durable on return, and never without the spending and the bought answers that came with them or before, where
    /// these did not fail. Blocks until then: for a thread of the caller's own, in the context of a runtime that others drive. Whoever
    /// writes one batch after the other waits for nothing between them.
    fn commit(&self, batch: Batch) -> Committed;

    /// Gets ready for commits, where that makes them faster: for a server, before its first one. They work as well where it fails.
    async fn expect_commits(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Whether changes can be kept, as far as that can be known without making one. Cheap: asked whenever somebody asks whether a server is
    /// ready.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`] and [`StoreError::NoRoom`] when they cannot; others when it cannot be known.
    async fn looks_writable(&self) -> Result<(), StoreError>;

    /// Makes a small change after which all is as before, durably: proves that changes can be kept, after one that was not.
    async fn prove_writable(&self) -> Result<(), StoreError>;

    /// How often the database failed since the store was opened, whatever was asked of it: one for each file or server.
    fn faults(&self) -> Vec<FaultsOf>;
}

impl Committed {
    /// The first part that failed.
    pub fn error(&self) -> Option<&StoreError> {
        let parts = [self.charged.as_ref().err(), self.held.as_ref().err(), self.ended.as_ref().err()];
        let of_lists = self.spent.iter().filter_map(|part| part.as_ref().err());
        let of_lists = of_lists.chain(self.kept.iter().filter_map(|part| part.as_ref().err()));
        parts.into_iter().flatten().chain(of_lists).next().map(|error| &**error)
    }

    /// Whether anything was kept: what was refused, or was not there, left nothing to write.
    pub fn kept_anything(&self) -> bool {
        let took = |part: &Part<Vec<Taken>>| {
            part.as_ref().is_ok_and(|taken| taken.iter().any(|taken| matches!(taken, Taken::Taken(_))))
        };
        let ended = self.ended.as_ref().is_ok_and(|ended| ended.contains(&true));
        let spent = self.spent.iter().any(|spent| matches!(spent, Ok(true)));
        took(&self.charged) || took(&self.held) || ended || spent || self.kept.iter().any(Result::is_ok)
    }
}

impl Batch {
    /// Charges, holds and resolves, one after the other; one that fails leaves the others alone. The other parts are written by
    /// [`write_spending`] and [`write_bought`].
    pub async fn write_calls<S: MeterStore + ?Sized>(
        self,
        store: &S,
    ) -> (Part<Vec<Taken>>, Part<Vec<Taken>>, Part<Vec<bool>>) {
        let Self { charges, holds, holds_expire_at_ms, resolved, note, .. } = self;
        let server = Some(note.server);
        let note_of_ends = (!resolved.is_empty()).then(|| note.behind(&charges));
        let charged = match charges.is_empty() {
            true => Ok(Vec::new()),
            false => store.charge_noting(charges, Some(note)).await.map_err(Arc::new),
        };
        let held = match holds.is_empty() {
            true => Ok(Vec::new()),
            false => store.hold_as(holds, holds_expire_at_ms, server).await.map_err(Arc::new),
        };
        let ended = match resolved.is_empty() {
            true => Ok(Vec::new()),
            false => store.resolve_noting(resolved, note_of_ends).await.map_err(Arc::new),
        };
        (charged, held, ended)
    }
}

impl Unanswered {
    /// The note that goes with what is posted after these charges, whose own note this is.
    pub fn behind(&self, charges: &[Take]) -> Self {
        let calls = self.calls.iter().copied().chain(charges.iter().map(|take| take.id));
        Self { server: self.server, beat: self.beat + 1, calls: calls.collect() }
    }
}

/// Spends, one after the other.
pub async fn write_spending<S: UpstreamStore + ?Sized>(store: &S, spending: &[Spending]) -> Vec<Part<bool>> {
    let mut spent = Vec::with_capacity(spending.len());
    for change in spending {
        spent.push(spend(store, change).await.map_err(Arc::new));
    }
    spent
}

/// Keeps what was bought, one after the other.
pub async fn write_bought<S: UpstreamStore + ?Sized>(store: &S, bought: Vec<Bought>) -> Vec<Part<()>> {
    let mut kept = Vec::with_capacity(bought.len());
    for bought in bought {
        kept.push(store.keep_bought(bought).await.map_err(Arc::new));
    }
    kept
}

async fn spend<S: UpstreamStore + ?Sized>(store: &S, change: &Spending) -> Result<bool, StoreError> {
    match change {
        Spending::Reserve { upstream, day, price, budget } => {
            store.reserve_spending(upstream, *day, *price, *budget).await
        }
        Spending::Release { upstream, day, price } => {
            store.release_spending(upstream, *day, *price).await.map(|()| true)
        }
    }
}
