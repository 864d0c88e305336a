//! Money that comes in.

use domain::{AccountId, TokenId};
use store::{Change, StoreError, TopUp, ToppedUp};

use super::books::Books;
use super::values::{amount, signed};
use crate::PostgresStore;
use crate::connection::Values;
use crate::error::column;
use crate::transaction::Transaction;

/// No token has this number.
const NO_TOKEN: TokenId = TokenId(0);

impl PostgresStore {
    /// Credits an account, once for each key.
    pub(super) async fn credit(&self, top_up: &TopUp) -> Result<ToppedUp, StoreError> {
        let TopUp { account_id, amount, key, at_ms, note } = top_up;
        let transaction = Transaction::begin(&self.pool).await?;
        let mut books = Books::lock(&transaction, [(*account_id, NO_TOKEN)]).await?;
        let book = books.account(*account_id)?;
        if let Some(is_same) = was_credited(&transaction, top_up).await? {
            return Ok(if is_same { ToppedUp::Before(*book) } else { ToppedUp::KeyTaken });
        }
        if let Err(room) = ledger::top_up(book, *amount) {
            return Ok(ToppedUp::TooMuch(room));
        }
        let book = *book;
        // Another account may be credited under the key at this moment: this waits until it is known whether it was.
        let sql = "INSERT INTO top_ups (idempotency_key, account_id, amount_micro_yuan, at_ms, note)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (idempotency_key) DO NOTHING";
        let values: Values<'_> = &[&key.as_str(), &account_id.0, &signed(amount.0), &signed(*at_ms), &note.as_str()];
        if transaction.execute(sql, values).await? == 0 {
            return Ok(ToppedUp::KeyTaken);
        }
        books.save(&transaction).await?;
        self.commit_change(transaction, &Change::account_credited(top_up)).await?;
        Ok(ToppedUp::Credited(book))
    }
}

/// Whether something was credited under the key, and if so whether it was the same.
async fn was_credited(transaction: &Transaction, top_up: &TopUp) -> Result<Option<bool>, StoreError> {
    let sql = "SELECT account_id, amount_micro_yuan FROM top_ups WHERE idempotency_key = $1";
    let Some(row) = transaction.query_opt(sql, &[&top_up.key.as_str()]).await? else { return Ok(None) };
    let before = (AccountId(column(&row, 0)?), amount(&row, 1)?);
    Ok(Some(before == (top_up.account_id, top_up.amount)))
}
