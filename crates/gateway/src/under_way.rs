//! What is done around every request to an endpoint, whatever it asks: its timer, the gauge and the counters, and its one log
//! line.

use std::error::Error;
use std::ops::Deref;
use std::time::{Duration, Instant};

use catalog::Endpoint;
use domain::{BusinessCode, CreatorKey, TokenId};
use tracing::field::display;

use crate::envelope::RequestId;
use crate::problem::Problem;
use crate::state::Gateway;

/// A request that is being answered, until it is dropped: by [`UnderWay::end`], or with a future that goes no further.
pub(crate) struct UnderWay<G: Deref<Target = Gateway>> {
    gateway: G,
    endpoint: &'static Endpoint,
    started: Instant,
}

/// Who asked, and about which creator where it was one alone. For the log.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) token_id: TokenId,
    pub(crate) key: Option<CreatorKey>,
}

impl<G: Deref<Target = Gateway>> UnderWay<G> {
    /// Begins a request to an endpoint.
    pub(crate) fn begin(gateway: G, endpoint: &'static Endpoint) -> Self {
        gateway.metrics.in_flight.inc();
        Self { gateway, endpoint, started: Instant::now() }
    }

    /// Counts it and writes its line, now that its answer is made.
    pub(crate) fn end(self, id: RequestId, outcome: Result<&Asked, &Problem>) {
        let took = self.started.elapsed();
        let code = outcome.map_or_else(|problem| problem.code, |_| BusinessCode::Success);
        self.gateway.metrics.answered(self.endpoint, code, took);
        self.log(id, outcome, code.number(), took);
    }

    /// Failures of ours as errors, the rest only when asked for. No query string, so no token.
    fn log(&self, id: RequestId, outcome: Result<&Asked, &Problem>, code: u16, took: Duration) {
        let id = || id.write(&mut [0; RequestId::LEN]).to_owned();
        let (endpoint, took_us) = (self.endpoint.name, took.as_micros());
        match outcome {
            Ok(Asked { token_id, key }) => {
                let author = key.as_ref().map(|key| display(&key.author_id));
                let platform = key.as_ref().map(|key| display(key.platform));
                tracing::debug!(
                    request_id = id(),
                    endpoint,
                    code,
                    token = token_id.0,
                    author,
                    platform,
                    took_us,
                    "answered"
                );
            }
            Err(Problem { cause: Some(cause), .. }) => {
                let cause: &(dyn Error + 'static) = cause.as_ref();
                tracing::error!(request_id = id(), endpoint, code, cause, took_us, "failed");
            }
            Err(_) => tracing::debug!(request_id = id(), endpoint, code, took_us, "refused"),
        }
    }
}

impl<G: Deref<Target = Gateway>> Drop for UnderWay<G> {
    fn drop(&mut self) {
        self.gateway.metrics.in_flight.dec();
    }
}
