//! What lies between us and an upstream: certificates, connections that do not come about.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use socket2::{Domain, Socket, Type};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use upstream::UpstreamSettings;

use super::support::*;

/// A certificate for `localhost` as PEM, and what speaks TLS with it.
fn certificate() -> (String, TlsAcceptor) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a certificate of its key");
    (made.cert.pem(), TlsAcceptor::from(Arc::new(config)))
}

/// A server on loopback with a certificate that nobody vouches for. The task ends with what it read of the one request.
async fn self_signed() -> (SocketAddr, tokio::task::JoinHandle<Vec<u8>>) {
    let (_, acceptor) = certificate();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let reading = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        let mut read = Vec::new();
        if let Ok(mut stream) = acceptor.accept(stream).await {
            let _ = stream.read_to_end(&mut read).await;
        }
        read
    });
    (address, reading)
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_gets_no_token() {
    let (address, read) = self_signed().await;
    let next = simulator("[]").await;
    let a = upstream("a", format!("https://localhost:{}", address.port()));
    let (two, _) = upstreams(quick(), vec![a, upstream("b", next.base_url())]);
    let outcome = two.ask(creator("42")).await;
    assert_eq!(ended(&outcome), "answered by b", "{outcome:?}");
    let failure = outcome.attempts[0].failure.as_ref().expect("a failure");
    assert_eq!(failure.kind.name(), "tls", "{failure}");
    assert_eq!(spent(&two, 0).await, 0);
    assert_eq!(read.await.expect("no panic"), b"", "what was sent to it");
}

/// The variable that names a file with certificates to trust, in place of the system's.
const TRUSTED: &str = "SSL_CERT_FILE";
/// Says that this process is the one with that variable.
const IS_TRUSTING: &str = "TEST_TRUSTS_SSL_CERT_FILE";

#[tokio::test]
async fn a_certificate_that_the_system_trusts_is_asked_with_the_token() {
    if std::env::var_os(IS_TRUSTING).is_some() {
        return ask_whom_the_system_trusts().await;
    }
    // What the system trusts is said by a variable, which a process must not change while it runs.
    let dir = tempfile::tempdir().expect("a folder");
    let name = "network::a_certificate_that_the_system_trusts_is_asked_with_the_token";
    let child = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", name, "--nocapture"])
        .env(TRUSTED, dir.path().join("trusted.pem"))
        .env(IS_TRUSTING, "yes")
        .output()
        .expect("run");
    let said = String::from_utf8_lossy(&child.stdout) + String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}

async fn ask_whom_the_system_trusts() {
    let (pem, acceptor) = certificate();
    std::fs::write(std::env::var_os(TRUSTED).expect("a file"), pem).expect("written");
    let behind = simulator("[]").await;
    let behind_address = behind.address();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        let mut caller = acceptor.accept(stream).await.expect("TLS");
        let mut server = TcpStream::connect(behind_address).await.expect("the server behind");
        let _ = tokio::io::copy_bidirectional(&mut caller, &mut server).await;
    });
    let (one, _) = upstreams(quick(), vec![upstream("a", format!("https://localhost:{port}/"))]);
    for id in ["42", "43"] {
        let outcome = one.ask(creator(id)).await;
        assert_eq!(ended(&outcome), "answered by a", "{outcome:?}");
    }
    assert_eq!(behind.counts().requests, 2, "both on the one connection that is taken up");
}

/// A listener that takes up no connection, with its queue full.
async fn full() -> (Socket, Vec<TcpStream>, SocketAddr) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a port");
    socket.listen(0).expect("a listener");
    let address = socket.local_addr().ok().and_then(|address| address.as_socket()).expect("an address");
    let mut waiting = Vec::new();
    // The first one that has to wait tells that the queue is full.
    while let Ok(stream) = tokio::time::timeout(BRIEF, TcpStream::connect(address)).await {
        waiting.push(stream.expect("a place in the queue"));
    }
    (socket, waiting, address)
}

#[tokio::test]
async fn a_connection_that_does_not_come_about_in_time_was_not_made() {
    let (_socket, _waiting, address) = full().await;
    let next = simulator("[]").await;
    // Half of it is for the connection.
    let timeout = Duration::from_secs(1);
    let full = UpstreamSettings { timeout, ..upstream("a", format!("http://{address}")) };
    let (two, _) = upstreams(quick(), vec![full, upstream("b", next.base_url())]);
    let outcome = two.ask(creator("42")).await;
    assert_eq!(ended(&outcome), "answered by b", "{outcome:?}");
    let kinds: Vec<&str> =
        outcome.attempts.iter().filter_map(|attempt| Some(attempt.failure.as_ref()?.kind.name())).collect();
    assert_eq!(kinds, ["connect_timed_out"; 3]);
    assert_eq!((spent(&two, 0).await, spent(&two, 1).await), (0, 1));
}

#[tokio::test]
async fn after_a_connection_that_ended_without_an_answer_each_call_has_one_of_its_own_for_a_while() {
    let simulator = simulator(r#"[{"when":{"requests":[3,3]},"fault":{"kind":"close"}}]"#).await;
    let (one, hands) = upstreams(quick(), vec![upstream("a", simulator.base_url())]);
    let ask = async |id: &str| {
        one.ask(creator(id)).await;
        let closes = simulator.heads().last().is_some_and(|head| head.contains("connection: close"));
        (simulator.counts().connections, closes)
    };
    assert_eq!([ask("1").await, ask("2").await], [(1, false); 2], "one connection for all");
    ask("3").await;
    assert_eq!([ask("4").await, ask("5").await], [(2, true), (3, true)]);
    hands.set(NOON + 600_000);
    assert_eq!([ask("6").await, ask("7").await], [(4, false); 2], "and again one for all");
}
