//! What the source takes from outside itself: the time of day and chance. Tests replace both.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tells the moment, in milliseconds since 1970-01-01T00:00:00Z. Decides days, parking and the breaker; how long a call
/// takes is measured with a clock that nobody sets.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Tells a number from 0 up to 1, evenly.
pub type Dice = Arc<dyn Fn() -> f64 + Send + Sync>;

/// The clock of the machine.
pub fn system_clock() -> Clock {
    Arc::new(|| millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()))
}

/// Chance that needs no secrecy.
pub fn system_dice() -> Dice {
    Arc::new(fastrand::f64)
}

/// Whole milliseconds, as many as fit.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
