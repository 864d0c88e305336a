//! `astrolabe account`: who may call.

use clap::{Args, Subcommand};
use store::AccountStore;

use crate::cli::Common;
use crate::data_dir::DataDir;
use crate::now::now;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum AccountVerb {
    /// Make an account
    Create(CreateArgs),
    /// List the accounts
    List(ListArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// The account's name: a person, a team or a program; unique
    name: String,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, verb: &AccountVerb) -> anyhow::Result<()> {
    let store = DataDir::open(common)?.store()?;
    match verb {
        AccountVerb::Create(args) => create(&store, &args.name).await,
        AccountVerb::List(args) => list(&store, args.json).await,
    }
}

async fn create(store: &impl AccountStore, name: &str) -> anyhow::Result<()> {
    let length = name.chars().count();
    anyhow::ensure!(
        (1..=64).contains(&length) && !name.chars().any(char::is_control) && name.trim() == name,
        "an account's name is 1 to 64 characters, without control characters and outer spaces"
    );
    let account = store.create_account(name, now()).await?;
    output::person(&format!(
        "made account {} (number {}); next: astrolabe token create {}",
        account.name, account.id, account.name
    ));
    Ok(())
}

async fn list(store: &impl AccountStore, json: bool) -> anyhow::Result<()> {
    let accounts = store.accounts().await?;
    if json {
        let rows: Vec<_> = accounts
            .iter()
            .map(|account| {
                serde_json::json!({
                    "id": account.id.0, "name": account.name, "created_at": account.created_at.to_string()
                })
            })
            .collect();
        return output::json(&rows);
    }
    let rows =
        accounts.into_iter().map(|account| [account.id.to_string(), account.name, account.created_at.to_string()]);
    output::result(&output::table(["number", "name", "made"], &[0], rows))
}
