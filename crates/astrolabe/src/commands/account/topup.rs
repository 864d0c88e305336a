//! `astrolabe account topup`: money for an account, credited once however often the command is repeated.

use anyhow::bail;
use catalog::{Lang, Text};
use clap::Args;
use domain::{Account, IdempotencyKey, MicroYuan, Note};
use ledger::AccountBook;
use serde_json::json;
use store::{AccountStore, MeterStore, TopUp, ToppedUp};

use super::once_key::{parse_key, parse_note, random};
use crate::amounts::put_amount;
use crate::flags::parse_amount;
use crate::lang::{self, told};
use crate::now::now_ms;
use crate::output::{self, shell_word};

#[derive(Debug, Args)]
pub(crate) struct TopupArgs {
    /// The account's name
    name: String,
    /// How much, in yuan: 500, 0.5
    #[arg(value_name = "YUAN", value_parser = parse_amount)]
    amount: MicroYuan,
    /// What makes it happen once, such as the number of a payment: the same key credits nothing again, ever [default: a
    /// random one, told on stderr so that a retry can repeat it]
    #[arg(long, value_parser = parse_key)]
    key: Option<IdempotencyKey>,
    /// A note to keep with it
    #[arg(long, value_name = "TEXT", value_parser = parse_note, default_value = "", hide_default_value = true)]
    note: Note,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

const NOTHING: Text = Text::new("a top-up is more than 0 yuan", "充值金额须大于 0 元");

/// Credits an account.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &TopupArgs) -> anyhow::Result<()> {
    let lang = lang::spoken();
    anyhow::ensure!(args.amount > MicroYuan::ZERO, "{}", NOTHING.of(lang));
    let account = store.account(&args.name).await?;
    let key = match &args.key {
        Some(key) => key.clone(),
        None => random_key(&account, args.amount, lang)?,
    };
    let top_up = TopUp {
        account_id: account.id,
        amount: args.amount,
        key: key.clone(),
        at_ms: now_ms(),
        note: args.note.clone(),
    };
    let topped_up = store.top_up(top_up.clone()).await?;
    let book = became(&account, &top_up, topped_up, lang)?;
    if !args.json {
        return output::result(&book.balance().to_string());
    }
    let mut value = json!({
        "account": account.name, "key": key.as_str(), "credited_now": matches!(topped_up, ToppedUp::Credited(_)),
    });
    put_amount(&mut value, "amount", args.amount);
    put_amount(&mut value, "balance", book.balance());
    output::json(&value)
}

/// Says what became of it; the book after it.
fn became(account: &Account, top_up: &TopUp, topped_up: ToppedUp, lang: Lang) -> anyhow::Result<AccountBook> {
    let (name, TopUp { amount, key, .. }) = (&account.name, top_up);
    match topped_up {
        ToppedUp::Credited(book) => {
            output::person(&told!(
                lang,
                "credited {amount} yuan to {name}; its balance is now {} yuan",
                "已为 {name} 充值 {amount} 元；余额现为 {} 元",
                book.balance()
            ));
            Ok(book)
        }
        ToppedUp::Before(book) => {
            output::person(&told!(
                lang,
                "nothing is credited: {amount} yuan were credited to {name} under the key {key} before; its balance is {} yuan",
                "未再入账：此前已以键 {key} 为 {name} 充值 {amount} 元；余额为 {} 元",
                book.balance()
            ));
            Ok(book)
        }
        ToppedUp::KeyTaken => bail!(told!(
            lang,
            "nothing is credited: the key {key} stands for a top-up of another account or amount; \
             take a key of its own for each top-up",
            "未入账：键 {key} 已用于其他账户或金额的充值；每次充值请使用单独的键"
        )),
        ToppedUp::TooMuch(room) => bail!(told!(
            lang,
            "nothing is credited: {name} may be credited at most {room} yuan more",
            "未入账：{name} 最多还可充值 {room} 元"
        )),
    }
}

/// A random key, told before anything is credited: whoever sees no answer can repeat the command with it.
fn random_key(account: &Account, amount: MicroYuan, lang: Lang) -> anyhow::Result<IdempotencyKey> {
    let key = random()?;
    output::person(&told!(
        lang,
        "to retry without crediting twice: astrolabe account topup {} {amount} --key {key}",
        "如需重试且不重复入账：astrolabe account topup {} {amount} --key {key}",
        shell_word(&account.name)
    ));
    Ok(key)
}
