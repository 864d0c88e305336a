//! `astrolabe import`: files in, creators' states and snapshots out, all or nothing per file.

mod one_file;
mod rejects;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use catalog::Lang;
use clap::Args;
use domain::UnixTime;

use crate::cli::Common;
use crate::commands::operator_store;
use crate::data_dir::DataDir;
use crate::errors;
use crate::lang::{self, told};
use crate::now::now;
use crate::output;

pub(crate) use one_file::{FileJob, READING, import_file, input, is_stdin};
pub(crate) use rejects::RejectsFile;
use report::FileReport;

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The files; - is the standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the files hold, instead of recognising it: posts-csv, posts-ndjson, posts-parquet, rate-cards-csv,
    /// rate-cards-ndjson, rate-cards-parquet, xingtu
    #[arg(long)]
    kind: Option<::import::Kind>,
    /// When prices and replies without a time of their own were seen, as 2026-11-22T03:04:05Z, or now [default: the time
    /// the file was last changed; of stdin, now]
    #[arg(long, value_name = "TIME", value_parser = parse_captured_at)]
    captured_at: Option<UnixTime>,
    /// The zone of times that do not say their offset, by its IANA name: Asia/Shanghai for Beijing time. A day without a time
    /// counts from its beginning
    #[arg(long, value_name = "ZONE", value_parser = parse_zone)]
    time_zone: Option<::import::Zone>,
    /// Stop a file at its first bad row, and keep nothing of it
    #[arg(long)]
    strict: bool,
    /// Read and estimate, but store nothing
    #[arg(long)]
    dry_run: bool,
    /// A new file for bad rows, as CSV [default: one in the folder rejects of the data directory]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Threads for reading and estimating [default: one for each core]
    #[arg(long)]
    threads: Option<usize>,
    /// Print the summaries as JSON for programs
    #[arg(long)]
    json: bool,
}

impl ImportArgs {
    /// The language of the verb: what went wrong is in the JSON too, which is the same everywhere.
    pub(crate) fn lang(&self) -> Lang {
        if self.json { Lang::En } else { lang::of_locale() }
    }
}

/// Reads the name of a time zone.
pub(crate) fn parse_zone(name: &str) -> Result<::import::Zone, String> {
    name.parse().map_err(|error: ::import::UnknownZone| errors::of_value(&error))
}

fn parse_captured_at(text: &str) -> Result<UnixTime, String> {
    let now = now();
    if text == "now" {
        return Ok(now);
    }
    let moment = text.parse().map_err(|error: domain::TimeError| errors::of_value(&error))?;
    if ::import::is_future(moment, now) {
        // It would win over whatever is seen until then.
        return Err(told!(lang::spoken(), "a time after the present", "该时间晚于当前"));
    }
    Ok(moment)
}

/// Runs the verb. A file that fails does not stop the others; the exit code tells that one did, or that no file had a row to take.
pub(crate) fn run(common: &Common, args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let (data, lang) = (DataDir::open(common)?, lang::spoken());
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let store = runtime.block_on(operator_store(&data))?;
    let mut rejects = RejectsFile::new(args.rejects.clone(), data.path())?;
    let mut reports: Vec<FileReport> = Vec::new();
    for file in &args.files {
        let job = FileJob {
            file,
            kind: args.kind,
            captured_at: args.captured_at,
            time_zone: args.time_zone.clone(),
            strict: args.strict,
            dry_run: args.dry_run,
            threads: args.threads.unwrap_or_else(cores),
            settings: &data.config.estimate,
        };
        let outcome = import_file(&job, &*store, &mut rejects);
        let report = FileReport { file: file.display().to_string(), outcome, dry_run: args.dry_run };
        if !args.json {
            output::person(&report.text(lang));
        }
        reports.push(report);
    }
    if let Some(path) = rejects.finish()? {
        let path = path.display();
        output::person(&told!(lang, "bad rows with their reasons are in {path}", "错误行及其原因见 {path}"));
    }
    if args.json {
        output::json(&reports.iter().map(FileReport::json).collect::<Vec<_>>())?;
    }
    let failed = reports.iter().any(|report| report.outcome.is_err()) || reports.iter().all(FileReport::took_nothing);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The cores this process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
