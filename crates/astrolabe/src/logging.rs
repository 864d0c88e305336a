//! The log: lines on stderr, for people and log collectors. No line has a token or a query string in it.

use anyhow::Context;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The crates of ours that log, or may.
const OWN: [&str; 6] = ["astrolabe", "gateway", "simulator", "store_postgres", "store_sqlite", "upstream"];

/// Starts logging from `level` on: `error`, `warn`, `info`, `debug` (a line for each request), `trace`.
///
/// # Errors
/// When the level is none of these.
pub(crate) fn start(level: tracing::Level) -> anyhow::Result<()> {
    // Libraries stay at warnings: their own debug lines may quote what callers sent.
    let targets =
        Targets::new().with_default(tracing::Level::WARN.min(level)).with_targets(OWN.map(|target| (target, level)));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let lines = lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    tracing_subscriber::registry().with(targets).with(lines).try_init().context("the log is started already")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_crate_of_ours_that_logs_is_listed() {
        let crates = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).expect("the crates");
        let logging = crates.filter_map(|folder| {
            let folder = folder.expect("a folder");
            let manifest = std::fs::read_to_string(folder.path().join("Cargo.toml")).ok()?;
            let name = folder.file_name().into_string().expect("a name").replace('-', "_");
            manifest.contains("\ntracing.workspace").then_some(name)
        });
        let not_listed: Vec<String> = logging.filter(|name| !OWN.contains(&name.as_str())).collect();
        assert_eq!(not_listed, [""; 0]);
    }
}
