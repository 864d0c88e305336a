//! What comes of a question: how it ended, and every call that was made for it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::{CpInfo, MicroYuan};

use crate::{Drift, Failure, ParkReason};

/// What came of a question, the same for every caller who waited for it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// The calls made, in order; none for what is answered from memory. The last one decided, where the end names an
    /// upstream.
    pub attempts: Vec<Attempt>,
    /// The upstreams passed over, in order.
    pub skips: Vec<Skip>,
    /// When it ended, in milliseconds since 1970-01-01T00:00:00Z.
    pub ended_at_ms: u64,
}

/// How a question ended.
#[derive(Debug, Clone)]
pub enum End {
    /// Code 0 with the figures.
    Answered(Answer),
    /// Code 400: the upstream does not know the creator, or refuses the parameters. Billed to nobody.
    Refused {
        /// The upstream.
        upstream: Arc<str>,
        /// Its sentence, without the token; may be empty.
        message: String,
    },
    /// Code 0, so paid, without figures that can be read.
    Unusable {
        /// The upstream.
        upstream: Arc<str>,
        /// What was paid for it.
        price: MicroYuan,
        /// What is wrong with it.
        failure: Failure,
        /// The body as it came, without the token.
        body: Bytes,
    },
    /// Sent, and nobody knows whether it was answered and billed. Never sent again by itself.
    Unknown {
        /// The upstream.
        upstream: Arc<str>,
        /// What may have been paid; counted as spent.
        price: MicroYuan,
        /// What is known.
        failure: Failure,
    },
    /// No upstream answered, and nothing was paid. Worth another try.
    Failed {
        /// The last failed call; none when no upstream could be asked.
        failure: Option<Failure>,
        /// When another try may go better.
        retry_after: Duration,
    },
}

/// Figures from an upstream.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The figures.
    pub info: CpInfo,
    /// The body as it came, without the token should it be in there; for the archive.
    pub body: Bytes,
    /// The upstream.
    pub upstream: Arc<str>,
    /// What was paid for it.
    pub price: MicroYuan,
    /// When it was received, in milliseconds since 1970-01-01T00:00:00Z.
    pub received_at_ms: u64,
    /// How old its facts were then, in seconds, as far as the upstream tells.
    pub age_s: u32,
    /// How its shape differs from the contract's.
    pub drift: Vec<Drift>,
}

/// One call.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Attempt {
    /// The upstream.
    #[serde(serialize_with = "name")]
    pub upstream: Arc<str>,
    /// When it began, in milliseconds since 1970-01-01T00:00:00Z.
    pub began_at_ms: u64,
    /// How long it took, connecting included, in microseconds.
    pub latency_us: u64,
    /// The business code, where one was read.
    pub code: Option<i64>,
    /// The HTTP status, where one was read. Decides nothing.
    pub http_status: Option<u16>,
    /// How it failed; none when it brought the figures.
    #[serde(serialize_with = "as_text")]
    pub failure: Option<Failure>,
}

/// An upstream that was not asked, or not asked again.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Skip {
    /// The upstream.
    #[serde(serialize_with = "name")]
    pub upstream: Arc<str>,
    /// Why.
    pub reason: SkipReason,
}

/// Why an upstream is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// It is parked.
    Parked(ParkReason),
    /// Its breaker is open.
    BreakerOpen,
    /// Its rate limit ends too late.
    RateLimited,
    /// Its daily budget does not cover another call.
    BudgetSpent,
    /// No place among its calls became free in time.
    Busy,
    /// Too little of the question's time is left to begin another call.
    OutOfTime,
    /// The process is about to end, and waits for nothing before a call.
    Stopping,
    /// What is shared about it could not be read or changed, so a call could not be accounted for.
    NotAccountable,
}

fn name<S: serde::Serializer>(upstream: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(upstream)
}

fn as_text<S: serde::Serializer>(failure: &Option<Failure>, serializer: S) -> Result<S::Ok, S::Error> {
    match failure {
        Some(failure) => serializer.collect_str(failure),
        None => serializer.serialize_none(),
    }
}
