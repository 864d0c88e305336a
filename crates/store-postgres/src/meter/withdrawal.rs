//! Money that goes out again.

use domain::{AccountId, TokenId};
use store::{Change, StoreError, Withdrawal, Withdrawn};

use super::books::Books;
use super::values::{amount, signed};
use crate::PostgresStore;
use crate::connection::Values;
use crate::error::column;
use crate::transaction::Transaction;

/// No token has this number.
const NO_TOKEN: TokenId = TokenId(0);

impl PostgresStore {
    /// Takes money out of an account, once for each key.
    pub(super) async fn take_out(&self, withdrawal: &Withdrawal) -> Result<Withdrawn, StoreError> {
        let Withdrawal { account_id, amount, key, at_ms, note } = withdrawal;
        let transaction = Transaction::begin(&self.pool).await?;
        let mut books = Books::lock(&transaction, [(*account_id, NO_TOKEN)]).await?;
        let book = books.account(*account_id)?;
        if let Some(is_same) = was_taken_out(&transaction, withdrawal).await? {
            return Ok(if is_same { Withdrawn::Before(*book) } else { Withdrawn::KeyTaken });
        }
        if let Err(balance) = ledger::withdraw(book, *amount) {
            return Ok(Withdrawn::TooMuch(balance));
        }
        let book = *book;
        // Something may be taken out of another account under the key at this moment: this waits until it is known whether it was.
        let sql = "INSERT INTO withdrawals (idempotency_key, account_id, amount_micro_yuan, at_ms, note)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (idempotency_key) DO NOTHING";
        let values: Values<'_> = &[&key.as_str(), &account_id.0, &signed(amount.0), &signed(*at_ms), &note.as_str()];
        if transaction.execute(sql, values).await? == 0 {
            return Ok(Withdrawn::KeyTaken);
        }
        books.save(&transaction).await?;
        self.commit_change(transaction, &Change::account_debited(withdrawal)).await?;
        Ok(Withdrawn::Now(book))
    }
}

/// Whether something was taken out under the key, and if so whether it was the same.
async fn was_taken_out(transaction: &Transaction, withdrawal: &Withdrawal) -> Result<Option<bool>, StoreError> {
    let sql = "SELECT account_id, amount_micro_yuan FROM withdrawals WHERE idempotency_key = $1";
    let Some(row) = transaction.query_opt(sql, &[&withdrawal.key.as_str()]).await? else { return Ok(None) };
    let before = (AccountId(column(&row, 0)?), amount(&row, 1)?);
    Ok(Some(before == (withdrawal.account_id, withdrawal.amount)))
}
