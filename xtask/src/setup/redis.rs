//! A Redis server for the tests: one that is there already, or one of our own that keeps nothing on disk.

use std::net::{SocketAddr, TcpStream};
use std::thread::sleep;
use std::time::Duration;

use anyhow::ensure;

use super::{is_root, program};
use crate::process::{command, output};

/// Where the tests look when nobody says otherwise.
const USUAL_PORT: u16 = 6379;

/// Our server's port. It takes connections from this machine only.
const PORT: u16 = 54330;

/// The URL of a server, installed and started where that is expected: as root.
///
/// # Errors
/// Where none answers and none may be installed or started.
pub(crate) fn redis() -> anyhow::Result<String> {
    if let Ok(url) = std::env::var("ASTROLABE_TEST_REDIS") {
        return Ok(url);
    }
    let url = |port: u16| format!("redis://127.0.0.1:{port}/");
    if let Some(port) = [USUAL_PORT, PORT].into_iter().find(|port| listens(*port)) {
        return Ok(url(port));
    }
    ensure!(is_root(), "no server answers at {}, and only root may start one", url(USUAL_PORT));
    program("redis-server", "redis-server")?;
    println!("starting a Redis server for the tests, on port {PORT}");
    // It outlives this program, and must not hold what a shell gave us, such as the lock of the build directory.
    let script = "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; exec redis-server \"$@\"";
    let port = PORT.to_string();
    let how = ["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "yes"];
    output(command("sh").args(["-c", script, "sh"]).args(how))?;
    let answered = (0..50).any(|_| {
        sleep(Duration::from_millis(100));
        listens(PORT)
    });
    ensure!(answered, "the server was started and does not answer at {}", url(PORT));
    Ok(url(PORT))
}

fn listens(port: u16) -> bool {
    TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), Duration::from_secs(2)).is_ok()
}
