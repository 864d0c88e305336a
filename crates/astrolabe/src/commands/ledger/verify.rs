//! `astrolabe ledger verify`: every sum that the books must agree with (docs/money.md), and the files themselves.

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};
use store::{AccountStore, CheckedStore, Imbalance, StoreError};

use crate::balance::{self, Names};
use crate::lang::{self, told};
use crate::{errors, output};

#[derive(Debug, Default, Args)]
pub(crate) struct VerifyArgs {
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// What was found.
struct Found {
    names: Names,
    imbalances: Vec<Imbalance>,
    damages: Vec<String>,
}

/// Checks everything, and fails when anything is wrong.
pub(super) async fn run(store: &(impl AccountStore + CheckedStore + ?Sized), args: &VerifyArgs) -> anyhow::Result<()> {
    let found = look(store).await?;
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
        bail!(told!(
            lang,
            "the ledger is not right in {wrong} places: stop the servers and restore the newest backup that is",
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

async fn look(store: &(impl AccountStore + CheckedStore + ?Sized)) -> Result<Found, StoreError> {
    let mut damages = match store.damages().await {
        Err(damage @ StoreError::Corrupt(_)) => vec![errors::of_value(&damage)],
        damages => damages?,
    };
    let mut imbalances = Vec::new();
    for found in [store.imbalances().await, store.imbalances_of_calls().await] {
        match found {
            Ok(found) => imbalances.extend(found),
            // What is damaged may not be readable.
            Err(error) if !damages.is_empty() => damages.push(errors::of_value(&error)),
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
            "accounts": self.names.len(),
            "imbalances": self.imbalances.iter().map(|found| balance::json(found, &self.names)).collect::<Vec<_>>(),
            "damages": self.damages,
        })
    }
}
