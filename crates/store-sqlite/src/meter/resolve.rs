//! What becomes of calls after their price was taken or set aside.

use domain::{Call, CallId, CallState};
use ledger::{Day, Settled};
use rusqlite::{Connection, ToSql};
use store::{Reconciled, Resolution, Resolved, ServerId, StoreError, Unanswered};

use super::books::Books;
use super::{calls, take, unanswered};
use crate::error::from_sqlite;

/// Takes back what was charged for calls.
pub(super) fn undo(connection: &Connection, ids: &[CallId]) -> Result<(), StoreError> {
    let mut books = Books::new(connection);
    for id in ids {
        let call = calls::read(connection, *id)?;
        if let Some(call) = call.filter(Call::is_taken) {
            give_back(&mut books, &call)?;
            calls::set_state(connection, &call, CallState::Rejected, false)?;
            take::forget_once(connection, call.id)?;
        }
    }
    books.save()
}

/// Resolves holds, and notes those of them that were posted with the others that the server has not answered.
pub(super) fn resolve_noting(
    connection: &Connection,
    resolved: &[Resolved],
    note: Option<&Unanswered>,
) -> Result<Vec<bool>, StoreError> {
    let mut outcomes = Vec::with_capacity(resolved.len());
    let mut posted = Vec::new();
    let mut books = Books::new(connection);
    for Resolved { id, resolution, answer, lost } in resolved {
        let was_held = resolve(connection, &mut books, *id, *resolution)?;
        if was_held && *resolution == Resolution::Post {
            posted.push(*id);
            if let Some(answer) = answer {
                take::answer_once(connection, *id, answer)?;
            }
        }
        if let Some(lost) = lost.as_ref().filter(|_| was_held) {
            calls::set_lost(connection, *id, lost)?;
        }
        outcomes.push(was_held);
    }
    books.save()?;
    if let Some(note) = note.filter(|_| !posted.is_empty()) {
        unanswered::put(connection, note, &posted)?;
    }
    Ok(outcomes)
}

/// Resolves a hold; false when there is none.
fn resolve(
    connection: &Connection,
    books: &mut Books<'_>,
    id: CallId,
    resolution: Resolution,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM holds WHERE call_id = ?1";
    let held = connection.prepare_cached(sql).and_then(|mut sql| sql.execute([calls::id_bytes(id)]));
    if held.map_err(from_sqlite)? == 0 {
        return Ok(false);
    }
    let Some(call) = calls::read(connection, id)? else { return Ok(false) };
    let pair = books.pair(call.account_id, call.token_id)?;
    let day = Day::of(call.id.unix_ms());
    match resolution {
        Resolution::Post => {
            ledger::post(pair.account, pair.token, call.price);
            books.count((day, call.account_id, call.token_id, call.endpoint), 1, call.price);
            calls::set_state(connection, &call, CallState::Succeeded, true)?;
        }
        Resolution::Void(state) => {
            ledger::void(pair.account, pair.token, call.price, day);
            calls::set_state(connection, &call, state, false)?;
            take::forget_once(connection, call.id)?;
        }
    }
    Ok(true)
}

/// Whether [`expire`] has anything to do.
pub(super) fn is_due(connection: &Connection, now_ms: u64) -> Result<bool, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM holds WHERE expires_at_ms <= ?1").map_err(from_sqlite)?;
    Ok(statement.exists([now_ms]).map_err(from_sqlite)? || take::any_old_keys(connection, now_ms)?)
}

/// Voids expired holds; gives their calls.
pub(super) fn expire(connection: &Connection, now_ms: u64) -> Result<Vec<CallId>, StoreError> {
    take::forget_old_keys(connection, now_ms)?;
    end_unknown(connection, "SELECT call_id FROM holds WHERE expires_at_ms <= ?1", now_ms)
}

/// Voids the holds of a server that is dead; gives their calls.
pub(super) fn give_up(connection: &Connection, server: ServerId) -> Result<Vec<CallId>, StoreError> {
    end_unknown(connection, "SELECT call_id FROM holds WHERE server = ?1", server.0)
}

/// Voids the holds that `sql` finds by a value: nobody knows how their calls ended.
fn end_unknown(connection: &Connection, sql: &str, value: impl ToSql) -> Result<Vec<CallId>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let rows = statement.query_map([value], |row| calls::id(row, 0)).map_err(from_sqlite)?;
    let ended: Vec<CallId> = rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)?;
    let mut books = Books::new(connection);
    for id in &ended {
        resolve(connection, &mut books, *id, Resolution::Void(CallState::Unknown))?;
    }
    books.save()?;
    Ok(ended)
}

/// Settles an unknown call.
pub(super) fn reconcile(connection: &Connection, id: CallId, succeeded: bool) -> Result<Reconciled, StoreError> {
    let call = calls::read(connection, id)?.filter(|call| call.state == CallState::Unknown);
    let Some(call) = call else { return Ok(Reconciled::NotUnknown) };
    let mut books = Books::new(connection);
    let pair = books.pair(call.account_id, call.token_id)?;
    let place = (Day::of(call.id.unix_ms()), call.account_id, call.token_id, call.endpoint);
    match ledger::reconcile(pair.account, pair.token, &call, succeeded) {
        Ok(Settled::Charged) => books.count(place, 1, call.price),
        Ok(Settled::GivenBack) => books.count(place, -1, call.charged),
        Ok(Settled::AsItWas) => {}
        Err(refusal) => return Ok(Reconciled::Refused(refusal)),
    }
    let state = if succeeded { CallState::Succeeded } else { CallState::Rejected };
    calls::set_state(connection, &call, state, succeeded)?;
    if !succeeded {
        take::forget_once(connection, call.id)?;
    }
    books.save()?;
    Ok(Reconciled::Settled)
}

/// Turns a charge back: money, quota and usage.
fn give_back(books: &mut Books<'_>, call: &Call) -> Result<(), StoreError> {
    let day = Day::of(call.id.unix_ms());
    let pair = books.pair(call.account_id, call.token_id)?;
    ledger::refund(pair.account, pair.token, call.charged, day);
    books.count((day, call.account_id, call.token_id, call.endpoint), -1, call.charged);
    Ok(())
}
