//! Successes and what they cost, by day.

use std::collections::BTreeMap;

use domain::{AccountId, MicroYuan, TokenId};
use ledger::{Day, Quota};
use store::{QuotaOf, StoreError, Usage, signed};
use tokio_postgres::Row;

use super::books::LOCK_ACCOUNTS;
use super::calls;
use super::values::{amount, number, small};
use crate::PostgresStore;
use crate::error::column;
use crate::transaction::Transaction;

/// The key of a row: its day, account, token and endpoint.
pub(super) type Place = (Day, AccountId, TokenId, u8);

/// What is to be added to the usage, each row once, in the order of the key.
#[derive(Default)]
pub(super) struct UsageDeltas(BTreeMap<Place, Delta>);

#[derive(Default, Clone, Copy)]
struct Delta {
    calls: i64,
    charged_micro_yuan: i64,
}

impl UsageDeltas {
    /// Counts successes of a price, or takes them back where `calls` is negative.
    pub(super) fn count(&mut self, place: Place, calls: i64, price: MicroYuan) {
        self.add(place, calls, calls * signed(price.0));
    }

    fn add(&mut self, place: Place, calls: i64, charged_micro_yuan: i64) {
        let delta = self.0.entry(place).or_default();
        delta.calls += calls;
        delta.charged_micro_yuan += charged_micro_yuan;
    }

    /// Writes it. The books of the accounts are locked, so that nobody waits for a row of theirs.
    pub(super) async fn save(&self, transaction: &Transaction) -> Result<(), StoreError> {
        let add = "INSERT INTO usage AS held (day, account_id, token_id, endpoint, calls, charged_micro_yuan)
            SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::smallint[], $5::bigint[], $6::bigint[])
            ON CONFLICT (day, account_id, token_id, endpoint) DO UPDATE SET calls = held.calls + excluded.calls,
                charged_micro_yuan = held.charged_micro_yuan + excluded.charged_micro_yuan";
        // The row to insert must be valid by itself, even where it only updates.
        let take_back = "UPDATE usage AS held SET calls = held.calls + delta.calls,
                charged_micro_yuan = held.charged_micro_yuan + delta.charged
            FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::smallint[], $5::bigint[], $6::bigint[])
                AS delta (day, account_id, token_id, endpoint, calls, charged)
            WHERE held.day = delta.day AND held.account_id = delta.account_id AND held.token_id = delta.token_id
                AND held.endpoint = delta.endpoint";
        tokio::try_join!(
            biased;
            self.write(transaction, add, |delta| delta.calls >= 0),
            self.write(transaction, take_back, |delta| delta.calls < 0)
        )?;
        Ok(())
    }

    async fn write(
        &self,
        transaction: &Transaction,
        sql: &'static str,
        which: fn(&Delta) -> bool,
    ) -> Result<(), StoreError> {
        let rows: Vec<(&Place, &Delta)> = self.0.iter().filter(|(_, delta)| which(delta)).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let days: Vec<i32> = rows.iter().map(|(place, _)| place.0.number()).collect();
        let accounts: Vec<i64> = rows.iter().map(|(place, _)| place.1.0).collect();
        let tokens: Vec<i64> = rows.iter().map(|(place, _)| place.2.0).collect();
        let endpoints: Vec<i16> = rows.iter().map(|(place, _)| i16::from(place.3)).collect();
        let calls: Vec<i64> = rows.iter().map(|(_, delta)| delta.calls).collect();
        let charged: Vec<i64> = rows.iter().map(|(_, delta)| delta.charged_micro_yuan).collect();
        transaction.execute(sql, &[&days, &accounts, &tokens, &endpoints, &calls, &charged]).await?;
        Ok(())
    }
}

impl PostgresStore {
    /// What was used from one day to another, both included.
    pub(super) async fn list_usage(
        &self,
        account_id: Option<AccountId>,
        from: Day,
        to: Day,
    ) -> Result<Vec<Usage>, StoreError> {
        let sql = "SELECT day, account_id, token_id, endpoint, calls, charged_micro_yuan FROM usage
            WHERE day BETWEEN $1 AND $2 AND ($3::bigint IS NULL OR account_id = $3) AND calls > 0
            ORDER BY day, account_id, token_id, endpoint";
        let account_id = account_id.map(|id| id.0);
        let rows = self.pool.query(sql, &[&from.number(), &to.number(), &account_id]).await?;
        rows.iter().map(usage).collect()
    }

    /// Adds to what was used.
    pub(super) async fn add_usage(&self, usage: &[Usage]) -> Result<(), StoreError> {
        let mut deltas = UsageDeltas::default();
        for row in usage {
            let place = (row.day, row.account_id, row.token_id, row.endpoint);
            deltas.add(place, signed(row.calls), signed(row.charged.0));
        }
        if deltas.0.is_empty() {
            return Ok(());
        }
        let transaction = Transaction::begin(&self.pool).await?;
        let accounts: Vec<i64> = usage.iter().map(|row| row.account_id.0).collect();
        transaction.query(LOCK_ACCOUNTS, &[&accounts]).await?;
        deltas.save(&transaction).await?;
        transaction.commit().await
    }
}

/// Lets a daily quota begin with the successes of the day so far, and the calls on hold. Its book is locked.
pub(super) async fn begin_quota(transaction: &Transaction, of: QuotaOf) -> Result<(), StoreError> {
    let read = async |sql: &'static str| {
        let row = transaction.query_opt(sql, &[&of.number()]).await?;
        let quota =
            |row: &Row| Ok::<_, StoreError>(Quota { day: Day::from_number(column(row, 0)?), used: number(row, 1)? });
        row.as_ref().map(quota).transpose()
    };
    let Some((mut quota, counted)) = read(of.select()).await?.zip(read(of.last_day()).await?) else { return Ok(()) };
    let held = of.held(&calls::held(transaction, counted.day).await?);
    quota.begin(Quota { used: counted.used + held, ..counted });
    transaction.execute(of.update(), &[&quota.day.number(), &signed(quota.used), &of.number()]).await?;
    Ok(())
}

fn usage(row: &Row) -> Result<Usage, StoreError> {
    Ok(Usage {
        day: Day::from_number(column(row, 0)?),
        account_id: AccountId(column(row, 1)?),
        token_id: TokenId(column(row, 2)?),
        endpoint: small(row, 3)?,
        calls: number(row, 4)?,
        charged: amount(row, 5)?,
    })
}
