//! Top-ups: money for an account, once for each idempotency key, for ever.

use domain::{MicroYuan, NoteError, Spoken, Text, sentence};
use hyper::StatusCode;
use ledger::AccountBook;
use serde::Deserialize;
use serde_json::json;
use store::{TopUp, ToppedUp};

use super::problem::AdminProblem;
use super::request::{Ask, Outcome, Reply};
use crate::body::Yuan;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewTopUp {
    amount_yuan: Yuan,
    #[serde(default)]
    note: String,
}

/// Credits an account.
pub(super) async fn create(ask: &Ask<'_>, name: &str) -> Outcome {
    let key = ask.idempotency_key()?;
    let NewTopUp { amount_yuan, note } = ask.json()?;
    let amount = amount_yuan.amount("amountYuan")?;
    if amount == MicroYuan::ZERO {
        return Err(AdminProblem::bad_request(Text::new(
            "amountYuan is 0: right would be more than nothing",
            "amountYuan 为 0：应大于零",
        )));
    }
    let note = note.parse().map_err(|error: NoteError| AdminProblem::bad_request(error.sentence()))?;
    let account = ask.admin.accounts.account(name).await?;
    let top_up = TopUp { account_id: account.id, amount, key, at_ms: ask.now.unix_ms, note };
    let body = |book: AccountBook, replayed: bool| {
        json!({
            "account": account.name,
            "amountYuan": amount.to_string(),
            "replayed": replayed,
            "balanceYuan": book.balance().to_string(),
            "creditedYuan": book.credited.to_string(),
        })
    };
    match ask.admin.ledger.top_up(top_up).await? {
        ToppedUp::Credited(book) => Ok(Reply::created(body(book, false))),
        ToppedUp::Before(book) => Ok(Reply::ok(body(book, true))),
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
