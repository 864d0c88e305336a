//! How a call can fail, and what follows from each: whether it may have been billed, what is done next, and what it says
//! about the upstream. The table of `docs/upstream.md`, as one function.

use std::fmt;

use domain::shown;

use crate::ParkReason;

/// The longest detail kept of a failure, in characters: messages come from outside.
const DETAIL_CHARS_MAX: usize = 200;

/// Why a call brought no figures. The first group never reached the upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The host's name has no address.
    Dns,
    /// Nobody listens there.
    ConnectRefused,
    /// Connecting took too long.
    ConnectTimedOut,
    /// The connection broke, or could not be made, before the request was sent.
    ConnectFailed,
    /// No TLS, or a certificate that is not trusted.
    Tls,
    /// The connection was closed before the request was written to it.
    NotSent,

    /// Sent, and no whole answer in time.
    TimedOut,
    /// Sent, and the connection ended without an answer, or a gateway's connection behind it did: 520.
    NoAnswer,
    /// Sent, and what came back is not HTTP.
    NotHttp,
    /// A gateway in front of the upstream gave up waiting for it: 504 or 524, as the code or as the status without one.
    GatewayTimedOut,
    /// The body ended before its end.
    Truncated,
    /// The body is over the limit.
    BodyTooLarge,
    /// The body is not JSON.
    NotJson,
    /// The body is JSON, but not the contract's envelope.
    NotTheContract,

    /// An HTTP redirect without an envelope; not followed.
    Redirect,
    /// A page for people instead of JSON.
    Html,
    /// HTTP 5xx without an envelope: a gateway in front of the upstream failed.
    ErrorPage,

    /// 301: the upstream could not collect the data.
    CollectionFailed,
    /// 500 to 599, but for those of a gateway that sent the request on: a fault of the upstream's.
    ServerError,
    /// 302: too many calls in a short time.
    RateLimited,
    /// 100, 303, 601 or 602: the upstream will not answer this token for a while.
    Parked(ParkReason),
    /// 600: the token may not ask this.
    PermissionDenied,
    /// A code that the contract does not name.
    UnknownCode,
    /// 400: the upstream does not know the creator, or refuses the parameters.
    Refused,
    /// Code 0 without figures that can be read.
    Unusable,
}

/// Whether a call costs the operator something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Billed {
    /// Code 0.
    Yes,
    /// It may have come to a code 0 that did not arrive. Counted as spent until the operator knows better.
    Maybe,
    /// Not sent, or any other code.
    No,
}

/// What a question does after a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Ask the same upstream again, after a backoff.
    Again,
    /// Ask it again when its rate limit allows, with fewer calls at once; where that is long, as parked.
    WhenAllowed,
    /// Ask the next upstream.
    Elsewhere,
    /// Leave this upstream alone for everybody, and ask the next one.
    Park(ParkReason),
    /// Nothing: the question has its answer, or asking again could be paid twice.
    End,
}

/// What a failed call says about the upstream, for its breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// It works.
    Works,
    /// It fails.
    Fails,
}

impl FailureKind {
    /// The policy. No question goes on after a call that may have been billed: it is paid at most once.
    pub(crate) fn policy(self) -> (Billed, Next, Health) {
        match self {
            Self::Dns | Self::ConnectRefused | Self::ConnectTimedOut | Self::ConnectFailed | Self::NotSent => {
                (Billed::No, Next::Again, Health::Fails)
            }
            // Does not mend itself within seconds.
            Self::Tls => (Billed::No, Next::Elsewhere, Health::Fails),
            Self::TimedOut
            | Self::NoAnswer
            | Self::NotHttp
            | Self::GatewayTimedOut
            | Self::Truncated
            | Self::BodyTooLarge
            | Self::NotJson
            | Self::NotTheContract => (Billed::Maybe, Next::End, Health::Fails),
            Self::Redirect | Self::Html => (Billed::No, Next::Elsewhere, Health::Fails),
            Self::ErrorPage | Self::CollectionFailed | Self::ServerError => (Billed::No, Next::Again, Health::Fails),
            Self::RateLimited => (Billed::No, Next::WhenAllowed, Health::Works),
            Self::Parked(reason) => (Billed::No, Next::Park(reason), Health::Works),
            Self::PermissionDenied | Self::UnknownCode => (Billed::No, Next::Elsewhere, Health::Fails),
            Self::Refused => (Billed::No, Next::End, Health::Works),
            // Counts as failing: an upstream whose answers cannot be read would be paid for nothing, call after call.
            Self::Unusable => (Billed::Yes, Next::End, Health::Fails),
        }
    }

    /// Whether the call may cost the operator something.
    pub fn billed(self) -> Billed {
        self.policy().0
    }

    /// The name in logs and counters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::ConnectRefused => "connect_refused",
            Self::ConnectTimedOut => "connect_timed_out",
            Self::ConnectFailed => "connect_failed",
            Self::Tls => "tls",
            Self::NotSent => "not_sent",
            Self::TimedOut => "timed_out",
            Self::NoAnswer => "no_answer",
            Self::NotHttp => "not_http",
            Self::GatewayTimedOut => "gateway_timed_out",
            Self::Truncated => "truncated",
            Self::BodyTooLarge => "body_too_large",
            Self::NotJson => "not_json",
            Self::NotTheContract => "not_the_contract",
            Self::Redirect => "redirect",
            Self::Html => "html",
            Self::ErrorPage => "error_page",
            Self::CollectionFailed => "collection_failed",
            Self::ServerError => "server_error",
            Self::RateLimited | Self::Parked(ParkReason::RateLimited) => "rate_limited",
            Self::Parked(ParkReason::InvalidToken) => "invalid_token",
            Self::Parked(ParkReason::DailyQuotaExceeded) => "daily_quota_exceeded",
            Self::Parked(ParkReason::InsufficientBalance) => "insufficient_balance",
            Self::Parked(ParkReason::SpendingCapReached) => "spending_cap_reached",
            Self::PermissionDenied => "permission_denied",
            Self::UnknownCode => "unknown_code",
            Self::Refused => "refused",
            Self::Unusable => "unusable",
        }
    }
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Failure {
    /// How it failed.
    pub kind: FailureKind,
    /// What the upstream, or the system, said; without URLs and without the token. May be empty.
    pub detail: String,
}

impl Failure {
    /// A failure with what was said of it, shortened. The caller has taken the token out.
    pub(crate) fn new(kind: FailureKind, detail: &str) -> Self {
        Self { kind, detail: shown(detail).chars().take(DETAIL_CHARS_MAX).collect() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
}
