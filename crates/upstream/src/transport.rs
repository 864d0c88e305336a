//! The HTTP client of one upstream, and what went wrong below HTTP, above all whether the request had been sent: from then on it
//! may be billed. hyper's client itself, for one call costs half a dozen wrappers less than through a client that can do more.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::{Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower_service::Service;

use crate::failure::{Failure, FailureKind};

/// Idle connections are closed before servers tend to: one that closes while a request is on its way makes it unknown.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(15);
/// Between the probes of a connection that nothing comes on: answers take up to a minute, and what forwards packets forgets.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// Asks one upstream. Follows no redirect, uses no proxy, sends no request twice that a connection has taken.
pub(crate) struct Http(legacy::Client<Timed<HttpsConnector<HttpConnector<SystemDns>>>, Empty<Bytes>>);

impl Http {
    /// A client whose connections stand after `connect_timeout`, or have failed.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub(crate) fn new(connect_timeout: Duration) -> Result<Self, Failure> {
        let mut tcp = HttpConnector::new_with_resolver(SystemDns);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEPALIVE));
        tcp.set_keepalive_interval(Some(KEEPALIVE));
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_platform_verifier(rustls::crypto::ring::default_provider())
            .map_err(|error| Failure::new(FailureKind::Tls, &error.to_string()))?;
        let connector =
            Timed { inner: tls.https_or_http().enable_http1().wrap_connector(tcp), timeout: connect_timeout };
        let client = legacy::Client::builder(TokioExecutor::new())
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Self(client))
    }

    /// Sends a request, and waits for the head of its answer.
    ///
    /// # Errors
    /// The failure's kind says whether the request was sent.
    pub(crate) async fn send(&self, request: Request<Empty<Bytes>>) -> Result<Response<Incoming>, Failure> {
        self.0.request(request).await.map_err(|error| failure(&error))
    }
}

/// Resolves names as the system does, and marks the errors so that they can be told from others.
#[derive(Clone)]
struct SystemDns;

#[derive(Debug, thiserror::Error)]
#[error("no address: {0}")]
struct DnsError(#[source] io::Error);

/// What comes of connecting.
type Connecting<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

impl Service<Name> for SystemDns {
    type Response = std::vec::IntoIter<std::net::SocketAddr>;
    type Error = DnsError;
    type Future = Connecting<Self::Response, DnsError>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DnsError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(async move {
            // The port is put in by the connector.
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(DnsError)?.collect();
            Ok(found.into_iter())
        })
    }
}

/// A connector with a time for everything that makes a connection: names, TCP, TLS.
#[derive(Clone)]
struct Timed<C> {
    inner: C,
    timeout: Duration,
}

#[derive(Debug, thiserror::Error)]
#[error("no connection in time")]
struct ConnectTimedOut;

impl<C> Service<Uri> for Timed<C>
where
    C: Service<Uri>,
    C::Error: Into<Box<dyn Error + Send + Sync>>,
    C::Future: Send + 'static,
{
    type Response = C::Response;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = Connecting<C::Response, Self::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let connecting = tokio::time::timeout(self.timeout, self.inner.call(target));
        Box::pin(async move { connecting.await.map_err(|_| ConnectTimedOut)?.map_err(Into::into) })
    }
}

/// Names an error of sending a request or of waiting for the head of its answer.
fn failure(error: &legacy::Error) -> Failure {
    let causes: Vec<&(dyn Error + 'static)> = causes(error).collect();
    let is = |kind| causes.iter().any(|cause| io_kind(*cause) == Some(kind));
    let any = |test: fn(&hyper::Error) -> bool| {
        causes.iter().any(|cause| cause.downcast_ref::<hyper::Error>().is_some_and(test))
    };
    let kind = if error.is_connect() {
        match () {
            () if causes.iter().any(|cause| cause.is::<DnsError>()) => FailureKind::Dns,
            () if causes.iter().any(|cause| cause.is::<rustls::Error>()) => FailureKind::Tls,
            () if causes.iter().any(|cause| cause.is::<ConnectTimedOut>()) => FailureKind::ConnectTimedOut,
            () if is(io::ErrorKind::ConnectionRefused) => FailureKind::ConnectRefused,
            () => FailureKind::ConnectFailed,
        }
    } else if any(hyper::Error::is_canceled) || error.connect_info().is_none() {
        // The connection was gone before hyper took the request up to write it, or before the pool gave it any: a new one can close
        // between being made and being ready. Errors of a request that a connection took tell of the connection.
        FailureKind::NotSent
    } else if any(hyper::Error::is_parse) {
        FailureKind::NotHttp
    } else {
        FailureKind::NoAnswer
    };
    Failure::new(kind, &innermost(error))
}

/// What an error comes from in the end: it names the thing itself.
pub(crate) fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().unwrap_or(error).to_string()
}

/// What lies behind an error, the outermost first. An `io::Error` tells its inner error's source as its own: the inner one
/// would be passed over.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| {
        let cause: &'e (dyn Error + 'static) = *cause;
        match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => cause.source(),
        }
    })
}

fn io_kind(cause: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    cause.downcast_ref::<io::Error>().map(io::Error::kind)
}
