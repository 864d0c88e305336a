//! Money that comes in, or goes out again.

use domain::{AccountId, MicroYuan, TokenId};
use store::{Change, MOVEMENTS, Moved, Movement, MovementFilter, MovementKind, PastMovement, StoreError, signed};
use tokio_postgres::Row;

use super::books::Books;
use super::values::amount;
use crate::PostgresStore;
use crate::connection::Values;
use crate::error::column;
use crate::transaction::Transaction;

/// No token has this number.
const NO_TOKEN: TokenId = TokenId(0);

/// The statements about one kind of movement: a connection knows statements by their text.
struct Statements {
    before: &'static str,
    insert: &'static str,
}

macro_rules! statements {
    ($table:literal) => {
        Statements {
            before: concat!("SELECT account_id, amount_micro_yuan FROM ", $table, " WHERE idempotency_key = $1"),
            insert: concat!(
                "INSERT INTO ",
                $table,
                " (idempotency_key, account_id, amount_micro_yuan, at_ms, note) VALUES ($1, $2, $3, $4, $5)
                  ON CONFLICT (idempotency_key) DO NOTHING"
            ),
        }
    };
}

impl Statements {
    const fn of(kind: MovementKind) -> Self {
        match kind {
            MovementKind::TopUp => statements!("top_ups"),
            MovementKind::Withdrawal => statements!("withdrawals"),
        }
    }
}

impl PostgresStore {
    /// Moves money into an account or out of it, once for each key.
    pub(super) async fn moved(&self, movement: &Movement) -> Result<Moved, StoreError> {
        let Movement { kind, account_id, amount, key, at_ms, note } = movement;
        let transaction = Transaction::begin(&self.pool).await?;
        let mut books = Books::lock(&transaction, [(*account_id, NO_TOKEN)]).await?;
        let book = books.account(*account_id)?;
        if let Some(is_same) = was_moved(&transaction, movement).await? {
            return Ok(if is_same { Moved::Before(*book) } else { Moved::KeyTaken });
        }
        if let Err(most) = kind.apply(book, *amount) {
            return Ok(Moved::TooMuch(most));
        }
        let book = *book;
        // Another account's money may be moved under the key at this moment: this waits until it is known whether it was.
        let values: Values<'_> = &[&key.as_str(), &account_id.0, &signed(amount.0), &signed(*at_ms), &note.as_str()];
        if transaction.execute(Statements::of(*kind).insert, values).await? == 0 {
            return Ok(Moved::KeyTaken);
        }
        books.save(&transaction).await?;
        self.commit_change(transaction, &Change::money_moved(movement)).await?;
        Ok(Moved::Now(book))
    }
}

impl PostgresStore {
    /// What was moved of an account, newest first.
    pub(super) async fn list_movements(&self, filter: MovementFilter) -> Result<Vec<PastMovement>, StoreError> {
        let MovementFilter { account_id, period, limit } = filter;
        let [since_ms, until_ms] = period.ends();
        let values: Values<'_> = &[&account_id.0, &since_ms, &until_ms, &i64::from(limit)];
        self.pool.query(MOVEMENTS, values).await?.iter().map(past).collect()
    }
}

fn past(row: &Row) -> Result<PastMovement, StoreError> {
    Ok(PastMovement {
        kind: MovementKind::of_way(column::<i32>(row, 0)?.into())?,
        amount: amount(row, 1)?,
        key: column(row, 2)?,
        at_ms: column::<i64>(row, 3)?.unsigned_abs(),
        note: column(row, 4)?,
        // Below zero only where clocks told another order than that in which it was moved.
        credited: MicroYuan(u64::try_from(column::<i64>(row, 5)?).unwrap_or_default()),
    })
}

/// Whether something was moved under the key, and if so whether it was the same.
async fn was_moved(transaction: &Transaction, movement: &Movement) -> Result<Option<bool>, StoreError> {
    let before = Statements::of(movement.kind).before;
    let Some(row) = transaction.query_opt(before, &[&movement.key.as_str()]).await? else { return Ok(None) };
    let before = (AccountId(column(&row, 0)?), amount(&row, 1)?);
    Ok(Some(before == (movement.account_id, movement.amount)))
}
