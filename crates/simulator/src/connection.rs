//! Serves one connection, request after request, until it ends or a fault ends it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_timer::Delay;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::reply::Reply;
use crate::request::{Asked, HEAD_BYTES_MAX, Peeked, Request};
use crate::script::{Fault, Rule};
use crate::{InFlight, State, lock};

/// Whether the connection goes on.
#[derive(PartialEq, Eq)]
enum Then {
    Next,
    End,
}

/// Serves a connection to its end. How it ends is nobody's concern but the peer's.
pub(crate) async fn serve(mut stream: TcpStream, number: u64, state: Arc<State>) {
    let _ = stream.set_nodelay(true);
    if lock(&state.script).resets_connection(number) {
        reset(&stream);
        return;
    }
    let mut buffer = vec![0; HEAD_BYTES_MAX];
    while let Ok(Then::Next) = serve_one(&mut stream, &mut buffer, &state).await {}
}

async fn serve_one(stream: &mut TcpStream, buffer: &mut [u8], state: &Arc<State>) -> io::Result<Then> {
    let (request, bytes) = match Request::peek(stream, buffer).await? {
        None => return Ok(Then::End),
        Some(Peeked::Head(request, bytes)) => (request, bytes),
        Some(Peeked::NotHttp) => {
            // As a server without TLS answers a client that begins it; what it closes with something unread is reset.
            let _ = stream.read(buffer).await?;
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").await?;
            return Ok(Then::End);
        }
    };
    let _in_flight = InFlight::begin(state);
    state.requests.fetch_add(1, Ordering::SeqCst);
    state.keep_head(&request.head);
    let rule = lock(&state.script).next(request.author_id().as_deref()).unwrap_or_default();
    if rule.fault == Some(Fault::ResetBeforeReading) {
        reset(stream);
        return Ok(Then::End);
    }
    Request::take(stream, &mut buffer[..bytes]).await?;
    Delay::new(state.latency + Duration::from_millis(rule.delay_ms)).await;
    answer(stream, state, &request, &rule).await
}

async fn answer(stream: &mut TcpStream, state: &State, request: &Request, rule: &Rule) -> io::Result<Then> {
    let key = match request.asked(&state.token) {
        Asked::Question(key) => key,
        Asked::Wrong(code, http, message) => {
            return send(stream, state, &Reply::of_code(code, http, &message)).await;
        }
    };
    let usual = || Reply::figures(&key);
    match &rule.fault {
        None => send(stream, state, &usual()).await,
        Some(Fault::ResetAfterReading) => {
            reset(stream);
            Ok(Then::End)
        }
        Some(Fault::Close) => Ok(Then::End),
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::NotHttp) => {
            stream.write_all(b"SSH-2.0-simulated\r\n\r\n").await?;
            Ok(Then::End)
        }
        Some(Fault::Truncated { bytes }) => {
            let reply = usual();
            begin(stream, state, &reply, true).await?;
            stream.write_all(&reply.body[..(*bytes).min(reply.body.len())]).await?;
            Ok(Then::End)
        }
        Some(Fault::Trickle { bytes, every_ms }) => {
            let reply = usual();
            begin(stream, state, &reply, true).await?;
            for drop in reply.body.chunks((*bytes).max(1)) {
                tokio::time::sleep(Duration::from_millis(*every_ms)).await;
                stream.write_all(drop).await?;
            }
            Ok(Then::Next)
        }
        Some(fault) => {
            let reply = Reply::of_fault(fault, &key, request.query(), &state.token).unwrap_or_else(usual);
            if let Fault::Huge { with_length: false, .. } = fault {
                begin(stream, state, &reply, false).await?;
                stream.write_all(&reply.body).await?;
                return Ok(Then::End);
            }
            send(stream, state, &reply).await
        }
    }
}

async fn send(stream: &mut TcpStream, state: &State, reply: &Reply) -> io::Result<Then> {
    count(state, reply);
    let mut bytes = reply.head(true).into_bytes();
    bytes.extend_from_slice(&reply.body);
    stream.write_all(&bytes).await?;
    Ok(Then::Next)
}

async fn begin(stream: &mut TcpStream, state: &State, reply: &Reply, with_length: bool) -> io::Result<()> {
    count(state, reply);
    stream.write_all(reply.head(with_length).as_bytes()).await
}

fn count(state: &State, reply: &Reply) {
    if reply.code == Some(0) {
        state.billed.fetch_add(1, Ordering::SeqCst);
    }
}

/// Makes the end of the connection a reset instead of an orderly close.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}
