//! A PostgreSQL schema of a test's own.

use std::time::{Duration, Instant};

/// A schema, dropped at the end.
pub(crate) struct Schema {
    name: String,
    runtime: tokio::runtime::Runtime,
    client: tokio_postgres::Client,
    server: String,
}

impl Schema {
    /// Makes one, or says on a line why the test is skipped.
    pub(crate) fn make() -> Option<Self> {
        let server = std::env::var("ASTROLABE_TEST_POSTGRES")
            .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/test".to_owned());
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let connected = runtime.block_on(tokio_postgres::connect(&server, tokio_postgres::NoTls));
        let (client, connection) = match connected {
            Ok(connected) => connected,
            Err(error) => {
                eprintln!("skipped: PostgreSQL is not reachable: {error}");
                return None;
            }
        };
        runtime.spawn(connection);
        let name = format!("e2e_{}_{:x}", std::process::id(), fastrand::u32(..));
        runtime.block_on(client.batch_execute(&format!("CREATE SCHEMA {name}"))).unwrap();
        Some(Self { name, runtime, client, server })
    }

    /// The URL of a store in it. Its connections bear the name of the schema.
    pub(crate) fn url(&self) -> String {
        let separator = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{separator}options=-csearch_path%3D{name}&application_name={name}", self.server, name = self.name)
    }

    /// One number that SQL tells.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        let sql = sql.replace("{schema}", &self.name);
        self.runtime.block_on(self.client.query_one(&sql, &[])).unwrap().get(0)
    }

    /// Runs SQL.
    pub(crate) fn run(&self, sql: &str) {
        let sql = sql.replace("{schema}", &self.name);
        self.runtime.block_on(self.client.batch_execute(&sql)).unwrap();
    }

    /// Waits until nobody uses it: the database may go on with what a process that was killed had asked for.
    pub(crate) fn until_unused(&self) {
        let waiting = Instant::now();
        let used = format!("SELECT count(*) FROM pg_stat_activity WHERE application_name = '{}'", self.name);
        while self.number(&used) > 0 {
            assert!(waiting.elapsed() < Duration::from_secs(60), "the schema is still in use");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let sql = format!("DROP SCHEMA {} CASCADE", self.name);
        let _ = self.runtime.block_on(self.client.batch_execute(&sql));
    }
}
