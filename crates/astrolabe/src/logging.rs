//! The log: lines on stderr, for people and log collectors. No line has a token or a query string in it.

mod flood;
mod json;

use std::error::Error;
use std::sync::OnceLock;

use anyhow::{Chain, Context};
use catalog::Lang;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use flood::Flood;
use json::JsonLines;

use crate::{errors, lang, output};

/// The crates of ours that log, or may.
const OWN: [&str; 6] = ["astrolabe", "gateway", "simulator", "store_postgres", "store_sqlite", "upstream"];

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
}

/// What is written, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogSettings {
    /// `error`, `warn`, `info`, `debug` (a line for each request) or `trace`.
    pub(crate) level: tracing::Level,
    pub(crate) format: LogFormat,
}

/// Starts logging.
///
/// # Errors
/// When it was started before.
pub(crate) fn start(settings: LogSettings) -> anyhow::Result<()> {
    let LogSettings { level, format } = settings;
    // Libraries stay at warnings: their own debug lines may quote what callers sent.
    let targets =
        Targets::new().with_default(tracing::Level::WARN.min(level)).with_targets(OWN.map(|target| (target, level)));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let lines = match format {
        LogFormat::Text => lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).boxed(),
        LogFormat::Json => lines.with_ansi(false).event_format(JsonLines).boxed(),
    };
    let log = tracing_subscriber::registry().with(targets).with(Flood::default()).with(lines);
    log.try_init().context("the log is started already")?;
    if format == LogFormat::Json {
        // Who collects the log reads all that is said there: in one form, and in one language.
        lang::speak(Lang::En);
        let _ = IS_JSON.set(());
    }
    Ok(())
}

/// Set once lines are JSON objects.
static IS_JSON: OnceLock<()> = OnceLock::new();

/// Says what ended the process: in the log, where that is for programs, otherwise to people.
pub(crate) fn end(error: &anyhow::Error) {
    match IS_JSON.get() {
        Some(()) => tracing::error!("{}", errors::text(error, Lang::En)),
        None => output::person(&errors::line(error, lang::spoken())),
    }
}

/// An error and what is behind it, the nearest first.
fn with_sources(error: &(dyn Error + 'static)) -> String {
    Chain::new(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
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
