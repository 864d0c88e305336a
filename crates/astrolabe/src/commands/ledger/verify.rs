//! `astrolabe ledger verify`: every sum that the books must agree with (docs/money.md), and the files themselves.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};
use store::{AccountStore, CheckedStore, Imbalance, StoreError};

use crate::balance::{self, Names};
use crate::cli::Common;
use crate::data_dir::DataDir;
use crate::lang::{self, told};
use crate::{errors, output};

#[derive(Debug, Default, Args)]
pub(crate) struct VerifyArgs {
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// The exit code of books that could not be checked: nothing is known of them.
const NOT_CHECKED: u8 = 2;

/// What was found.
pub(super) struct Found {
    names: Names,
    imbalances: Vec<Imbalance>,
    damages: Vec<String>,
}

/// Checks everything, and fails when anything is wrong.
pub(super) async fn run(common: &Common, args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    let lang = lang::spoken();
    match open_and_look(common).await {
        Ok(found) => tell(&found, args).map(|()| ExitCode::SUCCESS),
        Err(error) => {
            if args.json {
                output::json(&json!({ "checked": false, "error": errors::text(&error, lang) }))?;
            }
            output::person(&errors::line(&error, lang));
            Ok(ExitCode::from(NOT_CHECKED))
        }
    }
}

async fn open_and_look(common: &Common) -> anyhow::Result<Found> {
    let is_damage = |error: &anyhow::Error| matches!(error.downcast_ref(), Some(StoreError::Corrupt(_)));
    match DataDir::held(common)?.store("ledger verify").await {
        // Too damaged to be opened.
        Err(error) if is_damage(&error) => {
            let damages = vec![errors::text(&error, lang::spoken())];
            Ok(Found { names: Names::new(), imbalances: Vec::new(), damages })
        }
        store => Ok(look(&*store?).await?),
    }
}

/// Tells what was found.
///
/// # Errors
/// When anything is wrong.
pub(super) fn tell(found: &Found, args: &VerifyArgs) -> anyhow::Result<()> {
    let lang = lang::spoken();
    let wrong = found.imbalances.len() + found.damages.len();
    if args.json {
        output::json(&found.json())?;
    } else {
        for imbalance in &found.imbalances {
            output::result(&balance::line(imbalance, &found.names, lang))?;
        }
        for damage in &found.damages {
            output::result(damage)?;
        }
    }
    if wrong > 0 {
        let places = output::counted(wrong as u64, "place");
        bail!(told!(
            lang,
            "the ledger is not right in {places}: stop the servers and restore the newest backup that is",
            "账目有 {wrong} 处错误：请停止服务器，并恢复最近一份正确的备份"
        ));
    }
    let accounts = found.names.len() as u64;
    output::person(&told!(
        lang,
        "the books of {} balance, and nothing is damaged",
        "账目相符（{}），数据完好",
        match lang {
            catalog::Lang::En => output::counted(accounts, "account"),
            catalog::Lang::Zh => format!("{accounts} 个账户"),
        }
    ));
    Ok(())
}

/// Checks everything.
///
/// # Errors
/// When it cannot be checked.
pub(super) async fn look(store: &(impl AccountStore + CheckedStore + ?Sized)) -> Result<Found, StoreError> {
    let mut damages = match store.damages().await {
        Err(damage @ StoreError::Corrupt(_)) => vec![errors::of_value(&damage)],
        damages => damages?,
    };
    let mut imbalances = Vec::new();
    for found in [store.imbalances().await, store.imbalances_of_calls().await] {
        match found {
            Ok(found) => imbalances.extend(found),
            // What is damaged may not be readable.
            Err(error) if !damages.is_empty() || matches!(error, StoreError::Corrupt(_)) => {
                damages.push(errors::of_value(&error))
            }
            Err(error) => return Err(error),
        }
    }
    let names = match balance::names(store).await {
        Err(_) if !damages.is_empty() => Names::new(),
        names => names?,
    };
    Ok(Found { names, imbalances, damages })
}

impl Found {
    fn json(&self) -> Value {
        json!({
            "checked": true,
            "accounts": self.names.len(),
            "imbalances": self.imbalances.iter().map(|found| balance::json(found, &self.names)).collect::<Vec<_>>(),
            "damages": self.damages,
        })
    }
}
