//! Rows of `calls`, one by one and in lists.

use std::sync::LazyLock;

use domain::{AccountId, Call, CallId, CallState, CreatorKey, LostPurchase, Platform, TokenId};
use ledger::Day;
use store::{CallFilter, StoreError, Take, Unsettled, signed};
use tokio_postgres::Row;

use super::values::{self, Id, amount, small};
use crate::PostgresStore;
use crate::connection::Values;
use crate::error::{column, known};
use crate::snapshot_row::id_text;
use crate::transaction::Transaction;

const COLUMNS: &str =
    "call_id, account_id, token_id, endpoint, author_id, platform, state, price_micro_yuan, charged_micro_yuan,
     lost_upstream, lost_failure, lost_sent_at_ms";

static READ: LazyLock<String> = LazyLock::new(|| format!("SELECT {COLUMNS} FROM calls WHERE call_id = $1"));

/// Waits for whoever settles one of the calls.
static LOCK: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {COLUMNS} FROM calls WHERE call_id = ANY($1) ORDER BY call_id FOR UPDATE"));

/// Every condition, for any filter.
const OF_ANY: &str = "($1::bigint IS NULL OR account_id = $1) AND ($2::bigint IS NULL OR token_id = $2)
    AND ($3::smallint IS NULL OR state = $3)";

static LIST: LazyLock<String> = LazyLock::new(|| list_sql("TRUE"));

/// Says the state in so many words, so that the index of unknown calls can be used.
static LIST_UNKNOWN: LazyLock<String> = LazyLock::new(|| list_sql("state = 3"));

/// And so for those that an upstream may have billed for nothing.
static LIST_LOST: LazyLock<String> = LazyLock::new(|| list_sql("lost_upstream IS NOT NULL"));

/// Whose calls is said as a range of the index of an account's, which no other index has the order of: the planner, which does
/// not know whose, would read everybody's calls from the newest on.
static LIST_OF_ACCOUNT: LazyLock<String> = LazyLock::new(|| {
    let account_id = "coalesce($1, (SELECT account_id FROM tokens WHERE token_id = $2))";
    format!(
        "SELECT {COLUMNS} FROM calls
         WHERE (account_id, call_id) <= ({account_id}, $4) AND (account_id, call_id) >= ({account_id}, $6) AND {OF_ANY}
         ORDER BY account_id DESC, call_id DESC LIMIT $5"
    )
});

/// Calls on hold of a range of ids, by account and token.
const HELD: &str = "SELECT account_id, token_id, count(*) FROM holds JOIN calls USING (call_id)
    WHERE holds.call_id >= $1 AND holds.call_id < $2 GROUP BY account_id, token_id ORDER BY account_id, token_id";

fn list_sql(indexed: &str) -> String {
    format!(
        "SELECT {COLUMNS} FROM calls WHERE call_id <= $4 AND call_id >= $6 AND {indexed} AND {OF_ANY}
         ORDER BY call_id DESC LIMIT $5"
    )
}

/// Keeps calls, charged or held; they come by id.
///
/// # Errors
/// Those of the database, when one of the ids was used before.
pub(super) async fn insert(transaction: &Transaction, takes: &[&Take], state: CallState) -> Result<(), StoreError> {
    let sql = "INSERT INTO calls (call_id, account_id, token_id, endpoint, author_id, platform, price_micro_yuan,
                                  state, charged_micro_yuan)
        SELECT call_id, account_id, token_id, endpoint, author_id, platform, price, $8, CASE WHEN $9 THEN price ELSE 0 END
        FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::smallint[], $5::text[], $6::smallint[], $7::bigint[])
            AS taken (call_id, account_id, token_id, endpoint, author_id, platform, price)";
    let ids: Vec<Id> = takes.iter().map(|take| Id(take.id)).collect();
    let accounts: Vec<i64> = takes.iter().map(|take| take.account_id.0).collect();
    let tokens: Vec<i64> = takes.iter().map(|take| take.token_id.0).collect();
    let endpoints: Vec<i16> = takes.iter().map(|take| i16::from(take.endpoint)).collect();
    // A call about no creator, or several, has an empty id.
    let keys = || takes.iter().map(|take| take.key.as_ref());
    let authors: Vec<String> = keys().map(|key| key.map_or_else(String::new, |key| id_text(&key.author_id))).collect();
    let platforms: Vec<i16> = keys().map(|key| key.map_or(0, |key| i16::from(key.platform.number()))).collect();
    let prices: Vec<i64> = takes.iter().map(|take| signed(take.price.0)).collect();
    let (number, is_charged) = (i16::from(state.number()), state == CallState::Succeeded);
    let values: Values<'_> =
        &[&ids, &accounts, &tokens, &endpoints, &authors, &platforms, &prices, &number, &is_charged];
    transaction.execute(sql, values).await?;
    Ok(())
}

/// Says how calls stand now, and whether their price is charged.
pub(super) async fn set_state(
    transaction: &Transaction,
    ids: &[Id],
    state: CallState,
    charged: bool,
) -> Result<(), StoreError> {
    let sql = "UPDATE calls SET state = $2, charged_micro_yuan = CASE WHEN $3 THEN price_micro_yuan ELSE 0 END
        WHERE call_id = ANY($1)";
    transaction.execute(sql, &[&ids, &i16::from(state.number()), &charged]).await?;
    Ok(())
}

/// Keeps what was lost on calls.
pub(super) async fn set_lost(transaction: &Transaction, lost: &[(Id, &LostPurchase)]) -> Result<(), StoreError> {
    if lost.is_empty() {
        return Ok(());
    }
    let ids: Vec<Id> = lost.iter().map(|(id, _)| *id).collect();
    let upstreams: Vec<&str> = lost.iter().map(|(_, lost)| lost.upstream.as_str()).collect();
    let failures: Vec<&str> = lost.iter().map(|(_, lost)| lost.failure.as_str()).collect();
    let sent_at: Vec<i64> = lost.iter().map(|(_, lost)| signed(lost.sent_at_ms)).collect();
    let sql = "UPDATE calls SET lost_upstream = upstream, lost_failure = failure, lost_sent_at_ms = sent_at_ms
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[]) AS lost (id, upstream, failure, sent_at_ms)
        WHERE call_id = id";
    transaction.execute(sql, &[&ids, &upstreams, &failures, &sent_at]).await?;
    Ok(())
}

/// The calls of ids, by id, locked.
pub(super) async fn lock(transaction: &Transaction, ids: &[Id]) -> Result<Vec<Call>, StoreError> {
    transaction.query(LOCK.as_str(), &[&ids]).await?.iter().map(call).collect()
}

/// Waits for a transaction that keeps one of these ids and has not ended: after a commit without an answer the server may
/// still be at it. A row that is not there yet cannot be locked; but another one of its id waits until it is known whether
/// there will be one. What was put there to wait goes again, seen by nobody.
pub(super) async fn await_commits(transaction: &Transaction, ids: &[Id]) -> Result<(), StoreError> {
    // No account has the number 0.
    let put = "INSERT INTO calls (call_id, account_id, token_id, endpoint, author_id, platform, price_micro_yuan,
                                  state, charged_micro_yuan)
        SELECT call_id, 0, 0, 0, '', 0, 0, 2, 0 FROM unnest($1::uuid[]) AS asked (call_id) ON CONFLICT DO NOTHING";
    transaction.execute(put, &[&ids]).await?;
    transaction.execute("DELETE FROM calls WHERE call_id = ANY($1) AND account_id = 0", &[&ids]).await?;
    Ok(())
}

impl PostgresStore {
    /// A call.
    pub(super) async fn read_call(&self, id: CallId) -> Result<Option<Call>, StoreError> {
        self.pool.query_opt(READ.as_str(), &[&Id(id)]).await?.as_ref().map(call).transpose()
    }

    /// Calls, newest first.
    pub(super) async fn list_calls(&self, filter: CallFilter) -> Result<Vec<Call>, StoreError> {
        let is_of_account = filter.account_id.is_some() || filter.token_id.is_some();
        let sql = match filter.state {
            _ if filter.lost => &LIST_LOST,
            Some(CallState::Unknown) => &LIST_UNKNOWN,
            _ if is_of_account => &LIST_OF_ACCOUNT,
            _ => &LIST,
        };
        let [from, before] = filter.ids();
        let Some(last) = before.0.checked_sub(1) else { return Ok(Vec::new()) };
        let account_id = filter.account_id.map(|id| id.0);
        let token_id = filter.token_id.map(|id| id.0);
        let state = filter.state.map(|state| i16::from(state.number()));
        let (last, limit) = (Id(CallId(last)), i64::from(filter.limit));
        let values: Values<'_> = &[&account_id, &token_id, &state, &last, &limit, &Id(from)];
        self.pool.query(sql.as_str(), values).await?.iter().map(call).collect()
    }

    /// How many calls wait for their end, each kind by an index of its own.
    pub(super) async fn count_unsettled(&self) -> Result<Unsettled, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM holds), (SELECT count(*) FROM calls WHERE state = 3)";
        let row = self.pool.query_one(sql, &[]).await?;
        let number = |at| Ok::<_, StoreError>(column::<i64>(&row, at)?.unsigned_abs());
        Ok(Unsettled { held: number(0)?, unknown: number(1)? })
    }

    /// How many calls of a day are on hold, by account and token.
    pub(super) async fn count_held(&self, day: Day) -> Result<Vec<(AccountId, TokenId, u64)>, StoreError> {
        let [from, to] = ids_of(day);
        held_rows(&self.pool.query(HELD, &[&from, &to]).await?)
    }

    /// Forgets settled calls made before a moment, the oldest first; others may do the same meanwhile.
    pub(super) async fn forget_settled(&self, before_ms: u64, limit: u32) -> Result<u64, StoreError> {
        let sql = "DELETE FROM calls WHERE call_id = ANY(ARRAY(SELECT call_id FROM calls
            WHERE call_id < $1 AND state NOT IN (0, 3) ORDER BY call_id LIMIT $2 FOR UPDATE SKIP LOCKED))";
        let transaction = Transaction::begin(&self.pool).await?;
        let values: Values<'_> = &[&Id(CallId::first_at(before_ms)), &i64::from(limit)];
        let forgotten = transaction.execute(sql, values).await?;
        transaction.commit().await?;
        Ok(forgotten)
    }
}

/// The same, within a transaction.
pub(super) async fn held(transaction: &Transaction, day: Day) -> Result<Vec<(AccountId, TokenId, u64)>, StoreError> {
    let [from, to] = ids_of(day);
    held_rows(&transaction.query(HELD, &[&from, &to]).await?)
}

fn ids_of(day: Day) -> [Id; 2] {
    [day.begins_at_ms(), day.ends_at_ms()].map(|ms| Id(CallId::first_at(ms)))
}

fn held_rows(rows: &[Row]) -> Result<Vec<(AccountId, TokenId, u64)>, StoreError> {
    let count = |row: &Row| Ok((AccountId(column(row, 0)?), TokenId(column(row, 1)?), values::number(row, 2)?));
    rows.iter().map(count).collect()
}

fn call(row: &Row) -> Result<Call, StoreError> {
    let state = CallState::from_number(small(row, 6)?).ok_or("no state");
    let key = match column::<&str>(row, 4)? {
        "" => None,
        id => {
            let platform = Platform::from_number(small(row, 5)?).ok_or("no platform");
            Some(CreatorKey { author_id: known(id.parse())?, platform: known(platform)? })
        }
    };
    Ok(Call {
        id: values::id(row, 0)?,
        account_id: AccountId(column(row, 1)?),
        token_id: TokenId(column(row, 2)?),
        endpoint: small(row, 3)?,
        key,
        state: known(state)?,
        price: amount(row, 7)?,
        charged: amount(row, 8)?,
        lost: lost(row)?,
    })
}

fn lost(row: &Row) -> Result<Option<LostPurchase>, StoreError> {
    let Some(upstream) = column(row, 9)? else { return Ok(None) };
    Ok(Some(LostPurchase { upstream, failure: column(row, 10)?, sent_at_ms: values::number(row, 11)? }))
}
