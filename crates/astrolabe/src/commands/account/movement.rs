//! `astrolabe account topup` and `account withdraw`: money into an account or out of it again, moved once however often the
//! command is repeated.

use anyhow::bail;
use catalog::{Lang, Text};
use clap::Args;
use domain::{Account, IdempotencyKey, MicroYuan, Note};
use ledger::AccountBook;
use serde_json::json;
use store::{AccountStore, MeterStore, Moved, Movement, MovementKind};

use super::once_key::{parse_key, parse_note, random};
use crate::amounts::put_amount;
use crate::flags::parse_amount;
use crate::lang::{self, told};
use crate::now::now_ms;
use crate::output::{self, shell_word};

#[derive(Debug, Args)]
pub(crate) struct MovementArgs {
    /// The account's name
    name: String,
    /// How much, in yuan: 500, 0.5
    #[arg(value_name = "YUAN", value_parser = parse_amount)]
    amount: MicroYuan,
    /// What makes it happen once, such as the number of a payment: the same key moves nothing again, ever [default: a
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

/// Moves money into an account or out of it again.
pub(super) async fn run(
    store: &(impl AccountStore + MeterStore + ?Sized),
    kind: MovementKind,
    args: &MovementArgs,
) -> anyhow::Result<()> {
    let lang = lang::spoken();
    anyhow::ensure!(args.amount > MicroYuan::ZERO, "{}", nothing(kind).of(lang));
    let account = store.account(&args.name).await?;
    let key = match &args.key {
        Some(key) => key.clone(),
        None => random_key(kind, &account, args.amount, lang)?,
    };
    let (account_id, amount, note) = (account.id, args.amount, args.note.clone());
    let movement = Movement { kind, account_id, amount, key, at_ms: now_ms(), note };
    let moved = store.move_money(movement.clone()).await?;
    let book = match kind {
        MovementKind::TopUp => topped_up(&account, &movement, moved, lang)?,
        MovementKind::Withdrawal => withdrawn(&account, &movement, moved, lang)?,
    };
    if !args.json {
        return output::result(&book.balance().to_string());
    }
    let moved_now = match kind {
        MovementKind::TopUp => "credited_now",
        MovementKind::Withdrawal => "withdrawn_now",
    };
    let mut value = json!({
        "account": account.name, "key": movement.key.as_str(), moved_now: matches!(moved, Moved::Now(_)),
    });
    put_amount(&mut value, "amount", amount);
    put_amount(&mut value, "balance", book.balance());
    output::json(&value)
}

fn nothing(kind: MovementKind) -> Text {
    match kind {
        MovementKind::TopUp => Text::new("a top-up is more than 0 yuan", "充值金额须大于 0 元"),
        MovementKind::Withdrawal => Text::new("a withdrawal is more than 0 yuan", "扣回金额须大于 0 元"),
    }
}

/// Says what became of a top-up; the book after it.
fn topped_up(account: &Account, top_up: &Movement, moved: Moved, lang: Lang) -> anyhow::Result<AccountBook> {
    let (name, Movement { amount, key, .. }) = (&account.name, top_up);
    match moved {
        Moved::Now(book) => {
            output::person(&told!(
                lang,
                "credited {amount} yuan to {name}; its balance is now {} yuan",
                "已为 {name} 充值 {amount} 元；余额现为 {} 元",
                book.balance()
            ));
            Ok(book)
        }
        Moved::Before(book) => {
            output::person(&told!(
                lang,
                "nothing is credited: {amount} yuan were credited to {name} under the key {key} before; its balance is {} yuan",
                "未再入账：此前已以键 {key} 为 {name} 充值 {amount} 元；余额为 {} 元",
                book.balance()
            ));
            Ok(book)
        }
        Moved::KeyTaken => bail!(told!(
            lang,
            "nothing is credited: the key {key} stands for a top-up of another account or amount; \
             take a key of its own for each top-up",
            "未入账：键 {key} 已用于其他账户或金额的充值；每次充值请使用单独的键"
        )),
        Moved::TooMuch(room) => bail!(told!(
            lang,
            "nothing is credited: {name} may be credited at most {room} yuan more",
            "未入账：{name} 最多还可充值 {room} 元"
        )),
    }
}

/// Says what became of a withdrawal; the book after it.
fn withdrawn(account: &Account, withdrawal: &Movement, moved: Moved, lang: Lang) -> anyhow::Result<AccountBook> {
    let (name, Movement { amount, key, .. }) = (&account.name, withdrawal);
    match moved {
        Moved::Now(book) => {
            output::person(&told!(
                lang,
                "took {amount} yuan out of {name}; its balance is now {} yuan",
                "已从 {name} 扣回 {amount} 元；余额现为 {} 元",
                book.balance()
            ));
            Ok(book)
        }
        Moved::Before(book) => {
            output::person(&told!(
                lang,
                "nothing is taken out: {amount} yuan were taken out of {name} under the key {key} before; its balance is {} yuan",
                "未再扣回：此前已以键 {key} 从 {name} 扣回 {amount} 元；余额为 {} 元",
                book.balance()
            ));
            Ok(book)
        }
        Moved::KeyTaken => bail!(told!(
            lang,
            "nothing is taken out: the key {key} stands for a withdrawal of another account or amount; \
             take a key of its own for each",
            "未扣回：键 {key} 已用于其他账户或金额的扣回；每次扣回请使用单独的键"
        )),
        Moved::TooMuch(balance) => bail!(told!(
            lang,
            "nothing is taken out: the balance of {name} is {balance} yuan, and what is charged or held stays",
            "未扣回：{name} 的余额为 {balance} 元，已扣费与预留的金额不能扣回"
        )),
    }
}

/// A random key, told before anything is moved: whoever sees no answer can repeat the command with it.
fn random_key(kind: MovementKind, account: &Account, amount: MicroYuan, lang: Lang) -> anyhow::Result<IdempotencyKey> {
    let key = random()?;
    let name = shell_word(&account.name);
    output::person(&match kind {
        MovementKind::TopUp => told!(
            lang,
            "to retry without crediting twice: astrolabe account topup {name} {amount} --key {key}",
            "如需重试且不重复入账：astrolabe account topup {name} {amount} --key {key}"
        ),
        MovementKind::Withdrawal => told!(
            lang,
            "to retry without taking it out twice: astrolabe account withdraw {name} {amount} --key {key}",
            "如需重试且不重复扣回：astrolabe account withdraw {name} {amount} --key {key}"
        ),
    });
    Ok(key)
}
