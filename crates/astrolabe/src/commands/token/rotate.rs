//! `astrolabe token rotate`: a new token for an old one, which goes on until its users have changed over.

use anyhow::{Context, bail};
use catalog::{Lang, Text};
use clap::Args;
use domain::{Token, TokenPolicy, UnixTime};
use gateway::TokenKey;
use serde_json::json;
use store::{AccountStore, MeterStore};

use super::create::{make, new_token_json};
use super::find;
use crate::duration::parse_seconds;
use crate::flags::{Change, change};
use crate::lang::{self, told};
use crate::now::now;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// The number of the token to replace, as `astrolabe token list` shows it
    number: i64,
    /// How long the old token goes on: 12h, 7d, or none to refuse it at once; never longer than it would have anyway
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = change(parse_seconds))]
    overlap: Change<u32>,
    /// After how long the new token is refused, or none for never [default: as long as the old one was made for]
    #[arg(long, value_name = "DURATION", value_parser = change(parse_seconds))]
    expires: Option<Change<u32>>,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Makes the new token, prints it, and lets the old one end.
pub(super) async fn run(
    store: &(impl AccountStore + MeterStore + ?Sized),
    key: &TokenKey,
    args: &RotateArgs,
) -> anyhow::Result<()> {
    let (account, old) = find(store, args.number).await?;
    let lang = lang::spoken();
    if !old.enabled {
        bail!(told!(
            lang,
            "token {0} is disabled: `astrolabe token enable {0}` first, or `astrolabe token create {1}` for another one",
            "令牌 {0} 已停用：请先 `astrolabe token enable {0}`，或以 `astrolabe token create {1}` 另建令牌",
            old.id,
            output::shell_word(&account)
        ));
    }
    let (policy, now) = (store.token_policy(old.id).await?, now());
    let new_end = match args.expires {
        Some(change) => change.value().map(|seconds| after(now, seconds)),
        None => old.expires_at.map(|end| after(now, end.seconds_since(old.created_at))),
    };
    let (secret, new) = make(store, key, old.account_id, (new_end, &policy)).await?;
    output::person(&told_new(&account, (&old, &new), &policy, lang));
    // The old token ends only once the new one was shown: if that fails, nobody is left without any.
    let end = old_end(&old, after(now, args.overlap.value().unwrap_or(0)));
    if args.json {
        let mut made = new_token_json(&account, (&secret, &new), &policy);
        made["replaces"] = json!({ "id": old.id.0, "expires_at": end.to_string() });
        output::json(&made)?;
    } else {
        output::result(secret.expose())?;
    }
    if old.expires_at != Some(end) {
        let set = store.set_token_expiry(old.id, Some(end)).await;
        set.with_context(|| {
            let (new, old) = (new.id, old.id);
            told!(
                lang,
                "token {new} works, but token {old} was left as it was",
                "令牌 {new} 可用，但令牌 {old} 未作更改"
            )
        })?;
    }
    output::person(&told_old(&old, end, now, lang));
    Ok(())
}

fn after(moment: UnixTime, seconds: u32) -> UnixTime {
    UnixTime(moment.0.saturating_add(seconds))
}

/// When the old token ends: after the overlap, but never later than it would have anyway.
fn old_end(old: &Token, overlap_end: UnixTime) -> UnixTime {
    old.expires_at.map_or(overlap_end, |end| end.min(overlap_end))
}

fn told_new(account: &str, (old, new): (&Token, &Token), policy: &TokenPolicy, lang: Lang) -> String {
    let expires = match new.expires_at {
        Some(end) => told!(lang, "it expires at {}", "于{} 失效", end.told(lang)),
        None => Text::new("it never expires", "永不失效").of(lang).to_owned(),
    };
    let cap = match policy.spending_cap {
        Some(cap) => told!(lang, ", its spending cap of {cap} yuan counts anew", "，其 {cap} 元的消费上限重新累计"),
        None => String::new(),
    };
    let (new, old) = (new.id, old.id);
    told!(
        lang,
        "token {new} of {account} may do what token {old} may; {expires}{cap}. The token, shown this once:",
        "{account} 的令牌 {new} 与令牌 {old} 权限相同；{expires}{cap}。令牌如下，仅显示这一次："
    )
}

fn told_old(old: &Token, end: UnixTime, now: UnixTime, lang: Lang) -> String {
    let (old, is_over, end) = (old.id, end <= now, end.told(lang));
    if is_over {
        return told!(lang, "token {old} is refused since {end}", "令牌 {old} 已于{end} 失效");
    }
    told!(
        lang,
        "token {old} goes on until {end}; `astrolabe token list --still-used` shows who still uses it, \
         `astrolabe token disable {old}` ends it at once",
        "令牌 {old} 继续有效至{end}；`astrolabe token list --still-used` 可查看谁仍在使用，\
         `astrolabe token disable {old}` 可立即停用"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{AccountId, TokenId};

    #[test]
    fn the_old_token_never_ends_later_than_it_would_have() {
        let old = |expires_at: Option<u32>| Token {
            id: TokenId(1),
            account_id: AccountId(1),
            hint: "astro_1234…5678".into(),
            enabled: true,
            created_at: UnixTime(0),
            expires_at: expires_at.map(UnixTime),
        };
        assert_eq!(old_end(&old(None), UnixTime(700)), UnixTime(700));
        assert_eq!(old_end(&old(Some(900)), UnixTime(700)), UnixTime(700));
        assert_eq!(old_end(&old(Some(500)), UnixTime(700)), UnixTime(500));
    }
}
