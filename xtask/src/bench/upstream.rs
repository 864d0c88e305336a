//! `cargo xtask bench upstream`: answers bought from a stand-in upstream, and what a bought one costs when it is asked for
//! again.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::held::{Held, PATH};
use super::place::Place;
use super::server::{self, Connection, Server, free_port};
use super::turns::{self, Contender, Plan};
use super::{median, ratio};
use crate::args::Args;
use crate::process::command as program;
use crate::{setup, workspace};

const HELP: &str = "\
Usage: cargo xtask bench upstream [OPTION]...

Builds the release binary, puts it before `astrolabe upstream simulate`, and buys one answer for each of many creators, with
as many callers as there may be calls in flight: callers who begin one after the other, evenly over the stand-in's latency, and
callers who all begin at once. The same callers ask the stand-in directly for comparison, and each round looks how long the disk takes to
keep what is written, which an answer that is paid for waits for twice. Then asks for what was bought again, against imported
data of the same server.

  --creators N  Creators bought (default 1000)
  --callers N   Callers, and calls in flight at most (default 64)
  --latency N   How long the stand-in takes, in milliseconds (default 50)
  --rounds N    Rounds, of which the median counts (default 3)";

/// Answers per second, as a part of what the calls in flight and the latency allow.
const GOAL_THROUGHPUT: f64 = 0.95;
/// What an answer takes beyond the stand-in's own time, in milliseconds.
const GOAL_P50_MS: f64 = 1.0;
const GOAL_P99_MS: f64 = 5.0;
/// CPU time of a bought answer asked for again, as a multiple of an imported one's.
const GOAL_CACHED: f64 = 1.2;

/// The token of the stand-in: no secret.
const TOKEN: &str = "simulated";

/// How callers begin. Each asks its next question when it has its answer, and the stand-in takes as long for each: callers who begin
/// together stay in step, which independent ones are not.
#[derive(Clone, Copy)]
enum Begin {
    /// One after the other, evenly over the stand-in's latency.
    Evenly,
    /// All at once.
    InStep,
}

impl Begin {
    /// In front of the names of its figures.
    fn prefix(self) -> &'static str {
        match self {
            Self::Evenly => "upstream",
            Self::InStep => "upstream-in-step",
        }
    }
}

/// What is bought, by whom, and how long it takes.
#[derive(Clone, Copy)]
struct Purchase {
    creators: usize,
    callers: usize,
    latency_ms: u64,
}

impl Purchase {
    /// Answers per second that the calls in flight and the latency allow.
    fn per_s_max(self, begin: Begin) -> f64 {
        let rounds = match begin {
            // The last question begins when as many calls have ended as there were before it, less those in flight.
            Begin::Evenly => (self.creators - 1) as f64 / self.callers as f64 + 1.0,
            // The last creators are as many rounds away as it takes to ask about all of them, so many at once.
            Begin::InStep => self.creators.div_ceil(self.callers) as f64,
        };
        self.creators as f64 * 1000.0 / (rounds * self.latency_ms as f64)
    }

    /// How long after the start a caller begins.
    fn begins_after(self, begin: Begin, caller: usize) -> Duration {
        match begin {
            Begin::Evenly => Duration::from_millis(self.latency_ms).mul_f64(caller as f64 / self.callers as f64),
            Begin::InStep => Duration::ZERO,
        }
    }
}

/// What the rounds of callers who begin in one way came to.
#[derive(Default)]
struct Rounds {
    throughput: Vec<f64>,
    p50_ms: Vec<f64>,
    p99_ms: Vec<f64>,
}

impl Rounds {
    fn add(&mut self, bought: &Told, direct: &Told, per_s_max: f64) {
        self.throughput.push(bought.per_s / per_s_max);
        self.p50_ms.push(bought.p50_ms - direct.p50_ms);
        self.p99_ms.push(bought.p99_ms - direct.p50_ms);
    }

    fn print(self, prefix: &str) {
        ratio(&format!("{prefix}-throughput"), median(self.throughput), GOAL_THROUGHPUT);
        ratio(&format!("{prefix}-overhead-p50-ms"), median(self.p50_ms), GOAL_P50_MS);
        ratio(&format!("{prefix}-overhead-p99-ms"), median(self.p99_ms), GOAL_P99_MS);
    }
}

/// Runs the command.
pub(super) fn command(mut args: Args) -> anyhow::Result<ExitCode> {
    if let Some(done) = args.help(HELP) {
        return Ok(done);
    }
    let purchase = Purchase {
        creators: args.value("--creators")?.unwrap_or(1000),
        callers: args.value("--callers")?.unwrap_or(64),
        latency_ms: args.value("--latency")?.unwrap_or(50),
    };
    let rounds: usize = args.value("--rounds")?.unwrap_or(3);
    args.finish()?;
    setup::program("wrk", "wrk")?;
    let binaries = server::build()?;
    let dir = workspace::target_dir().join("bench/upstream");
    let held = Held::make(&binaries, &dir, 2_000)?;
    let simulator = simulate(&binaries, purchase.latency_ms)?;
    configure(&held.place, &simulator, purchase.callers)?;
    let ours = held.place.serve()?;
    held.warm_up(&ours)?;

    println!("\n| round | callers begin | asked | answers/s | p50, ms | p99, ms |\n|--:|---|---|--:|--:|--:|");
    let ways = [(Begin::Evenly, "evenly"), (Begin::InStep, "at once")];
    let mut told: [Rounds; 2] = Default::default();
    for round in 0..rounds {
        print_row(round, "–", "a sync of the disk", &syncs(&dir)?);
        for (at, (begin, name)) in ways.into_iter().enumerate() {
            // Each time creators of its own are bought, and the directly asked ones are the same.
            let first = 9_000_000_000_000_000 + ((round * ways.len() + at) * purchase.creators) as u64;
            let direct = buy(&simulator, TOKEN, purchase, begin, first)?;
            let bought = buy(&ours, &held.token, purchase, begin, first)?;
            print_row(round, name, "the stand-in", &direct);
            print_row(round, name, "astrolabe", &bought);
            told[at].add(&bought, &direct, purchase.per_s_max(begin));
        }
    }
    let cached = cached(&held, &ours, purchase, rounds)?;
    println!("\nMedians of {rounds} rounds; throughput at least, the rest at most the goal:");
    for (told, (begin, _)) in told.into_iter().zip(ways) {
        told.print(begin.prefix());
    }
    ratio("upstream-cached-cpu", cached, GOAL_CACHED);
    Ok(ExitCode::SUCCESS)
}

/// Starts the stand-in.
fn simulate(binaries: &Path, latency_ms: u64) -> anyhow::Result<Server> {
    let port = free_port()?;
    let mut simulate = program(binaries.join("astrolabe"));
    simulate.args(["upstream", "simulate", "--token", TOKEN, "--listen", &format!("127.0.0.1:{port}")]);
    simulate.args(["--latency-ms", &latency_ms.to_string()]);
    Server::start(simulate.stdout(Stdio::null()).stderr(Stdio::null()), port)
}

/// Puts the stand-in behind the server.
fn configure(place: &Place, simulator: &Server, concurrency: usize) -> anyhow::Result<()> {
    let token = place.data.join("upstream.token");
    fs::write(&token, TOKEN)?;
    let config = format!(
        "[answer]\nsources = [\"local\", \"cache\", \"upstream\"]\n\n[[upstreams]]\nname = \"stand-in\"\nbase_url = \"{}\"\n\
         token_file = {:?}\nprice_yuan = \"0.05\"\nconcurrency = {concurrency}\n",
        simulator.url, token
    );
    Ok(fs::write(place.data.join("astrolabe.toml"), config)?)
}

/// What doing something many times took.
struct Told {
    per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
}

impl Told {
    fn new(mut took: Vec<Duration>, in_all: Duration) -> Self {
        let per_s = took.len() as f64 / in_all.as_secs_f64();
        took.sort_unstable();
        let at = |part: f64| took[((took.len() - 1) as f64 * part) as usize].as_secs_f64() * 1000.0;
        Self { per_s, p50_ms: at(0.5), p99_ms: at(0.99) }
    }
}

fn print_row(round: usize, begin: &str, asked: &str, told: &Told) {
    println!("| {round} | {begin} | {asked} | {:.0} | {:.2} | {:.2} |", told.per_s, told.p50_ms, told.p99_ms);
}

/// Writes as much as a charge does into a file that has its length, and waits for the disk, as often as a purchase begins.
fn syncs(dir: &Path) -> anyhow::Result<Told> {
    const WRITES: usize = 1000;
    const PAUSE: Duration = Duration::from_micros(400);
    let written = [1; 6 << 10];
    let path = dir.join("synced");
    let mut file = File::create(&path)?;
    file.write_all(&written.repeat(WRITES))?;
    file.sync_all()?;
    file.seek(SeekFrom::Start(0))?;
    let began = Instant::now();
    let mut took = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        let began = Instant::now();
        file.write_all(&written)?;
        file.sync_data()?;
        took.push(began.elapsed());
        std::thread::sleep(PAUSE);
    }
    let told = Told::new(took, began.elapsed());
    fs::remove_file(path)?;
    Ok(told)
}

/// Asks once about each creator from the number `first` on, with every caller on a connection of its own.
fn buy(server: &Server, token: &str, purchase: Purchase, begin: Begin, first: u64) -> anyhow::Result<Told> {
    let next = AtomicUsize::new(0);
    let caller = |number: usize| -> anyhow::Result<Vec<Duration>> {
        let mut connection = Connection::open(server)?;
        std::thread::sleep(purchase.begins_after(begin, number));
        let mut took = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= purchase.creators {
                return Ok(took);
            }
            let id = first + at as u64;
            let target = format!("{PATH}?token={token}&oAuthorId={id}&platform=SHORT_VIDEO");
            let began = Instant::now();
            let answer = connection.get(&target)?;
            ensure!(answer.status == 200, "creator {id} was answered with HTTP {}", answer.status);
            took.push(began.elapsed());
        }
    };
    let caller = &caller;
    let began = Instant::now();
    let took = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..purchase.callers).map(|number| scope.spawn(move || caller(number))).collect();
        let mut took = Vec::new();
        for caller in callers {
            took.extend(caller.join().ok().context("a caller panicked")??);
        }
        anyhow::Ok(took)
    })?;
    Ok(Told::new(took, began.elapsed()))
}

/// The CPU time of what was bought, asked for again, as a multiple of that of imported data.
fn cached(held: &Held, server: &Server, purchase: Purchase, rounds: usize) -> anyhow::Result<f64> {
    let ids: PathBuf = held.ids.with_extension("bought");
    let text: String = (0..purchase.creators).map(|at| format!("{}\n", 9_000_000_000_000_000 + at as u64)).collect();
    fs::write(&ids, text)?;
    let token = held.token.as_str();
    let contenders = [
        Contender { name: "imported", server, ids: &held.ids, token, way: "header" },
        Contender { name: "bought before", server, ids: &ids, token, way: "header" },
    ];
    let rounds = turns::take_turns(&contenders, Plan { rounds, seconds: 2 }, 64)?;
    turns::print_head();
    turns::print_rows(64, &contenders, &rounds);
    Ok(turns::median_ratio(&rounds, 1, 0, |sample| sample.cpu_us))
}
