//! Accounts: made, listed, and one with everything about it.

use domain::{Account, Text};
use hyper::StatusCode;
use ledger::Day;
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::AdminProblem;
use super::request::{Ask, Outcome, Reply};
use super::tokens;
use crate::moment::rfc3339;
use crate::v1::limits_json;

/// Every account.
pub(super) async fn list(ask: &Ask<'_>) -> Outcome {
    let accounts = ask.admin.accounts.accounts().await?;
    Ok(Reply::ok(json!({ "accounts": accounts.iter().map(account_json).collect::<Vec<_>>() })))
}

/// Makes an account.
pub(super) async fn create(ask: &Ask<'_>) -> Outcome {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct NewAccount {
        name: String,
    }
    let NewAccount { name } = ask.json()?;
    if !Account::is_name(&name) {
        let detail = Text::new(
            "the name is not one: right would be 1 to 64 characters, without control characters and outer spaces",
            "名称不正确：应为 1 至 64 个字符，不含控制字符，首尾无空格",
        );
        return Err(AdminProblem::new(StatusCode::BAD_REQUEST, detail));
    }
    let account = ask.admin.accounts.create_account(&name, ask.now.second()).await?;
    Ok(Reply::created(account_json(&account)))
}

/// An account with its book, its limits, what is left of its quota, and its tokens.
pub(super) async fn show(ask: &Ask<'_>, name: &str) -> Outcome {
    let account = ask.admin.accounts.account(name).await?;
    let book = ask.admin.ledger.account_book(account.id).await?;
    let limits = ask.admin.ledger.account_limits(account.id).await?;
    let tokens = ask.admin.accounts.tokens().await?;
    let of_account = tokens.iter().filter(|(_, token)| token.account_id == account.id);
    let day = Day::of(ask.now.unix_ms);
    let mut body = account_json(&account);
    body["balanceYuan"] = json!(book.balance().to_string());
    body["creditedYuan"] = json!(book.credited.to_string());
    body["chargedYuan"] = json!(book.charged.to_string());
    body["heldYuan"] = json!(book.held.to_string());
    body["limits"] = limits_json(&limits);
    body["dailyQuotaLeft"] = json!(book.quota_left(day));
    body["day"] = json!(day.to_string());
    body["quotasResetAt"] = json!(rfc3339(day.ends_at_ms()));
    body["tokens"] = of_account.map(|(name, token)| tokens::token_json(name, token, ask.now)).collect();
    Ok(Reply::ok(body))
}

fn account_json(account: &Account) -> Value {
    json!({ "number": account.id.0, "name": account.name, "createdAt": account.created_at.to_string() })
}
