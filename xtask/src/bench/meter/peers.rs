//! What `bench meter` measures beside our server: a meter that a team writes itself, and PostgreSQL's own benchmark.

use std::path::PathBuf;

use anyhow::Context;

use crate::bench::payer::Asked;
use crate::bench::server::{Server, free_port};
use crate::process::{command as program, output};
use crate::setup;

const DIY: &str = "bench/meter/diy.py";
/// The schema it makes and drops.
const SCHEMA: &str = "astrolabe_bench_diy";

/// FastAPI, asyncpg and a transaction a call.
pub(super) struct Diy {
    /// The server.
    pub(super) server: Server,
    schema: Schema,
}

impl Diy {
    /// Installs and starts it.
    pub(super) fn start(database: &str, token: &str, body_bytes: usize) -> anyhow::Result<Self> {
        let schema = Schema { python: setup::python_with_meter_peers()?, database: database.to_owned() };
        let port = free_port()?;
        let mut serve = program(&schema.python);
        serve.args([DIY, "serve", database, SCHEMA, &port.to_string(), token, &body_bytes.to_string()]);
        Ok(Self { server: Server::start(&mut serve, port)?, schema })
    }

    /// Stops it, checks its books, and removes its schema.
    pub(super) fn finish(self, asked: &Asked) -> anyhow::Result<()> {
        let Self { server, schema } = self;
        drop(server);
        let told = schema.run("paid")?;
        let calls = told.trim().parse().with_context(|| format!("the do-it-yourself meter told {told}"))?;
        asked.check(calls).context("the do-it-yourself meter")
    }
}

/// Removed when dropped.
struct Schema {
    python: PathBuf,
    database: String,
}

impl Schema {
    fn run(&self, verb: &str) -> anyhow::Result<String> {
        output(program(&self.python).args([DIY, verb, &self.database, SCHEMA]))
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if let Err(error) = self.run("drop") {
            println!("left behind: schema {SCHEMA}: {error:#}");
        }
    }
}

/// A database of our own on somebody's server, dropped with what it holds.
pub(super) struct Database {
    server: String,
    name: &'static str,
}

impl Database {
    /// Makes it anew.
    pub(super) fn make(server: &str, name: &'static str) -> anyhow::Result<Self> {
        setup::program("psql", "postgresql-client")?;
        let database = Self { server: server.to_owned(), name };
        database.drop_it()?;
        database.sql(&format!("CREATE DATABASE {name}"))?;
        Ok(database)
    }

    /// Its URL: the server's, with our name in it.
    pub(super) fn url(&self) -> String {
        let (address, options) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let (address, _) = address.rsplit_once('/').unwrap_or((address, ""));
        let mark = if options.is_empty() { "" } else { "?" };
        format!("{address}/{}{mark}{options}", self.name)
    }

    fn drop_it(&self) -> anyhow::Result<()> {
        self.sql(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name))
    }

    fn sql(&self, sql: &str) -> anyhow::Result<()> {
        output(program("psql").args(["--no-password", "--quiet", "--command", sql, &self.server])).map(drop)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Err(error) = self.drop_it() {
            println!("left behind: {error:#}");
        }
    }
}

/// pgbench's tables in a database of their own.
pub(super) struct Pgbench(Database);

impl Pgbench {
    /// Fills them.
    pub(super) fn make(server: &str) -> anyhow::Result<Self> {
        setup::program("pgbench", "postgresql")?;
        let database = Database::make(server, "astrolabe_bench_pgbench")?;
        output(program("pgbench").args(["--initialize", "--quiet", "--scale", "10", &database.url()]))?;
        Ok(Self(database))
    }

    /// Transactions/s of its simple updates, with 64 clients.
    pub(super) fn transactions_per_s(&self, seconds: u32) -> anyhow::Result<f64> {
        let how = ["--skip-some-updates", "--client", "64", "--jobs", "2", "--time", &seconds.to_string()];
        let told = output(program("pgbench").args(how).arg(self.0.url()))?;
        transactions_per_s_in(&told).with_context(|| format!("pgbench told:\n{told}"))
    }
}

fn transactions_per_s_in(told: &str) -> Option<f64> {
    told.lines().find_map(|line| line.strip_prefix("tps = "))?.split(' ').next()?.parse().ok()
}

/// How durable the server's commits are, so that nobody is compared with one that only pretends.
pub(super) fn durability(server: &str) -> anyhow::Result<String> {
    let show =
        |name| output(program("psql").args(["--no-password", "-At", "--command", &format!("SHOW {name}"), server]));
    let (fsync, commit) = (show("fsync")?, show("synchronous_commit")?);
    Ok(format!("fsync {}, synchronous_commit {}", fsync.trim(), commit.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_database_takes_the_place_of_the_servers() {
        let url = |server: &str| std::mem::ManuallyDrop::new(Database { server: server.into(), name: "ours" }).url();
        assert_eq!(url("postgres://u:p@127.0.0.1:5432/test"), "postgres://u:p@127.0.0.1:5432/ours");
        assert_eq!(url("postgres://127.0.0.1/test?user=u"), "postgres://127.0.0.1/ours?user=u");
    }

    #[test]
    fn pgbench_is_understood() {
        let told = "latency average = 8.6 ms\ntps = 7401.25 (without initial connection time)\n";
        assert_eq!(transactions_per_s_in(told), Some(7401.25));
        assert_eq!(transactions_per_s_in("pgbench: error"), None);
    }
}
