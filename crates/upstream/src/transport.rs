//! Names what went wrong below HTTP, above all whether the request had been sent: from then on it may be billed.
//! `reqwest`'s errors carry the URL, and so the token; none leaves this file.

use std::error::Error;
use std::io;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::failure::{Failure, FailureKind};

/// Resolves names as the system does, and marks the errors so that they can be told from others.
pub(crate) struct SystemDns;

#[derive(Debug, thiserror::Error)]
#[error("no address: {0}")]
struct DnsError(#[source] io::Error);

impl Resolve for SystemDns {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The port is put in by the connector.
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(DnsError)?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Names an error of sending a request or of waiting for the head of its answer.
pub(crate) fn failure(error: &reqwest::Error) -> Failure {
    let causes: Vec<&(dyn Error + 'static)> = causes(error).collect();
    let is = |kind| causes.iter().any(|cause| io_kind(*cause) == Some(kind));
    let any = |test: fn(&hyper::Error) -> bool| {
        causes.iter().any(|cause| cause.downcast_ref::<hyper::Error>().is_some_and(test))
    };
    let kind = if error.is_connect() || error.is_builder() {
        match () {
            () if causes.iter().any(|cause| cause.is::<DnsError>()) => FailureKind::Dns,
            () if causes.iter().any(|cause| cause.is::<rustls::Error>()) => FailureKind::Tls,
            () if error.is_timeout() => FailureKind::ConnectTimedOut,
            () if is(io::ErrorKind::ConnectionRefused) => FailureKind::ConnectRefused,
            () => FailureKind::ConnectFailed,
        }
    } else if any(hyper::Error::is_canceled) || causes.iter().any(|cause| no_connection_took_it(*cause)) {
        // The connection was gone before hyper took the request up to write it.
        FailureKind::NotSent
    } else if any(hyper::Error::is_parse) {
        FailureKind::NotHttp
    } else {
        FailureKind::NoAnswer
    };
    // The innermost cause names the thing itself, and has no URL.
    Failure::new(kind, &causes.last().map(ToString::to_string).unwrap_or_default())
}

/// What lies behind an error, the outermost first. An `io::Error` tells its inner error's source as its own: the inner one
/// would be passed over.
fn causes<'e>(error: &'e reqwest::Error) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| {
        let cause: &'e (dyn Error + 'static) = *cause;
        match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => cause.source(),
        }
    })
}

/// Whether the pool failed before it gave the request to a connection: a new one can close between being made and being ready
/// for a request. Errors of a request that a connection took tell of the connection.
fn no_connection_took_it(cause: &(dyn Error + 'static)) -> bool {
    let of_pool = cause.downcast_ref::<hyper_util::client::legacy::Error>();
    of_pool.is_some_and(|error| error.connect_info().is_none())
}

fn io_kind(cause: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    cause.downcast_ref::<io::Error>().map(io::Error::kind)
}
