//! Reads the head of a request: as much of HTTP/1.1 as a GET needs.

use std::io;

use catalog::{AUTHOR_CP_INFO, AuthorCpInfoQuestion, PARAM_TOKEN, Query};
use domain::CreatorKey;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// The most bytes of a request's head.
pub(crate) const HEAD_BYTES_MAX: usize = 8 << 10;
/// How often a head that does not come whole is looked at, a millisecond apart.
const LOOKS_MAX: usize = 5_000;

/// A request's head, read or only looked at.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) head: String,
}

/// What a request asks, as the contract decides it.
pub(crate) enum Asked {
    /// The endpoint, with the right token and a good question.
    Question(CreatorKey),
    /// Something that is answered with a code and a message.
    Wrong(i64, u16, String),
}

impl Request {
    /// The next head on a connection, without taking it off; none when the peer has ended.
    pub(crate) async fn peek(stream: &TcpStream, buffer: &mut [u8]) -> io::Result<Option<Peeked>> {
        let mut seen = 0;
        for _ in 0..LOOKS_MAX {
            let len = stream.peek(buffer).await?;
            let bytes = &buffer[..len];
            if len == 0 || len == buffer.len() {
                return Ok(None);
            }
            if !b"GET ".starts_with(&bytes[..len.min(4)]) {
                return Ok(Some(Peeked::NotHttp));
            }
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
                return Ok(Some(Peeked::Head(Self { head }, end + 4)));
            }
            // Peeking does not wait for more than there was: look again in a while.
            if len == seen {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            seen = len;
        }
        Ok(None)
    }

    /// Takes a head that was looked at off the connection.
    pub(crate) async fn take(stream: &mut TcpStream, head: &mut [u8]) -> io::Result<()> {
        stream.read_exact(head).await.map(|_| ())
    }

    fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    fn path(&self) -> &str {
        self.target().split('?').next().unwrap_or_default()
    }

    /// The raw query string.
    pub(crate) fn query(&self) -> &str {
        self.target().split_once('?').map_or("", |(_, query)| query)
    }

    /// The creator asked for, where one can be read.
    pub(crate) fn author_id(&self) -> Option<String> {
        let query = Query::parse(&AUTHOR_CP_INFO, self.query());
        AuthorCpInfoQuestion::read(&query).ok().map(|question| question.key.author_id.to_string())
    }

    /// What is asked, in the order in which the contract decides.
    pub(crate) fn asked(&self, token: &str) -> Asked {
        if self.path() != AUTHOR_CP_INFO.path {
            return Asked::Wrong(404, 404, format!("no such path; the one there is is {}", AUTHOR_CP_INFO.path));
        }
        let query = Query::parse(&AUTHOR_CP_INFO, self.query());
        if !query.value(PARAM_TOKEN).is_ok_and(|given| given == Some(token)) {
            return Asked::Wrong(100, 401, "the token is missing or unknown".into());
        }
        match AuthorCpInfoQuestion::read(&query) {
            Ok(question) => Asked::Question(question.key),
            Err(error) => Asked::Wrong(400, 400, error.to_string()),
        }
    }
}

/// What was seen at the front of a connection.
pub(crate) enum Peeked {
    /// A head, and how many bytes it takes.
    Head(Request, usize),
    /// Bytes that begin no GET, such as the hello of TLS.
    NotHttp,
}
