//! Charges for answers before they leave, many in one durable transaction (group commit): while one batch is being written,
//! the next one gathers. One batch at a time, so that charges are in the order in which they came.

use std::sync::Arc;

use domain::CallId;
use store::{MeterStore, StoreError, Take, Taken};
use tokio::sync::{mpsc, oneshot};

/// The most charges in one transaction.
const BATCH_MAX: usize = 4096;

/// A charge that waits for its batch.
struct Job {
    take: Take,
    done: oneshot::Sender<Result<Taken, ChargeError>>,
}

/// Why a charge was not made. Nothing was charged, or it is taken back before anything else is charged.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum ChargeError {
    /// The store failed.
    #[error("the charge could not be stored")]
    Store(#[source] Arc<StoreError>),
    /// The server is ending.
    #[error("the server is ending")]
    Ending,
}

/// Takes charges, and waits for them to be durable.
pub(crate) struct Meter(mpsc::UnboundedSender<Job>);

impl Meter {
    /// A meter whose charges [`run`] writes.
    pub(crate) fn new(store: Arc<dyn MeterStore>) -> Self {
        let (sender, jobs) = mpsc::unbounded_channel();
        tokio::spawn(run(store, jobs));
        Self(sender)
    }

    /// Charges for a call, durably. The charge is made even when nobody waits for it any more.
    pub(crate) fn charge(&self, take: Take) -> impl Future<Output = Result<Taken, ChargeError>> + use<> {
        let (done, decided) = oneshot::channel();
        // What cannot be sent is dropped, and `done` with it.
        let _ = self.0.send(Job { take, done });
        async move { decided.await.map_err(|_| ChargeError::Ending)? }
    }
}

/// Writes batches until the meter is dropped.
async fn run(store: Arc<dyn MeterStore>, mut jobs: mpsc::UnboundedReceiver<Job>) {
    let mut batch = Vec::new();
    // Charges whose transaction failed: it is not known whether they were made, and their callers were told that they
    // were not.
    let mut in_doubt: Vec<CallId> = Vec::new();
    while jobs.recv_many(&mut batch, BATCH_MAX).await > 0 {
        let (takes, waiting): (Vec<Take>, Vec<_>) = batch.drain(..).map(|job| (job.take, job.done)).unzip();
        match charge(&*store, takes, &mut in_doubt).await {
            Ok(taken) => {
                for (waiting, taken) in waiting.into_iter().zip(taken) {
                    let _ = waiting.send(Ok(taken));
                }
            }
            Err(error) => {
                let error = ChargeError::Store(Arc::new(error));
                for waiting in waiting {
                    let _ = waiting.send(Err(error.clone()));
                }
            }
        }
    }
}

async fn charge(
    store: &dyn MeterStore,
    takes: Vec<Take>,
    in_doubt: &mut Vec<CallId>,
) -> Result<Vec<Taken>, StoreError> {
    if !in_doubt.is_empty() {
        store.undo(in_doubt.clone()).await?;
        in_doubt.clear();
    }
    let ids: Vec<CallId> = takes.iter().map(|take| take.id).collect();
    // Only these: what was not even tried, since the doubts before it could not be cleared, is in no doubt itself.
    store.charge(takes).await.inspect_err(|_| in_doubt.extend(ids))
}
