//! Parking, breaker, spending and status of upstreams.

use domain::{MicroYuan, UnixTime};
use ledger::Day;
use store::{Change, StoreError, ToldOfUpstream, UpstreamRecord, signed};
use tokio_postgres::Row;

use crate::PostgresStore;
use crate::error::{column, known};
use crate::transaction::Transaction;

impl PostgresStore {
    /// What is known of an upstream, with what was spent on a day.
    pub(super) async fn read_upstream(&self, upstream: &str, day: Day) -> Result<UpstreamRecord, StoreError> {
        let sql =
            "SELECT parked_until_ms, parked_code, coalesce(breaker_open_until_ms, 0), coalesce(breaker_openings, 0),
                coalesce(spent_micro_yuan, 0)
            FROM (SELECT $1::text AS asked) AS one LEFT JOIN upstreams ON name = asked
                LEFT JOIN upstream_spending ON upstream = asked AND day = $2";
        let row = self.pool.query_one(sql, &[&upstream, &day.number()]).await?;
        let until_ms = column::<Option<i64>>(&row, 0)?.map(|until_ms| known(u64::try_from(until_ms))).transpose()?;
        let code = column::<Option<i32>>(&row, 1)?.map(|code| known(u16::try_from(code))).transpose()?;
        Ok(UpstreamRecord {
            parked: until_ms.zip(code),
            breaker_open_until_ms: known(u64::try_from(column::<i64>(&row, 2)?))?,
            breaker_openings: known(u32::try_from(column::<i64>(&row, 3)?))?,
            spent: MicroYuan(known(u64::try_from(column::<i64>(&row, 4)?))?),
        })
    }

    /// Parks an upstream, unless it is parked for longer.
    pub(super) async fn park(&self, upstream: &str, until_ms: u64, code: u16) -> Result<(), StoreError> {
        let sql = "INSERT INTO upstreams AS held (name, parked_until_ms, parked_code) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE
                SET parked_until_ms = excluded.parked_until_ms, parked_code = excluded.parked_code
                WHERE held.parked_until_ms IS NULL OR held.parked_until_ms <= excluded.parked_until_ms";
        self.change(sql, &[&upstream, &signed(until_ms), &i32::from(code)]).await.map(|_| ())
    }

    /// Ends an upstream's parking, which an operator does; false when there is none.
    pub(super) async fn unpark(&self, upstream: &str) -> Result<bool, StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        let sql = "SELECT parked_code FROM upstreams WHERE name = $1 AND parked_until_ms IS NOT NULL FOR UPDATE";
        let Some(row) = transaction.query_opt(sql, &[&upstream]).await? else {
            transaction.commit().await?;
            return Ok(false);
        };
        let code = known(u16::try_from(column::<i32>(&row, 0)?))?;
        let sql = "UPDATE upstreams SET parked_until_ms = NULL, parked_code = NULL WHERE name = $1";
        transaction.execute(sql, &[&upstream]).await?;
        self.commit_change(transaction, &Change::unparked(upstream, code)).await?;
        Ok(true)
    }

    /// Replaces an upstream's breaker.
    pub(super) async fn keep_breaker(
        &self,
        upstream: &str,
        open_until_ms: u64,
        openings: u32,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO upstreams (name, breaker_open_until_ms, breaker_openings) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET breaker_open_until_ms = excluded.breaker_open_until_ms,
                breaker_openings = excluded.breaker_openings";
        self.change(sql, &[&upstream, &signed(open_until_ms), &i64::from(openings)]).await.map(|_| ())
    }

    /// Adds a price to what was spent on a day, where the budget covers it: looked at under the lock of the row, as the last
    /// one left it. Nothing is over the largest number there is.
    pub(super) async fn reserve(
        &self,
        upstream: &str,
        day: Day,
        price: MicroYuan,
        budget: Option<MicroYuan>,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO upstream_spending AS held (upstream, day, spent_micro_yuan)
            SELECT $1::text, $2::integer, $3::bigint WHERE $3 <= $4::bigint
            ON CONFLICT (upstream, day) DO UPDATE SET spent_micro_yuan = held.spent_micro_yuan + excluded.spent_micro_yuan
                WHERE held.spent_micro_yuan <= $4 - excluded.spent_micro_yuan";
        let budget = budget.map_or(i64::MAX, |budget| signed(budget.0));
        Ok(self.change_soon(sql, &[&upstream, &day.number(), &signed(price.0), &budget]).await? > 0)
    }

    /// Takes a price back from what was spent on a day.
    pub(super) async fn release(&self, upstream: &str, day: Day, price: MicroYuan) -> Result<(), StoreError> {
        let sql = "UPDATE upstream_spending SET spent_micro_yuan = greatest(spent_micro_yuan - $3, 0)
            WHERE upstream = $1 AND day = $2";
        self.change_soon(sql, &[&upstream, &day.number(), &signed(price.0)]).await.map(|_| ())
    }

    /// Replaces what a server tells of an upstream.
    pub(super) async fn tell(
        &self,
        server: &str,
        upstream: &str,
        at: UnixTime,
        status: &str,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO upstream_status (server, upstream, at, status) VALUES ($1, $2, $3, $4)
            ON CONFLICT (upstream, server) DO UPDATE SET at = excluded.at, status = excluded.status";
        self.change_soon(sql, &[&server, &upstream, &i64::from(at.0), &status]).await.map(|_| ())
    }

    /// What servers told since a moment.
    pub(super) async fn told(&self, since: UnixTime) -> Result<Vec<ToldOfUpstream>, StoreError> {
        let sql = "SELECT server, upstream, at, status FROM upstream_status WHERE at >= $1
            ORDER BY upstream, at DESC, server";
        self.pool.query(sql, &[&i64::from(since.0)]).await?.iter().map(told_by).collect()
    }

    /// Forgets what was told before a moment: two servers may do it at once, and neither waits for the other's rows.
    pub(super) async fn forget_told_before(&self, before: UnixTime) -> Result<u64, StoreError> {
        let before = i64::from(before.0);
        let any = "SELECT 1 FROM upstream_status WHERE at < $1 LIMIT 1";
        if self.pool.query_opt(any, &[&before]).await?.is_none() {
            return Ok(0);
        }
        let sql = "DELETE FROM upstream_status WHERE (upstream, server) IN
            (SELECT upstream, server FROM upstream_status WHERE at < $1 FOR UPDATE SKIP LOCKED)";
        self.change(sql, &[&before]).await
    }
}

fn told_by(row: &Row) -> Result<ToldOfUpstream, StoreError> {
    let at = UnixTime(known(u32::try_from(column::<i64>(row, 2)?))?);
    Ok(ToldOfUpstream { server: column(row, 0)?, upstream: column(row, 1)?, at, status: column(row, 3)? })
}
