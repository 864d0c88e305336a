//! Takes prices, for good or for the time being.

use domain::{AccountId, CallId, CallState, MicroYuan};
use ledger::Day;
use rusqlite::{Connection, OptionalExtension, params};
use store::{Done, Once, ServerId, Standing, StoreError, Take, Taken, Unanswered};

use super::books::Books;
use super::{calls, unanswered};
use crate::error::from_sqlite;

/// The most keys forgotten in one transaction: charges wait milliseconds for it.
const FORGOTTEN_AT_ONCE: u32 = 1_000;

/// For good, or until `expires_at_ms`, by a server where it is known.
#[derive(Clone, Copy)]
pub(super) enum Way {
    Charge,
    Hold { expires_at_ms: u64, server: Option<ServerId> },
}

/// Charges calls, and notes those of them that were taken with the others that the server has not answered.
pub(super) fn charge_noting(
    connection: &Connection,
    takes: &[Take],
    note: Option<&Unanswered>,
) -> Result<Vec<Taken>, StoreError> {
    let outcomes = take_all(connection, takes, Way::Charge)?;
    if let Some(note) = note {
        let taken = takes.iter().zip(&outcomes).filter(|(_, outcome)| matches!(outcome, Taken::Taken(_)));
        let taken: Vec<CallId> = taken.map(|(take, _)| take.id).collect();
        if !taken.is_empty() {
            unanswered::put(connection, note, &taken)?;
        }
    }
    Ok(outcomes)
}

/// Takes the price of each call, in order, each decided by itself.
pub(super) fn take_all(connection: &Connection, takes: &[Take], way: Way) -> Result<Vec<Taken>, StoreError> {
    let mut books = Books::new(connection);
    let taken = takes.iter().map(|take| take_one(connection, &mut books, take, way)).collect::<Result<_, _>>()?;
    books.save()?;
    Ok(taken)
}

fn take_one(connection: &Connection, books: &mut Books<'_>, take: &Take, way: Way) -> Result<Taken, StoreError> {
    if let Some(once) = &take.once
        && let Some(done) = done_once(connection, take.account_id, &once.key, take.id.unix_ms())?
    {
        return Ok(Taken::Before(done));
    }
    let day = Day::of(take.id.unix_ms());
    let pair = books.pair(take.account_id, take.token_id)?;
    let decided = match way {
        Way::Charge => ledger::charge(pair.account, pair.token, take.price, day),
        Way::Hold { .. } => ledger::hold(pair.account, pair.token, take.price, day),
    };
    if let Err(refusal) = decided {
        return Ok(Taken::Refused(refusal));
    }
    let standing = Standing { account: *pair.account, token: *pair.token };
    match way {
        Way::Charge => {
            calls::insert(connection, take, CallState::Succeeded)?;
            books.count((day, take.account_id, take.token_id, take.endpoint), 1, take.price);
        }
        Way::Hold { expires_at_ms, server } => {
            calls::insert(connection, take, CallState::Held)?;
            let sql = "INSERT INTO holds (call_id, expires_at_ms, server) VALUES (?1, ?2, ?3)";
            let values = params![calls::id_bytes(take.id), expires_at_ms, server.map(|server| server.0)];
            connection.prepare_cached(sql).and_then(|mut sql| sql.execute(values)).map_err(from_sqlite)?;
        }
    }
    if let Some(once) = &take.once {
        keep_once(connection, take, once)?;
    }
    Ok(Taken::Taken(standing))
}

/// What was done under an idempotency key, where it stands at `now_ms` still.
pub(super) fn done_once(
    connection: &Connection,
    account_id: AccountId,
    key: &str,
    now_ms: u64,
) -> Result<Option<Done>, StoreError> {
    let sql = "SELECT call_id, request, answer FROM done_once WHERE account_id = ?1 AND idempotency_key = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let done = statement.query_row(params![account_id.0, key], |row| {
        Ok(Done { id: calls::id(row, 0)?, request: row.get(1)?, answer: row.get(2)? })
    });
    let done = done.optional().map_err(from_sqlite)?;
    Ok(done.filter(|done| Once::lasts(done.id, now_ms)))
}

/// What the call under an idempotency key cost, or may cost, where it stands at `now_ms` still.
pub(super) fn cost_once(
    connection: &Connection,
    account_id: AccountId,
    key: &str,
    now_ms: u64,
) -> Result<Option<MicroYuan>, StoreError> {
    let sql = "SELECT call_id, iif(state = ?3, price_micro_yuan, charged_micro_yuan)
        FROM done_once LEFT JOIN calls USING (call_id) WHERE done_once.account_id = ?1 AND idempotency_key = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let values = params![account_id.0, key, CallState::Held.number()];
    let cost = statement.query_row(values, |row| Ok((calls::id(row, 0)?, row.get::<_, Option<i64>>(1)?)));
    let cost = cost.optional().map_err(from_sqlite)?.filter(|(id, _)| Once::lasts(*id, now_ms));
    Ok(cost.map(|(_, micro_yuan)| MicroYuan(micro_yuan.unwrap_or_default().unsigned_abs())))
}

fn keep_once(connection: &Connection, take: &Take, once: &Once) -> Result<(), StoreError> {
    // One that is there stands for nothing any more.
    let sql = "INSERT OR REPLACE INTO done_once (account_id, idempotency_key, call_id, request, answer)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = params![take.account_id.0, once.key, calls::id_bytes(take.id), once.request, once.answer];
    connection.prepare_cached(sql).and_then(|mut sql| sql.execute(values)).map_err(from_sqlite)?;
    Ok(())
}

/// Replaces the answer that stands under the key of a call, where it has one.
pub(super) fn answer_once(connection: &Connection, id: CallId, answer: &[u8]) -> Result<(), StoreError> {
    let sql = "UPDATE done_once SET answer = ?2 WHERE call_id = ?1";
    let values = params![calls::id_bytes(id), answer];
    connection.prepare_cached(sql).and_then(|mut sql| sql.execute(values)).map_err(from_sqlite)?;
    Ok(())
}

/// Forgets what stands under the key of a call that was taken back.
pub(super) fn forget_once(connection: &Connection, id: CallId) -> Result<(), StoreError> {
    let sql = "DELETE FROM done_once WHERE call_id = ?1";
    let id = [calls::id_bytes(id)];
    connection.prepare_cached(sql).and_then(|mut sql| sql.execute(id)).map_err(from_sqlite)?;
    Ok(())
}

/// Whether [`forget_old_keys`] has anything to do.
pub(super) fn any_old_keys(connection: &Connection, now_ms: u64) -> Result<bool, StoreError> {
    let before = [calls::id_bytes(Once::kept_since(now_ms))];
    let mut statement = connection.prepare_cached("SELECT 1 FROM done_once WHERE call_id < ?1").map_err(from_sqlite)?;
    statement.exists(before).map_err(from_sqlite)
}

/// Forgets keys that stand for nothing any more, the oldest first, so many at once: more are there for the next time.
pub(super) fn forget_old_keys(connection: &Connection, now_ms: u64) -> Result<(), StoreError> {
    let sql = "DELETE FROM done_once WHERE call_id IN
        (SELECT call_id FROM done_once WHERE call_id < ?1 ORDER BY call_id LIMIT ?2)";
    let values = params![calls::id_bytes(Once::kept_since(now_ms)), FORGOTTEN_AT_ONCE];
    connection.prepare_cached(sql).and_then(|mut sql| sql.execute(values)).map_err(from_sqlite)?;
    Ok(())
}
