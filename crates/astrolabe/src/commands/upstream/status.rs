//! `astrolabe upstream status`: what all servers know together, and what each tells of itself.

use clap::Args;
use domain::MicroYuan;
use gateway::{ServerTold, UpstreamStanding, UpstreamState};
use store::UpstreamStore;

use crate::amounts::of_ms;
use crate::config::Config;
use crate::now::now;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Shows the configured upstreams, and others that servers told of.
pub(super) async fn run(
    store: &(impl UpstreamStore + ?Sized),
    config: &Config,
    args: &StatusArgs,
) -> anyhow::Result<()> {
    let upstreams = UpstreamStanding::all(store, &config.upstream_names(), now()).await?;
    if upstreams.is_empty() {
        output::person(
            "no upstream is configured: write a table [[upstreams]] in astrolabe.toml, as docs/upstream.md shows",
        );
    }
    if args.json {
        return output::json(&upstreams.iter().map(UpstreamStanding::json).collect::<Vec<_>>());
    }
    for upstream in &upstreams {
        output::result(&text(upstream))?;
    }
    Ok(())
}

fn state(upstream: &UpstreamStanding) -> String {
    match upstream.state() {
        UpstreamState::Asked => "asked".to_owned(),
        UpstreamState::Parked { until_ms, code } => {
            let until = output::moment(of_ms(until_ms));
            format!("parked until {until} for code {code}; `astrolabe upstream unpark {}` ends it", upstream.name)
        }
        UpstreamState::BreakerOpen { until_ms } => format!("breaker open until {}", output::moment(of_ms(until_ms))),
        UpstreamState::BreakerHalfOpen => "breaker half open: the next call decides".to_owned(),
    }
}

fn text(upstream: &UpstreamStanding) -> String {
    let UpstreamStanding { name, record, told, .. } = upstream;
    let budget = told.first().and_then(|told| told.status["daily_budget_micro_yuan"].as_u64());
    let spent = match budget {
        Some(budget) => format!("{} of {} yuan", record.spent, MicroYuan(budget)),
        None => format!("{} yuan", record.spent),
    };
    let facts = output::facts([("upstream", name.clone()), ("state", state(upstream)), ("spent today", spent)]);
    let header =
        ["server", "told at", "success", "calls by code", "301 in a row", "p50 ms", "p99 ms", "in flight", "drift"];
    match told.is_empty() {
        true => format!("{facts}\n(no server told of it in the last 24 hours)\n"),
        false => format!("{facts}\n{}\n", output::table(header, &[2, 4, 5, 6, 7], told.iter().map(row))),
    }
}

/// What a server tells of its own calls, since it started.
fn row(told: &ServerTold) -> [String; 9] {
    let ServerTold { server, at, status } = told;
    let counts = |name: &str| {
        let counts = status[name].as_object().into_iter().flatten();
        counts.map(|(what, count)| format!("{what} × {count}")).collect::<Vec<_>>().join(", ")
    };
    let ms = |name: &str| status[name].as_u64().map_or_else(String::new, |us| format!("{:.1}", us as f64 / 1000.0));
    let number = |name: &str| status[name].as_u64().map_or_else(String::new, |number| number.to_string());
    let success =
        status["success_bp"].as_u64().map_or_else(String::new, |bp| format!("{}.{:02} %", bp / 100, bp % 100));
    let streak = format!("{} (most {})", number("streak_301"), number("streak_301_max"));
    let in_flight = format!("{} of {}", number("in_flight"), number("concurrency"));
    [
        server.clone(),
        output::moment(*at),
        success,
        counts("calls"),
        streak,
        ms("latency_p50_us"),
        ms("latency_p99_us"),
        in_flight,
        counts("drift"),
    ]
}
