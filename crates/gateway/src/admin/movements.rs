//! Top-ups and withdrawals: money for an account, and out of it again, once for each idempotency key, for ever.

use domain::{Account, MicroYuan, NoteError, Sentence, Spoken, Text, sentence};
use hyper::StatusCode;
use ledger::AccountBook;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Moved, Movement, MovementFilter, MovementKind, PastMovement};

use super::problem::AdminProblem;
use super::request::{Ask, Outcome, Reply};
use crate::body::Yuan;
use crate::moment::rfc3339;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewMovement {
    amount_yuan: Yuan,
    #[serde(default)]
    note: String,
}

/// Moves money into an account or out of it again.
pub(super) async fn create(ask: &Ask<'_>, kind: MovementKind, name: &str) -> Outcome {
    let (account, movement) = read(ask, kind, name).await?;
    let amount = movement.amount;
    match ask.admin.ledger.move_money(movement).await? {
        Moved::Now(book) => Ok(Reply::created(body(&account.name, amount, &book, false))),
        Moved::Before(book) => Ok(Reply::ok(body(&account.name, amount, &book, true))),
        Moved::KeyTaken => Err(AdminProblem::new(StatusCode::UNPROCESSABLE_ENTITY, key_taken(kind))),
        Moved::TooMuch(most) => {
            let (member, detail) = too_much(kind, most);
            let member = Some((member, json!(most.to_string())));
            Err(AdminProblem { member, ..AdminProblem::conflict(detail) })
        }
    }
}

/// What was moved of an account, newest first.
pub(super) async fn list(ask: &Ask<'_>, name: &str) -> Outcome {
    let account = ask.admin.accounts.account(name).await?;
    let filter = MovementFilter { account_id: account.id, period: ask.period()?, limit: ask.parameters.limit() };
    let movements = ask.admin.ledger.movements(filter).await?;
    let movements: Vec<Value> = movements.iter().map(past_json).collect();
    Ok(Reply::ok(json!({ "account": account.name, "movements": movements })))
}

fn past_json(movement: &PastMovement) -> Value {
    json!({
        "kind": movement.kind.name(),
        "at": rfc3339(movement.at_ms),
        "amountYuan": movement.amount.to_string(),
        "creditedYuan": movement.credited.to_string(),
        "key": movement.key,
        "note": movement.note,
    })
}

/// What is to be moved, with the account it is of.
async fn read(ask: &Ask<'_>, kind: MovementKind, name: &str) -> Result<(Account, Movement), AdminProblem> {
    let key = ask.idempotency_key()?;
    let NewMovement { amount_yuan, note } = ask.json()?;
    let amount = amount_yuan.amount("amountYuan")?;
    if amount == MicroYuan::ZERO {
        return Err(AdminProblem::bad_request(Text::new(
            "amountYuan is 0: right would be more than nothing",
            "amountYuan 为 0：应大于零",
        )));
    }
    let note = note.parse().map_err(|error: NoteError| AdminProblem::bad_request(error.sentence()))?;
    let account = ask.admin.accounts.account(name).await?;
    let movement = Movement { kind, account_id: account.id, amount, key, at_ms: ask.now.unix_ms, note };
    Ok((account, movement))
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

fn key_taken(kind: MovementKind) -> Text {
    match kind {
        MovementKind::TopUp => Text::new(
            "this Idempotency-Key credited another account or amount: send a new key with a new top-up",
            "该 Idempotency-Key 已用于为另一账户或另一金额充值：新的充值请使用新的键",
        ),
        MovementKind::Withdrawal => Text::new(
            "this Idempotency-Key took out of another account, or another amount: send a new key with a new withdrawal",
            "该 Idempotency-Key 已用于从另一账户或按另一金额扣回：新的扣回请使用新的键",
        ),
    }
}

/// The problem's member that tells the most that could be moved, and the sentence.
fn too_much(kind: MovementKind, most: MicroYuan) -> (&'static str, Sentence) {
    match kind {
        MovementKind::TopUp => (
            "roomYuan",
            sentence!(
                "an account holds no more than that: at most {most} yuan can still be credited",
                "超出账户的累计净充值上限：最多还可充值 {most} 元"
            ),
        ),
        MovementKind::Withdrawal => (
            "balanceYuan",
            sentence!(
                "the balance is {most} yuan: what is charged or held cannot be taken out",
                "余额为 {most} 元：已扣费与预留的金额不能扣回"
            ),
        ),
    }
}
