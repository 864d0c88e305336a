//! Tokens: made, listed, shown, changed. The secret is in one answer only, the one to its making.

use std::num::NonZeroU32;

use domain::{AccountId, NewToken, Text, Token, TokenId, TokenPolicy, UnixTime};
use ledger::Day;
use serde::Deserialize;
use serde_json::{Value, json};
use store::StoreError;

use super::policy::{self, PolicyPatch};
use super::problem::{AdminProblem, no_such_token};
use super::request::{Ask, Outcome, Reply, named};
use crate::moment::Moment;
use crate::token::TokenSecret;

/// Every token.
pub(super) async fn list(ask: &Ask<'_>) -> Outcome {
    let tokens = ask.admin.accounts.tokens().await?;
    let tokens: Vec<Value> = tokens.iter().map(|(account, token)| token_json(account, token, ask.now)).collect();
    Ok(Reply::ok(json!({ "tokens": tokens })))
}

/// A token with its policy and what it used.
pub(super) async fn show(ask: &Ask<'_>, id: TokenId) -> Outcome {
    let (account, token) = find(ask, id).await?;
    Ok(Reply::ok(whole_json(ask, &account, &token).await?))
}

/// Makes a token of an account.
pub(super) async fn create(ask: &Ask<'_>, name: &str) -> Outcome {
    #[derive(Default, Deserialize)]
    #[serde(default, deny_unknown_fields, rename_all = "camelCase")]
    struct Wanted {
        expires_in_s: Option<NonZeroU32>,
        policy: PolicyPatch,
    }
    let Wanted { expires_in_s, policy } = ask.json()?;
    let policy = policy.read()?.applied_to(TokenPolicy::default()).map_err(StoreError::from)?;
    let account = ask.admin.accounts.account(name).await?;
    let expires_at = expires_in_s.map(|seconds| expiry(ask.now, seconds));
    let (secret, token) = make(ask, account.id, policy, expires_at).await?;
    let mut body = whole_json(ask, &account.name, &token).await?;
    body["secret"] = json!(secret.expose());
    Ok(Reply::created(body))
}

/// Changes what is named of a token.
pub(super) async fn patch(ask: &Ask<'_>, id: TokenId) -> Outcome {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Wanted {
        enabled: Option<bool>,
        #[serde(default, deserialize_with = "named")]
        expires_in_s: Option<Option<NonZeroU32>>,
        #[serde(default)]
        policy: PolicyPatch,
    }
    let Wanted { enabled, expires_in_s, policy } = ask.json()?;
    if enabled.is_none() && expires_in_s.is_none() && policy.is_empty() {
        return Err(AdminProblem::bad_request(Text::new(
            "nothing is named: right would be enabled, expiresInS or policy",
            "未指定任何更改：可指定 enabled、expiresInS 或 policy",
        )));
    }
    let change = policy.read()?;
    find(ask, id).await?;
    let ledger = &ask.admin.ledger;
    // Everything is checked that can be before the store looks. Disabling comes first and enabling last: where the store fails between two changes, the token
    // may do no more than before or after, and the same request again completes them.
    if enabled == Some(false) {
        ask.admin.accounts.set_token_enabled(id, false).await?;
    }
    if !change.is_empty() {
        ledger.change_token_policy(id, change).await?;
    }
    if let Some(expires_in_s) = expires_in_s {
        ledger.set_token_expiry(id, expires_in_s.map(|seconds| expiry(ask.now, seconds))).await?;
    }
    if enabled == Some(true) {
        ask.admin.accounts.set_token_enabled(id, true).await?;
    }
    show(ask, id).await
}

/// Makes a token with a policy, both at once: it is never without.
pub(super) async fn make(
    ask: &Ask<'_>,
    account_id: AccountId,
    policy: TokenPolicy,
    expires_at: Option<UnixTime>,
) -> Result<(TokenSecret, Token), AdminProblem> {
    let secret = TokenSecret::generate().map_err(AdminProblem::internal)?;
    let hash = ask.admin.token_key.hash(secret.expose());
    let new = NewToken { account_id, hash, hint: secret.hint(), created_at: ask.now.second(), expires_at };
    let token = ask.admin.accounts.create_limited_token(new, policy).await?;
    Ok((secret, token))
}

/// A token by its number, with the name of its account.
pub(super) async fn find(ask: &Ask<'_>, id: TokenId) -> Result<(String, Token), AdminProblem> {
    let tokens = ask.admin.accounts.tokens().await?;
    tokens.into_iter().find(|(_, token)| token.id == id).ok_or_else(|| no_such_token(id.0))
}

/// The moment so many seconds from now.
fn expiry(now: Moment, seconds: NonZeroU32) -> UnixTime {
    UnixTime(now.second().0.saturating_add(seconds.get()))
}

/// A token as it stands in lists.
pub(super) fn token_json(account: &str, token: &Token, now: Moment) -> Value {
    json!({
        "number": token.id.0,
        "account": account,
        "hint": token.hint,
        "enabled": token.enabled,
        "active": token.is_active(now.second()),
        "createdAt": token.created_at.to_string(),
        "expiresAt": token.expires_at.map(|at| at.to_string()),
    })
}

/// A token with everything about it.
pub(super) async fn whole_json(ask: &Ask<'_>, account: &str, token: &Token) -> Result<Value, AdminProblem> {
    let policy = ask.admin.ledger.token_policy(token.id).await?;
    let book = ask.admin.ledger.standing(token.account_id, token.id).await?.token;
    let mut body = token_json(account, token, ask.now);
    body["policy"] = policy::json(&policy);
    body["spentYuan"] = json!(book.spent().to_string());
    body["dailyQuotaLeft"] = json!(book.quota_left(Day::of(ask.now.unix_ms)));
    Ok(body)
}
