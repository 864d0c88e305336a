//! File descriptors: how many the process may have open, and how many connections of clients that lets a server have. One too many, and
//! it is no longer a new connection that waits, but whatever is opened next: the database, an upstream.

/// What is kept back of the descriptors: 64 for connections to the admin API, about 30 for each of two databases in SQLite or 17 for
/// PostgreSQL, the rest for an import's files, logs and probes. Calls to upstreams come on top.
const KEPT_BACK: u64 = 256;

/// Raises the limit of open files as far as the process may, and lowers the connections of clients there may be to what the limit leaves
/// besides so many calls to upstreams at once, with a warning.
pub(crate) fn share_out(connections_max: &mut usize, upstream_calls: u64) {
    let kept_back = KEPT_BACK + upstream_calls;
    let Some(open_files) = raise_limit(*connections_max as u64 + kept_back) else { return };
    let connections = connections_within(open_files, kept_back, *connections_max);
    if connections < *connections_max {
        tracing::warn!(
            connections_max,
            connections,
            open_files,
            "the limit of open files leaves fewer connections than server.connections_max says: raise it, with LimitNOFILE= in a systemd \
             unit or ulimit -n, or lower server.connections_max"
        );
        *connections_max = connections;
    }
}

/// Of few descriptors three quarters are kept back.
fn connections_within(open_files: u64, kept_back: u64, wanted: usize) -> usize {
    let left = open_files - kept_back.min(open_files / 4 * 3);
    usize::try_from(left).map_or(wanted, |left| wanted.min(left.max(1)))
}

/// Raises the soft limit to the hard one, or to `enough` where that is none; gives the limit that holds then, if any does.
#[cfg(unix)]
fn raise_limit(enough: u64) -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let soft = current?;
    let wanted = maximum.unwrap_or(enough).max(soft);
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }) {
        Ok(()) => Some(wanted),
        Err(_) => Some(soft),
    }
}

/// Other systems have no such limit.
#[cfg(not(unix))]
fn raise_limit(_: u64) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_everything_else() {
        for (open_files, upstream_calls, wanted, connections) in [
            (1_048_576, 8, 10_000, 10_000),
            (10_256, 0, 10_000, 10_000),
            (10_255, 0, 10_000, 9_999),
            (10_256, 300, 10_000, 9_700),
            (1_024, 0, 10_000, 768),
            (1_024, 300, 10_000, 468),
            (1_024, 10_000, 10_000, 256),
            (1_024, 0, 100, 100),
            (64, 0, 10_000, 16),
            (1, 0, 10_000, 1),
        ] {
            let within = connections_within(open_files, KEPT_BACK + upstream_calls, wanted);
            assert_eq!(within, connections, "{open_files} {upstream_calls} {wanted}");
        }
    }
}
