//! The signals that ask a server to end.

use std::future::poll_fn;
use std::process;
use std::task::Poll;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What comes so soon is the same request: some wrappers pass on what the terminal has sent already.
const SAME_REQUEST: Duration = Duration::from_millis(500);

/// Completes when the process is asked to end (SIGTERM, SIGINT, SIGHUP). Asked once more after that, it ends at once.
pub(crate) fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut kinds = vec![("SIGTERM", SignalKind::terminate()), ("SIGINT", SignalKind::interrupt())];
    if !is_hangup_ignored() {
        kinds.push(("SIGHUP", SignalKind::hangup()));
    }
    let watch = |(name, kind)| signal(kind).with_context(|| format!("cannot watch for {name}"));
    let mut signals = kinds.into_iter().map(watch).collect::<anyhow::Result<Vec<Signal>>>()?;
    Ok(async move {
        next(&mut signals).await;
        tracing::info!("asked to stop; finishing what is in flight");
        let asked = Instant::now();
        tokio::spawn(async move {
            while asked.elapsed() < SAME_REQUEST {
                next(&mut signals).await;
            }
            tracing::warn!("asked to stop again: ending at once");
            process::exit(1);
        });
    })
}

async fn next(signals: &mut [Signal]) {
    poll_fn(|context| match signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready()) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

/// Whether this process was started to outlive its terminal, by `nohup`. Known only on Linux.
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}
