//! What was bought from upstreams, and what all servers know of them: what `store::UpstreamStore` promises. All of it is in
//! the ledger's file. A write is one statement, which SQLite makes a transaction of; where many come with each purchase, it is on disk with
//! the next charge or hold.

pub(crate) mod bought;
pub(crate) mod shared;

use async_trait::async_trait;
use domain::{CpInfo, CreatorKey, MicroYuan, UnixTime};
use ledger::Day;
use rusqlite::{Connection, Params};
use store::{Bought, BoughtFilter, StoreError, ToldOfUpstream, UpstreamRecord, UpstreamStore};

use crate::SqliteStore;
use crate::error::from_sqlite;

#[async_trait]
impl UpstreamStore for SqliteStore {
    async fn keep_bought(&self, bought: Bought) -> Result<(), StoreError> {
        self.ledger.write_soon(move |connection| bought::insert(connection, &bought)).await
    }

    async fn bought(&self, filter: BoughtFilter) -> Result<Vec<Bought>, StoreError> {
        self.ledger.read(move |connection| bought::list(connection, &filter)).await
    }

    async fn reread_bought(&self, key: &CreatorKey, number: u64, info: Option<CpInfo>) -> Result<bool, StoreError> {
        let key = key.clone();
        self.ledger.write(move |connection| bought::set_figures(connection, &key, number, info.as_ref())).await
    }

    async fn forget_bodies(&self, before_ms: u64, limit: u32) -> Result<u64, StoreError> {
        // Looked for first by a reader: a writer takes the write lock even where it finds nothing to change.
        if limit == 0 || !self.ledger.read(move |connection| bought::any_body(connection, before_ms)).await? {
            return Ok(0);
        }
        self.ledger.write(move |connection| bought::forget_bodies(connection, before_ms, limit)).await
    }

    async fn upstream_record(&self, upstream: &str, day: Day) -> Result<UpstreamRecord, StoreError> {
        let upstream = upstream.to_owned();
        self.ledger.read(move |connection| shared::record(connection, &upstream, day)).await
    }

    async fn park_upstream(&self, upstream: &str, until_ms: u64, code: u16) -> Result<(), StoreError> {
        let upstream = upstream.to_owned();
        self.ledger.write(move |connection| shared::park(connection, &upstream, until_ms, code)).await
    }

    async fn unpark_upstream(&self, upstream: &str) -> Result<bool, StoreError> {
        let (upstream, actor) = (upstream.to_owned(), self.actor.clone());
        self.change_books(move |connection| shared::unpark(connection, &upstream, &actor)).await
    }

    async fn set_breaker(&self, upstream: &str, open_until_ms: u64, openings: u32) -> Result<(), StoreError> {
        let upstream = upstream.to_owned();
        self.ledger.write(move |connection| shared::set_breaker(connection, &upstream, open_until_ms, openings)).await
    }

    async fn reserve_spending(
        &self,
        upstream: &str,
        day: Day,
        price: MicroYuan,
        budget: Option<MicroYuan>,
    ) -> Result<bool, StoreError> {
        let upstream = upstream.to_owned();
        self.ledger.write_soon(move |connection| shared::reserve(connection, &upstream, day, price, budget)).await
    }

    async fn release_spending(&self, upstream: &str, day: Day, price: MicroYuan) -> Result<(), StoreError> {
        let upstream = upstream.to_owned();
        self.ledger.write_soon(move |connection| shared::release(connection, &upstream, day, price)).await
    }

    async fn tell_upstream(&self, server: &str, upstream: &str, at: UnixTime, status: &str) -> Result<(), StoreError> {
        let (server, upstream, status) = (server.to_owned(), upstream.to_owned(), status.to_owned());
        self.ledger.write_soon(move |connection| shared::tell(connection, &server, &upstream, at, &status)).await
    }

    async fn told_of_upstreams(&self, since: UnixTime) -> Result<Vec<ToldOfUpstream>, StoreError> {
        self.ledger.read(move |connection| shared::told(connection, since)).await
    }

    async fn forget_told(&self, before: UnixTime) -> Result<u64, StoreError> {
        match self.ledger.read(move |connection| shared::any_told(connection, before)).await? {
            true => self.ledger.write(move |connection| shared::forget_told(connection, before)).await,
            false => Ok(0),
        }
    }
}

/// Runs a statement, compiled once for each connection, and gives the number of rows it changed.
fn execute(connection: &Connection, sql: &str, values: impl Params) -> Result<usize, StoreError> {
    connection.prepare_cached(sql).and_then(|mut sql| sql.execute(values)).map_err(from_sqlite)
}
