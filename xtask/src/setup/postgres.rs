//! A PostgreSQL server for the tests: one that is there already, or a cluster of our own, apart from any other.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, ensure};

use super::{is_root, program};
use crate::process::{command, exists, output};

/// Where the tests look when nobody says otherwise.
const USUAL_URL: &str = "postgres://postgres@127.0.0.1:5432/test";
const USUAL_PORT: u16 = 5432;

/// Our cluster's name and port. It takes connections from this machine only, and asks for no password.
const CLUSTER: &str = "astrolabe";
const CLUSTER_PORT: u16 = 54329;

/// Where Debian puts the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The URL of a server, installed and started where that is expected: as root.
///
/// # Errors
/// Where none answers and none may be installed or started.
pub(crate) fn postgres() -> anyhow::Result<String> {
    if let Ok(url) = std::env::var("ASTROLABE_TEST_POSTGRES") {
        return Ok(url);
    }
    let ours = format!("postgres://postgres@127.0.0.1:{CLUSTER_PORT}/postgres");
    let there = [(USUAL_URL, USUAL_PORT), (&ours, CLUSTER_PORT)].into_iter().find(|(url, port)| answers(url, *port));
    if let Some((url, _)) = there {
        return Ok(url.to_owned());
    }
    ensure!(is_root(), "no server answers at {USUAL_URL}, and only root may start one");
    program("pg_createcluster", "postgresql")?;
    start().context("cannot start a PostgreSQL cluster")?;
    ensure!(answers(&ours, CLUSTER_PORT), "the cluster was started and does not answer at {ours}");
    Ok(ours)
}

/// Whether a server takes a connection without a password; without a client, whether anything listens.
fn answers(url: &str, port: u16) -> bool {
    let listens = || TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), Duration::from_secs(2));
    listens().is_ok()
        && (!exists("psql") || output(command("psql").args(["--no-password", "--command", "SELECT 1", url])).is_ok())
}

fn start() -> anyhow::Result<()> {
    let version = newest_version()?;
    // The server outlives this program: it must not hold what a shell gave us, such as the lock of the build directory.
    let script = "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; exec pg_ctlcluster --skip-systemctl-redirect \"$@\" start";
    let start = || output(command("sh").args(["-c", script, "sh", &version, CLUSTER]));
    if start().is_err() {
        println!("making a PostgreSQL {version} cluster for the tests, on port {CLUSTER_PORT}");
        let port = CLUSTER_PORT.to_string();
        let how = ["--port", &port, "--start-conf", "manual", "--locale", "C.UTF-8", "--encoding", "UTF8"];
        output(command("pg_createcluster").args([&version, CLUSTER]).args(how).args(["--", "--auth=trust"]))?;
        start()?;
    }
    Ok(())
}

fn newest_version() -> anyhow::Result<String> {
    let folders = std::fs::read_dir(VERSIONS).with_context(|| format!("cannot read {VERSIONS}"))?;
    let names = folders.filter_map(|folder| folder.ok()?.file_name().into_string().ok());
    let newest = names.max_by_key(|name| name.parse::<u32>().unwrap_or_default());
    newest.with_context(|| format!("no version in {VERSIONS}"))
}
