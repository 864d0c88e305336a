//! What becomes of calls after their price was taken or set aside.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{Call, CallId, CallState};
use ledger::{Day, Settled};
use store::{Change, Reconciled, Resolution, Resolved, ServerId, StoreError, Unanswered, signed};

use super::books::Books;
use super::values::{self, Id};
use super::{calls, once, unanswered};
use crate::PostgresStore;
use crate::transaction::Transaction;

/// The most holds voided in one transaction: their accounts are locked as long as it lasts.
const ENDED_AT_ONCE: i64 = 1_000;

impl PostgresStore {
    /// Takes back what was charged for calls.
    pub(super) async fn take_back(&self, ids: &[CallId]) -> Result<(), StoreError> {
        let mut ids: Vec<Id> = ids.iter().copied().map(Id).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(());
        }
        let transaction = Transaction::begin(&self.pool).await?;
        calls::await_commits(&transaction, &ids).await?;
        let mut charged = calls::lock(&transaction, &ids).await?;
        charged.retain(Call::is_taken);
        if charged.is_empty() {
            return transaction.commit().await;
        }
        let mut books = lock_books(&transaction, &charged).await?;
        for call in &charged {
            give_back(&mut books, call)?;
        }
        settle(&transaction, &charged, &books, CallState::Rejected).await?;
        transaction.commit().await
    }

    /// Resolves holds, and notes those of them that were posted with the others that the server has not answered. False for
    /// each call without a hold.
    pub(super) async fn resolve_holds(
        &self,
        resolved: &[Resolved],
        note: Option<Unanswered>,
    ) -> Result<Vec<bool>, StoreError> {
        let ids: Vec<Id> = resolved.iter().map(|resolved| Id(resolved.id)).collect();
        let transaction = Transaction::begin(&self.pool).await?;
        // In one order everywhere, so that two who resolve the same holds wait for each other and do not lock each other out.
        let sql = "DELETE FROM holds WHERE call_id = ANY(ARRAY(SELECT call_id FROM holds WHERE call_id = ANY($1)
            ORDER BY call_id FOR UPDATE)) RETURNING call_id";
        let rows = transaction.query(sql, &[&ids]).await?;
        let mut held = rows.iter().map(|row| values::id(row, 0)).collect::<Result<HashSet<CallId>, _>>()?;
        let mut ends = HashMap::with_capacity(held.len());
        let (mut posted, mut answers, mut lost) = (Vec::new(), Vec::new(), Vec::new());
        let mut outcomes = Vec::with_capacity(resolved.len());
        for Resolved { id, resolution, answer, lost: loss } in resolved {
            // Of one that is named twice the first counts.
            let was_held = held.remove(id);
            outcomes.push(was_held);
            if was_held {
                ends.insert(*id, *resolution);
                lost.extend(loss.as_ref().map(|loss| (Id(*id), loss)));
                if *resolution == Resolution::Post {
                    posted.push(*id);
                    answers.extend(answer.as_deref().map(|answer| (Id(*id), answer)));
                }
            }
        }
        if ends.is_empty() {
            return Ok(outcomes);
        }
        release(&transaction, &ends).await?;
        once::answer(&transaction, &answers).await?;
        calls::set_lost(&transaction, &lost).await?;
        if let Some(mut note) = note
            && !posted.is_empty()
        {
            note.calls.extend(posted);
            unanswered::put(&transaction, &note).await?;
        }
        transaction.commit().await?;
        Ok(outcomes)
    }

    /// Voids expired holds; gives their calls.
    pub(super) async fn expire(&self, now_ms: u64) -> Result<Vec<CallId>, StoreError> {
        self.forget_old_keys(now_ms).await?;
        let sql = "DELETE FROM holds WHERE call_id = ANY(ARRAY(SELECT call_id FROM holds WHERE expires_at_ms <= $1
            ORDER BY expires_at_ms LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING call_id";
        self.end_unknown(sql, signed(now_ms)).await
    }

    /// Voids the holds of a server that is dead; gives their calls.
    pub(super) async fn end_holds_of(&self, server: ServerId) -> Result<Vec<CallId>, StoreError> {
        let sql = "DELETE FROM holds WHERE call_id = ANY(ARRAY(SELECT call_id FROM holds WHERE server = $1
            ORDER BY call_id LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING call_id";
        self.end_unknown(sql, server.0).await
    }

    /// Voids the holds that `sql` removes by a value, so many at once: nobody knows how their calls ended. Those that another one is
    /// resolving are left to it.
    async fn end_unknown(&self, sql: &'static str, value: i64) -> Result<Vec<CallId>, StoreError> {
        let mut ended = Vec::new();
        loop {
            let transaction = Transaction::begin(&self.pool).await?;
            let rows = transaction.query(sql, &[&value, &ENDED_AT_ONCE]).await?;
            let end = |row| Ok((values::id(row, 0)?, Resolution::Void(CallState::Unknown)));
            let ends = rows.iter().map(end).collect::<Result<HashMap<_, _>, StoreError>>()?;
            if ends.is_empty() {
                return Ok(ended);
            }
            release(&transaction, &ends).await?;
            transaction.commit().await?;
            let is_last = ends.len() < ENDED_AT_ONCE as usize;
            ended.extend(ends.into_keys());
            if is_last {
                return Ok(ended);
            }
        }
    }

    /// Settles an unknown call.
    pub(super) async fn settle_unknown(&self, id: CallId, succeeded: bool) -> Result<Reconciled, StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        let mut unknown = calls::lock(&transaction, &[Id(id)]).await?;
        unknown.retain(|call| call.state == CallState::Unknown);
        let Some(call) = unknown.first() else { return Ok(Reconciled::NotUnknown) };
        let mut books = lock_books(&transaction, &unknown).await?;
        let pair = books.pair(call.account_id, call.token_id)?;
        let place = (Day::of(call.id.unix_ms()), call.account_id, call.token_id, call.endpoint);
        match ledger::reconcile(pair.account, pair.token, call, succeeded) {
            Ok(Settled::Charged) => books.count(place, 1, call.price),
            Ok(Settled::GivenBack) => books.count(place, -1, call.charged),
            Ok(Settled::AsItWas) => {}
            Err(refusal) => return Ok(Reconciled::Refused(refusal)),
        }
        let state = if succeeded { CallState::Succeeded } else { CallState::Rejected };
        settle(&transaction, &unknown, &books, state).await?;
        self.commit_change(transaction, &Change::reconciled(id, state)).await?;
        Ok(Reconciled::Settled)
    }
}

/// Posts or voids what the holds of calls set aside, each as it says. The holds are gone already: who removed them resolves
/// them.
async fn release(transaction: &Transaction, ends: &HashMap<CallId, Resolution>) -> Result<(), StoreError> {
    let mut ids: Vec<Id> = ends.keys().copied().map(Id).collect();
    ids.sort_unstable();
    let calls = calls::lock(transaction, &ids).await?;
    let mut books = lock_books(transaction, &calls).await?;
    let mut by_state: BTreeMap<u8, (CallState, Vec<Id>)> = BTreeMap::new();
    for call in &calls {
        let day = Day::of(call.id.unix_ms());
        let pair = books.pair(call.account_id, call.token_id)?;
        let Some(resolution) = ends.get(&call.id) else { continue };
        let state = match resolution {
            Resolution::Post => {
                ledger::post(pair.account, pair.token, call.price);
                books.count((day, call.account_id, call.token_id, call.endpoint), 1, call.price);
                CallState::Succeeded
            }
            Resolution::Void(state) => {
                ledger::void(pair.account, pair.token, call.price, day);
                *state
            }
        };
        by_state.entry(state.number()).or_insert_with(|| (state, Vec::new())).1.push(Id(call.id));
    }
    books.save(transaction).await?;
    for (state, ids) in by_state.into_values() {
        set_end(transaction, &ids, state).await?;
    }
    Ok(())
}

/// Writes the books, and how the calls stand now.
async fn settle(transaction: &Transaction, calls: &[Call], books: &Books, state: CallState) -> Result<(), StoreError> {
    let ids: Vec<Id> = calls.iter().map(|call| Id(call.id)).collect();
    tokio::try_join!(biased; books.save(transaction), set_end(transaction, &ids, state))?;
    Ok(())
}

/// Says how calls ended: charged if they succeeded, their keys free again otherwise.
async fn set_end(transaction: &Transaction, ids: &[Id], state: CallState) -> Result<(), StoreError> {
    let succeeded = state == CallState::Succeeded;
    let forget = async { if succeeded { Ok(()) } else { once::forget(transaction, ids).await } };
    tokio::try_join!(biased; calls::set_state(transaction, ids, state, succeeded), forget)?;
    Ok(())
}

async fn lock_books(transaction: &Transaction, calls: &[Call]) -> Result<Books, StoreError> {
    Books::lock(transaction, calls.iter().map(|call| (call.account_id, call.token_id))).await
}

/// Turns a charge back: money, quota and usage.
fn give_back(books: &mut Books, call: &Call) -> Result<(), StoreError> {
    let day = Day::of(call.id.unix_ms());
    let pair = books.pair(call.account_id, call.token_id)?;
    ledger::refund(pair.account, pair.token, call.charged, day);
    books.count((day, call.account_id, call.token_id, call.endpoint), -1, call.charged);
    Ok(())
}
