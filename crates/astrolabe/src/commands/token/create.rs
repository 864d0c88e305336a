//! `astrolabe token create`.

use anyhow::Context;
use clap::Args;
use domain::{AccountId, NewToken, Token, TokenPolicy, UnixTime};
use gateway::{TokenKey, TokenSecret};
use store::{AccountStore, MeterStore};

use crate::flags::PolicyFlags;
use crate::limits_text::{expiry_text, policy_facts};
use crate::now::now;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// The account's name
    account: String,
    #[command(flatten)]
    policy: PolicyFlags,
}

/// Makes a token and prints it.
pub(super) async fn run(
    store: &(impl AccountStore + MeterStore + ?Sized),
    key: &TokenKey,
    args: &CreateArgs,
) -> anyhow::Result<()> {
    let policy = args.policy.apply(TokenPolicy::default())?;
    let account = store.account(&args.account).await?;
    let expires_at = args.policy.expiry(now()).flatten();
    let (secret, token) = make(store, key, account.id, expires_at).await?;
    if args.policy.changes_policy() {
        restrict(store, &token, &policy).await?;
    }
    if !args.policy.is_empty() {
        let facts = policy_facts(&policy).into_iter().chain([("expires", expiry_text(expires_at))]);
        output::person(&format!("token {} of {}:\n{}", token.id, account.name, output::facts(facts)));
    }
    output::person(&format!("token {}, shown this once:", token.id));
    output::result(secret.expose())
}

/// Makes a token of an account that may do everything, and gives back its secret.
pub(crate) async fn create(
    store: &(impl AccountStore + ?Sized),
    key: &TokenKey,
    account: &str,
    expires_at: Option<UnixTime>,
) -> anyhow::Result<TokenSecret> {
    let account = store.account(account).await?;
    Ok(make(store, key, account.id, expires_at).await?.0)
}

/// Makes a token of an account.
pub(super) async fn make(
    store: &(impl AccountStore + ?Sized),
    key: &TokenKey,
    account_id: AccountId,
    expires_at: Option<UnixTime>,
) -> anyhow::Result<(TokenSecret, Token)> {
    let secret = TokenSecret::generate()?;
    let hash = key.hash(secret.expose());
    let token = NewToken { account_id, hash, hint: secret.hint(), created_at: now(), expires_at };
    Ok((secret, store.create_token(token).await?))
}

/// Says what a token may do that nobody has seen yet: until this is done it may do everything.
pub(super) async fn restrict(
    store: &(impl MeterStore + ?Sized),
    token: &Token,
    policy: &TokenPolicy,
) -> anyhow::Result<()> {
    let set = store.set_token_policy(token.id, policy.clone()).await;
    set.with_context(|| format!("token {} is made but not limited; it was never shown, so disable it", token.id))
}
