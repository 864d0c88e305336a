//! What servers have charged and not answered yet, and what becomes of it when one of them dies.

use domain::{CallId, CallState};
use rusqlite::{Connection, OptionalExtension, params};
use store::{ServerId, StoreError, Unanswered};

use super::calls::id_bytes;
use crate::error::from_sqlite;

/// Replaces the note of a server, which names its own calls and `more`; one without calls removes it.
pub(super) fn put(connection: &Connection, note: &Unanswered, more: &[CallId]) -> Result<(), StoreError> {
    let Unanswered { server, beat, calls } = note;
    let ids: Vec<u8> = calls.iter().chain(more).flat_map(|id| id_bytes(*id)).collect();
    if ids.is_empty() {
        return remove(connection, *server);
    }
    let sql = "INSERT INTO unanswered (server, beat, calls) VALUES (?1, ?2, ?3)
        ON CONFLICT DO UPDATE SET beat = excluded.beat, calls = excluded.calls";
    let values = params![server.0, beat, ids];
    connection.prepare_cached(sql).and_then(|mut sql| sql.execute(values)).map_err(from_sqlite)?;
    Ok(())
}

/// The servers that have a note, with its beat.
pub(super) fn list(connection: &Connection) -> Result<Vec<(ServerId, i64)>, StoreError> {
    let sql = "SELECT server, beat FROM unanswered ORDER BY server";
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let rows = statement.query_map([], |row| Ok((ServerId(row.get(0)?), row.get(1)?)));
    rows.and_then(Iterator::collect).map_err(from_sqlite)
}

/// Makes what a server left unanswered unknown; gives the number of calls.
pub(super) fn give_up(connection: &Connection, server: ServerId, beat: i64) -> Result<Option<u64>, StoreError> {
    let sql = "SELECT calls FROM unanswered WHERE server = ?1 AND beat = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let ids: Option<Vec<u8>> =
        statement.query_row(params![server.0, beat], |row| row.get(0)).optional().map_err(from_sqlite)?;
    let Some(ids) = ids else { return Ok(None) };
    let mut unknown = 0;
    for id in calls_of(&ids) {
        unknown += change(connection, id, CallState::Succeeded, CallState::Unknown)?;
    }
    remove(connection, server)?;
    Ok(Some(unknown))
}

/// Makes successes of unknown calls that are charged, and takes the calls out of every note.
pub(super) fn answered(connection: &Connection, ids: &[CallId]) -> Result<(), StoreError> {
    for id in ids {
        change(connection, *id, CallState::Unknown, CallState::Succeeded)?;
    }
    let mut statement = connection.prepare_cached("SELECT server, beat, calls FROM unanswered").map_err(from_sqlite)?;
    let notes = statement.query_map([], |row| Ok((ServerId(row.get(0)?), row.get(1)?, row.get::<_, Vec<u8>>(2)?)));
    let notes: Vec<(ServerId, i64, Vec<u8>)> = notes.and_then(Iterator::collect).map_err(from_sqlite)?;
    for (server, beat, calls) in notes {
        let noted = calls_of(&calls);
        let left: Vec<CallId> = noted.iter().copied().filter(|id| !ids.contains(id)).collect();
        if left.len() < noted.len() {
            put(connection, &Unanswered { server, beat, calls: left }, &[])?;
        }
    }
    Ok(())
}

fn calls_of(bytes: &[u8]) -> Vec<CallId> {
    bytes.as_chunks::<16>().0.iter().map(|id| CallId(u128::from_be_bytes(*id))).collect()
}

/// Changes the state of a call that is charged and stands as `from`; no money moves.
fn change(connection: &Connection, id: CallId, from: CallState, to: CallState) -> Result<u64, StoreError> {
    let sql = "UPDATE calls SET state = ?3 WHERE call_id = ?1 AND state = ?2 AND charged_micro_yuan > 0";
    let values = params![id_bytes(id), from.number(), to.number()];
    let changed = connection.prepare_cached(sql).and_then(|mut sql| sql.execute(values)).map_err(from_sqlite)?;
    Ok(changed as u64)
}

fn remove(connection: &Connection, server: ServerId) -> Result<(), StoreError> {
    let sql = "DELETE FROM unanswered WHERE server = ?1";
    connection.prepare_cached(sql).and_then(|mut sql| sql.execute([server.0])).map_err(from_sqlite)?;
    Ok(())
}
