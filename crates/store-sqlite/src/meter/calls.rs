//! Rows of `calls`, one by one and in lists.

use domain::{AccountId, Call, CallId, CallState, CreatorKey, LostPurchase, Platform, TokenId};
use ledger::Day;
use rusqlite::types::FromSqlError;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use store::{CallFilter, StoreError, Take, Unsettled};

use super::books::{amount, signed};
use crate::error::from_sqlite;

const COLUMNS: &str =
    "call_id, account_id, token_id, endpoint, author_id, platform, state, price_micro_yuan, charged_micro_yuan,
     lost_upstream, lost_failure, lost_sent_at_ms";

/// Keeps a call, charged or held.
pub(super) fn insert(connection: &Connection, take: &Take, state: CallState) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO calls (call_id, account_id, token_id, endpoint, author_id, platform, state, price_micro_yuan,
        charged_micro_yuan) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let mut buffer = itoa::Buffer::new();
    // A call about no creator, or several, has an empty id.
    let key = take.key.as_ref();
    let price = signed(take.price);
    let charged = if state == CallState::Succeeded { price } else { 0 };
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let values = params![
        id_bytes(take.id),
        take.account_id.0,
        take.token_id.0,
        take.endpoint,
        key.map_or("", |key| key.author_id.write(&mut buffer)),
        key.map_or(0, |key| key.platform.number()),
        state.number(),
        price,
        charged
    ];
    statement.execute(values).map_err(from_sqlite)?;
    Ok(())
}

/// Says how a call stands now, and whether its price is charged.
pub(super) fn set_state(
    connection: &Connection,
    call: &Call,
    state: CallState,
    charged: bool,
) -> Result<(), StoreError> {
    let sql = "UPDATE calls SET state = ?2, charged_micro_yuan = CASE WHEN ?3 THEN price_micro_yuan ELSE 0 END
        WHERE call_id = ?1";
    let values = params![id_bytes(call.id), state.number(), charged];
    connection.prepare_cached(sql).and_then(|mut sql| sql.execute(values)).map_err(from_sqlite)?;
    Ok(())
}

/// Keeps what was lost on a call.
pub(super) fn set_lost(connection: &Connection, id: CallId, lost: &LostPurchase) -> Result<(), StoreError> {
    let sql = "UPDATE calls SET lost_upstream = ?2, lost_failure = ?3, lost_sent_at_ms = ?4 WHERE call_id = ?1";
    let LostPurchase { upstream, failure, sent_at_ms } = lost;
    let values = params![id_bytes(id), upstream, failure, sent_at_ms];
    connection.prepare_cached(sql).and_then(|mut sql| sql.execute(values)).map_err(from_sqlite)?;
    Ok(())
}

/// A call.
pub(super) fn read(connection: &Connection, id: CallId) -> Result<Option<Call>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM calls WHERE call_id = ?1");
    let mut statement = connection.prepare_cached(&sql).map_err(from_sqlite)?;
    statement.query_row([id_bytes(id)], call).optional().map_err(from_sqlite)
}

/// Calls, newest first.
pub(super) fn list(connection: &Connection, filter: CallFilter) -> Result<Vec<Call>, StoreError> {
    let [from, before] = filter.ids().map(id_bytes);
    let mut values: Vec<&dyn ToSql> = vec![&before, &filter.limit, &from];
    values.extend(filter.account_id.as_ref().map(|AccountId(id)| id as &dyn ToSql));
    values.extend(filter.token_id.as_ref().map(|TokenId(id)| id as &dyn ToSql));
    let mut statement = connection.prepare_cached(&list_sql(&filter)).map_err(from_sqlite)?;
    let rows = statement.query_map(values.as_slice(), call).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

/// The statement of a filter, with the numbers of account and token, where it has them, behind ?3. Says what is asked for in so many
/// words, so that the indexes can be used, but nobody's number: each account's own statement would push out the others that a
/// connection keeps compiled.
fn list_sql(filter: &CallFilter) -> String {
    let mut conditions = "call_id >= ?3 AND call_id < ?1".to_owned();
    let mut last = 3;
    if filter.account_id.is_some() {
        last += 1;
        conditions.push_str(&format!(" AND account_id = ?{last}"));
    }
    if filter.token_id.is_some() {
        last += 1;
        // By its account too, whose calls have an index.
        let account_id = format!("(SELECT account_id FROM tokens WHERE token_id = ?{last})");
        conditions.push_str(&format!(" AND token_id = ?{last} AND account_id = {account_id}"));
    }
    if filter.lost {
        conditions.push_str(" AND lost_upstream IS NOT NULL");
    }
    if let Some(state) = filter.state {
        conditions.push_str(&format!(" AND state = {}", state.number()));
    }
    format!("SELECT {COLUMNS} FROM calls WHERE {conditions} ORDER BY call_id DESC LIMIT ?2")
}

/// How many calls of a day are on hold, by account and token. Holds are few: they come first.
pub(super) fn held(connection: &Connection, day: Day) -> Result<Vec<(AccountId, TokenId, u64)>, StoreError> {
    let sql = "SELECT account_id, token_id, count(*) FROM holds CROSS JOIN calls USING (call_id)
        WHERE holds.call_id >= ?1 AND holds.call_id < ?2 GROUP BY account_id, token_id ORDER BY account_id, token_id";
    let bounds = [day.begins_at_ms(), day.ends_at_ms()].map(|ms| id_bytes(CallId::first_at(ms)));
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let rows = statement.query_map(bounds, |row| Ok((AccountId(row.get(0)?), TokenId(row.get(1)?), row.get(2)?)));
    rows.and_then(Iterator::collect).map_err(from_sqlite)
}

/// How many calls wait for their end, each kind by an index of its own.
pub(super) fn unsettled(connection: &Connection) -> Result<Unsettled, StoreError> {
    let sql = "SELECT (SELECT count(*) FROM holds), (SELECT count(*) FROM calls WHERE state = 3)";
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let read = |row: &Row<'_>| Ok(Unsettled { held: row.get(0)?, unknown: row.get(1)? });
    statement.query_row([], read).map_err(from_sqlite)
}

/// Whether [`forget`] has anything to do.
pub(super) fn any_to_forget(connection: &Connection, before_ms: u64) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM calls WHERE call_id < ?1 AND state NOT IN (0, 3)";
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    statement.exists([id_bytes(CallId::first_at(before_ms))]).map_err(from_sqlite)
}

/// Forgets settled calls made before a moment, the oldest first.
pub(super) fn forget(connection: &Connection, before_ms: u64, limit: u32) -> Result<u64, StoreError> {
    let sql = "DELETE FROM calls WHERE call_id IN
        (SELECT call_id FROM calls WHERE call_id < ?1 AND state NOT IN (0, 3) ORDER BY call_id LIMIT ?2)";
    let values = params![id_bytes(CallId::first_at(before_ms)), limit];
    let forgotten = connection.prepare_cached(sql).and_then(|mut sql| sql.execute(values)).map_err(from_sqlite)?;
    Ok(forgotten as u64)
}

/// A call's id as it is kept: bytes that sort as it does.
pub(super) fn id_bytes(id: CallId) -> [u8; 16] {
    id.0.to_be_bytes()
}

/// The call's id of a column.
pub(super) fn id(row: &Row<'_>, column: usize) -> rusqlite::Result<CallId> {
    row.get(column).map(|bytes: [u8; 16]| CallId(u128::from_be_bytes(bytes)))
}

fn call(row: &Row<'_>) -> rusqlite::Result<Call> {
    let key = match row.get_ref(4)?.as_str()? {
        "" => None,
        id => {
            let author_id = id.parse().map_err(|error| FromSqlError::Other(Box::new(error)))?;
            let platform = Platform::from_number(row.get(5)?).ok_or(FromSqlError::OutOfRange(5))?;
            Some(CreatorKey { author_id, platform })
        }
    };
    Ok(Call {
        id: id(row, 0)?,
        account_id: AccountId(row.get(1)?),
        token_id: TokenId(row.get(2)?),
        endpoint: row.get(3)?,
        key,
        state: CallState::from_number(row.get(6)?).ok_or(FromSqlError::OutOfRange(6))?,
        price: amount(row, 7)?,
        charged: amount(row, 8)?,
        lost: lost(row)?,
    })
}

fn lost(row: &Row<'_>) -> rusqlite::Result<Option<LostPurchase>> {
    let Some(upstream) = row.get(9)? else { return Ok(None) };
    Ok(Some(LostPurchase { upstream, failure: row.get(10)?, sent_at_ms: row.get(11)? }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::{LEDGER, migrate};

    fn filter(account_id: Option<i64>, token_id: Option<i64>, state: Option<CallState>) -> CallFilter {
        let (account_id, token_id) = (account_id.map(AccountId), token_id.map(TokenId));
        CallFilter { account_id, token_id, state, ..CallFilter::default() }
    }

    #[test]
    fn the_lists_of_all_accounts_are_one_statement_for_each_kind_of_list() {
        for state in [None, Some(CallState::Succeeded), Some(CallState::Unknown)] {
            for (account_id, token_id) in [(None, Some(3)), (Some(3), None), (Some(3), Some(3))] {
                let of_another = |id: Option<i64>| id.map(|id| id + 1);
                let other = filter(of_another(account_id), of_another(token_id), state);
                assert_eq!(list_sql(&filter(account_id, token_id, state)), list_sql(&other));
            }
        }
    }

    #[test]
    fn every_list_is_read_by_an_index_in_its_order() {
        let mut connection = Connection::open_in_memory().expect("a database");
        migrate(&mut connection, &LEDGER).expect("a ledger");
        let by_account = "SEARCH calls USING INDEX calls_by_account (account_id=? AND call_id>? AND call_id<?)";
        for (asked, expected) in [
            (filter(None, None, None), "SEARCH calls USING PRIMARY KEY (call_id>? AND call_id<?)"),
            (
                filter(None, None, Some(CallState::Unknown)),
                "SEARCH calls USING INDEX calls_unknown (call_id>? AND call_id<?)",
            ),
            (
                CallFilter { lost: true, ..filter(None, None, None) },
                "SEARCH calls USING INDEX calls_lost (call_id>? AND call_id<?)",
            ),
            (filter(Some(1), None, None), by_account),
            (filter(None, Some(1), None), by_account),
            (filter(Some(1), Some(1), Some(CallState::Succeeded)), by_account),
        ] {
            let sql = format!("EXPLAIN QUERY PLAN {}", list_sql(&asked));
            let mut statement = connection.prepare(&sql).expect("a statement");
            let steps = statement.raw_query().mapped(|row| row.get::<_, String>(3));
            let steps: Vec<String> = steps.map(|step| step.expect("a step")).collect();
            assert!(steps.iter().any(|step| step == expected), "{asked:?}: {steps:?}");
            assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{asked:?}: {steps:?}");
        }
    }
}
