//! The log: lines on stderr, for people and log collectors. No line has a token or a query string in it.

use anyhow::Context;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging from `level` on: `error`, `warn`, `info`, `debug` (a line for each request), `trace`.
///
/// # Errors
/// When the level is none of these.
pub(crate) fn start(level: tracing::Level) -> anyhow::Result<()> {
    // Libraries stay at warnings: their own debug lines may quote what callers sent.
    let targets = Targets::new()
        .with_default(tracing::Level::WARN.min(level))
        .with_targets(["astrolabe", "gateway", "store_sqlite"].map(|target| (target, level)));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let lines = lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    tracing_subscriber::registry().with(targets).with(lines).try_init().context("the log is started already")
}
