//! A schema of its own for each test, dropped afterwards.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use store_postgres::PostgresStore;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_postgres::{Client, NoTls};

/// Where the tests find PostgreSQL, unless `ASTROLABE_TEST_POSTGRES` says otherwise.
const DEFAULT_URL: &str = "postgres://postgres@127.0.0.1:5432/test";

/// Tests at one time: a machine of many cores would run more than the server takes connections for.
static TESTS: Semaphore = Semaphore::const_new(8);

/// The server's URL.
pub(crate) fn server_url() -> String {
    std::env::var("ASTROLABE_TEST_POSTGRES").unwrap_or_else(|_| DEFAULT_URL.to_owned())
}

/// An empty schema; dropping it drops what was made in it.
pub(crate) struct Schema {
    name: String,
    _permit: SemaphorePermit<'static>,
}

impl Schema {
    /// Makes one, or says on a line why the test is skipped.
    pub(crate) async fn new() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let permit = TESTS.acquire().await.expect("a semaphore that is never closed");
        let client = match client(&server_url()).await {
            Ok(client) => client,
            Err(error) => {
                let url = server_url();
                // What is before the @ may hold a password.
                let place = url.rsplit('@').next().unwrap_or_default();
                eprintln!("skipped: PostgreSQL is not reachable at {place}: {error:?}");
                return None;
            }
        };
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{}_{number}", std::process::id(), since_epoch.as_nanos());
        client.batch_execute(&format!("CREATE SCHEMA {name}")).await.expect("a schema");
        Some(Self { name, _permit: permit })
    }

    /// The URL of a store in it. Its connections bear the name of the schema.
    pub(crate) fn url(&self) -> String {
        let separator = if server_url().contains('?') { '&' } else { '?' };
        let name = &self.name;
        format!("{}{separator}options=-csearch_path%3D{name}&application_name={name}", server_url())
    }

    /// A store in it.
    #[allow(dead_code, reason = "not every test needs one")]
    pub(crate) async fn store(&self) -> PostgresStore {
        PostgresStore::connect(&self.url()).await.expect("a store")
    }

    /// A connection of the test's own, in it.
    #[allow(dead_code, reason = "not every test needs one")]
    pub(crate) async fn client(&self) -> Client {
        client(&self.url()).await.expect("a connection")
    }

    /// Asks until a statement answers with true; `{others}` in it are the schema's connections but this one.
    #[allow(dead_code, reason = "not every test needs it")]
    pub(crate) async fn until(&self, client: &Client, sql: &str) {
        let others = "application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
        let (sql, waiting) = (sql.replace("{others}", others), Instant::now());
        while !client.query_one(&sql, &[]).await.expect("an answer").get::<_, bool>(0) {
            assert!(waiting.elapsed() < Duration::from_secs(60), "{sql}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let sql = format!("DROP SCHEMA {} CASCADE", self.name);
        // A thread, for a test's runtime cannot be waited on from within.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let client = client(&server_url()).await?;
                client.batch_execute(&sql).await
            })
        });
        let dropped = dropping.join();
        if !std::thread::panicking() {
            dropped.expect("no panic").expect("the schema is dropped");
        }
    }
}

async fn client(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
