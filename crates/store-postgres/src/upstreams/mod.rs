//! What was bought from upstreams, and what all servers know of them: what `store::UpstreamStore` promises. A write is one
//! statement about one row, in a transaction of its own: nobody holds a lock that somebody else waits for while waiting for
//! another. Only unparking is noted in the audit log too, whose lock it takes last, as every operator's change does; figures read again
//! are counted, whose lock is taken last too.

pub(crate) mod bought;
mod shared;

use async_trait::async_trait;
use domain::{CpInfo, CreatorKey, MicroYuan, UnixTime};
use ledger::Day;
use store::{Bought, BoughtFilter, StoreError, ToldOfUpstream, UpstreamRecord, UpstreamStore};

use crate::PostgresStore;
use crate::connection::Values;
use crate::transaction::Transaction;

#[async_trait]
impl UpstreamStore for PostgresStore {
    async fn keep_bought(&self, bought: Bought) -> Result<(), StoreError> {
        self.insert_bought(&bought).await
    }

    async fn bought(&self, filter: BoughtFilter) -> Result<Vec<Bought>, StoreError> {
        self.list_bought(&filter).await
    }

    async fn reread_bought(&self, key: &CreatorKey, number: u64, info: Option<CpInfo>) -> Result<bool, StoreError> {
        self.set_figures(key, number, info.as_ref()).await
    }

    async fn forget_bodies(&self, before_ms: u64, limit: u32) -> Result<u64, StoreError> {
        self.forget_old_bodies(before_ms, limit).await
    }

    async fn upstream_record(&self, upstream: &str, day: Day) -> Result<UpstreamRecord, StoreError> {
        self.read_upstream(upstream, day).await
    }

    async fn park_upstream(&self, upstream: &str, until_ms: u64, code: u16) -> Result<(), StoreError> {
        self.park(upstream, until_ms, code).await
    }

    async fn unpark_upstream(&self, upstream: &str) -> Result<bool, StoreError> {
        self.unpark(upstream).await
    }

    async fn set_breaker(&self, upstream: &str, open_until_ms: u64, openings: u32) -> Result<(), StoreError> {
        self.keep_breaker(upstream, open_until_ms, openings).await
    }

    async fn reserve_spending(
        &self,
        upstream: &str,
        day: Day,
        price: MicroYuan,
        budget: Option<MicroYuan>,
    ) -> Result<bool, StoreError> {
        self.reserve(upstream, day, price, budget).await
    }

    async fn release_spending(&self, upstream: &str, day: Day, price: MicroYuan) -> Result<(), StoreError> {
        self.release(upstream, day, price).await
    }

    async fn tell_upstream(&self, server: &str, upstream: &str, at: UnixTime, status: &str) -> Result<(), StoreError> {
        self.tell(server, upstream, at, status).await
    }

    async fn told_of_upstreams(&self, since: UnixTime) -> Result<Vec<ToldOfUpstream>, StoreError> {
        self.told(since).await
    }

    async fn forget_told(&self, before: UnixTime) -> Result<u64, StoreError> {
        self.forget_told_before(before).await
    }
}

impl PostgresStore {
    /// Runs a statement in a transaction, which is begun on another connection where the one at hand was lost: sent alone, it
    /// could not be sent again, for it may have been run. Gives the number of rows it changed.
    async fn change(&self, sql: &'static str, values: Values<'_>) -> Result<u64, StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        let changed = transaction.execute(sql, values).await?;
        transaction.commit().await?;
        Ok(changed)
    }

    /// As [`PostgresStore::change`], for what comes with every purchase and need not wait for the disk.
    async fn change_soon(&self, sql: &'static str, values: Values<'_>) -> Result<u64, StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        let changed = transaction.execute(sql, values).await?;
        transaction.commit_soon().await?;
        Ok(changed)
    }
}
