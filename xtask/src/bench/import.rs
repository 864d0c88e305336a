//! `cargo xtask bench import`: millions of posts from Parquet to stored snapshots, against DuckDB and Polars computing only
//! the figures, and against the plain decode of the same columns. All take turns, so that what else the machine does hits
//! each; a ratio is the median of the rounds' own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::{median, ratio};
use crate::args::Args;
use crate::process::{cargo, command as program, run};
use crate::{setup, workspace};

const HELP: &str = "\
Usage: cargo xtask bench import [OPTION]...

Builds the release binary, makes a marketplace as Parquet (kept for the next time), and reads it on two threads: decoded
only, imported dry, imported durably into a fresh data directory, and its figures computed by DuckDB and by Polars.

  --creators N  Creators (default 500000)
  --posts N     Posts (default 20000000)
  --rounds N    Rounds, of which the median counts (default 5)";

const THREADS: &str = "2";

/// What takes turns, in the order of the table.
const CONTENDERS: [&str; 5] =
    ["plain decode", "import --dry-run", "whole import", "DuckDB, figures", "Polars, figures"];
const DECODE: usize = 0;
const DRY_RUN: usize = 1;
const WHOLE: usize = 2;
const DUCKDB: usize = 3;
const POLARS: usize = 4;

/// One turn.
#[derive(Clone, Copy)]
struct Turn {
    seconds: f64,
    peak_gib: f64,
}

struct Options {
    creators: u64,
    posts: u64,
    rounds: usize,
}

/// Everything a round needs.
struct Bench {
    release: PathBuf,
    python: PathBuf,
    posts_file: PathBuf,
    /// For what is made in a round and not kept.
    scratch: PathBuf,
    /// Of the creators, those whose id it divides are compared.
    modulus: u64,
}

/// Runs the command.
pub(super) fn command(mut args: Args) -> anyhow::Result<ExitCode> {
    if let Some(done) = args.help(HELP) {
        return Ok(done);
    }
    let options = Options {
        creators: args.value("--creators")?.unwrap_or(500_000),
        posts: args.value("--posts")?.unwrap_or(20_000_000),
        rounds: args.value("--rounds")?.unwrap_or(5),
    };
    args.finish()?;
    let bench = Bench::prepare(&options)?;
    let mut rounds = Vec::new();
    for number in 1..=options.rounds {
        println!("round {number} of {}", options.rounds);
        rounds.push(bench.round()?);
    }
    bench.compare()?;
    print_table(&rounds);
    close(&rounds);
    fs::remove_dir_all(&bench.scratch).context("removing what the rounds made")?;
    Ok(ExitCode::SUCCESS)
}

impl Bench {
    /// Builds, installs the peers and makes the posts, each only where it is not there.
    fn prepare(options: &Options) -> anyhow::Result<Self> {
        let python = setup::python_with_import_peers()?;
        run(&mut cargo(["build", "--release", "--locked", "-p", "astrolabe", "--bin", "astrolabe"]))?;
        run(&mut cargo(["build", "--release", "--locked", "-p", "import", "--example", "read_parquet"]))?;
        let release = workspace::target_dir().join("release");
        let dir = workspace::target_dir().join("bench-import");
        let posts = dir.join(format!("{}-creators-{}-posts", options.creators, options.posts));
        let posts_file = posts.join("posts.parquet");
        if !posts_file.exists() {
            let (creators, count) = (options.creators.to_string(), options.posts.to_string());
            let mut synth = program(release.join("astrolabe"));
            synth.args(["synth", "--creators", &creators, "--posts", &count, "--format", "parquet", "--out"]);
            run(synth.arg(&posts))?;
        }
        let scratch = dir.join("scratch");
        fs::create_dir_all(&scratch)?;
        // About three hundred creators, whatever there are.
        let modulus = (options.creators / 300).max(1);
        Ok(Self { release, python, posts_file, scratch, modulus })
    }

    /// A turn of each.
    fn round(&self) -> anyhow::Result<[Turn; CONTENDERS.len()]> {
        let mut decode = program(self.release.join("examples/read_parquet"));
        let decode = timed(decode.arg("decode").arg(&self.posts_file).arg(THREADS))?;
        let duckdb = self.peer("duckdb")?;
        let dry_run = timed(self.import(&self.scratch.join("dry")).arg("--dry-run"))?;
        let polars = self.peer("polars")?;
        let data = self.scratch.join("whole");
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        let whole = timed(&mut self.import(&data))?;
        Ok([decode, dry_run, whole, duckdb, polars])
    }

    fn import(&self, data: &Path) -> Command {
        let mut import = program(self.release.join("astrolabe"));
        // What the peers compute.
        import.env("ASTROLABE_ESTIMATE__METHOD", "median-10");
        import.arg("import").arg(&self.posts_file).args(["--threads", THREADS, "--data"]).arg(data);
        import
    }

    /// A peer's turn, by its own clock: what starting Python and loading the engine takes is not counted.
    fn peer(&self, name: &str) -> anyhow::Result<Turn> {
        let told = self.told_by(name);
        let mut peer = program(&self.python);
        peer.arg(format!("bench/import/{name}_figures.py")).arg(&self.posts_file);
        peer.args([THREADS, &self.modulus.to_string()]).stdout(fs::File::create(&told)?);
        let turn = timed(&mut peer)?;
        let told = fs::read_to_string(&told)?;
        Ok(Turn { seconds: seconds_in(&told).with_context(|| format!("{name} told no seconds: {told}"))?, ..turn })
    }

    fn told_by(&self, peer: &str) -> PathBuf {
        self.scratch.join(format!("{peer}.json"))
    }

    /// What the last round's peers told against what its whole import stored.
    fn compare(&self) -> anyhow::Result<()> {
        let mut compare = program(&self.python);
        compare.arg("bench/import/compare.py").arg(self.release.join("astrolabe")).arg(self.scratch.join("whole"));
        run(compare.args([self.told_by("duckdb"), self.told_by("polars")])).context("the figures differ")
    }
}

/// The number behind `"seconds": ` in a peer's JSON.
fn seconds_in(told: &str) -> Option<f64> {
    told.split_once("\"seconds\": ")?.1.split([',', '}']).next()?.parse().ok()
}

/// Runs to the end, and measures the time it took and the most memory it held.
fn timed(command: &mut Command) -> anyhow::Result<Turn> {
    command.stdin(Stdio::null());
    let started = Instant::now();
    let mut child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
    let status_file = format!("/proc/{}/status", child.id());
    let watch = thread::spawn(move || {
        let mut peak_kib = 0.0;
        // The system keeps the maximum, so only what is reached in the last moments can be missed.
        while let Some(kib) = fs::read_to_string(&status_file).ok().and_then(|status| peak_kib_in(&status)) {
            peak_kib = kib;
            thread::sleep(Duration::from_millis(10));
        }
        peak_kib
    });
    let status = child.wait()?;
    let seconds = started.elapsed().as_secs_f64();
    let peak_kib = watch.join().unwrap_or_default();
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(Turn { seconds, peak_gib: peak_kib / f64::from(1 << 20) })
}

/// The line `VmHWM:  123 kB`, which is gone once the process has ended.
fn peak_kib_in(status: &str) -> Option<f64> {
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn print_table(rounds: &[[Turn; CONTENDERS.len()]]) {
    println!("\n| contender | seconds | × plain decode | peak memory, GiB |\n|---|--:|--:|--:|");
    for (at, name) in CONTENDERS.iter().enumerate() {
        let seconds = median(rounds.iter().map(|round| round[at].seconds));
        let times = median(rounds.iter().map(|round| round[at].seconds / round[DECODE].seconds));
        let peak = rounds.iter().map(|round| round[at].peak_gib).fold(0.0, f64::max);
        println!("| {name} | {seconds:.2} | {times:.2} | {peak:.2} |");
    }
}

/// The closing lines.
fn close(rounds: &[[Turn; CONTENDERS.len()]]) {
    let of = |a: usize, b: usize| median(rounds.iter().map(|round| round[a].seconds / round[b].seconds));
    let peak = rounds.iter().flat_map(|round| [round[DRY_RUN].peak_gib, round[WHOLE].peak_gib]).fold(0.0, f64::max);
    println!(
        "\nMedians of {} rounds; the peers' at least, the decode's and the memory at most the goal:",
        rounds.len()
    );
    ratio("import-duckdb/dry-run", of(DUCKDB, DRY_RUN), 6.0);
    ratio("import-polars/dry-run", of(POLARS, DRY_RUN), 4.0);
    ratio("import-dry-run/decode", of(DRY_RUN, DECODE), 2.5);
    ratio("import-duckdb/whole-import", of(DUCKDB, WHOLE), 1.0);
    ratio("import-peak-memory-gib", peak, 4.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_in_what_others_print() {
        assert_eq!(seconds_in("{\"seconds\": 7.25, \"groups\": 3}"), Some(7.25));
        assert_eq!(seconds_in("{}"), None);
        assert_eq!(peak_kib_in("Name:\tx\nVmHWM:\t  2048 kB\nVmRSS:\t1 kB\n"), Some(2048.0));
    }
}
