//! `astrolabe token show`.

use catalog::Text;
use clap::Args;
use domain::{MicroYuan, UnixTime};
use store::{AccountStore, MeterStore};

use super::{TokenFacts, find};
use crate::lang::{self, told};
use crate::limits_text::{EXPIRES, expiry_text, policy_facts};
use crate::now::now;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The token's number, as `astrolabe token list` shows it
    number: i64,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Shows everything about a token.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &ShowArgs) -> anyhow::Result<()> {
    let (account, token) = find(store, args.number).await?;
    let facts = TokenFacts::read_one(store, account, token).await?;
    if args.json {
        return output::json(&facts.json(now()));
    }
    let lang = lang::spoken();
    let TokenFacts { account, token, policy, book, quota, last_used } = &facts;
    let yuan = |amount: MicroYuan| told!(lang, "{amount} yuan", "{amount} 元");
    let mut lines = [
        (Text::new("token", "令牌"), told!(lang, "{} (number {})", "{}（编号 {}）", token.hint, token.id)),
        (Text::new("account", "账户"), account.clone()),
        (Text::new("state", "状态"), facts.state_text(now(), lang).to_owned()),
        (Text::new("made", "创建时间"), token.created_at.told(lang)),
        (EXPIRES, expiry_text(token.expires_at, lang)),
        (Text::new("last used", "最近使用"), last_used.text(lang, UnixTime::told)),
        (Text::new("charged", "累计扣费"), yuan(book.charged)),
        (Text::new("held", "预留"), yuan(book.held)),
    ]
    .map(|(name, value)| (name.of(lang), value))
    .to_vec();
    lines.extend(policy_facts(policy, lang));
    lines.extend(quota.facts(lang));
    output::result(&output::facts(lines))
}
