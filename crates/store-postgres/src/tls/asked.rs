//! What a database's URL says of TLS. The driver knows half of libpq's words and refuses the rest, so they are taken out of the
//! URL before it sees them.

use std::path::PathBuf;

use domain::Sentence;
use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::handshake::Connector;
use super::told;
use super::verify::Trusted;

/// How a connection is to be protected: libpq's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl Mode {
    const ALL: [Self; 5] = [Self::Disable, Self::Prefer, Self::Require, Self::VerifyCa, Self::VerifyFull];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

/// Which certificates vouch for the server.
#[derive(Debug, PartialEq, Eq)]
enum Root {
    System,
    File(PathBuf),
}

/// What was said of TLS.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    mode: Option<Mode>,
    root: Option<Root>,
}

/// Takes what a URL says of TLS out of it. What is no URL is the driver's to read.
///
/// # Errors
/// When it says what cannot be.
pub(crate) fn taken_from(url: &str) -> Result<(String, Asked), Sentence> {
    let mut asked = Asked::default();
    // As the driver reads it: what stands before the first @ is the user's name and password, whatever is in them.
    let after_password = url.find('@').map_or(0, |at| at + 1);
    let is_url = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    let query = url[after_password..].find('?').map(|at| after_password + at).filter(|_| is_url);
    let Some(query) = query else { return Ok((url.to_owned(), asked)) };
    let mut others = Vec::new();
    for parameter in url[query + 1..].split('&') {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = percent_decode_str(value).decode_utf8_lossy();
        match &*percent_decode_str(key).decode_utf8_lossy() {
            "sslmode" => {
                let mode = Mode::ALL.into_iter().find(|mode| mode.name() == value);
                asked.mode = Some(mode.ok_or_else(|| told::unknown_mode(&value))?);
            }
            "sslrootcert" => {
                asked.root = match &*value {
                    "" => None,
                    "system" => Some(Root::System),
                    path => Some(Root::File(path.into())),
                };
            }
            _ => others.push(parameter),
        }
    }
    let question_mark = if others.is_empty() { "" } else { "?" };
    Ok((format!("{}{question_mark}{}", &url[..query], others.join("&")), asked))
}

impl Asked {
    /// What connects so, with the driver's settings put to it.
    ///
    /// # Errors
    /// When what was said does not go together, or certificates cannot be read.
    pub(crate) fn connector(self, config: &mut Config) -> Result<Connector, Sentence> {
        // Of what is no URL, the driver has read the mode.
        let mode = self.mode.or(match config.get_ssl_mode() {
            SslMode::Disable => Some(Mode::Disable),
            SslMode::Require => Some(Mode::Require),
            _ => None,
        });
        let (encrypts, trusted) = resolve(mode, self.root, is_on_this_machine(config))?;
        // A socket of this machine has no TLS, and libpq asks for none there whatever the mode.
        config.ssl_mode(if is_a_socket(config) { SslMode::Disable } else { encrypts });
        name_addresses(config);
        Connector::new(trusted)
    }
}

/// Whether the driver encrypts, and whom it trusts then.
fn resolve(mode: Option<Mode>, root: Option<Root>, is_near: bool) -> Result<(SslMode, Trusted), Sentence> {
    Ok(match (mode, root) {
        (None | Some(Mode::VerifyFull), Some(Root::System)) | (Some(Mode::VerifyFull), None) => {
            (SslMode::Require, Trusted::System)
        }
        (Some(mode), Some(Root::System)) => return Err(told::weak_with_system(mode)),
        (Some(Mode::VerifyFull), Some(Root::File(path))) => {
            (SslMode::Require, Trusted::File { path, checks_name: true })
        }
        (Some(Mode::VerifyCa | Mode::Require), Some(Root::File(path))) => {
            (SslMode::Require, Trusted::File { path, checks_name: false })
        }
        (mode, Some(Root::File(path))) => return Err(told::verifies_nothing(mode, &path)),
        (Some(Mode::VerifyCa), None) => return Err(told::nothing_to_verify_by()),
        (Some(Mode::Require), None) => (SslMode::Require, Trusted::Anybody),
        (Some(Mode::Prefer), None) => (SslMode::Prefer, Trusted::Anybody),
        (Some(Mode::Disable), None) => (SslMode::Disable, Trusted::Anybody),
        // Who can read what passes inside this machine can read its memory.
        (None, None) if is_near => (SslMode::Disable, Trusted::Anybody),
        (None, None) => (SslMode::Prefer, Trusted::Anybody),
    })
}

fn is_on_this_machine(config: &Config) -> bool {
    match config.get_hostaddrs() {
        [] => config.get_hosts().iter().all(|host| match host {
            Host::Tcp(name) => {
                name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
            }
            #[cfg(unix)]
            Host::Unix(_) => true,
        }),
        addresses => addresses.iter().all(std::net::IpAddr::is_loopback),
    }
}

fn is_a_socket(config: &Config) -> bool {
    config.get_hostaddrs().is_empty() && config.get_hosts().iter().all(|host| !matches!(host, Host::Tcp(_)))
}

/// Names a server that is known by its address alone after it: the driver wants a name for a certificate to bear.
fn name_addresses(config: &mut Config) {
    if config.get_hosts().is_empty() {
        for address in config.get_hostaddrs().to_vec() {
            config.host(address.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(url: &str) -> (String, Asked) {
        taken_from(url).expect("what can be")
    }

    /// Whether it is encrypted, and who is trusted then; or what is wrong.
    fn resolved(url: &str) -> Result<(SslMode, Trusted), String> {
        let (url, asked) = taken_from(url).map_err(|told| told.en.into_owned())?;
        let config: Config = url.parse().expect("a URL that the driver takes");
        resolve(asked.mode, asked.root, is_on_this_machine(&config)).map_err(|told| told.en.into_owned())
    }

    #[test]
    fn only_what_is_said_of_tls_is_taken_out() {
        let url = "postgres://u:p?sslmode=no@db.test:5432/name";
        assert_eq!(asked(url), (url.to_owned(), Asked::default()), "a password");
        let root = Some(Root::File("/a b/ca.pem".into()));
        assert_eq!(
            asked(&format!(
                "{url}?sslmode=verify-full&options=-cx%3Dy&sslrootcert=%2Fa%20b%2Fca.pem&connect_timeout=1"
            )),
            (format!("{url}?options=-cx%3Dy&connect_timeout=1"), Asked { mode: Some(Mode::VerifyFull), root })
        );
        assert_eq!(
            asked("postgresql://db.test/?sslm%6Fde=disable&sslrootcert="),
            ("postgresql://db.test/".to_owned(), Asked { mode: Some(Mode::Disable), root: None })
        );
    }

    #[test]
    fn encrypted_is_what_leaves_the_machine_where_nobody_says_otherwise() {
        let local = ["localhost", "127.0.0.1", "[::1]", "%2Frun%2Fpostgresql", "localhost,127.0.0.2"];
        for host in local {
            let url = format!("postgres://{host}/db");
            assert_eq!(resolved(&url), Ok((SslMode::Disable, Trusted::Anybody)), "{host}");
            assert_eq!(resolved(&format!("{url}?sslmode=prefer")), Ok((SslMode::Prefer, Trusted::Anybody)), "{host}");
        }
        for host in ["db.test", "10.0.0.1", "localhost,db.test"] {
            assert_eq!(resolved(&format!("postgres://{host}/db")), Ok((SslMode::Prefer, Trusted::Anybody)), "{host}");
        }
        let named = "postgres://localhost/db?hostaddr=10.0.0.1";
        assert_eq!(resolved(named), Ok((SslMode::Prefer, Trusted::Anybody)), "the address counts");
    }

    #[test]
    fn each_mode_trusts_whom_libpq_trusts() {
        let resolved = |query: &str| resolved(&format!("postgres://db.test/db?{query}"));
        let file = |checks_name| Trusted::File { path: "ca.pem".into(), checks_name };
        assert_eq!(resolved("sslmode=disable"), Ok((SslMode::Disable, Trusted::Anybody)));
        assert_eq!(resolved("sslmode=require"), Ok((SslMode::Require, Trusted::Anybody)));
        assert_eq!(resolved("sslmode=require&sslrootcert=ca.pem"), Ok((SslMode::Require, file(false))));
        assert_eq!(resolved("sslmode=verify-ca&sslrootcert=ca.pem"), Ok((SslMode::Require, file(false))));
        assert_eq!(resolved("sslmode=verify-full&sslrootcert=ca.pem"), Ok((SslMode::Require, file(true))));
        for query in ["sslmode=verify-full", "sslmode=verify-full&sslrootcert=system", "sslrootcert=system"] {
            assert_eq!(resolved(query), Ok((SslMode::Require, Trusted::System)), "{query}");
        }
    }

    #[test]
    fn what_cannot_be_is_told_with_what_would_be_right() {
        let wrong = [
            ("sslmode=allow", "\"allow\"", "verify-full"),
            ("sslmode=", "\"\"", "require"),
            ("sslmode=Require", "\"Require\"", "require"),
            ("sslmode=verify-ca", "verify-ca", "sslrootcert="),
            ("sslmode=require&sslrootcert=system", "require", "verify-full"),
            ("sslmode=disable&sslrootcert=ca.pem", "ca.pem", "verify-full"),
            ("sslrootcert=ca.pem", "ca.pem", "verify-full"),
        ];
        for (query, value, right) in wrong {
            let said = resolved(&format!("postgres://user:hidden@db.test/db?{query}")).expect_err(query);
            assert!(said.contains(value) && said.contains(right) && !said.contains("hidden"), "{query}: {said}");
        }
    }

    #[test]
    fn a_socket_of_this_machine_has_no_tls_and_an_address_is_its_own_name() {
        let connector = |url: &str| {
            let (url, asked) = asked(url);
            let mut config: Config = url.parse().expect("a URL that the driver takes");
            let connector = asked.connector(&mut config);
            assert!(connector.is_ok(), "{:?}", connector.err());
            config
        };
        let socket = connector("postgres://%2Frun%2Fpostgresql/db?sslmode=require");
        assert_eq!(socket.get_ssl_mode(), SslMode::Disable);
        let address = connector("postgres:///db?hostaddr=10.0.0.1&sslmode=require");
        assert_eq!(address.get_ssl_mode(), SslMode::Require);
        assert_eq!(address.get_hosts(), [Host::Tcp("10.0.0.1".to_owned())]);
        assert_eq!(connector("host=db.test sslmode=disable").get_ssl_mode(), SslMode::Disable);
    }
}
