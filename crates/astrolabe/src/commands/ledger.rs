//! `astrolabe ledger`: whether the books can be trusted.

mod verify;

use clap::Subcommand;

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
