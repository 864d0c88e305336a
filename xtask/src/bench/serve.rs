//! `cargo xtask bench serve`: the endpoint over many creators against a bare hyper server with a fixed body of the same
//! size. The two take turns, so that what else the machine does hits both, and each round gives its own ratio.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use super::wrk::{self, Load, Measured};
use super::{median, ratio};
use crate::args::Args;
use crate::process::{cargo, command as program, output, run};
use crate::{setup, workspace};

const HELP: &str = "\
Usage: cargo xtask bench serve [OPTION]...

Builds the release binary, makes a marketplace, imports it into a data directory of its own, and asks about one creator
after another; the token goes in the query as the contract's clients send it, then in the header.

  --creators N     Creators held (default 100000)
  --rounds N       Rounds, of which the median counts (default 5)
  --seconds N      Length of each measurement (default 3)
  --connections N  Only this many connections (default: 64, then 256)";

const PATH: &str = "/api/douyin-xingtu/gw/api/data_sp/author_cp_info/v1";

/// The endpoint's requests/s, as a part of bare hyper's.
const GOAL_REQUESTS: f64 = 0.90;
/// The endpoint's CPU time per request, as a multiple of bare hyper's.
const GOAL_CPU: f64 = 1.3;

const START_PATIENCE: Duration = Duration::from_secs(60);

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
    let answer = held.answer(&ours)?;
    println!("an answer of {} bytes in all, {} of them the body", answer.bytes, answer.body_bytes);
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

/// A data directory filled for the benchmark.
struct Held {
    data: PathBuf,
    ids: PathBuf,
    token: String,
}

impl Held {
    fn make(binaries: &Path, creators: u64) -> anyhow::Result<Self> {
        let dir = workspace::target_dir().join("bench/serve");
        // What an earlier release left may have another form.
        let _ = fs::remove_dir_all(&dir);
        let (market, data, ids) = (dir.join("market"), dir.join("data"), dir.join("ids"));
        fs::create_dir_all(&market).with_context(|| market.display().to_string())?;
        let astrolabe = |args: &[&str], last: &Path| output(program(binaries.join("astrolabe")).args(args).arg(last));
        let (creators, posts) = (creators.to_string(), (creators * 12).to_string());
        println!("making {creators} creators with {posts} posts, and importing them");
        let size = ["--creators", &creators, "--posts", &posts];
        astrolabe(&[&["synth", "--seed", "1", "--format", "csv"][..], &size, &["--out"]].concat(), &market)?;
        for file in ["posts.csv", "rate_cards.csv"] {
            let file = market.join(file);
            astrolabe(&["import", &file.to_string_lossy(), "--data"], &data)?;
        }
        write_ids(&market.join("posts.csv"), &ids)?;
        astrolabe(&["account", "create", "bench", "--data"], &data)?;
        let token = astrolabe(&["token", "create", "bench", "--data"], &data)?.trim().to_owned();
        Ok(Self { data, ids, token })
    }

    fn serve(&self, binaries: &Path) -> anyhow::Result<Server> {
        let port = free_port()?;
        let mut serve = program(binaries.join("astrolabe"));
        serve.args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"]).arg(&self.data);
        Server::start(serve.stdout(Stdio::null()).stderr(Stdio::null()), port)
    }

    /// One answer, to know its size; the first creator's.
    fn answer(&self, server: &Server) -> anyhow::Result<Answer> {
        let ids = fs::read_to_string(&self.ids)?;
        let id = ids.lines().next().context("no creators")?;
        let mut stream = TcpStream::connect(server.address())?;
        let target = format!("{PATH}?token={}&oAuthorId={id}&platform=SHORT_VIDEO", self.token);
        write!(stream, "GET {target} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        ensure!(text.starts_with("HTTP/1.1 200 "), "the endpoint answers: {text}");
        let (_, body) = text.split_once("\r\n\r\n").context("an answer without a body")?;
        Ok(Answer { bytes: text.len(), body_bytes: body.len() })
    }
}

struct Answer {
    bytes: usize,
    body_bytes: usize,
}

/// Writes the ids of the creators of short videos, each once, in the order of their first post.
fn write_ids(posts: &Path, ids: &Path) -> anyhow::Result<()> {
    let mut seen = std::collections::HashSet::new();
    let mut out = std::io::BufWriter::new(fs::File::create(ids)?);
    for line in BufReader::new(fs::File::open(posts)?).lines().skip(1) {
        let line = line?;
        let mut fields = line.split(',').skip(1);
        let (Some(author), Some("SHORT_VIDEO")) = (fields.next(), fields.next()) else { continue };
        if seen.insert(author.to_owned()) {
            writeln!(out, "{author}")?;
        }
    }
    println!("{} creators of short videos", seen.len());
    Ok(out.flush()?)
}

/// A server process, ended when dropped.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn bare(binaries: &Path, body_bytes: usize) -> anyhow::Result<Self> {
        let mut bare = program(binaries.join("examples/bare-hyper"));
        let mut child = bare.arg(body_bytes.to_string()).stdout(Stdio::piped()).spawn()?;
        let mut port = String::new();
        BufReader::new(child.stdout.take().context("no stdout")?).read_line(&mut port)?;
        Ok(Self { child, url: format!("http://127.0.0.1:{}", port.trim()) })
    }

    fn start(serve: &mut Command, port: u16) -> anyhow::Result<Self> {
        let child = serve.spawn().with_context(|| format!("{serve:?}"))?;
        let mut server = Self { child, url: format!("http://127.0.0.1:{port}") };
        let started = Instant::now();
        while TcpStream::connect(server.address()).is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended with {status}");
            }
            ensure!(started.elapsed() < START_PATIENCE, "the server does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// CPU time used so far, in user and system mode, in seconds.
    fn cpu_s(&self) -> anyhow::Result<f64> {
        // Linux counts in hundredths of a second towards user space, whatever its own clock.
        const TICKS_PER_S: f64 = 100.0;
        let stat =
            fs::read_to_string(format!("/proc/{}/stat", self.child.id())).context("reading CPU time needs Linux")?;
        // The second field is the name, in parentheses, and may hold spaces.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).context("unreadable stat");
        Ok((ticks(11)? + ticks(12)?) / TICKS_PER_S)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
