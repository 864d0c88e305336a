//! Accepts connections, serves them, and ends them gracefully.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::generations;
use crate::router::{HttpResponse, route};
use crate::state::Gateway;

/// A connection on which this long no request began and none was being answered is closed, at the latest after twice as
/// long. One timer a connection: hyper's own header timeout would set one for every request.
const IDLE: Duration = Duration::from_secs(60);

/// The most bytes of a request's head.
const HEAD_BYTES_MAX: usize = 32 << 10;

/// How long requests in flight may take after the server was asked to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// Every request was answered.
    Drained,
    /// Some requests were still unanswered when the time for them was up.
    CutOff,
}

/// Serves on `listener` until `shutdown` completes, then finishes what is in flight.
pub async fn serve(gateway: Arc<Gateway>, listener: TcpListener, shutdown: impl Future<Output = ()>) -> Served {
    let follower = tokio::spawn(generations::follow(gateway.store.clone(), gateway.watch.clone()));
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(gateway.settings.connections_max));
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = async {
            let place = places.clone().acquire_owned().await;
            (accept(&listener).await, place)
        };
        tokio::select! {
            (stream, place) = accepted => spawn_connection(&gateway, stream, &graceful, place),
            () = &mut shutdown => break,
        }
    }
    gateway.start_draining();
    drop(listener);
    let served = tokio::select! {
        () = graceful.shutdown() => Served::Drained,
        () = tokio::time::sleep(DRAIN_TIMEOUT) => Served::CutOff,
    };
    follower.abort();
    served
}

/// One connection's part in the server, shared by the requests on it.
struct Session {
    gateway: Arc<Gateway>,
    begun: AtomicU64,
    answered: AtomicU64,
}

impl Session {
    async fn answer(self: Arc<Self>, head: Parts) -> Result<HttpResponse, Infallible> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        let response = route(&self.gateway, &head).await;
        self.answered.fetch_add(1, Ordering::Relaxed);
        Ok(response)
    }

    /// Completes when no request began and none was being answered for [`IDLE`].
    async fn idled(&self) {
        let mut begun_before = u64::MAX;
        loop {
            let begun = self.begun.load(Ordering::Relaxed);
            if begun == begun_before && begun == self.answered.load(Ordering::Relaxed) {
                return;
            }
            begun_before = begun;
            tokio::time::sleep(IDLE).await;
        }
    }
}

/// Serves one connection in a task of its own, which holds `place` until the connection ends.
fn spawn_connection<P: Send + 'static>(
    gateway: &Arc<Gateway>,
    stream: TcpStream,
    graceful: &GracefulShutdown,
    place: P,
) {
    let session = Arc::new(Session { gateway: gateway.clone(), begun: AtomicU64::new(0), answered: AtomicU64::new(0) });
    let of_requests = session.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        // Requests of this contract have no body; one that is sent is read past by hyper.
        let (head, _body) = request.into_parts();
        of_requests.clone().answer(head)
    });
    let connection = http1::Builder::new().max_buf_size(HEAD_BYTES_MAX).serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        let _place = place;
        session.gateway.metrics.connections.inc();
        tokio::select! {
            biased;
            // A client that breaks off is no news; what it asked is settled by then.
            _ = connection => {}
            () = session.idled() => {}
        }
        session.gateway.metrics.connections.dec();
    });
}

/// Accepts the next connection; when the process is out of descriptors, waits for some to close.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are one write each: waiting to fill a packet would only delay them.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot accept connections; trying again");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
