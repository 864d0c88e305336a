//! `cargo xtask bench serve`: the endpoint over many creators against a bare hyper server with a fixed body of the same
//! size. The two take turns, so that what else the machine does hits both, and each round gives its own ratio.

use std::process::ExitCode;

use super::held::Held;
use super::ratio;
use super::server::{self, Server};
use super::turns::{self, Contender, Plan};
use crate::args::Args;
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

/// Runs the command.
pub(super) fn command(mut args: Args) -> anyhow::Result<ExitCode> {
    if let Some(done) = args.help(HELP) {
        return Ok(done);
    }
    let creators = args.value("--creators")?.unwrap_or(100_000);
    let plan = Plan { rounds: args.value("--rounds")?.unwrap_or(5), seconds: args.value("--seconds")?.unwrap_or(3) };
    let loads = args.value("--connections")?.map_or_else(|| vec![64, 256], |only| vec![only]);
    args.finish()?;
    setup::program("wrk", "wrk")?;
    let binaries = server::build()?;
    let held = Held::make(&binaries, &workspace::target_dir().join("bench/serve"), creators)?;
    let ours = held.place.serve()?;
    let answer = held.warm_up(&ours)?;
    println!("an answer is {} bytes of head and {} of body", answer.head_bytes, answer.body_bytes);
    let bare = Server::bare(&binaries, answer.body_bytes)?;
    let (ids, token) = (held.ids.as_path(), held.token.as_str());
    let contenders = [
        Contender { name: "bare hyper", way: "query", server: &bare, ids, token },
        Contender { name: "astrolabe, token in query", way: "query", server: &ours, ids, token },
        Contender { name: "astrolabe, token in header", way: "header", server: &ours, ids, token },
    ];
    turns::print_head();
    let mut closing = Vec::new();
    for connections in loads {
        let rounds = turns::take_turns(&contenders, plan, connections)?;
        turns::print_rows(connections, &contenders, &rounds);
        for (at, name) in [(1, "query"), (2, "header")] {
            let of = |of| turns::median_ratio(&rounds, at, 0, of);
            let suffix = format!("{name}-{connections}");
            let requests = of(|sample| sample.measured.requests_per_s);
            closing.push((format!("serve-requests-{suffix}"), requests, GOAL_REQUESTS));
            closing.push((format!("serve-cpu-{suffix}"), of(|sample| sample.cpu_us), GOAL_CPU));
        }
    }
    println!("\nMedians of {} rounds; requests at least, CPU per request at most the goal:", plan.rounds);
    for (name, value, goal) in closing {
        ratio(&name, value, goal);
    }
    Ok(ExitCode::SUCCESS)
}
