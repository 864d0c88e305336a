//! File descriptors: how many the process may have open, and how many connections of clients that lets a server have. One too many, and
//! it is no longer a new connection that waits, but whatever is opened next: the database, an upstream.

/// What is kept back of the descriptors: 64 for connections to the admin API, about 30 for each of two databases in SQLite or 17 for
/// PostgreSQL, 8 for calls to each upstream, the rest for an import's files, logs and probes.
const KEPT_BACK: u64 = 256;

/// Raises the limit of open files as far as the process may, and lowers the connections of clients there may be to what the limit leaves,
/// with a warning.
pub(crate) fn share_out(connections_max: &mut usize) {
    let Some(open_files) = raise_limit(*connections_max as u64 + KEPT_BACK) else { return };
    let connections = connections_within(open_files, *connections_max);
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
fn connections_within(open_files: u64, wanted: usize) -> usize {
    let left = open_files - KEPT_BACK.min(open_files / 4 * 3);
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
        for (open_files, wanted, connections) in [
            (1_048_576, 10_000, 10_000),
            (10_256, 10_000, 10_000),
            (10_255, 10_000, 9_999),
            (1_024, 10_000, 768),
            (1_024, 100, 100),
            (64, 10_000, 16),
            (1, 10_000, 1),
        ] {
            assert_eq!(connections_within(open_files, wanted), connections, "{open_files} {wanted}");
        }
    }
}
