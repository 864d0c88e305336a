//! Top-ups and withdrawals: money for an account, and out of it again, once for each idempotency key, for ever.

use domain::{Account, IdempotencyKey, MicroYuan, Note, NoteError, Spoken, Text, sentence};
use hyper::StatusCode;
use ledger::AccountBook;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{TopUp, ToppedUp, Withdrawal, Withdrawn};

use super::problem::AdminProblem;
use super::request::{Ask, Outcome, Reply};
use crate::body::Yuan;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewMove {
    amount_yuan: Yuan,
    #[serde(default)]
    note: String,
}

/// Money that is to be moved, with the account it is of.
struct Moved {
    account: Account,
    amount: MicroYuan,
    key: IdempotencyKey,
    note: Note,
}

impl Moved {
    async fn read(ask: &Ask<'_>, name: &str) -> Result<Self, AdminProblem> {
        let key = ask.idempotency_key()?;
        let NewMove { amount_yuan, note } = ask.json()?;
        let amount = amount_yuan.amount("amountYuan")?;
        if amount == MicroYuan::ZERO {
            return Err(AdminProblem::bad_request(Text::new(
                "amountYuan is 0: right would be more than nothing",
                "amountYuan 为 0：应大于零",
            )));
        }
        let note = note.parse().map_err(|error: NoteError| AdminProblem::bad_request(error.sentence()))?;
        Ok(Self { account: ask.admin.accounts.account(name).await?, amount, key, note })
    }
}

/// The answer: what was moved, and how the book is now.
fn body(account: &str, amount: MicroYuan, book: &AccountBook, replayed: bool) -> Value {
    json!({
        "account": account,
        "amountYuan": amount.to_string(),
        "replayed": replayed,
        "balanceYuan": book.balance().to_string(),
        "creditedYuan": book.credited.to_string(),
    })
}

/// Credits an account.
pub(super) async fn create(ask: &Ask<'_>, name: &str) -> Outcome {
    let Moved { account, amount, key, note } = Moved::read(ask, name).await?;
    let top_up = TopUp { account_id: account.id, amount, key, at_ms: ask.now.unix_ms, note };
    match ask.admin.ledger.top_up(top_up).await? {
        ToppedUp::Credited(book) => Ok(Reply::created(body(&account.name, amount, &book, false))),
        ToppedUp::Before(book) => Ok(Reply::ok(body(&account.name, amount, &book, true))),
        ToppedUp::KeyTaken => {
            let detail = Text::new(
                "this Idempotency-Key credited another account or amount: send a new key with a new top-up",
                "该 Idempotency-Key 已用于为另一账户或另一金额充值：新的充值请使用新的键",
            );
            Err(AdminProblem::new(StatusCode::UNPROCESSABLE_ENTITY, detail))
        }
        ToppedUp::TooMuch(room) => {
            let detail = sentence!(
                "an account holds no more than that: at most {room} yuan can still be credited",
                "超出账户的累计充值上限：最多还可充值 {room} 元"
            );
            Err(AdminProblem { member: Some(("roomYuan", json!(room.to_string()))), ..AdminProblem::conflict(detail) })
        }
    }
}

/// Takes money out of an account.
pub(super) async fn withdraw(ask: &Ask<'_>, name: &str) -> Outcome {
    let Moved { account, amount, key, note } = Moved::read(ask, name).await?;
    let withdrawal = Withdrawal { account_id: account.id, amount, key, at_ms: ask.now.unix_ms, note };
    match ask.admin.ledger.withdraw(withdrawal).await? {
        Withdrawn::Now(book) => Ok(Reply::created(body(&account.name, amount, &book, false))),
        Withdrawn::Before(book) => Ok(Reply::ok(body(&account.name, amount, &book, true))),
        Withdrawn::KeyTaken => {
            let detail = Text::new(
                "this Idempotency-Key took out of another account, or another amount: send a new key with a new withdrawal",
                "该 Idempotency-Key 已用于从另一账户或按另一金额扣回：新的扣回请使用新的键",
            );
            Err(AdminProblem::new(StatusCode::UNPROCESSABLE_ENTITY, detail))
        }
        Withdrawn::TooMuch(balance) => {
            let detail = sentence!(
                "the balance is {balance} yuan: what is charged or held cannot be taken out",
                "余额为 {balance} 元：已扣费与预留的金额不能扣回"
            );
            let member = Some(("balanceYuan", json!(balance.to_string())));
            Err(AdminProblem { member, ..AdminProblem::conflict(detail) })
        }
    }
}
