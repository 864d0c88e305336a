//! The present, for verbs that are not the server.

use domain::UnixTime;
use ledger::Day;

/// The present second.
pub(crate) fn now() -> UnixTime {
    gateway::system_clock()().second()
}

/// The present, in milliseconds since the epoch.
pub(crate) fn now_ms() -> u64 {
    gateway::system_clock()().unix_ms
}

/// The calendar day it is in Asia/Shanghai.
pub(crate) fn today() -> Day {
    Day::of(now_ms())
}
