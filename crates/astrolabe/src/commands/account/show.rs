//! `astrolabe account show`.

use catalog::Text;
use clap::Args;
use domain::MicroYuan;
use store::{AccountStore, MeterStore};

use super::list::AccountFacts;
use crate::commands::token::{TokenFacts, token_table};
use crate::lang::{self, told};
use crate::limits_text::{limit_facts, limits_json};
use crate::now::now;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The account's name
    name: String,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Shows everything about an account.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &ShowArgs) -> anyhow::Result<()> {
    let account = store.account(&args.name).await?;
    let limits = store.account_limits(account.id).await?;
    let facts = AccountFacts::read(store, account).await?;
    let AccountFacts { account, book, quota } = &facts;
    let tokens = TokenFacts::read_all(store, Some(account.id)).await?;
    if args.json {
        let mut value = facts.json();
        value["limits"] = limits_json(&limits);
        value["tokens"] = tokens.iter().map(|token| token.json(now())).collect();
        return output::json(&value);
    }
    let lang = lang::spoken();
    let yuan = |amount: MicroYuan| told!(lang, "{amount} yuan", "{amount} 元");
    let mut facts = [
        (Text::new("account", "账户"), told!(lang, "{} (number {})", "{}（编号 {}）", account.name, account.id)),
        (Text::new("made", "创建时间"), account.created_at.told(lang)),
        (Text::new("balance", "余额"), yuan(book.balance())),
        (Text::new("credited, net", "累计净充值"), yuan(book.credited)),
        (Text::new("charged", "累计扣费"), yuan(book.charged)),
        (Text::new("held", "预留"), yuan(book.held)),
    ]
    .map(|(name, value)| (name.of(lang), value))
    .to_vec();
    facts.extend(limit_facts(&limits, lang));
    facts.extend(quota.facts(lang));
    output::result(&output::facts(facts))?;
    match tokens.as_slice() {
        [] => output::result(&told!(
            lang,
            "\nNo tokens: astrolabe token create {} makes one.",
            "\n尚无令牌：可用 astrolabe token create {} 新建。",
            output::shell_word(&account.name)
        )),
        tokens => output::result(&format!("\n{}", token_table(tokens, lang, output::width()))),
    }
}
