//! `cargo xtask bench meter`: the endpoint while every answer is durably charged, against a server that does nothing,
//! against a meter that a team writes itself, against PostgreSQL's own benchmark, and against itself with longer books.

mod growth;
mod peers;
mod postgres;

use std::path::PathBuf;
use std::process::ExitCode;

use self::peers::Diy;
use super::held::Held;
use super::payer::{Asked, Books, Payer};
use super::server::{self, Answer, Server};
use super::turns::{self, Contender, Plan};
use super::{median, ratio};
use crate::args::Args;
use crate::{setup, workspace};

const HELP: &str = "\
Usage: cargo xtask bench meter [OPTION]...

Builds the release binary, makes a marketplace, imports it, sets a price, and asks with the token of an account that pays;
on SQLite, and on PostgreSQL where there is a server. After each part the books must hold every answer that was seen.

  --creators N  Creators held (default 20000)
  --rounds N    Rounds, of which the median counts (default 5)
  --seconds N   Length of each measurement (default 3)
  --quick       Books with 100 thousand past calls in place of ten million";

const CONNECTIONS: u32 = 256;

/// How long a server runs in before it is measured.
const RUN_IN_SECONDS: u32 = 2;

/// The endpoint's requests/s while charging, as a part of bare hyper's.
const GOAL_REQUESTS: f64 = 0.60;
const GOAL_P99_MS: f64 = 10.0;
/// Its requests/s, as a multiple of the do-it-yourself meter's.
const GOAL_DIY: f64 = 20.0;
/// Its requests/s on PostgreSQL, as a multiple of pgbench's transactions/s.
const GOAL_PGBENCH: f64 = 5.0;
/// CPU time per call over many past calls, as a multiple of that over few.
const GOAL_GROWTH: f64 = 1.10;

struct Bench {
    plan: Plan,
    /// Where all is made.
    dir: PathBuf,
    held: Held,
    /// An answer, for its size.
    answer: Answer,
    /// Pays at `held`.
    payer: Payer,
    /// The closing lines.
    closing: Vec<(&'static str, f64, f64)>,
}

/// Runs the command.
pub(super) fn command(mut args: Args) -> anyhow::Result<ExitCode> {
    if let Some(done) = args.help(HELP) {
        return Ok(done);
    }
    let creators = args.value("--creators")?.unwrap_or(20_000);
    let plan = Plan { rounds: args.value("--rounds")?.unwrap_or(5), seconds: args.value("--seconds")?.unwrap_or(3) };
    let many_calls = if args.flag("--quick") { 100_000 } else { 10_000_000 };
    args.finish()?;
    let mut bench = Bench::prepare(creators, plan)?;
    let database = setup::postgres();
    // Copies are made of it, so this comes before anything is charged.
    let books = bench.payer.copy_to(bench.dir.join("books"))?;
    bench.on_sqlite(database.as_deref().ok())?;
    match &database {
        Ok(database) => bench.on_postgres(database)?,
        Err(error) => println!("left out: do it yourself, PostgreSQL: {error:#}"),
    }
    let growth = growth::measure(&books, &bench.dir, &bench.held.ids, many_calls, plan)?;
    bench.closing.push(("meter-growth-calls", growth, GOAL_GROWTH));
    println!("\nMedians of {} rounds; requests/s at least, p99 and growth at most the goal:", plan.rounds);
    for (name, value, goal) in bench.closing {
        ratio(name, value, goal);
    }
    Ok(ExitCode::SUCCESS)
}

impl Bench {
    fn prepare(creators: u64, plan: Plan) -> anyhow::Result<Self> {
        setup::program("wrk", "wrk")?;
        let binaries = server::build()?;
        let dir = workspace::target_dir().join("bench/meter");
        let held = Held::make(&binaries, &dir, creators)?;
        // While answers are free, so that this waits for no commit each time.
        let free = held.place.serve()?;
        let answer = held.warm_up(&free)?;
        drop(free);
        println!("an answer is {} bytes of head and {} of body", answer.head_bytes, answer.body_bytes);
        let payer = Payer::make(held.place.clone())?;
        Ok(Self { plan, dir, held, answer, payer, closing: Vec::new() })
    }

    /// Charging on SQLite, between the server that does nothing and the meter a team writes itself.
    fn on_sqlite(&mut self, database: Option<&str>) -> anyhow::Result<()> {
        let before = Books::read(&self.payer.place)?;
        let (ours, body_bytes) = (self.payer.place.serve()?, self.answer.body_bytes);
        let bare = Server::bare(&self.held.place.binaries, body_bytes)?;
        let diy = database.map(|database| Diy::start(database, &self.payer.token, body_bytes)).transpose()?;
        let contender = |name, server| {
            let (ids, token) = (self.held.ids.as_path(), self.payer.token.as_str());
            Contender { name, server, ids, token, way: "header" }
        };
        let mut contenders = vec![contender("bare hyper", &bare), contender("astrolabe, charging, SQLite", &ours)];
        contenders.extend(diy.as_ref().map(|diy| contender("do it yourself: FastAPI, PostgreSQL", &diy.server)));
        let run_in = contenders.iter().map(|contender| contender.turn(CONNECTIONS, RUN_IN_SECONDS));
        let run_in: Vec<_> = run_in.collect::<anyhow::Result<_>>()?;
        let rounds = turns::take_turns(&contenders, self.plan, CONNECTIONS)?;
        turns::print_head();
        turns::print_rows(CONNECTIONS, &contenders, &rounds);
        let asked = |at: usize| {
            let mut asked = Asked::default();
            rounds.iter().chain([&run_in]).for_each(|round| asked.count(CONNECTIONS, &round[at]));
            asked
        };
        let requests = |other| turns::median_ratio(&rounds, 1, other, |sample| sample.measured.requests_per_s);
        self.closing.push(("meter-requests-256", requests(0), GOAL_REQUESTS));
        let p99_ms = median(rounds.iter().map(|round| round[1].measured.p99_ms));
        self.closing.push(("meter-p99-ms-256", p99_ms, GOAL_P99_MS));
        if diy.is_some() {
            self.closing.push(("meter-diy", requests(2), GOAL_DIY));
        }
        // Killed, not asked to end: what it answered is in the books already.
        drop(ours);
        before.check(&self.payer.place, &asked(1))?;
        diy.map_or(Ok(()), |diy| diy.finish(&asked(2)))
    }

    /// Charging on PostgreSQL, against its own benchmark.
    fn on_postgres(&mut self, database: &str) -> anyhow::Result<()> {
        if !self.payer.place.run(&["serve", "--help"])?.contains("--database") {
            println!("left out: PostgreSQL: `astrolabe serve` has no --database");
            return Ok(());
        }
        let ratios = postgres::measure(&self.held, &self.dir, database, self.plan)?;
        self.closing.extend(ratios.map(|(name, ratio)| (name, ratio, GOAL_PGBENCH)));
        Ok(())
    }
}
