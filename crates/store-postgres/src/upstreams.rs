//! What was bought from upstreams, and what all servers know of them: what `store::UpstreamStore` promises. A write is one
//! statement.

use std::sync::LazyLock;

use async_trait::async_trait;
use domain::{CpInfo, CreatorKey, MicroYuan, Platform, UnixTime};
use ledger::Day;
use store::{Bought, BoughtFilter, StoreError, UpstreamRecord, UpstreamStore};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::PostgresStore;
use crate::error::{column, other};
use crate::meter::values::{known, signed};
use crate::snapshot_row::{amounts, count, id_text, small};
use crate::transaction::Transaction;

/// The columns of the figures, in the order of [`figures`].
const FIGURES: &str = "expected_views, hot_item_bp, cpm_1_20_fen, cpm_21_60_fen, cpm_over_60_fen, cpm_single_fen, \
     cpe_1_20_fen, cpe_21_60_fen, cpe_over_60_fen, cpe_single_fen";

static INSERT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "INSERT INTO bought (author_id, platform, upstream, received_at_ms, price_micro_yuan, body, {FIGURES})
         VALUES ($1, $2, $3, $4, $5, nullif($6, ''::bytea), $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
    )
});

static SET_FIGURES: LazyLock<String> = LazyLock::new(|| {
    format!("UPDATE bought SET ({FIGURES}) = ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11) WHERE number = $1")
});

static LIST: LazyLock<String> = LazyLock::new(|| list_sql("$5::text IS NULL AND $6::smallint IS NULL"));

/// Says whose in so many words, so that the index can be used.
static LIST_OF_CREATOR: LazyLock<String> = LazyLock::new(|| list_sql("author_id = $5 AND platform = $6"));

fn list_sql(whose: &str) -> String {
    format!(
        "SELECT number, author_id, platform, upstream, received_at_ms, price_micro_yuan, body, {FIGURES} FROM bought
         WHERE {whose} AND number > $1 AND received_at_ms >= $2 AND ($3::text IS NULL OR upstream = $3)
         ORDER BY number LIMIT $4"
    )
}

/// Usable answers of a creator, the newest first, in the shape of `snapshot_row::COLUMNS`.
pub(crate) fn snapshots_sql() -> String {
    let costs = FIGURES.trim_start_matches("expected_views, hot_item_bp, ");
    format!(
        "SELECT author_id, platform, 2::smallint, number, 'upstream/' || upstream, received_at_ms / 1000,
            received_at_ms / 1000, expected_views, NULL::bigint, NULL::bigint, NULL::bigint, hot_item_bp,
            NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, {costs}
         FROM bought WHERE author_id = $1 AND platform = $2 AND expected_views IS NOT NULL ORDER BY number DESC"
    )
}

/// Numbers of the figures; nothing where there are none.
///
/// # Errors
/// [`StoreError::Database`] when a figure is 2^63 or more.
fn figures(info: Option<&CpInfo>) -> Result<[Option<i64>; 10], StoreError> {
    let mut figures = [None; 10];
    let Some(info) = info else { return Ok(figures) };
    let costs = [info.cpm, info.cpe].into_iter().flat_map(|costs| costs.to_array());
    let head = [Some(info.expected_views), Some(u64::from(info.hot_item_bp))];
    for (figure, number) in figures.iter_mut().zip(head.into_iter().chain(costs.map(|cost| cost.map(|fen| fen.0)))) {
        let number = number.map(i64::try_from).transpose();
        *figure = number.map_err(|_| other("a figure of 2^63 or more cannot be stored"))?;
    }
    Ok(figures)
}

fn read(row: &Row) -> Result<Bought, StoreError> {
    let author_id = known(column::<&str>(row, 1)?.parse())?;
    let platform = u8::try_from(column::<i16>(row, 2)?).ok().and_then(Platform::from_number);
    let platform = platform.ok_or_else(|| StoreError::Corrupt("an answer of an unknown platform".into()))?;
    let info = match count(row, 7)? {
        Some(expected_views) => {
            Some(CpInfo { expected_views, hot_item_bp: small(row, 8)?, cpm: amounts(row, 9)?, cpe: amounts(row, 13)? })
        }
        None => None,
    };
    Ok(Bought {
        number: column::<i64>(row, 0)?.unsigned_abs(),
        key: CreatorKey { author_id, platform },
        upstream: column(row, 3)?,
        received_at_ms: column::<i64>(row, 4)?.unsigned_abs(),
        price: MicroYuan(column::<i64>(row, 5)?.unsigned_abs()),
        info,
        body: column::<Option<Vec<u8>>>(row, 6)?.unwrap_or_default(),
    })
}

impl PostgresStore {
    /// Runs one statement that writes; gives the number of rows it changed.
    async fn write_one(&self, sql: &'static str, values: &[&(dyn ToSql + Sync)]) -> Result<u64, StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        let changed = transaction.execute(sql, values).await?;
        transaction.commit().await?;
        Ok(changed)
    }
}

#[async_trait]
impl UpstreamStore for PostgresStore {
    async fn keep_bought(&self, bought: Bought) -> Result<(), StoreError> {
        let figures = figures(bought.info.as_ref())?;
        let (author_id, platform) = (id_text(&bought.key.author_id), i16::from(bought.key.platform.number()));
        let (received_at_ms, price) = (signed(bought.received_at_ms), signed(bought.price.0));
        let mut values: Vec<&(dyn ToSql + Sync)> =
            vec![&author_id, &platform, &bought.upstream, &received_at_ms, &price, &bought.body];
        values.extend(figures.iter().map(|figure| figure as &(dyn ToSql + Sync)));
        self.write_one(&INSERT, &values).await.map(|_| ())
    }

    async fn bought(&self, filter: BoughtFilter) -> Result<Vec<Bought>, StoreError> {
        let BoughtFilter { key, upstream, since_ms, after, limit } = filter;
        let (after, since_ms, limit) = (signed(after), signed(since_ms), i64::from(limit));
        let author_id = key.as_ref().map(|key| id_text(&key.author_id));
        let platform = key.as_ref().map(|key| i16::from(key.platform.number()));
        let sql = if key.is_some() { &LIST_OF_CREATOR } else { &LIST };
        let rows = self.pool.query(sql, &[&after, &since_ms, &upstream, &limit, &author_id, &platform]).await?;
        rows.iter().map(read).collect()
    }

    async fn reread_bought(&self, number: u64, info: Option<CpInfo>) -> Result<bool, StoreError> {
        let (number, figures) = (signed(number), figures(info.as_ref())?);
        let mut values: Vec<&(dyn ToSql + Sync)> = vec![&number];
        values.extend(figures.iter().map(|figure| figure as &(dyn ToSql + Sync)));
        Ok(self.write_one(&SET_FIGURES, &values).await? > 0)
    }

    async fn forget_bodies(&self, before_ms: u64, limit: u32) -> Result<u64, StoreError> {
        let (before_ms, limit) = (signed(before_ms), i64::from(limit));
        let any = "SELECT 1 FROM bought WHERE body IS NOT NULL AND received_at_ms < $1 LIMIT 1";
        if self.pool.query_opt(any, &[&before_ms]).await?.is_none() {
            return Ok(0);
        }
        let sql = "UPDATE bought SET body = NULL WHERE number = ANY(ARRAY(SELECT number FROM bought
            WHERE body IS NOT NULL AND received_at_ms < $1 ORDER BY received_at_ms LIMIT $2 FOR UPDATE SKIP LOCKED))";
        self.write_one(sql, &[&before_ms, &limit]).await
    }

    async fn upstream_record(&self, upstream: &str, day: Day) -> Result<UpstreamRecord, StoreError> {
        let sql =
            "SELECT parked_until_ms, parked_code, coalesce(breaker_open_until_ms, 0), coalesce(breaker_openings, 0),
                coalesce(spent_micro_yuan, 0)
            FROM (SELECT $1::text AS asked) AS question LEFT JOIN upstreams ON name = asked
                LEFT JOIN upstream_spending ON upstream = asked AND day = $2";
        let row = self.pool.query_one(sql, &[&upstream, &day.number()]).await?;
        let (until_ms, code): (Option<i64>, Option<i32>) = (column(&row, 0)?, column(&row, 1)?);
        Ok(UpstreamRecord {
            parked: until_ms.map(i64::unsigned_abs).zip(code.and_then(|code| u16::try_from(code).ok())),
            breaker_open_until_ms: column::<i64>(&row, 2)?.unsigned_abs(),
            breaker_openings: small(&row, 3)?,
            spent: MicroYuan(column::<i64>(&row, 4)?.unsigned_abs()),
        })
    }

    async fn park_upstream(&self, upstream: &str, until_ms: u64, code: u16) -> Result<(), StoreError> {
        let sql = "INSERT INTO upstreams AS held (name, parked_until_ms, parked_code) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET parked_until_ms = excluded.parked_until_ms, parked_code = excluded.parked_code
                WHERE held.parked_until_ms IS NULL OR held.parked_until_ms <= excluded.parked_until_ms";
        self.write_one(sql, &[&upstream, &signed(until_ms), &i32::from(code)]).await.map(|_| ())
    }

    async fn unpark_upstream(&self, upstream: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE upstreams SET parked_until_ms = NULL, parked_code = NULL
            WHERE name = $1 AND parked_until_ms IS NOT NULL";
        Ok(self.write_one(sql, &[&upstream]).await? > 0)
    }

    async fn set_breaker(&self, upstream: &str, open_until_ms: u64, openings: u32) -> Result<(), StoreError> {
        let sql = "INSERT INTO upstreams (name, breaker_open_until_ms, breaker_openings) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET breaker_open_until_ms = excluded.breaker_open_until_ms,
                breaker_openings = excluded.breaker_openings";
        self.write_one(sql, &[&upstream, &signed(open_until_ms), &i64::from(openings)]).await.map(|_| ())
    }

    async fn reserve_spending(
        &self,
        upstream: &str,
        day: Day,
        price: MicroYuan,
        budget: Option<MicroYuan>,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO upstream_spending AS held (upstream, day, spent_micro_yuan)
            SELECT $1, $2, $3 WHERE $3::bigint <= $4::bigint
            ON CONFLICT (upstream, day) DO UPDATE SET spent_micro_yuan = held.spent_micro_yuan + excluded.spent_micro_yuan
                WHERE held.spent_micro_yuan <= $4::bigint - excluded.spent_micro_yuan";
        let budget = budget.map_or(i64::MAX, |budget| signed(budget.0));
        Ok(self.write_one(sql, &[&upstream, &day.number(), &signed(price.0), &budget]).await? > 0)
    }

    async fn release_spending(&self, upstream: &str, day: Day, price: MicroYuan) -> Result<(), StoreError> {
        let sql = "UPDATE upstream_spending SET spent_micro_yuan = greatest(spent_micro_yuan - $3, 0)
            WHERE upstream = $1 AND day = $2";
        self.write_one(sql, &[&upstream, &day.number(), &signed(price.0)]).await.map(|_| ())
    }

    async fn tell_upstream(&self, server: &str, upstream: &str, at: UnixTime, status: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO upstream_status (server, upstream, at, status) VALUES ($1, $2, $3, $4)
            ON CONFLICT (upstream, server) DO UPDATE SET at = excluded.at, status = excluded.status";
        self.write_one(sql, &[&server, &upstream, &i64::from(at.0), &status]).await.map(|_| ())
    }

    async fn told_of_upstreams(&self, since: UnixTime) -> Result<Vec<(String, String, UnixTime, String)>, StoreError> {
        let sql = "SELECT server, upstream, at, status FROM upstream_status WHERE at >= $1
            ORDER BY upstream COLLATE \"C\", at DESC, server COLLATE \"C\"";
        let rows = self.pool.query(sql, &[&i64::from(since.0)]).await?;
        let read = |row: &Row| Ok((column(row, 0)?, column(row, 1)?, UnixTime(small(row, 2)?), column(row, 3)?));
        rows.iter().map(read).collect()
    }
}
