//! The names of the headers of requests and replies that are ours, as documents write them.

/// Makes a paid request happen once.
pub const HEADER_IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// `true` on a reply that was given before, under the same idempotency key.
pub const HEADER_IDEMPOTENCY_REPLAYED: &str = "Idempotency-Replayed";
/// The request's id.
pub const HEADER_REQUEST_ID: &str = "X-Request-Id";
/// Where the answer comes from.
pub const HEADER_SOURCE: &str = "X-Astrolabe-Source";
/// The age of the answer's facts, in seconds.
pub const HEADER_AGE: &str = "X-Astrolabe-Age";
/// What was charged for the answer, in yuan.
pub const HEADER_CHARGED: &str = "X-Astrolabe-Charged";
