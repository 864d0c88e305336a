//! The handshake, as the driver calls it, and the stream that comes of it.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use domain::Sentence;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::Socket;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client;

use super::binding;
use super::told;
use super::verify::Trusted;

/// The protocol's name, by which a server that is spoken to in TLS from the first byte knows it.
const PROTOCOL: &[u8] = b"postgresql";

/// Makes connections encrypted, with one server or another.
#[derive(Clone)]
pub(crate) struct Connector {
    tls: TlsConnector,
    trusted: Arc<Trusted>,
}

impl Connector {
    /// One that trusts these.
    ///
    /// # Errors
    /// When there is nothing to trust them by.
    pub(super) fn new(trusted: Trusted) -> Result<Self, Sentence> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = trusted.verifier(&provider)?;
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|error| told::unusable(&error))?.dangerous();
        let mut config = config.with_custom_certificate_verifier(verifier).with_no_client_auth();
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), trusted: Arc::new(trusted) })
    }
}

impl MakeTlsConnect<Socket> for Connector {
    type Stream = Encrypted;
    type TlsConnect = Handshake;
    type Error = Infallible;

    fn make_tls_connect(&mut self, name: &str) -> Result<Handshake, Infallible> {
        Ok(Handshake { connector: self.clone(), name: name.to_owned() })
    }
}

/// A handshake with the server of a name.
pub(crate) struct Handshake {
    connector: Connector,
    name: String,
}

impl TlsConnect<Socket> for Handshake {
    type Stream = Encrypted;
    type Error = FailedHandshake;
    type Future = Pin<Box<dyn Future<Output = Result<Encrypted, FailedHandshake>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        Box::pin(async move {
            let Connector { tls, trusted } = self.connector;
            let name = match ServerName::try_from(self.name) {
                Ok(name) => name,
                // A name that no certificate can bear does no harm where nobody looks at it: none is sent then.
                Err(_) if !trusted.checks_name() => ServerName::from(Ipv4Addr::UNSPECIFIED),
                Err(error) => {
                    let cause = io::Error::new(io::ErrorKind::InvalidInput, error);
                    return Err(FailedHandshake { cause, trusted });
                }
            };
            let stream = tls.connect(name, socket).await;
            stream.map(Encrypted).map_err(|cause| FailedHandshake { cause, trusted })
        })
    }
}

/// Why a handshake came to nothing.
#[derive(Debug)]
pub(crate) struct FailedHandshake {
    pub(super) cause: io::Error,
    pub(super) trusted: Arc<Trusted>,
}

impl fmt::Display for FailedHandshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl std::error::Error for FailedHandshake {}

/// An encrypted connection.
pub(crate) struct Encrypted(client::TlsStream<Socket>);

impl Encrypted {
    fn inner(self: Pin<&mut Self>) -> Pin<&mut client::TlsStream<Socket>> {
        Pin::new(&mut self.get_mut().0)
    }
}

impl TlsStream for Encrypted {
    fn channel_binding(&self) -> ChannelBinding {
        let shown = self.0.get_ref().1.peer_certificates().and_then(<[_]>::first);
        let end_point = shown.and_then(|certificate| binding::end_point(certificate));
        end_point.map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_read(context, buffer)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.inner().poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_shutdown(context)
    }
}
