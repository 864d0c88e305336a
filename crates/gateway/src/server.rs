//! Accepts connections, serves them, and ends them gracefully.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::Method;
use hyper::body::Incoming;
use hyper::header::DATE;
use hyper::http::request::Parts;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use store::StoreError;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, timeout};

use crate::date::date;
use crate::generations;
use crate::heard::{Beginning, Heard};
use crate::metrics::OneMore;
use crate::places::Places;
use crate::remembered::Remembered;
use crate::router::{HttpResponse, Peer, Posted, route};
use crate::state::Gateway;
use crate::{unreadable, upkeep};

/// How often it is looked whether a connection is of use. One timer a connection: hyper's own header timeout would set one for
/// every request.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(10);

/// A connection on which nothing moved from one look to this many later is closed: after a minute.
const IDLE_LOOKS: u32 = 6;

/// The most bytes of a request's head.
pub(crate) const HEAD_BYTES_MAX: usize = 32 << 10;

/// How long requests in flight may take after the server was asked to stop. With the time for the books it makes 30 seconds,
/// after which most supervisors end a process by force.
pub(crate) const DRAIN_TIMEOUT: Duration = Duration::from_secs(25);

/// How long the last look after the books may take, when the database does not answer.
const BOOKS_TIMEOUT: Duration = Duration::from_secs(5);

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
    let (end_upkeep, upkeep_ends) = oneshot::channel();
    let mut keeper = tokio::spawn(upkeep::run(gateway.clone(), upkeep_ends));
    let settings = &gateway.settings;
    let places = Places::new(settings.connections_max, settings.trusted_proxies);
    let stopping = Arc::new(Stopping::default());
    tokio::select! {
        () = accept_all(&gateway, &listener, &places, &stopping) => {}
        () = shutdown => {}
    }
    gateway.start_draining();
    if let Some(buyer) = &gateway.buyer {
        buyer.upstreams.stop_waiting();
    }
    drop(listener);
    stopping.stop();
    let everything = async {
        places.all_free().await;
        // Purchases and the rows of a batch go on without their callers.
        gateway.purchases.over().await;
        if let Some(buyer) = &gateway.buyer {
            buyer.upstreams.drained().await;
        }
    };
    let drained = timeout(DRAIN_TIMEOUT, everything).await;
    follower.abort();
    let books = timeout(BOOKS_TIMEOUT, async {
        // Its round is not broken off: what it has counted is in its hands alone until it is stored or given back.
        drop(end_upkeep);
        let _ = (&mut keeper).await;
        upkeep::last(&gateway).await
    });
    let books = books.await;
    keeper.abort();
    let silent = |_| Err(StoreError::OutOfReach(format!("no answer within {BOOKS_TIMEOUT:?}")));
    if let Err(error) = books.unwrap_or_else(silent) {
        tracing::warn!(error = &error as &dyn std::error::Error, "the books of the last second are not complete");
    }
    if drained.is_ok() { Served::Drained } else { Served::CutOff }
}

/// Accepts connections and serves each in a task of its own, for ever.
async fn accept_all(gateway: &Arc<Gateway>, listener: &TcpListener, places: &Arc<Places>, stopping: &Arc<Stopping>) {
    loop {
        let (stream, address, place) = places.accept(listener).await;
        let (gateway, stopping) = (gateway.clone(), stopping.clone());
        tokio::spawn(async move {
            let _open = OneMore::of(&gateway.metrics.connections);
            serve_connection(gateway.clone(), stream, address, stopping).await;
            drop(place);
        });
    }
}

/// One connection's part in the server, shared by the requests on it.
struct Session {
    gateway: Arc<Gateway>,
    peer: Peer,
    begun: AtomicU64,
    answered: AtomicU64,
    /// Whether bytes came since the last request: the head of the next one has begun.
    heard: AtomicBool,
}

impl Session {
    async fn answer(&self, head: &mut Parts) -> HttpResponse {
        // Requests of a connection come one after the other, so nobody else counts at the same time.
        self.begun.store(self.begun.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        let mut response = route(&self.gateway, &self.peer, head).await;
        response.headers_mut().insert(DATE, date((self.gateway.clock)()));
        self.answered.store(self.answered.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        // What came meanwhile was its body.
        self.heard.store(false, Ordering::Relaxed);
        response
    }

    /// What a look at the connection sees.
    fn seen(&self) -> SeenOfConnection {
        let begun = self.begun.load(Ordering::Relaxed);
        SeenOfConnection {
            // A body that goes out line by line is answered from its head on: it is being made, or moves.
            is_answering: begun != self.answered.load(Ordering::Relaxed) || self.peer.outbox.waits_for_line(),
            moved: begun + self.peer.outbox.lines(),
            is_in_head: self.heard.load(Ordering::Relaxed),
        }
    }
}

/// What a look at a connection sees.
#[derive(Clone, Copy, PartialEq, Eq)]
struct SeenOfConnection {
    is_answering: bool,
    /// Requests that began and lines that were sent.
    moved: u64,
    /// Whether a part of the next request's head has come.
    is_in_head: bool,
}

/// The looks at a connection.
#[derive(Default)]
struct Looks {
    last: Option<SeenOfConnection>,
    /// At how many looks, one after the other, nothing was being answered and nothing had moved.
    still: u32,
}

impl Looks {
    /// Whether the connection is to be closed: it idles, or the same head is still not whole.
    fn is_over(&mut self, seen: SeenOfConnection) -> bool {
        let last = self.last.replace(seen);
        let is_still = !seen.is_answering && last.is_some_and(|last| last.moved == seen.moved);
        self.still = if is_still { self.still + 1 } else { 0 };
        let is_slow_head = is_still && seen.is_in_head && last.is_some_and(|last| last.is_in_head);
        is_slow_head || self.still >= IDLE_LOOKS
    }
}

/// A connection's bytes. The HTTP layer flushes once all that it has to write is written: then the replies have left.
struct Line {
    io: TokioIo<Heard>,
    session: Arc<Session>,
    /// What is being written in place of what the HTTP layer wrote, and how much of it has been.
    instead: Option<(Vec<u8>, usize)>,
}

impl Line {
    /// Writes what stands in place of `length` bytes of the HTTP layer's, to its end.
    fn poll_write_instead(&mut self, context: &mut Context<'_>, length: usize) -> Poll<io::Result<usize>> {
        while let Some((bytes, written)) = &mut self.instead
            && *written < bytes.len()
        {
            match ready!(Pin::new(&mut self.io).poll_write(context, &bytes[*written..]))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                more => *written += more,
            }
        }
        self.instead = None;
        Poll::Ready(Ok(length))
    }
}

impl Read for Line {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, to: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        if !self.session.heard.load(Ordering::Relaxed) {
            self.io.inner_mut().beginning = Beginning::default();
        }
        let read = Pin::new(&mut self.io).poll_read(context, to);
        if read.is_ready() {
            self.session.heard.store(true, Ordering::Relaxed);
        }
        read
    }
}

impl Write for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        if self.instead.is_none() {
            let reply = unreadable::with_body(from, self.io.inner().beginning, || (self.session.gateway.clock)());
            self.instead = reply.map(|reply| (reply, 0));
        }
        match self.instead {
            Some(_) => self.poll_write_instead(context, from.len()),
            None => Pin::new(&mut self.io).poll_write(context, from),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.io).poll_flush(context);
        if let Poll::Ready(Ok(())) = flushed {
            self.session.peer.outbox.flushed(&self.session.gateway.meter);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

/// Tells every connection that the server ends.
#[derive(Default)]
struct Stopping {
    stopped: AtomicBool,
    wake: Notify,
}

impl Stopping {
    fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.wake.notify_waiters();
    }
}

/// Serves a connection to its end: the client's, the server's, or by idling.
async fn serve_connection(gateway: Arc<Gateway>, stream: TcpStream, address: IpAddr, stopping: Arc<Stopping>) {
    let look_every = gateway.settings.look_every;
    let session = Arc::new(Session {
        gateway,
        peer: Peer { address, remembered: Remembered::default(), outbox: Arc::default(), posted: Posted::default() },
        begun: AtomicU64::new(0),
        answered: AtomicU64::new(0),
        heard: AtomicBool::new(false),
    });
    let of_requests = session.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        // Requests of the contract have no body; one that is sent is read past by hyper.
        let (mut head, body) = request.into_parts();
        let session = of_requests.clone();
        if head.method == Method::POST {
            session.peer.posted.put(body);
        }
        // In a box: hyper keeps a place for it in each connection, and writing to memory that another connection's
        // request has just used is cheaper than writing to that.
        Box::pin(async move { Ok::<_, Infallible>(session.answer(&mut head).await) })
    });
    // Half-closing clients get their answer. Without it hyper looks for the client's end while a request is being answered,
    // into a buffer newly allocated for that (8 KiB a request), since the request still holds the first one. And answers are
    // small: copied together they leave by a cheaper system call.
    let http = http1::Builder::new()
        .auto_date_header(false)
        .half_close(true)
        .writev(false)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(
            Line { io: TokioIo::new(Heard::new(stream)), session: session.clone(), instead: None },
            service,
        );
    let mut http = pin!(http);
    // Both are polled once, to be woken by them. From then on their cheap signs are looked at instead: a request must
    // not pay for the locks behind them.
    let (mut woken, mut timer) = (pin!(stopping.wake.notified()), pin!(tokio::time::sleep(look_every)));
    let (mut armed, mut told_to_end, mut looks) = (false, false, Looks::default());
    poll_fn(|context| {
        if !armed {
            armed = true;
            let _ = woken.as_mut().poll(context);
            let _ = timer.as_mut().poll(context);
        }
        if !told_to_end && stopping.stopped.load(Ordering::Relaxed) {
            told_to_end = true;
            http.as_mut().graceful_shutdown();
        }
        if timer.is_elapsed() {
            if looks.is_over(session.seen()) {
                return Poll::Ready(());
            }
            timer.as_mut().reset(Instant::now() + look_every);
            let _ = timer.as_mut().poll(context);
        }
        // A client that breaks off is no news; what it asked is settled by then.
        http.as_mut().poll(context).map(|_| ())
    })
    .await;
}

/// Accepts the next connection; when the process is out of descriptors, waits for some to close.
pub(crate) async fn accept(listener: &TcpListener) -> (TcpStream, IpAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                // Answers are one write each: waiting to fill a packet would only delay them.
                let _ = stream.set_nodelay(true);
                return (stream, address.ip());
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

#[cfg(test)]
mod tests {
    use super::*;

    /// At which look, counted from one, a connection is closed that is seen so.
    fn closed_at(seen: impl Fn(u32) -> SeenOfConnection) -> Option<u32> {
        let mut looks = Looks::default();
        (1..=100).find(|look| looks.is_over(seen(*look)))
    }

    #[test]
    fn a_connection_is_closed_when_it_idles_or_a_head_does_not_become_whole() {
        let seen = |is_answering, moved, is_in_head| SeenOfConnection { is_answering, moved, is_in_head };
        assert_eq!(closed_at(|_| seen(false, 0, false)), Some(IDLE_LOOKS + 1));
        assert_eq!(closed_at(|_| seen(false, 0, true)), Some(2), "ten to twenty seconds after its first byte");
        assert_eq!(closed_at(|look| seen(false, 3, look > 4)), Some(6), "the head of a later request");
        assert_eq!(closed_at(|look| seen(false, u64::from(look), true)), None, "a head each time, and always another");
        assert_eq!(
            closed_at(|_| seen(true, 1, false)),
            None,
            "an answer takes as long as it takes, and so does a line of one"
        );
        assert_eq!(closed_at(|look| seen(false, u64::from(look / 5), false)), None, "a request now and then");
    }
}
