//! The ledger can be read and not written: a disk that is full, a PostgreSQL that became read-only. `/readyz` tells, nothing is charged,
//! and it is well again by itself, without anybody asking a server anything.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::place::{Place, balanced_calls};
use crate::private::PrivatePostgres;
use crate::support::Server;

/// More than it takes to be told that something changed: a server looks every second.
const PATIENCE: Duration = Duration::from_secs(20);

const UNWRITTEN: &str = "the ledger cannot be written\n";

/// A small disk of a test's own, in memory.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one at an empty folder, or says on a line why the test is skipped: only root may.
    fn mount(at: &Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs"]).arg(at).stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(Self(at.to_owned()));
        }
        eprintln!("skipped: a disk cannot be mounted here");
        None
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }

    /// Takes all room that is left.
    fn fill(&self) {
        let mut filler = File::create(self.filler()).unwrap();
        while filler.write_all(&[7; 512]).is_ok() {}
    }

    fn empty(&self) {
        fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

fn readiness(server: &Server) -> (String, String) {
    let (head, body) = server.page("/readyz", "");
    (head.split_whitespace().nth(1).unwrap().to_owned(), String::from_utf8(body).unwrap())
}

fn until_ready(server: &Server, status: &str, body: &str) {
    let waiting = Instant::now();
    while readiness(server) != (status.to_owned(), body.to_owned()) {
        assert!(
            waiting.elapsed() < PATIENCE,
            "{:?} and not {status} {body:?}:\n{}",
            readiness(server),
            server.stderr()
        );
        thread::sleep(Duration::from_millis(50));
    }
}

/// Asks until an answer has this code.
fn until_code(server: &Server, token: &str, code: i64) {
    let waiting = Instant::now();
    while server.ask(token, "42").code() != code {
        assert!(waiting.elapsed() < PATIENCE, "no answer has the code {code}");
    }
}

/// How often a database failed so, as the server counts it.
fn failures(server: &Server, of: &str) -> u64 {
    let name = format!("astrolabe_database_failures_total{{{of}}} ");
    let metrics = server.get("/metrics");
    metrics.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
}

fn charged_and_listed(place: &Place) -> u64 {
    let calls = place.with_books(async |store| balanced_calls(store).await);
    calls.iter().filter(|call| call.is_charged()).count() as u64
}

#[test]
fn a_full_disk_is_told_before_anything_fails_and_no_more_once_there_is_room() {
    let place = Place::sqlite();
    let Some(disk) = SmallDisk::mount(place.data()) else { return };
    let token = place.prepare();
    let server = place.serve(&[]);
    until_code(&server, &token, 0);
    until_ready(&server, "200", "ready\n");
    disk.fill();
    assert_eq!(readiness(&server), ("503".to_owned(), UNWRITTEN.to_owned()), "nobody asked anything yet");
    until_code(&server, &token, 500);
    let charged = charged_and_listed(&place);
    assert_eq!(server.ask(&token, "42").code(), 500);
    assert_eq!(charged_and_listed(&place), charged, "what failed is not charged");
    assert!(failures(&server, r#"store="ledger",kind="no_room""#) >= 2);
    assert_eq!(failures(&server, r#"store="creators",kind="no_room""#), 0);
    disk.empty();
    until_ready(&server, "200", "ready\n");
    let told = server.stderr();
    assert!(told.contains("the ledger cannot be written") && told.contains("no room left on the disk"), "{told}");
    assert!(told.contains("the ledger can be written again"), "{told}");
    assert_eq!(server.ask(&token, "42").code(), 0);
    assert_eq!(charged_and_listed(&place), charged + 1);
    let _ended = (server, disk);
}

#[test]
fn a_postgres_that_becomes_read_only_is_told_and_no_more_once_it_is_not() {
    let Some(postgres) = PrivatePostgres::start() else { return };
    let place = Place::on(&postgres.url());
    let token = place.prepare();
    let server = place.serve(&[]);
    assert_eq!(server.ask(&token, "42").code(), 0);
    assert_eq!(readiness(&server), ("200".to_owned(), "ready\n".to_owned()));
    let set = |to: &str| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let url = format!("{}?options=-cdefault_transaction_read_only%3Doff", postgres.url());
            let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            client.batch_execute(&format!("ALTER SYSTEM SET default_transaction_read_only = {to}")).await.unwrap();
            client.batch_execute("SELECT pg_reload_conf()").await.unwrap();
        });
    };
    for traffic in [false, true] {
        set("on");
        until_ready(&server, "503", UNWRITTEN);
        if traffic {
            until_code(&server, &token, 500);
            assert!(failures(&server, r#"store="postgres",kind="read_only""#) > 0);
        }
        set("off");
        until_ready(&server, "200", "ready\n");
    }
    assert!(server.stderr().contains("the ledger can be written again"), "{}", server.stderr());
    until_code(&server, &token, 0);
    place.with_books(async |store| balanced_calls(store).await);
}
