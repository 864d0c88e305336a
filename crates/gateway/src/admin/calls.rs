//! Calls: listed, shown, and those nobody knows the end of reconciled.

use std::collections::HashMap;

use domain::{AccountId, Call, CallId, CallState, LostPurchase, Sentence, Text, TokenId, sentence};
use ledger::Refusal;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{CallFilter, Reconciled};

use super::problem::AdminProblem;
use super::request::{Ask, Outcome, Reply};
use crate::moment::rfc3339;
use crate::v1::call_json;

const RIGHT_TOKEN: Text = Text::new("right would be a token's number, such as 7", "应为令牌的编号，如 7");

const RIGHT_BEFORE: Text =
    Text::new("right would be the requestId of the last call of the page before", "应为上一页末条调用的 requestId");

/// A page of calls, newest first.
pub(super) async fn list(ask: &Ask<'_>) -> Outcome {
    let parameters = &ask.parameters;
    let account_id = match parameters.text("account") {
        Some(name) => Some(ask.admin.accounts.account(name).await?.id),
        None => None,
    };
    let filter = CallFilter {
        account_id,
        token_id: parameters.parse("token", RIGHT_TOKEN)?.map(TokenId),
        // The catalog allows no other names.
        state: parameters.text("state").and_then(|name| CallState::ALL.into_iter().find(|state| state.name() == name)),
        lost: parameters.text("lost").is_some(),
        period: ask.period()?,
        before: parameters.parse("before", RIGHT_BEFORE)?,
        limit: parameters.limit(),
    };
    let calls = ask.admin.ledger.calls(filter).await?;
    let names = account_names(ask).await?;
    let next = calls.last().filter(|_| calls.len() == filter.limit as usize).map(|call| call.id.to_string());
    Ok(Reply::ok(json!({
        "calls": calls.iter().map(|call| for_operator(call, &names)).collect::<Vec<_>>(),
        "nextBefore": next,
    })))
}

/// A call.
pub(super) async fn show(ask: &Ask<'_>, id: CallId) -> Outcome {
    let call = ask.admin.ledger.call(id).await?.ok_or_else(|| no_such_call(id))?;
    Ok(Reply::ok(for_operator(&call, &account_names(ask).await?)))
}

/// Settles an unknown call.
pub(super) async fn reconcile(ask: &Ask<'_>, id: CallId) -> Outcome {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        succeeded: bool,
    }
    let Wanted { succeeded } = ask.json()?;
    match ask.admin.ledger.reconcile(id, succeeded).await? {
        Reconciled::Settled => show(ask, id).await,
        Reconciled::Refused(refusal) => Err(refused(refusal)),
        Reconciled::NotUnknown => {
            let state = ask.admin.ledger.call(id).await?.ok_or_else(|| no_such_call(id))?.state.name();
            let detail = sentence!(
                "the call is {state}: only one that is unknown can be reconciled, once",
                "该调用的状态为 {state}：仅 unknown 状态的调用可结清，且只能结清一次"
            );
            Err(AdminProblem { member: Some(("state", json!(state))), ..AdminProblem::conflict(detail) })
        }
    }
}

/// Why a success cannot be charged afterwards, and what would let it.
fn refused(refusal: Refusal) -> AdminProblem {
    let Sentence { en, zh } = match refusal {
        Refusal::AccountQuota { daily_quota } => sentence!(
            "the account's quota of {daily_quota} successes on that day is used up: raise dailyQuota of the account",
            "账户当日 {daily_quota} 次的配额已用完：请提高账户的 dailyQuota"
        ),
        Refusal::TokenQuota { daily_quota } => sentence!(
            "the token's quota of {daily_quota} successes on that day is used up: raise dailyQuota of the token",
            "令牌当日 {daily_quota} 次的配额已用完：请提高令牌的 dailyQuota"
        ),
        Refusal::SpendingCap { spending_cap } => sentence!(
            "the token may spend {spending_cap} yuan in all, and this would exceed it: raise spendingCapYuan",
            "该令牌的累计花费上限为 {spending_cap} 元，此次将超出：请提高 spendingCapYuan"
        ),
        Refusal::Balance { balance } => sentence!(
            "the balance of {balance} yuan does not cover the call: top up the account",
            "余额 {balance} 元，不足以支付该调用：请为账户充值"
        ),
    };
    AdminProblem::conflict(sentence!(
        "{en}, then reconcile again; the call is still unknown",
        "{zh}，然后再次结清；该调用仍为 unknown"
    ))
}

fn no_such_call(id: CallId) -> AdminProblem {
    AdminProblem::not_found(sentence!(
        "there is no call {id}, or not any more: settled calls are listed for meter.calls_kept_days, free ones not at all",
        "没有调用 {id}，或其记录已不再保留：已结清的调用保留 meter.calls_kept_days 天，免费的不记录"
    ))
}

/// The names of accounts by their numbers.
pub(super) async fn account_names(ask: &Ask<'_>) -> Result<HashMap<AccountId, String>, AdminProblem> {
    let accounts = ask.admin.accounts.accounts().await?;
    Ok(accounts.into_iter().map(|account| (account.id, account.name)).collect())
}

/// A call with what only the operator is told: whose it is, and what an upstream may have billed for nothing.
fn for_operator(call: &Call, names: &HashMap<AccountId, String>) -> Value {
    let mut body = call_json(call);
    body["account"] = json!(names.get(&call.account_id));
    let lost = |fact: fn(&LostPurchase) -> Value| call.lost.as_ref().map(fact);
    body["upstream"] = json!(lost(|lost| json!(lost.upstream)));
    body["failure"] = json!(lost(|lost| json!(lost.failure)));
    body["sentAt"] = json!(lost(|lost| json!(rfc3339(lost.sent_at_ms))));
    body
}
