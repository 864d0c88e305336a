//! `cargo xtask bench`: the project against its peers, side by side in one run. Each benchmark closes with its figures,
//! one a line, `ratio NAME VALUE goal GOAL`; only such ratios inside one run mean anything on another machine.

mod batch;
mod held;
mod import;
mod market;
mod meter;
mod payer;
mod place;
mod plan;
mod serve;
mod server;
mod turns;
mod upstream;
mod wrk;

use std::process::ExitCode;

use crate::args::Args;

const HELP: &str = "\
Usage: cargo xtask bench serve|meter|batch|import|upstream|plan|market [OPTION]...

  serve   Requests/s, p99 and CPU per request of the endpoint against a bare hyper server
  meter   The endpoint with durable charging against bare hyper, FastAPI with PostgreSQL, and pgbench
  batch   A row of a batch against a single call, free and charged
  upstream  Answers bought from a stand-in upstream, and what they cost when they are asked for again
  import  Import of 20 million posts against DuckDB, Polars and the plain decode
  plan    How long plans over 10,000 creators take
  market  How long ranking a million creators takes, alone, for many at once and while they change, and its memory

Each installs the peers it needs. `cargo xtask bench serve --help` tells the options.";

/// Runs the command.
pub(crate) fn command(mut args: Args) -> anyhow::Result<ExitCode> {
    match args.positional().as_deref() {
        Some("batch") => batch::command(args),
        Some("import") => import::command(args),
        Some("market") => market::command(args),
        Some("meter") => meter::command(args),
        Some("plan") => plan::command(args),
        Some("serve") => serve::command(args),
        Some("upstream") => upstream::command(args),
        None if args.flag("--help") => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => anyhow::bail!("bench what? not {}\n\n{HELP}", other.unwrap_or("nothing")),
    }
}

/// The closing line of one figure.
fn ratio(name: &str, value: f64, goal: f64) {
    println!("ratio {name} {value:.3} goal {goal:.2}");
}

/// The middle value; of an even number, the mean of the two in the middle.
fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        len if len % 2 == 1 => values[len / 2],
        len => f64::midpoint(values[len / 2 - 1], values[len / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median([]).is_nan());
    }
}
