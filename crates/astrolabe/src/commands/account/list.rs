//! `astrolabe account list`.

use catalog::{Lang, Text};
use clap::Args;
use domain::Account;
use ledger::AccountBook;
use serde_json::{Value, json};
use store::{AccountStore, MeterStore};

use crate::amounts::put_amount;
use crate::lang;
use crate::limits_text::QuotaToday;
use crate::now::today;
use crate::output::{self, thousands};
use crate::tables::fit::{Shape, Sheet};

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Lists the accounts.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &ListArgs) -> anyhow::Result<()> {
    let mut accounts = Vec::new();
    for account in store.accounts().await? {
        let book = store.account_book(account.id).await?;
        accounts.push((account, book));
    }
    if args.json {
        return output::json(&accounts.iter().map(|(account, book)| account_json(account, book)).collect::<Vec<_>>());
    }
    output::result(&account_table(&accounts, lang::spoken(), output::width()))
}

/// Accounts as a table.
fn account_table(accounts: &[(Account, AccountBook)], lang: Lang, width: Option<usize>) -> String {
    let rows = accounts.iter().map(|(account, book)| {
        let quota = QuotaToday::of(book.quota, book.daily_quota, today());
        [
            account.id.to_string(),
            account.name.clone(),
            book.balance().to_string(),
            book.held.to_string(),
            thousands(quota.used),
            quota.left_text(lang),
            output::moment(account.created_at),
        ]
    });
    let columns = [
        (Text::new("number", "编号"), Shape::Number),
        (Text::new("name", "名称"), Shape::Word),
        (Text::new("balance (yuan)", "余额（元）"), Shape::Number),
        (Text::new("held (yuan)", "预留（元）"), Shape::Number),
        (Text::new("used today", "今日已用"), Shape::Number),
        (Text::new("left today", "今日剩余"), Shape::Number),
        (Text::new("made", "创建时间"), Shape::Moment),
    ];
    Sheet::with_json(columns, rows, &[], lang).text(lang, width)
}

/// An account with its money and its quota of today, as JSON.
pub(super) fn account_json(account: &Account, book: &AccountBook) -> Value {
    let mut value = json!({
        "id": account.id.0, "name": account.name, "created_at": account.created_at.to_string(),
        "quota_today": QuotaToday::of(book.quota, book.daily_quota, today()).json(),
    });
    put_amount(&mut value, "balance", book.balance());
    put_amount(&mut value, "held", book.held);
    put_amount(&mut value, "charged", book.charged);
    put_amount(&mut value, "credited", book.credited);
    value
}
