//! `astrolabe token`: what accounts call with. A token is shown once, when it is made.

use clap::{Args, Subcommand};
use domain::{NewToken, TokenId, UnixTime};
use gateway::{TokenKey, TokenSecret};
use store::AccountStore;

use crate::cli::Common;
use crate::data_dir::DataDir;
use crate::duration::parse_seconds;
use crate::now::now;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum TokenVerb {
    /// Make a token and print it, once, on stdout
    Create(CreateArgs),
    /// List the tokens
    List(ListArgs),
    /// Refuse a token from now on
    Disable(OneToken),
    /// Accept a disabled token again
    Enable(OneToken),
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// The account's name
    account: String,
    /// After how long it is refused: 45m, 12h, 30d, 2w [default: never]
    #[arg(long, value_name = "DURATION", value_parser = parse_seconds)]
    expires: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct OneToken {
    /// The token's number, as `astrolabe token list` shows it
    number: i64,
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, verb: &TokenVerb) -> anyhow::Result<()> {
    let data = DataDir::open(common)?;
    let store = data.store()?;
    match verb {
        TokenVerb::Create(args) => {
            let expires_at = args.expires.map(|seconds| UnixTime(now().0.saturating_add(seconds)));
            let secret = create(&store, &data.token_key()?, &args.account, expires_at).await?;
            output::person("the token, shown this once:");
            output::result(secret.expose())
        }
        TokenVerb::List(args) => list(&store, args.json).await,
        TokenVerb::Disable(args) => set_enabled(&store, args.number, false).await,
        TokenVerb::Enable(args) => set_enabled(&store, args.number, true).await,
    }
}

/// Makes a token of an account and gives back its secret.
pub(crate) async fn create(
    store: &impl AccountStore,
    key: &TokenKey,
    account: &str,
    expires_at: Option<UnixTime>,
) -> anyhow::Result<TokenSecret> {
    let account = store.account(account).await?;
    let secret = TokenSecret::generate()?;
    let token = NewToken {
        account_id: account.id,
        hash: key.hash(secret.expose()),
        hint: secret.hint(),
        created_at: now(),
        expires_at,
    };
    store.create_token(token).await?;
    Ok(secret)
}

async fn set_enabled(store: &impl AccountStore, number: i64, enabled: bool) -> anyhow::Result<()> {
    store.set_token_enabled(TokenId(number), enabled).await?;
    let state = if enabled { "accepted" } else { "refused" };
    output::person(&format!("token {number} is {state} from now on"));
    Ok(())
}

async fn list(store: &impl AccountStore, json: bool) -> anyhow::Result<()> {
    let (tokens, now) = (store.tokens().await?, now());
    let state = |token: &domain::Token| match token.is_active(now) {
        true => "active",
        false if token.enabled => "expired",
        false => "disabled",
    };
    if json {
        let rows: Vec<_> = tokens
            .iter()
            .map(|(account, token)| {
                serde_json::json!({
                    "id": token.id.0, "account": account, "hint": token.hint, "state": state(token),
                    "created_at": token.created_at.to_string(),
                    "expires_at": token.expires_at.map(|moment| moment.to_string()),
                })
            })
            .collect();
        return output::json(&rows);
    }
    let rows = tokens.iter().map(|(account, token)| {
        let expires = token.expires_at.map_or("never".into(), |moment| moment.to_string());
        let made = token.created_at.to_string();
        [token.id.to_string(), account.clone(), token.hint.clone(), state(token).into(), made, expires]
    });
    output::result(&output::table(["number", "account", "token", "state", "made", "expires"], &[0], rows))
}
