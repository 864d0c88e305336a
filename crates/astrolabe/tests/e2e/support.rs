//! Running the binary, asking it over HTTP, and reading its answers.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// The contract's path.
pub(crate) const ENDPOINT: &str = "/api/douyin-xingtu/gw/api/data_sp/author_cp_info/v1";

/// How long anything may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(120);

/// The binary, away from whatever configuration the machine has.
pub(crate) fn astrolabe() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_astrolabe"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ASTROLABE_")) {
        command.env_remove(name);
    }
    for locale in ["LC_ALL", "LC_MESSAGES", "LANG"] {
        command.env_remove(locale);
    }
    command
}

/// Runs a command of the binary to its end, which must be a success, and gives what it printed on stdout.
pub(crate) fn astrolabe_ok(data: &Path, args: &[&str]) -> String {
    let output = astrolabe().args(args).arg("--data").arg(data).output().unwrap();
    assert!(output.status.success(), "astrolabe {args:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// What a command said on stderr.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A token of a new account.
pub(crate) fn new_token(data: &Path, account: &str) -> String {
    astrolabe_ok(data, &["account", "create", account]);
    astrolabe_ok(data, &["token", "create", account]).trim().to_owned()
}

/// Imports nine posts of one creator, with these environment variables.
pub(crate) fn import_creator_42(data: &Path, environment: &[(&str, &str)]) {
    let posts = data.join("posts.csv");
    let header =
        "item_id,author_id,platform,published_at,captured_at,duration_s,sponsored,plays,likes,comments,shares,collects";
    let row = |post: u32| format!("{post},42,,2026-10-0{post}T00:00:00Z,2026-11-01T00:00:00Z,30,,1000,20,,,");
    let rows: Vec<String> = (1..=9).map(row).collect();
    std::fs::write(&posts, format!("{header}\n{}\n", rows.join("\n"))).unwrap();
    let mut import = astrolabe();
    let output =
        import.arg("import").arg(&posts).arg("--data").arg(data).envs(environment.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

/// A running `serve` or `demo`; killed when dropped.
pub(crate) struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    /// Behind a lock, so that threads may share a server.
    stdout: Mutex<mpsc::Receiver<String>>,
    stderr: tempfile::NamedTempFile,
}

impl Server {
    /// Starts `demo` on a free port and waits until it answers; also gives what it told on stdout.
    pub(crate) fn demo(data: &Path) -> (Self, Vec<String>) {
        Self::start(astrolabe().arg("demo").arg("--data").arg(data), "ASTROLABE_AUTHOR=")
    }

    /// As [`Server::demo`], with these environment variables.
    pub(crate) fn demo_with(data: &Path, environment: &[(&str, &str)]) -> (Self, Vec<String>) {
        let mut demo = astrolabe();
        demo.arg("demo").arg("--data").arg(data).envs(environment.iter().copied());
        Self::start(&mut demo, "ASTROLABE_AUTHOR=")
    }

    /// Starts `serve` on a free port, with these environment variables, and waits until it answers.
    pub(crate) fn serve(data: &Path, environment: &[(&str, &str)]) -> Self {
        let mut serve = astrolabe();
        serve.arg("serve").arg("--data").arg(data).envs(environment.iter().copied());
        Self::start(&mut serve, "ASTROLABE_URL=").0
    }

    /// As [`Server::serve`], with these flags.
    pub(crate) fn serve_with(data: &Path, flags: &[&str]) -> Self {
        Self::start(astrolabe().arg("serve").args(flags).arg("--data").arg(data), "ASTROLABE_URL=").0
    }

    /// Starts `upstream simulate`, with its flags, on a free port.
    pub(crate) fn simulate(simulate: &mut Command) -> Self {
        Self::start(simulate, "ASTROLABE_UPSTREAM_URL=").0
    }

    /// Starts a command and reads stdout up to the line that starts with `last`.
    fn start(command: &mut Command, last: &str) -> (Self, Vec<String>) {
        let stderr = tempfile::NamedTempFile::new().unwrap();
        command.args(["--listen", "127.0.0.1:0"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr.reopen().unwrap());
        let mut child = command.spawn().unwrap();
        let stdout = Mutex::new(lines(child.stdout.take().unwrap()));
        let mut server = Self { child, url: String::new(), stdout, stderr };
        let mut told = vec![server.next_line()];
        while !told.last().is_some_and(|line| line.starts_with(last)) {
            told.push(server.next_line());
        }
        server.url = told.iter().find_map(|line| line.split_once("_URL=")).unwrap().1.to_owned();
        (server, told)
    }

    /// The next line on stdout.
    fn next_line(&mut self) -> String {
        self.stdout.get_mut().unwrap().recv_timeout(PATIENCE).unwrap_or_else(|_| {
            panic!("the server told nothing more; on stderr:\n{}", self.stderr());
        })
    }

    /// Waits for a line on stderr that starts with `start`, spaces aside.
    pub(crate) fn said_line(&self, start: &str) -> String {
        let waiting = Instant::now();
        loop {
            let said = self.stderr();
            // Only a line that is written to its end.
            let mut whole = said.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(str::trim);
            if let Some(line) = whole.find(|line| line.starts_with(start)) {
                return line.to_owned();
            }
            assert!(waiting.elapsed() < PATIENCE, "no line starts with {start:?}:\n{said}");
            thread::yield_now();
        }
    }

    /// Everything it says on stderr, once it has ended by itself.
    pub(crate) fn everything_said(&self) -> String {
        let pid = self.child.id().to_string();
        let waiting = Instant::now();
        // A child that has ended stays as a zombie until `wait`.
        let state = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        while !state().rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')) {
            assert!(waiting.elapsed() < PATIENCE, "it does not end");
            thread::yield_now();
        }
        self.stderr()
    }

    /// Everything it said on stderr so far.
    pub(crate) fn stderr(&self) -> String {
        std::fs::read_to_string(self.stderr.path()).unwrap()
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// Asks the contract's endpoint about a creator.
    pub(crate) fn ask(&self, token: &str, author: &str) -> Reply {
        let mut stream = self.connect();
        let target = format!("{ENDPOINT}?token={token}&oAuthorId={author}");
        write!(stream, "GET {target} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
        Reply::read(stream)
    }

    /// The body at a path.
    pub(crate) fn get(&self, path: &str) -> String {
        let mut stream = self.connect();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// The answer at a path, with these header lines: its status and headers as they are, and its body.
    pub(crate) fn page(&self, path: &str, headers: &str) -> (String, Vec<u8>) {
        let mut stream = self.connect();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{headers}\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec())
    }

    /// A connection that gives up rather than hang.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends a signal by its name, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end; what is left on stdout, and how it ended.
    pub(crate) fn wait(mut self) -> (Vec<String>, ExitStatus) {
        let mut rest = Vec::new();
        loop {
            match self.stdout.get_mut().unwrap().recv_timeout(PATIENCE) {
                Ok(line) => rest.push(line),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("the server does not end:\n{}", self.stderr()),
            }
        }
        (rest, self.child.wait().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: Value,
}

impl Reply {
    /// Reads one answer up to the end of the connection.
    pub(crate) fn read(mut stream: TcpStream) -> Self {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
        let body = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {text}"));
        Self { status, body }
    }

    /// The business code.
    pub(crate) fn code(&self) -> i64 {
        self.body["code"].as_i64().unwrap()
    }
}

/// Development data that only the developers' machines have, or `None` with a word on stderr.
pub(crate) fn shared_data(name: &str) -> Option<std::path::PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if File::open(&path).is_err() {
        eprintln!("skipped: shared/data/{name} is absent");
        return None;
    }
    Some(path)
}
