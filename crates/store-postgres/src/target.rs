//! What is connected to: the settings of the database's URL with ours, and how the connection is encrypted.

use std::time::Duration;

use domain::{Sentence, Text, sentence};
use store::StoreError;
use tokio::time::timeout;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, Connection, Error, Socket};

use crate::error::{at, describe, no_connection};
use crate::tls::{self, Connector, Encrypted};

/// How long a server may take until it can be asked, where the URL does not say otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// PostgreSQL's own port, where the URL names none.
const PORT: u16 = 5432;

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
    /// [`StoreError::NoConnection`] when what it says of TLS cannot be, and when it is no URL.
    pub(crate) fn of(url: &str) -> Result<Self, StoreError> {
        let (url, asked) = tls::taken_from(url).map_err(StoreError::NoConnection)?;
        let mut config = with_defaults(read(&url).map_err(StoreError::NoConnection)?);
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
        let within = self.connect_within();
        let connected = timeout(within, self.connect_in_its_time()).await;
        let silent = |_| StoreError::OutOfReach(format!("{}: no answer within {within:?}", self.place()));
        connected.map_err(silent)?.map_err(|error| at(&self.place(), no_connection(error, told)))
    }

    /// How long connecting may take: each host in turn as long; the driver's own limit ends where the socket is connected.
    pub(crate) fn connect_within(&self) -> Duration {
        let hosts = u32::try_from(self.config.get_hosts().len()).unwrap_or(1).max(1);
        hosts * self.config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT)
    }

    /// The hosts with their ports.
    fn place(&self) -> String {
        let (hosts, ports) = (self.config.get_hosts(), self.config.get_ports());
        let place = |(number, host): (usize, &Host)| match host {
            Host::Tcp(name) => format!("{name}:{}", ports.get(number).or(ports.first()).unwrap_or(&PORT)),
            #[cfg(unix)]
            Host::Unix(folder) => folder.display().to_string(),
        };
        hosts.iter().enumerate().map(place).collect::<Vec<_>>().join(", ")
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

/// What a URL says; of one that cannot be read, what is wrong, and nothing that may be a part of the password.
fn read(url: &str) -> Result<Config, Sentence> {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    if let Some(scheme) = scheme.filter(|scheme| !matches!(*scheme, "postgres" | "postgresql")) {
        let is_word = scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
        let scheme = if is_word { scheme } else { "…" };
        return Err(sentence!(
            "{scheme}:// is no PostgreSQL: right is postgres://USER:PASSWORD@HOST:PORT/NAME",
            "{scheme}:// 不是 PostgreSQL：应为 postgres://USER:PASSWORD@HOST:PORT/NAME"
        ));
    }
    // What is behind the first @ is the host for the driver.
    let host = url.split_once('@').map_or("", |(_, host)| host.split('?').next().unwrap_or_default());
    if scheme.is_some() && host.contains('@') {
        const WRITE_SO: Text = Text::new(
            "there is an @ in the user's name or password: write it as %40",
            "用户名或口令中含有 @：请写作 %40",
        );
        return Err(WRITE_SO.into());
    }
    url.parse().map_err(|error: Error| {
        // Of what is no URL, the driver repeats words.
        let why = if scheme.is_some() { describe(&error) } else { "no URL".to_owned() };
        sentence!(
            "it cannot be read ({why}): right is postgres://USER:PASSWORD@HOST:PORT/NAME",
            "无法解析（{why}）：应为 postgres://USER:PASSWORD@HOST:PORT/NAME"
        )
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> String {
        Target::of(url).err().expect("no target").to_string()
    }

    #[test]
    fn what_is_wrong_with_a_url_is_told_without_the_password() {
        for (url, told) in [
            ("mysql://u:sEcReT@x/y", "mysql:// is no PostgreSQL"),
            ("u:sEcReT@x://y", "…:// is no PostgreSQL"),
            ("localhost/astrolabe", "postgres://USER:PASSWORD@HOST:PORT/NAME"),
            ("postgres://u:p@sEcReT@host/name", "write it as %40"),
            ("postgres://u:p@s:EcReT@host:5432/name", "write it as %40"),
            ("u:sEcReT=@host", "postgres://USER:PASSWORD@HOST:PORT/NAME"),
            ("postgres://host:sEcReT/name", "postgres://USER:PASSWORD@HOST:PORT/NAME"),
        ] {
            let error = refused(url);
            assert!(error.contains(told) && !error.to_lowercase().contains("ecret"), "{url}: {error}");
        }
    }

    #[test]
    fn a_place_is_every_host_with_its_port() {
        for (url, place) in [
            ("postgres://u:p@db.example/name", "db.example:5432"),
            ("postgresql://db.example:6432", "db.example:6432"),
            ("postgres://a:1,b:2/name", "a:1, b:2"),
            ("postgres:///name?host=/run/postgresql", "/run/postgresql"),
        ] {
            assert_eq!(Target::of(url).expect("a target").place(), place, "{url}");
        }
    }
}
