//! `astrolabe account list`.

use catalog::{Lang, Text};
use clap::Args;
use domain::Account;
use ledger::AccountBook;
use serde_json::{Value, json};
use store::{AccountStore, MeterStore, QuotaOf};

use crate::amounts::put_amount;
use crate::lang;
use crate::limits_text::{HELD_TODAY, QuotaToday, USED_TODAY};
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
        accounts.push(AccountFacts::read(store, account).await?);
    }
    if args.json {
        return output::json(&accounts.iter().map(AccountFacts::json).collect::<Vec<_>>());
    }
    output::result(&account_table(&accounts, lang::spoken(), output::width()))
}

/// Accounts as a table.
fn account_table(accounts: &[AccountFacts], lang: Lang, width: Option<usize>) -> String {
    let rows = accounts.iter().map(|AccountFacts { account, book, quota }| {
        [
            account.id.to_string(),
            account.name.clone(),
            book.balance().to_string(),
            book.held.to_string(),
            thousands(quota.used),
            thousands(quota.held),
            quota.left_text(lang),
            account.created_at.on_clock(lang),
        ]
    });
    let columns = [
        (Text::new("number", "编号"), Shape::Number),
        (Text::new("name", "名称"), Shape::Word),
        (Text::new("balance (yuan)", "余额（元）"), Shape::Number),
        (Text::new("held (yuan)", "预留（元）"), Shape::Number),
        (USED_TODAY, Shape::Number),
        (HELD_TODAY, Shape::Number),
        (Text::new("left today", "今日剩余"), Shape::Number),
        (Text::new("made", "创建时间"), Shape::Moment),
    ];
    Sheet::with_json(columns, rows, &[], lang).text(lang, width)
}

/// An account with its money and its quota of today.
pub(super) struct AccountFacts {
    pub(super) account: Account,
    pub(super) book: AccountBook,
    pub(super) quota: QuotaToday,
}

impl AccountFacts {
    pub(super) async fn read(store: &(impl MeterStore + ?Sized), account: Account) -> anyhow::Result<Self> {
        let book = store.account_book(account.id).await?;
        let held = QuotaOf::Account(account.id).held(&store.held_calls(today()).await?);
        let usage = store.usage(Some(account.id), today(), today()).await?;
        let counted = usage.iter().map(|row| row.calls).sum();
        let quota = QuotaToday::of(book.quota, book.daily_quota, today(), held).or_counted(counted);
        Ok(Self { quota, account, book })
    }

    /// All of it as JSON.
    pub(super) fn json(&self) -> Value {
        let Self { account, book, quota } = self;
        let mut value = json!({
            "id": account.id.0, "name": account.name, "created_at": account.created_at.to_string(),
            "quota_today": quota.json(),
        });
        put_amount(&mut value, "balance", book.balance());
        put_amount(&mut value, "held", book.held);
        put_amount(&mut value, "charged", book.charged);
        put_amount(&mut value, "credited", book.credited);
        value
    }
}
