//! `astrolabe token create`.

use clap::Args;
use domain::{AccountId, NewToken, Token, TokenPolicy, UnixTime};
use gateway::{TokenKey, TokenSecret};
use serde_json::{Value, json};
use store::AccountStore;

use crate::flags::PolicyFlags;
use crate::lang::{self, told};
use crate::limits_text::{EXPIRES, expiry_text, policy_facts, policy_json};
use crate::now::now;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// The account's name
    account: String,
    #[command(flatten)]
    policy: PolicyFlags,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Makes a token and prints it.
pub(super) async fn run(store: &(impl AccountStore + ?Sized), key: &TokenKey, args: &CreateArgs) -> anyhow::Result<()> {
    let change = args.policy.change()?;
    let policy = change.applied_to(TokenPolicy::default())?;
    let account = store.account(&args.account).await?;
    let expires_at = args.policy.expiry(now()).flatten();
    let (secret, token) = make(store, key, account.id, (expires_at, &policy)).await?;
    let (id, lang) = (token.id, lang::spoken());
    if !change.is_empty() || expires_at.is_some() {
        let expires = (EXPIRES.of(lang), expiry_text(expires_at, lang));
        let facts = output::facts(policy_facts(&policy, lang).into_iter().chain([expires]));
        output::person(&told!(lang, "token {id} of {0}:\n{facts}", "{0} 的令牌 {id}：\n{facts}", account.name));
    }
    output::person(&told!(lang, "token {id}, shown this once:", "令牌 {id}，仅显示这一次："));
    match args.json {
        true => output::json(&new_token_json(&account.name, (&secret, &token), &policy)),
        false => output::result(secret.expose()),
    }
}

/// A token that was just made, for programs: with its secret, this once.
pub(super) fn new_token_json(account: &str, (secret, token): (&TokenSecret, &Token), policy: &TokenPolicy) -> Value {
    json!({
        "id": token.id.0,
        "account": account,
        "token": secret.expose(),
        "hint": token.hint,
        "created_at": token.created_at.to_string(),
        "expires_at": token.expires_at.map(|moment| moment.to_string()),
        "policy": policy_json(policy),
    })
}

/// Makes a token of an account that may do everything, and gives back its secret.
pub(crate) async fn create(
    store: &(impl AccountStore + ?Sized),
    key: &TokenKey,
    account: &str,
    expires_at: Option<UnixTime>,
) -> anyhow::Result<TokenSecret> {
    let account = store.account(account).await?;
    Ok(make(store, key, account.id, (expires_at, &TokenPolicy::default())).await?.0)
}

/// Makes a token of an account, with when it expires and what it may do.
pub(super) async fn make(
    store: &(impl AccountStore + ?Sized),
    key: &TokenKey,
    account_id: AccountId,
    (expires_at, policy): (Option<UnixTime>, &TokenPolicy),
) -> anyhow::Result<(TokenSecret, Token)> {
    let secret = TokenSecret::generate()?;
    let hash = key.hash(secret.expose());
    let token = NewToken { account_id, hash, hint: secret.hint(), created_at: now(), expires_at };
    Ok((secret, store.create_limited_token(token, policy.clone()).await?))
}
