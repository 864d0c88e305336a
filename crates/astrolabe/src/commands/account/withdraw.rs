//! `astrolabe account withdraw`: money out of an account again, once however often the command is repeated.

use anyhow::bail;
use catalog::{Lang, Text};
use clap::Args;
use domain::{Account, IdempotencyKey, MicroYuan, Note};
use ledger::AccountBook;
use serde_json::json;
use store::{AccountStore, MeterStore, Withdrawal, Withdrawn};

use super::once_key::{parse_key, parse_note, random};
use crate::amounts::put_amount;
use crate::flags::parse_amount;
use crate::lang::{self, told};
use crate::now::now_ms;
use crate::output::{self, shell_word};

#[derive(Debug, Args)]
pub(crate) struct WithdrawArgs {
    /// The account's name
    name: String,
    /// How much, in yuan: 500, 0.5; at most the balance
    #[arg(value_name = "YUAN", value_parser = parse_amount)]
    amount: MicroYuan,
    /// What makes it happen once: the same key takes out nothing again, ever [default: a random one, told on stderr so that a
    /// retry can repeat it]
    #[arg(long, value_parser = parse_key)]
    key: Option<IdempotencyKey>,
    /// Why, to keep with it
    #[arg(long, value_name = "TEXT", value_parser = parse_note, default_value = "", hide_default_value = true)]
    note: Note,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

const NOTHING: Text = Text::new("a withdrawal is more than 0 yuan", "扣回金额须大于 0 元");

/// Takes money out of an account.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &WithdrawArgs) -> anyhow::Result<()> {
    let lang = lang::spoken();
    anyhow::ensure!(args.amount > MicroYuan::ZERO, "{}", NOTHING.of(lang));
    let account = store.account(&args.name).await?;
    let key = match &args.key {
        Some(key) => key.clone(),
        None => random_key(&account, args.amount, lang)?,
    };
    let (account_id, note) = (account.id, args.note.clone());
    let withdrawal = Withdrawal { account_id, amount: args.amount, key: key.clone(), at_ms: now_ms(), note };
    let withdrawn = store.withdraw(withdrawal.clone()).await?;
    let book = became(&account, &withdrawal, withdrawn, lang)?;
    if !args.json {
        return output::result(&book.balance().to_string());
    }
    let withdrawn_now = matches!(withdrawn, Withdrawn::Now(_));
    let mut value = json!({ "account": account.name, "key": key.as_str(), "withdrawn_now": withdrawn_now });
    put_amount(&mut value, "amount", args.amount);
    put_amount(&mut value, "balance", book.balance());
    output::json(&value)
}

/// Says what became of it; the book after it.
fn became(account: &Account, withdrawal: &Withdrawal, withdrawn: Withdrawn, lang: Lang) -> anyhow::Result<AccountBook> {
    let (name, Withdrawal { amount, key, .. }) = (&account.name, withdrawal);
    match withdrawn {
        Withdrawn::Now(book) => {
            output::person(&told!(
                lang,
                "took {amount} yuan out of {name}; its balance is now {} yuan",
                "已从 {name} 扣回 {amount} 元；余额现为 {} 元",
                book.balance()
            ));
            Ok(book)
        }
        Withdrawn::Before(book) => {
            output::person(&told!(
                lang,
                "nothing is taken out: {amount} yuan were taken out of {name} under the key {key} before; its balance is {} yuan",
                "未再扣回：此前已以键 {key} 从 {name} 扣回 {amount} 元；余额为 {} 元",
                book.balance()
            ));
            Ok(book)
        }
        Withdrawn::KeyTaken => bail!(told!(
            lang,
            "nothing is taken out: the key {key} stands for a withdrawal of another account or amount; \
             take a key of its own for each",
            "未扣回：键 {key} 已用于其他账户或金额的扣回；每次扣回请使用单独的键"
        )),
        Withdrawn::TooMuch(balance) => bail!(told!(
            lang,
            "nothing is taken out: the balance of {name} is {balance} yuan, and what is charged or held stays",
            "未扣回：{name} 的余额为 {balance} 元，已扣费与预留的金额不能扣回"
        )),
    }
}

/// A random key, told before anything is taken out: whoever sees no answer can repeat the command with it.
fn random_key(account: &Account, amount: MicroYuan, lang: Lang) -> anyhow::Result<IdempotencyKey> {
    let key = random()?;
    output::person(&told!(
        lang,
        "to retry without taking it out twice: astrolabe account withdraw {} {amount} --key {key}",
        "如需重试且不重复扣回：astrolabe account withdraw {} {amount} --key {key}",
        shell_word(&account.name)
    ));
    Ok(key)
}
