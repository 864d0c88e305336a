//! PostgreSQL and Redis over TLS: what is encrypted, who is trusted, and what is told where nobody is.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rates_redis::RedisRates;
use store_postgres::PostgresStore;
use tokio::runtime::Runtime;

use crate::certificates::Certificates;
use crate::place::Place;
use crate::private::{PrivatePostgres, PrivateRedis};
use crate::support::{Server, astrolabe, said};

/// In URLs where the server asks for none: never to be told.
const PASSWORD: &str = "hidden%20password";

/// The variable that names a file with certificates to trust, in place of the system's.
const TRUSTED: &str = "SSL_CERT_FILE";

/// Connections to a PostgreSQL server with TLS.
struct Connections {
    postgres: PrivatePostgres,
    runtime: Runtime,
    /// In the clear, to ask how others came.
    asking: tokio_postgres::Client,
}

impl Connections {
    fn start(certificates: &Certificates) -> Option<Self> {
        let (postgres, runtime) = (PrivatePostgres::start_encrypted(certificates)?, Runtime::new().unwrap());
        let connected = runtime.block_on(tokio_postgres::connect(&postgres.url(), tokio_postgres::NoTls));
        let (asking, connection) = connected.unwrap();
        runtime.spawn(connection);
        Some(Self { postgres, runtime, asking })
    }

    /// Connects as a user with this password, to a host, as a query says; gives whether the connection is encrypted, or what was told.
    fn made_by(&self, user: &str, password: &str, host: &str, query: &str) -> Result<bool, String> {
        let port = self.postgres.port();
        let url = format!("postgres://{user}:{password}@{host}:{port}/postgres?application_name=tested&{query}");
        self.runtime.block_on(async {
            let store = PostgresStore::connect(&url).await.map_err(|error| error.to_string())?;
            let encrypted = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                             WHERE application_name = 'tested'";
            let encrypted = self.asking.query_one(encrypted, &[]).await.unwrap().get(0);
            drop(store);
            let gone = "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'tested'";
            while !self.asking.query_one(gone, &[]).await.unwrap().get::<_, bool>(0) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok(encrypted)
        })
    }

    /// The same as the superuser, of whom no password is asked.
    fn made(&self, host: &str, query: &str) -> Result<bool, String> {
        self.made_by("postgres", PASSWORD, host, query)
    }

    /// Asserts that a connection does not come about, and that what is told has these parts.
    fn refused(&self, host: &str, query: &str, parts: &[&str]) {
        let told = self.made(host, query).expect_err(query);
        assert!(parts.iter().all(|part| told.contains(part)) && !told.contains("hidden"), "{query}: {told}");
    }
}

fn named(path: &Path) -> String {
    format!("sslrootcert={}", path.display())
}

#[test]
fn each_sslmode_of_postgres_encrypts_and_trusts_as_it_says() {
    let certificates = Certificates::make();
    let Some(connections) = Connections::start(&certificates) else { return };
    let [authority, namesake, server] =
        [&certificates.authority, &certificates.namesake, &certificates.server].map(|path| named(path));
    let encrypted = [
        ("127.0.0.1", "sslmode=prefer".to_owned()),
        ("127.0.0.1", "sslmode=require".to_owned()),
        ("127.0.0.1", format!("sslmode=require&{authority}")),
        ("127.0.0.1", format!("sslmode=verify-ca&{authority}")),
        ("127.0.0.1", format!("sslmode=verify-ca&{server}")),
        ("localhost", format!("sslmode=verify-full&{authority}")),
        ("localhost", format!("sslmode=verify-full&{server}")),
    ];
    for (host, query) in encrypted {
        assert_eq!(connections.made(host, &query), Ok(true), "{query}");
    }
    let socket = connections.postgres.sockets().to_str().unwrap().replace('/', "%2F");
    let clear = [("127.0.0.1", ""), ("localhost", "sslmode=disable"), (&*socket, "sslmode=verify-full")];
    for (host, query) in clear {
        let made = connections.made(host, query);
        assert_eq!(made, Ok(false), "{query}");
    }
    connections.refused("localhost", "sslmode=verify-full", &["this system trusts", "sslrootcert=FILE"]);
    connections.refused("localhost", "sslrootcert=system", &["this system trusts"]);
    let other_name = ["another name", "\"127.0.0.1\"", "\"localhost\"", "sslmode=verify-ca"];
    connections.refused("127.0.0.1", &format!("sslmode=verify-full&{authority}"), &other_name);
    connections.refused("127.0.0.1", &format!("sslmode=verify-full&{server}"), &other_name);
    for mode in ["require", "verify-ca", "verify-full"] {
        connections.refused("localhost", &format!("sslmode={mode}&{namesake}"), &["namesake.pem", "its own"]);
    }
    connections.refused("localhost", "sslmode=verify-ca&sslrootcert=nowhere.pem", &["nowhere.pem", "No such file"]);
    let key = named(&certificates.key);
    connections.refused("localhost", &format!("sslmode=verify-ca&{key}"), &["server.key", "no certificate"]);
}

#[test]
fn passwords_are_bound_to_the_certificate_and_rules_of_the_server_hold() {
    let Some(connections) = Connections::start(&Certificates::make()) else { return };
    let roles = "CREATE ROLE scram LOGIN SUPERUSER PASSWORD 'right'; CREATE ROLE clear LOGIN SUPERUSER";
    connections.runtime.block_on(connections.asking.batch_execute(roles)).unwrap();
    let made = |user, password, query| connections.made_by(user, password, "127.0.0.1", query);
    assert_eq!(made("scram", "right", "sslmode=require&channel_binding=require"), Ok(true));
    let told = made("scram", "right", "sslmode=disable&channel_binding=require").expect_err("nothing to bind it to");
    assert!(told.contains("channel binding"), "{told}");
    let told = made("scram", "wrong", "sslmode=require").expect_err("another password");
    assert!(told.contains("password authentication failed") && !told.contains("wrong"), "{told}");
    assert_eq!(made("clear", "", "sslmode=prefer"), Ok(false), "the server wants it in the clear");
    let told = made("clear", "", "sslmode=require").expect_err("the server wants it in the clear");
    assert!(told.contains("pg_hba.conf rejects"), "{told}");
}

#[test]
fn verbs_and_servers_keep_to_tls_and_come_back_after_an_outage() {
    let certificates = Certificates::make();
    let Some(connections) = Connections::start(&certificates) else { return };
    let (postgres, authority) = (&connections.postgres, named(&certificates.authority));
    let url = format!("postgres://postgres:{PASSWORD}@localhost:{}/postgres?sslmode=verify-full", postgres.port());
    let place = Place::on(&format!("{url}&{authority}"));
    let token = place.prepare();
    let server = place.serve(&[("ASTROLABE_RATES__KEPT_IN", "database")]);
    assert_eq!(server.ask(&token, "42").code(), 0);
    let clear = "SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl)
                 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'astrolabe'";
    let row = connections.runtime.block_on(connections.asking.query_one(clear, &[])).unwrap();
    assert!(row.get::<_, i64>(0) > 1 && row.get::<_, i64>(1) == 0, "{row:?}");
    postgres.stop();
    assert_eq!(server.ask(&token, "42").code(), 500);
    until(|| server.page("/readyz", "").0.starts_with("HTTP/1.1 503"));
    postgres.go_on();
    until(|| server.page("/readyz", "").0.starts_with("HTTP/1.1 200"));
    assert_eq!(server.ask(&token, "42").code(), 0);
    let told =
        [("en_US.UTF-8", "name the file of its authority's certificate"), ("zh_CN.UTF-8", "指定其签发机构的证书文件")];
    for (locale, part) in told {
        let mut verb = astrolabe();
        verb.args(["account", "list", "--data"]).arg(place.data()).env("ASTROLABE_DATABASE", &url).env("LANG", locale);
        let output = verb.output().unwrap();
        let told = said(&output);
        assert!(!output.status.success() && told.contains(part) && !told.contains("hidden"), "{told}");
    }
    let mut verb = astrolabe();
    verb.args(["account", "list", "--data"]).arg(place.data()).env("ASTROLABE_DATABASE", &url);
    let output = verb.env(TRUSTED, &certificates.authority).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

fn until(holds: impl Fn() -> bool) {
    let waiting = Instant::now();
    while !holds() {
        assert!(waiting.elapsed() < Duration::from_secs(60), "it does not come to what is wanted");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn servers_keep_rates_in_a_redis_that_speaks_tls_alone() {
    let certificates = Certificates::make();
    let Some(mut redis) = PrivateRedis::start_encrypted(&certificates) else { return };
    let place = Place::sqlite();
    let token = place.prepare();
    place.run(&["token", "limit", "1", "--rate", "1/s", "--burst", "9"]);
    let authority = certificates.authority.to_str().unwrap();
    let serve = |trusting: &str| -> Server {
        place.serve(&[("ASTROLABE_REDIS", &redis.url()), (trusting, authority), ("ASTROLABE_RATES__ON_LOSS", "closed")])
    };
    let servers = [serve("ASTROLABE_RATES__REDIS_ROOT_CERTIFICATE"), serve(TRUSTED)];
    let codes: Vec<i64> = (0..40).map(|at| servers[at % 2].ask(&token, "42").code()).collect();
    assert!(codes[..9].iter().all(|code| *code == 0) && codes.contains(&302), "{codes:?}");
    redis.stop();
    assert_eq!(servers[0].ask(&token, "42").code(), 500);
    redis.go_on();
    until(|| servers[0].ask(&token, "42").code() == 0);
}

#[test]
fn a_redis_that_is_not_to_be_trusted_is_not_used() {
    let certificates = Certificates::make();
    let Some(redis) = PrivateRedis::start_encrypted(&certificates) else { return };
    let url = redis.url().replacen("rediss://", "rediss://:hidden@", 1);
    let runtime = Runtime::new().unwrap();
    let refused = |url: &str, root: Option<&Path>, part: &str| {
        let connected = runtime.block_on(RedisRates::connect(url, "test", root));
        let told = connected.err().expect(part).to_string();
        assert!(told.contains(part) && !told.contains("hidden"), "{told}");
    };
    refused(&url, None, "nobody that this system trusts: name the file");
    refused(&url, Some(&certificates.namesake), "namesake.pem");
    refused(&url.replace("localhost", "127.0.0.1"), Some(&certificates.authority), "bears another name");
    refused(&url, Some(Path::new("nowhere.pem")), "No such file");
    refused(&url, Some(&certificates.key), "there is no certificate in");
    refused(&format!("{url}#insecure"), None, "leave it out");
    refused(&url.replacen("rediss", "redis", 1), Some(&certificates.authority), "begins with rediss://");
    let Some(clear) = PrivateRedis::start() else { return };
    refused(&clear.url().replacen("redis", "rediss", 1), None, "the port where it speaks TLS");
}
