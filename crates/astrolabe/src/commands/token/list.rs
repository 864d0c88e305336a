//! `astrolabe token list`.

use catalog::{Lang, Text};
use clap::Args;
use domain::UnixTime;
use serde_json::Value;
use store::{AccountStore, MeterStore};

use super::TokenFacts;
use crate::lang::{self, told};
use crate::limits_text::{EXPIRES, NEVER, list};
use crate::now::{now, today};
use crate::output;
use crate::tables::fit::{Shape, Sheet};

/// How recently a token was used that counts as still used.
const STILL_USED_DAYS: i32 = 7;

const NONE: Text = Text::new(
    "no tokens yet; astrolabe token create ACCOUNT makes one",
    "尚无令牌；可用 astrolabe token create ACCOUNT 创建",
);

const NONE_STILL_USED: Text = Text::new(
    "no token that ends, or ended, was used in the last 7 days",
    "没有即将失效或已失效、且最近 7 天仍在使用的令牌",
);

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only an account's
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Only tokens that end, or ended, and were used in the last 7 days: whose users need the new one
    #[arg(long)]
    still_used: bool,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Lists the tokens.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &ListArgs) -> anyhow::Result<()> {
    let account = match &args.account {
        Some(name) => Some(store.account(name).await?.id),
        None => None,
    };
    let mut tokens = TokenFacts::read_all(store, account).await?;
    if args.still_used {
        tokens.retain(|token| token.is_still_used(STILL_USED_DAYS, today()));
        // Who is refused first stands first; the disabled are refused already.
        tokens.sort_by_key(|token| (token.token.enabled, token.token.expires_at));
    }
    if args.json {
        return output::json(&tokens.iter().map(|token| token.json(now())).collect::<Vec<Value>>());
    }
    if tokens.is_empty() {
        let none = if args.still_used { NONE_STILL_USED } else { NONE };
        output::person(none.of(lang::spoken()));
        return Ok(());
    }
    output::result(&token_table(&tokens, lang::spoken(), output::width()))
}

/// Tokens as a table.
pub(crate) fn token_table(tokens: &[TokenFacts], lang: Lang, width: Option<usize>) -> String {
    let rows = tokens.iter().map(|facts| {
        let TokenFacts { account, token, policy, book, last_used, .. } = facts;
        let spent = book.spent();
        [
            token.id.to_string(),
            account.clone(),
            token.hint.clone(),
            facts.state_text(now(), lang).into(),
            token.expires_at.map_or_else(|| NEVER.of(lang).to_owned(), |moment| moment.on_clock(lang)),
            last_used.text(lang, UnixTime::on_clock),
            policy
                .spending_cap
                .map_or_else(|| spent.to_string(), |cap| told!(lang, "{spent} of {cap}", "{spent} / {cap}")),
            list(&policy.scopes, Text::new("all", "全部").of(lang)),
        ]
    });
    let columns = [
        (Text::new("number", "编号"), Shape::Number),
        (Text::new("account", "账户"), Shape::Word),
        (Text::new("token", "令牌"), Shape::Word),
        (Text::new("state", "状态"), Shape::Word),
        (EXPIRES, Shape::Moment),
        (Text::new("last used", "最近使用"), Shape::Moment),
        (Text::new("spent (yuan)", "已消费（元）"), Shape::Number),
        (Text::new("scopes", "范围"), Shape::Prose),
    ];
    Sheet::with_json(columns, rows, &[0, 1, 2, 3, 4, 5, 6], lang).text(lang, width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::token::facts::LastUsed;
    use crate::limits_text::QuotaToday;
    use crate::tables::fit::table_width;
    use domain::{AccountId, MicroYuan, Token, TokenId, TokenPolicy};
    use ledger::{Quota, TokenBook};

    #[test]
    fn tokens_can_be_told_apart_on_a_narrow_terminal() {
        let token = Token {
            id: TokenId(12),
            account_id: AccountId(1),
            hint: "astro_ydx2…DCMC".into(),
            enabled: true,
            created_at: UnixTime(1_779_950_000),
            expires_at: Some(UnixTime(1_779_950_000)),
        };
        let (charged, quota) = (MicroYuan(10_000), Quota { day: today(), used: 0 });
        let book = TokenBook { charged, held: MicroYuan::ZERO, quota, daily_quota: None, spending_cap: None };
        let (account, policy, last_used) = ("market-team".into(), TokenPolicy::default(), LastUsed::default());
        let quota = QuotaToday::of(book.quota, None, today(), 0);
        let facts = [TokenFacts { account, token, policy, book, quota, last_used }];
        for lang in [Lang::En, Lang::Zh] {
            let told = token_table(&facts, lang, Some(80));
            for part in [" 12 ┆ market-team ┆ astro_ydx2…DCMC ┆", "┆ 2026-05-28"] {
                assert!(told.contains(part), "{part:?} is not in\n{told}");
            }
            assert!(table_width(&told) <= 80, "{told}");
        }
    }
}
