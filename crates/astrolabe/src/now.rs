//! The present, for verbs that are not the server.

use domain::UnixTime;

/// The present second.
pub(crate) fn now() -> UnixTime {
    gateway::system_clock()().second()
}
