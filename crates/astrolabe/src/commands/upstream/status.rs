//! `astrolabe upstream status`: what all servers know together, and what each tells of itself.

use std::collections::BTreeSet;

use clap::Args;
use domain::{MicroYuan, UnixTime};
use ledger::Day;
use serde_json::{Value, json};
use store::{UpstreamRecord, UpstreamStore};

use crate::amounts::of_ms;
use crate::config::Config;
use crate::now::now;
use crate::output;

/// What a server told longer ago than this is not shown.
const TOLD_WITHIN_S: u32 = UnixTime::DAY;

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// What is known of an upstream.
struct Known {
    name: String,
    record: UpstreamRecord,
    /// Server, when, and what it told.
    told: Vec<(String, UnixTime, Value)>,
}

/// Shows the configured upstreams, and others that servers told of.
pub(super) async fn run(
    store: &(impl UpstreamStore + ?Sized),
    config: &Config,
    args: &StatusArgs,
) -> anyhow::Result<()> {
    let now = now();
    let told = store.told_of_upstreams(UnixTime(now.0.saturating_sub(TOLD_WITHIN_S))).await?;
    let configured = config.upstreams.iter().map(|upstream| upstream.name.clone());
    let names: BTreeSet<String> = configured.chain(told.iter().map(|(_, name, _, _)| name.clone())).collect();
    if names.is_empty() {
        output::person(
            "no upstream is configured: write a table [[upstreams]] in astrolabe.toml, as docs/upstream.md shows",
        );
    }
    let today = Day::of(u64::from(now.0) * 1000);
    let mut upstreams = Vec::new();
    for name in names {
        let record = store.upstream_record(&name, today).await?;
        let of_it = told.iter().filter(|(_, of, _, _)| *of == name);
        // What is no JSON was told by another release: shown as nothing.
        let told = of_it
            .map(|(server, _, at, status)| (server.clone(), *at, serde_json::from_str(status).unwrap_or(Value::Null)));
        upstreams.push(Known { told: told.collect(), record, name });
    }
    if args.json {
        return output::json(&upstreams.iter().map(|upstream| upstream.json(now)).collect::<Vec<_>>());
    }
    for upstream in &upstreams {
        output::result(&upstream.text(now))?;
    }
    Ok(())
}

impl Known {
    fn state(&self, now: UnixTime) -> String {
        let now_ms = u64::from(now.0) * 1000;
        match self.record.parked.filter(|(until_ms, _)| now_ms < *until_ms) {
            Some((until_ms, code)) => {
                let until = output::moment(of_ms(until_ms));
                format!("parked until {until} for code {code}; `astrolabe upstream unpark {}` ends it", self.name)
            }
            None if now_ms < self.record.breaker_open_until_ms => {
                format!("breaker open until {}", output::moment(of_ms(self.record.breaker_open_until_ms)))
            }
            None if self.record.breaker_openings > 0 => "breaker half open: the next call decides".to_owned(),
            None => "asked".to_owned(),
        }
    }

    fn json(&self, now: UnixTime) -> Value {
        let UpstreamRecord { parked, breaker_open_until_ms, breaker_openings, spent } = &self.record;
        let parked = parked.map(|(until_ms, code)| json!({ "until": of_ms(until_ms).to_string(), "code": code }));
        json!({
            "upstream": self.name,
            "state": self.state(now),
            "parked": parked,
            "breakerOpenUntilMs": breaker_open_until_ms,
            "breakerOpenings": breaker_openings,
            "spentTodayYuan": spent.to_string(),
            "servers": self.told.iter().map(|(server, at, status)| {
                json!({ "server": server, "at": at.to_string(), "status": status })
            }).collect::<Vec<_>>(),
        })
    }

    fn text(&self, now: UnixTime) -> String {
        let budget = self.told.first().and_then(|(_, _, status)| status["daily_budget_micro_yuan"].as_u64());
        let spent = match budget {
            Some(budget) => format!("{} of {} yuan", self.record.spent, MicroYuan(budget)),
            None => format!("{} yuan", self.record.spent),
        };
        let facts =
            output::facts([("upstream", self.name.clone()), ("state", self.state(now)), ("spent today", spent)]);
        let header =
            ["server", "told at", "success", "calls by code", "301 in a row", "p50 ms", "p99 ms", "in flight", "drift"];
        let rows = self.told.iter().map(|(server, at, status)| row(server, *at, status));
        match self.told.is_empty() {
            true => format!("{facts}\n(no server told of it in the last 24 hours)\n"),
            false => format!("{facts}\n{}\n", output::table(header, &[2, 4, 5, 6, 7], rows)),
        }
    }
}

/// What a server tells of its own calls, since it started.
fn row(server: &str, at: UnixTime, status: &Value) -> [String; 9] {
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
        server.to_owned(),
        output::moment(at),
        success,
        counts("calls"),
        streak,
        ms("latency_p50_us"),
        ms("latency_p99_us"),
        in_flight,
        counts("drift"),
    ]
}
