//! What becomes of calls after their price was taken or set aside.

use domain::{Call, CallId, CallState};
use ledger::{Day, Refusal};
use store::{Resolution, StoreError};

use super::books::Books;
use super::values::{self, Id, signed};
use super::{calls, once};
use crate::PostgresStore;
use crate::audit::Change;
use crate::transaction::Transaction;

/// The most holds voided in one transaction: their accounts are locked as long as it lasts.
const EXPIRED_AT_ONCE: i64 = 1_000;

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

    /// Resolves a hold; false when there is none.
    pub(super) async fn resolve_hold(&self, id: CallId, resolution: Resolution) -> Result<bool, StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        if transaction.execute("DELETE FROM holds WHERE call_id = $1", &[&Id(id)]).await? == 0 {
            return Ok(false);
        }
        release(&transaction, &[Id(id)], resolution).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Voids expired holds; those that another one is resolving are left to it. Gives their number.
    pub(super) async fn expire(&self, now_ms: u64) -> Result<u64, StoreError> {
        self.forget_old_keys(now_ms).await?;
        let sql = "DELETE FROM holds WHERE call_id = ANY(ARRAY(SELECT call_id FROM holds WHERE expires_at_ms <= $1
            ORDER BY expires_at_ms LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING call_id";
        let mut total = 0;
        loop {
            let transaction = Transaction::begin(&self.pool).await?;
            let rows = transaction.query(sql, &[&signed(now_ms), &EXPIRED_AT_ONCE]).await?;
            let ids = rows.iter().map(|row| values::id(row, 0).map(Id)).collect::<Result<Vec<Id>, _>>()?;
            if ids.is_empty() {
                return Ok(total);
            }
            release(&transaction, &ids, Resolution::Void(CallState::Unknown)).await?;
            transaction.commit().await?;
            total += ids.len() as u64;
            if ids.len() < EXPIRED_AT_ONCE as usize {
                return Ok(total);
            }
        }
    }

    /// Settles an unknown call; `None` where it is not unknown.
    pub(super) async fn settle_unknown(
        &self,
        id: CallId,
        succeeded: bool,
    ) -> Result<Option<Result<(), Refusal>>, StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        let mut unknown = calls::lock(&transaction, &[Id(id)]).await?;
        unknown.retain(|call| call.state == CallState::Unknown);
        let Some(call) = unknown.first() else { return Ok(None) };
        let mut books = lock_books(&transaction, &unknown).await?;
        if succeeded && !call.is_charged() {
            let day = Day::of(call.id.unix_ms());
            let pair = books.pair(call.account_id, call.token_id)?;
            if let Err(refusal) = ledger::charge(pair.account, pair.token, call.price, day) {
                return Ok(Some(Err(refusal)));
            }
            books.count((day, call.account_id, call.token_id, call.endpoint), 1, call.price);
        }
        if !succeeded && call.is_charged() {
            give_back(&mut books, call)?;
        }
        let state = if succeeded { CallState::Succeeded } else { CallState::Rejected };
        settle(&transaction, &unknown, &books, state).await?;
        let change = Change::new("call.reconcile", format!("call {id}"), state.name());
        self.commit_change(transaction, &change).await?;
        Ok(Some(Ok(())))
    }
}

/// Posts or voids what the holds of calls set aside. The holds are gone already: who removed them resolves them.
async fn release(transaction: &Transaction, ids: &[Id], resolution: Resolution) -> Result<(), StoreError> {
    let calls = calls::lock(transaction, ids).await?;
    let mut books = lock_books(transaction, &calls).await?;
    for call in &calls {
        let day = Day::of(call.id.unix_ms());
        let pair = books.pair(call.account_id, call.token_id)?;
        match resolution {
            Resolution::Post => {
                ledger::post(pair.account, pair.token, call.price);
                books.count((day, call.account_id, call.token_id, call.endpoint), 1, call.price);
            }
            Resolution::Void(_) => ledger::void(pair.account, pair.token, call.price, day),
        }
    }
    let state = match resolution {
        Resolution::Post => CallState::Succeeded,
        Resolution::Void(state) => state,
    };
    settle(transaction, &calls, &books, state).await
}

/// Writes the books, and how the calls stand now: charged if they succeeded, their keys free again otherwise.
async fn settle(transaction: &Transaction, calls: &[Call], books: &Books, state: CallState) -> Result<(), StoreError> {
    let ids: Vec<Id> = calls.iter().map(|call| Id(call.id)).collect();
    let succeeded = state == CallState::Succeeded;
    let forget = async { if succeeded { Ok(()) } else { once::forget(transaction, &ids).await } };
    let set_state = calls::set_state(transaction, &ids, state, succeeded);
    tokio::try_join!(biased; books.save(transaction), set_state, forget)?;
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
