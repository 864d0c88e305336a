//! `astrolabe token`: what accounts call with. A token is shown once, when it is made.

mod create;
mod facts;
mod limit;
mod list;
mod new_key;
mod rotate;
mod show;

use clap::{Args, Subcommand};
use domain::{Token, TokenId};
use store::{AccountStore, StoreError};

use crate::cli::Common;
use crate::commands::operator_store;
use crate::data_dir::DataDir;
use crate::lang::{self, told};
use crate::{output, token_key};

pub(crate) use create::create;
pub(super) use facts::TokenFacts;
pub(super) use list::token_table;

#[derive(Debug, Subcommand)]
pub(crate) enum TokenVerb {
    /// Make a token and print it, once, on stdout
    Create(create::CreateArgs),
    /// List the tokens with what they spent and when they were last used
    List(list::ListArgs),
    /// Show everything about a token, but never the token itself
    Show(show::ShowArgs),
    /// Say what a token may do; only what is named changes, none clears
    Limit(limit::LimitArgs),
    /// Make a token to replace another one, which goes on for a while, and print it, once, on stdout
    Rotate(rotate::RotateArgs),
    /// Make another key to hash tokens with, where token.key is lost: all tokens and the admin key must be made anew then
    NewKey(new_key::NewKeyArgs),
    /// Take the token.key of the data directory for the right one: where another one was made by mistake, and this is the old one
    UseKey(new_key::UseKeyArgs),
    /// Refuse a token from now on
    Disable(OneToken),
    /// Accept a disabled token again
    Enable(OneToken),
}

#[derive(Debug, Args)]
pub(crate) struct OneToken {
    /// The token's number, as `astrolabe token list` shows it
    number: i64,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, verb: &TokenVerb) -> anyhow::Result<()> {
    let data = DataDir::held(common)?;
    let store = operator_store(&data).await?;
    match verb {
        TokenVerb::Create(args) => create::run(&*store, &token_key::of(&data, &*store).await?, args).await,
        TokenVerb::List(args) => list::run(&*store, args).await,
        TokenVerb::Show(args) => show::run(&*store, args).await,
        TokenVerb::Limit(args) => limit::run(&*store, args).await,
        TokenVerb::Rotate(args) => rotate::run(&*store, &token_key::of(&data, &*store).await?, args).await,
        TokenVerb::NewKey(args) => new_key::run(&*store, &data, args).await,
        TokenVerb::UseKey(args) => new_key::use_key(&*store, &data, args).await,
        TokenVerb::Disable(args) => set_enabled(&*store, args, false).await,
        TokenVerb::Enable(args) => set_enabled(&*store, args, true).await,
    }
}

async fn set_enabled(store: &(impl AccountStore + ?Sized), args: &OneToken, enabled: bool) -> anyhow::Result<()> {
    let OneToken { number, json } = *args;
    store.set_token_enabled(TokenId(number), enabled).await?;
    let lang = lang::spoken();
    output::person(&match enabled {
        true => told!(lang, "token {number} is accepted from now on", "令牌 {number} 已启用，立即生效"),
        false => told!(lang, "token {number} is refused from now on", "令牌 {number} 已停用，立即生效"),
    });
    if json { output::json(&serde_json::json!({ "id": number, "enabled": enabled })) } else { Ok(()) }
}

/// The token of a number, with the name of its account.
async fn find(store: &(impl AccountStore + ?Sized), number: i64) -> anyhow::Result<(String, Token)> {
    let mut tokens = store.tokens().await?.into_iter();
    let found = tokens.find(|(_, token)| token.id == TokenId(number));
    found.ok_or_else(|| StoreError::NoSuchToken(number).into())
}
