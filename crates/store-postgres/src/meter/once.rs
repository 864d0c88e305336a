//! Idempotency keys, and what was done under them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::{AccountId, CallId, CallState, MicroYuan};
use store::{Done, Once, StoreError, Take};

use super::values::{self, Id};
use crate::PostgresStore;
use crate::error::{column, known};
use crate::transaction::Transaction;

/// The most keys forgotten in one transaction.
const FORGOTTEN_AT_ONCE: i64 = 10_000;

/// One seek for each key, whatever the planner thinks of the size of the table.
pub(super) const KNOWN: &str = "SELECT asked.place, done.call_id, done.request, done.answer
    FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS asked (account_id, idempotency_key, place)
    CROSS JOIN LATERAL (SELECT call_id, request, answer FROM done_once
        WHERE account_id = asked.account_id AND idempotency_key = asked.idempotency_key LIMIT 1) AS done";

/// What stands under the keys of a batch.
pub(super) struct Keys<'t>(BTreeMap<(i64, &'t str), Option<Entry<'t>>>);

struct Entry<'t> {
    id: CallId,
    request: [u8; 32],
    answer: Cow<'t, [u8]>,
    /// Whether it is to be written.
    is_new: bool,
}

impl<'t> Keys<'t> {
    /// Reads what was done under the keys. The accounts are locked, so that it stays so.
    pub(super) async fn read(transaction: &Transaction, takes: &'t [Take]) -> Result<Self, StoreError> {
        let asked = takes.iter().filter_map(|take| Some((take.account_id.0, take.once.as_ref()?.key.as_str())));
        let mut keys: BTreeMap<_, _> = asked.map(|key| (key, None)).collect();
        if keys.is_empty() {
            return Ok(Self(keys));
        }
        let (accounts, texts): (Vec<i64>, Vec<&str>) = keys.keys().copied().unzip();
        let rows = transaction.query(KNOWN, &[&accounts, &texts]).await?;
        let mut places: Vec<&mut Option<Entry<'t>>> = keys.values_mut().collect();
        for row in &rows {
            let place = usize::try_from(column::<i64>(row, 0)? - 1).ok().and_then(|place| places.get_mut(place));
            let place = place.ok_or_else(|| StoreError::Corrupt("a key that was not asked about".into()))?;
            let Done { id, request, answer } = done(row, 1)?;
            **place = Some(Entry { id, request, answer: answer.into(), is_new: false });
        }
        Ok(Self(keys))
    }

    /// What was done under the key of a take, where it stands still.
    pub(super) fn done(&self, take: &'t Take) -> Option<Done> {
        let once = take.once.as_ref()?;
        let entry = self.0.get(&(take.account_id.0, once.key.as_str()))?.as_ref()?;
        let done = || Done { id: entry.id, request: entry.request, answer: entry.answer.to_vec() };
        Once::lasts(entry.id, take.id.unix_ms()).then(done)
    }

    /// Keeps a take under its key, if it has one. What stood there stands for nothing any more.
    pub(super) fn keep(&mut self, take: &'t Take) {
        if let Some(Once { key, request, answer }) = &take.once {
            let entry = Entry { id: take.id, request: *request, answer: answer.into(), is_new: true };
            self.0.insert((take.account_id.0, key), Some(entry));
        }
    }

    /// Writes what is new.
    pub(super) async fn save(&self, transaction: &Transaction) -> Result<(), StoreError> {
        let new = self.0.iter().filter_map(|(key, entry)| Some((key, entry.as_ref().filter(|entry| entry.is_new)?)));
        let new: Vec<(&(i64, &str), &Entry<'_>)> = new.collect();
        if new.is_empty() {
            return Ok(());
        }
        let (accounts, keys): (Vec<i64>, Vec<&str>) = new.iter().map(|(key, _)| **key).unzip();
        let ids: Vec<Id> = new.iter().map(|(_, entry)| Id(entry.id)).collect();
        let requests: Vec<&[u8]> = new.iter().map(|(_, entry)| entry.request.as_slice()).collect();
        let answers: Vec<&[u8]> = new.iter().map(|(_, entry)| &*entry.answer).collect();
        let sql = "INSERT INTO done_once (account_id, idempotency_key, call_id, request, answer)
            SELECT * FROM unnest($1::bigint[], $2::text[], $3::uuid[], $4::bytea[], $5::bytea[])
            ON CONFLICT (account_id, idempotency_key)
            DO UPDATE SET call_id = excluded.call_id, request = excluded.request, answer = excluded.answer";
        transaction.execute(sql, &[&accounts, &keys, &ids, &requests, &answers]).await?;
        Ok(())
    }
}

/// Forgets what stands under the keys of calls that were taken back.
pub(super) async fn forget(transaction: &Transaction, ids: &[Id]) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM done_once WHERE call_id = ANY($1)", &[&ids]).await?;
    Ok(())
}

/// Replaces the answers that stand under the keys of calls, where they have one.
pub(super) async fn answer(transaction: &Transaction, answers: &[(Id, &[u8])]) -> Result<(), StoreError> {
    if answers.is_empty() {
        return Ok(());
    }
    let (ids, answers): (Vec<Id>, Vec<&[u8]>) = answers.iter().copied().unzip();
    let sql =
        "UPDATE done_once SET answer = given.answer FROM unnest($1::uuid[], $2::bytea[]) AS given (call_id, answer)
        WHERE done_once.call_id = given.call_id";
    transaction.execute(sql, &[&ids, &answers]).await?;
    Ok(())
}

impl PostgresStore {
    /// What was done under an account's key, where it stands at `now_ms` still.
    pub(super) async fn read_once(
        &self,
        account_id: AccountId,
        key: &str,
        now_ms: u64,
    ) -> Result<Option<Done>, StoreError> {
        let sql = "SELECT call_id, request, answer FROM done_once WHERE account_id = $1 AND idempotency_key = $2";
        let row = self.pool.query_opt(sql, &[&account_id.0, &key]).await?;
        let done = row.as_ref().map(|row| done(row, 0)).transpose()?;
        Ok(done.filter(|done| Once::lasts(done.id, now_ms)))
    }

    /// What the calls under an account's keys cost, or may cost, where it stands at `now_ms` still.
    pub(super) async fn read_costs(
        &self,
        account_id: AccountId,
        keys: &[String],
        now_ms: u64,
    ) -> Result<Vec<Option<MicroYuan>>, StoreError> {
        let sql = "SELECT asked.place, done.call_id,
                CASE WHEN calls.state = $3 THEN calls.price_micro_yuan ELSE calls.charged_micro_yuan END
            FROM unnest($2::text[]) WITH ORDINALITY AS asked (idempotency_key, place)
            CROSS JOIN LATERAL (SELECT call_id FROM done_once
                WHERE account_id = $1 AND idempotency_key = asked.idempotency_key LIMIT 1) AS done
            LEFT JOIN calls USING (call_id)";
        let held = i16::from(CallState::Held.number());
        let mut costs = vec![None; keys.len()];
        for row in &self.pool.query(sql, &[&account_id.0, &keys, &held]).await? {
            let place = usize::try_from(column::<i64>(row, 0)? - 1).ok().and_then(|place| costs.get_mut(place));
            let place = place.ok_or_else(|| StoreError::Corrupt("a key that was not asked about".into()))?;
            let micro_yuan = column::<Option<i64>>(row, 2)?.unwrap_or_default().unsigned_abs();
            *place = Once::lasts(values::id(row, 1)?, now_ms).then_some(MicroYuan(micro_yuan));
        }
        Ok(costs)
    }

    /// Forgets keys that stand for nothing any more. In transactions of their own that wait for nothing: accounts are not
    /// locked here, and a charge may replace such a key.
    pub(super) async fn forget_old_keys(&self, now_ms: u64) -> Result<(), StoreError> {
        let sql = "DELETE FROM done_once WHERE call_id = ANY(ARRAY(SELECT call_id FROM done_once
            WHERE call_id < $1 ORDER BY call_id LIMIT $2 FOR UPDATE SKIP LOCKED))";
        let before = Id(Once::kept_since(now_ms));
        loop {
            let transaction = Transaction::begin(&self.pool).await?;
            let forgotten = transaction.execute(sql, &[&before, &FORGOTTEN_AT_ONCE]).await?;
            transaction.commit().await?;
            if forgotten < FORGOTTEN_AT_ONCE.unsigned_abs() {
                return Ok(());
            }
        }
    }
}

fn done(row: &tokio_postgres::Row, at: usize) -> Result<Done, StoreError> {
    let request = known(<[u8; 32]>::try_from(column::<&[u8]>(row, at + 1)?))?;
    Ok(Done { id: values::id(row, at)?, request, answer: column(row, at + 2)? })
}
