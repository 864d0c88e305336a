//! One connection, its settings and its prepared statements.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Error, NoTls, Row, Statement};

/// Values of a statement's parameters.
pub(crate) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Silence after which the server is asked whether it is still there, and how long it may take to say so.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEPALIVE_RETRIES: u32 = 3;

/// How long what was sent may stay unacknowledged.
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(20);

/// Before the URL's own options, so that those win. A commit waits until it is on disk, whatever the server's default; a
/// lock that cannot be had in 5 seconds is an error that says so.
const SESSION_OPTIONS: &str =
    "-c synchronous_commit=on -c lock_timeout=5s -c default_transaction_isolation=read\\ committed";

/// The settings of a connection, where the URL does not say otherwise.
pub(crate) fn with_defaults(mut config: Config) -> Config {
    let options = format!("{SESSION_OPTIONS} {}", config.get_options().unwrap_or_default());
    config.options(options);
    if config.get_application_name().is_none() {
        config.application_name("astrolabe");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_idle(KEEPALIVE_IDLE);
        config.keepalives_interval(KEEPALIVE_INTERVAL);
        config.keepalives_retries(KEEPALIVE_RETRIES);
    }
    config
}

/// A transaction whose other end says nothing for so long is given up: the machine it ran on may be gone, and the accounts
/// it has locked are needed by others.
const IDLE_OPTIONS: &str = "-c idle_in_transaction_session_timeout=10s";

/// The same for calls that somebody waits for. Not for imports, whose bulk may stand in the socket while the server
/// writes a checkpoint, and which compute in between.
pub(crate) fn impatient(mut config: Config) -> Config {
    let options = format!("{IDLE_OPTIONS} {}", config.get_options().unwrap_or_default());
    config.options(options);
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(UNACKNOWLEDGED_MAX);
    }
    config
}

/// A connection. Statements that are awaited together are sent together.
pub(crate) struct Connection {
    client: Client,
    statements: Mutex<HashMap<&'static str, Statement>>,
}

impl Connection {
    /// Connects. What reads and writes the socket runs on the current runtime and ends with the connection.
    pub(crate) async fn open(config: &Config) -> Result<Self, Error> {
        let (client, io) = config.connect(NoTls).await?;
        tokio::spawn(async move {
            // Whoever waits for an answer is told the error.
            let _ = io.await;
        });
        Ok(Self { client, statements: Mutex::default() })
    }

    /// Whether it is known to be gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// The rows of a statement.
    pub(crate) async fn query(&self, sql: &'static str, values: Values<'_>) -> Result<Vec<Row>, Error> {
        self.client.query(&self.prepare(sql).await?, values).await
    }

    /// Runs a statement and gives the number of rows it changed.
    pub(crate) async fn execute(&self, sql: &'static str, values: Values<'_>) -> Result<u64, Error> {
        self.client.execute(&self.prepare(sql).await?, values).await
    }

    /// Runs statements without parameters, separated by semicolons.
    pub(crate) async fn batch(&self, sql: &str) -> Result<(), Error> {
        self.client.batch_execute(sql).await
    }

    /// The driver's own connection, to copy rows with.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The statement, prepared once for each connection.
    pub(crate) async fn prepare(&self, sql: &'static str) -> Result<Statement, Error> {
        let known = self.statements().get(sql).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = self.client.prepare(sql).await?;
        self.statements().insert(sql, statement.clone());
        Ok(statement)
    }

    fn statements(&self) -> std::sync::MutexGuard<'_, HashMap<&'static str, Statement>> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
