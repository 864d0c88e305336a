//! Servers of a test's own, which it may stop and start: PostgreSQL and Redis.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where Debian puts the programs of each version of PostgreSQL.
const VERSIONS: &str = "/usr/lib/postgresql";

/// A PostgreSQL cluster in a folder of its own, gone at the end.
pub(crate) struct PrivatePostgres {
    folder: tempfile::TempDir,
    programs: PathBuf,
    port: u16,
}

impl PrivatePostgres {
    /// Makes and starts one, or says on a line why the test is skipped.
    pub(crate) fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            eprintln!("skipped: the programs of PostgreSQL are not in {VERSIONS}");
            return None;
        };
        let postgres = Self { folder: tempfile::tempdir().unwrap(), programs, port: free_port() };
        if is_root() {
            // The server refuses to run as root.
            assert!(Command::new("chown").arg("postgres").arg(postgres.folder.path()).status().unwrap().success());
        }
        let how = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
        postgres.run("initdb", &how);
        postgres.go_on();
        Some(postgres)
    }

    /// The URL of its database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Stops it as a crash does.
    pub(crate) fn stop(&self) {
        self.run("pg_ctl", &["stop", "--mode=immediate", "--wait", "--silent"]);
    }

    /// Starts it (again), and waits until it answers.
    pub(crate) fn go_on(&self) {
        let folder = self.folder.path().display();
        let options = format!("--port={} --listen-addresses=127.0.0.1 --unix-socket-directories={folder}", self.port);
        let log = self.folder.path().join("log");
        self.run("pg_ctl", &["start", "--wait", "--silent", "--options", &options, "--log", &log.to_string_lossy()]);
    }

    fn run(&self, program: &str, args: &[&str]) {
        let path = self.programs.join(program);
        let mut command = match is_root() {
            true => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(path);
                command
            }
            false => Command::new(path),
        };
        command.args(args).arg("--pgdata").arg(self.folder.path().join("data")).current_dir(self.folder.path());
        // The server that `pg_ctl` starts would keep a pipe of ours open.
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(status.success(), "{program} {args:?}: {}", self.log());
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        if self.folder.path().join("data/postmaster.pid").exists() {
            self.stop();
        }
    }
}

/// The folder of the newest version's programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir(VERSIONS).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.filter(|path| path.join("bin/initdb").exists()).max_by_key(|path| number(path))?;
    Some(newest.join("bin"))
}

/// A Redis server that keeps nothing on disk.
pub(crate) struct PrivateRedis {
    port: u16,
    child: Option<Child>,
}

impl PrivateRedis {
    /// Starts one, or says on a line why the test is skipped.
    pub(crate) fn start() -> Option<Self> {
        let mut redis = Self { port: free_port(), child: None };
        if Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_err() {
            eprintln!("skipped: there is no redis-server");
            return None;
        }
        redis.go_on();
        Some(redis)
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Kills it.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Starts it (again), and waits until it answers.
    pub(crate) fn go_on(&mut self) {
        let mut server = Command::new("redis-server");
        server.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        self.child = Some(server.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap());
        let waiting = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(waiting.elapsed() < Duration::from_secs(30), "redis-server does not answer");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for PrivateRedis {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A port that nobody listens on at the moment.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}
