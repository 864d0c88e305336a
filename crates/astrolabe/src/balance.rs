//! What is told of books that do not balance.

use std::collections::HashMap;

use anyhow::bail;
use catalog::Lang;
use domain::AccountId;
use serde_json::{Value, json};
use store::{AccountStore, CheckedStore, Imbalance, StoreError, Sum};

use crate::amounts::put_amount;
use crate::lang::{self, told};

/// The names of accounts, by number.
pub(crate) type Names = HashMap<AccountId, String>;

/// The names of a store's accounts.
pub(crate) async fn names(store: &(impl AccountStore + ?Sized)) -> Result<Names, StoreError> {
    Ok(store.accounts().await?.into_iter().map(|account| (account.id, account.name)).collect())
}

/// Looks whether the books balance, without reading single calls.
///
/// # Errors
/// When they do not: with every sum that does not agree.
pub(crate) async fn check(store: &(impl AccountStore + CheckedStore + ?Sized)) -> anyhow::Result<()> {
    let imbalances = store.imbalances().await?;
    if imbalances.is_empty() {
        return Ok(());
    }
    let (names, lang) = (names(store).await?, lang::spoken());
    let lines: String = imbalances.iter().map(|imbalance| format!("\n  {}", line(imbalance, &names, lang))).collect();
    bail!(told!(lang, "the books do not balance:{lines}", "账目不平：{lines}"))
}

/// What does not agree, on a line.
pub(crate) fn line(imbalance: &Imbalance, names: &Names, lang: Lang) -> String {
    let Imbalance { account_id, token_id, sum, book, rows } = imbalance;
    let name = names.get(account_id).map_or("?", String::as_str);
    let whose = match token_id {
        None => told!(lang, "account {name}", "账户 {name}"),
        Some(token) => told!(lang, "account {name}, token {token}", "账户 {name}，令牌 {token}"),
    };
    let what = match sum {
        Sum::Credited => told!(
            lang,
            "{book} yuan credited, but its top-ups less withdrawals make {rows}",
            "累计净充值 {book} 元，而充值减去扣回合计为 {rows} 元"
        ),
        Sum::ChargedToTokens => {
            told!(lang, "{book} yuan charged, but to its tokens {rows}", "累计扣费 {book} 元，而各令牌合计为 {rows} 元")
        }
        Sum::ChargedByUsage => {
            told!(lang, "{book} yuan charged, but by its usage {rows}", "累计扣费 {book} 元，而用量合计为 {rows} 元")
        }
        Sum::HeldByTokens => {
            told!(lang, "{book} yuan held, but by its tokens {rows}", "预留 {book} 元，而各令牌合计为 {rows} 元")
        }
        Sum::HeldByHolds => {
            told!(lang, "{book} yuan held, but its holds make {rows}", "预留 {book} 元，而预留记录合计为 {rows} 元")
        }
        Sum::ChargedByCalls => told!(
            lang,
            "{book} yuan charged, but its listed calls alone {rows}",
            "累计扣费 {book} 元，而仅所列调用即达 {rows} 元"
        ),
        Sum::HeldByCalls => {
            told!(
                lang,
                "{book} yuan held, but its held calls make {rows}",
                "预留 {book} 元，而预留的调用合计为 {rows} 元"
            )
        }
        Sum::Spent => told!(
            lang,
            "{book} yuan credited, but {rows} charged and held",
            "累计净充值 {book} 元，而扣费与预留合计为 {rows} 元"
        ),
    };
    [whose, what].join(lang.colon())
}

/// The same for programs.
pub(crate) fn json(imbalance: &Imbalance, names: &Names) -> Value {
    let mut value = json!({
        "account": names.get(&imbalance.account_id),
        "account_id": imbalance.account_id.0,
        "token": imbalance.token_id.map(|id| id.0),
        "sum": imbalance.sum.name(),
    });
    put_amount(&mut value, "book", imbalance.book);
    put_amount(&mut value, "rows", imbalance.rows);
    value
}
