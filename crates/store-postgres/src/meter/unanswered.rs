//! What servers have charged and not answered yet, and what becomes of it when one of them dies.
//!
//! A note is locked after everything else: only its own server writes it, until another one gives the server up.

use domain::{Call, CallId, CallState};
use store::{ServerId, StoreError, Unanswered};

use super::calls;
use super::values::Id;
use crate::PostgresStore;
use crate::error::column;
use crate::transaction::Transaction;

/// Replaces the note of a server; one without calls removes it.
pub(super) async fn put(transaction: &Transaction, note: &Unanswered) -> Result<(), StoreError> {
    let Unanswered { server, beat, calls } = note;
    if calls.is_empty() {
        transaction.execute("DELETE FROM unanswered WHERE server = $1", &[&server.0]).await?;
        return Ok(());
    }
    let ids: Vec<Id> = calls.iter().copied().map(Id).collect();
    let sql = "INSERT INTO unanswered (server, beat, calls) VALUES ($1, $2, $3)
        ON CONFLICT (server) DO UPDATE SET beat = excluded.beat, calls = excluded.calls";
    transaction.execute(sql, &[&server.0, beat, &ids]).await?;
    Ok(())
}

impl PostgresStore {
    /// Replaces the note of a server.
    pub(super) async fn put_note(&self, note: &Unanswered) -> Result<(), StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        put(&transaction, note).await?;
        transaction.commit().await
    }

    /// The servers that have a note, with its beat.
    pub(super) async fn list_notes(&self) -> Result<Vec<(ServerId, i64)>, StoreError> {
        let rows = self.pool.query("SELECT server, beat FROM unanswered ORDER BY server", &[]).await?;
        rows.iter().map(|row| Ok((ServerId(column(row, 0)?), column(row, 1)?))).collect()
    }

    /// Makes what a server left unanswered unknown; gives the number of calls. When several do so, or the server lives after
    /// all and writes another note, only one of them removes the note, and the others change nothing. What was answered again
    /// while the calls were being locked is in the note no more.
    pub(super) async fn give_up_server(&self, server: ServerId, beat: i64) -> Result<Option<u64>, StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        let sql = "SELECT calls FROM unanswered WHERE server = $1 AND beat = $2";
        let Some(note) = transaction.query_opt(sql, &[&server.0, &beat]).await? else { return Ok(None) };
        let ids: Vec<Id> = column(&note, 0)?;
        calls::lock(&transaction, &ids).await?;
        let sql = "DELETE FROM unanswered WHERE server = $1 AND beat = $2 RETURNING calls";
        let Some(note) = transaction.query_opt(sql, &[&server.0, &beat]).await? else { return Ok(None) };
        let ids: Vec<Id> = column(&note, 0)?;
        let unknown = change(&transaction, &ids, CallState::Succeeded, CallState::Unknown).await?;
        transaction.commit().await?;
        Ok(Some(unknown))
    }

    /// Makes successes of unknown calls that are charged, and takes the calls out of every note.
    pub(super) async fn answered_after_all(&self, ids: &[CallId]) -> Result<(), StoreError> {
        let ids: Vec<Id> = ids.iter().copied().map(Id).collect();
        let transaction = Transaction::begin(&self.pool).await?;
        change(&transaction, &ids, CallState::Unknown, CallState::Succeeded).await?;
        // Several notes are locked in one order.
        let sql = "UPDATE unanswered SET calls = ARRAY(SELECT id FROM unnest(calls) AS noted (id) WHERE id <> ALL($1))
            WHERE server IN (SELECT server FROM unanswered WHERE calls && $1 ORDER BY server FOR UPDATE)";
        transaction.execute(sql, &[&ids]).await?;
        transaction.execute("DELETE FROM unanswered WHERE calls = '{}'", &[]).await?;
        transaction.commit().await
    }
}

/// Changes the state of calls that are charged and stand as `from`, and gives their number; no money moves.
async fn change(transaction: &Transaction, ids: &[Id], from: CallState, to: CallState) -> Result<u64, StoreError> {
    let mut calls = calls::lock(transaction, ids).await?;
    calls.retain(|call| call.state == from && Call::is_charged(call));
    let ids: Vec<Id> = calls.iter().map(|call| Id(call.id)).collect();
    calls::set_state(transaction, &ids, to, true).await?;
    Ok(ids.len() as u64)
}
