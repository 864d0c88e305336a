//! Words for the names that columns hold, as people read them on the terminal and in workbooks. Other files keep the names, for programs; so does what
//! has no word here, such as a name that only a newer server knows.

use catalog::Text;
use domain::{Platform, Tier};

/// The words of a column: of a name, where there is one.
pub(crate) type Words = fn(&str) -> Option<Text>;

/// A length, by its name.
pub(crate) fn tier(name: &str) -> Option<Text> {
    name.parse().ok().map(tier_text)
}

/// A length.
pub(crate) fn tier_text(tier: Tier) -> Text {
    match tier {
        Tier::From1To20s => Text::new("1–20 s", "1–20 秒"),
        Tier::From21To60s => Text::new("21–60 s", "21–60 秒"),
        Tier::Over60s => Text::new("over 60 s", "60 秒以上"),
        Tier::Single => Text::new("any", "统一报价"),
    }
}

/// A platform, by its name.
pub(crate) fn platform(name: &str) -> Option<Text> {
    name.parse().ok().map(Platform::word)
}

/// Where figures come from.
pub(crate) fn source(name: &str) -> Option<Text> {
    Some(match name {
        "estimated" => Text::new("estimated", "估算值"),
        "reported" => Text::new("reported", "星图报告值"),
        "upstream" => Text::new("upstream", "上游购得"),
        "local" => Text::new("local", "本地数据"),
        "cache" => Text::new("bought before", "此前购得"),
        "stale" => Text::new("bought before, outdated", "此前购得（已过期）"),
        _ => return None,
    })
}

/// Whether a length came or went.
pub(crate) fn offer(name: &str) -> Option<Text> {
    Some(match name {
        "new" => Text::new("new", "新增"),
        "withdrawn" => Text::new("no longer offered", "不再提供"),
        _ => return None,
    })
}

/// What became of a question about a creator.
pub(crate) fn status(name: &str) -> Option<Text> {
    Some(match name {
        "answered" => Text::new("answered", "已返回"),
        "left" => Text::new("left", "未处理"),
        "known" => Text::new("known", "已有数据"),
        "to_buy" => Text::new("to buy", "待购买"),
        "unknown" => Text::new("unknown", "未知"),
        "invalid_token" => Text::new("invalid token", "令牌无效"),
        "collection_failed" => Text::new("not readable now", "暂时无法读取"),
        "rate_limited" => Text::new("too many requests", "请求过于频繁"),
        "quota_exceeded" => Text::new("quota used up", "配额用尽"),
        "permission_denied" => Text::new("not permitted", "无权限"),
        "insufficient_balance" => Text::new("balance too low", "余额不足"),
        "cap_reached" => Text::new("spending cap reached", "已达消费上限"),
        "failed" => Text::new("failed", "服务器出错"),
        _ => return None,
    })
}

/// By what a creator's peers were chosen.
pub(crate) fn peers_by(name: &str) -> Option<Text> {
    Some(match name {
        "category_and_size" => Text::new("category and size", "同类目同量级"),
        "size" => Text::new("size", "同量级"),
        "platform" => Text::new("platform", "同内容类型"),
        _ => return None,
    })
}

/// A band of followers.
pub(crate) fn size(name: &str) -> Option<Text> {
    Some(match name {
        "under_10k" => Text::new("under 10k", "1万以下"),
        "10k_100k" => Text::new("10k–100k", "1万–10万"),
        "100k_1m" => Text::new("100k–1m", "10万–100万"),
        "1m_10m" => Text::new("1m–10m", "100万–1000万"),
        "over_10m" => Text::new("over 10m", "1000万以上"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use market::{Band, Scope};

    #[test]
    fn every_name_there_is_has_a_word() {
        assert!(Tier::ALL.iter().all(|one| tier(one.name()).is_some()));
        assert!(Platform::ALL.iter().all(|one| platform(one.name()).is_some()));
        assert!(Band::ALL.iter().all(|one| size(one.name()).is_some()));
        let scopes = [Scope::CategoryAndSize, Scope::Size, Scope::Platform];
        assert!(scopes.iter().all(|one| peers_by(one.name()).is_some()));
        assert!(["estimated", "reported", "upstream"].iter().all(|one| source(one).is_some()));
        assert_eq!(source("guessed"), None);
    }
}
