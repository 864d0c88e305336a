//! What an operator sets: the upstreams, and how they are asked.

use std::num::NonZeroU32;
use std::time::Duration;

use domain::{Lang, MicroYuan, Spoken, Text};
use hyper::Uri;

use crate::Secret;

/// The base URLs that the public OpenAPI definition names, by the names they are configured with. The mainland one
/// speaks plain HTTP: whoever is on the way can read the token.
const KNOWN: [(&str, &str); 2] = [("global", "https://api.justoneapi.com"), ("mainland", "http://47.117.133.51:30015")];

/// The longest budget of time: callers are told to wait for an answer as long, and so are those who set money aside for one.
pub const BUDGET_MAX: Duration = Duration::from_secs(60);

/// The longest body that is taken from an upstream, in bytes.
pub const BODY_BYTES_MAX: usize = 1 << 20;

/// The base URL of a known service, such as `global`.
pub fn known_base_url(name: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(known, _)| *known == name).map(|(_, url)| *url)
}

/// A base URL that can be asked, without a slash at its end: http or https, with nothing that would be mixed up with the question.
pub(crate) fn base_url(text: &str) -> Option<&str> {
    let text = text.trim().trim_end_matches('/');
    let uri: Uri = text.parse().ok()?;
    let is_plain = !text.contains(['?', '#', '@']);
    (is_plain && matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty()))
        .then_some(text)
}

/// Whether a text is a base URL that can be asked.
pub fn is_base_url(text: &str) -> bool {
    base_url(text).is_some()
}

/// One upstream: a server of the same contract, and the token its owner sold the operator.
#[derive(Debug, Clone)]
pub struct UpstreamSettings {
    /// The operator's name for it; what is kept across restarts is kept under it.
    pub name: String,
    /// Scheme, host, port; a path in front of the contract's is kept.
    pub base_url: String,
    /// The token.
    pub token: Secret,
    /// What one answer costs the operator.
    pub price: MicroYuan,
    /// The most calls in flight at once from this process.
    pub concurrency_max: NonZeroU32,
    /// The most time of one call, from connecting to the last byte.
    pub timeout: Duration,
    /// The most to spend in a calendar day of Asia/Shanghai.
    pub daily_budget: Option<MicroYuan>,
}

impl UpstreamSettings {
    /// An upstream that costs nothing, with 8 calls at once, the contract's 60 seconds and no budget.
    pub fn new(name: impl Into<String>, base_url: impl Into<String>, token: Secret) -> Self {
        Self {
            name: name.into(),
            base_url: base_url.into(),
            token,
            price: MicroYuan::ZERO,
            concurrency_max: NonZeroU32::MIN.saturating_add(7),
            timeout: Duration::from_secs(60),
            daily_budget: None,
        }
    }
}

/// How all upstreams are asked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The most time of a question, retries, waits and every upstream included; at most [`BUDGET_MAX`].
    pub budget: Duration,
    /// A call is not begun when less of the budget than this is left, or than the question's call before it took: it would likely be
    /// cut off, and may be billed. At most half the budget.
    pub attempt_min: Duration,
    /// The most calls to one upstream for one question.
    pub attempts_max: u32,
    /// The wait before the second call, on average three quarters of it; doubles with each further call.
    pub backoff_first: Duration,
    /// The longest wait between two calls.
    pub backoff_max: Duration,
    /// How long to wait for an upstream's free place, or for the end of its rate limit, while another upstream is left.
    pub wait_max: Duration,
    /// The pause after a 302 that does not say when to come back.
    pub rate_limit_pause: Duration,
    /// The longest body read.
    pub body_bytes_max: usize,
    /// How long a refused creator is answered from memory; zero asks again each time.
    pub negative_ttl: Duration,
    /// The circuit breaker.
    pub breaker: BreakerSettings,
    /// How old the knowledge of what other processes parked, opened or unparked may be.
    pub shared_age_max: Duration,
}

/// When an upstream that fails is left alone.
#[derive(Debug, Clone, Copy)]
pub struct BreakerSettings {
    /// As many failures in a row open it.
    pub failures: u32,
    /// For how long it opens the first time; doubles each time the one call that is then let through fails.
    pub open_for: Duration,
    /// The longest it stays open.
    pub open_for_max: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self { failures: 10, open_for: Duration::from_secs(10), open_for_max: Duration::from_secs(300) }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            budget: BUDGET_MAX,
            attempt_min: Duration::from_secs(10),
            attempts_max: 3,
            backoff_first: Duration::from_millis(500),
            backoff_max: Duration::from_secs(8),
            wait_max: Duration::from_secs(5),
            rate_limit_pause: Duration::from_secs(2),
            body_bytes_max: BODY_BYTES_MAX,
            negative_ttl: Duration::from_secs(600),
            breaker: BreakerSettings::default(),
            shared_age_max: Duration::from_secs(1),
        }
    }
}

/// What is wrong with the settings. No value is repeated: it may be a token in the wrong place.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Not an address that can be asked.
    #[error(
        "the base URL of upstream {name:?} is not one: give http:// or https://, host and port, without user, query or \
         fragment; the known ones are `global` and `mainland`"
    )]
    BadBaseUrl {
        /// The upstream.
        name: String,
    },
    /// No token.
    #[error("upstream {name:?} has no token")]
    NoToken {
        /// The upstream.
        name: String,
    },
    /// No time for a call.
    #[error("the timeout of upstream {name:?} must be above zero")]
    NoTime {
        /// The upstream.
        name: String,
    },
    /// Two upstreams of one name would share their state.
    #[error("two upstreams are named {name:?}")]
    SameName {
        /// The name.
        name: String,
    },
    /// Times or counts that allow no call.
    #[error("{}", what.en)]
    Impossible {
        /// What is wrong and what would be right.
        what: Text,
    },
    /// TLS could not be set up.
    #[error("the HTTP client of upstream {name:?} could not be made: {reason}")]
    Client {
        /// The upstream.
        name: String,
        /// Why.
        reason: String,
    },
}

impl Settings {
    /// Refuses settings under which nothing could be asked.
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        let impossible = |what| Err(SettingsError::Impossible { what });
        if self.budget > BUDGET_MAX {
            return impossible(Text::new(
                "the budget must be at most 60 s, or what callers set aside for an answer may be given back before it comes",
                "budget 不得超过 60 秒，否则调用方的预扣可能在响应到达之前退回",
            ));
        }
        if self.attempt_min.is_zero() || self.attempt_min > self.budget / 2 {
            return impossible(Text::new(
                "attempt_min must be above zero and at most half the budget, or calls could hardly begin",
                "attempt_min 须大于零且不超过 budget 的一半，否则几乎无法发起调用",
            ));
        }
        if self.attempts_max == 0 || self.breaker.failures == 0 {
            return impossible(Text::new(
                "attempts_max and the breaker's failures must be at least 1",
                "attempts_max 与熔断的失败次数须至少为 1",
            ));
        }
        Ok(())
    }
}

impl Spoken for SettingsError {
    fn chinese(&self) -> String {
        match self {
            Self::BadBaseUrl { name } => format!(
                "上游 {name:?} 的 base_url 不是服务器地址：应为 http:// 或 https:// 开头的主机与端口，不含用户、参数与片段；\
                 已知的有 `global` 与 `mainland`"
            ),
            Self::NoToken { name } => format!("上游 {name:?} 没有令牌"),
            Self::NoTime { name } => format!("上游 {name:?} 的超时须大于零"),
            Self::SameName { name } => format!("有两个上游名为 {name:?}"),
            Self::Impossible { what } => what.of(Lang::Zh).to_owned(),
            Self::Client { name, reason } => format!("无法建立上游 {name:?} 的 HTTP 客户端：{reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_allow_no_call_or_outlast_what_is_set_aside_for_it_are_refused() {
        let seconds = Duration::from_secs;
        let told = |budget, attempt_min| {
            let settings = Settings { budget, attempt_min, ..Settings::default() };
            settings.check().err().map(|error| error.to_string())
        };
        assert_eq!(told(BUDGET_MAX, seconds(10)), None);
        assert_eq!(told(seconds(20), seconds(10)), None);
        let too_long = told(BUDGET_MAX + Duration::from_millis(1), seconds(10)).expect("refused");
        assert!(too_long.contains("at most 60 s"), "{too_long}");
        for attempt_min in [seconds(0), seconds(11)] {
            let none = told(seconds(20), attempt_min).expect("refused");
            assert!(none.contains("at most half the budget"), "{none}");
        }
    }

    #[test]
    fn base_urls_are_plain() {
        for good in
            ["https://api.justoneapi.com", "http://127.0.0.1:1/", "http://[::1]:1", "http://localhost/behind/a/path/"]
        {
            assert!(base_url(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "api.justoneapi.com",
            "ftp://a",
            "http://",
            "http://u:p@a",
            "https://a/?token=x",
            "https://a/#b",
            "http://a b",
        ] {
            assert!(base_url(bad).is_none(), "{bad}");
        }
    }
}
