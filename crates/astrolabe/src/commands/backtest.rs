//! `astrolabe backtest`: how well methods would have forecast each next post, from the earlier ones only.

mod known;
mod run;
mod svg;
mod text;

use std::path::PathBuf;

use clap::Args;
use estimator::{Coefficients, Method, Report, Settings};
use serde::Serialize;

use crate::cli::Common;
use crate::commands::import::{cores, parse_zone};
use crate::commands::read_posts::posts_of;
use crate::config;
use crate::lang;
use crate::output;
use crate::tables::{check_writable, write_whole};

pub(crate) use known::{are_known, share_known};
pub(crate) use run::backtest;
pub(crate) use text::scores_text;

#[derive(Debug, Args)]
pub(crate) struct BacktestArgs {
    /// Files of posts, of any kind that import reads; - is the standard input [default: the posts in the data directory]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The zone of times that do not say their offset, by its IANA name: Asia/Shanghai for Beijing time. A day without a time
    /// counts from its beginning
    #[arg(long, value_name = "ZONE", value_parser = parse_zone)]
    time_zone: Option<::import::Zone>,
    /// A method to score; may be given several times [default: all]
    #[arg(long = "method", value_name = "METHOD")]
    methods: Vec<Method>,
    /// Coefficients to score, as `astrolabe fit` wrote them [default: those of the configuration]
    #[arg(long, value_name = "FILE")]
    coefficients: Option<PathBuf>,
    /// Print the scores as JSON for programs
    #[arg(long)]
    json: bool,
    /// Also draw the scores into this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Threads [default: one for each core]
    #[arg(long)]
    threads: Option<usize>,
}

/// Runs the verb.
pub(crate) fn run(common: &Common, args: &BacktestArgs) -> anyhow::Result<()> {
    args.svg.as_deref().map_or(Ok(()), check_writable)?;
    let mut settings = config::load(common.config.as_deref())?.estimate;
    if let Some(file) = &args.coefficients {
        settings.coefficients = config::coefficients(file)?;
    }
    let methods = if args.methods.is_empty() { Method::ALL.to_vec() } else { args.methods.clone() };
    let threads = args.threads.unwrap_or_else(cores).max(1);
    let all = posts_of(common, &args.files, args.time_zone.as_ref(), threads)?;
    let report = backtest(&all, &methods, &settings, threads).report();
    let known =
        methods.iter().any(|method| method.is_fitted()).then(|| share_known(&all, settings.coefficients)).flatten();
    if let Some(file) = &args.svg {
        write_whole(file, svg::drawn(&report, lang::spoken()).as_bytes())?;
    }
    match args.json {
        true => output::json(&Scores { report: &report, fitted_to_share: known }),
        false => output::result(&scores_text(&report, lang::spoken(), output::width())),
    }?;
    let note = match are_known(known) {
        true => Some(known::note(&methods, lang::spoken())),
        false => text::advice(&report, settings.method, known, lang::spoken()),
    };
    note.iter().for_each(|note| output::person(note));
    Ok(())
}

/// The scores for programs.
#[derive(Serialize)]
struct Scores<'r> {
    #[serde(flatten)]
    report: &'r Report,
    /// The share of these creators that the coefficients were fitted to, where they are used and it can be told.
    fitted_to_share: Option<f64>,
}

/// Settings that differ in their coefficients, which live as long as the process.
pub(crate) fn with_coefficients(settings: &Settings, coefficients: Coefficients) -> Settings {
    Settings { coefficients: Box::leak(Box::new(coefficients)), ..*settings }
}
