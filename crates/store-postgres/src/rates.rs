//! Rates that several servers keep together in the database: the generic cell rate algorithm of `ledger`, one statement a
//! request, by the database's clock.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::Rate;
use ledger::Admission;
use store::{RateStore, RatesError, StoreError};

use crate::connection::Connection;
use crate::error::{column, database};
use crate::migrate;
use crate::pool::Pool;
use crate::target::Target;

/// Takes one request where the bucket has one, under the lock of its row; otherwise tells how it stood when the statement
/// began. As `ledger::Bucket::take`, with a moment more where it lowers what is too far ahead: so what comes back is admitted
/// exactly where the bucket is full again within its window.
///
/// The moment is read before the row is locked: who had to wait for the lock is decided as of when it asked, which admits no
/// more than the bucket holds. It is read again, under the lock, for what is too far ahead (the clock was set back, or the rate
/// was larger): by the moment before, what others took meanwhile would be given back.
const TAKE: &str = "WITH clock AS MATERIALIZED (
        SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now_us
    ), taken AS (
        INSERT INTO rate_buckets AS held (bucket, full_at_us) SELECT $1, now_us + $2 FROM clock
        ON CONFLICT (bucket) DO UPDATE
            SET full_at_us = CASE WHEN held.full_at_us + $2 <= excluded.full_at_us - $2 + $3
                THEN greatest(held.full_at_us + $2, excluded.full_at_us)
                ELSE (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $3 + 1 END
            WHERE held.full_at_us + $2 <= excluded.full_at_us - $2 + $3
                OR held.full_at_us > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + $3 + 1
        RETURNING full_at_us
    )
    SELECT full_at_us - now_us <= $3, full_at_us - now_us FROM taken CROSS JOIN clock
    UNION ALL
    SELECT FALSE, full_at_us - now_us FROM clock LEFT JOIN rate_buckets ON bucket = $1 WHERE NOT EXISTS (TABLE taken)";

/// What the buckets are kept in, as errors say it.
const PLACE: &str = "PostgreSQL";

/// How long an answer may take, where nothing else is said. A limiter that is slower than what it limits is as good as lost.
const PATIENCE: Duration = Duration::from_millis(250);

/// Buckets in PostgreSQL, on connections of their own: charges that wait for each other must not make callers wait who are
/// refused anyway.
pub struct PostgresRates {
    pool: Arc<Pool>,
    patience: Duration,
}

impl PostgresRates {
    /// Connects as [`crate::PostgresStore::connect`] does.
    ///
    /// # Errors
    /// As there.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let target = Target::of(url)?.impatient();
        let first = Connection::open(&target, database).await?;
        migrate::migrate(&first).await?;
        Ok(Self { pool: Pool::new(target, first), patience: PATIENCE })
    }

    /// The same, whose answers may take so long instead of a quarter of a second.
    #[must_use]
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    async fn take(&self, bucket: &str, interval_us: i64, window_us: i64) -> Result<(bool, i64), StoreError> {
        // Tried again on a new connection when the one at hand was lost: at worst a request counts twice.
        let row = self.pool.query_one(TAKE, &[&bucket, &interval_us, &window_us]).await?;
        // A bucket that was made while the statement ran has no row to tell about yet.
        Ok((column(&row, 0)?, column::<Option<i64>>(&row, 1)?.unwrap_or(window_us)))
    }
}

#[async_trait]
impl RateStore for PostgresRates {
    async fn admit(&self, bucket: &str, rate: Rate) -> Result<Admission, RatesError> {
        let (interval_us, window_us) = ledger::intervals_us(rate);
        let taken = self.take(bucket, interval_us.cast_signed(), window_us.cast_signed());
        let taken =
            tokio::time::timeout(self.patience, taken).await.map_err(|_| RatesError::Silent { place: PLACE })?;
        let (admitted, full_in_us) = taken.map_err(|error| RatesError::Failed { place: PLACE, cause: error.into() })?;
        let full_in_us = full_in_us.max(0).unsigned_abs();
        Ok(match admitted {
            true => Admission::admitted(full_in_us, interval_us, window_us),
            // Others may have taken since, and what is told is no promise: at least a moment, at most a whole interval.
            false => {
                let retry_in_us = (full_in_us.min(window_us) + interval_us).saturating_sub(window_us).max(1);
                Admission::Refused { retry_in_us }
            }
        })
    }
}
