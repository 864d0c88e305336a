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

/// How one limit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    /// `token-rate`, `account-rate`, `token-day` or `account-day`.
    pub(crate) name: &'static str,
    /// Requests in a window.
    pub(crate) limit: u64,
    /// The window, in seconds.
    pub(crate) window_s: u64,
    /// Requests left.
    pub(crate) remaining: u64,
    /// After how many seconds the limit is whole again.
    pub(crate) reset_s: u64,
}

/// How each limit of a caller stands: at most a rate and a day, of the token and of the account.
#[derive(Debug, Default)]
pub(crate) struct AllTold([Option<Told>; 4]);

impl AllTold {
    /// Tells of a limit, in place of what was told of it before.
    pub(crate) fn tell(&mut self, told: Told) {
        let place = self.0.iter_mut().find(|place| place.is_none_or(|known| known.name == told.name));
        if let Some(place) = place {
            *place = Some(told);
        }
    }

    /// Writes the headers; none where there is no limit.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let Some(nearest) = self.0.iter().flatten().min_by_key(|told| told.remaining) else { return };
        let (mut limits, mut policies) = (String::new(), String::new());
        for told in self.0.iter().flatten() {
            let comma = if limits.is_empty() { "" } else { ", " };
            let Told { name, limit, window_s, remaining, reset_s } = told;
            // Writing to a string cannot fail.
            let _ = write!(limits, "{comma}\"{name}\";r={remaining};t={reset_s}");
            let _ = write!(policies, "{comma}\"{name}\";q={limit};w={window_s}");
        }
        headers.insert(RATE_LIMIT, headers::text(limits.into()));
        headers.insert(RATE_LIMIT_POLICY, headers::text(policies.into()));
        headers.insert(X_LIMIT, headers::number(nearest.limit));
        headers.insert(X_REMAINING, headers::number(nearest.remaining));
        headers.insert(X_RESET, headers::number(nearest.reset_s));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_told_and_the_nearest_in_the_older_headers() {
        let mut all = AllTold::default();
        let day = Told { name: "account-day", limit: 1000, window_s: 86_400, remaining: 7, reset_s: 3600 };
        all.tell(Told { name: "token-rate", limit: 10, window_s: 1, remaining: 9, reset_s: 1 });
        all.tell(Told { remaining: 8, ..day });
        all.tell(day);
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
