//! Everything of a batch in one transaction: one wait for the disk.

use std::mem;

use async_trait::async_trait;
use rusqlite::{Connection, TransactionBehavior};
use store::{Batch, Committed, FaultsOf, LedgerStore, Spending, StoreError, write_bought, write_spending};
use tokio::runtime::Handle;

use super::resolve;
use super::take::{self, Way};
use crate::SqliteStore;
use crate::error::from_sqlite;
use crate::pool::Pool;
use crate::upstreams::{bought, shared};

#[async_trait]
impl LedgerStore for SqliteStore {
    fn commit(&self, batch: Batch) -> Committed {
        let write = |connection: &mut Connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(from_sqlite)?;
            // Where something fails, the transaction is rolled back.
            let Ok(committed) = write_all(&transaction, &batch) else { return Ok(None) };
            transaction.commit().map_err(from_sqlite)?;
            Ok(Some(committed))
        };
        let outcome = match batch.must_be_durable() {
            true => self.ledger.write_here(write),
            false => self.ledger.write_soon_here(write),
        };
        match outcome {
            Ok(Some(committed)) => committed,
            // Whatever part it was must not fail the others.
            Ok(None) => Handle::current().block_on(self.write_apart(batch)),
            Err(error) => batch.failed(error),
        }
    }

    async fn expect_commits(&self) -> Result<(), StoreError> {
        self.ledger.lengthen_log().await
    }

    async fn looks_writable(&self) -> Result<(), StoreError> {
        self.ledger.check_room().await
    }

    async fn prove_writable(&self) -> Result<(), StoreError> {
        self.ledger.check_room().await?;
        self.change_books(|connection| {
            connection.execute("UPDATE meta SET accounts_generation = accounts_generation", []).map_err(from_sqlite)?;
            Ok(())
        })
        .await
    }

    fn faults(&self) -> Vec<FaultsOf> {
        let of = |store, pool: &Pool| FaultsOf { store, counts: pool.faults().counts() };
        vec![of("creators", &self.creators), of("ledger", &self.ledger)]
    }
}

impl SqliteStore {
    async fn write_apart(&self, mut batch: Batch) -> Committed {
        let (spending, bought) = (mem::take(&mut batch.spending), mem::take(&mut batch.bought));
        let (spent, kept) = (write_spending(self, &spending).await, write_bought(self, bought).await);
        let (charged, held, ended) = batch.write_calls(self).await;
        Committed { charged, held, ended, spent, kept }
    }
}

fn write_all(connection: &Connection, batch: &Batch) -> Result<Committed, StoreError> {
    let Batch { charges, holds, holds_expire_at_ms, resolved, note, spending, bought } = batch;
    let spent = spending.iter().map(|change| Ok(Ok(spend(connection, change)?)));
    let spent = spent.collect::<Result<_, StoreError>>()?;
    let kept = bought.iter().map(|bought| Ok(Ok(bought::insert(connection, bought)?)));
    let kept = kept.collect::<Result<_, StoreError>>()?;
    let charged = take::charge_noting(connection, charges, Some(note))?;
    let way = Way::Hold { expires_at_ms: *holds_expire_at_ms, server: Some(note.server) };
    let held = take::take_all(connection, holds, way)?;
    let note_of_ends = (!resolved.is_empty()).then(|| note.behind(charges));
    let ended = resolve::resolve_noting(connection, resolved, note_of_ends.as_ref())?;
    Ok(Committed { charged: Ok(charged), held: Ok(held), ended: Ok(ended), spent, kept })
}

fn spend(connection: &Connection, change: &Spending) -> Result<bool, StoreError> {
    match change {
        Spending::Reserve { upstream, day, price, budget } => {
            shared::reserve(connection, upstream, *day, *price, *budget)
        }
        Spending::Release { upstream, day, price } => {
            shared::release(connection, upstream, *day, *price).map(|()| true)
        }
    }
}
