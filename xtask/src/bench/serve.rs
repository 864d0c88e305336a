//! `cargo xtask bench serve`: the endpoint over many creators against a bare hyper server with a fixed body of the same
//! size. The two take turns, so that what else the machine does hits both, and each round gives its own ratio.

use std::path::PathBuf;
use std::process::ExitCode;

use super::held::{Held, PATH};
use super::server::Server;
use super::wrk::{self, Load, Measured};
use super::{median, ratio};
use crate::args::Args;
use crate::process::{cargo, run};
use crate::{setup, workspace};

const HELP: &str = "\
Usage: cargo xtask bench serve [OPTION]...

Builds the release binary, makes a marketplace, imports it into a data directory of its own, and asks about one creator
after another; the token goes in the query as the contract's clients send it, then in the header.

  --creators N     Creators held (default 100000)
  --rounds N       Rounds, of which the median counts (default 5)
  --seconds N      Length of each measurement (default 3)
  --connections N  Only this many connections (default: 64, then 256)";

/// The endpoint's requests/s, as a part of bare hyper's.
const GOAL_REQUESTS: f64 = 0.90;
/// The endpoint's CPU time per request, as a multiple of bare hyper's.
const GOAL_CPU: f64 = 1.3;

struct Options {
    creators: u64,
    rounds: usize,
    seconds: u32,
    connections: Vec<u32>,
}

/// A server under load: ours with the token in one place or the other, or bare hyper.
struct Contender<'a> {
    name: &'static str,
    way: &'static str,
    server: &'a Server,
}

/// One measurement: what the client saw, and what the server spent.
struct Sample {
    measured: Measured,
    cpu_us: f64,
}

/// Runs the command.
pub(super) fn command(mut args: Args) -> anyhow::Result<ExitCode> {
    if let Some(done) = args.help(HELP) {
        return Ok(done);
    }
    let options = Options {
        creators: args.value("--creators")?.unwrap_or(100_000),
        rounds: args.value("--rounds")?.unwrap_or(5),
        seconds: args.value("--seconds")?.unwrap_or(3),
        connections: args.value("--connections")?.map_or_else(|| vec![64, 256], |only| vec![only]),
    };
    args.finish()?;
    setup::program("wrk", "wrk")?;
    let binaries = build()?;
    let held = Held::make(&binaries, options.creators)?;
    let ours = held.serve(&binaries)?;
    let answer = held.warm_up(&ours)?;
    println!("an answer is {} bytes of head and {} of body", answer.head_bytes, answer.body_bytes);
    let bare = Server::bare(&binaries, answer.body_bytes)?;
    let contenders = [
        Contender { name: "bare hyper", way: "query", server: &bare },
        Contender { name: "astrolabe, token in query", way: "query", server: &ours },
        Contender { name: "astrolabe, token in header", way: "header", server: &ours },
    ];
    println!("\n| connections | server | requests/s | p99, ms | CPU per request, µs |\n|--:|---|--:|--:|--:|");
    let mut closing = Vec::new();
    for &connections in &options.connections {
        let rounds = rounds(&contenders, &held, &options, connections)?;
        print_rows(&contenders, &rounds, connections);
        for (at, name) in [(1, "query"), (2, "header")] {
            let of = |of: fn(&Sample) -> f64| median(rounds.iter().map(|round| of(&round[at]) / of(&round[0])));
            let suffix = format!("{name}-{connections}");
            closing.push((
                format!("serve-requests-{suffix}"),
                of(|sample| sample.measured.requests_per_s),
                GOAL_REQUESTS,
            ));
            closing.push((format!("serve-cpu-{suffix}"), of(|sample| sample.cpu_us), GOAL_CPU));
        }
    }
    println!("\nMedians of {} rounds; requests at least, CPU per request at most the goal:", options.rounds);
    for (name, value, goal) in closing {
        ratio(&name, value, goal);
    }
    Ok(ExitCode::SUCCESS)
}

/// Every contender's turn, `rounds` times.
fn rounds(
    contenders: &[Contender],
    held: &Held,
    options: &Options,
    connections: u32,
) -> anyhow::Result<Vec<Vec<Sample>>> {
    let turn = |contender: &Contender| {
        let server = contender.server;
        let (url, ids, token, way) = (server.url.as_str(), held.ids.as_path(), held.token.as_str(), contender.way);
        let before = server.cpu_s()?;
        let measured = wrk::run(&Load { url, ids, path: PATH, token, way, connections, seconds: options.seconds })?;
        let cpu_us = (server.cpu_s()? - before) * 1e6 / measured.requests;
        Ok(Sample { measured, cpu_us })
    };
    (0..options.rounds).map(|_| contenders.iter().map(turn).collect()).collect()
}

fn print_rows(contenders: &[Contender], rounds: &[Vec<Sample>], connections: u32) {
    for (at, contender) in contenders.iter().enumerate() {
        let of = |of: fn(&Sample) -> f64| median(rounds.iter().map(|round| of(&round[at])));
        println!(
            "| {connections} | {} | {:.0} | {:.2} | {:.2} |",
            contender.name,
            of(|sample| sample.measured.requests_per_s),
            of(|sample| sample.measured.p99_ms),
            of(|sample| sample.cpu_us),
        );
    }
}

/// The folder of the release binaries.
fn build() -> anyhow::Result<PathBuf> {
    let what = ["-p", "astrolabe", "--bin", "astrolabe", "-p", "xtask", "--example", "bare-hyper"];
    run(cargo(["build", "--release", "--locked"]).args(what))?;
    Ok(workspace::target_dir().join("release"))
}
