//! `astrolabe ledger`: whether the books can be trusted.

mod verify;

use clap::Subcommand;
use store::{AccountStore, CheckedStore};

use crate::cli::Common;
use crate::data_dir::DataDir;

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerVerb {
    /// Check that the books balance and the files are whole; servers may go on meanwhile
    Verify(verify::VerifyArgs),
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, verb: &LedgerVerb) -> anyhow::Result<()> {
    let data = DataDir::open(common)?;
    let store = data.store("ledger verify").await?;
    match verb {
        LedgerVerb::Verify(args) => verify::run(&*store, args).await,
    }
}

/// Checks a store as `ledger verify` does, and says what was found.
///
/// # Errors
/// When anything is wrong.
pub(crate) async fn verify(store: &(impl AccountStore + CheckedStore)) -> anyhow::Result<()> {
    verify::run(store, &verify::VerifyArgs::default()).await
}
