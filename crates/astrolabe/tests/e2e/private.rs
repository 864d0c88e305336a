//! Servers of a test's own, which it may stop and start: PostgreSQL and Redis.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::certificates::Certificates;

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
        let postgres = Self::make()?;
        postgres.go_on();
        Some(postgres)
    }

    /// The same with TLS, where the role `scram` needs a password and `clear` may not come encrypted.
    pub(crate) fn start_encrypted(certificates: &Certificates) -> Option<Self> {
        let postgres = Self::make()?;
        let data = postgres.folder.path().join("data");
        for (from, to) in [(&certificates.server, "server.crt"), (&certificates.key, "server.key")] {
            let to = data.join(to);
            fs::copy(from, &to).unwrap();
            // The server takes no key that others could read.
            fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).unwrap();
            postgres.give(&to);
        }
        let mut settings = OpenOptions::new().append(true).open(data.join("postgresql.conf")).unwrap();
        writeln!(settings, "ssl = on").unwrap();
        let rules = data.join("pg_hba.conf");
        let rest = fs::read_to_string(&rules).unwrap();
        let ours = "hostnossl all clear all trust\nhost all clear all reject\nhost all scram all scram-sha-256\n";
        fs::write(rules, format!("{ours}{rest}")).unwrap();
        postgres.go_on();
        Some(postgres)
    }

    /// Its port on 127.0.0.1, and in [`PrivatePostgres::sockets`].
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The folder of its socket.
    pub(crate) fn sockets(&self) -> &Path {
        self.folder.path()
    }

    fn make() -> Option<Self> {
        let Some(programs) = programs() else {
            eprintln!("skipped: the programs of PostgreSQL are not in {VERSIONS}");
            return None;
        };
        let postgres = Self { folder: tempfile::tempdir().unwrap(), programs, port: free_port() };
        postgres.give(postgres.folder.path());
        let how = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
        postgres.run("initdb", &how);
        Some(postgres)
    }

    /// Gives something to the user that the server runs as: it refuses to run as root.
    fn give(&self, path: &Path) {
        if is_root() {
            assert!(Command::new("chown").arg("postgres").arg(path).status().unwrap().success());
        }
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
    /// How it is to speak TLS, if it is.
    tls: Vec<String>,
    child: Option<Child>,
}

impl PrivateRedis {
    /// Starts one, or says on a line why the test is skipped.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(Vec::new())
    }

    /// The same with TLS alone; skipped too where it was built without.
    pub(crate) fn start_encrypted(certificates: &Certificates) -> Option<Self> {
        let file = |path: &Path| path.to_str().unwrap().to_owned();
        let [server, key] = [file(&certificates.server), file(&certificates.key)];
        let flags = ["--tls-cert-file", &server, "--tls-key-file", &key, "--tls-auth-clients", "no"];
        Self::start_with(flags.map(str::to_owned).to_vec())
    }

    fn start_with(tls: Vec<String>) -> Option<Self> {
        let mut redis = Self { port: free_port(), tls, child: None };
        if Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_err() {
            eprintln!("skipped: there is no redis-server");
            return None;
        }
        if !redis.tls.is_empty() && !has_tls() {
            eprintln!("skipped: redis-server was built without TLS");
            return None;
        }
        redis.go_on();
        Some(redis)
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.tls.is_empty() { "redis" } else { "rediss" };
        format!("{scheme}://localhost:{}/", self.port)
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
        let port = self.port.to_string();
        match self.tls.as_slice() {
            [] => server.args(["--port", &port]),
            tls => server.args(["--port", "0", "--tls-port", &port]).args(tls),
        };
        server.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
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

/// Whether `redis-server` knows TLS: one that does misses a certificate, and says so.
fn has_tls() -> bool {
    let output = Command::new("redis-server").args(["--port", "0", "--tls-port", "1"]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).contains("tls-cert-file")
}

/// A port that nobody listens on at the moment.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}
