//! `astrolabe ledger`: whether the books can be trusted.

mod verify;

use std::process::ExitCode;

use clap::Subcommand;
use store::{AccountStore, CheckedStore};

use crate::cli::Common;
use crate::commands::block_on;

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerVerb {
    /// Check that the books balance and the files are whole; servers may go on meanwhile
    Verify(verify::VerifyArgs),
}

/// Runs the verb.
pub(crate) fn run(common: &Common, verb: &LedgerVerb) -> anyhow::Result<ExitCode> {
    let LedgerVerb::Verify(args) = verb;
    block_on(verify::run(common, args))
}

/// Checks a store as `ledger verify` does, and says what was found.
///
/// # Errors
/// When anything is wrong.
pub(crate) async fn verify(store: &(impl AccountStore + CheckedStore)) -> anyhow::Result<()> {
    verify::tell(&verify::look(store).await?, &verify::VerifyArgs::default())
}
