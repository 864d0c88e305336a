//! Takes prices, for good or for the time being: a handful of statements for a batch of any size.

use domain::CallState;
use ledger::Day;
use store::{ServerId, Standing, StoreError, Take, Taken, Unanswered, signed};

use super::books::{Books, LOCK_ACCOUNTS, LOCK_TOKENS};
use super::once::{KNOWN, Keys};
use super::values::Id;
use super::{calls, unanswered};
use crate::PostgresStore;
use crate::transaction::Transaction;

/// For good, noting what the server has not answered, or until `expires_at_ms`, by a server where it is known.
pub(super) enum Way {
    Charge { note: Option<Unanswered> },
    Hold { expires_at_ms: u64, server: Option<ServerId> },
}

impl PostgresStore {
    /// Takes the price of each call, in order, each decided by itself, under the locks of all books of the batch.
    pub(super) async fn take_all(&self, takes: &[Take], way: Way) -> Result<Vec<Taken>, StoreError> {
        if takes.is_empty() {
            return Ok(Vec::new());
        }
        let transaction = Transaction::begin(&self.pool).await?;
        // The keys are read after the books are locked, though nobody waits in between.
        transaction.prepare(&[LOCK_ACCOUNTS, LOCK_TOKENS, KNOWN]).await?;
        let payers = takes.iter().map(|take| (take.account_id, take.token_id));
        let (mut books, mut keys) =
            tokio::try_join!(biased; Books::lock(&transaction, payers), Keys::read(&transaction, takes))?;
        let mut outcomes = Vec::with_capacity(takes.len());
        let mut taken = Vec::with_capacity(takes.len());
        for take in takes {
            let outcome = decide(take, &way, &mut books, &mut keys)?;
            if matches!(outcome, Taken::Taken(_)) {
                taken.push(take);
            }
            outcomes.push(outcome);
        }
        if !taken.is_empty() {
            taken.sort_unstable_by_key(|take| take.id);
            tokio::try_join!(
                biased;
                keep(&transaction, &taken, way),
                books.save(&transaction),
                keys.save(&transaction)
            )?;
            transaction.commit().await?;
        }
        Ok(outcomes)
    }
}

fn decide<'t>(take: &'t Take, way: &Way, books: &mut Books, keys: &mut Keys<'t>) -> Result<Taken, StoreError> {
    if let Some(done) = keys.done(take) {
        return Ok(Taken::Before(done));
    }
    let day = Day::of(take.id.unix_ms());
    let pair = books.pair(take.account_id, take.token_id)?;
    let decided = match way {
        Way::Charge { .. } => ledger::charge(pair.account, pair.token, take.price, day),
        Way::Hold { .. } => ledger::hold(pair.account, pair.token, take.price, day),
    };
    if let Err(refusal) = decided {
        return Ok(Taken::Refused(refusal));
    }
    let standing = Standing { account: *pair.account, token: *pair.token };
    if let Way::Charge { .. } = way {
        books.count((day, take.account_id, take.token_id, take.endpoint), 1, take.price);
    }
    keys.keep(take);
    Ok(Taken::Taken(standing))
}

async fn keep(transaction: &Transaction, taken: &[&Take], way: Way) -> Result<(), StoreError> {
    let (expires_at_ms, server) = match way {
        Way::Hold { expires_at_ms, server } => (expires_at_ms, server.map(|server| server.0)),
        Way::Charge { note } => {
            let note = note.map(|mut note| {
                note.calls.extend(taken.iter().map(|take| take.id));
                note
            });
            let note = async {
                match &note {
                    Some(note) => unanswered::put(transaction, note).await,
                    None => Ok(()),
                }
            };
            tokio::try_join!(biased; calls::insert(transaction, taken, CallState::Succeeded), note)?;
            return Ok(());
        }
    };
    let sql = "INSERT INTO holds (call_id, expires_at_ms, server)
        SELECT call_id, $2, $3 FROM unnest($1::uuid[]) AS held (call_id)";
    let ids: Vec<Id> = taken.iter().map(|take| Id(take.id)).collect();
    calls::insert(transaction, taken, CallState::Held).await?;
    transaction.execute(sql, &[&ids, &signed(expires_at_ms), &server]).await?;
    Ok(())
}
