//! Limits and policies as words and as JSON.

use catalog::{Lang, Text};
use domain::{Limits, Rate, TokenPolicy, UnixTime};
use ledger::{Day, Quota};
use serde_json::{Value, json};

use crate::amounts::{of_ms, put_amount};
use crate::lang::told;
use crate::output::{counted, thousands};

/// Where there is no limit.
const NO_LIMIT: Text = Text::new("no limit", "不限");

/// When something ends that does not.
pub(crate) const NEVER: Text = Text::new("never", "永不");

/// What a day's successes are called.
pub(crate) const USED_TODAY: Text = Text::new("used today", "今日已用");

/// What a day's calls are called that are on hold.
pub(crate) const HELD_TODAY: Text = Text::new("on hold today", "今日未决");

/// What the end of a token is called in a list of facts.
pub(crate) const EXPIRES: Text = Text::new("expires", "失效时间");

/// Limits as a list of facts.
pub(crate) fn limit_facts(limits: &Limits, lang: Lang) -> Vec<(&'static str, String)> {
    let none = || NO_LIMIT.of(lang).to_owned();
    let rate = |rate: Rate| told!(lang, "{}/s, burst {}", "{}/s，突发 {}", rate.per_second, rate.burst);
    let quota = |quota: u64| told!(lang, "{} successes", "{} 次成功", thousands(quota));
    vec![
        (Text::new("rate", "速率").of(lang), limits.rate.map_or_else(none, rate)),
        (
            Text::new("at the same time", "并发").of(lang),
            limits.concurrent.map_or_else(none, |number| number.to_string()),
        ),
        (Text::new("daily quota", "每日配额").of(lang), limits.daily_quota.map_or_else(none, quota)),
    ]
}

/// What a token may do, as a list of facts.
pub(crate) fn policy_facts(policy: &TokenPolicy, lang: Lang) -> Vec<(&'static str, String)> {
    let cap = |cap| told!(lang, "{cap} yuan over its life", "累计 {cap} 元");
    let cap = policy.spending_cap.map_or_else(|| NO_LIMIT.of(lang).to_owned(), cap);
    let mut facts = vec![(Text::new("spending cap", "消费上限").of(lang), cap)];
    facts.extend(limit_facts(&policy.limits, lang));
    let query = match policy.header_only {
        true => Text::new("only in the Authorization header", "仅限 Authorization 请求头"),
        false => Text::new("in the header or the query", "请求头或网址参数"),
    };
    facts.extend([
        (Text::new("scopes", "可访问范围").of(lang), list(&policy.scopes, Text::new("everything", "全部").of(lang))),
        (Text::new("from", "来源地址").of(lang), list(&policy.addresses, Text::new("everywhere", "不限").of(lang))),
        (Text::new("accepted", "传递方式").of(lang), query.of(lang).to_owned()),
    ]);
    facts
}

/// From when on a token is refused, as words.
pub(crate) fn expiry_text(expires_at: Option<UnixTime>, lang: Lang) -> String {
    expires_at.map_or_else(|| NEVER.of(lang).to_owned(), |moment| moment.told(lang))
}

/// Items with commas between, or a word for none.
pub(crate) fn list(items: &[impl ToString], none: &str) -> String {
    match items {
        [] => none.to_owned(),
        items => items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

/// Limits as JSON; null where there is none.
pub(crate) fn limits_json(limits: &Limits) -> Value {
    json!({
        "rate_per_s": limits.rate.map(|rate| rate.per_second),
        "burst": limits.rate.map(|rate| rate.burst),
        "concurrent": limits.concurrent,
        "daily_quota": limits.daily_quota,
    })
}

/// What a token may do, as JSON; empty lists mean everything and everywhere.
pub(crate) fn policy_json(policy: &TokenPolicy) -> Value {
    let mut value = limits_json(&policy.limits);
    put_amount(&mut value, "spending_cap", policy.spending_cap);
    value["scopes"] = policy.scopes.iter().map(ToString::to_string).collect();
    value["header_only"] = json!(policy.header_only);
    value["addresses"] = policy.addresses.iter().map(ToString::to_string).collect();
    value
}

/// The quota of a day, of an account or a token.
pub(crate) struct QuotaToday {
    pub(crate) day: Day,
    /// Successes.
    pub(crate) used: u64,
    /// Calls on hold: each becomes a success or is given back.
    pub(crate) held: u64,
    /// Any number, when none.
    pub(crate) left: Option<u64>,
}

impl QuotaToday {
    /// What is used, on hold and left on `day` of what a book says, which counts `held` calls on hold as used.
    pub(crate) fn of(quota: Quota, daily_quota: Option<u64>, day: Day, held: u64) -> Self {
        let taken = quota.used_on(day);
        // Read a moment apart from the book.
        let held = held.min(taken);
        Self { day, used: taken - held, held, left: daily_quota.map(|quota| quota.saturating_sub(taken)) }
    }

    /// The same by the day's successes of the usage: where no quota is, those that cost nothing are there alone.
    pub(crate) fn or_counted(self, calls: u64) -> Self {
        let used = if self.left.is_some() { self.used } else { calls };
        Self { used, ..self }
    }

    /// When it is whole again.
    fn resets_at(&self) -> UnixTime {
        of_ms(self.day.ends_at_ms())
    }

    /// What is left, as a word.
    pub(crate) fn left_text(&self, lang: Lang) -> String {
        self.left.map_or_else(|| Text::new("any", "不限").of(lang).to_owned(), thousands)
    }

    /// Used, on hold, left and the reset, as a list of facts.
    pub(crate) fn facts(&self, lang: Lang) -> Vec<(&'static str, String)> {
        let next = Day::from_number(self.day.number() + 1);
        let used = told!(lang, "{} successes on {}", "{} 次成功（{}）", thousands(self.used), self.day);
        let held = match lang {
            Lang::En => format!("{} whose end is not known yet", counted(self.held, "call")),
            Lang::Zh => format!("{} 次未决调用", thousands(self.held)),
        };
        let resets = match lang {
            Lang::En => format!("{next} 00:00 in Asia/Shanghai, {} in UTC", self.resets_at()),
            Lang::Zh => self.resets_at().told(lang),
        };
        vec![
            (USED_TODAY.of(lang), used),
            (HELD_TODAY.of(lang), held),
            (Text::new("left today", "今日剩余").of(lang), self.left_text(lang)),
            (Text::new("resets", "重置时间").of(lang), resets),
        ]
    }

    /// Used, on hold, left and the reset, as JSON.
    pub(crate) fn json(&self) -> Value {
        json!({
            "day": self.day.to_string(), "zone": "Asia/Shanghai", "used": self.used, "held": self.held,
            "left": self.left,
            "resets_at": self.resets_at().to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_resets_at_midnight_in_shanghai() {
        let day: Day = "2026-11-24".parse().expect("a day");
        let today = QuotaToday::of(Quota { day, used: 3 }, Some(5), day, 0);
        assert_eq!((today.used, today.held, today.left), (3, 0, Some(2)));
        assert_eq!(today.facts(Lang::En)[3].1, "2026-11-25 00:00 in Asia/Shanghai, 2026-11-24T16:00:00Z in UTC");
        assert_eq!(today.facts(Lang::Zh)[3].1, "北京时间 2026-11-25 00:00:00");
        let tomorrow = QuotaToday::of(Quota { day, used: 3 }, Some(5), Day::from_number(day.number() + 1), 1);
        assert_eq!((tomorrow.used, tomorrow.held, tomorrow.left), (0, 0, Some(5)));
    }

    #[test]
    fn without_a_quota_the_usage_tells_what_was_used() {
        let day: Day = "2026-11-24".parse().expect("a day");
        let today = |daily_quota| QuotaToday::of(Quota { day, used: 3 }, daily_quota, day, 1).or_counted(137);
        assert_eq!((today(None).used, today(None).held), (137, 1));
        assert_eq!((today(Some(5)).used, today(Some(5)).left), (2, Some(2)));
    }

    #[test]
    fn what_is_on_hold_is_told_apart_and_is_not_left() {
        let day: Day = "2026-11-24".parse().expect("a day");
        let today = QuotaToday::of(Quota { day, used: 3 }, Some(5), day, 1);
        assert_eq!((today.used, today.held, today.left), (2, 1, Some(2)));
        let told = [Lang::En, Lang::Zh].map(|lang| today.facts(lang)[1].clone());
        let [en, zh] = ["1 call whose end is not known yet", "1 次未决调用"].map(str::to_owned);
        assert_eq!(told, [("on hold today", en), ("今日未决", zh)]);
        assert_eq!((&today.json()["used"], &today.json()["held"]), (&json!(2), &json!(1)));
    }

    #[test]
    fn what_is_not_limited_says_so() {
        assert_eq!(limit_facts(&Limits::default(), Lang::En)[0], ("rate", "no limit".to_owned()));
        assert_eq!(limit_facts(&Limits::default(), Lang::Zh)[0], ("速率", "不限".to_owned()));
        let json = policy_json(&TokenPolicy::default());
        assert!(json["daily_quota"].is_null() && json["spending_cap"].is_null());
        assert_eq!(json["scopes"], json!([]));
    }
}
