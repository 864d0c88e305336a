//! `cargo xtask bench market`: questions of every kind to a market of a million creators, by itself and behind a server.

mod load;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use self::load::{Changing, Times};
use super::place::Place;
use super::ratio;
use super::server::{self, Connection, Server};
use crate::args::Args;
use crate::process::{cargo, command as program, run, run_keeping};
use crate::workspace;

const HELP: &str = "\
Usage: cargo xtask bench market [OPTION]...

Asks for the first pages of every order under filters that nearly all, some, few or no creators pass: of a market in memory, then
of a server that has imported a marketplace: over one connection, over 64 at once, and over one while more creators are imported and
the market is built anew. Prints the times, and the memory that ranking takes.

  --creators N  Creators in each (default 1000000)
  --index       Only the market in memory";

/// The 99th percentile of the time of a question, in milliseconds.
const GOAL_MS: f64 = 50.0;

/// Posts of a creator of the marketplace, on average over its platforms.
const POSTS_PER_CREATOR: u64 = 6;

/// The server waits so many times as long as building the market took, before it builds it anew.
const PAUSE_TIMES: u32 = 10;

/// Pages of each question.
const PAGES: usize = 3;

/// Runs the command.
pub(crate) fn command(mut args: Args) -> anyhow::Result<ExitCode> {
    if let Some(done) = args.help(HELP) {
        return Ok(done);
    }
    let creators: u64 = args.value("--creators")?.unwrap_or(1_000_000);
    let only_index = args.flag("--index");
    args.finish()?;
    let mut closing = vec![("market-p99-ms", in_memory(creators)?)];
    if !only_index {
        closing.push(("market-http-p99-ms", behind_a_server(creators)?));
    }
    closing.into_iter().for_each(|(name, value)| ratio(name, value, GOAL_MS));
    Ok(ExitCode::SUCCESS)
}

fn in_memory(creators: u64) -> anyhow::Result<f64> {
    run(&mut cargo(["build", "--release", "--locked", "-p", "market", "--example", "rank"]))?;
    let mut rank = program(workspace::target_dir().join("release/examples/rank"));
    let kept = run_keeping(rank.arg(creators.to_string()), |line| line.starts_with("p99 "))?;
    let p99 = kept.first().and_then(|line| line.split_whitespace().nth(1)).context("the example tells no time")?;
    Ok(p99.parse()?)
}

fn behind_a_server(creators: u64) -> anyhow::Result<f64> {
    let binaries = server::build()?;
    let dir = workspace::target_dir().join("bench/market");
    let (place, token) = fill(&binaries, &dir, creators)?;
    let server = place.serve()?;
    let headers = format!("Authorization: Bearer {token}\r\n");
    let mut connection = Connection::open(&server)?;
    let gathering = gather(&server, &mut connection, &headers)?;
    let gathered = Instant::now();
    let mut alone = Times::default();
    for question in questions() {
        ask(&mut connection, &headers, &question, &mut alone.0)?;
    }
    load::print_head();
    alone.print_row("one connection, up to three pages");
    load::at_once(&server, &headers)?.print_row("64 connections, first pages");
    std::thread::sleep((gathering * PAUSE_TIMES + Duration::from_secs(1)).saturating_sub(gathered.elapsed()));
    let changing = Changing { place: &place, server: &server, headers: &headers, dir: &dir, creators };
    let [mut importing, mut rebuilding] = changing.measure()?;
    importing.print_row("one connection, during an import");
    rebuilding.print_row("one connection, while the market is built anew");
    println!();
    Ok(alone.at(0.99))
}

/// Makes and imports a marketplace; a token.
fn fill(binaries: &Path, dir: &Path, creators: u64) -> anyhow::Result<(Place, String)> {
    // What an earlier release left may have another form.
    let _ = std::fs::remove_dir_all(dir);
    let place = Place::new(binaries, dir.join("data"));
    let posts = make(&place, &dir.join("market"), 1, creators)?;
    for file in [&posts, &posts.with_file_name("rate_cards.parquet")] {
        place.run(&["import", &file.to_string_lossy()])?;
    }
    place.run(&["account", "create", "bench"])?;
    let token = place.run(&["token", "create", "bench"])?;
    Ok((place, token))
}

/// Makes a marketplace in a folder; the file of its posts.
fn make(place: &Place, folder: &Path, seed: u64, creators: u64) -> anyhow::Result<PathBuf> {
    let (posts, creators, seed) = ((creators * POSTS_PER_CREATOR).to_string(), creators.to_string(), seed.to_string());
    println!("making {creators} creators with {posts} posts");
    std::fs::create_dir_all(folder)?;
    let made = ["synth", "--seed", &seed, "--format", "parquet", "--creators", &creators, "--posts", &posts, "--out"];
    place.run(&[&made[..], &[&folder.to_string_lossy()]].concat())?;
    Ok(folder.join("posts.parquet"))
}

/// Asks until the market is there; how long that took.
fn gather(server: &Server, connection: &mut Connection, headers: &str) -> anyhow::Result<Duration> {
    let (before, started) = (server.memory_mib()?, Instant::now());
    let body = loop {
        let (answer, body) = connection.get_as("/v1/creators?limit=1", headers)?;
        match answer.status {
            200 => break body,
            503 => std::thread::sleep(Duration::from_millis(100)),
            status => anyhow::bail!("HTTP {status}: {body}"),
        }
    };
    let (took, memory) = (started.elapsed(), server.memory_mib()? - before);
    let (total, seconds) = (field(&body, "total").context("no total")?, took.as_secs_f64());
    println!("gathered in {seconds:.1} s, {memory} MiB more memory; {total} creators have a CPM for 21-60 s");
    Ok(took)
}

/// Asks for the first pages of a question.
fn ask(connection: &mut Connection, headers: &str, question: &str, times_ms: &mut Vec<f64>) -> anyhow::Result<()> {
    let mut cursor = String::new();
    for _ in 0..PAGES {
        let started = Instant::now();
        let (answer, body) = connection.get_as(&format!("/v1/creators?limit=100&{question}{cursor}"), headers)?;
        times_ms.push(started.elapsed().as_secs_f64() * 1e3);
        ensure!(answer.status == 200, "HTTP {}: {body}", answer.status);
        match field(&body, "next") {
            Some(next) if next != "null" => cursor = format!("&cursor={}", next.trim_matches('"')),
            _ => break,
        }
    }
    Ok(())
}

/// Every order under filters of every kind.
fn questions() -> Vec<String> {
    let filters = [
        "",
        "&category=%E7%BE%8E%E5%A6%86",
        "&category=nothing",
        "&minFollowers=100000&maxPriceYuan=10000",
        "&category=%E7%BE%8E%E5%A6%86&minFollowers=1000000&maxCpmYuan=30&minViews=50000&minHotBp=500",
        "&prefix=73",
        "&prefix=%E8%BE%BE%E4%BA%BA77",
    ];
    let figures = ["cpm", "cpe", "price", "views", "interactions", "hot", "followers"];
    let orders = figures.iter().flat_map(|by| ["asc", "desc"].map(|order| format!("by={by}&order={order}")));
    orders.flat_map(|order| filters.map(|filter| format!("{order}{filter}"))).collect()
}

/// The text of a field of the outermost object, which has no comma in it.
fn field<'b>(body: &'b str, name: &str) -> Option<&'b str> {
    let (_, value) = body.rsplit_once(&format!("\"{name}\":"))?;
    value.split([',', '}']).next()
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn fields_are_read_to_their_end() {
        let body = r#"{"creators":[{"name":"x"}],"next":"1.cpm.60.asc.2.x","total":12}"#;
        assert_eq!((field(body, "next"), field(body, "total")), (Some("\"1.cpm.60.asc.2.x\""), Some("12")));
        assert_eq!(field(body, "edition"), None);
    }
}
