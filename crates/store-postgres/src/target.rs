//! What is connected to: the settings of the database's URL with ours, and how the connection is encrypted.

use std::time::Duration;

use store::StoreError;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, Connection, Error, Socket};

use crate::error::{database, no_connection};
use crate::tls::{self, Connector, Encrypted};

/// How long a server may take until it can be asked, where the URL does not say otherwise.
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

/// A transaction whose other end says nothing for so long is given up: the machine it ran on may be gone, and the accounts
/// it has locked are needed by others.
const IDLE_OPTIONS: &str = "-c idle_in_transaction_session_timeout=10s";

/// A database, and how it is connected to.
#[derive(Clone)]
pub(crate) struct Target {
    config: Config,
    connector: Connector,
}

impl Target {
    /// The database that a URL names, with settings of ours where the URL does not say otherwise.
    ///
    /// # Errors
    /// [`StoreError::NoConnection`] when what it says of TLS cannot be, [`StoreError::Database`] when it is no URL.
    pub(crate) fn of(url: &str) -> Result<Self, StoreError> {
        let (url, asked) = tls::taken_from(url).map_err(StoreError::NoConnection)?;
        let mut config = with_defaults(url.parse().map_err(database)?);
        let connector = asked.connector(&mut config).map_err(StoreError::NoConnection)?;
        Ok(Self { config, connector })
    }

    /// The same for calls that somebody waits for. Not for imports, whose bulk may stand in the socket while the server
    /// writes a checkpoint, and which compute in between.
    pub(crate) fn impatient(&self) -> Self {
        let Self { mut config, connector } = self.clone();
        let options = format!("{IDLE_OPTIONS} {}", config.get_options().unwrap_or_default());
        config.options(options);
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(UNACKNOWLEDGED_MAX);
        }
        Self { config, connector }
    }

    /// Connects. `told` says what an error means; a server that says nothing is out of reach.
    pub(crate) async fn connect(
        &self,
        told: fn(Error) -> StoreError,
    ) -> Result<(Client, Connection<Socket, Encrypted>), StoreError> {
        // Each host in turn has as long; the driver's own limit ends where the socket is connected.
        let hosts = u32::try_from(self.config.get_hosts().len()).unwrap_or(1).max(1);
        let within = hosts * self.config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
        let connected = timeout(within, self.connect_in_its_time()).await.map_err(|_| StoreError::Busy)?;
        connected.map_err(|error| no_connection(error, told))
    }

    /// As libpq has it, `prefer` goes on in the clear where the server's TLS cannot be used, or where its rules do not want this
    /// connection encrypted.
    async fn connect_in_its_time(&self) -> Result<(Client, Connection<Socket, Encrypted>), Error> {
        let connected = self.config.connect(self.connector.clone()).await;
        let goes_on = |error: &Error| {
            tls::is_failed_handshake(error) || error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION)
        };
        match connected {
            Err(error) if self.config.get_ssl_mode() == SslMode::Prefer && goes_on(&error) => {
                let mut config = self.config.clone();
                config.ssl_mode(SslMode::Disable).connect(self.connector.clone()).await
            }
            connected => connected,
        }
    }
}

/// The settings of a connection, where the URL does not say otherwise.
fn with_defaults(mut config: Config) -> Config {
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
