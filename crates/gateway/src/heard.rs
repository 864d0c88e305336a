//! What comes on a connection, and how the head of a request begins in it: a head that the HTTP layer refuses is known by that alone.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A connection that remembers how a head begins.
pub(crate) struct Heard {
    stream: TcpStream,
    pub(crate) beginning: Beginning,
}

impl Heard {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, beginning: Beginning::default() }
    }
}

impl AsyncRead for Heard {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = to.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, to))?;
        self.beginning.take(&to.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Heard {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// How a head begins. Of requests that a client sends without waiting for answers only the first one is known.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Beginning {
    /// Its first bytes: a method and where a target goes.
    bytes: [u8; 16],
    length: usize,
    is_line_over: bool,
}

impl Beginning {
    /// Takes what came next.
    fn take(&mut self, mut came: &[u8]) {
        if self.length == 0 {
            // Before a request line empty ones are passed over (RFC 9112, section 2.2).
            came = came.trim_ascii_start();
        }
        let room = &mut self.bytes[self.length..];
        let kept = came.len().min(room.len());
        room[..kept].copy_from_slice(&came[..kept]);
        self.length += kept;
        self.is_line_over = self.is_line_over || came.contains(&b'\n');
    }

    /// Whether the request line is still not over.
    pub(crate) fn is_in_line(&self) -> bool {
        !self.is_line_over
    }

    /// Whether the target is under `/v1`.
    pub(crate) fn is_v1(&self) -> bool {
        let mut parts = self.bytes[..self.length].split(|byte| *byte == b' ');
        let behind = parts.nth(1).and_then(|target| target.strip_prefix(b"/v1"));
        behind.is_some_and(|behind| behind.first().is_none_or(|next| b"/?".contains(next)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(parts: &[&str]) -> Beginning {
        let mut beginning = Beginning::default();
        parts.iter().for_each(|part| beginning.take(part.as_bytes()));
        beginning
    }

    #[test]
    fn the_target_is_known_by_its_beginning_in_however_many_parts_it_comes() {
        for parts in
            [&["GET /v1/creators?x"][..], &["\r\n", "PO", "ST /v", "1/plan HTTP/1.1\r\n"], &["OPTIONS /v1 HTTP"]]
        {
            assert!(heard(parts).is_v1(), "{parts:?}");
        }
        for parts in [&["GET /v10/x"][..], &["GET /ping?/v1/"], &["GET  /v1/"], &["/v1/"], &[]] {
            assert!(!heard(parts).is_v1(), "{parts:?}");
        }
        assert!(heard(&["GET /v1/", &"a".repeat(99)]).is_in_line());
        assert!(!heard(&["GET /v1/", "a HTTP/1.1\r", "\nHost: a"]).is_in_line());
    }
}
