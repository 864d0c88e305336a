//! Single values as operators write them: amounts, rates, numbers, days, scopes, addresses, endpoints. Each error says what
//! would be right.

use std::net::{AddrParseError, SocketAddr};
use std::num::NonZeroU32;

use catalog::{ENDPOINTS, Endpoint};
use domain::{AddressRange, Fen, MicroYuan, Platform, Scope, Tier, UnixTime};
use ledger::Day;
use store::Period;

use crate::errors;
use crate::lang::{self, told};

/// The largest daily quota: more than a server answers in a day, and within what every database holds.
const QUOTA_MAX: u64 = 1_000_000_000_000;

/// Reads an amount of yuan: `12.5`.
pub(crate) fn parse_amount(text: &str) -> Result<MicroYuan, String> {
    MicroYuan::from_yuan_text(text).map_err(|error| errors::of_value(&error))
}

/// Reads a price or a budget in yuan, to the fen: `8200.50`.
pub(crate) fn parse_fen(text: &str) -> Result<Fen, String> {
    Fen::from_yuan_text(text).map_err(|error| errors::of_value(&error))
}

/// Reads a whole number.
pub(crate) fn parse_count(text: &str) -> Result<u64, String> {
    digits(text)
        .ok_or_else(|| told!(lang::spoken(), "right would be a whole number such as 100000", "应为整数，如 100000"))
}

/// Reads how many there are to be at most: one at least.
pub(crate) fn parse_limit(text: &str) -> Result<usize, String> {
    let limit = digits(text).and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0);
    limit.ok_or_else(|| told!(lang::spoken(), "right would be a whole number from 1", "应为 1 或以上的整数"))
}

/// Reads a platform: its name, or the word for it in either language.
pub(crate) fn parse_platform(text: &str) -> Result<Platform, String> {
    Platform::of_word(text).map_err(|error| errors::of_value(&error))
}

/// Reads a tier; its name may be written with a dash.
pub(crate) fn parse_tier(text: &str) -> Result<Tier, String> {
    text.replace('-', "_").parse().map_err(|_: domain::UnknownName| {
        told!(
            lang::spoken(),
            "{text:?} is none of 1-20, 21-60, 60 (short videos) or single (everything else)",
            "没有 {text:?}；可选：1-20、21-60、60（短视频）或 single（其他内容类型）"
        )
    })
}

/// Reads a rate in requests a second: `10/s`, or `10`.
pub(super) fn parse_rate(text: &str) -> Result<NonZeroU32, String> {
    parse_positive(text.strip_suffix("/s").unwrap_or(text)).map_err(|_| {
        told!(
            lang::spoken(),
            "{text:?} is not a rate such as 10/s, ten requests a second, or none",
            "{text:?} 不是速率：应如 10/s，即每秒十次请求，或 none"
        )
    })
}

/// Reads a whole number from 1.
pub(super) fn parse_positive(text: &str) -> Result<NonZeroU32, String> {
    digits(text).and_then(|number| NonZeroU32::new(u32::try_from(number).ok()?)).ok_or_else(|| {
        told!(
            lang::spoken(),
            "{text:?} is not a whole number from 1 to {}; none lifts the limit",
            "{text:?} 不是 1 至 {} 的整数；none 表示不限",
            u32::MAX
        )
    })
}

/// Reads a daily quota; 0 refuses everything.
pub(super) fn parse_quota(text: &str) -> Result<u64, String> {
    digits(text).filter(|quota| *quota <= QUOTA_MAX).ok_or_else(|| {
        told!(
            lang::spoken(),
            "{text:?} is not a whole number of successes a day, such as 5000, or none",
            "{text:?} 不是每日成功次数：应为整数，如 5000，或 none"
        )
    })
}

/// Reads where to listen: `127.0.0.1:8600`.
pub(crate) fn parse_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_: AddrParseError| {
        told!(
            lang::spoken(),
            "{text:?} is not an address with a port, such as 127.0.0.1:8600",
            "{text:?} 不是地址与端口：应如 127.0.0.1:8600"
        )
    })
}

/// Reads a calendar day: `2026-11-24`.
pub(crate) fn parse_day(text: &str) -> Result<Day, String> {
    text.parse().map_err(|_: ledger::DayError| {
        told!(lang::spoken(), "{text:?} is not a day such as 2026-11-24", "{text:?} 不是日期：应如 2026-11-24")
    })
}

/// A day or a second, as a part of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct When {
    /// Its first millisecond since the epoch.
    pub(crate) begins_ms: u64,
    /// The first millisecond after it.
    pub(crate) ends_ms: u64,
}

/// Reads a calendar day in Asia/Shanghai, or a moment: `2026-11-24`, `2026-11-24T08:30:00Z`.
pub(crate) fn parse_when(text: &str) -> Result<When, String> {
    if let Ok(day) = text.parse::<Day>() {
        return Ok(When { begins_ms: day.begins_at_ms(), ends_ms: day.ends_at_ms() });
    }
    let moment: UnixTime = text.parse().map_err(|_: domain::TimeError| {
        told!(
            lang::spoken(),
            "{text:?} is neither a day such as 2026-11-24 nor a moment such as 2026-11-24T08:30:00Z",
            "{text:?} 既非日期（如 2026-11-24），也非时刻（如 2026-11-24T08:30:00Z）"
        )
    })?;
    let begins_ms = u64::from(moment.0) * 1_000;
    Ok(When { begins_ms, ends_ms: begins_ms + 1_000 })
}

/// From the first to the last, both included; open where an end is not named.
///
/// # Errors
/// When they are in the wrong order.
pub(crate) fn period(from: Option<When>, to: Option<When>) -> anyhow::Result<Period> {
    let period = Period { since_ms: from.map_or(0, |when| when.begins_ms), until_ms: to.map(|when| when.ends_ms) };
    anyhow::ensure!(
        period.until_ms.is_none_or(|until_ms| period.since_ms < until_ms),
        told!(lang::spoken(), "--from is after --to: the earlier one comes first", "--from 晚于 --to：应先早后晚")
    );
    Ok(period)
}

/// Reads a scope that decides something: its endpoint is there, and not one that every token may ask.
pub(super) fn parse_scope(text: &str) -> Result<Scope, String> {
    let scope: Scope = text.parse().map_err(|error: domain::PolicyError| errors::of_value(&error))?;
    let name = scope.endpoint.as_str();
    if name == "*" || catalog::scoped().any(|endpoint| endpoint.name == name) {
        return Ok(scope);
    }
    if catalog::endpoint(name).is_none() {
        return Err(no_endpoint(name, catalog::scoped()));
    }
    Err(told!(
        lang::spoken(),
        "every token may ask for its own account, usage and calls, whatever its scopes: leave {name} out; right would be * or one of {}",
        "任何令牌都可查询自己的账户、用量与调用，与访问范围无关：请去掉 {name}；应为 * 或 {} 之一",
        names(catalog::scoped())
    ))
}

/// Reads a range of addresses.
pub(super) fn parse_addresses(text: &str) -> Result<AddressRange, String> {
    text.parse().map_err(|error: domain::PolicyError| errors::of_value(&error))
}

/// The endpoint of a short name.
pub(crate) fn endpoint(name: &str) -> Result<&'static Endpoint, String> {
    catalog::endpoint(name).ok_or_else(|| no_endpoint(name, ENDPOINTS.iter().copied()))
}

fn no_endpoint(name: &str, known: impl Iterator<Item = &'static Endpoint>) -> String {
    let known = names(known);
    told!(lang::spoken(), "there is no endpoint {name:?}; there are: {known}", "没有接口 {name:?}；现有：{known}")
}

fn names(endpoints: impl Iterator<Item = &'static Endpoint>) -> String {
    endpoints.map(|endpoint| endpoint.name).collect::<Vec<_>>().join(", ")
}

/// A number of digits only: no sign, no spaces, no thousands apart.
fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_requests_a_second() {
        assert_eq!(parse_rate("10/s").map(NonZeroU32::get), Ok(10));
        assert_eq!(parse_rate("10").map(NonZeroU32::get), Ok(10));
        for wrong in ["", "/s", "0/s", "10/m", "1.5/s", "+1/s", "99999999999/s"] {
            assert!(parse_rate(wrong).is_err_and(|error| error.contains("10/s")), "{wrong}");
        }
    }

    #[test]
    fn platforms_and_lengths_are_read_as_tables_and_help_write_them() {
        for right in ["PICTURE_TEXT", "图文"] {
            assert_eq!(parse_platform(right), Ok(Platform::PictureText), "{right}");
        }
        assert!(parse_platform("TV").is_err_and(|error| error.contains("SHORT_VIDEO")));
        for right in ["21-60", "21_60"] {
            assert_eq!(parse_tier(right), Ok(Tier::From21To60s), "{right}");
        }
        assert!(parse_tier("30").is_err_and(|error| error.contains("21-60") && !error.contains("21_60")));
    }

    #[test]
    fn numbers_are_plain_digits() {
        assert_eq!(parse_positive("4294967295").map(NonZeroU32::get), Ok(u32::MAX));
        assert_eq!(parse_quota("0"), Ok(0));
        assert_eq!(parse_quota("1000000000000"), Ok(QUOTA_MAX));
        for wrong in ["", "-1", "+1", "1,000", "1e3", "1000000000001"] {
            assert!(parse_positive(wrong).is_err() && parse_quota(wrong).is_err(), "{wrong}");
        }
        assert!(parse_positive("0").is_err());
    }

    #[test]
    fn a_day_begins_at_midnight_in_shanghai_and_a_moment_lasts_a_second() {
        let day = parse_when("2026-11-24").expect("a day");
        let midnight = parse_when("2026-11-24T00:00:00+08:00").expect("a moment");
        assert_eq!((day.begins_ms, day.ends_ms - day.begins_ms), (midnight.begins_ms, 86_400_000));
        assert_eq!(midnight.ends_ms - midnight.begins_ms, 1_000);
        assert_eq!(parse_when("2026-11-25").map(|next| next.begins_ms), Ok(day.ends_ms));
        for wrong in ["", "yesterday", "11/24", "2026-11-24T00:00:00", "2026-13-01"] {
            assert!(parse_when(wrong).is_err_and(|error| error.contains("2026-11-24T08:30:00Z")), "{wrong}");
        }
    }

    #[test]
    fn a_day_is_written_in_full() {
        assert_eq!(parse_day("2026-11-24").map(|day| day.to_string()), Ok("2026-11-24".to_owned()));
        for wrong in ["", "2026-11", "2026-11-31", "24.11.2026", "2026-11-24T00:00:00", "today"] {
            assert!(parse_day(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_scope_names_an_endpoint_there_is() {
        for right in ["author_cp_info", "explain:SHORT_VIDEO", "*", "*:PICTURE_TEXT"] {
            assert_eq!(parse_scope(right).map(|scope| scope.to_string()), Ok(right.to_owned()));
        }
        let message = parse_scope("author").expect_err("no endpoint");
        assert!(message.contains("\"author\"") && message.contains("author_cp_info, "), "{message}");
        assert!(!message.contains("account"), "{message}");
        assert!(parse_scope("explain:TV").is_err());
        for about_itself in ["account", "usage", "call", "call:SHORT_VIDEO"] {
            let message = parse_scope(about_itself).expect_err("for everybody");
            assert!(
                message.contains("every token may ask for its own") && message.ends_with("history, plan"),
                "{message}"
            );
        }
    }
}
