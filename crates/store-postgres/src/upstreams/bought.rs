//! Rows of `bought`, as they are and as snapshots.

use std::sync::LazyLock;

use domain::{CpInfo, CreatorKey, MicroYuan, Platform};
use store::{Bought, BoughtFilter, FIGURE_COLUMNS, StoreError, bought_figures, hot_item_of, signed};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::PostgresStore;
use crate::connection::Values;
use crate::error::{column, known};
use crate::snapshot_row::{amounts, count, id_text, small};
use crate::transaction::Transaction;

static INSERT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "INSERT INTO bought (author_id, platform, upstream, received_at_ms, price_micro_yuan, body, age_s, {FIGURE_COLUMNS})
         VALUES ($1, $2, $3, $4, $5, nullif($6, ''::bytea), $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
    )
});

static SET_FIGURES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "UPDATE bought SET ({FIGURE_COLUMNS}) = ROW ($4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         WHERE number = $1 AND author_id = $2 AND platform = $3"
    )
});

static LIST: LazyLock<String> = LazyLock::new(|| list_sql("$5::text IS NULL AND $6::smallint IS NULL"));

/// Says whose in so many words, so that the index can be used.
static LIST_OF_CREATOR: LazyLock<String> = LazyLock::new(|| list_sql("author_id = $5 AND platform = $6"));

fn list_sql(whose: &str) -> String {
    format!(
        "SELECT number, author_id, platform, upstream, received_at_ms, price_micro_yuan, body, age_s, {FIGURE_COLUMNS} FROM bought
         WHERE {whose} AND number > $1 AND received_at_ms >= $2 AND ($3::text IS NULL OR upstream = $3)
         ORDER BY number LIMIT $4"
    )
}

/// Usable answers of the creator $1 on the platform $2, in the shape of `SNAPSHOT_COLUMNS`.
pub(crate) fn snapshots_sql() -> String {
    format!("SELECT {} FROM bought WHERE author_id = $1 AND platform = $2 AND expected_views IS NOT NULL", columns())
}

/// Of every creator the usable answer bought last, in the order of a survey and the same shape.
pub(crate) fn newest_of_each_sql() -> String {
    format!(
        "SELECT DISTINCT ON (author_id, platform) {} FROM bought WHERE expected_views IS NOT NULL
         ORDER BY author_id, platform, number DESC",
        columns()
    )
}

/// The number of the answer kept last; 0 without any.
pub(crate) const LAST_NUMBER_SQL: &str = "(SELECT coalesce(max(number), 0) FROM bought)";

/// An answer in the shape of `SNAPSHOT_COLUMNS`.
fn columns() -> String {
    format!(
        "author_id, platform, 2::smallint AS source, number, 'upstream/' || upstream AS method,
         greatest(received_at_ms / 1000 - age_s, 0) AS as_of, received_at_ms / 1000 AS recorded_at, expected_views,
         NULL::bigint, NULL::bigint, NULL::bigint, hot_item_bp,
         NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, {costs}, NULL::bigint, NULL::bigint",
        costs = FIGURE_COLUMNS.trim_start_matches("expected_views, hot_item_bp, ")
    )
}

impl PostgresStore {
    /// Keeps an answer.
    ///
    /// # Errors
    /// [`StoreError::Database`] when a figure is 2^63 or more.
    pub(super) async fn insert_bought(&self, bought: &Bought) -> Result<(), StoreError> {
        let figures = bought_figures(bought.info.as_ref())?;
        let (author_id, platform) = (id_text(&bought.key.author_id), i16::from(bought.key.platform.number()));
        let (received_at_ms, price) = (signed(bought.received_at_ms), signed(bought.price.0));
        let age_s = i64::from(bought.age_s);
        let mut values: Vec<&(dyn ToSql + Sync)> =
            vec![&author_id, &platform, &bought.upstream, &received_at_ms, &price, &bought.body, &age_s];
        values.extend(figures.iter().map(|figure| figure as &(dyn ToSql + Sync)));
        self.change_soon(INSERT.as_str(), &values).await.map(|_| ())
    }

    /// Replaces the figures of a creator's answer and counts that; false when the creator has none of this number.
    pub(super) async fn set_figures(
        &self,
        key: &CreatorKey,
        number: u64,
        info: Option<&CpInfo>,
    ) -> Result<bool, StoreError> {
        let (number, figures) = (signed(number), bought_figures(info)?);
        let (author_id, platform) = (id_text(&key.author_id), i16::from(key.platform.number()));
        let mut values: Vec<&(dyn ToSql + Sync)> = vec![&number, &author_id, &platform];
        values.extend(figures.iter().map(|figure| figure as &(dyn ToSql + Sync)));
        let transaction = Transaction::begin(&self.pool).await?;
        let is_there = transaction.execute(SET_FIGURES.as_str(), &values).await? > 0;
        if is_there {
            transaction.execute("UPDATE meta SET reread_generation = reread_generation + 1", &[]).await?;
        }
        transaction.commit().await?;
        Ok(is_there)
    }

    /// Answers, the oldest first.
    pub(super) async fn list_bought(&self, filter: &BoughtFilter) -> Result<Vec<Bought>, StoreError> {
        let author_id = filter.key.as_ref().map(|key| id_text(&key.author_id));
        let platform = filter.key.as_ref().map(|key| i16::from(key.platform.number()));
        let sql = if filter.key.is_some() { &LIST_OF_CREATOR } else { &LIST };
        let (after, since_ms, limit) = (signed(filter.after), signed(filter.since_ms), i64::from(filter.limit));
        let values: Values<'_> = &[&after, &since_ms, &filter.upstream, &limit, &author_id, &platform];
        self.pool.query(sql.as_str(), values).await?.iter().map(read).collect()
    }

    /// Forgets the bodies of answers received before a moment, the oldest first; others may do the same meanwhile.
    pub(super) async fn forget_old_bodies(&self, before_ms: u64, limit: u32) -> Result<u64, StoreError> {
        let before_ms = signed(before_ms);
        let any = "SELECT 1 FROM bought WHERE body IS NOT NULL AND received_at_ms < $1 LIMIT 1";
        if limit == 0 || self.pool.query_opt(any, &[&before_ms]).await?.is_none() {
            return Ok(0);
        }
        let sql = "UPDATE bought SET body = NULL WHERE number = ANY(ARRAY(SELECT number FROM bought
            WHERE body IS NOT NULL AND received_at_ms < $1 ORDER BY received_at_ms LIMIT $2 FOR UPDATE SKIP LOCKED))";
        self.change(sql, &[&before_ms, &i64::from(limit)]).await
    }
}

fn read(row: &Row) -> Result<Bought, StoreError> {
    let unsigned = |at| known(u64::try_from(column::<i64>(row, at)?));
    let author_id = known(column::<&str>(row, 1)?.parse())?;
    let platform = u8::try_from(column::<i16>(row, 2)?).ok().and_then(Platform::from_number);
    let info = match count(row, 8)? {
        Some(expected_views) => {
            let (cpm, cpe) = (amounts(row, 10)?, amounts(row, 14)?);
            Some(CpInfo { expected_views, hot_item_bp: hot_item_of(small(row, 9)?), cpm, cpe })
        }
        None => None,
    };
    Ok(Bought {
        number: unsigned(0)?,
        key: CreatorKey { author_id, platform: known(platform.ok_or("no platform"))? },
        upstream: column(row, 3)?,
        received_at_ms: unsigned(4)?,
        age_s: small(row, 7)?,
        price: MicroYuan(unsigned(5)?),
        info,
        body: column::<Option<_>>(row, 6)?.unwrap_or_default(),
    })
}
