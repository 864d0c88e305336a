//! `cargo xtask bench batch`: what a row of a batch costs against a single call about the same creators, on one server. The two
//! take turns, with as many answers under way.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::held::Held;
use super::payer::{Asked, Books, Payer};
use super::ratio;
use super::server::{self, Connection, Server};
use super::turns::{self, Contender, Plan, Sample};
use super::wrk::Measured;
use crate::args::Args;
use crate::{setup, workspace};

const HELP: &str = "\
Usage: cargo xtask bench batch [OPTION]...

Builds the release binary, makes a marketplace, imports it, and asks for its creators in batches of 1,000 and one by one; first
while answers are free, then with the token of an account that pays for each.

  --creators N  Creators held (default 20000)
  --rounds N    Rounds, of which the median counts (default 5)
  --seconds N   Least length of each measurement (default 3)";

/// CPU time of a row, as a multiple of a single call's.
const GOAL_CPU: f64 = 1.0;
/// Rows/s, as a part of single calls/s.
const GOAL_ROWS: f64 = 1.0;

/// Creators in a batch: the most there may be.
const ROWS: usize = 1_000;
/// Batches at once. The server has 16 rows of each under way.
const BATCHES: usize = 4;
/// Single calls at once: as many answers.
const CONNECTIONS: u32 = 64;

/// Runs the command.
pub(super) fn command(mut args: Args) -> anyhow::Result<ExitCode> {
    if let Some(done) = args.help(HELP) {
        return Ok(done);
    }
    let creators = args.value("--creators")?.unwrap_or(20_000);
    let plan = Plan { rounds: args.value("--rounds")?.unwrap_or(5), seconds: args.value("--seconds")?.unwrap_or(3) };
    args.finish()?;
    setup::program("wrk", "wrk")?;
    let binaries = server::build()?;
    let held = Held::make(&binaries, &workspace::target_dir().join("bench/batch"), creators)?;
    let free = held.place.serve()?;
    held.warm_up(&free)?;
    let bodies = bodies(&held.ids)?;
    turns::print_head();
    let mut lines = Vec::from(closing("free", &measure(&free, &held.ids, &held.token, &bodies, plan)?));
    drop(free);

    let payer = Payer::make(held.place.clone())?;
    let before = Books::read(&payer.place)?;
    let charging = payer.place.serve()?;
    let rounds = measure(&charging, &held.ids, &payer.token, &bodies, plan)?;
    // Killed, not asked to end: what it answered is in the books already.
    drop(charging);
    let mut asked = Asked::default();
    rounds.iter().for_each(|[single, batch]| {
        asked.count(CONNECTIONS, single);
        asked.count(0, batch);
    });
    before.check(&payer.place, &asked)?;
    lines.extend(closing("charged", &rounds));
    println!("\nMedians of {} rounds; CPU per row at most, rows/s at least the goal:", plan.rounds);
    lines.into_iter().for_each(|(name, value, goal)| ratio(&name, value, goal));
    Ok(ExitCode::SUCCESS)
}

/// The bodies of batches that name each creator at most once; those left over are in none.
fn bodies(ids: &Path) -> anyhow::Result<Vec<String>> {
    let ids = fs::read_to_string(ids)?;
    let ids: Vec<String> = ids.lines().map(|id| format!("{{\"oAuthorId\":\"{id}\"}}")).collect();
    let bodies: Vec<String> =
        ids.chunks_exact(ROWS).map(|ids| format!("{{\"creators\":[{}]}}", ids.join(","))).collect();
    ensure!(bodies.len() >= BATCHES, "{} creators have figures: {} would be enough", ids.len(), ROWS * BATCHES);
    Ok(bodies)
}

/// Single calls and batches, in turns.
fn measure(
    server: &Server,
    ids: &Path,
    token: &str,
    bodies: &[String],
    plan: Plan,
) -> anyhow::Result<Vec<[Sample; 2]>> {
    let single = Contender { name: "single calls", server, ids, token, way: "header" };
    let round = |_| Ok([single.turn(CONNECTIONS, plan.seconds)?, batches(server, token, bodies, plan.seconds)?]);
    let rounds: Vec<[Sample; 2]> = (0..plan.rounds).map(round).collect::<anyhow::Result<_>>()?;
    let of = |at: usize| rounds.iter().map(|round| round[at]).collect::<Vec<_>>();
    turns::print_row(CONNECTIONS, single.name, &of(0));
    turns::print_row(u32::try_from(BATCHES)?, "rows of batches", &of(1));
    Ok(rounds)
}

/// Batches from several callers, each with the next one as soon as it has the last line of the one before.
fn batches(server: &Server, token: &str, bodies: &[String], seconds: u32) -> anyhow::Result<Sample> {
    let headers = format!("Authorization: Bearer {token}\r\n");
    let (before, began) = (server.cpu_s()?, Instant::now());
    let until = began + Duration::from_secs(u64::from(seconds));
    let caller = |first: usize| -> anyhow::Result<Vec<Duration>> {
        let mut connection = Connection::open(server)?;
        let mut took = Vec::new();
        for body in bodies.iter().cycle().skip(first * bodies.len() / BATCHES) {
            let asked = Instant::now();
            if asked >= until {
                break;
            }
            let (answer, lines) = connection.post("/v1/batch", &headers, body)?;
            let last = lines.lines().next_back().unwrap_or_default();
            let all = format!("\"answered\":{ROWS},");
            ensure!(answer.status == 200 && last.contains(&all), "HTTP {}: {last}", answer.status);
            took.push(asked.elapsed());
        }
        Ok(took)
    };
    let mut took = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..BATCHES).map(|first| scope.spawn(move || caller(first))).collect();
        let took = callers.into_iter().map(|caller| caller.join().ok().context("a caller panicked")?);
        anyhow::Ok(took.collect::<anyhow::Result<Vec<_>>>()?.concat())
    })?;
    took.sort_unstable();
    let requests = (took.len() * ROWS) as f64;
    // Of whole batches: a row's own time says nothing, since nobody waits for one.
    let p99_ms = took[(took.len() - 1) * 99 / 100].as_secs_f64() * 1e3;
    let measured = Measured { requests, requests_per_s: requests / began.elapsed().as_secs_f64(), p99_ms };
    Ok(Sample { measured, cpu_us: (server.cpu_s()? - before) * 1e6 / requests })
}

/// The closing lines of a way to pay.
fn closing(way: &str, rounds: &[[Sample; 2]]) -> [(String, f64, f64); 2] {
    let of = |of: fn(&Sample) -> f64| super::median(rounds.iter().map(|[single, batch]| of(batch) / of(single)));
    [
        (format!("batch-cpu-{way}"), of(|sample| sample.cpu_us), GOAL_CPU),
        (format!("batch-rows-{way}"), of(|sample| sample.measured.requests_per_s), GOAL_ROWS),
    ]
}
