//! What lies between us and an upstream: certificates, proxies, connections that do not come about.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use upstream::{Secret, UpstreamSettings};

use super::support::*;

/// A server on loopback with a certificate that nobody vouches for. The task ends with what it read of the one request.
async fn self_signed() -> (SocketAddr, tokio::task::JoinHandle<Vec<u8>>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a certificate of its key");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let reading = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        let mut read = Vec::new();
        if let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await {
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

/// A proxy for `http://upstream.invalid`, which is at `behind`; for one connection.
async fn proxy_before(behind: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (mut caller, _) = listener.accept().await.expect("a connection");
        let mut server = TcpStream::connect(behind).await.expect("the server behind");
        let mut start = [0; "GET http://upstream.invalid".len()];
        caller.read_exact(&mut start).await.expect("a request");
        assert_eq!(&start, b"GET http://upstream.invalid", "a proxy is asked with the whole URL");
        server.write_all(b"GET ").await.expect("written");
        let _ = tokio::io::copy_bidirectional(&mut caller, &mut server).await;
    });
    address
}

#[tokio::test]
async fn a_configured_proxy_is_asked_in_place_of_the_upstream() {
    let behind = simulator("[]").await;
    let proxy = proxy_before(behind.address()).await;
    let through = |proxy: String| UpstreamSettings {
        proxy: Some(Secret::new(&proxy)),
        ..upstream("a", "http://upstream.invalid")
    };
    let (one, _) = upstreams(quick(), vec![through(format!("http://{proxy}"))]);
    let outcome = one.ask(creator("42")).await;
    assert_eq!(ended(&outcome), "answered by a", "{outcome:?}");
    assert_eq!(behind.counts().requests, 1);
    let password = through("http://me:s3cret@127.0.0.1:1".to_owned());
    assert!(!format!("{password:?}").contains("s3cret"));
    let (one, _) = upstreams(quick(), vec![password]);
    let outcome = one.ask(creator("42")).await;
    assert_eq!(ended(&outcome), "failed: connect_refused", "{outcome:?}");
    assert!(!format!("{outcome:?}").contains("s3cret"));
}

/// A listener that takes up no connection, with its queue full.
async fn full() -> (Socket, Vec<TcpStream>, SocketAddr) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a port");
    socket.listen(0).expect("a listener");
    let address = socket.local_addr().ok().and_then(|address| address.as_socket()).expect("an address");
    let mut waiting = Vec::new();
    // The first one that has to wait tells that the queue is full.
    while let Ok(stream) = tokio::time::timeout(quick().attempt_min, TcpStream::connect(address)).await {
        waiting.push(stream.expect("a place in the queue"));
    }
    (socket, waiting, address)
}

#[tokio::test]
async fn a_connection_that_does_not_come_about_in_time_was_not_made() {
    let (_socket, _waiting, address) = full().await;
    let next = simulator("[]").await;
    let (two, _) = upstreams(quick(), vec![upstream("a", format!("http://{address}")), upstream("b", next.base_url())]);
    let outcome = two.ask(creator("42")).await;
    assert_eq!(ended(&outcome), "answered by b", "{outcome:?}");
    let kinds: Vec<&str> =
        outcome.attempts.iter().filter_map(|attempt| Some(attempt.failure.as_ref()?.kind.name())).collect();
    assert_eq!(kinds, ["connect_timed_out"; 3]);
    assert_eq!((spent(&two, 0).await, spent(&two, 1).await), (0, 1));
}
