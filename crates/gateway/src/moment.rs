//! The clock, which tests replace, and the moment it tells.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use domain::UnixTime;

/// A moment to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub unix_ms: u64,
}

impl Moment {
    /// The second it falls in; the last second this program knows, when it is later than 2106.
    pub fn second(self) -> UnixTime {
        UnixTime(u32::try_from(self.unix_ms / 1000).unwrap_or(u32::MAX))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub(crate) fn unix_us(self) -> u64 {
        self.unix_ms.saturating_mul(1000)
    }
}

/// A moment, in milliseconds since 1970, as text: `2026-11-24T16:00:00Z`.
pub(crate) fn rfc3339(unix_ms: u64) -> String {
    Moment { unix_ms }.second().to_string()
}

/// Tells the moment.
pub type Clock = Arc<dyn Fn() -> Moment + Send + Sync>;

/// The clock of the machine.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment { unix_ms: u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX) }
    })
}
