//! A server under measurement: its process, what it costs, and one connection to ask it politely.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use crate::process::{cargo, command as program, run};
use crate::workspace;

const START_PATIENCE: Duration = Duration::from_secs(60);

/// Builds what `bench serve` and `bench meter` start; the folder of the release binaries.
pub(super) fn build() -> anyhow::Result<PathBuf> {
    let what = ["-p", "astrolabe", "--bin", "astrolabe", "-p", "xtask", "--example", "bare-hyper"];
    run(cargo(["build", "--release", "--locked"]).args(what))?;
    Ok(workspace::target_dir().join("release"))
}

/// A server process, ended when dropped.
pub(super) struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub(super) url: String,
}

impl Server {
    /// The server of `bench/serve/bare_hyper.rs`.
    pub(super) fn bare(binaries: &Path, body_bytes: usize) -> anyhow::Result<Self> {
        let mut bare = program(binaries.join("examples/bare-hyper"));
        let mut child = bare.arg(body_bytes.to_string()).stdout(Stdio::piped()).spawn()?;
        let mut port = String::new();
        BufReader::new(child.stdout.take().context("no stdout")?).read_line(&mut port)?;
        Ok(Self { child, url: format!("http://127.0.0.1:{}", port.trim()) })
    }

    /// Starts a server that listens on `port`, and waits until it does.
    pub(super) fn start(serve: &mut Command, port: u16) -> anyhow::Result<Self> {
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

    /// The memory it takes now, in MiB.
    pub(super) fn memory_mib(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
        Ok(kib.context("reading memory needs Linux")?.trim().parse::<u64>()? / 1024)
    }

    fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// CPU time used so far, in user and system mode, in seconds; that of the processes it started too.
    pub(super) fn cpu_s(&self) -> anyhow::Result<f64> {
        let own = self.child.id().to_string();
        let started = fs::read_to_string(format!("/proc/{own}/task/{own}/children"));
        let started = started.context("reading CPU time needs Linux")?;
        std::iter::once(own.as_str()).chain(started.split_whitespace()).map(cpu_s_of).sum()
    }
}

fn cpu_s_of(process: &str) -> anyhow::Result<f64> {
    // Linux counts in hundredths of a second towards user space, whatever its own clock.
    const TICKS_PER_S: f64 = 100.0;
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).context("reading CPU time needs Linux")?;
    // The second field is the name, in parentheses, and may hold spaces.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).context("unreadable stat");
    Ok((ticks(11)? + ticks(12)?) / TICKS_PER_S)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on.
pub(super) fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// One connection, kept alive.
pub(super) struct Connection(BufReader<TcpStream>);

/// An answer's status and sizes.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head_bytes: usize,
    pub(super) body_bytes: usize,
}

impl Connection {
    /// Connects to a server.
    pub(super) fn open(server: &Server) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(server.address())?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Asks with GET and reads the answer to its end.
    pub(super) fn get(&mut self, target: &str) -> anyhow::Result<Answer> {
        self.get_as(target, "").map(|(answer, _)| answer)
    }

    /// As [`Connection::get`], with more headers, each ended by a line break; gives the body too.
    pub(super) fn get_as(&mut self, target: &str, headers: &str) -> anyhow::Result<(Answer, String)> {
        self.ask(&format!("GET {target} HTTP/1.1\r\nHost: bench\r\n{headers}\r\n"))
    }

    /// As [`Connection::get_as`], with POST and a body of JSON.
    pub(super) fn post(&mut self, target: &str, headers: &str, json: &str) -> anyhow::Result<(Answer, String)> {
        let headers = format!("{headers}Content-Type: application/json\r\nContent-Length: {}\r\n", json.len());
        self.ask(&format!("POST {target} HTTP/1.1\r\nHost: bench\r\n{headers}\r\n{json}"))
    }

    fn ask(&mut self, request: &str) -> anyhow::Result<(Answer, String)> {
        self.0.get_mut().write_all(request.as_bytes())?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            self.line(&mut head)?;
        }
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
        let header = |wanted: &str| {
            let mut headers = head.lines().filter_map(|line| line.split_once(": "));
            headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
        };
        let body = match header("content-length") {
            Some(length) => self.bytes(length.parse()?)?,
            None => self.chunks().context("neither a length nor chunks")?,
        };
        Ok((Answer { status, head_bytes: head.len(), body_bytes: body.len() }, String::from_utf8(body)?))
    }

    fn line(&mut self, line: &mut String) -> anyhow::Result<()> {
        ensure!(self.0.read_line(line)? > 0, "the server hung up after: {line}");
        Ok(())
    }

    fn bytes(&mut self, length: usize) -> anyhow::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// A chunked body, whose trailer is empty.
    fn chunks(&mut self) -> anyhow::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            self.line(&mut line)?;
            let length = usize::from_str_radix(line.trim_end(), 16)?;
            let chunk = self.bytes(length + "\r\n".len())?;
            if length == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&chunk[..length]);
        }
    }
}
