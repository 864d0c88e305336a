//! Bodies of answers: whole ones, which nearly all are, and lines that are sent as they are made.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body_util::Full;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::mpsc;

use crate::unanswered::{Leaving, Outbox};

/// A body.
pub(crate) enum ReplyBody {
    /// All of it.
    Whole(Full<Bytes>),
    /// Line after line.
    Lines(Lines),
}

impl ReplyBody {
    /// A body that is there.
    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self::Whole(Full::new(bytes))
    }
}

/// A line, and the calls whose reply it is.
pub(crate) struct Line {
    pub(crate) bytes: Bytes,
    pub(crate) leaving: Vec<Leaving>,
}

/// Lines on their way to a connection. Whoever makes them sees that the client has left by there being nobody to take them.
pub(crate) struct Lines {
    made: mpsc::Receiver<Line>,
    outbox: Arc<Outbox>,
}

impl Lines {
    /// Lines for the connection with this outbox, and where they are put; a few wait where the client is slow.
    pub(crate) fn new(outbox: Arc<Outbox>) -> (mpsc::Sender<Line>, Self) {
        const WAITING_MAX: usize = 16;
        let (put, made) = mpsc::channel(WAITING_MAX);
        (put, Self { made, outbox })
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Whole(body) => Pin::new(body).poll_frame(context),
            Self::Lines(lines) => {
                let made = lines.made.poll_recv(context);
                lines.outbox.wait_for_line(made.is_pending());
                made.map(|line| {
                    let Line { bytes, leaving } = line?;
                    // Written next, and flushed before anything else is.
                    lines.outbox.put_line(leaving);
                    Some(Ok(Frame::data(bytes)))
                })
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Lines(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Lines(_) => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn a_connection_waits_for_a_line_only_while_one_is_being_made() {
        let outbox = Arc::new(Outbox::default());
        let (put, lines) = Lines::new(outbox.clone());
        let mut body = ReplyBody::Lines(lines);
        let line = || Line { bytes: Bytes::from_static(b"{}\n"), leaving: Vec::new() };
        put.send(line()).await.expect("room");
        assert!(body.frame().await.is_some());
        assert!(!outbox.waits_for_line(), "what was made waits to be taken");
        let task = tokio::spawn(async move { (body.frame().await.is_some(), body.frame().await.is_none()) });
        while !outbox.waits_for_line() {
            tokio::task::yield_now().await;
        }
        put.send(line()).await.expect("room");
        drop(put);
        assert_eq!(task.await.expect("no panic"), (true, true));
        assert!(!outbox.waits_for_line(), "it is at its end");
    }
}
