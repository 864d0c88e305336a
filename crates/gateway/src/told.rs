//! What a caller is told about its limits: the headers `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers),
//! and the older `X-RateLimit-*` for the limit that is nearest.

use std::fmt::Write;

use hyper::header::{HeaderMap, HeaderName};

use crate::headers;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const X_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const X_REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const X_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// A limit of a caller, by the name it is told under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    TokenRate,
    AccountRate,
    TokenDay,
    AccountDay,
}

impl Limit {
    const ALL: [Self; 4] = [Self::TokenRate, Self::AccountRate, Self::TokenDay, Self::AccountDay];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::TokenRate => "token-rate",
            Self::AccountRate => "account-rate",
            Self::TokenDay => "token-day",
            Self::AccountDay => "account-day",
        }
    }
}

/// How a limit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    /// Requests in a window.
    pub(crate) max: u64,
    /// The window, in seconds.
    pub(crate) window_s: u32,
    /// Requests left.
    pub(crate) remaining: u64,
    /// After how many seconds the limit is whole again.
    pub(crate) reset_s: u32,
}

/// How each limit of a caller stands, where it has them.
#[derive(Debug, Default)]
pub(crate) struct AllTold([Option<Told>; Limit::ALL.len()]);

impl AllTold {
    /// Tells of a limit, in place of what was told of it before.
    pub(crate) fn tell(&mut self, limit: Limit, told: Told) {
        self.0[limit as usize] = Some(told);
    }

    /// Writes the headers; none where there is no limit.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let Some(nearest) = self.0.iter().flatten().min_by_key(|told| told.remaining) else { return };
        let (mut limits, mut policies) = (String::new(), String::new());
        for (limit, told) in Limit::ALL.iter().zip(&self.0) {
            let Some(Told { max, window_s, remaining, reset_s }) = told else { continue };
            let (name, comma) = (limit.name(), if limits.is_empty() { "" } else { ", " });
            // Writing to a string cannot fail.
            let _ = write!(limits, "{comma}\"{name}\";r={remaining};t={reset_s}");
            let _ = write!(policies, "{comma}\"{name}\";q={max};w={window_s}");
        }
        headers.insert(RATE_LIMIT, headers::text(limits.into()));
        headers.insert(RATE_LIMIT_POLICY, headers::text(policies.into()));
        headers.insert(X_LIMIT, headers::number(nearest.max));
        headers.insert(X_REMAINING, headers::number(nearest.remaining));
        headers.insert(X_RESET, headers::number(u64::from(nearest.reset_s)));
    }
}

/// Seconds to tell; more than a century is told as that.
pub(crate) fn seconds(seconds: u64) -> u32 {
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_told_and_the_nearest_in_the_older_headers() {
        let mut all = AllTold::default();
        let day = Told { max: 1000, window_s: 86_400, remaining: 7, reset_s: 3600 };
        all.tell(Limit::AccountDay, Told { remaining: 8, ..day });
        all.tell(Limit::TokenRate, Told { max: 10, window_s: 1, remaining: 9, reset_s: 1 });
        all.tell(Limit::AccountDay, day);
        let mut headers = HeaderMap::new();
        all.write(&mut headers);
        assert_eq!(headers[RATE_LIMIT], "\"token-rate\";r=9;t=1, \"account-day\";r=7;t=3600");
        assert_eq!(headers[RATE_LIMIT_POLICY], "\"token-rate\";q=10;w=1, \"account-day\";q=1000;w=86400");
        assert_eq!(
            (&headers[X_LIMIT], &headers[X_REMAINING], &headers[X_RESET]),
            (&headers::number(1000), &headers::number(7), &headers::number(3600))
        );
        let mut none = HeaderMap::new();
        AllTold::default().write(&mut none);
        assert!(none.is_empty());
    }
}
