//! `astrolabe account`: who may call, what they have, how they are limited.

mod create;
mod limit;
mod list;
mod movement;
mod movements;
mod once_key;
mod show;

use clap::Subcommand;
use store::MovementKind;

use crate::cli::Common;
use crate::commands::operator_store;
use crate::data_dir::DataDir;

#[derive(Debug, Subcommand)]
pub(crate) enum AccountVerb {
    /// Make an account
    Create(create::CreateArgs),
    /// List the accounts with what they have and used
    List(list::ListArgs),
    /// Show everything about an account: money, limits, quota, tokens
    Show(show::ShowArgs),
    /// Credit an account, once for each key; prints the balance in yuan on stdout
    Topup(movement::MovementArgs),
    /// Take money out of an account again, at most its balance, once for each key; prints the balance in yuan on stdout
    Withdraw(movement::MovementArgs),
    /// List the top-ups and withdrawals of an account, newest first, with what was credited in all after each
    Movements(movements::MovementsArgs),
    /// Limit an account and so all its tokens together; only what is named changes
    Limit(limit::LimitArgs),
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, verb: &AccountVerb) -> anyhow::Result<()> {
    // The first account is where a ledger begins.
    let data = match verb {
        AccountVerb::Create(_) => DataDir::open(common)?,
        _ => DataDir::held(common)?,
    };
    let store = operator_store(&data).await?;
    match verb {
        AccountVerb::Create(args) => create::run(&*store, args).await,
        AccountVerb::List(args) => list::run(&*store, args).await,
        AccountVerb::Show(args) => show::run(&*store, args).await,
        AccountVerb::Topup(args) => movement::run(&*store, MovementKind::TopUp, args).await,
        AccountVerb::Withdraw(args) => movement::run(&*store, MovementKind::Withdrawal, args).await,
        AccountVerb::Movements(args) => movements::run(&*store, args).await,
        AccountVerb::Limit(args) => limit::run(&*store, args).await,
    }
}
