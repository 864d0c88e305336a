//! TLS with the server of the tests, whose certificate nobody vouches for, and with servers that break it off.

mod support;

use std::time::{Duration, Instant};

use domain::Lang;
use store::StoreError;
use store_postgres::PostgresStore;
use support::Schema;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a client sends first: what follows is to be encrypted, or it is version 3.0 in the clear.
const SSL_REQUEST: u32 = 80_877_103;
const IN_THE_CLEAR: u32 = 196_608;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_to_be_encrypted_is() {
    let Some(schema) = Schema::new().await else { return };
    let client = schema.client().await;
    if client.query_one("SHOW ssl", &[]).await.expect("an answer").get::<_, &str>(0) != "on" {
        eprintln!("skipped: the PostgreSQL server of the tests has no TLS");
        return;
    }
    let encrypted = async |mode: &str| {
        let url = format!("{}&sslmode={mode}", schema.url());
        let store = PostgresStore::connect(&url).await.expect(mode);
        let sql = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                   WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
        let encrypted: bool = client.query_one(sql, &[]).await.expect("an answer").get(0);
        drop(store);
        schema.until(&client, "SELECT count(*) = 0 FROM pg_stat_activity WHERE {others}").await;
        encrypted
    };
    assert!(encrypted("require").await);
    assert!(encrypted("prefer").await);
    assert!(!encrypted("disable").await);
}

/// Takes connections on loopback; gives what each wants first, and what else there is to do with it.
struct Listener(TcpListener);

impl Listener {
    async fn bind() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.expect("a port"))
    }

    fn url(&self, query: &str) -> String {
        let address = self.0.local_addr().expect("an address");
        format!("postgres://user:hidden@{address}/db?{query}")
    }

    async fn next(&self) -> (u32, TcpStream) {
        let (mut stream, _) = self.0.accept().await.expect("a connection");
        (asked(&mut stream).await, stream)
    }
}

/// The number that follows the length.
async fn asked(stream: &mut TcpStream) -> u32 {
    stream.read_u32().await.expect("a length");
    stream.read_u32().await.expect("a number")
}

async fn refused(url: String) -> StoreError {
    PostgresStore::connect(&url).await.err().expect("no store")
}

#[tokio::test]
async fn a_handshake_that_hangs_ends_with_the_time_to_connect() {
    let listener = Listener::bind().await;
    let url = listener.url("sslmode=require&connect_timeout=1");
    let asked = Instant::now();
    let hang = async {
        let (first, mut stream) = listener.next().await;
        stream.write_all(b"S").await.expect("written");
        (first, stream)
    };
    let (error, (first, _stream)) = tokio::join!(refused(url), hang);
    assert!(matches!(error, StoreError::OutOfReach(_)), "{error:?}");
    assert_eq!(first, SSL_REQUEST);
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
}

#[tokio::test]
async fn a_server_without_tls_is_used_where_tls_is_only_preferred() {
    let listener = Listener::bind().await;
    let deny = async || {
        let (first, mut stream) = listener.next().await;
        assert_eq!(first, SSL_REQUEST);
        stream.write_all(b"N").await.expect("written");
        stream
    };
    for mode in ["require", "verify-full"] {
        let (error, _) = tokio::join!(refused(listener.url(&format!("sslmode={mode}"))), deny());
        let StoreError::NoConnection(told) = error else { panic!("{error:?}") };
        for lang in Lang::ALL {
            let told = told.of(lang);
            assert!(
                told.contains("`ssl = on`") && told.contains("sslmode=disable") && !told.contains("hidden"),
                "{told}"
            );
        }
    }
    let go_on = async {
        let mut stream = deny().await;
        asked(&mut stream).await
    };
    let (_, wanted) = tokio::join!(refused(listener.url("sslmode=prefer")), go_on);
    assert_eq!(wanted, IN_THE_CLEAR);
}

#[tokio::test]
async fn a_server_whose_tls_is_broken_is_used_where_tls_is_only_preferred() {
    let listener = Listener::bind().await;
    let babble = async || {
        let (_, mut stream) = listener.next().await;
        stream.write_all(b"SHTTP/1.1 400 Bad Request\r\n\r\n").await.expect("written");
    };
    let (error, ()) = tokio::join!(refused(listener.url("sslmode=require")), babble());
    assert!(matches!(error, StoreError::NoConnection(_)), "{error:?}");
    let go_on = async {
        babble().await;
        listener.next().await.0
    };
    let (_, wanted) = tokio::join!(refused(listener.url("sslmode=prefer")), go_on);
    assert_eq!(wanted, IN_THE_CLEAR);
}
