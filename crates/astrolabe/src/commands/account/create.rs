//! `astrolabe account create`.

use clap::Args;
use domain::Account;
use store::AccountStore;

use crate::now::now;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// The account's name: a person, a team or a program; unique
    name: String,
}

/// Makes an account.
pub(super) async fn run(store: &(impl AccountStore + ?Sized), args: &CreateArgs) -> anyhow::Result<()> {
    let name = args.name.as_str();
    anyhow::ensure!(
        Account::is_name(name),
        "an account's name is 1 to 64 characters, without control characters and outer spaces"
    );
    let account = store.create_account(name, now()).await?;
    output::person(&format!(
        "made account {} (number {}); next: astrolabe token create {}",
        account.name,
        account.id,
        output::shell_word(&account.name)
    ));
    Ok(())
}
