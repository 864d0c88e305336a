//! Everything known about tokens: what they may do, what they spent, when they were last used.

use std::collections::HashMap;

use catalog::Lang;
use domain::{AccountId, Token, TokenId, TokenPolicy, UnixTime};
use ledger::{Day, Quota, TokenBook};
use serde_json::{Value, json};
use store::{AccountStore, CallFilter, MeterStore, QuotaOf};

use crate::amounts::{made_at, put_amount};
use crate::limits_text::{QuotaToday, policy_json};
use crate::now::today;

/// How far back answers that cost nothing are looked for: they leave no calls, only usage by the day.
const USAGE_DAYS: i32 = 30;

/// A token with everything known about it.
pub(crate) struct TokenFacts {
    /// The name of its account.
    pub(super) account: String,
    pub(super) token: Token,
    pub(super) policy: TokenPolicy,
    pub(super) book: TokenBook,
    pub(super) quota: QuotaToday,
    pub(super) last_used: LastUsed,
}

/// When a token was last used, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LastUsed {
    /// The day; never, when none.
    day: Option<Day>,
    /// The moment of its newest call, when that call is kept.
    moment: Option<UnixTime>,
}

impl TokenFacts {
    /// Everything about the tokens, of one account or of all.
    pub(crate) async fn read_all(
        store: &(impl AccountStore + MeterStore + ?Sized),
        account_id: Option<AccountId>,
    ) -> anyhow::Result<Vec<Self>> {
        let used = used(store, account_id).await?;
        let mut facts = Vec::new();
        let tokens = store.tokens().await?;
        for (account, token) in
            tokens.into_iter().filter(|(_, token)| account_id.is_none_or(|id| id == token.account_id))
        {
            facts.push(Self::read(store, account, token, &used).await?);
        }
        Ok(facts)
    }

    /// Everything about one token.
    pub(super) async fn read_one(
        store: &(impl MeterStore + ?Sized),
        account: String,
        token: Token,
    ) -> anyhow::Result<Self> {
        let used = used(store, Some(token.account_id)).await?;
        Self::read(store, account, token, &used).await
    }

    async fn read(
        store: &(impl MeterStore + ?Sized),
        account: String,
        token: Token,
        used: &HashMap<TokenId, Quota>,
    ) -> anyhow::Result<Self> {
        let policy = store.token_policy(token.id).await?;
        let book = store.standing(token.account_id, token.id).await?.token;
        let held = QuotaOf::Token(token.id).held(&store.held_calls(today()).await?);
        let used = used.get(&token.id);
        let counted = used.map_or(0, |last| last.used_on(today()));
        let quota = QuotaToday::of(book.quota, book.daily_quota, today(), held).or_counted(counted);
        let last_used = last_used(store, token.id, &book, used.map(|last| last.day)).await?;
        Ok(Self { account, token, policy, book, quota, last_used })
    }

    /// How the token stands: `active`, `expired` or `disabled`.
    pub(super) fn state(&self, now: UnixTime) -> &'static str {
        match self.token.is_active(now) {
            true => "active",
            false if self.token.enabled => "expired",
            false => "disabled",
        }
    }

    /// The same for people.
    pub(super) fn state_text(&self, now: UnixTime, lang: Lang) -> &'static str {
        match (self.state(now), lang) {
            (name, Lang::En) => name,
            ("active", Lang::Zh) => "有效",
            ("expired", Lang::Zh) => "已过期",
            (_, Lang::Zh) => "已停用",
        }
    }

    /// Whether it is to go or gone, and was used in the last `days` days.
    pub(super) fn is_still_used(&self, days: i32, today: Day) -> bool {
        let is_going = self.token.expires_at.is_some() || !self.token.enabled;
        is_going && self.last_used.day.is_some_and(|day| day.number() >= today.number() - days)
    }

    /// Everything as JSON.
    pub(crate) fn json(&self, now: UnixTime) -> Value {
        let Self { account, token, policy, book, quota, last_used } = self;
        let mut value = json!({
            "id": token.id.0, "account": account, "hint": token.hint, "state": self.state(now),
            "created_at": token.created_at.to_string(),
            "expires_at": token.expires_at.map(|moment| moment.to_string()),
            "last_used_at": last_used.moment.map(|moment| moment.to_string()),
            "last_used_day": last_used.day.map(|day| day.to_string()),
            "policy": policy_json(policy),
            "quota_today": quota.json(),
        });
        put_amount(&mut value, "charged", book.charged);
        put_amount(&mut value, "held", book.held);
        value
    }
}

impl LastUsed {
    /// The moment where it is known, written as `told` does, else the day, else `–`.
    pub(super) fn text(self, lang: Lang, told: fn(UnixTime, Lang) -> String) -> String {
        let day = || self.day.map_or_else(|| "–".to_owned(), |day| day.to_string());
        self.moment.map_or_else(day, |moment| told(moment, lang))
    }
}

/// The last of the recent days on which each token was used, with its successes, free answers included.
async fn used(
    store: &(impl MeterStore + ?Sized),
    account_id: Option<AccountId>,
) -> anyhow::Result<HashMap<TokenId, Quota>> {
    let today = today();
    let usage = store.usage(account_id, Day::from_number(today.number() - USAGE_DAYS), today).await?;
    let mut last = HashMap::new();
    // By day, so the last one stays; a row is of one endpoint.
    for row in usage {
        let quota = last.entry(row.token_id).or_insert(Quota { day: row.day, used: 0 });
        *quota = Quota { day: row.day, used: quota.used_on(row.day) + row.calls };
    }
    Ok(last)
}

async fn last_used(
    store: &(impl MeterStore + ?Sized),
    id: TokenId,
    book: &TokenBook,
    used_day: Option<Day>,
) -> anyhow::Result<LastUsed> {
    let priced_day = Some(book.quota.day).filter(|day| *day > Day::EPOCH);
    // Looking for a call that is not there, or long ago, would read all calls of the account: ask the book first.
    let is_recent = priced_day.is_some_and(|day| day.number() >= today().number() - USAGE_DAYS);
    let newest = match is_recent {
        true => store.calls(CallFilter { token_id: Some(id), limit: 1, ..CallFilter::default() }).await?.pop(),
        false => None,
    };
    let day = priced_day.max(used_day);
    let newest = newest.filter(|call| day.is_none_or(|day| Day::of(call.id.unix_ms()) >= day));
    Ok(LastUsed { day, moment: newest.map(|call| made_at(call.id)) })
}
